"""The goals of ``../shared/goals.md`` that are measured here, as data.

A goal of time is a ratio to the raw driver, taken in one run, interleaved, as ratio of minima. A goal of growth is the
ratio of the same operation at the largest and at the smallest number of tickets.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from bench.contenders import Noun, Operation, Task

__all__ = ["DATABASES", "GROWTH", "NAMES", "TASKS", "TIMES", "Goal", "goal_of"]

DATABASES: Final = ("sqlite", "postgres")
NAMES: Final = MappingProxyType({"sqlite": "SQLite", "postgres": "PostgreSQL"})

TIMES: Final = "\N{MULTIPLICATION SIGN}"

GROWTH: Final[Mapping[str, float]] = MappingProxyType({"sqlite": 2.0, "postgres": 1.5})
"""At most so many times slower at 1,000,000 tickets than at 1,000."""

TASKS: Final[Mapping[Operation, str]] = MappingProxyType(
    {
        Operation(Noun.TICKETS, Task.LIST): "list of 20 with client, employees, tags, exact total",
        Operation(Noun.TICKETS, Task.OFFSET): "the same, page 1000 or the last",
        Operation(Noun.TICKETS, Task.CAPPED): "list of 20, counted up to 1,000",
        Operation(Noun.TICKETS, Task.KEYSET): "the 20 after a given one, at any depth",
        Operation(Noun.TICKETS, Task.RETRIEVE): "retrieve with client, employees, tags, order, messages",
        Operation(Noun.TICKETS, Task.CREATE): "create with 2 employees and 3 tags",
        Operation(Noun.TICKETS, Task.CHANGE): "close and replace employees and tags",
        Operation(Noun.ORDERS, Task.LIST): "list of 20 with client, employees, tags, exact total",
        Operation(Noun.ORDERS, Task.OFFSET): "the same, page 1000 or the last",
        Operation(Noun.ORDERS, Task.CAPPED): "list of 20, counted up to 1,000",
        Operation(Noun.ORDERS, Task.KEYSET): "the 20 after a given one, at any depth",
        Operation(Noun.ORDERS, Task.RETRIEVE): "retrieve with client, employees, tags",
        Operation(Noun.ORDERS, Task.CREATE): "create with 2 employees and 3 tags",
        Operation(Noun.ORDERS, Task.CHANGE): "complete and replace employees and tags",
        Operation(Noun.INVOICES, Task.LIST): "list of 20 with client and items, exact total",
        Operation(Noun.INVOICES, Task.OFFSET): "the same, page 1000 or the last",
        Operation(Noun.INVOICES, Task.CAPPED): "list of 20, counted up to 1,000",
        Operation(Noun.INVOICES, Task.KEYSET): "the 20 after a given one, at any depth",
        Operation(Noun.INVOICES, Task.RETRIEVE): "retrieve with client and items",
        Operation(Noun.INVOICES, Task.CREATE): "create with 3 items",
        Operation(Noun.INVOICES, Task.CHANGE): "replace all items",
    }
)
"""What is done, in words, in the order of the report."""


@frozen
class Goal:
    """What is to be reached in one operation on one database. None: the goals say nothing.

    Args:
        ratio: At most so many times the raw driver's time.
        statements: At most so many, besides BEGIN and COMMIT.
    """

    ratio: float | None = None
    statements: int | None = None


_STATEMENTS: Final = {
    Task.LIST: 2,
    Task.OFFSET: 2,
    Task.CAPPED: 2,
    Task.KEYSET: 1,
    Task.RETRIEVE: 1,
}
_TICKET_STATEMENTS: Final = {Task.CREATE: 8, Task.CHANGE: 9}
_TICKET_RATIOS: Final = {
    "sqlite": {
        Task.LIST: 1.7,
        Task.OFFSET: 1.5,
        Task.KEYSET: 1.8,
        Task.RETRIEVE: 2.5,
        Task.CREATE: 3.5,
        Task.CHANGE: 4.5,
    },
    "postgres": {
        Task.LIST: 1.5,
        Task.OFFSET: 1.5,
        Task.KEYSET: 1.5,
        Task.RETRIEVE: 2.2,
        Task.CREATE: 2.2,
        Task.CHANGE: 2.2,
    },
}


def goal_of(database: str, operation: Operation) -> Goal:
    """Return the goal of an operation: times are given for tickets only, statements for every list and retrieve."""
    statements = _STATEMENTS.get(operation.task)
    if operation.noun is not Noun.TICKETS:
        return Goal(statements=statements)
    if statements is None:
        statements = _TICKET_STATEMENTS[operation.task]
    return Goal(ratio=_TICKET_RATIOS[database].get(operation.task), statements=statements)
