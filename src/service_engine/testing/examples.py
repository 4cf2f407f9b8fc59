"""One small agency as ready values. The examples in the docstrings use it, and so may yours.

Acme sells websites. John Doe ordered one, got an invoice and has a question; Jane Smith will answer it. Ann Lee is not
a client yet, but has a proposal.

Example:
    >>> ticket.subject, john.first_name, jane.first_name, website.service_name
    ('Help with order', 'John', 'Jane', 'Web Development')
    >>> web_development.name, task.name, message.text
    ('Web Development', 'Draft the front page', 'The first draft is ready.')
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from service_engine.adapters.memory import MemoryStore
from service_engine.domain.access import ALL_LEVELS, ALL_SETTINGS, define_role
from service_engine.domain.api_tokens import TokenGrant, hash_token
from service_engine.domain.clients import ClientPatch, PostalAddress, register_client
from service_engine.domain.coupons import create_coupon
from service_engine.domain.employees import hire_employee
from service_engine.domain.ids import (
    AddressId,
    ApiTokenId,
    ClientId,
    CouponId,
    EmployeeId,
    InvoiceId,
    InvoiceItemId,
    OrderId,
    OrderMessageId,
    OrderTaskId,
    OrganizationId,
    PaymentId,
    ProposalId,
    ProposalItemId,
    RoleId,
    ServiceFolderId,
    ServiceId,
    SubscriptionId,
    TagId,
    TicketId,
    TicketMessageId,
    UserId,
)
from service_engine.domain.invoice_items import InvoiceItemDraft, write_items
from service_engine.domain.invoice_payments import STRIPE
from service_engine.domain.invoice_terms import BillingAddress, BillingPeriod
from service_engine.domain.invoices import invoice_number, issue_invoice
from service_engine.domain.money import money
from service_engine.domain.order_messages import post_order_message
from service_engine.domain.order_tasks import OrderTaskPatch, add_order_task
from service_engine.domain.orders import OrderStatus, place_order
from service_engine.domain.organizations import found_organization
from service_engine.domain.payments import intend_payment
from service_engine.domain.proposals import ProposalItem, draft_proposal
from service_engine.domain.service_folders import create_folder
from service_engine.domain.services import Recurrence, ServicePatch, offer_service
from service_engine.domain.subscriptions import start_subscription
from service_engine.domain.tags import Tag
from service_engine.domain.ticket_messages import post_message
from service_engine.domain.tickets import open_ticket
from service_engine.ports.unit_of_work import Store

__all__ = [
    "acme",
    "administrator",
    "agency",
    "client_role",
    "coupon",
    "folder",
    "grant",
    "invoice",
    "jane",
    "john",
    "later",
    "message",
    "now",
    "payment",
    "proposal",
    "question",
    "subscription",
    "task",
    "ticket",
    "urgent",
    "web_development",
    "website",
]

now: Final = datetime(2026, 2, 7, 12, tzinfo=UTC)
later: Final = now + timedelta(hours=1)

_acme = found_organization(OrganizationId(UUID(int=1)), name="Acme", slug="acme", at=now)
_administrator = define_role(
    RoleId(UUID(int=2)), name="Administrator", levels=ALL_LEVELS, settings=ALL_SETTINGS, at=now
)
_client_role = define_role(RoleId(UUID(int=3)), name="Client", at=now)
_jane = hire_employee(
    EmployeeId(UserId(UUID(int=4))),
    email="jane@example.com",
    first_name="Jane",
    last_name="Smith",
    role=_administrator.state,
    at=now,
)
_john = register_client(
    ClientId(UserId(UUID(int=5))),
    email="john@example.com",
    first_name="John",
    last_name="Doe",
    role_id=_client_role.state.id,
    affiliate_id=100_001,
    affiliate_link="https://example.com/r/A1B2C3",
    address_id=AddressId(UUID(int=6)),
    details=ClientPatch(address=PostalAddress(line_1="1 High Street", city="York", country="GB")),
    at=now,
)
_folder = create_folder(ServiceFolderId(UUID(int=12)), name="Websites", at=now)
_web_development = offer_service(
    ServiceId(UUID(int=13)),
    name="Web Development",
    currency="USD",
    recurrence=Recurrence.ONE_TIME,
    employee_ids=[_jane.state.id],
    details=ServicePatch(price=Decimal(1500), folder_id=_folder.state.id),
    at=now,
)
_website = place_order(
    OrderId(UUID(int=7)),
    number="A1B2C3D4",
    client_id=_john.state.id,
    service_id=_web_development.state.id,
    service_name=_web_development.state.name,
    price=money(1500, "USD"),
    status=OrderStatus.IN_PROGRESS,
    employee_ids=[_jane.state.id],
    at=now,
)
_task = add_order_task(
    OrderTaskId(UUID(int=14)),
    order_id=_website.state.id,
    name="Draft the front page",
    details=OrderTaskPatch(deadline=48, employee_ids=[_jane.state.id]),
    at=now,
)
_ticket = open_ticket(TicketId(UUID(int=8)), client_id=_john.state.id, subject="Help with order", at=now)
_coupon = create_coupon(CouponId(UUID(int=16)), code="WELCOME", at=now)
_proposal = draft_proposal(
    ProposalId(UUID(int=17)),
    client_email="ann@example.com",
    client_first_name="Ann",
    client_last_name="Lee",
    items=[
        ProposalItem(
            id=ProposalItemId(UUID(int=18)),
            service_id=_web_development.state.id,
            quantity=2,
            price=money(1200, "USD"),
            created_at=now,
        )
    ],
    notes="Two sites.",
    at=now,
)
_lines = [
    InvoiceItemDraft(
        name="Landing page", amount=Decimal(1000), discount=Decimal(100), service_id=_web_development.state.id
    ),
    InvoiceItemDraft(name="Hosting", quantity=12, amount=Decimal(5)),
]
_invoice = issue_invoice(
    InvoiceId(UUID(int=19)),
    number=invoice_number(1),
    client_id=_john.state.id,
    items=write_items(
        _lines, currency="USD", new_ids=iter([InvoiceItemId(UUID(int=20)), InvoiceItemId(UUID(int=21))]), at=now
    ),
    currency="USD",
    billing_address=BillingAddress.of(_john.state.address),
    at=now,
)

acme: Final = _acme.state
administrator: Final = _administrator.state
client_role: Final = _client_role.state
jane: Final = _jane.state
john: Final = _john.state
folder: Final = _folder.state
web_development: Final = _web_development.state
website: Final = _website.state
task: Final = _task.state
message: Final = post_order_message(
    OrderMessageId(UUID(int=15)), order_id=website.id, author_id=jane.id, text="The first draft is ready.", at=later
).state
ticket: Final = _ticket.state
coupon: Final = _coupon.state
proposal: Final = _proposal.state
invoice: Final = _invoice.state
payment: Final = intend_payment(
    PaymentId(UUID(int=22)), invoice_id=invoice.id, amount=invoice.due, paysys=STRIPE, at=now
).state
subscription: Final = start_subscription(
    SubscriptionId(UUID(int=23)),
    client_id=john.id,
    invoice_id=invoice.id,
    period=BillingPeriod(length=1, unit="M"),
    at=now,
).state
urgent: Final = Tag(TagId(UUID(int=9)), "urgent")
question: Final = post_message(
    TicketMessageId(UUID(int=10)), ticket, author_id=john.id, text="I need help with my order", at=later
).state
grant: Final = TokenGrant(
    organization_id=acme.id,
    token_id=ApiTokenId(UUID(int=11)),
    employee_id=jane.id,
    token_hash=hash_token("secret"),
    expires_at=None,
    last_used_at=None,
    status=jane.status,
    deleted=False,
    dashboard_access=jane.role.levels.dashboard_access,
)


def agency(store: Store | None = None) -> Store:
    """Put the agency into a store and return it; without one, into a fresh store in memory.

    Example:
        >>> with agency().begin(acme.id) as uow:
        ...     uow.tickets.get(ticket.id) == ticket
        True
    """
    if store is None:
        store = MemoryStore()
    with store.begin(acme.id) as uow:
        uow.organizations.add(_acme)
        uow.roles.add(_administrator)
        uow.roles.add(_client_role)
        uow.employees.add(_jane)
        uow.clients.add(_john)
        uow.service_folders.add(_folder)
        uow.services.add(_web_development)
        uow.orders.add(_website)
        uow.order_tasks.add(_task)
        uow.tickets.add(_ticket)
        uow.coupons.add(_coupon)
        uow.proposals.add(_proposal)
        uow.invoices.next_in_sequence()
        uow.invoices.add(_invoice)
    return store
