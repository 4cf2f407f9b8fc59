"""What a host does right before a COMMIT of ours: an outbox whose rows are there exactly if what they tell is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, insert, select

from service_engine import AsyncSqlStore, ConflictError, MemoryStore, OrganizationId, SqlStore, UnitOfWork
from service_engine.adapters.retries import Retries
from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.adapters.sql import SqlUnitOfWork
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.testing.builders import NOON
from service_engine.testing.driver_failures import TERMINATED
from service_engine.testing.examples import acme
from service_engine.testing.fault_injection import Fault, injecting
from service_engine.usecases.charging import charge_invoice
from service_engine.usecases.clients import create_client, list_clients
from service_engine.usecases.invoices import create_invoice
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.tickets import close_ticket, list_tickets, open_ticket

OUTBOX = Table("outbox", MetaData(), Column("number", Integer, primary_key=True), Column("kind", String))
SPEEDY = Retries(tries=3, first_pause=0)
JOHN: dict[str, Any] = {"email": "john@example.com", "first_name": "John", "last_name": "Doe", "at": NOON}


def write(uow: SqlUnitOfWork) -> None:
    """Keep the kinds of what happened."""
    uow.connection.execute(insert(OUTBOX), [{"kind": type(event).__name__} for event in uow.events])


def kinds(engine: Engine) -> list[str]:
    """Return what is in the outbox, oldest first."""
    with engine.connect() as connection:
        return list(connection.scalars(select(OUTBOX.c.kind).order_by(OUTBOX.c.number)))


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """Give a store of each database that writes an outbox, with an organisation."""
    store = SqlStore.from_url(database_url, retries=SPEEDY, before_commit=write)
    OUTBOX.create(store.engine)
    store.run(acme.id, bootstrap_organization, name="Acme", at=NOON)
    with store.engine.begin() as connection:
        connection.execute(OUTBOX.delete())
    yield store
    store.close()


def test_what_the_store_runs_is_told_once(store: SqlStore) -> None:
    """By run and by begin, with what happened in it, oldest first."""
    john = store.run(acme.id, create_client, **JOHN)
    with store.begin(acme.id) as uow:
        ticket = open_ticket(uow, client_id=john.id, subject="Help", at=NOON)
        close_ticket(uow, ticket.id, at=NOON)
    assert kinds(store.engine) == ["ClientRegistered", "TicketOpened", "TicketClosed"]


def test_a_charge_is_told(store: SqlStore) -> None:
    """It is two transactions of the store's own, around the gateway."""
    john = store.run(acme.id, create_client, **JOHN)
    items = [InvoiceItemDraft(name="Work", amount=Decimal(10))]
    invoice = store.run(acme.id, create_invoice, payer=john.id, items=items, at=NOON)
    charge_invoice(store, SimulatedGateway(), acme.id, invoice.id, payment_method_id="pm_1", at=NOON)
    told = kinds(store.engine)
    assert [told.count(kind) for kind in ("PaymentIntended", "PaymentSucceeded", "InvoicePaid")] == [1, 1, 1]


def test_reads_and_empty_units_tell_nothing(store: SqlStore) -> None:
    """Nor does a use case that finds everything as it should be."""
    told: list[int] = []
    quiet = SqlStore(store.engine, before_commit=lambda uow: told.append(len(uow.events)))
    john = store.run(acme.id, create_client, **JOHN)
    ticket = store.run(acme.id, open_ticket, client_id=john.id, subject="Help", at=NOON)
    store.run(acme.id, close_ticket, ticket.id, at=NOON)
    quiet.read(acme.id, list_tickets)
    quiet.run(acme.id, list_tickets)
    quiet.run(acme.id, close_ticket, ticket.id, at=NOON)
    with quiet.begin(acme.id):
        pass
    assert told == []


def test_after_a_conflict_it_is_told_once(store: SqlStore) -> None:
    """The outbox of the try that collided is rolled back with it, wherever it collided."""
    tries: list[int] = []

    def collide_first(uow: UnitOfWork) -> None:
        create_client(uow, **JOHN)
        tries.append(1)
        if len(tries) == 1:
            raise ConflictError("client", 7)

    def collide_afterwards(uow: SqlUnitOfWork) -> None:
        write(uow)
        tries.append(1)
        if len(tries) == 3:
            raise ConflictError("outbox", 7)

    SqlStore(store.engine, retries=SPEEDY, before_commit=collide_afterwards).run(acme.id, collide_first)
    assert (len(tries), kinds(store.engine)) == (5, ["ClientRegistered"])


