"""``service-engine db``: the tables, as often as one likes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_upgrade_makes_the_tables_and_then_changes_nothing(run: Run, call: Run, empty_database_url: str) -> None:
    """Twice the same answer, from another process, too; after it the database can be used."""
    first, second = (command("db", "upgrade", "--database-url", empty_database_url) for command in (run, call))
    assert (first.returncode, first.stderr) == (second.returncode, second.stderr) == (0, "")
    assert first.stdout == second.stdout
    assert first.stdout.endswith(" are up to date.\n")
    assert call("bootstrap", "--database-url", empty_database_url, "--organization", "Acme").returncode == 0


def test_check_tells_a_prepared_database(call: Run, database_url: str) -> None:
    """Exit code 0 when the tables are up to date."""
    done = call("db", "check", "--database-url", database_url)
    assert (done.returncode, done.stderr) == (0, "")


def test_check_tells_a_database_without_tables(call: Run, empty_postgres_database_url: str) -> None:
    """Exit code 1, and what to do about it."""
    done = call("db", "check", "--database-url", empty_postgres_database_url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "service-engine db upgrade" in done.stderr


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "this is no database URL; take sqlite:///file.db, postgresql://user@host/database or"),
        ("mysql://localhost/agency", "there is no store for mysql; take sqlite:///file.db, postgresql://"),
        ("sqlite://", "an SQLite database in memory ends with its connection; name a file, or take memory://"),
        ("sqlite:////nowhere/at/all/agency.db", "there is no folder /nowhere/at/all"),
        ("postgresql://me:secret@127.0.0.1:1/agency", "the database says: connection failed: "),
    ],
)
def test_a_database_that_cannot_be_had_is_said_in_one_line(call: Run, url: str, sentence: str) -> None:
    """With exit code 1, without a traceback, and without the password."""
    done = call("db", "upgrade", "--database-url", url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"service-engine: {sentence}")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


def test_the_password_is_not_printed(call: Run, empty_postgres_database_url: str) -> None:
    """Not on success either: terminals are recorded and logs are kept."""
    target = urlsplit(empty_postgres_database_url)
    password = target.password or "hunter2"  # a server that trusts us does not look at it
    netloc = f"{target.username}:{password}@{target.netloc.rpartition('@')[2]}"
    done = call("db", "upgrade", "--database-url", target._replace(netloc=netloc).geturl())
    assert (done.returncode, done.stderr) == (0, "")
    assert ":***@" in done.stdout
    assert password not in done.stdout
