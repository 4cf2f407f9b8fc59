"""Payments in memory: one Pending at a time, stale saves, lists by invoice and by what is to be done."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from service_engine import Change, ConflictError, InvoiceId, NotFoundError, OrganizationId
from service_engine.domain import payments
from service_engine.domain.ids import PaymentId
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.invoices import delete_invoice
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.payments import begin_charge

LATER = NOON + timedelta(hours=1)


def _intend(store, invoice, *, at=NOON):
    return payments.intend_payment(
        PaymentId(store.entropy.new_id()), invoice_id=invoice.id, amount=invoice.due, paysys="Stripe", at=at
    )


def _succeed(payment):
    return payments.succeed(payment, transaction_id="txn_1", at=LATER)


def test_one_payment_at_a_time_is_pending(store, org_id, invoice):
    """A second is refused until the first has an outcome; a finished one may be added at any time."""
    first, second = _intend(store, invoice), _intend(store, invoice)
    with store.begin(org_id) as uow:
        assert uow.payments.pending_of(invoice.id) is None
        assert uow.payments.add(first) is first.state
        with pytest.raises(ConflictError) as refused:
            uow.payments.add(second)
        assert refused.value.kind == "payment"
        assert uow.payments.pending_of(invoice.id) is first.state
        by_hand = uow.payments.add(_intend(store, invoice).then(payments.succeed, at=NOON))
        assert uow.payments.pending_of(invoice.id) is first.state
        taken = uow.payments.save(_succeed(first.state))
        assert uow.payments.pending_of(invoice.id) is None
        uow.payments.add(second)
        assert uow.payments.pending_of(invoice.id) is second.state
        assert set(uow.payments.of_invoice(invoice.id)) == {taken, by_hand, second.state}


def test_a_pending_payment_that_was_rolled_back_stands_in_nobodys_way(store, org_id, invoice):
    """Neither does an outcome that was rolled back let a second one in."""

    def fail(uow, change, write):
        write(uow)(change)
        uow.payments.get(build.order().id)

    with pytest.raises(NotFoundError):
        store.run(org_id, fail, _intend(store, invoice), lambda uow: uow.payments.add)
    pending = _intend(store, invoice)
    store.run(org_id, lambda uow: uow.payments.add(pending))
    with pytest.raises(NotFoundError):
        store.run(org_id, fail, _succeed(pending.state), lambda uow: uow.payments.save)
    with store.begin(org_id) as uow:
        assert uow.payments.pending_of(invoice.id) == pending.state
        with pytest.raises(ConflictError):
            uow.payments.add(_intend(store, invoice))


def test_one_charge_at_a_time(store, org_id, invoice, at_once):
    """32 threads begin to charge: one payment, which all of them get (D23)."""
    begun = at_once(32, lambda _: store.run(org_id, begin_charge, invoice.id, at=NOON))
    assert [each.id for each in begun] == [begun[0].id] * 32
    assert store.run(org_id, lambda uow: uow.payments.of_invoice(invoice.id)) == (begun[0],)


def test_saves(store, org_id, invoice):
    """One version later; nothing for no events; a conflict for stale and unknown."""
    payment = store.run(org_id, begin_charge, invoice.id, at=NOON)
    taken = _succeed(payment)
    with store.begin(org_id) as uow:
        assert uow.payments.save(Change(payment)) is payment
        assert uow.payments.save(taken) == attrs.evolve(taken.state, version=2)
        assert uow.payments.get(payment.id) == attrs.evolve(taken.state, version=2)
        for stale in (taken, payments.decline(_intend(store, invoice).state, reason="No.", at=LATER)):
            with pytest.raises(ConflictError):
                uow.payments.save(stale)
        assert [type(event).__name__ for event in uow.events] == ["PaymentSucceeded"]


def test_an_id_is_taken_once(store, org_id, invoice):
    """Also by a payment that is finished."""
    payment = store.run(org_id, begin_charge, invoice.id, at=NOON)
    with store.begin(org_id) as uow:
        uow.payments.save(_succeed(payment))
        with pytest.raises(ConflictError):
            uow.payments.add(Change(payment))


def test_a_payment_is_on_an_invoice_of_the_organisation(store, org_id, invoice):
    """A deleted one counts, an unknown one does not; a foreign payment is not found."""
    other = OrganizationId(store.entropy.new_id())
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    intended = _intend(store, invoice)
    astray = Change(attrs.evolve(intended.state, invoice_id=InvoiceId(store.entropy.new_id())))
    with store.begin(org_id) as uow:
        delete_invoice(uow, invoice.id, at=NOON)
        with pytest.raises(ConflictError):
            uow.payments.add(astray)
        uow.payments.add(intended)
    with store.begin(other) as uow:
        with pytest.raises(ConflictError):
            uow.payments.add(intended)
        with pytest.raises(NotFoundError) as refused:
            uow.payments.get(intended.state.id)
        assert (refused.value.kind, refused.value.key) == ("payment", intended.state.id)
        assert (uow.payments.of_invoice(invoice.id), uow.payments.pending_of(invoice.id)) == ((), None)


def test_lists_of_payments(store, org_id, invoice):
    """Oldest first, equally old ones by id; each list has its own status."""
    moments = (LATER, NOON, NOON)
    finished = [_intend(store, invoice, at=at).then(payments.succeed, at=LATER) for at in moments]
    surplus = [_intend(store, invoice, at=at).then(payments.set_aside, transaction_id="t", at=LATER) for at in moments]
    pending = _intend(store, invoice, at=NOON + timedelta(minutes=1))
    with store.begin(org_id) as uow:
        for change in (*finished, *surplus, pending):
            uow.payments.add(change)
        late, first, second = (change.state for change in surplus)
        oldest = sorted((change.state for change in (*finished, *surplus, pending)), key=lambda each: each.id)
        oldest.sort(key=lambda each: each.created_at)
        assert uow.payments.of_invoice(invoice.id) == tuple(oldest)
        assert uow.payments.surplus() == (first, second, late)
        assert uow.payments.pending(LATER) == (pending.state,)
        assert uow.payments.pending(pending.state.created_at) == (pending.state,)
        assert uow.payments.pending(NOON) == ()
        uow.payments.save(payments.refund(first, at=LATER))
        uow.payments.save(_succeed(pending.state))
        assert uow.payments.surplus() == (second, late)
        assert uow.payments.pending(LATER) == ()


def test_a_moment_without_a_zone_is_refused(store, org_id, invoice):
    """Also where nothing is pending."""
    with store.begin(org_id) as uow, pytest.raises(ValueError, match="zone"):
        uow.payments.pending(NOON.replace(tzinfo=None))
