"""psycopg's cursors, without what nobody looks at.

SQLAlchemy asks a cursor for its ``description`` after every statement, only to see whether there is one: what the
columns are called it remembers from the first time. psycopg makes an object for each column before it answers, which
for the columns of a ticket takes a tenth of the time of the whole statement.

Source: decision 27.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

__all__ = ["describe_on_demand"]


def describe_on_demand(connection: Any, _: object = None) -> None:
    """Let the cursors of a new psycopg connection describe their columns when somebody looks at them.

    Args:
        connection: The driver's, or SQLAlchemy's wrapping of an asynchronous one. Others are left as they are.
    """
    own = getattr(connection, "driver_connection", connection)
    factory = getattr(own, "cursor_factory", None)
    if isinstance(factory, type):
        own.cursor_factory = _on_demand(factory)


@lru_cache
def _on_demand(factory: type[Any]) -> type[Any]:
    return type(factory.__name__, (_DescribedOnDemand, factory), {})


class _DescribedOnDemand:
    """What comes before psycopg's own class."""

    pgresult: Any

    @property
    def description(self) -> Sequence[Any] | None:
        """Describe the columns of the present result; None if it has none."""
        result = self.pgresult
        return _Columns(self, result) if result and result.nfields else self._described()

    def _described(self) -> Sequence[Any] | None:
        described: Sequence[Any] | None = super().description  # type: ignore[misc]
        return described


class _Columns(Sequence[Any]):
    """The columns of a result, made when the first one is looked at."""

    def __init__(self, cursor: _DescribedOnDemand, result: Any) -> None:
        self._cursor = cursor
        self._result = result
        self._made: Sequence[Any] | None = None

    def __len__(self) -> int:
        return self._result.nfields  # type: ignore[no-any-return]

    def __getitem__(self, index: Any) -> Any:
        if self._made is None:
            if self._cursor.pgresult is not self._result:
                msg = "the cursor has another result by now; look at the columns before the next statement"
                raise RuntimeError(msg)
            self._made = self._cursor._described() or ()  # noqa: SLF001  # the two belong together
        return self._made[index]
