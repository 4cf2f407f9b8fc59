"""How invoices get paid by hand, whole and in parts: send a command, look at the store."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from tests.usecases.invoicing import MONTHLY
from tests.usecases.paying import made, moved, recorded, stored

from service_engine.domain.change import Change
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_payments import MANUAL
from service_engine.domain.invoices import InvoicePaid, InvoicePartlyPaid, InvoiceStatus
from service_engine.domain.money import money
from service_engine.domain.orders import OrderPlaced, OrderStatus
from service_engine.domain.payments import PaymentIntended, PaymentStatus, PaymentSucceeded
from service_engine.domain.subscriptions import ACTIVE, SubscriptionStarted
from service_engine.errors import RuleViolationError, WrongStatusError
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, invoice, john, later, now, web_development, website
from service_engine.usecases.invoices import InvoicePatch, create_invoice, update_invoice
from service_engine.usecases.orders import delete_order
from service_engine.usecases.payments import mark_paid, record_part_payment, settle_by_hand
from service_engine.usecases.services import delete_service

HUNDRED = InvoiceItemDraft(name="Advice", amount=Decimal(100))

# ------------------------------------------------------------------------------------------------------- by hand


@pytest.mark.usefixtures("store")
def test_marking_as_paid(agency: Store):
    """Paid now, by hand, to the last cent; the payment is on record; stored as returned, told as events."""
    with agency.begin(acme.id) as uow:
        paid = mark_paid(uow, invoice.id, at=later)
        (payment,) = uow.payments.of_invoice(invoice.id)
        order_id = paid.items[0].order_id
        assert order_id is not None
        assert uow.events == (
            OrderPlaced(order_id=order_id, at=later),
            InvoicePaid(invoice_id=invoice.id, amount=money(960, "USD"), at=later),
            PaymentIntended(payment_id=payment.id, invoice_id=invoice.id, at=later),
            PaymentSucceeded(payment_id=payment.id, at=later),
        )
    assert (paid.status, paid.date_paid, paid.paysys, paid.transaction_id) == (
        InvoiceStatus.PAID,
        later,
        MANUAL,
        None,
    )
    assert (paid.paid, paid.due) == (money(960, "USD"), money(0, "USD"))
    assert (payment.amount, payment.status, payment.paysys) == (
        money(960, "USD"),
        PaymentStatus.SUCCEEDED,
        MANUAL,
    )
    assert (stored(agency), recorded(agency)) == (paid, (payment,))


@pytest.mark.usefixtures("store")
def test_the_orders_of_a_paid_invoice(agency: Store):
    """One for each line with a service: in progress from now, named and priced like the line (D10, D31)."""
    lines = [
        InvoiceItemDraft(name="Logo", amount=Decimal("9.99"), quantity=3, service_id=web_development.id),
        InvoiceItemDraft(name="Advice", amount=Decimal(5)),
        InvoiceItemDraft(name="Site", amount=Decimal(50), discount=Decimal(20), service_id=web_development.id),
    ]
    issued = agency.run(acme.id, create_invoice, payer=john.id, items=lines, currency="EUR", at=now)
    agency.run(acme.id, delete_service, web_development.id, at=now)
    paid = agency.run(acme.id, mark_paid, issued.id, at=later)
    orders = {order.id: order for order in made(agency, issued.id)}
    first, second, third = paid.items
    assert second.order_id is None
    assert set(orders) == {first.order_id, third.order_id}
    logo, site = orders[first.order_id], orders[third.order_id]  # type: ignore[index]
    assert (logo.service_name, logo.price, logo.quantity) == ("Logo", money("9.99", "EUR"), 3)
    assert (site.service_name, site.price, site.quantity) == ("Site", money(50, "EUR"), 1)
    for order in (logo, site):
        assert (order.client_id, order.service_id, order.invoice_id) == (john.id, web_development.id, issued.id)
        assert (order.status, order.date_started, order.created_at) == (OrderStatus.IN_PROGRESS, later, later)
        assert (order.paysys, order.subscription_id, len(order.number)) == (MANUAL, None, 8)
    assert logo.number != site.number


@pytest.mark.usefixtures("store")
def test_a_recurring_invoice_starts_one_subscription(agency: Store):
    """Of the invoice's period and client; the orders of the same payment belong to it (D11, D29)."""
    agency.run(acme.id, update_invoice, invoice.id, InvoicePatch(recurring=MONTHLY), at=now)
    with agency.begin(acme.id) as uow:
        mark_paid(uow, invoice.id, at=later)
        subscription = uow.subscriptions.of_invoice(invoice.id)
        assert subscription is not None
        assert SubscriptionStarted(subscription_id=subscription.id, at=later) in uow.events
    assert (subscription.client_id, subscription.period, subscription.status) == (john.id, MONTHLY, ACTIVE)
    assert (subscription.created_at, subscription.payment_count) == (later, 0)
    assert [order.subscription_id for order in made(agency)] == [subscription.id]


