"""Every call that writes to SQLite's files fails once, in every way that it can; the file has to survive each time.

The calls are those that write, sync, truncate, rename or remove the database, its log and its index. A call fails with
an I/O error or a full disk, does half of its work and says so, does half of it and fails, or the process dies before,
in the middle of, or after it; or all calls fail from this one on. The writer goes on with whatever it has to do next.
Afterwards, without failures: SQLite finds nothing wrong with the file, all that was acknowledged is there, and what was
not is there as a whole or not at all.

It needs Linux and a C compiler, ``cc``: failing_calls.c is loaded before the C library.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import MetaData
from tests.figures import Figure, arguments, conclude, stopwatch
from tests.figures.audit import Acknowledged, audit, read_lines
from tests.figures.servers import ROOT, audit_file, found_cast
from tests.figures.writing import Cast, story

from service_engine import SqlStore
from service_engine.adapters.sql.engines import open_engine
from service_engine.adapters.sql.migrations import upgrade
from service_engine.adapters.sql.tables import build_tables
from service_engine.testing.entropy import SeededEntropy

SOURCE = Path(__file__).with_name("failing_calls.c")
LIBRARY = "SERVICE_ENGINE_FAILING_CALLS"
"""The environment variable that names the compiled library, in the process in which it is loaded."""

WAYS = {
    "EIO": 1,
    "ENOSPC": 2,
    "short": 3,
    "torn, EIO": 4,
    "death before": 5,
    "death, torn": 6,
    "death after": 7,
    "ENOSPC from then on": 8,
    "EIO from then on": 9,
}
ONLY_WRITES = {"short", "torn, EIO", "death, torn"}
SAID = {"ticket", "order", "invoice", "paid", "error"}
NEEDS_ROOM = {"ENOSPC", "ENOSPC from then on"}


class Point(NamedTuple):
    """One call, and how it fails."""

    call: int
    kind: str
    way: str


class Child(NamedTuple):
    """What is left of a process that did something and ended."""

    lines: list[str]
    killed: bool


def main(words: list[str] | None = None) -> int:
    """Measure, and print the figure."""
    parser = arguments(__doc__)
    parser.add_argument("--points", type=int, default=800, help="how many of all (default: %(default)s)")
    options = parser.parse_args(words)
    library = os.environ.get(LIBRARY)
    if library is not None:
        return measure(ctypes.CDLL(library), options.points, options.json)
    with tempfile.TemporaryDirectory(prefix="service-engine-") as directory:
        library = compile_library(Path(directory))
        command = [sys.executable, "-m", "tests.figures.syscalls", "--points", str(options.points)]
        command += ["--json", str(options.json.resolve())] if options.json else []
        environment = os.environ | {"LD_PRELOAD": library, LIBRARY: library}
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


def compile_library(directory: Path) -> str:
    """Compile what lets the calls fail, or say what is missing."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        sys.exit("tests.figures.syscalls needs Linux and a C compiler (cc): apt-get install gcc libc6-dev")
    library = directory / "failing_calls.so"
    flags = ["-Wall", "-Werror", "-O1", "-shared", "-fPIC", "-o", str(library)]
    subprocess.run([compiler, *flags, str(SOURCE), "-ldl"], check=True)
    return str(library)


def measure(library: ctypes.CDLL, wanted: int, file: Path | None) -> int:
    """Go through the points; in the process in which the library is loaded."""
    library.calls_made.restype = ctypes.c_char_p
    seconds = stopwatch()
    ways: Counter[str] = Counter()
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="service-engine-") as directory:
        world = World(library, Path(directory))
        known = world.calls()
        for point in chosen(known, wanted):
            ways[point.way] += 1
            problems += [f"{point.way} at call {point.call} ({point.kind}): {each}" for each in world.suffer(point)]
    figure = Figure(
        name="failing system calls under SQLite",
        reached=ways.total(),
        goal=f"{wanted} points, the file whole and nothing lost at each",
        holds=ways.total() >= wanted and not problems,
        seconds=seconds(),
        details={
            "calls": dict(Counter(known)),
            "ways": dict(ways),
            "refused": world.refused,
            "violations": len(problems),
        },
    )
    return conclude(figure, file, problems[:50])


