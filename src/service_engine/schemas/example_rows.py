"""One agency as rows of the library: what the examples of the API's description show.

Source: the seed's example.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from service_engine.domain.access import ALL_LEVELS, ALL_SETTINGS, Role
from service_engine.domain.clients import Address, Client, PostalAddress
from service_engine.domain.ids import (
    AddressId,
    ClientId,
    EmployeeId,
    InvoiceId,
    InvoiceItemId,
    OrderId,
    OrderMessageId,
    OrderTaskId,
    ProposalId,
    ProposalItemId,
    RoleId,
    ServiceFolderId,
    ServiceId,
    TagId,
    TicketId,
    TicketMessageId,
    UserId,
)
from service_engine.domain.invoice_items import InvoiceItemDraft, write_items
from service_engine.domain.invoice_payments import STRIPE, pay_in_full
from service_engine.domain.invoice_terms import PERCENTAGE, BillingAddress, BillingPeriod, Tax
from service_engine.domain.invoices import invoice_number, issue_invoice
from service_engine.domain.json_values import freeze
from service_engine.domain.money import money
from service_engine.domain.order_messages import OrderMessage
from service_engine.domain.order_tasks import OrderTask
from service_engine.domain.orders import Order, OrderStatus
from service_engine.domain.proposal_orders import place_proposed_order
from service_engine.domain.proposals import Proposal, ProposalItem, draft_proposal, send, sign
from service_engine.domain.services import Recurrence, Service
from service_engine.domain.tags import Tag
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import TicketStatus
from service_engine.ports.clients import ClientRow, ClientSummary
from service_engine.ports.employees import EmployeeRow
from service_engine.ports.invoices import InvoiceRow
from service_engine.ports.order_messages import AuthorRow, OrderMessageRow
from service_engine.ports.orders import OrderRow, OrderSummary
from service_engine.ports.proposals import ProposalItemRow, ProposalRow
from service_engine.ports.tickets import TicketDetails

__all__ = [
    "AT",
    "CLIENT",
    "CLIENT_ID",
    "EMPLOYEE_ID",
    "FOLDER_ID",
    "INVOICE",
    "INVOICE_ID",
    "INVOICE_ITEM_ID",
    "JANE",
    "MESSAGE",
    "ORDER",
    "ORDER_ID",
    "ORDER_MESSAGE_ID",
    "ORDER_TASK_ID",
    "PAID_INVOICE",
    "PROPOSAL",
    "PROPOSAL_ID",
    "SENT_PROPOSAL",
    "SERVICE",
    "SERVICE_ID",
    "SIGNED_ORDER",
    "SIGNED_PROPOSAL",
    "TASK",
    "TICKET",
    "TICKET_ID",
]

AT: Final = datetime(2026, 2, 7, 12, tzinfo=UTC)


def _uuid(last: int) -> UUID:
    return UUID(f"0190163d-8694-739b-aea5-{last:012x}")


CLIENT_ID: Final = ClientId(UserId(_uuid(1)))
EMPLOYEE_ID: Final = EmployeeId(UserId(_uuid(2)))
ORDER_ID: Final = OrderId(_uuid(3))
TICKET_ID: Final = TicketId(_uuid(4))
SERVICE_ID: Final = ServiceId(_uuid(9))
FOLDER_ID: Final = ServiceFolderId(_uuid(10))
ORDER_TASK_ID: Final = OrderTaskId(_uuid(11))
ORDER_MESSAGE_ID: Final = OrderMessageId(_uuid(12))
PROPOSAL_ID: Final = ProposalId(_uuid(14))
INVOICE_ID: Final = InvoiceId(_uuid(16))
INVOICE_ITEM_ID: Final = InvoiceItemId(_uuid(17))

_STAFF: Final = Role(
    id=RoleId(_uuid(5)), name="Administrator", levels=ALL_LEVELS, settings=ALL_SETTINGS, created_at=AT, updated_at=AT
)
_CLIENTS: Final = Role(id=RoleId(_uuid(6)), name="Client", created_at=AT, updated_at=AT)
_ADDRESS: Final = Address(
    id=AddressId(_uuid(7)),
    place=PostalAddress(line_1="1 Main Street", city="Springfield", country="US", postcode="12345"),
    first_name="John",
    last_name="Doe",
    company_name="Acme",
)
_CLIENT: Final = Client(
    id=CLIENT_ID,
    email="john@example.com",
    first_name="John",
    last_name="Doe",
    company="Acme",
    address=_ADDRESS,
    affiliate_id=123_456,
    affiliate_link="https://example.com/r/A1B2C3",
    role_id=_CLIENTS.id,
    created_at=AT,
    updated_at=AT,
)
CLIENT: Final = ClientRow(client=_CLIENT, role=_CLIENTS, spent=None)
_SUMMARY: Final = ClientSummary(
    id=CLIENT_ID,
    first_name="John",
    last_name="Doe",
    email="john@example.com",
    company="Acme",
    phone=None,
    balance=money(0, "USD"),
    address=_ADDRESS,
    role=_CLIENTS,
)
JANE: Final = EmployeeRow(id=EMPLOYEE_ID, first_name="Jane", last_name="Smith", role_id=_STAFF.id)
SERVICE: Final = Service(
    id=SERVICE_ID,
    name="Web Development",
    description="A website, from the first draft to the launch",
    recurrence=Recurrence.ONE_TIME,
    currency="USD",
    price=money(1500, "USD"),
    deadline=30,
    folder_id=FOLDER_ID,
    metadata={"category": "websites"},
    employee_ids=(EMPLOYEE_ID,),
    created_at=AT,
    updated_at=AT,
)
ORDER: Final = OrderRow(
    order=Order(
        id=ORDER_ID,
        number="A1B2C3D4",
        client_id=CLIENT_ID,
        service_id=SERVICE_ID,
        service_name="Web Development",
        status=OrderStatus.IN_PROGRESS,
        price=money(1500, "USD"),
        note="The client likes blue",
        metadata={"campaign": "spring"},
        employee_ids=(EMPLOYEE_ID,),
        tags=(Tag(TagId(_uuid(13)), "urgent"),),
        date_started=AT,
        date_due=AT + timedelta(days=30),
        created_at=AT,
        updated_at=AT,
    ),
    client=_SUMMARY,
    employees=(JANE,),
)
TASK: Final = OrderTask(
    id=ORDER_TASK_ID,
    order_id=ORDER_ID,
    name="Draft the front page",
    deadline=48,
    employee_ids=(EMPLOYEE_ID,),
    created_at=AT,
    updated_at=AT,
)
MESSAGE: Final = OrderMessageRow(
    message=OrderMessage(
        id=ORDER_MESSAGE_ID,
        order_id=ORDER_ID,
        author_id=EMPLOYEE_ID,
        text="The first draft is ready.",
        files=("https://example.com/draft.pdf",),
        created_at=AT,
    ),
    author=AuthorRow(id=EMPLOYEE_ID, first_name="Jane", last_name="Smith", email="jane@example.com"),
)
TICKET: Final = TicketDetails(
    id=TICKET_ID,
    subject="Help with order",
    client_id=CLIENT_ID,
    order_id=ORDER_ID,
    status=TicketStatus.OPEN,
    source="API",
    note="Customer needs assistance",
    form_data={},
    metadata={},
    tags=("urgent", "billing"),
    employees=(JANE,),
    client=_SUMMARY,
    created_at=AT,
    updated_at=AT,
    last_message_at=AT,
    date_closed=None,
    order=OrderSummary(
        id=ORDER_ID,
        status=OrderStatus.IN_PROGRESS,
        service_name="Web Development",
        price=money(1500, "USD"),
        quantity=1,
        created_at=AT,
    ),
    messages=(
        TicketMessage(
            id=TicketMessageId(_uuid(8)),
            ticket_id=TICKET_ID,
            author_id=CLIENT_ID,
            text="I need help with my order",
            created_at=AT,
        ),
    ),
)
_DRAFT: Final = draft_proposal(
    PROPOSAL_ID,
    client_email="ann@example.com",
    client_first_name="Ann",
    client_last_name="Lee",
    client_company="Lee Ltd",
    items=[
        ProposalItem(
            id=ProposalItemId(_uuid(15)), service_id=SERVICE_ID, quantity=2, price=money(1200, "USD"), created_at=AT
        )
    ],
    notes="Two sites.",
    at=AT,
).state
_SENT: Final = send(_DRAFT, at=AT).state


def _proposal_row(proposal: Proposal) -> ProposalRow:
    items = (
        ProposalItemRow(item=each, service_name=SERVICE.name, service_description=SERVICE.description)
        for each in proposal.items
    )
    return ProposalRow(proposal=proposal, items=tuple(items))


PROPOSAL: Final = _proposal_row(_DRAFT)
SENT_PROPOSAL: Final = _proposal_row(_SENT)
SIGNED_PROPOSAL: Final = _proposal_row(sign(_SENT, order_id=OrderId(_uuid(18)), at=AT).state)
SIGNED_ORDER: Final = place_proposed_order(
    _SENT,
    order_id=OrderId(_uuid(18)),
    number="E5F6G7H8",
    client_id=ClientId(UserId(_uuid(19))),
    service_names=[SERVICE.name],
    at=AT,
).state
_INVOICE: Final = issue_invoice(
    INVOICE_ID,
    number=invoice_number(1),
    client_id=CLIENT_ID,
    items=write_items(
        [
            InvoiceItemDraft(
                name="Web Development",
                description="A website, from the first draft to the launch",
                quantity=1,
                amount=Decimal(1500),
                discount=Decimal(100),
                service_id=SERVICE_ID,
                options=freeze({"color": "blue"}),
            )
        ],
        currency="USD",
        new_ids=iter([INVOICE_ITEM_ID]),
        at=AT,
    ),
    currency="USD",
    billing_address=BillingAddress.of(_ADDRESS),
    tax=Tax(type=PERCENTAGE, number=Decimal(12)),
    recurring=BillingPeriod(length=1, unit="M"),
    note="Thank you",
    at=AT,
).state
INVOICE: Final = InvoiceRow(invoice=_INVOICE, client=_CLIENT, role=_CLIENTS)
PAID_INVOICE: Final = InvoiceRow(
    invoice=pay_in_full(
        _INVOICE,
        paysys=STRIPE,
        order_ids={INVOICE_ITEM_ID: OrderId(_uuid(20))},
        transaction_id="txn_1770465600_1a2b3c4d",
        ip_address="203.0.113.7",
        at=AT,
    ).state,
    client=_CLIENT,
    role=_CLIENTS,
)
