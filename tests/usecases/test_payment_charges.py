"""What is on record of a charge, before and after the gateway answers: send a command, look at the store."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.usecases.invoicing import MONTHLY
from tests.usecases.paying import HALF, made, moved, recorded, stored

from service_engine.domain.ids import InvoiceId, PaymentId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_payments import MANUAL, STRIPE
from service_engine.domain.invoices import Invoice, InvoicePaid, InvoiceStatus
from service_engine.domain.money import money
from service_engine.domain.orders import OrderPlaced
from service_engine.domain.payments import (
    Payment,
    PaymentDeclined,
    PaymentIntended,
    PaymentRefunded,
    PaymentResumed,
    PaymentSetAside,
    PaymentStatus,
    PaymentSucceeded,
    intend_payment,
)
from service_engine.domain.subscriptions import SubscriptionStarted
from service_engine.errors import IllegalMoveError, NotFoundError
from service_engine.ports.payments import Approved, Declined
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, invoice, john, later, now, web_development
from service_engine.usecases.invoices import InvoicePatch, create_invoice, delete_invoice, update_invoice
from service_engine.usecases.payments import begin_charge, mark_paid, record_part_payment, record_refund, settle_charge

TAKEN = Approved(transaction_id="txn_1")
NO_INVOICE = InvoiceId(UUID(int=404))
NO_PAYMENT = PaymentId(UUID(int=404))


def begun(store: Store, invoice_id: InvoiceId = invoice.id) -> Payment:
    """Write down that an invoice is about to be charged."""
    return store.run(acme.id, begin_charge, invoice_id, at=now)


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


def free(store: Store) -> Invoice:
    """Issue an invoice over nothing, with something to deliver."""
    gift = [InvoiceItemDraft(name="Gift", amount=Decimal(0), service_id=web_development.id)]
    return store.run(acme.id, create_invoice, payer=john.id, items=gift, at=now)


@pytest.mark.usefixtures("store")
def test_beginning_a_charge_of_nothing(agency: Store):
    """Nobody is to be asked: the invoice is paid there and then, as if by hand, with its orders; then it is paid."""
    issued = free(agency)
    payment = begun(agency, issued.id)
    assert (payment.status, payment.amount, payment.paysys) == (PaymentStatus.SUCCEEDED, money(0, "USD"), MANUAL)
    paid = stored(agency, issued.id)
    assert (paid.status, paid.date_paid, paid.paysys, paid.transaction_id) == (InvoiceStatus.PAID, now, MANUAL, None)
    assert (recorded(agency, issued.id), len(made(agency, issued.id))) == ((payment,), 1)
    with pytest.raises(IllegalMoveError, match=r"Invoice is already paid\."):
        begun(agency, issued.id)


@pytest.mark.usefixtures("store")
def test_beginning_a_charge_of_what_was_lowered(agency: Store):
    """It is closed by the way in which it was paid so far; what is still on its way is a surplus (D23)."""
    dearer, cheaper = InvoicePatch(tax=Decimal(40)), InvoicePatch(tax=Decimal(0))
    first = begun(agency)
    agency.run(acme.id, update_invoice, invoice.id, dearer, at=now)
    settled(agency, first, ip_address="192.0.2.1")
    part = stored(agency)
    assert (part.status, part.paysys, part.transaction_id, part.ip_address) == (
        InvoiceStatus.PARTIALLY_PAID,
        STRIPE,
        "txn_1",
        "192.0.2.1",
    )
    pending = begun(agency)
    agency.run(acme.id, update_invoice, invoice.id, cheaper, at=now)
    closing = begun(agency)
    paid = stored(agency)
    assert (closing.status, closing.amount, closing.paysys) == (PaymentStatus.SUCCEEDED, money(0, "USD"), STRIPE)
    assert (paid.status, paid.paysys, paid.transaction_id) == (InvoiceStatus.PAID, STRIPE, "txn_1")
    assert settled(agency, pending).payment.status is PaymentStatus.SURPLUS


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
    assert outcome.invoice == stored(agency)
    rest = begun(agency)
    assert (rest.amount, rest.id == payment.id) == (money(40, "USD"), False)
    paid = settled(agency, rest, Approved(transaction_id="txn_2")).invoice
    assert (paid.status, paid.transaction_id, len(made(agency))) == (InvoiceStatus.PAID, "txn_2", 1)


def test_nothing_for_something(agency: Store):
    """A charge over nothing, as only a host writes one down, pays no part of what costs something by then."""
    free = [InvoiceItemDraft(name="Gift", amount=Decimal(0))]
    issued = agency.run(acme.id, create_invoice, payer=john.id, items=free, at=now)
    intent = intend_payment(
        PaymentId(agency.entropy.new_id()), invoice_id=issued.id, amount=issued.due, paysys=STRIPE, at=now
    )
    payment = agency.run(acme.id, lambda uow: uow.payments.add(intent))
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
