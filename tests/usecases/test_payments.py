"""How invoices get paid: send a command, look at the store."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest

from service_engine.domain.change import Change
from service_engine.domain.ids import InvoiceId, PaymentId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_payments import MANUAL, STRIPE
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.invoices import Invoice, InvoicePaid, InvoicePartlyPaid, InvoiceStatus
from service_engine.domain.money import money
from service_engine.domain.orders import Order, OrderPlaced, OrderStatus
from service_engine.domain.payments import (
    Payment,
    PaymentDeclined,
    PaymentIntended,
    PaymentRefunded,
    PaymentResumed,
    PaymentSetAside,
    PaymentStatus,
    PaymentSucceeded,
)
from service_engine.domain.subscriptions import ACTIVE, SubscriptionStarted
from service_engine.errors import IllegalMoveError, NotFoundError, RuleViolationError, WrongStatusError
from service_engine.ports.payments import Approved, Declined
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, invoice, john, later, now, web_development, website
from service_engine.usecases.invoices import InvoicePatch, create_invoice, delete_invoice, get_invoice, update_invoice
from service_engine.usecases.orders import delete_order, list_orders
from service_engine.usecases.payments import (
    begin_charge,
    mark_paid,
    record_part_payment,
    record_refund,
    settle_by_hand,
    settle_charge,
)
from service_engine.usecases.services import delete_service

MONTHLY = BillingPeriod(length=1, unit="M")
TAKEN = Approved(transaction_id="txn_1")
NO_INVOICE = InvoiceId(UUID(int=404))
NO_PAYMENT = PaymentId(UUID(int=404))
HALF = Decimal(480)


def stored(store: Store, invoice_id: InvoiceId = invoice.id) -> Invoice:
    """Return an invoice as it is stored."""
    return store.read(acme.id, get_invoice, invoice_id).invoice


def recorded(store: Store, invoice_id: InvoiceId = invoice.id) -> tuple[Payment, ...]:
    """Return the payments on an invoice."""

    def load(uow: UnitOfWork) -> tuple[Payment, ...]:
        return uow.payments.of_invoice(invoice_id)

    return store.run(acme.id, load)


def made(store: Store, invoice_id: InvoiceId = invoice.id) -> list[Order]:
    """Return the orders that the payment of an invoice has made, oldest first."""
    orders = [row.order for row in store.read(acme.id, list_orders).rows[::-1]]
    return [order for order in orders if order.invoice_id == invoice_id]


def begun(store: Store, invoice_id: InvoiceId = invoice.id) -> Payment:
    """Write down that an invoice is about to be charged."""
    return store.run(acme.id, begin_charge, invoice_id, at=now)


def moved(store: Store, status: InvoiceStatus) -> Invoice:
    """Bring the invoice into a status, by the ways that there are."""
    if status in {InvoiceStatus.PAID, InvoiceStatus.REFUNDED}:
        store.run(acme.id, mark_paid, invoice.id, at=now)
    if status is InvoiceStatus.PARTIALLY_PAID:
        store.run(acme.id, record_part_payment, invoice.id, HALF, at=now)
        return stored(store)
    return store.run(acme.id, update_invoice, invoice.id, InvoicePatch(status=status), at=now)


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
    before, payments, orders = moved(agency, status), recorded(agency), made(agency)
    for act in (
        lambda: agency.run(acme.id, mark_paid, invoice.id, at=later),
        lambda: agency.run(acme.id, record_part_payment, invoice.id, Decimal(1), at=later),
        lambda: agency.run(acme.id, record_part_payment, invoice.id, before.due.amount, at=later),
    ):
        with pytest.raises(WrongStatusError) as refused:
            act()
        assert str(refused.value) == f"Cannot mark {status.label} invoice as paid."
        assert (refused.value.kind, refused.value.key) == ("invoice", invoice.id)
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
    assert (first.status, first.paid, first.date_paid) == (
        InvoiceStatus.PARTIALLY_PAID,
        money("0.01", "USD"),
        None,
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


def test_a_part_of_a_paid_invoice(agency: Store):
    """There is none, not even of nothing."""
    moved(agency, InvoiceStatus.PAID)
    for amount in (Decimal(0), Decimal(1)):
        with pytest.raises(WrongStatusError, match="Cannot mark Paid invoice as paid"):
            agency.run(acme.id, record_part_payment, invoice.id, amount, at=later)


# ------------------------------------------------------------------------------------------------ before a charge


@pytest.mark.usefixtures("store")
def test_beginning_a_charge(agency: Store):
    """The intent is written down over what is due; the invoice stays as it is; asking again gives the same one."""
    half = moved(agency, InvoiceStatus.PARTIALLY_PAID)
    with agency.begin(acme.id) as uow:
        payment = begin_charge(uow, invoice.id, at=later)
        assert uow.events == (PaymentIntended(payment_id=payment.id, invoice_id=invoice.id, at=later),)
        assert begin_charge(uow, invoice.id, at=later) == payment
        assert len(uow.events) == 1
    assert (payment.amount, payment.status, payment.paysys) == (money(480, "USD"), PaymentStatus.PENDING, STRIPE)
    assert (payment.created_at, payment.transaction_id) == (later, None)
    assert (stored(agency), recorded(agency)[-1]) == (half, payment)


@pytest.mark.usefixtures("store")
def test_beginning_a_charge_again(agency: Store):
    """The same one is asked for, and since when is on record, so that nobody gives it up too early."""
    first, tomorrow = begun(agency), later + timedelta(days=1)
    with agency.begin(acme.id) as uow:
        again = begin_charge(uow, invoice.id, at=tomorrow)
        assert uow.events == (PaymentResumed(payment_id=first.id, at=tomorrow),)
    assert (again.id, again.created_at, again.updated_at) == (first.id, now, tomorrow)
    assert recorded(agency) == (again,)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (InvoiceStatus.PAID, "Invoice is already paid."),
        (InvoiceStatus.REFUNDED, "Cannot charge Refunded invoice."),
        (InvoiceStatus.CANCELLED, "Cannot charge Cancelled invoice."),
    ],
)
def test_what_cannot_be_charged(agency: Store, status: InvoiceStatus, message: str):
    """Refused before anything is written, and so before anybody is asked for money (D29)."""
    moved(agency, status)
    before = recorded(agency)
    with pytest.raises(IllegalMoveError) as refused:
        begun(agency)
    assert (refused.value.field, refused.value.message) == ("payment_method_id", message)
    assert recorded(agency) == before


def test_an_invoice_that_is_not_there_is_not_charged(agency: Store):
    """Unknown or deleted."""
    agency.run(acme.id, delete_invoice, invoice.id, at=now)
    for invoice_id in (NO_INVOICE, invoice.id):
        with pytest.raises(NotFoundError) as refused:
            begun(agency, invoice_id)
        assert (refused.value.kind, refused.value.key) == ("invoice", invoice_id)


# ------------------------------------------------------------------------------------------------- after a charge


def settled(store: Store, payment: Payment, answer: Approved | Declined = TAKEN, **more: Any) -> Any:
    """Record an answer of the gateway."""
    return store.run(acme.id, settle_charge, payment.id, answer, at=later, **more)


@pytest.mark.usefixtures("store")
def test_an_approved_charge(agency: Store):
    """Does exactly what marking as paid does, and says by which transaction, how, and from where (D23, D29)."""
    agency.run(acme.id, update_invoice, invoice.id, InvoicePatch(recurring=MONTHLY), at=now)
    payment = begun(agency)
    with agency.begin(acme.id) as uow:
        outcome = settle_charge(uow, payment.id, TAKEN, ip_address="192.0.2.1", at=later)
        subscription = uow.subscriptions.of_invoice(invoice.id)
        assert subscription is not None
        paid = outcome.invoice
        assert paid is not None
        assert paid.items[0].order_id is not None
        assert uow.events == (
            SubscriptionStarted(subscription_id=subscription.id, at=later),
            OrderPlaced(order_id=paid.items[0].order_id, at=later),
            InvoicePaid(invoice_id=invoice.id, amount=money(960, "USD"), at=later),
            PaymentSucceeded(payment_id=payment.id, at=later),
        )
    assert (paid.status, paid.date_paid, paid.paysys) == (InvoiceStatus.PAID, later, STRIPE)
    assert (paid.transaction_id, paid.ip_address) == ("txn_1", "192.0.2.1")
    assert (outcome.payment.status, outcome.payment.transaction_id) == (PaymentStatus.SUCCEEDED, "txn_1")
    assert (stored(agency), recorded(agency)) == (paid, (outcome.payment,))
    assert [(order.paysys, order.subscription_id) for order in made(agency)] == [(STRIPE, subscription.id)]


@pytest.mark.usefixtures("store")
def test_a_declined_charge(agency: Store):
    """The invoice is as before; the reason is kept, as far as it fits; the next charge is another one."""
    payment = begun(agency)
    with agency.begin(acme.id) as uow:
        outcome = settle_charge(uow, payment.id, Declined(reason="No. " * 100), at=later)
        assert uow.events == (PaymentDeclined(payment_id=payment.id, reason=("No. " * 100)[:255], at=later),)
    assert (outcome.invoice, outcome.payment.status) == (None, PaymentStatus.DECLINED)
    assert outcome.payment.reason == ("No. " * 100)[:255]
    assert (stored(agency), recorded(agency)) == (invoice, (outcome.payment,))
    assert begun(agency).id != payment.id


@pytest.mark.usefixtures("store")
def test_an_answer_that_comes_twice(agency: Store):
    """The first one counts; the second changes nothing, whatever it says (D23)."""
    payment = begun(agency)
    first = settled(agency, payment)
    with agency.begin(acme.id) as uow:
        for answer in (TAKEN, Approved(transaction_id="txn_2"), Declined(reason="No.")):
            again = settle_charge(uow, payment.id, answer, at=later)
            assert (again.payment, again.invoice) == (first.payment, None)
        assert uow.events == ()
    assert (stored(agency), len(made(agency))) == (first.invoice, 1)


def test_a_refusal_that_comes_twice(agency: Store):
    """The same."""
    payment = begun(agency)
    first = settled(agency, payment, Declined(reason="No."))
    assert settled(agency, payment, Declined(reason="No, again.")).payment == first.payment


@pytest.mark.usefixtures("store")
def test_money_that_arrives_after_all(agency: Store):
    """A charge was given up as lost, and was taken nevertheless: it counts, or is set aside if it is not due (D23)."""
    late = begun(agency)
    settled(agency, late, Declined(reason="It never reached the gateway."))
    outcome = settled(agency, late)
    assert (outcome.payment.status, outcome.payment.reason) == (PaymentStatus.SUCCEEDED, None)
    assert (outcome.invoice.status, stored(agency)) == (InvoiceStatus.PAID, outcome.invoice)


def test_money_that_arrives_after_all_and_after_other_money(agency: Store):
    """It is set aside, to be given back."""
    late = begun(agency)
    settled(agency, late, Declined(reason="It never reached the gateway."))
    agency.run(acme.id, mark_paid, invoice.id, at=now)
    outcome = settled(agency, late)
    assert (outcome.payment.status, outcome.invoice) == (PaymentStatus.SURPLUS, None)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("meanwhile", ["paid", "cancelled", "deleted", "lowered"])
def test_money_that_is_not_owed_any_longer(agency: Store, meanwhile: str):
    """The invoice stays as it is by then; the money is set aside, with its transaction, and can be given back."""
    payment = begun(agency)
    {
        "paid": lambda: agency.run(acme.id, mark_paid, invoice.id, at=now),
        "cancelled": lambda: moved(agency, InvoiceStatus.CANCELLED),
        "deleted": lambda: agency.run(acme.id, delete_invoice, invoice.id, at=now),
        "lowered": lambda: agency.run(acme.id, record_part_payment, invoice.id, HALF, at=now),
    }[meanwhile]()
    orders = len(made(agency))
    with agency.begin(acme.id) as uow:
        outcome = settle_charge(uow, payment.id, TAKEN, at=later)
        assert uow.events == (PaymentSetAside(payment_id=payment.id, at=later),)
        assert uow.payments.surplus() == (outcome.payment,)
    assert (outcome.invoice, outcome.payment.status) == (None, PaymentStatus.SURPLUS)
    assert (outcome.payment.transaction_id, len(made(agency))) == ("txn_1", orders)
    assert settled(agency, payment).payment == outcome.payment


@pytest.mark.usefixtures("store")
def test_money_that_is_not_enough_any_longer(agency: Store):
    """More became due meanwhile: what was taken is a part of it; the next charge takes the rest."""
    payment = begun(agency)
    agency.run(acme.id, update_invoice, invoice.id, InvoicePatch(tax=Decimal(40)), at=now)
    outcome = settled(agency, payment)
    assert (outcome.invoice.status, outcome.invoice.due) == (InvoiceStatus.PARTIALLY_PAID, money(40, "USD"))
    assert (outcome.payment.status, made(agency)) == (PaymentStatus.SUCCEEDED, [])
    rest = begun(agency)
    assert (rest.amount, rest.id == payment.id) == (money(40, "USD"), False)
    paid = settled(agency, rest, Approved(transaction_id="txn_2")).invoice
    assert (paid.status, paid.transaction_id, len(made(agency))) == (InvoiceStatus.PAID, "txn_2", 1)


def test_nothing_for_something(agency: Store):
    """A charge over nothing, of an invoice that costs something by then, pays no part of it."""
    free = [InvoiceItemDraft(name="Gift", amount=Decimal(0))]
    issued = agency.run(acme.id, create_invoice, payer=john.id, items=free, at=now)
    payment = begun(agency, issued.id)
    agency.run(acme.id, update_invoice, issued.id, InvoicePatch(tax=Decimal(1)), at=now)
    assert settled(agency, payment).payment.status is PaymentStatus.SURPLUS
    assert stored(agency, issued.id).status is InvoiceStatus.UNPAID


def test_a_cent_for_something(agency: Store):
    """The smallest amount is a part of what is due by then."""
    cheap = [InvoiceItemDraft(name="Sticker", amount=Decimal("0.01"))]
    issued = agency.run(acme.id, create_invoice, payer=john.id, items=cheap, at=now)
    payment = begun(agency, issued.id)
    agency.run(acme.id, update_invoice, issued.id, InvoicePatch(tax=Decimal(1)), at=now)
    outcome = settled(agency, payment)
    assert (outcome.payment.status, outcome.invoice.due) == (PaymentStatus.SUCCEEDED, money(1, "USD"))
    assert outcome.invoice.status is InvoiceStatus.PARTIALLY_PAID


@pytest.mark.usefixtures("store")
def test_giving_back(agency: Store):
    """Once; recording it again changes nothing."""
    payment = begun(agency)
    moved(agency, InvoiceStatus.CANCELLED)
    settled(agency, payment)
    with agency.begin(acme.id) as uow:
        refunded = record_refund(uow, payment.id, at=later)
        assert uow.events == (PaymentRefunded(payment_id=payment.id, at=later),)
        assert record_refund(uow, payment.id, at=later) == refunded
        assert len(uow.events) == 1
        assert uow.payments.surplus() == ()
    assert (refunded.status, refunded.transaction_id) == (PaymentStatus.REFUNDED, "txn_1")
    assert recorded(agency) == (refunded,)


def test_what_counts_is_not_given_back(agency: Store):
    """A payment that the invoice needs is no surplus; nor is one whose outcome is not known."""
    payment = begun(agency)
    with pytest.raises(IllegalMoveError) as pending:
        agency.run(acme.id, record_refund, payment.id, at=later)
    assert pending.value.field == "status"
    settled(agency, payment)
    with pytest.raises(IllegalMoveError):
        agency.run(acme.id, record_refund, payment.id, at=later)
    assert recorded(agency)[0].status is PaymentStatus.SUCCEEDED


@pytest.mark.usefixtures("store")
def test_a_payment_that_is_not_there(agency: Store, neighbour):
    """Unknown and foreign ones are answered alike; the foreign one is untouched (D47)."""
    lines = [InvoiceItemDraft(name="Logo", amount=Decimal(1))]
    theirs = agency.run(neighbour.org_id, create_invoice, payer=neighbour.client.id, items=lines, at=now)
    foreign = agency.run(neighbour.org_id, begin_charge, theirs.id, at=now)
    for payment_id in (NO_PAYMENT, foreign.id):
        for act in (
            lambda key: agency.run(acme.id, settle_charge, key, TAKEN, at=later),
            lambda key: agency.run(acme.id, record_refund, key, at=later),
        ):
            with pytest.raises(NotFoundError) as refused:
                act(payment_id)
            assert (refused.value.kind, refused.value.key) == ("payment", payment_id)
    assert agency.run(neighbour.org_id, begin_charge, theirs.id, at=now) == foreign
