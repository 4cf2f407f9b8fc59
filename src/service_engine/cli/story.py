"""The story that the demo tells: the seed's example, between the proposal before it and the invoice after it.

The code that a step shows is the source of the function that it runs, so what is shown is what happened. These
functions are written for readers, narrow enough for a terminal of 80 columns; ``ruff format`` leaves them alone.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from attrs import frozen
from rich.console import RenderableType

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.cli import panels
from service_engine.domain.clients import Client
from service_engine.domain.employees import Employee
from service_engine.domain.ids import EmployeeId, OrganizationId, TicketId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import Tax
from service_engine.domain.invoices import Invoice
from service_engine.domain.orders import Order, OrderStatus
from service_engine.domain.payments import Payment
from service_engine.domain.proposals import Proposal
from service_engine.domain.services import Service
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket
from service_engine.errors import NotAssignableError, NotFoundError, ServiceEngineError
from service_engine.ports.tickets import TicketDetails
from service_engine.ports.unit_of_work import Store
from service_engine.schemas.encoding import encode
from service_engine.schemas.tickets import ticket_wire
from service_engine.usecases.charging import charge_invoice
from service_engine.usecases.clients import get_client
from service_engine.usecases.invoices import create_invoice
from service_engine.usecases.orders import OrderPatch, update_order
from service_engine.usecases.organizations import Bootstrap, add_employee, bootstrap_organization
from service_engine.usecases.proposals import ProposedService, draft_proposal, send_proposal, sign_proposal
from service_engine.usecases.services import create_service
from service_engine.usecases.tickets import (
    assign_ticket,
    close_ticket,
    get_ticket,
    list_tickets,
    open_ticket,
    post_ticket_message,
    reopen_ticket,
)

__all__ = ["STEPS", "TIMES", "Step"]

_MORNING: Final = datetime(2026, 2, 7, 9, 0, tzinfo=UTC)
TIMES: Final = {
    "morning": _MORNING,
    "noon": _MORNING + timedelta(hours=3),
    "evening": _MORNING + timedelta(hours=9),
}
"""When the story happens. Time is an argument everywhere, so it can be told the same way every day."""


@frozen
class Step:
    """One step of the story. Its functions take by name what is known from earlier steps.

    Args:
        title: What happens.
        act: Does it.
        gives: The names under which later steps know what ``act`` returns.
        shows: Makes a picture of what came of it.
    """

    title: str
    act: Callable[..., tuple[Any, ...]]
    gives: tuple[str, ...]
    shows: Callable[..., RenderableType]

    def code(self) -> str:
        """Return what ``act`` does, as a user of the library would write it."""
        lines = inspect.getsource(self.act).splitlines()
        signature = next(place for place, line in enumerate(lines) if "->" in line and line.endswith(":"))
        body = [line for line in lines[signature + 1 :] if not line.strip().startswith("return ")]
        return textwrap.dedent("\n".join(body))

    def play(self, known: dict[str, Any]) -> None:
        """Do it, and add what it gives to what is known."""
        known.update(zip(self.gives, _called(self.act, known), strict=True))

    def picture(self, known: dict[str, Any]) -> RenderableType:
        """Show what came of it."""
        renderable: RenderableType = _called(self.shows, known)
        return renderable


def _called(function: Callable[..., Any], known: dict[str, Any]) -> Any:
    return function(**{name: known[name] for name in inspect.signature(function).parameters})


# fmt: off


def _open_agencies(
    store: Store, acme_id: OrganizationId, other_id: OrganizationId, morning: datetime
) -> tuple[Bootstrap, Bootstrap]:
    acme = store.run(acme_id, bootstrap_organization,
                     name="Acme Agency", at=morning)
    other = store.run(other_id, bootstrap_organization,
                      name="Other Agency", at=morning)
    return acme, other


def _offer(store: Store, acme_id: OrganizationId, morning: datetime) -> tuple[Employee, Service, Proposal]:
    with store.begin(acme_id) as uow:  # one organisation, one transaction
        jane = add_employee(uow, email="jane@example.com",
                            first_name="Jane", last_name="Smith", at=morning)
        web = create_service(uow, name="Web Development", currency="USD",
                             at=morning)
        offer = ProposedService(service_id=web.id, price=Decimal(1500))
        draft = draft_proposal(uow, client_email="john@example.com",
                               client_first_name="John", client_last_name="Doe",
                               items=[offer], at=morning)
        proposal = send_proposal(uow, draft.id, at=morning)
    return jane, web, proposal


def _sign(
    store: Store, acme_id: OrganizationId, proposal: Proposal, morning: datetime
) -> tuple[Proposal, Order, Client]:
    with store.begin(acme_id) as uow:
        signed = sign_proposal(uow, proposal.id, at=morning)
        order = update_order(uow, signed.order.id,
                             OrderPatch(status=OrderStatus.IN_PROGRESS),
                             at=morning)
    john = store.read(acme_id, get_client, order.client_id).client
    return signed.proposal, order, john


def _ask_for_help(
    store: Store, acme_id: OrganizationId, john: Client, jane: Employee, order: Order, morning: datetime
) -> tuple[Ticket]:
    ticket = store.run(acme_id, open_ticket, client_id=john.id,
                       subject="Help with order", order_id=order.id,
                       employee_ids=[jane.id], tags=["urgent", "billing"],
                       note="Customer needs assistance", at=morning)
    return (ticket,)


def _assign_a_client(
    store: Store, acme_id: OrganizationId, ticket: Ticket, jane: Employee, john: Client, noon: datetime
) -> tuple[NotAssignableError, TicketDetails]:
    try:
        store.run(acme_id, assign_ticket, ticket.id,
                  [jane.id, EmployeeId(john.id)], at=noon)
    except NotAssignableError as error:
        refusal = error
    unharmed = store.read(acme_id, get_ticket, ticket.id)
    return refusal, unharmed


def _talk(
    store: Store, acme_id: OrganizationId, ticket: Ticket, jane: Employee, morning: datetime, noon: datetime
) -> tuple[TicketMessage, TicketMessage]:
    question = store.run(acme_id, post_ticket_message, ticket.id,
                         author_id=ticket.client_id,
                         text="I need help with my order", at=morning)
    remark = store.run(acme_id, post_ticket_message, ticket.id,
                       author_id=jane.id, staff_only=True,
                       text="The designer is on it", at=noon)
    return question, remark


def _close_and_reopen(
    store: Store, acme_id: OrganizationId, ticket: Ticket, noon: datetime, evening: datetime
) -> tuple[Ticket, Ticket, Ticket]:
    closed = store.run(acme_id, close_ticket, ticket.id, at=noon)
    again = store.run(acme_id, close_ticket, ticket.id, at=evening)
    reopened = store.run(acme_id, reopen_ticket, ticket.id, at=evening)
    return closed, again, reopened


def _bill(store: Store, acme_id: OrganizationId, john: Client, web: Service, evening: datetime) -> tuple[Invoice]:
    lines = [InvoiceItemDraft(name="Web Development, as agreed",
                              amount=Decimal(1500)),
             InvoiceItemDraft(name="Contact form", service_id=web.id,
                              quantity=2, amount=Decimal("49.95"),
                              discount=Decimal("9.90"))]
    invoice = store.run(acme_id, create_invoice, payer=john.id, items=lines,
                        tax=Tax(type=2, number=Decimal(20)), at=evening)
    return (invoice,)


def _pay(
    store: Store, acme_id: OrganizationId, invoice: Invoice, evening: datetime
) -> tuple[list[Invoice | ServiceEngineError], SimulatedGateway, tuple[Payment, ...]]:
    gateway = SimulatedGateway(declines=["card_1"], loses_answers=["card_2"])
    results: list[Invoice | ServiceEngineError] = []
    for card in ("card_1", "card_2", "card_2", "card_2"):
        try:
            results.append(charge_invoice(store, gateway, acme_id, invoice.id,
                                          payment_method_id=card, at=evening))
        except ServiceEngineError as error:
            results.append(error)
    with store.begin(acme_id) as uow:
        payments = uow.payments.of_invoice(invoice.id)
    return results, gateway, payments


def _look_from_outside(
    store: Store, other_id: OrganizationId, ticket: Ticket, unknown_id: TicketId
) -> tuple[list[NotFoundError], int]:
    answers = []
    for ticket_id in (ticket.id, unknown_id):
        try:
            store.read(other_id, get_ticket, ticket_id)
        except NotFoundError as error:
            answers.append(error)
    total = store.read(other_id, list_tickets).total
    return answers, total


def _send(store: Store, acme_id: OrganizationId, ticket: Ticket) -> tuple[bytes]:
    body = encode(ticket_wire(store.read(acme_id, get_ticket, ticket.id)))
    return (body,)


# fmt: on

STEPS: Final = (
    Step("Two agencies open, in one database", _open_agencies, ("acme", "other"), panels.agencies),
    Step("Jane is hired, and John is offered a website", _offer, ("jane", "web", "proposal"), panels.offered),
    Step("John signs: that makes him a client, with an order", _sign, ("signed", "order", "john"), panels.people),
    Step("John asks for help", _ask_for_help, ("ticket",), panels.opened),
    Step("Not everybody can be assigned", _assign_a_client, ("refusal", "unharmed"), panels.refused),
    Step("They talk", _talk, ("question", "remark"), panels.conversation),
    Step("Closed, closed again, reopened", _close_and_reopen, ("closed", "again", "reopened"), panels.moves),
    Step("The invoice", _bill, ("invoice",), panels.billed),
    Step("A bad card, a lost answer, and still paid once", _pay, ("results", "gateway", "payments"), panels.paid),
    Step("The other agency looks for the ticket", _look_from_outside, ("answers", "total"), panels.outside),
    Step("What GET /api/tickets/{id} answers", _send, ("body",), panels.json_text),
)
