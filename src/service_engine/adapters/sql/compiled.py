"""Compiled statements, found by which statement it is instead of by everything that is in it.

SQLAlchemy looks a compiled statement up by a key of all of its parts, some hundreds of nested tuples whose hash Python
computes anew each time (before 3.14): a quarter of what it does around a statement. Ours are built once and live as
long as their tables, and so do their keys, so that the key's identity tells as much.

Source: decision 26.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Dialect

__all__ = ["found_by_identity"]

_OPTIONS: Final = "_service_engine_options"
_MOST: Final = 10_000


def found_by_identity(dialect: Dialect) -> Mapping[str, Any]:
    """Return the execution options with which a statement that was built once is executed on an engine of this dialect.

    Example:
        >>> from sqlalchemy import create_engine, literal, select
        >>> with create_engine("sqlite://").connect() as connection:
        ...     connection.execute(select(literal(1)), execution_options=found_by_identity(connection.dialect)).scalar()
        1
    """
    options: Mapping[str, Any] | None = vars(dialect).get(_OPTIONS)
    if options is None:
        # Kept with the dialect, which belongs to its engine: nothing outlives the engine.
        options = vars(dialect)[_OPTIONS] = {"compiled_cache": _ByIdentity()}
    return options


class _ByIdentity:
    """What SQLAlchemy takes for its cache, one for each dialect; the second part of its keys is the statement's own."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._found: dict[Any, tuple[Any, Any]] = {}

    def get(self, key: Any) -> Any:
        found = self._found.get((id(key[1]), key[2:]))
        return None if found is None else found[1]

    def __setitem__(self, key: Any, compiled: Any) -> None:
        if len(self._found) >= self._most:  # a statement that was not built once has a new key each time
            self._found.clear()
        # The statement's key is kept, too: while it lives, no other one has its identity.
        self._found[id(key[1]), key[2:]] = (key[1], compiled)

    def __len__(self) -> int:
        return len(self._found)
