"""The store for asyncio: the same use cases, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from sqlalchemy import Connection, MetaData, event
from sqlalchemy.ext.asyncio import create_async_engine

from service_engine.adapters.aio import AsyncSqlStore
from service_engine.adapters.retries import Retries
from service_engine.adapters.sql import build_tables, configure_sqlite
from service_engine.adapters.sql.engines import configure, driver_url
from service_engine.adapters.sql.migrations import check, upgrade
from service_engine.domain.api_tokens import hash_token
from service_engine.domain.clients import Client
from service_engine.domain.ids import OrganizationId, TicketId
from service_engine.errors import ConflictError, NotFoundError
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.testing.scope_audit import ScopeAudit
from service_engine.testing.statements import counting
from service_engine.usecases.clients import create_client, list_clients
from service_engine.usecases.organizations import Bootstrap, bootstrap_organization
from service_engine.usecases.tickets import close_ticket, get_ticket, list_tickets, open_ticket

R = TypeVar("R")


class Office:
    """An organisation on an asynchronous store."""

    def __init__(self, store: AsyncSqlStore) -> None:
        self.store = store
        self.org_id = OrganizationId(store.entropy.new_id())
        self.founded: Bootstrap
        self.client: Client

    async def open(self) -> None:
        """Found it, with one client."""
        self.founded = await self.store.run(self.org_id, bootstrap_organization, name="Acme", at=NOON)
        self.client = await self.store.run(
            self.org_id, create_client, email="a@example.com", first_name="A", last_name="B", at=NOON
        )


@pytest.fixture
def in_office(database_url: str) -> Callable[[Callable[[Office], Awaitable[R]]], R]:
    """Give a runner of coroutine functions of an office, in an event loop of their own."""

    async def run(work: Callable[[Office], Awaitable[R]]) -> R:
        store = AsyncSqlStore.from_url(database_url, retries=Retries(tries=4, first_pause=0.001))
        try:
            with ScopeAudit(store.engine):
                office = Office(store)
                await office.open()
                return await work(office)
        finally:
            await store.close()

    return lambda work: asyncio.run(run(work))


InOffice = Callable[[Callable[[Office], Awaitable[None]]], None]


def test_a_use_case_and_a_query(in_office: InOffice) -> None:
    """The same functions as on the other stores, with the same statements."""

    async def work(office: Office) -> None:
        run, read = office.store.run, office.store.read
        ticket = await run(office.org_id, open_ticket, client_id=office.client.id, subject="Help", tags=["a"], at=NOON)
        await run(office.org_id, close_ticket, ticket.id, at=NOON)
        with counting(office.store.engine) as counts:
            shown = await read(office.org_id, get_ticket, ticket.id)
            page = await read(office.org_id, list_tickets)
        assert (shown.date_closed, shown.tags, page.total) == (NOON, ("a",), 1)
        assert (counts.statements, counts.begins, counts.rollbacks) == (3, 0, 0)

    in_office(work)


def test_the_directory(in_office: InOffice) -> None:
    """Whose a token is."""

    async def work(office: Office) -> None:
        grant = await office.store.token_grant(hash_token(office.founded.token))
        assert grant is not None
        assert grant.organization_id == office.org_id
        assert await office.store.token_grant("0" * 64) is None

    in_office(work)


def test_many_at_once(in_office: InOffice) -> None:
    """Nobody waits in vain."""

    async def work(office: Office) -> None:
        await asyncio.gather(
            *(
                office.store.run(
                    office.org_id, open_ticket, client_id=office.client.id, subject=str(each), tags=["new"], at=NOON
                )
                for each in range(20)
            )
        )
        assert (await office.store.read(office.org_id, list_tickets)).total == 20

    in_office(work)


def test_a_conflict_is_tried_again(in_office: InOffice) -> None:
    """As often as the store was told, and no more."""

    async def work(office: Office) -> None:
        tries = []

        def collide(_: UnitOfWork) -> None:
            tries.append(1)
            raise ConflictError("ticket", 7)

        with pytest.raises(ConflictError):
            await office.store.run(office.org_id, collide)
        assert len(tries) == 4

    in_office(work)


def test_a_refusal_is_raised(in_office: InOffice) -> None:
    """As it is."""

    async def work(office: Office) -> None:
        with pytest.raises(NotFoundError):
            await office.store.run(office.org_id, close_ticket, TicketId(office.store.entropy.new_id()), at=NOON)

    in_office(work)


def test_a_cancelled_task_rolls_back(in_office: InOffice) -> None:
    """Nothing of it is stored, and the connections go on working."""

    async def work(office: Office) -> None:
        reached = asyncio.Event()
        loop = asyncio.get_running_loop()

        def endless(uow: UnitOfWork) -> None:
            open_ticket(uow, client_id=office.client.id, subject="Help", at=NOON)
            loop.call_soon(reached.set)
            while True:  # the event loop goes on at every statement, and cancels at one of them
                uow.organizations.get()

        task = asyncio.create_task(office.store.run(office.org_id, endless))
        await reached.wait()
        # Again and again: before Python 3.12 asyncio.wait_for, on which psycopg waits, can swallow a cancellation.
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=1)
        assert task.cancelled()
        assert (await office.store.read(office.org_id, list_tickets)).total == 0
        await office.store.run(office.org_id, open_ticket, client_id=office.client.id, subject="Help", at=NOON)
        assert (await office.store.read(office.org_id, list_tickets)).total == 1

    in_office(work)


def test_an_unanswered_commit(postgres_database_url: str) -> None:
    """The witness is asked here too."""

    async def work() -> None:
        store = AsyncSqlStore.from_url(postgres_database_url)
        office = Office(store)
        await office.open()
        cut: list[int] = []

        def on_commit(connection: Connection) -> None:
            if not cut:
                cut.append(1)
                driver = connection.connection.dbapi_connection
                driver.commit()  # type: ignore[union-attr]
                connection.connection.driver_connection.pgconn.finish()  # type: ignore[union-attr]

        event.listen(store.engine.sync_engine, "commit", on_commit)
        try:
            await store.run(office.org_id, create_client, email="b@example.com", first_name="A", last_name="B", at=NOON)
        finally:
            event.remove(store.engine.sync_engine, "commit", on_commit)
        assert (cut, (await store.read(office.org_id, list_clients)).total) == ([1], 2)
        await store.close()

    asyncio.run(work())


def test_an_engine_that_would_lose_updates_is_refused() -> None:
    """As by the synchronous store, before it is used."""
    with pytest.raises(ValueError, match=r"call configure_sqlite\(engine.sync_engine\)"):
        AsyncSqlStore(create_async_engine("sqlite+aiosqlite://"))


def test_tables_of_a_hosts_metadata() -> None:
    """They are given, as to the synchronous store; the revisions find the database by the same engine."""

    async def work() -> None:
        with TemporaryDirectory() as folder:
            engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/a.db")
            configure_sqlite(engine.sync_engine)
            upgrade(engine, prefix="desk_")
            assert check(engine, prefix="desk_") == ()
            store = AsyncSqlStore(engine, tables=build_tables(MetaData(), prefix="desk_"))
            office = Office(store)
            await office.open()
            assert (await store.read(office.org_id, list_clients)).total == 1
            await store.close()
            await engine.dispose()

    asyncio.run(work())


def test_a_closed_store_refuses_everything(database_url: str) -> None:
    """Also a second time; what it has opened itself, it lets go of."""

    async def work() -> None:
        store = AsyncSqlStore.from_url(database_url)
        office = Office(store)
        await office.open()
        pool = store.engine.pool
        await store.close()
        await store.close()
        assert store.engine.pool is not pool  # as disposing of an engine leaves it
        for refused in (
            store.run(office.org_id, open_ticket, client_id=office.client.id, subject="Help", at=NOON),
            store.read(office.org_id, list_tickets),
            store.token_grant("0" * 64),
        ):
            with pytest.raises(RuntimeError, match="this store is closed"):
                await refused

    asyncio.run(work())


def test_an_engine_of_the_hosts_outlives_the_store(database_url: str) -> None:
    """It stays the host's to dispose of, its connections as well; another store goes on with it."""

    async def work() -> None:
        engine = create_async_engine(driver_url(database_url, asyncio=True))
        configure(engine.sync_engine)
        store = AsyncSqlStore(engine)
        office = Office(store)
        await office.open()
        pool = engine.pool
        await store.close()
        with pytest.raises(RuntimeError, match="this store is closed"):
            await store.read(office.org_id, list_clients)
        assert engine.pool is pool
        assert (await AsyncSqlStore(engine).read(office.org_id, list_clients)).total == 1
        await engine.dispose()

    asyncio.run(work())


def test_a_database_in_memory() -> None:
    """It lives in its one connection, for which whoever wants it waits."""

    async def work() -> None:
        store = AsyncSqlStore.from_url("sqlite://")
        async with store.engine.begin() as connection:
            await connection.run_sync(store.tables.metadata.create_all)
        office = Office(store)
        await office.open()
        rows = await asyncio.gather(*[store.read(office.org_id, list_clients) for _ in range(5)])
        assert [page.total for page in rows] == [1] * 5
        await store.close()

    asyncio.run(work())
