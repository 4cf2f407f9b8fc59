"""``service-engine`` as a whole: help, errors in one line, terminals and pipes of every kind."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import exc

from service_engine.cli import main, terminal
from service_engine.cli.databases import without_password
from service_engine.cli.failures import explain
from service_engine.errors import AuthenticationError, ConflictError, DependentsExistError, NotFoundError

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMANDS = [
    "bootstrap",
    "employee",
    "employee add",
    "folder",
    "folder add",
    "coupon",
    "coupon add",
    "serve",
    "db",
    "db upgrade",
    "db check",
    "demo",
    "diagram",
]


def test_help_names_every_command(run: Run) -> None:
    """And where to begin."""
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for name in COMMANDS:
        assert f"  {name.split()[0]} " in done.stdout
    assert "service-engine demo" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With a usage line that begins with what was typed."""
    assert main([*name.split(), "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: service-engine {name} ")


def test_the_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` prints it."""
    import service_engine

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"service-engine {service_engine.__version__}\n"


@pytest.mark.parametrize("words", [[], ["fly"], ["db"], ["employee"], ["coupon"], ["bootstrap"], ["serve", "--port"]])
def test_wrong_usage_is_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With the usage on stderr and nothing on stdout."""
    assert main(words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("usage: service-engine")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotFoundError("role", "Sales"), "this organisation has no role Sales"),
        (ConflictError("ticket", 7), "ticket 7 was changed by somebody else; nothing was written, try again"),
        (DependentsExistError("client", 7, "orders"), "Cannot delete client with existing orders"),
        (AuthenticationError(), "Unauthorized"),
        (FileNotFoundError(2, "No such file or directory", "x.db"), "No such file or directory: x.db"),
        (OSError("odd"), "odd"),
        (
            exc.ArgumentError("?"),
            "this is no database URL; take sqlite:///file.db, postgresql://user@host/database or (serve, demo) memory://",
        ),
        (exc.OperationalError("SELECT", {}, Exception("first\nsecond")), "the database says: first"),
        (exc.OperationalError("SELECT", {}, Exception()), "the database says: Exception"),
        (
            exc.OperationalError("SELECT", {}, Exception("no such table: tags")),
            "the tables are missing or not up to date; run: service-engine db upgrade",
        ),
        (
            ModuleNotFoundError("No module named 'rich'", name="rich.table"),
            'this needs rich, which is not installed; pip install "service-engine[cli]"',
        ),
    ],
)
def test_what_a_person_can_cause_is_one_sentence(error: Exception, sentence: str) -> None:
    """It says what is wrong, and where it helps what to do."""
    assert explain(error) == sentence


@pytest.mark.parametrize("error", [ZeroDivisionError(), ModuleNotFoundError("x", name="x"), exc.InvalidRequestError()])
def test_a_bug_keeps_its_traceback(error: Exception) -> None:
    """Nobody could find it otherwise."""
    assert explain(error) is None


@pytest.mark.parametrize(
    ("module", "words", "extra"),
    [
        ("rich", ["demo"], "cli"),
        ("sqlalchemy", ["bootstrap", "--organization", "Acme"], "sql"),
        ("alembic", ["db", "upgrade"], "sql"),
        ("fastapi", ["serve", "--database-url", "memory://"], "api"),
        ("uvicorn", ["serve", "--database-url", "memory://"], "api"),
        ("psycopg", ["db", "upgrade", "--database-url", "postgresql://localhost/agency"], "postgres"),
    ],
)
def test_a_missing_extra_is_named(module: str, words: list[str], extra: str, tmp_path: Path) -> None:
    """With the command that installs it; nothing is left half done."""
    script = (
        f"import sys; sys.modules[{module!r}] = None\nfrom service_engine.cli import main; sys.exit(main({words!r}))"
    )
    done = python(script, tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f'service-engine: this needs {module}, which is not installed; pip install "service-engine[{extra}]"\n'
    )
    assert list(tmp_path.iterdir()) == []


def test_a_bug_is_none_of_a_database_that_was_never_loaded(tmp_path: Path) -> None:
    """Explaining an error needs SQLAlchemy only where SQLAlchemy can have raised it."""
    script = (
        "import sys; from service_engine.cli.failures import explain\n"
        "assert explain(ZeroDivisionError()) is None; assert 'sqlalchemy' not in sys.modules"
    )
    done = python(script, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """Neither SQLAlchemy nor FastAPI nor rich: it is there at once."""
    script = (
        "import sys; from service_engine.cli import main; main(['--help'])\n"
        "sys.exit(', '.join({'sqlalchemy', 'fastapi', 'pydantic', 'rich'} & set(sys.modules)) or None)"
    )
    done = python(script, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def python(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run some Python in a process of its own."""
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(str(Path(path).resolve()) for path in paths if path)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_a_reader_who_leaves_is_no_error(tmp_path: Path) -> None:
    """``service-engine diagram | true``: no traceback."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "service_engine", "diagram"],
            stdout=closed,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (SystemExit(3), 3)])
def test_an_interruption_is_no_traceback(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C is what shells expect of it; an exit from deep inside keeps its code."""

    def interrupted(_: object) -> int:
        raise error

    monkeypatch.setattr("service_engine.cli.diagram.run", interrupted)
    assert main(["diagram"]) == code
    assert capsys.readouterr().err == ""


def test_a_bug_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """``main`` hides only what it can explain."""

    def broken(_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("service_engine.cli.diagram.run", broken)
    with pytest.raises(ZeroDivisionError):
        main(["diagram"])


def test_what_a_stream_cannot_say_becomes_something_similar() -> None:
    """Lines of the same width where there is a likeness, the escape where there is none."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    terminal.accept_any_encoding(stream)
    stream.write("┏━┓ ◀──▶ ● é €")
    stream.seek(0)
    assert stream.read() == "+-+ <--> * \\xe9 \\u20ac"


def test_a_stream_that_is_none_is_left_alone() -> None:
    """A process without a console has no stdout."""
    terminal.accept_any_encoding(None)


def test_only_encoding_is_forgiven() -> None:
    """Bytes that are no text are another matter."""
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", "service_engine.lookalike")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@localhost/agency", "postgresql://me:***@localhost/agency"),
        ("postgresql://:p%40ss:w@localhost", "postgresql://:***@localhost"),
        ("postgresql:///agency?password=secret&host=/tmp", "postgresql:///agency?password=***&host=/tmp"),
        ("postgresql://me@localhost/agency", "postgresql://me@localhost/agency"),
        ("sqlite:///a:b@c.db", "sqlite:///a:b@c.db"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    """And otherwise as it is."""
    assert without_password(url) == shown
