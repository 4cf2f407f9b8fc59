"""What a failed statement means: somebody was first, try again, the connection is gone, or a bug.

Told by the database's own code (SQLSTATE, SQLite's extended result code), never by the driver's class alone.

Source: design section 5.7 and 5.8.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError

from service_engine.errors import ConflictError

__all__ = ["is_collision", "is_lost_connection", "is_retryable", "leaves_commit_open", "refusing_collisions"]

_COLLISIONS: Final = frozenset({"23505", "23503", "23001"})  # unique, foreign key, restrict
_CONTENTION: Final = frozenset({"40001", "40P01", "55P03"})  # serialisation, deadlock, lock not available
_SHUTDOWNS: Final = frozenset({"57P01", "57P02", "57P03"})
_SQLITE_COLLISIONS: Final = frozenset({2067, 1555, 787})  # unique, primary key, foreign key
_SQLITE_BUSY: Final = frozenset({5, 6})  # busy, locked; the low byte of the extended code
_SQLITE_IO_ERROR: Final = 10
_SQLITE_CLOSED: Final = ("cannot operate on a closed database", "no active connection", "connection closed")
_PASSING_REFUSALS: Final = (
    "starting up",
    "shutting down",
    "in recovery mode",
    "not yet accepting connections",
    "too many clients",
    "remaining connection slots",
)


def is_collision(error: DBAPIError) -> bool:
    """Tell whether something was not unique, or refers to something that is not there."""
    return _sqlstate(error) in _COLLISIONS or _sqlite_code(error) in _SQLITE_COLLISIONS


def is_lost_connection(error: BaseException) -> bool:
    """Tell whether the database could not be reached, or went away in the middle."""
    if not isinstance(error, DBAPIError):
        return False
    code = _sqlstate(error)
    if error.connection_invalidated or code in _SHUTDOWNS or code.startswith("08"):
        return True
    return code == "53300" or (not code and (_never_connected(error) or _is_closed(error)))


def is_retryable(error: BaseException) -> bool:
    """Tell whether the same use case may well succeed when it is run again from the start."""
    if isinstance(error, ConflictError) or is_lost_connection(error):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return _sqlstate(error) in _CONTENTION or _sqlite_code(error) & 0xFF in _SQLITE_BUSY


def leaves_commit_open(error: BaseException) -> bool:
    """Tell whether a COMMIT that fails with this may have been done all the same; any other error is a clear no.

    SQLite may fail with an I/O error after the transaction is in its log.
    """
    if is_lost_connection(error):
        return True
    return isinstance(error, DBAPIError) and _sqlite_code(error) & 0xFF == _SQLITE_IO_ERROR


@contextmanager
def refusing_collisions(kind: str, key: object) -> Iterator[None]:
    """Turn a violated uniqueness or reference into the library's own error; leave every other failure as it is.

    Args:
        kind: What is being written.
        key: Its id.

    Raises:
        ConflictError: Somebody else took the value, or removed what is referred to, since it was checked.
    """
    try:
        yield
    except DBAPIError as error:
        if is_collision(error):
            raise ConflictError(kind, key) from error
        raise


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or ""


def _sqlite_code(error: DBAPIError) -> int:
    return getattr(error.orig, "sqlite_errorcode", None) or 0


def _is_closed(error: DBAPIError) -> bool:
    # SQLAlchemy finds that out itself, except in the rollback by which it answers a BEGIN that was refused as busy: the
    # error of that rollback is all that is left, and says nothing of the connection.
    name, message = type(error.orig).__name__, str(error.orig).lower()
    return name in ("ProgrammingError", "OperationalError") and message.startswith(_SQLITE_CLOSED)


def _never_connected(error: DBAPIError) -> bool:
    # libpq reports a failed connection without a code. A refusal by the server ("FATAL: password ...") will not pass by
    # itself, unless it says that the server is on its way up or down.
    name, message = type(error.orig).__name__, str(error.orig)
    if name != "OperationalError" or not hasattr(error.orig, "sqlstate"):
        return False
    return "FATAL:" not in message or any(each in message for each in _PASSING_REFUSALS)
