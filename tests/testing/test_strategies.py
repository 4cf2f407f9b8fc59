"""The strategies make what the domain allows, all of it valid, and the hard cases, too."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from service_engine.domain.access import Levels, Role, Settings, is_staff
from service_engine.domain.api_tokens import ApiToken
from service_engine.domain.change import UNSET
from service_engine.domain.clients import Address, Client, ClientPatch, PostalAddress, revise_client
from service_engine.domain.coupons import Coupon
from service_engine.domain.emails import normalise_email
from service_engine.domain.employees import Employee
from service_engine.domain.ids import AddressId
from service_engine.domain.invoice_items import InvoiceItem, InvoiceItemDraft, write_items
from service_engine.domain.invoice_status import InvoiceStatus
from service_engine.domain.invoice_terms import BillingAddress, BillingPeriod, Tax
from service_engine.domain.invoices import Invoice
from service_engine.domain.json_values import MAX_DEPTH, freeze, thaw
from service_engine.domain.money import MAX_AMOUNT, Money, decimals, money
from service_engine.domain.order_messages import OrderMessage
from service_engine.domain.order_tasks import OrderTask, OrderTaskPatch, revise_order_task
from service_engine.domain.orders import Order, OrderDetails, revise_order
from service_engine.domain.organizations import Organization
from service_engine.domain.payments import Payment
from service_engine.domain.proposals import Proposal, ProposalItem
from service_engine.domain.service_folders import ServiceFolder
from service_engine.domain.services import Service, ServicePatch, revise_service
from service_engine.domain.subscriptions import Subscription
from service_engine.domain.tags import Tag
from service_engine.domain.text import LINE, NOTE, clean
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.usecases.orders import OrderPatch
from service_engine.usecases.tickets import TicketPatch

FIRST = settings(max_examples=2_000, database=None, phases=[Phase.generate])
REGISTERED = [
    Address, ApiToken, BillingAddress, BillingPeriod, Client, ClientPatch, Coupon, Employee, Invoice, InvoiceItem,
    InvoiceItemDraft, Levels, Money, Order, OrderDetails, OrderMessage, OrderPatch, OrderTask, OrderTaskPatch,
    Organization, Payment, PostalAddress, Proposal, ProposalItem, Role, Service, ServiceFolder, ServicePatch, Settings,
    Subscription, Tag, Tax, Ticket, TicketMessage, TicketPatch,
]  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def registered():
    """Register by hand: the entry point works for an installed package only."""
    strategies.register()


@pytest.mark.parametrize("domain_type", REGISTERED, ids=lambda each: each.__name__)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_a_domain_type_makes_its_values(domain_type, data):
    """``st.from_type`` knows every one of them."""
    assert isinstance(data.draw(st.from_type(domain_type)), domain_type)


@given(strategies.lines())
def test_lines_are_what_a_subject_may_be(line):
    """Nothing of them would be stripped or refused."""
    assert clean(line, field="subject") == line


@given(strategies.emails())
def test_emails_are_normal(email):
    """Normalising them again changes nothing."""
    assert normalise_email(email) == email


@given(strategies.monies())
def test_monies_are_exact(amount):
    """Each has its currency's decimals and stays in bounds."""
    assert -amount.amount.as_tuple().exponent == decimals(amount.currency)
    assert abs(amount.amount) <= MAX_AMOUNT


@given(strategies.json_objects())
def test_json_objects_are_frozen(value):
    """Freezing them again changes nothing."""
    assert freeze(thaw(value)) == value


@given(strategies.zoned_instants())
def test_zoned_instants_have_a_zone(at):
    """None of them is naive."""
    assert at.utcoffset() is not None


@pytest.mark.parametrize("staff", [True, False])
@given(data=st.data())
def test_roles_are_of_the_kind_that_is_wanted(staff, data):
    """With dashboard access, or without."""
    assert is_staff(data.draw(strategies.roles(staff=staff)).levels) is staff


@given(client=strategies.clients(), patch=strategies.client_patches())
def test_patches_of_clients_can_be_applied(client, patch):
    """None of them is refused."""
    assert revise_client(client, patch, address_id=AddressId(client.id), at=NOON).state.id == client.id


@given(order=strategies.orders(), details=strategies.order_details())
def test_details_of_orders_can_be_applied(order, details):
    """None of them is refused."""
    assert revise_order(order, details, at=NOON).state.id == order.id


