"""The database that a command works on: how it is named, prepared and opened.

SQLAlchemy is loaded when it is first needed, so that ``--help`` is quick and ``memory://`` works without it.
"""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from service_engine.adapters.memory import MemoryStore
from service_engine.cli.failures import CommandError

if TYPE_CHECKING:
    from sqlalchemy import URL

    from service_engine.ports.unit_of_work import Store

__all__ = [
    "DEFAULT_URL",
    "KINDS",
    "MEMORY_URL",
    "URL_VARIABLE",
    "add_url_option",
    "differences",
    "make_tables",
    "open_store",
    "without_password",
]

DEFAULT_URL: Final = "sqlite:///service-engine.db"
KINDS: Final = "sqlite:///file.db, postgresql://user@host/database"
MEMORY_URL: Final = "memory://"
_DRIVERS: Final = ("sqlite", "sqlite+pysqlite", "postgresql", "postgres", "postgresql+psycopg")
_NO_FILE: Final = (None, "", ":memory:")
URL_VARIABLE: Final = "SERVICE_ENGINE_DATABASE_URL"


def add_url_option(parser: argparse.ArgumentParser, *, memory: bool = False) -> None:
    """Add ``--database-url``.

    Args:
        parser: The command's parser.
        memory: Whether the command can work in memory, because it does everything in one process.
    """
    parser.add_argument(
        "--database-url",
        metavar="URL",
        type=str if memory else _lasting_url,
        default=os.environ.get(URL_VARIABLE, DEFAULT_URL),
        help=f"{KINDS}{', memory://' if memory else ''} (default: ${URL_VARIABLE}, else {DEFAULT_URL})",
    )


def _lasting_url(url: str) -> str:
    if url == MEMORY_URL:
        msg = "memory:// ends with the process: take it with serve or demo"
        raise argparse.ArgumentTypeError(msg)
    return url


def open_store(url: str) -> Store:
    """Open the store behind a URL; the caller closes it.

    Raises:
        CommandError: It is no URL of a database that we can use, or there is no such file.
    """
    if url == MEMORY_URL:
        return MemoryStore()
    _require_file(_parsed(url))
    from service_engine.adapters.sql import SqlStore

    return SqlStore.from_url(url)


def make_tables(url: str) -> None:
    """Make the tables, or bring them up to date; nothing happens when they are.

    Raises:
        CommandError: It is no URL of a database that we can use, or there is no folder for its file.
    """
    if url == MEMORY_URL:
        return
    parsed = _parsed(url)
    if _is_file(parsed) and not Path(parsed.database or "").parent.is_dir():
        msg = f"there is no folder {Path(parsed.database or '').parent}"
        raise CommandError(msg)
    from service_engine.adapters.sql import migrations

    migrations.upgrade(url)


def differences(url: str) -> tuple[str, ...]:
    """Return what the tables differ in from what the code expects, one line each.

    Raises:
        CommandError: It is no URL of a database that we can use, or there is no such file.
    """
    _require_file(_parsed(url))
    from service_engine.adapters.sql import migrations

    return migrations.check(url)


def without_password(url: str) -> str:
    """Return the URL as it may be shown.

    Example:
        >>> without_password("postgresql://me:secret@localhost/agency")
        'postgresql://me:***@localhost/agency'
    """
    return re.sub(r"(://[^:/@]*:)[^/]*(?=@)|([?&]password=)[^&]*", r"\1\2***", url)


def _parsed(url: str) -> URL:
    from sqlalchemy import make_url

    parsed = make_url(url)
    if parsed.drivername not in _DRIVERS:
        msg = f"there is no store for {parsed.drivername}; take {KINDS} or (serve, demo) {MEMORY_URL}"
        raise CommandError(msg)
    if parsed.get_backend_name() == "sqlite" and parsed.database in _NO_FILE:
        msg = f"an SQLite database in memory ends with its connection; name a file, or take {MEMORY_URL} (serve, demo)"
        raise CommandError(msg)
    return parsed


def _is_file(parsed: URL) -> bool:
    return parsed.get_backend_name() == "sqlite"


def _require_file(parsed: URL) -> None:
    """Opening a SQLite file that is not there would make an empty one: a typing error must not."""
    if _is_file(parsed) and not Path(parsed.database or "").is_file():
        msg = f"there is no database at {parsed.database}; make one with: service-engine bootstrap"
        raise CommandError(msg)
