"""The server that the tests start by themselves."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from service_engine.testing.postgres import DURABLE, PostgresServer, new_database

HOLD = """
import sys, time
from service_engine.testing.postgres import PostgresServer
server = PostgresServer()
print(server.url, flush=True)
time.sleep(60)
"""


def _directory(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def _is_gone_soon(directory: Path) -> bool:
    deadline = time.monotonic() + 20
    while directory.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not directory.exists()


def test_it_keeps_what_was_committed_through_a_crash_and_a_restart() -> None:
    """Its address stays the same, and so do its data."""
    with PostgresServer(DURABLE) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("create table kept as select 42 as number")
        server.crash()
        server.start()
        server.restart()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("select number from kept").fetchone() == (42,)


def test_it_leaves_nothing_behind() -> None:
    """Closing it removes its directory."""
    with PostgresServer() as server:
        directory = _directory(server.url)
        assert directory.is_dir()
    assert _is_gone_soon(directory)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_it_ends_with_the_process_that_started_it(how: signal.Signals) -> None:
    """However that process ends, the server and its directory go."""
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        url = holder.stdout.readline().strip()
        psycopg.connect(url).close()
        holder.send_signal(how)
    assert _is_gone_soon(_directory(url))
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_a_wrong_setting_is_an_error_with_the_log() -> None:
    """No server is an error, never a skip; and it says why."""
    with pytest.raises(RuntimeError, match="no_such_setting"):
        PostgresServer({"no_such_setting": "1"})


def test_a_new_database_is_a_copy_of_its_template(postgres_url: str) -> None:
    """Each test can have its own, at the price of a copy."""
    with new_database(postgres_url) as template:
        with psycopg.connect(template) as connection:
            connection.execute("create table copied as select 1 as number")
        with (
            new_database(postgres_url, template=urlsplit(template).path[1:]) as url,
            psycopg.connect(url) as connection,
        ):
            assert connection.execute("select number from copied").fetchone() == (1,)


def test_a_new_database_is_dropped_under_whoever_is_connected(postgres_url: str) -> None:
    """A test that forgot a connection does not leave its database behind."""
    with new_database(postgres_url) as url:
        forgotten = psycopg.connect(url)
    try:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
    finally:
        forgotten.close()