@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_a_lost_commit_it_is_told_once(postgres_database_url: str, moment: Any) -> None:
    """Whether the COMMIT took place or not: the next try finds that out before it runs anything."""
    store = SqlStore.from_url(postgres_database_url, retries=SPEEDY, before_commit=write)
    OUTBOX.create(store.engine)
    store.run(acme.id, bootstrap_organization, name="Acme", at=NOON)
    before = len(kinds(store.engine))
    with injecting(store.engine, Fault("commit", TERMINATED, moment)) as record:
        store.run(acme.id, create_client, **JOHN)
    assert len(record.hits) == 1
    assert kinds(store.engine)[before:] == ["ClientRegistered"]
    assert store.read(acme.id, list_clients).total == 1
    store.close()


def fail(uow: UnitOfWork) -> None:
    """Fail with what happened in hand."""
    msg = f"{len(uow.events)} events"
    raise LookupError(msg)


def test_its_failure_leaves_nothing(store: SqlStore) -> None:
    """Neither what it has written nor what it was told of, by run and by begin."""

    def write_and_fail(uow: SqlUnitOfWork) -> None:
        write(uow)
        fail(uow)

    failing = SqlStore(store.engine, before_commit=write_and_fail)
    with pytest.raises(LookupError, match="1 events"):
        failing.run(acme.id, create_client, **JOHN)
    with pytest.raises(LookupError, match="1 events"), failing.begin(acme.id) as uow:
        create_client(uow, **JOHN)
    assert uow.events == ()
    assert (store.read(acme.id, list_clients).total, kinds(store.engine)) == (0, [])


def test_its_connection_ends_with_the_unit_of_work(store: SqlStore) -> None:
    """Who keeps it cannot write in a transaction of somebody else's."""
    kept: list[SqlUnitOfWork] = []
    SqlStore(store.engine, before_commit=kept.append).run(acme.id, create_client, **JOHN)
    with pytest.raises(RuntimeError, match="closed"):
        _ = kept[0].connection


def test_in_asyncio(database_url: str) -> None:
    """The same function, run where the use case runs."""

    async def run() -> None:
        store = AsyncSqlStore.from_url(database_url, retries=SPEEDY, before_commit=write)
        async with store.engine.begin() as connection:
            await connection.run_sync(OUTBOX.create)
        await store.run(acme.id, bootstrap_organization, name="Acme", at=NOON)
        await store.run(acme.id, create_client, **JOHN)
        await store.read(acme.id, list_clients)
        async with store.engine.connect() as connection:
            told = list(await connection.scalars(select(OUTBOX.c.kind).order_by(OUTBOX.c.number)))
        assert (told[0], told[-1], told.count("ClientRegistered")) == ("OrganizationFounded", "ClientRegistered", 1)
        failing = AsyncSqlStore(store.engine, before_commit=fail)
        with pytest.raises(LookupError):
            await failing.run(acme.id, create_client, **{**JOHN, "email": "eve@example.com"})
        assert (await store.read(acme.id, list_clients)).total == 1
        await store.close()

    asyncio.run(run())


def test_in_memory() -> None:
    """A list takes the place of the table: once for what is committed, and nothing is when it fails."""
    told: list[tuple[OrganizationId, str]] = []

    def note(uow: UnitOfWork) -> None:
        if any(type(event).__name__ == "ClientDeleted" for event in uow.events):
            fail(uow)
        told.extend((uow.org_id, type(event).__name__) for event in uow.events)

    store = MemoryStore(before_commit=note)
    founded = store.run(acme.id, bootstrap_organization, name="Acme", at=NOON)
    assert (told[0], founded.organization.id) == ((acme.id, "OrganizationFounded"), acme.id)
    told.clear()
    tries: list[int] = []

    def collide_first(uow: UnitOfWork) -> None:
        create_client(uow, **JOHN)
        tries.append(1)
        if len(tries) == 1:
            raise ConflictError("client", 7)

    store.run(acme.id, collide_first)
    store.run(acme.id, list_clients)
    store.read(acme.id, list_clients)
    assert told == [(acme.id, "ClientRegistered")]


def test_its_failure_in_memory_leaves_nothing() -> None:
    """And the organisation's lock is free again."""
    failing = [True]

    def fail_first(uow: UnitOfWork) -> None:
        if failing.pop():
            failing.append(False)
            fail(uow)
        failing.append(False)

    store = MemoryStore(before_commit=fail_first)
    with pytest.raises(LookupError, match="5 events"):
        store.run(acme.id, bootstrap_organization, name="Acme", at=NOON)
    store.run(acme.id, bootstrap_organization, name="Acme", at=NOON)
    assert store.read(acme.id, list_clients).total == 0


def test_it_is_no_coroutine(database_url: str) -> None:
    """Nobody would await it."""

    async def later(uow: UnitOfWork) -> None: ...

    wrong: Any = later
    for make in (MemoryStore, lambda **words: SqlStore.from_url(database_url, **words)):
        with pytest.raises(TypeError, match="before_commit is a plain def"):
            make(before_commit=wrong)
    with pytest.raises(TypeError, match="before_commit is a plain def"):
        AsyncSqlStore.from_url(database_url, before_commit=wrong)
