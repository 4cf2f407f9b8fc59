"""Databases for the figures of crashes, and the writer that is killed on them."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Thread
from typing import Self

from tests.figures.audit import Acknowledged, read_lines
from tests.figures.writing import Cast

from service_engine import SqlStore
from service_engine.adapters.sql.migrations import upgrade
from service_engine.testing.contracts import Agency
from service_engine.testing.postgres import DURABLE, PostgresServer, new_database

__all__ = ["PATIENCE", "Writer", "audit_file", "found_cast", "postgres_database", "sqlite_database"]

PATIENCE = 120.0
ROOT = Path(__file__).parents[2]


@contextmanager
def sqlite_database() -> Iterator[str]:
    """Give the address of a new SQLite file with our schema."""
    with tempfile.TemporaryDirectory(prefix="service-engine-") as directory:
        url = f"sqlite:///{Path(directory) / 'figures.db'}"
        upgrade(url)
        yield url


@contextmanager
def postgres_database() -> Iterator[tuple[PostgresServer, str]]:
    """Give a server of our own, as durable as one in production, and the address of a database with our schema."""
    with PostgresServer(DURABLE) as server, new_database(server.url) as url:
        upgrade(url)
        yield server, url


def found_cast(store: SqlStore) -> Cast:
    """Found an organisation to write in."""
    acme = Agency(store)
    return Cast(acme.org_id, acme.client().id, acme.administrator.id, acme.service().id)


class Writer:
    """A running ``writing.py``.

    Args:
        url: Where it writes.
        cast: What it writes about.
        threads: How many write at once.
    """

    def __init__(self, url: str, cast: Cast, threads: int) -> None:
        self.cast = cast
        self.threads = threads
        self._lines: list[str] = []
        self._heard = Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.figures.writing", url, str(threads), *cast.words()],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def wait_for(self, lines: int) -> None:
        """Wait until it has said so many lines more."""
        with self._heard:
            wanted = len(self._lines) + lines
            deadline = time.monotonic() + PATIENCE
            while len(self._lines) < wanted:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    msg = f"the writer stopped acknowledging after {len(self._lines)} lines"
                    raise RuntimeError(msg)
                self._heard.wait(1)

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        self._process.kill()
        self._finish()

    def stop(self) -> None:
        """Let it finish what it has begun."""
        self._process.send_signal(signal.SIGTERM)
        self._finish()
        if self._process.returncode:
            msg = f"the writer ended with {self._process.returncode}"
            raise RuntimeError(msg)

    @property
    def said(self) -> Acknowledged:
        """What it has acknowledged so far."""
        with self._heard:
            return read_lines(self._lines)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._heard:
                self._lines.append(line)
                self._heard.notify_all()

    def _finish(self) -> None:
        self._process.wait(PATIENCE)
        self._listener.join(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()


def audit_file(url: str) -> list[str]:
    """Return what SQLite itself finds wrong with a file."""
    import sqlite3

    with_file = sqlite3.connect(url.removeprefix("sqlite:///"))
    try:
        checked = [row[0] for row in with_file.execute("PRAGMA integrity_check")]
        strays = with_file.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        with_file.close()
    return [each for each in checked if each != "ok"] + [f"a row refers to nothing: {row}" for row in strays]