@pytest.mark.usefixtures("store")
def test_marking_a_paid_invoice_changes_nothing(agency: Store):
    """No second set of orders, no second payment, no event; also when its order is gone by then (D10, D23)."""
    agency.run(acme.id, update_invoice, invoice.id, InvoicePatch(recurring=MONTHLY), at=now)
    paid = agency.run(acme.id, mark_paid, invoice.id, at=now)
    (order,) = made(agency)
    agency.run(acme.id, delete_order, order.id, at=now)
    with agency.begin(acme.id) as uow:
        assert mark_paid(uow, invoice.id, at=later) == paid
        assert uow.events == ()
    assert (made(agency), len(recorded(agency))) == ([], 1)


@pytest.mark.usefixtures("store")
def test_a_line_that_has_an_order_gets_no_second_one(agency: Store):
    """A host may have linked it by itself: the payment keeps the link, and places nothing for it (D28)."""
    first, second = invoice.items
    linked = attrs.evolve(invoice, items=(attrs.evolve(first, order_id=website.id), second))
    with agency.begin(acme.id) as uow:
        uow.invoices.save(Change(linked, (_noted(),)))
    paid = agency.run(acme.id, mark_paid, invoice.id, at=later)
    assert [item.order_id for item in paid.items] == [website.id, None]
    assert (made(agency), paid.status) == ([], InvoiceStatus.PAID)


@pytest.mark.parametrize("status", [InvoiceStatus.DRAFT, InvoiceStatus.UNPAID, InvoiceStatus.PARTIALLY_PAID])
def test_what_can_be_marked(agency: Store, status: InvoiceStatus):
    """Only what is still due is recorded as paid."""
    before = moved(agency, status)
    paid = agency.run(acme.id, mark_paid, invoice.id, at=later)
    assert (paid.status, paid.paid) == (InvoiceStatus.PAID, paid.total)
    assert recorded(agency)[-1].amount == before.due
    assert len(made(agency)) == 1


@pytest.mark.parametrize("status", [InvoiceStatus.REFUNDED, InvoiceStatus.CANCELLED])
def test_what_cannot_be_marked(agency: Store, status: InvoiceStatus):
    """Refused in the contract's words; no payment, no order; nor can a part of it be paid (D29)."""
    said: list[str] = []
    before, payments, orders = moved(agency, status), recorded(agency), made(agency)
    for act in (
        lambda: agency.run(acme.id, mark_paid, invoice.id, at=later),
        lambda: agency.run(acme.id, record_part_payment, invoice.id, Decimal(1), at=later),
        lambda: agency.run(acme.id, record_part_payment, invoice.id, before.due.amount, at=later),
    ):
        with pytest.raises(WrongStatusError) as refused:
            act()
        said.append(str(refused.value))
        assert (refused.value.kind, refused.value.key) == ("invoice", invoice.id)
    assert said == [
        f"Cannot mark {status.label} invoice as paid.",
        f"Cannot pay a part of {status.label} invoice.",
        f"Cannot pay a part of {status.label} invoice.",
    ]
    assert (stored(agency), recorded(agency), made(agency)) == (before, payments, orders)


def test_an_invoice_over_nothing(agency: Store):
    """It is marked as paid like any other; the payment on record is of nothing."""
    free = [InvoiceItemDraft(name="Gift", amount=Decimal(0), service_id=web_development.id)]
    issued = agency.run(acme.id, create_invoice, payer=john.id, items=free, at=now)
    assert agency.run(acme.id, mark_paid, issued.id, at=later).status is InvoiceStatus.PAID
    assert [payment.amount for payment in recorded(agency, issued.id)] == [money(0, "USD")]
    assert len(made(agency, issued.id)) == 1


