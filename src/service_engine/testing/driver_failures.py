"""Driver errors as they are in life, for ``fault_injection``: the real exception, and what the database does besides.

Nothing is imitated that can be had: PostgreSQL raises its errors itself, so that the driver makes its own exception of
them, with code, class and diagnosis, and the transaction is aborted; a lost connection is lost. SQLite's errors cannot
be ordered, so they are built: the driver's class, with the extended result code.

========================= ============ ========= ====================================================================
name                      database     code      afterwards
========================= ============ ========= ====================================================================
``DEADLOCK``              PostgreSQL   40P01     the transaction is aborted
``SERIALIZATION_FAILURE`` PostgreSQL   40001     the transaction is aborted
``LOCK_TIMEOUT``          PostgreSQL   55P03     the transaction is aborted
``DISK_FULL``             PostgreSQL   53100     the transaction is aborted
``TERMINATED``            PostgreSQL   57P01     the server has ended the connection
``CONNECTION_FAILURE``    PostgreSQL   08006     as a connection pool in between reports it; the connection is closed
``CUT_OFF``               PostgreSQL   none      the network is gone: the driver itself says so
``BUSY``                  SQLite       5         the transaction is still open
``DATABASE_FULL``         SQLite       13        the transaction is rolled back
``IO_ERROR``              SQLite       1034      the transaction is rolled back
``CLOSED``                SQLite       none      somebody has closed the connection
========================= ============ ========= ====================================================================
"""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from os import dup
from typing import Final, NoReturn

from attrs import field, frozen
from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = [
    "BUSY",
    "CLOSED",
    "CONNECTION_FAILURE",
    "CUT_OFF",
    "DATABASE_FULL",
    "DEADLOCK",
    "DISK_FULL",
    "IO_ERROR",
    "LOCK_TIMEOUT",
    "SERIALIZATION_FAILURE",
    "TERMINATED",
    "DriverFailure",
    "failures_of",
]


@frozen(kw_only=True)
class DriverFailure(ABC):
    """A way in which a database fails.

    Args:
        name: What it is called.
        hides_commit: Whether a COMMIT that fails with it may have been done all the same. Any other error at COMMIT is
            an answer: nothing was stored.

    Example:
        >>> from sqlite3 import OperationalError
        >>> @frozen(kw_only=True)
        ... class TooManyConnections(DriverFailure):
        ...     def strike(self, connection: PoolProxiedConnection, *, in_transaction: bool) -> NoReturn:
        ...         raise OperationalError(self.name)
        >>> str(TooManyConnections(name="too many connections"))
        'too many connections'
    """

    name: str
    hides_commit: bool = False

    @abstractmethod
    def strike(self, connection: PoolProxiedConnection, *, in_transaction: bool) -> NoReturn:
        """Fail.

        Args:
            connection: The driver's connection, as SQLAlchemy's pool holds it.
            in_transaction: Whether the transaction goes on after what failed: not after BEGIN and COMMIT.

        Raises:
            Exception: The driver's.
        """
        ...

    def __str__(self) -> str:
        return self.name


def failures_of(engine: Engine | AsyncEngine) -> tuple[DriverFailure, ...]:
    """Return every ready-made error of an engine's database.

    Example:
        >>> from sqlalchemy import create_engine
        >>> print(*failures_of(create_engine("sqlite://")), sep=", ")
        busy, database full, disk I/O error, closed connection
    """
    return _SQLITE if engine.dialect.name == "sqlite" else _POSTGRES


def _execute(connection: PoolProxiedConnection, statement: str) -> NoReturn:
    """Execute what must fail, so that the driver makes its own exception of it."""
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
    finally:
        cursor.close()
    msg = f"the database did not fail as it was told to: {statement}"
    raise AssertionError(msg)


@frozen(kw_only=True)
class _Raised(DriverFailure):
    """The server raises it, and the transaction is aborted."""

    sqlstate: str
    message: str

    def strike(self, connection: PoolProxiedConnection, *, in_transaction: bool) -> NoReturn:
        raising = f"RAISE EXCEPTION USING ERRCODE = '{self.sqlstate}', MESSAGE = '{self.message}'"
        try:
            _execute(connection, f"DO $$BEGIN {raising}; END$$")
        finally:
            if self.hides_commit:
                connection.dbapi_connection.close()  # type: ignore[union-attr]
            elif not in_transaction:
                connection.rollback()


