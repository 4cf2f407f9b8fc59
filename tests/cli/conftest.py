"""The command as its users run it: a process of its own, in a folder of the test's own."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import define, field

from service_engine.cli import main

COMMAND = [sys.executable, "-m", "service_engine"]
_PATIENCE = 30.0

Run = Callable[..., subprocess.CompletedProcess[str]]


def _environment(variables: dict[str, str]) -> dict[str, str]:
    """Return our environment without what would change the output, and with absolute paths to the code."""
    ours = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR")}
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return ours | {"PYTHONPATH": os.pathsep.join(str(Path(path).resolve()) for path in paths if path)} | variables


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Give a function that runs ``service-engine`` with some words."""

    def run_command(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *words],
            cwd=tmp_path,
            env=_environment(variables),
            capture_output=True,
            encoding=variables.get("PYTHONIOENCODING", "utf-8"),
            timeout=60,
            check=False,
        )

    return run_command


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give the same in this process, which is quicker: for what depends on the words and the variables alone."""
    monkeypatch.chdir(tmp_path)

    def call_main(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        with pytest.MonkeyPatch.context() as environment:
            for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR"):
                environment.delenv(name, raising=False)
            for name, value in variables.items():
                environment.setenv(name, value)
            code = main(words)
        printed = capsys.readouterr()
        return subprocess.CompletedProcess(words, code, printed.out, printed.err)

    return call_main


@define
class Server:
    """A running ``service-engine serve --json``."""

    process: subprocess.Popen[str]
    lines: queue.Queue[str] = field(factory=queue.Queue)
    address: str = ""

    def follow(self) -> None:
        """Read what it prints, until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def said(self) -> dict[str, Any]:
        """Return the next line that it printed, or fail with what it said on stderr."""
        line = self.lines.get(timeout=_PATIENCE)
        if not line:
            assert self.process.stderr is not None
            pytest.fail(f"the server ended: {self.process.stderr.read()}")
        value: dict[str, Any] = json.loads(line)
        return value

    def get(self, path: str, token: str) -> tuple[int, Any]:
        """Ask it something."""
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=_PATIENCE)
        with closing(connection):
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            return answer.status, json.load(answer)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal; return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=_PATIENCE)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Give a function that starts a server and waits until its process runs; all are stopped at the end."""
    servers: list[Server] = []

    def start(*words: str, json: bool = True) -> Server:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", *(["--json"] if json else []), *words],
            cwd=tmp_path,
            env=_environment({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        server = Server(process)
        servers.append(server)
        threading.Thread(target=server.follow, daemon=True).start()
        return server

    yield start
    for server in servers:
        server.process.kill()
        server.process.wait()
        for stream in (server.process.stdout, server.process.stderr):
            assert stream is not None
            stream.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give a database with our tables and no rows, of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database with nothing in it, of each kind; the SQLite file is not even there."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    url: str = request.getfixturevalue("empty_postgres_database_url")
    return url


@pytest.fixture
def agency(call: Run, database_url: str) -> dict[str, Any]:
    """Give what bootstrap printed of a new organisation, and the database that it is in."""
    done = call("bootstrap", "--database-url", database_url, "--organization", "Acme Agency", "--json")
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts | {"url": database_url}