def test_settling_what_has_changed_in_the_same_breath(agency: Store):
    """A change that was not stored yet is stored with the payment; one of a paid invoice is stored alone."""
    note = Change(stored(agency)).then(lambda each: Change(attrs.evolve(each, note="x"), (_noted(),)))
    with agency.begin(acme.id) as uow:
        paid = settle_by_hand(uow, note, at=later)
    assert (paid.note, paid.status, stored(agency)) == ("x", InvoiceStatus.PAID, paid)
    with agency.begin(acme.id) as uow:
        again = settle_by_hand(uow, Change(attrs.evolve(paid, note="y"), (_noted(),)), at=later)
    assert (again.note, len(recorded(agency))) == ("y", 1)


def _noted() -> InvoicePartlyPaid:
    return InvoicePartlyPaid(invoice_id=invoice.id, amount=money(1, "USD"), at=later)


# ------------------------------------------------------------------------------------------------------ in parts


@pytest.mark.usefixtures("store")
def test_paying_in_parts(agency: Store):
    """Parts add up, without orders; the last one pays it, with everything that follows from that."""
    with agency.begin(acme.id) as uow:
        first = record_part_payment(uow, invoice.id, Decimal("0.01"), at=now)
        (payment,) = uow.payments.of_invoice(invoice.id)
        assert uow.events == (
            InvoicePartlyPaid(invoice_id=invoice.id, amount=money("0.01", "USD"), at=now),
            PaymentIntended(payment_id=payment.id, invoice_id=invoice.id, at=now),
            PaymentSucceeded(payment_id=payment.id, at=now),
        )
    assert (first.status, first.paid, first.date_paid, first.paysys) == (
        InvoiceStatus.PARTIALLY_PAID,
        money("0.01", "USD"),
        None,
        MANUAL,
    )
    assert (stored(agency), made(agency)) == (first, [])
    agency.run(acme.id, record_part_payment, invoice.id, Decimal("959.98"), at=now)
    last = agency.run(acme.id, record_part_payment, invoice.id, Decimal("0.01"), at=later)
    assert (last.status, last.date_paid, last.due) == (InvoiceStatus.PAID, later, money(0, "USD"))
    assert sorted(str(payment.amount) for payment in recorded(agency)) == ["0.01 USD", "0.01 USD", "959.98 USD"]
    assert len(made(agency)) == 1


@pytest.mark.parametrize("amount", ["0", "-1", "960.01", "0.001", "NaN", "1e40"])
def test_a_part_that_is_none(agency: Store, amount: str):
    """More than nothing, at most what is due, and whole cents (D64)."""
    with pytest.raises(RuleViolationError) as refused:
        agency.run(acme.id, record_part_payment, invoice.id, Decimal(amount), at=later)
    assert refused.value.field == "amount"
    assert (stored(agency), recorded(agency)) == (invoice, ())


@pytest.mark.parametrize("amount", ["0", "-1", "960.01", "961"])
def test_what_a_part_may_be(agency: Store, amount: str):
    """The refusal names what is taken: all that is due is."""
    with pytest.raises(RuleViolationError) as refused:
        agency.run(acme.id, record_part_payment, invoice.id, Decimal(amount), at=later)
    assert refused.value.message == "The amount must be more than 0 and at most 960.00."
    assert agency.run(acme.id, record_part_payment, invoice.id, Decimal(960), at=later).due == money(0, "USD")


def test_a_part_where_nothing_is_due(agency: Store):
    """The invoice was lowered to what was paid: the refusal says how it is closed, and so it is."""
    lowered = agency.run(acme.id, record_part_payment, invoice.id, Decimal(100), at=now)
    lowered = agency.run(acme.id, update_invoice, invoice.id, InvoicePatch(items=[HUNDRED]), at=now)
    assert (lowered.status, lowered.due) == (InvoiceStatus.PARTIALLY_PAID, money(0, "USD"))
    for amount in (Decimal(0), Decimal(1)):
        with pytest.raises(RuleViolationError) as refused:
            agency.run(acme.id, record_part_payment, invoice.id, amount, at=later)
        assert (refused.value.field, refused.value.message) == ("amount", "Nothing is due: mark the invoice as paid.")
    assert agency.run(acme.id, mark_paid, invoice.id, at=later).status is InvoiceStatus.PAID


def test_a_part_of_a_paid_invoice(agency: Store):
    """There is none, not even of nothing."""
    moved(agency, InvoiceStatus.PAID)
    for amount in (Decimal(0), Decimal(1)):
        with pytest.raises(WrongStatusError, match="Cannot pay a part of Paid invoice"):
            agency.run(acme.id, record_part_payment, invoice.id, amount, at=later)
