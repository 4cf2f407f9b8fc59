"""From an error to one sentence for people, without a traceback.

Only what a person can cause from the command line is explained: refusals of the library, databases that are not there,
URLs that are none, extras that are not installed. Anything else is a bug, and keeps its traceback.
"""

from __future__ import annotations

import sys
from typing import Final

from service_engine.errors import ConflictError, NotFoundError, RuleViolationError, ServiceEngineError

__all__ = ["CommandError", "explain"]

_EXTRA_OF: Final = {
    "alembic": "sql",
    "sqlalchemy": "sql",
    "psycopg": "postgres",
    "fastapi": "api",
    "orjson": "api",
    "pydantic": "api",
    "starlette": "api",
    "uvicorn": "api",
    "pygments": "cli",
    "rich": "cli",
}


class CommandError(Exception):
    """The command cannot do what was asked for; its text says why, and what would help.

    Example:
        >>> str(CommandError("there is no database at agency.db"))
        'there is no database at agency.db'
    """


def explain(error: Exception) -> str | None:
    """Return one line that tells a person what went wrong; None for a bug, which needs its traceback.

    Example:
        >>> explain(NotFoundError("role", "Sales"))
        'this organisation has no role Sales'
        >>> explain(ZeroDivisionError()) is None
        True
    """
    sentence = _sentence(error)
    return None if sentence is None else " ".join(sentence.split())


def _sentence(error: Exception) -> str | None:
    if isinstance(error, CommandError):
        return str(error)
    if isinstance(error, ServiceEngineError):
        return _refusal(error)
    if isinstance(error, ImportError):
        return _missing_extra(error)
    if isinstance(error, OSError):
        return f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
    return _database_failure(error)


def _refusal(error: ServiceEngineError) -> str:
    if isinstance(error, NotFoundError):
        if error.kind == "organization":
            return f"there is no organisation {error.key} in this database"
        return f"this organisation has no {error.kind} {error.key}"
    if isinstance(error, RuleViolationError):
        return error.message
    if isinstance(error, ConflictError):
        return f"{error}; nothing was written, try again"
    return str(error)


def _missing_extra(error: ImportError) -> str | None:
    module = (error.name or "").partition(".")[0]
    extra = _EXTRA_OF.get(module)
    if extra is None:
        return None
    return f'this needs {module}, which is not installed; pip install "service-engine[{extra}]"'


def _database_failure(error: Exception) -> str | None:
    if "sqlalchemy" not in sys.modules:
        return None  # then it cannot have come from there
    from sqlalchemy import exc

    if isinstance(error, exc.ArgumentError):
        return "this is no database URL; take sqlite:///file.db, postgresql://user@host/database or (serve, demo) memory://"
    if isinstance(error, exc.DBAPIError):
        if _lacks_tables(error.orig):
            return "the tables are missing or not up to date; run: service-engine db upgrade"
        return f"the database says: {_first_line(error.orig)}"
    return None


def _lacks_tables(error: BaseException | None) -> bool:
    undefined = ("42P01", "42703")  # PostgreSQL: no such table, no such column
    return getattr(error, "sqlstate", None) in undefined or str(error).startswith(("no such table", "no such column"))


def _first_line(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
