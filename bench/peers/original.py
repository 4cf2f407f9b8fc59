"""The original's query shape: a page, then for each of its rows client, people and tags, each by a query of its own.

A list of 20 tickets with everything is 102 queries here; the original's were 104, because two looked up the token. As
there, people are looked up one by one before they are assigned, and tags are found or made one by one. Invoices were
asked for with everything embedded, in one query, and so they are here. A cursor it had none: KEYSET is missing.

Where this differs, it does so in the original's favour: a write is one transaction (the original had none), it reads
nothing back, and the total is counted by the database. The queries are ``text()`` on SQLAlchemy's engine, and their
values stay as the driver gives them, because the original's came as JSON.

Source: contract sections 9 and 10.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import Engine

from bench.contenders import Given, Operation, Plain
from bench.peers.answers import plain_answer
from bench.peers.engines import open_engine
from bench.peers.original_reads import READS
from bench.peers.original_sql import Asking
from bench.peers.original_writes import WRITES

__all__ = ["Original"]

_THINGS: Final = frozenset({"client", "role", "address", "order", "employees", "tags", "messages", "items"})
"""What is a row, or several, in a row; every other dictionary is JSON."""


class Original:
    """The original's query shape on one database."""

    name: str = "original's shape"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Original:
        """Connect to a database that has our schema."""
        return cls(open_engine(url))

    def operations(self) -> Mapping[Operation, Callable[[Given], Any]]:
        """Return what it can do: everything but pages after a row."""
        return {operation: partial(self._run, each) for operation, each in {**READS, **WRITES}.items()}

    def plain(self, operation: Operation, answer: Any) -> Plain:
        """Return an answer in comparable form."""
        return plain_answer(operation, _with_attributes(answer))

    def close(self) -> None:
        """Give the connection back."""
        self._engine.dispose()

    def _run(self, operate: Callable[[Asking], Any], given: Given) -> Any:
        with self._engine.begin() as connection:
            return operate(Asking(connection, given))


def _with_attributes(answer: Any) -> Any:
    if isinstance(answer, dict):
        its = {name: _with_attributes(each) if name in _THINGS else each for name, each in answer.items()}
        return SimpleNamespace(**its)
    if isinstance(answer, list | tuple):
        return [_with_attributes(each) for each in answer]
    return answer
