"""The same in asyncio: a unit of work in a transaction of the host's asynchronous session or connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker
from sqlalchemy.orm import Session

from service_engine.adapters.aio import AsyncSqlStore, join_async
from service_engine.adapters.sql import SqlStore, join
from service_engine.adapters.sql.migrations import upgrade
from service_engine.domain.ids import ClientId, OrganizationId, UserId
from service_engine.errors import NotFoundError
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client, get_client, list_clients
from service_engine.usecases.organizations import bootstrap_organization

Work = Callable[[AsyncSqlStore, OrganizationId], Awaitable[None]]


@pytest.fixture
def with_store(database_url: str) -> Callable[[Work], None]:
    """Give a runner of coroutine functions of a store and an organisation."""

    async def run(work: Work) -> None:
        store = AsyncSqlStore.from_url(database_url)
        org_id = OrganizationId(store.entropy.new_id())
        await store.run(org_id, bootstrap_organization, name="Acme", at=NOON)
        try:
            await work(store, org_id)
        finally:
            await store.close()

    return lambda work: asyncio.run(run(work))


def person(name: str) -> dict[str, Any]:
    """Return what a client needs."""
    return {"email": f"{name}@example.com", "first_name": name, "last_name": "Doe", "at": NOON}


async def emails(store: AsyncSqlStore, org_id: OrganizationId) -> list[str]:
    """Return who was committed."""
    return sorted(row.client.email for row in (await store.read(org_id, list_clients)).rows)


@asynccontextmanager
async def taken_back(savepoint: AbstractAsyncContextManager[Any]) -> AsyncIterator[None]:
    """Do something in a savepoint that ends with an exception."""
    with suppress(KeyError):
        async with savepoint:
            yield
            raise KeyError


@pytest.mark.parametrize("end", ["commit", "rollback"])
@pytest.mark.parametrize("kind", ["session", "connection"])
def test_the_host_ends_the_transaction(with_store: Callable[[Work], None], kind: str, end: str) -> None:
    """Everything in it is there, or nothing; what was written is seen inside; afterwards it is refused."""

    async def work(store: AsyncSqlStore, acme: OrganizationId) -> None:
        async with AsyncSession(store.engine) if kind == "session" else store.engine.connect() as host:
            uow = join_async(host, acme)
            assert uow.events == ()
            await uow.run(create_client, **person("john"))
            assert (await uow.read(list_clients)).total == 1
            await getattr(host, end)()
            with pytest.raises(RuntimeError, match="has ended; join again"):
                await uow.read(list_clients)
        assert await emails(store, acme) == {"commit": ["john@example.com"], "rollback": []}[end]
        assert len(uow.events) == {"commit": 1, "rollback": 0}[end]

    with_store(work)


@pytest.mark.parametrize("kind", ["session", "connection"])
def test_savepoints(with_store: Callable[[Work], None], kind: str) -> None:
    """An exception takes back what happened inside, the events, too."""

    async def work(store: AsyncSqlStore, acme: OrganizationId) -> None:
        async with AsyncSession(store.engine) if kind == "session" else store.engine.connect() as host:
            uow = join_async(host, acme)
            await uow.run(create_client, **person("a"))
            async with taken_back(uow.savepoint()):
                await uow.run(create_client, **person("b"))
            async with uow.savepoint() as same:
                await same.run(create_client, **person("c"))
            assert len(uow.events) == 2
            await host.commit()
        assert await emails(store, acme) == ["a@example.com", "c@example.com"]

    with_store(work)


@pytest.mark.parametrize("kind", ["session", "connection"])
def test_a_savepoint_of_the_hosts(with_store: Callable[[Work], None], kind: str) -> None:
    """It is followed, as without asyncio."""

    async def work(store: AsyncSqlStore, acme: OrganizationId) -> None:
        async with AsyncSession(store.engine) if kind == "session" else store.engine.connect() as host, host.begin():
            uow = join_async(host, acme)
            await uow.run(create_client, **person("a"))
            async with taken_back(host.begin_nested()):
                await uow.run(create_client, **person("b"))
            assert len(uow.events) == 1
        assert await emails(store, acme) == ["a@example.com"]

    with_store(work)


def test_a_coroutine_function_is_no_use_case(with_store: Callable[[Work], None]) -> None:
    """It is refused here as in a store, for both ways."""

    async def use_case(uow: UnitOfWork) -> None:
        """Would never be awaited."""

    async def work(store: AsyncSqlStore, acme: OrganizationId) -> None:
        with pytest.raises(TypeError, match="a use case is a plain def"):
            await store.run(acme, use_case)  # type: ignore[unused-coroutine]
        async with AsyncSession(store.engine) as session:
            with pytest.raises(TypeError, match="a use case is a plain def"):
                await join_async(session, acme).run(use_case)  # type: ignore[unused-coroutine]

    with_store(work)


def test_a_use_case_is_not_called_with_it(with_store: Callable[[Work], None]) -> None:
    """Whether it writes or only reads, and whether that is awaited or not; the message says what to write instead."""

    async def work(store: AsyncSqlStore, acme: OrganizationId) -> None:
        nobody = ClientId(UserId(store.entropy.new_id()))
        async with AsyncSession(store.engine) as session, session.begin():
            uow: Any = join_async(session, acme)
            wrongs: list[Callable[[], Any]] = [
                lambda: get_client(uow, nobody),
                lambda: create_client(uow, **person("a")),
            ]
            for wrong in wrongs:
                with pytest.raises(AttributeError, match=r"it calls the use case: await uow\.run.*await uow\.read"):
                    wrong()
                with pytest.raises(AttributeError, match=r"it calls the use case: await uow\.run.*await uow\.read"):
                    await wrong()
            with pytest.raises(AttributeError, match=r"'AsyncUnitOfWork' object has no attribute 'tikets'$"):
                uow.tikets  # noqa: B018
            with pytest.raises(NotFoundError):
                await uow.read(get_client, nobody)
        assert await emails(store, acme) == []

    with_store(work)


def test_a_scoped_session_is_a_session(with_store: Callable[[Work], None]) -> None:
    """Of this task."""

    async def work(store: AsyncSqlStore, acme: OrganizationId) -> None:
        session = async_scoped_session(async_sessionmaker(store.engine), asyncio.current_task)
        await join_async(session, acme).run(create_client, **person("john"))
        await session.commit()
        await session.remove()
        assert await emails(store, acme) == ["john@example.com"]

    with_store(work)


class TestAStoreBesideIt:
    """On SQLite the task would wait for its own lock, and is told at once; elsewhere it is another transaction."""

    @pytest.mark.parametrize("kind", ["session", "connection"])
    def test_in_the_same_task(self, with_store: Callable[[Work], None], kind: str) -> None:
        """As long as the transaction is open; a read does not wait."""

        async def work(store: AsyncSqlStore, acme: OrganizationId) -> None:
            async with AsyncSession(store.engine) if kind == "session" else store.engine.connect() as host:
                await join_async(host, acme).run(create_client, **person("a"))
                if store.engine.dialect.name == "sqlite":
                    with pytest.raises(RuntimeError, match=r"this task has joined .* give its unit of work"):
                        await store.run(acme, create_client, **person("b"))
                assert (await store.read(acme, list_clients)).total == 0
                await host.rollback()
                await store.run(acme, create_client, **person("b"))
            assert await emails(store, acme) == ["b@example.com"]

        with_store(work)

    def test_in_another_task(self, with_store: Callable[[Work], None]) -> None:
        """It waits, and has its turn; also where it was started by the one that it waits for."""

        async def work(store: AsyncSqlStore, acme: OrganizationId) -> None:
            async with AsyncSession(store.engine) as session:
                await join_async(session, acme).run(create_client, **person("a"))
                other = asyncio.create_task(store.run(acme, create_client, **person("b")))
                await asyncio.sleep(0.05)
                assert not other.done() or store.engine.dialect.name != "sqlite"
                await session.commit()
                await other
            assert await emails(store, acme) == ["a@example.com", "b@example.com"]

        with_store(work)

    def test_through_another_engine(self, with_store: Callable[[Work], None], tmp_path: Path) -> None:
        """The file is the same, whether a thread or a task holds its lock; another file has a lock of its own."""

        async def work(store: AsyncSqlStore, acme: OrganizationId) -> None:
            if store.engine.dialect.name != "sqlite":
                return
            plain = SqlStore.from_url(f"sqlite:///{store.engine.url.database}")
            async with store.engine.connect() as connection:
                await join_async(connection, acme).run(create_client, **person("a"))
                with pytest.raises(RuntimeError, match="this thread has joined"):
                    plain.run(acme, create_client, **person("b"))
            with Session(plain.engine) as session:
                join(session, acme)
                with pytest.raises(RuntimeError, match="this task has joined"):
                    await store.run(acme, create_client, **person("b"))
                elsewhere = f"sqlite:///{tmp_path / 'elsewhere.db'}"
                upgrade(elsewhere)
                other = AsyncSqlStore.from_url(elsewhere)
                await other.run(acme, bootstrap_organization, name="Acme", at=NOON)
                await other.close()
            plain.close()

        with_store(work)
