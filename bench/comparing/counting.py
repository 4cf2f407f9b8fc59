"""Counts the calls that reach the driver, in one way for everybody: what is counted is the driver's cursor.

A call for several rows (``executemany``) counts once: it is one round trip, or none on SQLite. Whoever is to be counted
has to connect inside the block.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from typing import Any, Final

from attrs import define, field

__all__ = ["Tally", "counting_calls"]

_NOT_COUNTED: Final = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET ", "SHOW ")


@define
class Tally:
    """What reached the driver since it was last emptied.

    Args:
        statements: In order; BEGIN, COMMIT and settings are not among them.
        connections: Those that were made to SQLite, closed ones too.
    """

    statements: list[str] = field(factory=list)
    connections: list[sqlite3.Connection] = field(factory=list)

    def note(self, statement: Any) -> None:
        """Count a statement, unless it only controls the transaction or the connection."""
        text = statement.decode() if isinstance(statement, bytes) else str(statement)
        if not text.lstrip().upper().startswith(_NOT_COUNTED):
            self.statements.append(text)

    def settings(self, name: str) -> set[Any]:
        """Return the values that a PRAGMA has on the connections to SQLite that are open."""
        found = set()
        for connection in self.connections:
            with suppress(sqlite3.ProgrammingError):  # it is closed
                found.add(sqlite3.Connection.execute(connection, f"PRAGMA {name}").fetchone()[0])
        return found


@contextmanager
def counting_calls() -> Iterator[Tally]:
    """Count what is executed on the connections that are made inside the block, to SQLite and to PostgreSQL."""
    tally = Tally()
    with ExitStack() as stack:
        connect = _counted_connect(tally)
        for module in (sqlite3, sqlite3.dbapi2):
            _replace(stack, module, "connect", connect)
        try:
            import psycopg  # noqa: PLC0415  # SQLite can be measured without it
        except ImportError:
            pass
        else:
            for name in ("execute", "executemany"):
                _replace(stack, psycopg.Cursor, name, _counted_method(tally, getattr(psycopg.Cursor, name)))
        yield tally


def _replace(stack: ExitStack, owner: Any, name: str, by: Any) -> None:
    """Put something that counts, and then calls the true one, in its place until the stack is left."""
    stack.callback(setattr, owner, name, getattr(owner, name))
    setattr(owner, name, by)


def _counted_method(tally: Tally, method: Callable[..., Any]) -> Callable[..., Any]:
    def counted(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        tally.note(query)
        return method(cursor, query, *args, **kwargs)

    return counted


def _counted_connect(tally: Tally) -> Callable[..., sqlite3.Connection]:
    """Return ``sqlite3.connect`` with connections whose cursors, of whatever class, count."""
    connect = sqlite3.connect

    @lru_cache
    def counting(kind: type[sqlite3.Cursor]) -> type[sqlite3.Cursor]:
        members = {name: _counted_method(tally, getattr(kind, name)) for name in ("execute", "executemany")}
        return type(f"Counting{kind.__name__}", (kind,), members)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
            return super().cursor(counting(factory))

        def execute(self, *args: Any) -> Any:
            return self.cursor().execute(*args)

        def executemany(self, *args: Any) -> Any:
            return self.cursor().executemany(*args)

    def counted_connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **{"factory": Connection, **kwargs})
        tally.connections.append(connection)
        return connection

    return counted_connect