@frozen(kw_only=True)
class _Terminated(DriverFailure):
    """An administrator ends the connection."""

    def strike(self, connection: PoolProxiedConnection, *, in_transaction: bool) -> NoReturn:
        # The sleep is where the server notices, so that it cannot answer first.
        _execute(connection, "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(60)")


@frozen(kw_only=True)
class _CutOff(DriverFailure):
    """Nothing comes through any more, in either direction."""

    def strike(self, connection: PoolProxiedConnection, *, in_transaction: bool) -> NoReturn:
        number = connection.driver_connection.fileno()  # type: ignore[union-attr]
        with socket.socket(fileno=dup(number)) as line:
            line.shutdown(socket.SHUT_RDWR)
        _execute(connection, "SELECT 1")


@frozen(kw_only=True)
class _Reported(DriverFailure):
    """SQLite reports it."""

    code: int
    code_name: str
    message: str
    rolls_back: bool = field(default=False)

    def strike(self, connection: PoolProxiedConnection, *, in_transaction: bool) -> NoReturn:
        from sqlite3 import OperationalError

        if self.rolls_back:
            connection.rollback()
        error = OperationalError(self.message)
        error.sqlite_errorcode = self.code
        error.sqlite_errorname = self.code_name
        raise error


@frozen(kw_only=True)
class _Closed(DriverFailure):
    """The connection is closed by somebody else in this process."""

    def strike(self, connection: PoolProxiedConnection, *, in_transaction: bool) -> NoReturn:
        cursor = connection.cursor()
        # A statement with rows left would keep a closed connection, and its lock, alive.
        connection.rollback()
        connection.dbapi_connection.close()  # type: ignore[union-attr]
        cursor.execute("SELECT 1")
        msg = "the connection is not closed"
        raise AssertionError(msg)


DEADLOCK: Final[DriverFailure] = _Raised(name="deadlock", sqlstate="40P01", message="deadlock detected")
SERIALIZATION_FAILURE: Final[DriverFailure] = _Raised(
    name="serialisation failure", sqlstate="40001", message="could not serialize access due to concurrent update"
)
LOCK_TIMEOUT: Final[DriverFailure] = _Raised(
    name="lock timeout", sqlstate="55P03", message="canceling statement due to lock timeout"
)
DISK_FULL: Final[DriverFailure] = _Raised(
    name="disk full", sqlstate="53100", message="could not extend file: No space left on device"
)
TERMINATED: Final[DriverFailure] = _Terminated(name="terminated connection", hides_commit=True)
CONNECTION_FAILURE: Final[DriverFailure] = _Raised(
    name="connection failure", sqlstate="08006", message="server connection crashed", hides_commit=True
)
CUT_OFF: Final[DriverFailure] = _CutOff(name="cut connection", hides_commit=True)
BUSY: Final[DriverFailure] = _Reported(name="busy", code=5, code_name="SQLITE_BUSY", message="database is locked")
DATABASE_FULL: Final[DriverFailure] = _Reported(
    name="database full", code=13, code_name="SQLITE_FULL", message="database or disk is full", rolls_back=True
)
IO_ERROR: Final[DriverFailure] = _Reported(
    name="disk I/O error",
    code=1034,
    code_name="SQLITE_IOERR_FSYNC",
    message="disk I/O error",
    rolls_back=True,
    hides_commit=True,
)
CLOSED: Final[DriverFailure] = _Closed(name="closed connection", hides_commit=True)

_POSTGRES: Final = (
    DEADLOCK,
    SERIALIZATION_FAILURE,
    LOCK_TIMEOUT,
    DISK_FULL,
    TERMINATED,
    CONNECTION_FAILURE,
    CUT_OFF,
)
_SQLITE: Final = (BUSY, DATABASE_FULL, IO_ERROR, CLOSED)
