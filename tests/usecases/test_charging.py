"""Charging through a gateway that answers, and one that does not; what happens at once is in test_billing_races.py."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.gateways import BusyGateway

from service_engine.adapters.simulated_gateway import DECLINED, SimulatedGateway
from service_engine.domain.ids import InvoiceId, PaymentId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.money import money
from service_engine.domain.payments import Payment, PaymentStatus
from service_engine.errors import (
    IllegalMoveError,
    NotFoundError,
    PaymentDeclinedError,
    PaymentPendingError,
    RuleViolationError,
)
from service_engine.ports.payments import ChargeAnswer, ChargeRequest, Declined
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, invoice, later, now
from service_engine.usecases.charging import PATIENCE, charge_invoice, reconcile_payments
from service_engine.usecases.invoices import InvoicePatch, get_invoice, update_invoice
from service_engine.usecases.orders import list_orders
from service_engine.usecases.payments import begin_charge, mark_paid

TOMORROW = later + timedelta(days=1)
LOST = "The charge never reached the payment gateway."


class BluntGateway(SimulatedGateway):
    """Declines every charge without a word."""

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Decline."""
        return Declined(reason="")


def charged(store: Store, gateway: SimulatedGateway, method: str = "pm_1", **more: Any) -> Invoice:
    """Charge the invoice."""
    return charge_invoice(store, gateway, acme.id, invoice.id, payment_method_id=method, at=later, **more)


def recorded(store: Store) -> tuple[Payment, ...]:
    """Return the payments on the invoice."""

    def load(uow: UnitOfWork) -> tuple[Payment, ...]:
        return uow.payments.of_invoice(invoice.id)

    return store.run(acme.id, load)


def stored(store: Store) -> Invoice:
    """Return the invoice as it is stored."""
    return store.read(acme.id, get_invoice, invoice.id).invoice


@pytest.mark.usefixtures("store")
def test_charging(agency: Store):
    """The money is taken, and the invoice is paid by it; stored as returned (D23, D29)."""
    gateway = SimulatedGateway()
    paid = charged(agency, gateway, ip_address="192.0.2.1")
    (payment,) = recorded(agency)
    assert (paid.status, paid.date_paid, paid.ip_address) == (InvoiceStatus.PAID, later, "192.0.2.1")
    assert (paid.transaction_id, payment.status) == (payment.transaction_id, PaymentStatus.SUCCEEDED)
    assert (stored(agency), gateway.held) == (paid, {payment.id: invoice.total})


@pytest.mark.usefixtures("store")
def test_charging_twice(agency: Store):
    """The second time nobody is asked for money (D23)."""
    gateway = SimulatedGateway()
    charged(agency, gateway)
    with pytest.raises(IllegalMoveError) as refused:
        charged(agency, gateway)
    assert (refused.value.field, refused.value.message) == ("payment_method_id", "Invoice is already paid.")
    assert (len(gateway.held), len(recorded(agency)), agency.read(acme.id, list_orders).total) == (1, 1, 2)


def test_an_invoice_that_is_not_there(agency: Store):
    """Nobody is asked for money."""
    gateway, nothing = SimulatedGateway(), InvoiceId(UUID(int=404))
    with pytest.raises(NotFoundError):
        charge_invoice(agency, gateway, acme.id, nothing, payment_method_id="pm_1", at=later)
    assert gateway.held == {}


def test_a_method_that_is_declined(agency: Store):
    """The gateway's words are handed on; where it has none, there are some of our own."""
    with pytest.raises(PaymentDeclinedError) as refused:
        charged(agency, SimulatedGateway(declines=["pm_empty"]), "pm_empty")
    assert (refused.value.field, refused.value.message) == ("payment_method_id", DECLINED)
    with pytest.raises(PaymentDeclinedError, match=r"The payment was declined\."):
        charged(agency, BluntGateway())
    assert (stored(agency), len(recorded(agency))) == (invoice, 2)


@pytest.mark.parametrize(
    ("method", "refusal", "message"),
    [
        ("pm_1", IllegalMoveError, "Invoice is already paid."),
        ("pm_empty", PaymentDeclinedError, DECLINED),
    ],
)
def test_two_callers_with_one_intent(agency: Store, method: str, refusal: type[Exception], message: str):
    """Whoever settles second gets the answer that a caller after the first one would get; money moves once (D23)."""
    firsts: list[Any] = []

    def meanwhile() -> None:
        try:
            firsts.append(charged(agency, gateway, method))
        except PaymentDeclinedError as declined:
            firsts.append(declined)

    gateway = BusyGateway(meanwhile, declines=["pm_empty"])
    with pytest.raises(refusal) as refused:
        charged(agency, gateway, method)
    assert message in str(refused.value)
    assert len(firsts) == 1
    assert len(recorded(agency)) == 1
    assert len(gateway.held) == (method == "pm_1")


