"""A day of an agency, from its foundation to the evening's report, in one file that you read from the top.

Nothing is needed but the base install: everything is kept in memory, and gone at the end.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from service_engine import (
    MemoryStore,
    NotFoundError,
    OrderId,
    OrganizationId,
    ServiceEngineError,
    ServiceId,
    Store,
    TicketId,
    UnitOfWork,
)
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.order_tasks import OrderTaskPatch
from service_engine.domain.orders import OrderStatus
from service_engine.usecases.clients import list_clients
from service_engine.usecases.invoices import create_invoice, list_invoices
from service_engine.usecases.order_tasks import add_order_task, complete_order_task
from service_engine.usecases.orders import OrderPatch, get_order, update_order
from service_engine.usecases.organizations import Bootstrap, bootstrap_organization
from service_engine.usecases.payments import mark_paid
from service_engine.usecases.proposals import ProposedService, draft_proposal, send_proposal, sign_proposal
from service_engine.usecases.services import create_service, list_services
from service_engine.usecases.tickets import close_ticket, get_ticket, list_tickets, open_ticket

EIGHT = datetime(2026, 2, 9, 8, tzinfo=UTC)  # the library reads no clock: the time is always an argument
NINE, TEN, NOON, FIVE = (EIGHT + timedelta(hours=hours) for hours in (1, 2, 4, 9))
PRICE = Decimal(1500)


def found(store: Store, name: str) -> Bootstrap:
    """Found an agency: the roles Administrator and Client, and an administrator. ``run`` is one whole transaction."""
    org_id = OrganizationId(store.entropy.new_id())
    return store.run(org_id, bootstrap_organization, name=name, at=EIGHT)


def sell(uow: UnitOfWork, *, email: str, price: Decimal, at: datetime) -> tuple[ServiceId, OrderId]:
    """Offer a website, and see it signed: a use case of our own, made of four of the library's.

    Whoever signs becomes a client, and gets an order. All of it happens, or none of it.
    """
    website = create_service(uow, name="Website", currency="USD", at=at)
    proposal = draft_proposal(
        uow,
        client_email=email,
        client_first_name="Eve",
        client_last_name="Ray",
        items=[ProposedService(service_id=website.id, price=price)],
        at=at,
    )
    send_proposal(uow, proposal.id, at=at)
    return website.id, sign_proposal(uow, proposal.id, at=at).order.id


def deliver(store: Store, agency: Bootstrap, order_id: OrderId) -> None:
    """Work on the order. ``begin`` is a transaction, too: committed at the end of the block."""
    org_id, worker = agency.organization.id, agency.administrator.id
    with store.begin(org_id) as uow:
        update_order(uow, order_id, OrderPatch(status=OrderStatus.IN_PROGRESS, employee_ids=[worker]), at=NINE)
        draft = add_order_task(uow, order_id, name="Draft", at=NINE, details=OrderTaskPatch(deadline=48))
        complete_order_task(uow, draft.id, by=worker, at=NOON)
        update_order(uow, order_id, OrderPatch(status=OrderStatus.COMPLETED), at=NOON)


def help_out(store: Store, agency: Bootstrap, order_id: OrderId) -> TicketId:
    """Answer the client's question about the order."""
    org_id = agency.organization.id
    eve = store.read(org_id, get_order, order_id).order.client_id  # ``read`` opens no transaction
    ticket = store.run(
        org_id,
        open_ticket,
        client_id=eve,
        order_id=order_id,
        subject="May it be blue?",
        employee_ids=[agency.administrator.id],
        tags=["design"],
        at=TEN,
    )
    store.run(org_id, close_ticket, ticket.id, at=NOON)
    return ticket.id


def bill(uow: UnitOfWork, order_id: OrderId, service_id: ServiceId, *, price: Decimal, at: datetime) -> None:
    """Issue the invoice for an order, and record that it was paid: another use case of our own."""
    order = get_order(uow, order_id).order
    line = InvoiceItemDraft(name="Website", amount=price, service_id=service_id)
    invoice = create_invoice(uow, payer=order.client_id, items=[line], at=at)
    mark_paid(uow, invoice.id, at=at)


def refusal_of(store: Store, agency: Bootstrap, email: str) -> ServiceEngineError | None:
    """Offer something for less than nothing. The second step of ``sell`` refuses: nothing is left of the first one."""
    try:
        store.run(agency.organization.id, sell, email=email, price=Decimal(-1), at=FIVE)
    except ServiceEngineError as refusal:
        return refusal
    return None


def is_hidden_from(store: Store, agency: Bootstrap, ticket_id: TicketId) -> bool:
    """Tell whether an agency gets to see a ticket. Somebody else's is answered as one that does not exist."""
    try:
        store.read(agency.organization.id, get_ticket, ticket_id)
    except NotFoundError:
        return True
    return False


def report(store: Store, agency: Bootstrap) -> str:
    """Return what an agency has, one line."""
    org_id = agency.organization.id
    services, clients = store.read(org_id, list_services), store.read(org_id, list_clients)
    tickets, invoices = store.read(org_id, list_tickets), store.read(org_id, list_invoices)
    closed = sum(row.status.label == "Closed" for row in tickets.rows)
    paid = ", ".join(f"{row.invoice.number} {row.invoice.status.label} {row.invoice.total}" for row in invoices.rows)
    return (
        f"{agency.organization.name}: {services.total} service(s), {clients.total} client(s), "
        f"{tickets.total} ticket(s), {closed} closed; invoices: {paid or 'none'}"
    )


def day(store: Store) -> list[str]:
    """Live a day of two agencies on a store, and return the evening's report."""
    acme, rival = found(store, "Acme"), found(store, "Rival")
    service_id, order_id = store.run(acme.organization.id, sell, email="eve@example.com", price=PRICE, at=EIGHT)
    deliver(store, acme, order_id)
    ticket_id = help_out(store, acme, order_id)
    store.run(acme.organization.id, bill, order_id, service_id, price=PRICE, at=FIVE)

    refusal = refusal_of(store, acme, "nobody@example.com")
    assert refusal is not None
    assert is_hidden_from(store, rival, ticket_id)
    assert not is_hidden_from(store, acme, ticket_id)
    return [report(store, acme), report(store, rival), f"refused: {refusal}"]


if __name__ == "__main__":
    print("\n".join(day(MemoryStore())))
