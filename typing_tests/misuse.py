"""Mistakes that a type checker must refuse, line by line; ``check_misuse.py`` compares. Nothing here runs."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from service_engine import (
    AsyncSqlStore,
    Change,
    ClientId,
    EmployeeId,
    OrderId,
    OrganizationId,
    SqlStore,
    Store,
    TicketId,
    UnitOfWork,
    UserId,
    join,
    join_async,
)
from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.adapters.sql import borrow
from service_engine.api import Caller, Settings, build_router, install_error_handlers
from service_engine.domain import invoices, orders, tickets
from service_engine.domain.clients import Client, ClientPatch
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import Tax
from service_engine.domain.invoices import Invoice
from service_engine.domain.money import Money, money
from service_engine.domain.orders import Order, OrderStatus
from service_engine.domain.payments import Payment
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.ports.clients import ClientFilter, ClientSort
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.tickets import TicketFilter
from service_engine.usecases.charging import charge_invoice
from service_engine.usecases.invoices import create_invoice
from service_engine.usecases.payments import mark_paid
from service_engine.usecases.proposals import ProposedService
from service_engine.usecases.tickets import TicketPatch, close_ticket, list_tickets, open_ticket, update_ticket


def no_organisation(store: Store, ticket_id: TicketId, now: datetime) -> None:
    """A transaction belongs to one organisation, which must be said."""
    store.begin()  # error: call-arg
    store.run(close_ticket, ticket_id, at=now)  # error: arg-type
    store.read(list_tickets)  # error: call-arg, arg-type


def raw_ids(store: Store, uow: UnitOfWork, raw: UUID, text: str, now: datetime) -> None:
    """A UUID or a text is no id."""
    store.begin(raw)  # error: arg-type
    uow.tickets.get(raw)  # error: arg-type
    uow.tickets.get(text)  # error: arg-type
    close_ticket(uow, raw, at=now)  # error: arg-type
    open_ticket(uow, client_id=raw, subject="Help", at=now)  # error: arg-type
    EmployeeId(raw)  # error: arg-type


def wrong_ids(
    store: Store, uow: UnitOfWork, org_id: OrganizationId, client_id: ClientId, ticket_id: TicketId, now: datetime
) -> None:
    """An id of one kind is no id of another."""
    store.begin(ticket_id)  # error: arg-type
    close_ticket(uow, client_id, at=now)  # error: arg-type
    store.run(org_id, close_ticket, client_id, at=now)  # error: arg-type
    open_ticket(uow, client_id=ticket_id, subject="Help", at=now)  # error: arg-type
    open_ticket(uow, client_id=client_id, subject="Help", employee_ids=[client_id], at=now)  # error: list-item
    TicketPatch(order_id=ticket_id)  # error: arg-type
    uow.clients.get(UserId(client_id))  # error: arg-type


def without_a_change(uow: UnitOfWork, ticket: Ticket, order: Order, now: datetime) -> None:
    """Nothing is stored without saying what happened, and nothing in the wrong place."""
    uow.tickets.save(ticket)  # error: arg-type
    uow.tickets.add(ticket)  # error: arg-type
    uow.tickets.save(orders.delete_order(order, at=now))  # error: arg-type
    tickets.close(ticket, at=now).then(orders.delete_order, at=now)  # error: arg-type
    unchanged: Ticket = tickets.close(ticket, at=now)  # error: assignment
    print(unchanged)


def without_time(uow: UnitOfWork, ticket: Ticket, ticket_id: TicketId, client_id: ClientId) -> None:
    """The time is always told."""
    tickets.close(ticket)  # error: call-arg
    close_ticket(uow, ticket_id)  # error: call-arg
    open_ticket(uow, client_id=client_id, subject="Help")  # error: call-arg
    tickets.close(ticket, at="2026-02-07")  # error: arg-type
    close_ticket(uow, ticket_id, at=None)  # error: arg-type


def without_await(store: AsyncSqlStore, org_id: OrganizationId, ticket_id: TicketId, now: datetime) -> str:
    """The asynchronous store is awaited."""
    forgotten: Ticket = store.run(org_id, close_ticket, ticket_id, at=now)  # error: assignment
    kept: Coroutine[Any, Any, Ticket] = store.run(org_id, close_ticket, ticket_id, at=now)
    print(kept)
    return forgotten.subject


async def with_await(store: Store, org_id: OrganizationId, ticket_id: TicketId, now: datetime) -> None:
    """The synchronous one is not."""
    await store.run(org_id, close_ticket, ticket_id, at=now)  # error: misc
    async with store.begin(org_id):  # error: attr-defined
        pass


def inexact_money(amount: float) -> None:
    """Money is never a float."""
    money(amount, "USD")  # error: arg-type
    Money("USD", amount)  # error: arg-type
    money(1)  # error: call-arg


def unset(ticket: Ticket, patch: TicketPatch, now: datetime) -> None:
    """What may be left out must be told apart from what is there; what is required cannot be cleared."""
    patch.subject.strip()  # error: union-attr
    tickets.revise(ticket, subject=None, at=now)  # error: arg-type
    TicketPatch(subject=None)  # error: arg-type
    TicketPatch(status=None)  # error: arg-type
    TicketPatch(tags=None)  # error: arg-type
    ClientPatch(first_name=None)  # error: arg-type
    ClientPatch(balance=money(1, "USD"))  # error: call-arg
    TicketPatch(client_id=ticket.client_id)  # error: call-arg


def frozen_values(ticket: Ticket, client: Client, change: Change[Ticket]) -> None:
    """A value is never changed in place."""
    ticket.status = TicketStatus.CLOSED  # error: misc
    client.email = "new@example.com"  # error: misc
    change.events = ()  # error: misc
    ticket.tags.append("urgent")  # error: attr-defined
    ticket.metadata["a"] = 1  # error: index


def wrong_status(ticket: Ticket, order: Order, now: datetime) -> None:
    """A status is a member of the noun's own enumeration."""
    tickets.change_status(ticket, 3, at=now)  # error: arg-type
    tickets.change_status(ticket, OrderStatus.COMPLETED, at=now)  # error: arg-type
    tickets.LIFECYCLE.allowed(order.status)  # error: arg-type


