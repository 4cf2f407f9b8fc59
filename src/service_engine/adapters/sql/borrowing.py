"""A driver's own connection, lent by a host that does not use SQLAlchemy: Django, or a program on the bare driver.

The host has a transaction open; on the borrowed connection nothing begins, commits, rolls back or closes it.

Source: design decision 7; decision 24.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from sys import modules
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import Connection, Engine, NullPool, create_engine

from service_engine.adapters.sql.engines import trust

if TYPE_CHECKING:
    import psycopg

__all__ = ["borrow", "is_borrowed", "require_transaction"]

_LENT: Final = "service_engine_lent"


@contextmanager
def borrow(driver_connection: sqlite3.Connection | psycopg.Connection[Any]) -> Iterator[Connection]:
    """Show a driver's connection as a SQLAlchemy connection, for ``join``, until the end of the block.

    The transaction is taken as it was begun. On SQLite, begin it by ``BEGIN IMMEDIATE``. A plain ``BEGIN`` is deferred:
    it takes the right to write only with the first statement that writes, and whoever has read before that is refused
    at once, "database is locked", if somebody else has written since; no timeout helps, only to begin anew. Most use
    cases read first. ``sqlite3`` itself, left to its ``isolation_level``, sends a plain ``BEGIN``, and that only before
    the first INSERT, UPDATE or DELETE of the host's, which then takes the right at once; before it, there is no
    transaction to be borrowed.

    Args:
        driver_connection: The host's, in a transaction of the host's. Of SQLite with ``PRAGMA foreign_keys = ON``, and
            begun by ``BEGIN IMMEDIATE``. In Django, ``django.db.connection.connection`` inside of ``atomic()``.

    Raises:
        TypeError: It belongs to another driver than ``sqlite3`` and psycopg 3.
        ValueError: It is in no transaction, or does not check foreign keys.
        RuntimeError: Its transaction has failed.

    Example:
        >>> from service_engine import join
        >>> from service_engine.adapters.sql.migrations import upgrade
        >>> from service_engine.testing.examples import acme, now
        >>> from service_engine.usecases.organizations import bootstrap_organization
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     upgrade(f"sqlite:///{Path(folder) / 'agency.db'}")
        ...     own = sqlite3.connect(Path(folder) / "agency.db", isolation_level=None)
        ...     _ = own.execute("PRAGMA foreign_keys = ON")
        ...     _ = own.execute("BEGIN IMMEDIATE")
        ...     with borrow(own) as connection:
        ...         _ = bootstrap_organization(join(connection, acme.id), name="Acme", at=now)
        ...     _ = own.execute("ROLLBACK")
        ...     print(own.execute("SELECT count(*) FROM organizations").fetchone())
        ...     own.close()
        (0,)
    """
    lent = _lend(driver_connection)
    lent.begin()
    lent.require_transaction()
    handed_over = _handing_over.set(lent)
    try:
        connection = _engine(lent.dialect).connect()
    finally:
        _handing_over.reset(handed_over)
    with connection:
        connection.info[_LENT] = lent
        yield connection


def is_borrowed(connection: Connection) -> bool:
    """Tell whether it shows a driver's connection, whose transaction SQLAlchemy neither begins nor ends."""
    return _LENT in connection.info


def require_transaction(connection: Connection) -> None:
    """Refuse a borrowed connection whose transaction was ended by the host; anybody else's is left alone.

    Raises:
        ValueError: It is in no transaction.
        RuntimeError: Its transaction has failed.
    """
    lent: _Lent | None = connection.info.get(_LENT)
    if lent is not None:
        lent.require_transaction()


class _Lent(Protocol):
    dialect: str
    shown: Any

    def begin(self) -> None: ...
    def require_transaction(self) -> None: ...


_handing_over: ContextVar[_Lent] = ContextVar("service_engine_lent")


@lru_cache(maxsize=2)
def _engine(dialect: str) -> Engine:
    """Return the engine of everything that is borrowed: the statements that it has compiled are kept with it."""
    engine = create_engine(
        f"{dialect}://", creator=lambda: _handing_over.get().shown, poolclass=NullPool, pool_reset_on_return=None
    )
    trust(engine)
    return engine


def _lend(driver_connection: object) -> _Lent:
    if isinstance(driver_connection, sqlite3.Connection):
        return _LentSqlite(driver_connection)
    if "psycopg" in modules:  # asked, not imported: it need not be installed
        lent = _lend_postgres(driver_connection)
        if lent is not None:
            return lent
    kind = type(driver_connection)
    msg = f"only a connection of sqlite3 or psycopg 3 can be borrowed, not {kind.__module__}.{kind.__qualname__}"
    raise TypeError(msg)


class _LentSqlite:
    """What SQLAlchemy gets to see of an SQLite connection: it makes cursors, and nothing else happens to it."""

    dialect = "sqlite"

    def __init__(self, own: sqlite3.Connection) -> None:
        self._own = own
        self.shown = self
        if own.execute("PRAGMA foreign_keys").fetchone()[0] != 1:
            msg = "this SQLite connection does not check foreign keys: PRAGMA foreign_keys = ON, before its transaction"
            raise ValueError(msg)

    def begin(self) -> None:
        """Do nothing: the host has sent its BEGIN, or there is no transaction."""

    def require_transaction(self) -> None:
        if not self._own.in_transaction:
            raise _none()

    def cursor(self) -> sqlite3.Cursor:
        cursor = self._own.cursor()
        cursor.row_factory = None  # SQLAlchemy reads tuples, whatever the host reads
        return cursor

    def _nothing(self, *_: object, **__: object) -> None:
        """Leave it to the host; a host's own function for REGEXP stays in place, too."""

    commit = rollback = close = create_function = _nothing


def _lend_postgres(own: object) -> _Lent | None:
    from psycopg import Connection as DriverConnection  # noqa: PLC0415

    lent: _Lent | None = _postgres_class()(own) if isinstance(own, DriverConnection) else None
    return lent


@lru_cache(maxsize=1)
def _postgres_class() -> Any:
    """Return the class, made when psycopg is known to be installed."""
    from psycopg import Connection as DriverConnection  # noqa: PLC0415
    from psycopg.pq import TransactionStatus  # noqa: PLC0415

    class LentPostgres(DriverConnection[Any]):
        """Another view of the same session of the server, with type adapters and cursors of its own."""

        dialect = "postgresql+psycopg"

        def __init__(self, own: psycopg.Connection[Any]) -> None:
            self._own = own
            handlers = own.pgconn.notice_handler, own.pgconn.notify_handler
            super().__init__(own.pgconn)
            own.pgconn.notice_handler, own.pgconn.notify_handler = handlers  # which psycopg has taken for itself
            self.prepare_threshold = None  # its names for prepared statements would be those of the host's own
            self.shown = self

        def begin(self) -> None:
            if not self._own.autocommit and self._own.info.transaction_status == TransactionStatus.IDLE:
                # The driver begins with the first statement, which has to be the host's: it knows the isolation level.
                self._own.execute("SELECT 1")

        def require_transaction(self) -> None:
            status = self._own.info.transaction_status
            if status == TransactionStatus.INERROR:
                msg = "the transaction has failed: roll it back, or its savepoint, and borrow again"
                raise RuntimeError(msg)
            if status != TransactionStatus.INTRANS:
                raise _none()

        def _nothing(self) -> None:
            """Leave it to the host."""

        commit = rollback = close = _nothing

        def __del__(self, *_: object) -> None:
            """Do not complain that it is still open: it is the host's."""

    return LentPostgres


def _none() -> ValueError:
    return ValueError("this connection is in no transaction: begin one, and borrow it inside")
