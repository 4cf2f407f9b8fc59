"""Puts a dataset's rows into an empty database as fast as the database takes them, and measures it for the planner.

The schema is the library's own, made by its migrations. Only the secondary indexes are taken away while the rows come,
and made again, as they were, afterwards.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any, Final

import psycopg
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.data.ledger import COLUMNS, Row
from bench.data.rows import Scale, chunks
from service_engine.adapters.sql import migrations

__all__ = ["load_postgres", "load_sqlite"]

_FAST: Final = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA cache_size = -1048576",
    "PRAGMA threads = 2",
)
_SAFE: Final = ("PRAGMA locking_mode = NORMAL", "PRAGMA journal_mode = WAL")


def load_sqlite(path: str, scale: Scale, *, quiet: bool = False) -> None:
    """Make the schema and the rows in a new SQLite file."""
    migrations.upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection, _progress(quiet) as progress:
        for pragma in _FAST:
            connection.execute(pragma)
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        indexes: list[tuple[str, str]] = connection.execute(found).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute("BEGIN")
        for rows in _shown(progress, path, scale):
            for table, its in rows.items():
                connection.executemany(_insert(table), its)
        connection.execute("COMMIT")
        for index in progress.track([sql for _, sql in indexes], description="indexes"):
            connection.execute(index)
        connection.execute("ANALYZE")
        for pragma in _SAFE:
            connection.execute(pragma)


def load_postgres(url: str, scale: Scale, *, quiet: bool = False) -> None:
    """Make the schema and the rows in an empty PostgreSQL database, of which one must be a superuser."""
    migrations.upgrade(url)
    with psycopg.connect(url, autocommit=True) as connection, _progress(quiet) as progress:
        # The foreign keys are triggers here: they stay, and do not fire for what is loaded.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '1GB'")
        found = """
            SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
            JOIN pg_class ON pg_class.oid = indrelid
            WHERE relnamespace = current_schema()::regnamespace
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
            ORDER BY 1
        """
        indexes = connection.execute(found).fetchall()
        for name, _ in indexes:
            _execute(connection, f"DROP INDEX {name}")
        for rows in _shown(progress, connection.info.dbname, scale):
            with connection.transaction(), connection.cursor() as cursor:
                for table, its in rows.items():
                    _copy(cursor, table, its)
        for index in progress.track([sql for _, sql in indexes], description="indexes"):
            _execute(connection, index)
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def _insert(table: str) -> str:
    columns = COLUMNS[table].split()
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608


def _copy(cursor: psycopg.Cursor[Any], table: str, rows: Iterable[Row]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(COLUMNS[table].split())}) FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _execute(connection: psycopg.Connection[Any], statement: str) -> None:
    connection.execute(statement.encode())


def _shown(progress: Progress, name: str, scale: Scale) -> Iterator[dict[str, list[Row]]]:
    task = progress.add_task(name.rpartition("/")[2], total=scale.tickets)
    for rows, count in chunks(scale):
        yield rows
        progress.advance(task, count)


def _progress(quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, disable=quiet)
