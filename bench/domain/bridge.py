"""Asyncio through the bridge, beside the same statements awaited by hand.

By hand means: the statements that the library sends, each awaited on SQLAlchemy's own ``AsyncConnection``; in between,
the library's own code makes values of the rows and rows of the values. So nothing differs but who waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final, cast
from urllib.parse import urlsplit

import psycopg
from attrs import define, field, frozen
from psycopg.sql import SQL, Identifier
from sqlalchemy import Connection, Dialect, Executable, event
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.domain.desk import NOW, Desk, fill
from bench.postgres import server as postgres_server
from bench.report.measured import Measured, at_most
from service_engine.adapters.aio import AsyncSqlStore
from service_engine.adapters.entropy import SystemEntropy
from service_engine.adapters.sql import SqlStore, SqlUnitOfWork
from service_engine.adapters.sql.engines import beginning_nothing, read_options
from service_engine.adapters.sql.migrations import upgrade
from service_engine.adapters.sql.unit_of_work import SqlView
from service_engine.domain.ids import OrganizationId, TicketId
from service_engine.domain.tickets import Ticket
from service_engine.usecases.tickets import close_ticket, get_ticket, list_tickets, reopen_ticket

__all__ = ["bridge"]

Statement = tuple[Executable, Mapping[str, Any]]
_BY_HAND: Final = "awaited by hand"
_SYNC: Final = "SqlStore, without asyncio"
_TICKETS: Final = 100
_WARM: Final = 10


def bridge(*, postgres_url: str | None = None, rounds: int = 500) -> list[Measured]:
    """Measure a list, a retrieve and a change on SQLite and PostgreSQL, each through the bridge and by hand."""
    with TemporaryDirectory() as directory:
        measured = _measure("SQLite", f"sqlite:///{Path(directory) / 'bridge.db'}", rounds)
    with postgres_server(postgres_url) as address, _database(address) as url:
        return measured + _measure("PostgreSQL", url, rounds)


@contextmanager
def _database(server: str) -> Iterator[str]:
    """Give the address of a new database on a server, which is dropped at the end."""
    name = f"service_engine_bridge_{token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _measure(database: str, url: str, rounds: int) -> list[Measured]:
    upgrade(url)
    store = SqlStore.from_url(url)
    try:
        desk = fill(store, tickets=_TICKETS)
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")  # as a database that has been there for a minute does by itself
        best = asyncio.run(_race(store, url, desk, rounds))
    finally:
        store.close()
    goal, note = (
        (at_most(1.1, _BY_HAND),),
        "one call after the other; by hand sends the same statements and makes the same values",
    )
    return [
        Measured(
            f"{what}, asyncio on {database}",
            times["bridge"] * 1e6,
            "µs",
            goal,
            {_BY_HAND: times["hand"] * 1e6, _SYNC: times["sync"] * 1e6},
            note,
        )
        for what, times in best.items()
    ]


@frozen
class _Ways:
    """One operation, three ways."""

    bridge: Callable[[], Awaitable[object]]
    hand: Callable[[], Awaitable[object]]
    sync: Callable[[], object]


async def _race(store: SqlStore, url: str, desk: Desk, rounds: int) -> dict[str, dict[str, float]]:
    awaited = AsyncSqlStore.from_url(url)
    try:
        best = {what: dict.fromkeys(("bridge", "hand", "sync"), float("inf")) for what in _WHATS}
        ways = [await make(store, awaited, desk) for make in _WHATS.values()]
        for turn in range(-_WARM, rounds):
            for times, each in zip(best.values(), ways, strict=True):
                await _one_round(times, each, turn)
        return best
    finally:
        await awaited.close()


async def _one_round(times: dict[str, float], ways: _Ways, turn: int) -> None:
    names = ("bridge", "hand", "sync")
    for name in names[turn % 3 :] + names[: turn % 3]:
        start = perf_counter()
        if name == "sync":
            ways.sync()
        else:
            await (ways.bridge if name == "bridge" else ways.hand)()
        if turn >= 0:
            times[name] = min(times[name], perf_counter() - start)


async def _list(store: SqlStore, awaited: AsyncSqlStore, desk: Desk) -> _Ways:
    return await _reading(store, awaited, desk.org_id, list_tickets)


async def _retrieve(store: SqlStore, awaited: AsyncSqlStore, desk: Desk) -> _Ways:
    return await _reading(store, awaited, desk.org_id, get_ticket, desk.ticket_ids[_TICKETS // 2])


async def _reading(
    store: SqlStore, awaited: AsyncSqlStore, org_id: OrganizationId, query: Callable[..., object], *args: object
) -> _Ways:
    with _recording(awaited) as statements:
        expected = await awaited.read(org_id, query, *args)
    engine = awaited.engine.execution_options(**read_options(awaited.engine.dialect))

    async def by_hand() -> object:
        async with engine.connect() as connection:
            with beginning_nothing(_sync(connection)):
                results = [await connection.execute(statement, values) for statement, values in statements]
            return query(SqlView(cast("Connection", _Answered(results)), org_id, awaited.tables), *args)

    assert await by_hand() == expected
    return _Ways(lambda: awaited.read(org_id, query, *args), by_hand, lambda: store.read(org_id, query, *args))


def _sync(connection: AsyncConnection) -> Connection:
    assert connection.sync_connection is not None
    return connection.sync_connection


async def _change(store: SqlStore, awaited: AsyncSqlStore, desk: Desk) -> _Ways:
    """Close and reopen by turns: each a read and an update in one transaction."""
    org_id, key, turns = desk.org_id, desk.ticket_ids[0], count()
    with _recording(awaited) as statements:
        await awaited.run(org_id, close_ticket, key, at=NOW)
    load = statements[0]

    def use_case() -> Callable[..., Ticket]:
        return (reopen_ticket, close_ticket)[next(turns) % 2]

    async def by_hand() -> object:
        async with awaited.engine.connect() as connection:
            loaded = await connection.execute(*load)
            change = _Answered([loaded])
            answer = _decide(change, org_id, awaited, use_case(), key)
            for statement, values in change.sent[1:]:
                assert (await connection.execute(statement, values)).rowcount == 1
            await connection.commit()
            return answer

    assert await by_hand() == await awaited.run(org_id, lambda uow: uow.tickets.get(key))
    return _Ways(
        lambda: awaited.run(org_id, use_case(), key, at=NOW),
        by_hand,
        lambda: store.run(org_id, use_case(), key, at=NOW),
    )


def _decide(
    change: _Answered, org_id: OrganizationId, awaited: AsyncSqlStore, use_case: Callable[..., Ticket], key: TicketId
) -> Ticket:
    uow = SqlUnitOfWork(cast("Connection", change), org_id, awaited.tables, SystemEntropy())
    return use_case(uow, key, at=NOW)


_WHATS: Final = {"list of 20": _list, "retrieve": _retrieve, "close or reopen": _change}


_NO_DIALECT: Final[Dialect] = DefaultDialect()


@define
class _Answered:
    """Stands for a connection whose answers are there already; what is written is kept, to be awaited afterwards."""

    results: Sequence[Any]
    sent: list[Statement] = field(factory=list)
    dialect: Dialect = _NO_DIALECT

    def execute(self, statement: Executable, values: Mapping[str, Any], *, execution_options: object) -> Any:
        """Return the next answer, or for a write that it met its one row."""
        self.sent.append((statement, values))
        return self.results[len(self.sent) - 1] if len(self.sent) <= len(self.results) else _OneRow


class _OneRow:
    rowcount = 1


@contextmanager
def _recording(store: AsyncSqlStore) -> Iterator[list[Statement]]:
    """Keep the statements that are executed inside the block, as they are before they are compiled."""
    statements: list[Statement] = []
    engine = store.engine.sync_engine

    def keep(_: Connection, statement: Executable, __: object, values: Mapping[str, Any], ___: object) -> None:
        statements.append((statement, dict(values)))

    event.listen(engine, "before_execute", keep)
    try:
        yield statements
    finally:
        event.remove(engine, "before_execute", keep)
