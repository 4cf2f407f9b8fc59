"""The raw driver as a contender: the practical limit, what somebody gets who writes every statement by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.contenders import Given, Operation, Plain, Task
from bench.raw.plain import plain_page, plain_row, uuid_of
from bench.raw.postgres import RawPostgres
from bench.raw.sqlite import RawSqlite

__all__ = ["Raw"]


class Raw:
    """``sqlite3`` or ``psycopg``, with one connection.

    Args:
        driver: Which of them.
    """

    name: str = "raw driver"

    def __init__(self, driver: RawSqlite | RawPostgres) -> None:
        self.driver = driver

    @classmethod
    def open(cls, url: str) -> Raw:
        """Open a connection to ``sqlite:///…`` or ``postgresql://…``."""
        path = url.removeprefix("sqlite:///")
        return cls(RawPostgres(url) if path == url else RawSqlite(path))

    def operations(self) -> Mapping[Operation, Callable[[Given], Any]]:
        """Return what it can do: everything."""
        return self.driver.operations()

    def plain(self, operation: Operation, answer: Any) -> Plain:
        """Return an answer in comparable form."""
        if operation.task in {Task.CREATE, Task.CHANGE}:
            return uuid_of(answer)
        if operation.task is Task.RETRIEVE:
            return plain_row(operation.noun, answer)
        total, rows = answer
        return plain_page(operation.noun, total, rows)

    def close(self) -> None:
        """Close the connection."""
        self.driver.close()
