"""The same in asyncio: a unit of work in a transaction of the host's asynchronous session or connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker

from service_engine.adapters.aio import AsyncSqlStore, join_async
from service_engine.domain.ids import OrganizationId
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client, list_clients
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


def test_a_savepoint_of_the_sessions_own(with_store: Callable[[Work], None]) -> None:
    """It is followed, as in a synchronous session."""

    async def work(store: AsyncSqlStore, acme: OrganizationId) -> None:
        async with AsyncSession(store.engine) as session, session.begin():
            uow = join_async(session, acme)
            await uow.run(create_client, **person("a"))
            async with taken_back(session.begin_nested()):
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


def test_a_scoped_session_is_a_session(with_store: Callable[[Work], None]) -> None:
    """Of this task."""

    async def work(store: AsyncSqlStore, acme: OrganizationId) -> None:
        session = async_scoped_session(async_sessionmaker(store.engine), asyncio.current_task)
        await join_async(session, acme).run(create_client, **person("john"))
        await session.commit()
        await session.remove()
        assert await emails(store, acme) == ["john@example.com"]

    with_store(work)
