"""The types that a user of the library gets; ``mypy --strict`` and pyright check every line, nothing runs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import assert_type
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from service_engine import (
    UNSET,
    AsyncSqlStore,
    Change,
    ClientId,
    EmployeeId,
    Event,
    MemoryStore,
    NotFoundError,
    OrderId,
    OrganizationId,
    RuleViolationError,
    SqlStore,
    Store,
    TicketId,
    UnitOfWork,
    Unset,
    UserId,
    View,
)
from service_engine.adapters.sql import build_tables
from service_engine.domain import clients, orders, tickets
from service_engine.domain.api_tokens import Caller, TokenGrant
from service_engine.domain.clients import Client, ClientPatch, PostalAddress
from service_engine.domain.employees import Employee
from service_engine.domain.lifecycle import Lifecycle
from service_engine.domain.money import Money, money
from service_engine.domain.orders import Order, OrderStatus
from service_engine.domain.tags import Tag
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.ports.clients import ClientRow
from service_engine.ports.lists import Condition, Operator, Page, PageRequest, Sort
from service_engine.ports.tickets import TicketDetails, TicketFilter, TicketRow, TicketSort
from service_engine.testing.scope_audit import ScopeAudit
from service_engine.usecases.clients import create_client, delete_client, get_client, list_clients, update_client
from service_engine.usecases.orders import create_order
from service_engine.usecases.organizations import Bootstrap, add_employee, authenticate, bootstrap_organization
from service_engine.usecases.tags import find_or_create_tags
from service_engine.usecases.tickets import (
    TicketPatch,
    assign_ticket,
    close_ticket,
    delete_ticket,
    get_ticket,
    list_tickets,
    open_ticket,
    post_ticket_message,
    update_ticket,
)


def ids(value: UUID) -> None:
    """An id is made from a UUID, and from there on has a type of its own."""
    assert_type(OrganizationId(value), OrganizationId)
    assert_type(ClientId(UserId(value)), ClientId)
    author: UserId = ClientId(UserId(value))
    author = EmployeeId(UserId(value))
    raw: UUID = TicketId(value)
    print(author, raw)


def stores(engine_url: str) -> None:
    """Each store is a Store, as far as a type checker is concerned."""
    kept: list[Store] = [MemoryStore(), SqlStore.from_url(engine_url)]
    for store in kept:
        store.close()


def a_unit_of_work(store: Store, org_id: OrganizationId, client_id: ClientId, now: datetime) -> None:
    """One organisation, one transaction."""
    with store.begin(org_id) as uow:
        assert_type(uow, UnitOfWork)
        assert_type(uow.org_id, OrganizationId)
        assert_type(uow.events, tuple[Event, ...])
        assert_type(open_ticket(uow, client_id=client_id, subject="Help", tags=["urgent"], at=now), Ticket)
        assert_type(find_or_create_tags(uow, ["urgent"], at=now), tuple[Tag, ...])
        view: View = uow
        assert_type(get_ticket(view, TicketId(UUID(int=1))), TicketDetails)


def running(store: Store, org_id: OrganizationId, ticket_id: TicketId, client_id: ClientId, now: datetime) -> None:
    """``run`` and ``read`` return what the use case returns."""
    assert_type(store.run(org_id, close_ticket, ticket_id, at=now), Ticket)
    assert_type(store.run(org_id, update_ticket, ticket_id, TicketPatch(subject="New"), at=now), Ticket)
    assert_type(store.run(org_id, assign_ticket, ticket_id, [EmployeeId(UserId(UUID(int=1)))], at=now), Ticket)
    delete: None = store.run(org_id, delete_ticket, ticket_id, at=now)
    assert_type(
        store.run(org_id, post_ticket_message, ticket_id, author_id=client_id, text="Hi", at=now), TicketMessage
    )
    assert_type(store.read(org_id, get_ticket, ticket_id), TicketDetails)
    assert_type(store.read(org_id, list_tickets), Page[TicketRow])
    assert_type(store.read(org_id, get_client, client_id), ClientRow)
    assert_type(store.read(org_id, list_clients).rows, tuple[ClientRow, ...])
    assert_type(store.run(org_id, create_client, email="a@b.example", first_name="A", last_name="B", at=now), Client)
    assert_type(store.run(org_id, update_client, client_id, ClientPatch(note=None), at=now), Client)
    gone: None = store.run(org_id, delete_client, client_id, at=now)
    assert_type(
        store.run(org_id, create_order, client_id=client_id, service="Logo", price=money(1, "USD"), at=now), Order
    )
    assert_type(store.run(org_id, bootstrap_organization, name="Acme", at=now), Bootstrap)
    assert_type(store.run(org_id, add_employee, email="a@b.example", first_name="A", last_name="B", at=now), Employee)
    assert_type(authenticate(store.directory, "secret", at=now), tuple[Caller, TokenGrant])
    assert_type(store.run(org_id, lambda uow: uow.tickets.get(ticket_id).subject), str)
    print(delete, gone)


async def awaiting(store: AsyncSqlStore, org_id: OrganizationId, ticket_id: TicketId, now: datetime) -> None:
    """The asynchronous store is the same call, awaited."""
    assert_type(await store.run(org_id, close_ticket, ticket_id, at=now), Ticket)
    assert_type(await store.read(org_id, list_tickets, page=PageRequest(number=2)), Page[TicketRow])
    await store.close()


def transitions(ticket: Ticket, order: Order, now: datetime) -> None:
    """A transition returns a Change of the same aggregate, and chains."""
    assert_type(tickets.close(ticket, at=now), Change[Ticket])
    chained = tickets.close(ticket, at=now).then(tickets.revise, note=None, at=now).then(tickets.assign, [], at=now)
    assert_type(chained, Change[Ticket])
    assert_type(chained.events, tuple[Event, ...])
    assert_type(orders.delete_order(order, at=now), Change[Order])
    assert_type(tickets.LIFECYCLE, Lifecycle[TicketStatus])
    assert_type(tickets.LIFECYCLE.allowed(TicketStatus.OPEN), frozenset[TicketStatus])
    assert_type(TicketStatus.OPEN.label, str)
    assert_type(clients.full_name("John", "Doe"), str)


def saving(uow: UnitOfWork, ticket: Ticket, now: datetime) -> None:
    """A repository takes a Change and returns the state as stored."""
    assert_type(uow.tickets.save(tickets.close(ticket, at=now)), Ticket)
    assert_type(uow.orders.add(_placed(now)), Order)


def values(ticket: Ticket, client: Client, order: Order) -> None:
    """Fields have the types that a host reads."""
    assert_type(ticket.status, TicketStatus)
    assert_type(ticket.date_closed, datetime | None)
    assert_type(ticket.employee_ids, tuple[EmployeeId, ...])
    assert_type(ticket.order_id, OrderId | None)
    assert_type(client.balance, Money)
    assert_type(client.balance.amount, Decimal)
    assert_type(order.status, OrderStatus)


def patches(patch: TicketPatch) -> None:
    """A patch tells apart what is left out, what is cleared, and what is set."""
    assert_type(patch.note, str | None | Unset)
    if not isinstance(patch.note, Unset):
        assert_type(patch.note, str | None)
    if patch.subject is not UNSET:
        assert_type(patch.subject, str)
    ClientPatch(address=PostalAddress(city="York"), note=None, phone="555")


def lists(store: Store, org_id: OrganizationId, now: datetime) -> None:
    """Filters and sorts know whose they are."""
    recent = Condition(TicketFilter.CREATED_AT, Operator.GT, now)
    assert_type(recent, Condition[TicketFilter])
    page = store.read(
        org_id, list_tickets, filters=[recent], sort=Sort(TicketSort.SUBJECT, descending=False), page=PageRequest()
    )
    assert_type(page.total, int)
    assert_type(page.rows[0].status, TicketStatus)


def audited(engine: Engine) -> None:
    """A host's mapped table, which SQLAlchemy types as a ``FromClause``, is watched like ours."""

    class Base(DeclarativeBase):
        pass

    class Campaign(Base):
        __tablename__ = "campaigns"
        id: Mapped[UUID] = mapped_column(primary_key=True)

    ScopeAudit(engine, [*build_tables(Base.metadata).all(), Campaign.__table__])


def errors() -> None:
    """Errors carry typed facts."""
    try:
        money("1.234", "USD")
    except RuleViolationError as refused:
        assert_type(refused.field, str)
        assert_type(refused.code, str)
    except NotFoundError as missing:
        assert_type(missing.kind, str)
        assert_type(missing.key, object)


def _placed(now: datetime) -> Change[Order]:
    return orders.place_order(
        OrderId(UUID(int=1)),
        number="A1",
        client_id=ClientId(UserId(UUID(int=2))),
        service_name="Logo",
        price=money(1, "USD"),
        at=now,
    )
