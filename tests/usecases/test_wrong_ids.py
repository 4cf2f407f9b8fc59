"""An id that is none, a text mostly, is told by its type on every store, instead of being looked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from service_engine.domain.id_checks import require_id
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.order_details import OrderDetails
from service_engine.domain.services import ServicePatch
from service_engine.ports.invoices import InvoiceFilter
from service_engine.ports.lists import Condition, Operator
from service_engine.ports.orders import OrderFilter
from service_engine.ports.services import ServiceFilter
from service_engine.ports.tickets import TicketFilter
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, jane, john, later, ticket, web_development, website
from service_engine.usecases.clients import delete_client, get_client
from service_engine.usecases.invoices import create_invoice, get_invoice
from service_engine.usecases.order_messages import delete_order_message, list_order_messages, post_order_message
from service_engine.usecases.order_tasks import delete_order_task, list_order_tasks
from service_engine.usecases.orders import OrderPatch, create_order, delete_order, get_order, update_order
from service_engine.usecases.organizations import issue_api_token
from service_engine.usecases.proposals import get_proposal, send_proposal
from service_engine.usecases.services import delete_service, get_service, update_service
from service_engine.usecases.tickets import assign_ticket, close_ticket, get_ticket, list_tickets, open_ticket

TEXT: Any = str(ticket.id)

READS: list[tuple[Callable[..., Any], str]] = [
    (get_ticket, "a TicketId"),
    (get_client, "a ClientId"),
    (get_order, "an OrderId"),
    (get_service, "a ServiceId"),
    (get_invoice, "an InvoiceId"),
    (get_proposal, "a ProposalId"),
    (list_order_tasks, "an OrderId"),
    (list_order_messages, "an OrderId"),
    (lambda view, key: view.order_task_queries.get(key), "an OrderTaskId"),
    (lambda view, key: view.order_message_queries.get(key), "an OrderMessageId"),
]
WRITES: list[tuple[Callable[..., Any], str]] = [
    (lambda uow, key: close_ticket(uow, key, at=later), "a TicketId"),
    (lambda uow, key: delete_client(uow, key, at=later), "a ClientId"),
    (lambda uow, key: delete_order(uow, key, at=later), "an OrderId"),
    (lambda uow, key: delete_order_task(uow, key, at=later), "an OrderTaskId"),
    (lambda uow, key: delete_order_message(uow, key, at=later), "an OrderMessageId"),
    (lambda uow, key: delete_service(uow, key, at=later), "a ServiceId"),
    (lambda uow, key: send_proposal(uow, key, at=later), "a ProposalId"),
    (lambda uow, key: issue_api_token(uow, key, name="CI", at=later), "an EmployeeId"),
    (lambda uow, key: uow.roles.get(key), "a RoleId"),
    (lambda uow, key: uow.payments.get(key), "a PaymentId"),
    (lambda uow, key: uow.payments.of_invoice(key), "an InvoiceId"),
    (lambda uow, key: uow.payments.pending_of(key), "an InvoiceId"),
    (lambda uow, key: uow.subscriptions.of_invoice(key), "an InvoiceId"),
    (lambda uow, key: open_ticket(uow, client_id=key, subject="Help", at=later), "a ClientId"),
    (lambda uow, key: open_ticket(uow, client_id=john.id, order_id=key, subject="Help", at=later), "an OrderId"),
    (lambda uow, key: assign_ticket(uow, ticket.id, [jane.id, key], at=later), "an EmployeeId"),
    (lambda uow, key: create_order(uow, client_id=john.id, service_id=key, at=later), "a ServiceId"),
    (
        lambda uow, key: update_order(uow, website.id, OrderPatch(details=OrderDetails(service_id=key)), at=later),
        "a ServiceId",
    ),
    (
        lambda uow, key: post_order_message(uow, website.id, author_id=key, text="Hello", at=later),
        "a UserId",
    ),
    (
        lambda uow, key: update_service(uow, web_development.id, ServicePatch(folder_id=key), at=later),
        "a ServiceFolderId",
    ),
    (
        lambda uow, key: create_invoice(
            uow, payer=john.id, items=[InvoiceItemDraft(name="A", amount=Decimal(1))], coupon_id=key, at=later
        ),
        "a CouponId",
    ),
]


def complaint(wanted: str) -> str:
    """Return what is said of the text, as a regular expression."""
    name = wanted.partition(" ")[2]
    made = f"UserId(UUID('{TEXT}'))" if name in ("ClientId", "EmployeeId") else f"UUID('{TEXT}')"
    return re.escape(f"{wanted} is wanted, 'str' was given: {name}({made})") + "$"


@pytest.mark.usefixtures("store")
def test_a_text_is_no_id_to_read_by(agency: Store):
    """Whatever is looked up says whose id it wants."""
    for query, wanted in READS:
        with pytest.raises(TypeError, match=complaint(wanted)):
            agency.read(acme.id, query, TEXT)


@pytest.mark.usefixtures("store")
def test_a_text_is_no_id_to_write_by(agency: Store):
    """Be it what is changed or what is referred to; and nothing is written."""
    before = agency.read(acme.id, list_tickets)
    for use_case, wanted in WRITES:
        with pytest.raises(TypeError, match=complaint(wanted)):
            agency.run(acme.id, use_case, TEXT)
    assert agency.read(acme.id, list_tickets) == before


@pytest.mark.usefixtures("store")
def test_a_text_is_no_organisation(agency: Store):
    """Neither to read nor to write, where it would be an organisation without anything."""
    text: Any = str(acme.id)
    wanted = rf"^an OrganizationId is wanted, 'str' was given: OrganizationId\(UUID\('{text}'\)\)$"
    with pytest.raises(TypeError, match=wanted):
        agency.read(text, list_tickets)
    with pytest.raises(TypeError, match=wanted):
        agency.run(text, close_ticket, ticket.id, at=later)
    with pytest.raises(TypeError, match=wanted), agency.begin(text):
        pass
    assert agency.read(acme.id, get_ticket, ticket.id).status.label == "Open"


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        (TicketFilter.CLIENT_ID, "a ClientId"),
        (TicketFilter.ORDER_ID, "an OrderId"),
        (OrderFilter.ID, "an OrderId"),
        (OrderFilter.SERVICE_ID, "a ServiceId"),
        (InvoiceFilter.ID, "an InvoiceId"),
        (ServiceFilter.FOLDER_ID, "a ServiceFolderId"),
    ],
)
def test_a_text_is_no_id_to_filter_by(field: Any, wanted: str):
    """Refused when the filter is made, before it comes to any store; alone and among others."""
    with pytest.raises(TypeError, match=complaint(wanted)):
        Condition(field, Operator.EQ, TEXT)
    with pytest.raises(TypeError, match=complaint(wanted)):
        Condition(field, Operator.IN, (john.id, TEXT))


def test_a_text_is_no_line_of_an_invoice():
    """It would name none, and a new one would be written in its place."""
    with pytest.raises(TypeError, match=complaint("an InvoiceItemId")):
        InvoiceItemDraft(id=TEXT, name="Hosting", amount=Decimal(5))


@pytest.mark.parametrize("given", [None, 7, UUID(int=7).bytes], ids=lambda given: type(given).__name__)
def test_other_things_are_no_ids(given: object):
    """What cannot be made into an id as it is is named by its type alone."""
    wanted = rf"^a TicketId is wanted, '{type(given).__name__}' was given: TicketId\(UUID\(…\)\)$"
    with pytest.raises(TypeError, match=wanted):
        require_id("ticket", given)