def chosen(calls: str, wanted: int) -> list[Point]:
    """Return so many of all points, the same ones each time; all of them if there are fewer."""
    points = [
        Point(number, kind, way)
        for number, kind in enumerate(calls, start=1)
        for way in WAYS
        if kind == "w" or way not in ONLY_WRITES
        if kind in "wt" or way not in NEEDS_ROOM
    ]
    return random.Random(0).sample(points, min(wanted, len(points)))


class World:
    """A database with an organisation, and processes that write in copies of it.

    Args:
        library: ``failing_calls.c``, which must be loaded before the C library.
        directory: Where the files are.
    """

    def __init__(self, library: ctypes.CDLL, directory: Path) -> None:
        self.refused = 0
        self._library = library
        self._template = directory / "template.db"
        self._copies = directory / "copies"
        self._file = self._copies / "agency.db"
        # One engine for all: each process gets it with every statement compiled, and without an open connection, which
        # SQLite would not let it take along.
        self._engine = open_engine(f"sqlite:///{self._file}")
        self._tables = build_tables(MetaData())
        self._cast = self._found()

    def calls(self) -> str:
        """Return a letter for each call that is made when none fails."""
        self._copy()
        lines = in_child(lambda say: self._write(say, Point(0, "", ""))).lines
        letters = [line.split()[1] for line in lines if line.startswith("calls ")]
        if len(letters) != 1 or not letters[0]:
            msg = "no call was seen: the library is not loaded before the C library"
            raise RuntimeError(msg)
        return letters[0]

    def suffer(self, point: Point) -> list[str]:
        """Write while a call fails; return what is wrong afterwards."""
        self._copy()
        child = in_child(lambda say: self._write(say, point))
        problems = [] if child.killed == point.way.startswith("death") else ["the writer did not end as it should"]
        if "reached\n" not in child.lines and not child.killed:
            problems.append("the call was not made")
        said = read_lines(line for line in child.lines if line.partition(" ")[0] in SAID)
        self.refused += len(said.errors)
        return problems + [line.strip() for line in in_child(lambda say: self._check(say, said, child.killed)).lines]

    def _found(self) -> Cast:
        """Make the template, and do everything once on a copy of it."""
        url = f"sqlite:///{self._template}"
        upgrade(url)
        store = SqlStore.from_url(url, entropy=SeededEntropy("founding"))
        cast = found_cast(store)
        store.close()
        self._copy()
        lines: list[str] = []
        self._tell(cast, 0, lines.append)
        wrong = list(audit(self._open("reading"), cast, read_lines(f"{line}\n" for line in lines), unanswered=0))
        self._engine.dispose()
        if wrong:
            msg = f"without any failure: {wrong}"
            raise RuntimeError(msg)
        return cast

    def _open(self, seed: str) -> SqlStore:
        return SqlStore(self._engine, tables=self._tables, entropy=SeededEntropy(seed))

    def _tell(self, cast: Cast, number: int, say: Callable[[str], None]) -> None:
        story(self._open(f"writing {number}"), cast, f"{number}.1", say)
        self._engine.dispose()  # its last connection takes the log into the database, and removes it

    def _copy(self) -> None:
        shutil.rmtree(self._copies, ignore_errors=True)
        self._copies.mkdir()
        shutil.copyfile(self._template, self._file)

    def _write(self, say: Callable[[str], None], point: Point) -> None:
        """The little workload: twice, a file is opened, written to, and closed."""
        self._library.fail_at(point.call, WAYS.get(point.way, 0), os.fsencode(self._file))
        for number in range(2):
            self._tell(self._cast, number, say)
        if self._library.has_failed():
            say("reached")
        say(f"calls {self._library.calls_made().decode()}")

    def _check(self, say: Callable[[str], None], said: Acknowledged, killed: bool) -> None:
        for problem in audit_file(f"sqlite:///{self._file}"):
            say(problem)
        unanswered = len(said.errors) + killed
        for problem in audit(self._open("reading"), self._cast, said, unanswered=unanswered):
            say(problem)
        self._engine.dispose()


def in_child(do: Callable[[Callable[[str], None]], None]) -> Child:
    """Do something in a process of its own, which can say lines; return them, and whether it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            do(lambda line: _write_all(writing, line))
            code = 0
        except BaseException as error:
            _write_all(writing, f"the process failed: {error!r}")
            raise
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        lines = pipe.readlines()
    _, status = os.waitpid(child, 0)
    return Child(lines, os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL)


def _write_all(pipe: int, line: str) -> None:
    os.write(pipe, f"{line}\n".encode())


if __name__ == "__main__":
    sys.exit(main())
