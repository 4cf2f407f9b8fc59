"""How the database answers the library's lists: by which index, and whether anything is sorted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Engine, event

from bench.contenders import Given

__all__ = ["Plan", "plan_of"]

_INDEX: Final = re.compile(r"(?:USING (?:COVERING )?INDEX|Index(?: Only)? Scan(?: Backward)? using|on) (\w+_idx)")
_SORTS: Final = re.compile(r"TEMP B-TREE|\bSort\b")
_SEQUENTIAL: Final = r"Seq Scan on {0}\b|SCAN {0}\b(?! USING)"


@frozen
class Plan:
    """How one statement is answered.

    Args:
        indexes: The indexes of the table that is listed, in the order in which they are named.
        sorts: Whether anything is sorted.
        reads_all: Whether the table that is listed is read from end to end.
        text: The whole plan.
    """

    indexes: tuple[str, ...]
    sorts: bool
    reads_all: bool
    text: str

    def __str__(self) -> str:
        words = [self.indexes[0] if self.indexes else "NO INDEX", "SORTS" if self.sorts else "sorts nothing"]
        # A table of a few pages is read whole to join the rest of the rows that an index has chosen.
        return ", ".join([*words, "joins by reading all"] if self.reads_all else words)


def plan_of(engine: Engine, call: Callable[[Given], Any], given: Given, table: str) -> Plan:
    """Return how the first statement of a call is answered: of a list, the one that gives the rows.

    Args:
        engine: The library's.
        call: What sends the statement.
        given: What with.
        table: The one that is listed.
    """
    with _listening(engine) as sent:
        call(given)
    statement, values = sent[0]
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        text = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
    return Plan(
        indexes=tuple(name for name in _INDEX.findall(text) if name.startswith(f"{table}_")),
        sorts=_SORTS.search(text) is not None,
        reads_all=re.search(_SEQUENTIAL.format(table), text) is not None,
        text=text,
    )


@contextmanager
def _listening(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    sent: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, sql: str, values: Any, ___: Any, ____: bool) -> None:
        sent.append((sql, values))

    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", listen)