@given(
    task=strategies.order_tasks(),
    patch=strategies.order_task_patches(for_client=st.just(UNSET), employee_ids=st.just(UNSET)),
)
def test_patches_of_tasks_can_be_applied(task, patch):
    """None of them gives a task a second end, whichever it has."""
    assert revise_order_task(task, patch, at=NOON).state.id == task.id


@given(service=strategies.services(), patch=strategies.service_patches(currency=st.just(UNSET)))
def test_patches_of_services_can_be_applied(service, patch):
    """None of them is refused, whatever the currency."""
    assert revise_service(service, patch, at=NOON).state.id == service.id


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
@given(data=st.data())
def test_drafts_of_lines_can_be_written(currency, data):
    """None of them is refused by an invoice in their currency, and nothing of it gets lost."""
    draft = data.draw(strategies.invoice_item_drafts(currency=currency))
    [item] = write_items([draft], currency=currency, new_ids=iter([draft.id]), at=NOON)
    assert (item.quantity, item.amount.amount, item.discount.amount) == (draft.quantity, draft.amount, draft.discount)


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
@given(data=st.data())
def test_taxes_fit_their_currency(currency, data):
    """A fixed one has no more decimals than the currency, so that any invoice in it takes it."""
    tax = data.draw(strategies.taxes(currency=currency))
    expected = 0 if tax.is_percentage else tax.number
    assert tax.on(money(0, currency)).amount == expected


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize(
    ("strategy", "hard_case"),
    [
        (strategies.lines(), lambda line: len(line) == LINE),
        (strategies.lines(), lambda line: any(unicodedata.combining(each) for each in line)),
        (strategies.lines(), lambda line: max(line) > "\uffff"),
        (strategies.lines(), lambda line: "'" in line),
        (strategies.lines(), lambda line: "%" in line),
        (strategies.notes(), lambda note: note is not None and len(note) == NOTE),
        (strategies.emails(), lambda email: not email.isascii()),
        (strategies.instants(), lambda at: at.microsecond % 1000 != 0),
        (strategies.instants(), lambda at: at.year < 1000),
        (strategies.monies(), lambda amount: amount.amount < 0),
        (strategies.monies(), lambda amount: abs(amount.amount) > 9_999_999_998),
        (strategies.json_objects(), lambda value: _depth(value) == MAX_DEPTH),
        (strategies.tickets(), lambda ticket: ticket.status is TicketStatus.CLOSED and ticket.deleted_at is not None),
        (strategies.tickets(), lambda ticket: len(ticket.employee_ids) > 1 and len(ticket.tags) > 1),
        (strategies.orders(), lambda order: len(order.employee_ids) > 1 and len(order.tags) > 1),
        (strategies.order_tasks(), lambda task: task.is_complete and task.for_client and task.due_at is not None),
        (strategies.services(), lambda service: service.price is not None and service.folder_id is not None),
        (strategies.order_task_patches(), lambda patch: bool(patch.employee_ids) and bool(patch.deadline)),
        (strategies.clients(), lambda client: client.address is not None and client.address.company_vat is not None),
        (strategies.invoices(), lambda invoice: len(invoice.items) > 1 and invoice.subtotal.amount > 9_000_000_000),
        (strategies.invoices(), lambda invoice: any(item.total.amount < 0 for item in invoice.items)),
        (strategies.invoices(), lambda invoice: invoice.tax.is_percentage and invoice.credit.amount > 0),
        (strategies.invoices(), lambda invoice: 0 < invoice.paid.amount < invoice.total.amount),
        (strategies.invoices(), lambda invoice: invoice.currency == "KWD" and invoice.tax_amount.amount > 0),
        (strategies.invoices(status=InvoiceStatus.REFUNDED), lambda invoice: invoice.date_paid is None),
        (strategies.invoice_items(), lambda item: item.discount2 is not None and item.discount.amount > 0),
        (strategies.proposals(), lambda proposal: len(proposal.items) > 1 and proposal.total.amount > 9_000_000_000),
        (strategies.payments(), lambda payment: payment.amount.amount == MAX_AMOUNT),
    ],
)  # fmt: skip
def test_hard_cases_are_made(strategy, hard_case):
    """They turn up by themselves."""
    assert hard_case(find(strategy, hard_case, settings=FIRST))


def _depth(value):
    if isinstance(value, tuple):
        return 1 + max(map(_depth, value), default=0)
    return 1 + max(map(_depth, value.values()), default=0) if hasattr(value, "values") else 0