def positional(ticket_id: TicketId, client_id: ClientId, now: datetime) -> None:
    """Only the subject is positional; the rest is named."""
    tickets.open_ticket(ticket_id, client_id, "Help", now)  # error: call-arg
    TicketPatch("New")  # error: call-arg
    PageRequest(2)  # error: call-arg


def wrong_lists(store: Store, org_id: OrganizationId, uow: UnitOfWork) -> None:
    """A filter or a sort of one list does not fit another."""
    store.read(org_id, list_tickets, sort=Sort(ClientSort.EMAIL))  # error: arg-type
    list_tickets(uow, filters=[Condition(ClientFilter.EMAIL, Operator.EQ, "a")])  # error: arg-type
    list_tickets(uow, filters=["status"])  # error: list-item
    list_tickets(uow, sort="subject")  # error: arg-type
    Condition(TicketFilter.STATUS, "$eq", 1)  # error: arg-type


def wrong_arguments(store: Store, org_id: OrganizationId, ticket_id: TicketId, now: datetime) -> None:
    """``run`` checks the arguments of the use case."""
    store.run(org_id, update_ticket, ticket_id, at=now)  # error: call-arg
    store.run(org_id, close_ticket, ticket_id, at=now, note="x")  # error: call-arg
    store.run(org_id, update_ticket, ticket_id, {"subject": "x"}, at=now)  # error: arg-type
    subject: int = store.run(org_id, close_ticket, ticket_id, at=now).subject  # error: assignment
    print(subject)


def written_in_a_read(store: Store, org_id: OrganizationId, ticket_id: TicketId, now: datetime) -> None:
    """``read`` takes queries only: what writes needs a unit of work."""
    store.read(org_id, close_ticket, ticket_id, at=now)  # error: arg-type
    store.read(org_id, lambda view: view.tickets)  # error: attr-defined


