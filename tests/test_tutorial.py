"""The tutorial, followed as its reader follows it: every file is written, every command run, every output compared."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

PAGE = (Path(__file__).parent.parent / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?P<said>[^\n]*)\n\n```(?P<language>\w+)\n(?P<body>.*?)```", re.DOTALL)
IN_MEMORY = "store = MemoryStore()\n"
PATIENCE = 120.0


def files() -> dict[str, str]:
    """Return what the reader has written before the move to a database, by file."""
    written = {"agency.py": ""}
    before, _, _ = PAGE.partition("## From memory to a database")
    for block in BLOCK.finditer(before):
        if block["language"] == "python":
            name = re.search(r"`(\w+\.py)`:$", block["said"])
            target = name[1] if name else "agency.py"
            written[target] = written.get(target, "") + block["body"]
    return written


def printed() -> str:
    """Return what ``agency.py`` prints, by the page."""
    return "".join(block["body"] for block in BLOCK.finditer(PAGE) if block["language"] == "text")


def moved(agency: str) -> str:
    """Return ``agency.py`` on a database, as the page says."""
    _, _, after = PAGE.partition("## From memory to a database")
    opened, kept = (block["body"] for block in BLOCK.finditer(after) if block["language"] == "python")
    assert agency.count(IN_MEMORY) == 1
    return agency.replace(IN_MEMORY, opened) + kept


def run(folder: Path, *words: str) -> str:
    """Run Python in a folder, and return what it prints."""
    env = {**os.environ, "CI": "true"}  # by which Hypothesis knows that the machine may be slow
    done = subprocess.run([sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def served(folder: Path, command: str) -> Iterator[str]:
    """Run the page's server on a port that is free, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    words = ["-m", *command.replace("service-engine", "service_engine").replace("8000", port).split()]
    with subprocess.Popen([sys.executable, *words], cwd=folder, stdout=subprocess.DEVNULL) as server:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def answer(request: Request) -> str:
    """Return what a server answers, which may have to start first."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(request, timeout=PATIENCE) as response:  # noqa: S310  # of our own server
                return str(response.read(), "utf-8")
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the reader's folder as it is before the move to a database."""
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_reader_writes_three_files():
    """The page names a file where another one than the first begins."""
    assert list(files()) == ["agency.py", "rules.py", "test_rules.py"]


def test_the_agency_prints_what_the_page_says(folder: Path):
    """In memory, all steps one after the other."""
    assert run(folder, "agency.py") == printed()


def test_the_readers_tests_pass(folder: Path):
    """As many as the page says."""
    [passed] = re.findall(r"It says `(\d passed)`", PAGE)
    assert f"{passed} in" in run(folder, "-m", "pytest", "-p", "no:cacheprovider", "test_rules.py")


def test_the_agency_moves_to_a_database_and_is_served(folder: Path):
    """It prints the same, as often as it is run, and its last run is what the API shows."""
    agency = folder / "agency.py"
    agency.write_text(moved(agency.read_text(encoding="utf-8")), encoding="utf-8")
    assert [run(folder, "agency.py"), run(folder, "agency.py")] == [printed(), printed()]
    [command] = re.findall(r"^\$ (service-engine serve .*) &$", PAGE, re.MULTILINE)
    [(scheme, path)] = re.findall(
        r'^\$ curl -H "Authorization: (\w+) \$\(cat token.txt\)" http://127.0.0.1:8000(\S+)$', PAGE, re.MULTILINE
    )
    token = (folder / "token.txt").read_text(encoding="utf-8")
    with served(folder, command) as address:
        shown = answer(Request(address + path, headers={"Authorization": f"{scheme} {token}"}))  # noqa: S310
    [total] = re.findall(r'`("total":\d+)` in its `meta`', PAGE)
    assert total in shown
