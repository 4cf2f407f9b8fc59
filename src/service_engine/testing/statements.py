"""Counts what an engine executes, so that a test can say how many round trips something takes.

::

    from service_engine.testing.statements import counting

    with counting(store.engine) as counts:
        store.read(org_id, list_tickets)
    assert counts.statements == 2

Source: goals, "Performance" (statements); design decision 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Connection, Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["Counts", "counting"]

_TRANSACTION_CONTROL: Final = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


@define
class Counts:
    """What was executed.

    Args:
        statements: Statements that read or write; BEGIN and the like are not among them.
        begins: Transactions that began. A read outside of a transaction begins none.
        commits: Transactions that were committed.
        rollbacks: Transactions that were rolled back.
        sql: The statements themselves, in order.

    Example:
        >>> Counts(statements=2, sql=["SELECT 1", "SELECT 2"]).commits
        0
    """

    statements: int = 0
    begins: int = 0
    commits: int = 0
    rollbacks: int = 0
    sql: list[str] = field(factory=list)


@contextmanager
def counting(engine: Engine | AsyncEngine) -> Iterator[Counts]:
    """Count what an engine executes inside the block, whichever thread does it.

    Args:
        engine: An engine, sync or asyncio.

    Example:
        >>> from sqlalchemy import create_engine, literal, select
        >>> engine = create_engine("sqlite://")
        >>> with counting(engine) as counts, engine.begin() as connection:
        ...     number = connection.scalar(select(literal(1)))
        >>> counts.statements, counts.begins, counts.commits, counts.rollbacks
        (1, 1, 1, 0)
    """
    counts = Counts()
    listeners = {
        "before_cursor_execute": _on_statement(counts),
        "begin": _on_transaction(counts, "begins"),
        "commit": _on_transaction(counts, "commits"),
        "rollback": _on_transaction(counts, "rollbacks"),
    }
    target = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
    for name, listener in listeners.items():
        event.listen(target, name, listener)
    try:
        yield counts
    finally:
        for name, listener in listeners.items():
            event.remove(target, name, listener)


def _on_statement(counts: Counts) -> Any:
    def count(_: Connection, __: Any, sql: str, ___: Any, ____: Any, _____: bool) -> None:
        if not sql.lstrip().upper().startswith(_TRANSACTION_CONTROL):
            counts.statements += 1
            counts.sql.append(sql)

    return count


def _on_transaction(counts: Counts, what: str) -> Any:
    def count(connection: Connection) -> None:
        if not _stands_alone(connection):
            setattr(counts, what, getattr(counts, what) + 1)

    return count


def _stands_alone(connection: Connection) -> bool:
    """Tell whether every statement is committed by itself: SQLAlchemy announces a begin all the same."""
    options = connection.get_execution_options()
    return options.get("isolation_level") == "AUTOCOMMIT" or bool(options.get("service_engine_reads"))