def orders_of_nobody(order_id: OrderId) -> None:
    """An optional id is None, not an empty text."""
    TicketPatch(order_id="")  # error: arg-type
    TicketPatch(order_id=order_id)


def money_matters(
    store: Store, uow: UnitOfWork, org_id: OrganizationId, invoice: Invoice, payment: Payment, now: datetime
) -> None:
    """No float is money, no invoice is paid by hand-writing its total, and no gateway is asked inside a transaction."""
    InvoiceItemDraft(name="Hosting", amount=9.9)  # error: arg-type
    ProposedService(service_id=invoice.id, price=Decimal(1))  # error: arg-type
    Tax(number=12.5)  # error: arg-type
    invoice.total = invoice.paid  # error: misc
    uow.invoices.save(invoice)  # error: arg-type
    uow.payments.save(invoices.delete_invoice(invoice, at=now))  # error: arg-type
    store.run(org_id, create_invoice, items=[], at=now)  # error: call-arg
    store.run(org_id, mark_paid, payment.id, at=now)  # error: arg-type
    charge_invoice(uow, SimulatedGateway(), org_id, invoice.id, payment_method_id="pm", at=now)  # error: arg-type


def joined_wrongly(
    session: Session, connection: Connection, engine: Engine, org_id: OrganizationId, ticket_id: TicketId, now: datetime
) -> None:
    """A host's session or connection, and the id of an organisation; the host itself commits."""
    join(session, ticket_id)  # error: arg-type
    join(session)  # error: call-arg
    join(engine, org_id)  # error: arg-type
    join(session, org_id, "desk_")  # error: arg-type, call-arg
    join(session, org_id, tables="desk_")  # error: arg-type
    close_ticket(session, ticket_id, at=now)  # error: arg-type
    join(connection, org_id).commit()  # error: attr-defined
    borrow(session)  # error: arg-type
    with borrow(connection.connection.dbapi_connection) as borrowed:  # error: arg-type
        join(borrowed, org_id)


async def joined_without_await(
    session: AsyncSession, org_id: OrganizationId, ticket_id: TicketId, now: datetime
) -> None:
    """On asyncio each use case is awaited, and joining is not."""
    join(session, org_id)  # error: arg-type
    await join_async(session, org_id)  # error: misc
    uow = join_async(session, org_id)
    close_ticket(uow, ticket_id, at=now)  # error: arg-type
    await uow.run(close_ticket, org_id, at=now)  # error: arg-type
    forgotten: Ticket = uow.run(close_ticket, ticket_id, at=now)  # error: assignment
    print(forgotten)


def mounted_wrongly(store: Store, asynchronous: AsyncSqlStore, org_id: OrganizationId, client_id: ClientId) -> None:
    """A router needs a store, which is no asynchronous one, and is told in its own words who calls."""
    build_router()  # error: call-arg
    build_router(asynchronous)  # error: arg-type
    build_router(store, "tickets")  # error: call-arg
    build_router(store, authenticate=lambda _: org_id)  # error: arg-type, return-value
    build_router(store, settings={"threads": 5})  # error: arg-type
    Settings(threads="5")  # error: arg-type
    Caller(organization_id=org_id, employee_id=client_id)  # error: arg-type
    install_error_handlers(build_router(store))  # error: arg-type


def known_by_nobody(request: Request) -> None:
    """Whoever authenticates returns a caller; None is no refusal."""


def mounted_for_nobody(store: Store) -> None:
    """So it cannot be what authenticates."""
    build_router(store, authenticate=known_by_nobody)  # error: arg-type


def opened_with_a_slip_of_the_pen() -> None:
    """A keyword that there is not is no option of the engine."""
    SqlStore.from_url("sqlite:///agency.db", prefx="desk_")  # error: call-arg
    AsyncSqlStore.from_url("sqlite:///agency.db", prefx="desk_")  # error: call-arg
    SqlStore.from_url("sqlite:///agency.db", pool_size=5)  # error: call-arg