def test_two_callers_with_one_intent_that_has_become_a_part(agency: Store):
    """More became due while both were at work: each hears that the one payment has paid a part (D23)."""
    dearer = InvoicePatch(items=[InvoiceItemDraft(name="Hosting", amount=Decimal(1000))])
    firsts: list[Invoice] = []

    def meanwhile() -> None:
        agency.run(acme.id, update_invoice, invoice.id, dearer, at=later)
        firsts.append(charged(agency, gateway))

    gateway = BusyGateway(meanwhile)
    second = charged(agency, gateway)
    assert (firsts, second.status, second.paid) == ([second], InvoiceStatus.PARTIALLY_PAID, money(960, "USD"))
    assert list(gateway.held.values()) == [money(960, "USD")]


def test_an_address_that_cannot_be_kept(agency: Store):
    """It is refused before any money moves."""
    gateway = SimulatedGateway()
    with pytest.raises(RuleViolationError) as refused:
        charged(agency, gateway, ip_address="1" * 46)
    assert (refused.value.field, gateway.held, recorded(agency)) == ("ip_address", {}, ())


@pytest.mark.usefixtures("store")
def test_money_that_came_too_late(agency: Store):
    """The client pays in cash while the gateway is at work: what it took is given back, and that is on record."""
    gateway = BusyGateway(lambda: agency.run(acme.id, mark_paid, invoice.id, at=later))
    with pytest.raises(IllegalMoveError, match=r"Invoice is already paid\."):
        charged(agency, gateway)
    assert gateway.held == {}
    assert sorted(each.status for each in recorded(agency)) == [PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED]


def test_an_invoice_that_costs_less_by_now(agency: Store):
    """What was taken for it is given back, and it can be charged again, for less."""
    cheaper = InvoicePatch(items=[InvoiceItemDraft(name="Hosting", amount=Decimal(5))])
    gateway = BusyGateway(lambda: agency.run(acme.id, update_invoice, invoice.id, cheaper, at=later))
    with pytest.raises(IllegalMoveError) as refused:
        charged(agency, gateway)
    assert (refused.value.field, refused.value.message) == (
        "payment_method_id",
        "The invoice has changed meanwhile; nothing was charged.",
    )
    assert (gateway.held, stored(agency).status) == ({}, InvoiceStatus.UNPAID)
    assert charged(agency, gateway).status is InvoiceStatus.PAID
    assert list(gateway.held.values()) == [money(5, "USD")]


# ---------------------------------------------------------------------------------------------------- reconciling


def test_there_is_nothing_to_reconcile(agency: Store):
    """Nobody is asked anything."""
    gateway = SimulatedGateway()
    assert reconcile_payments(agency, gateway, acme.id, at=later) == ()
    charged(agency, gateway)
    assert reconcile_payments(agency, gateway, acme.id, at=TOMORROW) == ()
    assert len(gateway.held) == 1


@pytest.mark.usefixtures("store")
def test_a_charge_that_never_arrived(agency: Store):
    """It is declined once it had its time; the invoice can be charged again."""
    payment = agency.run(acme.id, begin_charge, invoice.id, at=now)
    gateway = SimulatedGateway()
    assert reconcile_payments(agency, gateway, acme.id, at=now + PATIENCE - timedelta(microseconds=1)) == ()
    assert recorded(agency) == (payment,)
    (declined,) = reconcile_payments(agency, gateway, acme.id, at=now + PATIENCE)
    assert (declined.id, declined.status, declined.reason) == (payment.id, PaymentStatus.DECLINED, LOST)
    assert charged(agency, gateway).status is InvoiceStatus.PAID
    assert len(gateway.held) == 1


@pytest.mark.usefixtures("store")
def test_a_charge_whose_answer_was_lost(agency: Store):
    """What the gateway says of it now is recorded: the invoice is paid, with its orders."""
    gateway = SimulatedGateway(loses_answers=["pm_slow"])
    with pytest.raises(PaymentPendingError) as unknown:
        charged(agency, gateway, "pm_slow")
    (pending,) = recorded(agency)
    assert (unknown.value.key, stored(agency)) == (pending.id, invoice)
    (settled,) = reconcile_payments(agency, gateway, acme.id, at=TOMORROW)
    assert (settled.status, stored(agency).status) == (PaymentStatus.SUCCEEDED, InvoiceStatus.PAID)
    assert (gateway.held, agency.read(acme.id, list_orders).total) == ({pending.id: invoice.total}, 2)


