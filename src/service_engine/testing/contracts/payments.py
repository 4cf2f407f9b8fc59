"""What every store must do with payments, one at a time."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import given

from service_engine.domain.change import Change
from service_engine.domain.ids import InvoiceId, PaymentId
from service_engine.domain.invoices import delete_invoice
from service_engine.domain.payments import (
    Payment,
    PaymentStatus,
    decline,
    intend_payment,
    refund,
    resume,
    set_aside,
    succeed,
)
from service_engine.errors import ConflictError
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing
from service_engine.testing.contracts.organizations import rolled_back

__all__ = ["PaymentContract"]

LATER = NOON + timedelta(seconds=1)
STEP = timedelta(microseconds=1)


def oldest_first(*payments: Payment) -> tuple[Payment, ...]:
    """Return the payments in the order in which every store must give them."""
    return tuple(sorted(payments, key=lambda payment: (payment.created_at, payment.id)))


def settled(payment: Payment, agency: Agency, uow: UnitOfWork) -> Payment:
    """Return the payment as one that can be stored in the organisation: its invoice is there."""
    client = uow.clients.add(happened(agency.build.client(role_id=agency.client_role.id)))
    invoice = uow.invoices.add(happened(agency.build.invoice(client_id=client.id)))
    return attrs.evolve(payment, id=agency.new_id(), invoice_id=invoice.id, version=1)


class PaymentContract(Contract):
    """The payments on the organisation's invoices, one at a time.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> PaymentContract().test_an_invoice_has_one_pending_payment(acme)
    """

    @rolled_back
    @given(payment=strategies.payments())
    def test_a_payment_is_kept_whole(self, acme: Agency, payment: Payment) -> None:
        """Whatever the domain allows comes back as it was, new or changed."""
        with acme.undone() as uow:
            new = settled(payment, acme, uow)
            assert uow.payments.add(happened(new)) == new
            assert uow.payments.get(new.id) == new
            plain = uow.payments.add(happened(settled(acme.build.payment(), acme, uow)))
            wanted = attrs.evolve(new, id=plain.id, invoice_id=plain.invoice_id)
            assert uow.payments.save(happened(wanted)) == attrs.evolve(wanted, version=2)
            assert uow.payments.get(plain.id) == attrs.evolve(wanted, version=2)

    def test_whatever_is_no_payment_is_missing(self, acme: Agency, rival: Agency) -> None:
        """A foreign and an unknown one get the same answer."""
        foreign = rival.payment(rival.invoice())
        for id_ in (foreign.id, PaymentId(acme.new_id())):
            with acme.begin() as uow, missing("payment", id_):
                uow.payments.get(id_)
        with acme.begin() as uow:
            assert uow.payments.of_invoice(foreign.invoice_id) == ()
            assert uow.payments.pending_of(foreign.invoice_id) is None

    def test_an_invoice_has_one_pending_payment(self, acme: Agency) -> None:
        """A second one is a conflict, new or changed; as soon as the outcome is known, there can be another (D23)."""
        invoice, other = acme.invoice(), acme.invoice()
        first, elsewhere = acme.payment(invoice), acme.payment(other)
        with pytest.raises(ConflictError):
            acme.payment(invoice)
        with acme.begin() as uow:
            assert uow.payments.pending_of(invoice.id) == first
            done = uow.payments.save(decline(first, reason="No.", at=LATER))
            assert uow.payments.pending_of(invoice.id) is None
        second = acme.payment(invoice)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.payments.save(happened(attrs.evolve(done, status=PaymentStatus.PENDING)))
        with acme.begin() as uow:
            assert uow.payments.pending_of(invoice.id) == second
            assert uow.payments.pending_of(other.id) == elsewhere

    def test_an_invoice_has_any_number_of_payments_that_are_done(self, acme: Agency) -> None:
        """They come oldest first, equally old ones by id; those of other invoices do not."""
        invoice, other = acme.invoice(), acme.invoice()
        built = [acme.build.payment(invoice, at=NOON + STEP * moment) for moment in (2, 0, 1, 0)]
        done = [each if each is built[1] else succeed(each, at=LATER).state for each in built[::-1]]
        elsewhere = acme.payment(other)
        with acme.begin() as uow:
            assert uow.payments.of_invoice(invoice.id) == ()
            for each in done:
                uow.payments.add(happened(each))
        with acme.begin() as uow:
            assert uow.payments.of_invoice(invoice.id) == oldest_first(*done)
            assert uow.payments.of_invoice(other.id) == (elsewhere,)
            assert uow.payments.of_invoice(InvoiceId(acme.new_id())) == ()

    def test_pending_payments_are_found_by_their_age(self, acme: Agency, rival: Agency) -> None:
        """Those of that very moment too; neither younger ones, nor those that are done, nor another organisation's."""
        rival.payment(rival.invoice())
        moments = (3, 1, 2, 1)
        pending = [acme.payment(acme.invoice(), at=NOON + STEP * moment) for moment in moments]
        done = acme.payment(acme.invoice())
        with acme.begin() as uow:
            uow.payments.save(succeed(done, at=LATER))
        with acme.begin() as uow:
            for until in range(5):
                found = uow.payments.pending(NOON + STEP * until)
                old = [each for each, moment in zip(pending, moments, strict=True) if moment <= until]
                assert found == oldest_first(*old)

    def test_a_payment_is_pending_since_it_was_last_asked_about(self, acme: Agency) -> None:
        """Somebody asked again later; it keeps its place among the others, which it has by its age."""
        first, second = (acme.payment(acme.invoice(), at=NOON + STEP * moment) for moment in (0, 1))
        with acme.begin() as uow:
            resumed = uow.payments.save(resume(first, at=NOON + STEP * 2))
        with acme.begin() as uow:
            assert uow.payments.pending(NOON + STEP) == (second,)
            assert uow.payments.pending(NOON + STEP * 2) == (resumed, second)

    def test_a_surplus_is_found_until_it_is_given_back(self, acme: Agency, rival: Agency) -> None:
        """Oldest first; another organisation has its own."""
        surplus = []
        for agency, moments in ((rival, (0,)), (acme, (2, 0, 1, 0))):
            for moment in moments:
                payment = agency.payment(agency.invoice(), at=NOON + STEP * moment)
                with agency.begin() as uow:
                    surplus.append(uow.payments.save(set_aside(payment, transaction_id="txn_1", at=LATER)))
        theirs, *ours = surplus
        acme.payment(acme.invoice())
        with acme.begin() as uow:
            assert uow.payments.surplus() == oldest_first(*ours)
            uow.payments.save(refund(ours[2], at=LATER))
            assert uow.payments.surplus() == oldest_first(ours[0], ours[1], ours[3])
        with rival.begin() as uow:
            assert uow.payments.surplus() == (theirs,)

    def test_a_payment_is_on_an_invoice_of_the_organization(self, acme: Agency, rival: Agency) -> None:
        """Another organisation's, or an unknown one, cannot be paid."""
        for invoice in (rival.invoice(), acme.build.invoice()):
            with pytest.raises(ConflictError):
                acme.payment(invoice)

    def test_a_payment_outlives_its_invoice(self, acme: Agency) -> None:
        """The invoice may be deleted while the gateway is at work; what it took must be known all the same."""
        invoice = acme.invoice()
        payment = acme.payment(invoice)
        with acme.begin() as uow:
            uow.invoices.save(delete_invoice(invoice, at=LATER))
        with acme.begin() as uow:
            surplus = uow.payments.save(set_aside(uow.payments.get(payment.id), transaction_id="txn_1", at=LATER))
        with acme.begin() as uow:
            assert uow.payments.surplus() == uow.payments.of_invoice(invoice.id) == (surplus,)

    def test_a_change_of_a_payment_counts_the_version(self, acme: Agency) -> None:
        """A change that changed nothing is no save; a stale one is a conflict: one of two answers is recorded."""
        stale = acme.payment(acme.invoice())
        with acme.begin() as uow:
            assert uow.payments.save(Change(stale)) == stale
            fresh = uow.payments.save(succeed(stale, transaction_id="txn_1", at=LATER))
        assert fresh.version == stale.version + 1
        with pytest.raises(ConflictError) as refusal, acme.begin() as uow:
            uow.payments.save(decline(stale, reason="No.", at=LATER))
        assert (refusal.value.kind, refusal.value.key) == ("payment", stale.id)
        with acme.begin() as uow:
            assert uow.payments.get(stale.id) == fresh

    def test_a_payment_that_never_was_cannot_be_changed(self, acme: Agency, rival: Agency) -> None:
        """Nor can a foreign one."""
        foreign = rival.payment(rival.invoice())
        for payment in (foreign, acme.build.payment(acme.invoice())):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.payments.save(succeed(payment, at=LATER))
        with rival.begin() as uow:
            assert uow.payments.get(foreign.id) == foreign

    def test_a_payment_id_is_taken_once(self, acme: Agency) -> None:
        """It is the gateway's key: under one id, money is taken once."""
        again = attrs.evolve(acme.build.payment(acme.invoice()), id=acme.payment(acme.invoice()).id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.payments.add(happened(again))

    def test_what_happened_to_a_payment_is_noted(self, acme: Agency) -> None:
        """Oldest first, each once."""
        invoice = acme.invoice()
        intended = intend_payment(acme.new_id(), invoice_id=invoice.id, amount=invoice.due, paysys="Stripe", at=NOON)
        with acme.begin() as uow:
            taken = succeed(uow.payments.add(intended), at=LATER)
            uow.payments.save(Change(intended.state))
            uow.payments.save(taken)
            assert uow.events == (*intended.events, *taken.events)