@pytest.mark.usefixtures("store")
def test_a_charge_that_is_not_needed_any_longer(agency: Store):
    """Settled as a surplus and given back, both in one go, and told once."""
    gateway = SimulatedGateway(loses_answers=["pm_slow"])
    with pytest.raises(PaymentPendingError):
        charged(agency, gateway, "pm_slow")
    agency.run(acme.id, mark_paid, invoice.id, at=later)
    (refunded,) = reconcile_payments(agency, gateway, acme.id, at=TOMORROW)
    assert (refunded.status, gateway.held) == (PaymentStatus.REFUNDED, {})
    assert reconcile_payments(agency, gateway, acme.id, at=TOMORROW) == ()


@pytest.mark.usefixtures("store")
def test_a_time_without_a_zone_is_refused_whether_or_not_there_is_something_to_reconcile(agency: Store):
    """Found by agreement: only a store that had to write or compare the time refused it."""
    with pytest.raises(ValueError, match="has no zone; give an aware datetime"):
        reconcile_payments(agency, SimulatedGateway(), acme.id, at=TOMORROW.replace(tzinfo=None))


def test_a_charge_that_is_asked_about_again(agency: Store):
    """Whoever reconciles waits anew, so as not to give up what is on its way; then the same key is used."""
    gateway = SimulatedGateway(is_unreachable=["pm_down"])
    for moment in (now, later):
        with pytest.raises(PaymentPendingError):
            charge_invoice(agency, gateway, acme.id, invoice.id, payment_method_id="pm_down", at=moment)
    (pending,) = recorded(agency)
    assert (pending.created_at, pending.updated_at) == (now, later)
    assert reconcile_payments(agency, gateway, acme.id, at=later) == ()
    assert recorded(agency) == (pending,)


def test_a_charge_that_is_asked_about_while_somebody_gives_it_up(agency: Store):
    """Between the gateway's not knowing it and the record, somebody charges again: it is not declined."""

    class SlowGateway(SimulatedGateway):
        def outcome(self, key: PaymentId) -> ChargeAnswer | None:
            agency.run(acme.id, begin_charge, invoice.id, at=TOMORROW)
            return super().outcome(key)

    agency.run(acme.id, begin_charge, invoice.id, at=now)
    assert reconcile_payments(agency, SlowGateway(), acme.id, at=TOMORROW) == ()
    assert [each.status for each in recorded(agency)] == [PaymentStatus.PENDING]


def test_patience_can_be_shorter(agency: Store):
    """A host that knows that nobody is at work reconciles at once."""
    agency.run(acme.id, begin_charge, invoice.id, at=now)
    (declined,) = reconcile_payments(agency, SimulatedGateway(), acme.id, at=now, patience=timedelta())
    assert declined.status is PaymentStatus.DECLINED


def test_other_organisations_are_left_alone(agency: Store, neighbour):
    """Reconciling is for one organisation."""
    agency.run(acme.id, begin_charge, invoice.id, at=now)
    assert reconcile_payments(agency, SimulatedGateway(), neighbour.org_id, at=TOMORROW) == ()
    assert recorded(agency)[0].status is PaymentStatus.PENDING


@pytest.mark.usefixtures("store")
def test_a_charge_that_arrives_after_it_was_given_up(agency: Store):
    """The money was taken, so it counts: never declined and kept (D23)."""

    def give_up() -> None:
        (declined,) = reconcile_payments(agency, gateway, acme.id, at=TOMORROW)
        assert declined.status is PaymentStatus.DECLINED

    gateway = BusyGateway(give_up, before=True)
    paid = charged(agency, gateway)
    (payment,) = recorded(agency)
    assert (paid.status, payment.status) == (InvoiceStatus.PAID, PaymentStatus.SUCCEEDED)
    assert gateway.held == {payment.id: money(960, "USD")}


def test_an_invoice_that_was_cancelled_while_nobody_answered(agency: Store):
    """It can be charged no longer, and what was taken for it is given back."""
    gateway = SimulatedGateway(loses_answers=["pm_slow"])
    with pytest.raises(PaymentPendingError):
        charged(agency, gateway, "pm_slow")
    agency.run(acme.id, update_invoice, invoice.id, InvoicePatch(status=InvoiceStatus.CANCELLED), at=later)
    with pytest.raises(IllegalMoveError, match=r"Cannot charge Cancelled invoice\."):
        charged(agency, gateway, "pm_slow")
    assert [each.status for each in reconcile_payments(agency, gateway, acme.id, at=TOMORROW)] == [
        PaymentStatus.REFUNDED
    ]
    assert gateway.held == {}
