"""What charging an invoice must do on every store, whatever happens while the payment gateway is at work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from service_engine.adapters.simulated_gateway import DECLINED, SimulatedGateway
from service_engine.domain.ids import PaymentId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.payments import PaymentStatus
from service_engine.errors import IllegalMoveError, NotFoundError, PaymentDeclinedError, PaymentPendingError
from service_engine.ports.payments import Approved, ChargeAnswer, ChargeRequest, Declined
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract
from service_engine.testing.contracts.paying import LATER, TOTAL, as_it_stands, audited, charge, issue, payments_of
from service_engine.usecases.charging import reconcile_payments
from service_engine.usecases.invoices import InvoicePatch, delete_invoice, update_invoice
from service_engine.usecases.payments import begin_charge, mark_paid, record_part_payment, settle_charge

__all__ = ["ChargingContract"]


class Interrupted(SimulatedGateway):
    """A gateway that is slow: something else happens between the question and the answer.

    Args:
        meanwhile: What happens.
    """

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money, and let something happen before anybody hears of it."""
        answer = super().charge(request)
        self._meanwhile()
        return answer


class Doubtful(SimulatedGateway):
    """A gateway that does not know what became of some payments, nor whether it gave them back."""

    def __init__(self) -> None:
        super().__init__()
        self.doubts: set[PaymentId] = set()

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Return what became of a charge, if that is known."""
        self._require_known(key)
        return super().outcome(key)

    def refund(self, key: PaymentId) -> None:
        """Give back what was taken, if it can."""
        self._require_known(key)
        super().refund(key)

    def _require_known(self, key: PaymentId) -> None:
        if key in self.doubts:
            raise PaymentPendingError(key)


class ChargingContract(Contract):
    """An invoice is charged in two transactions, and between them anything can happen.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> ChargingContract().test_a_lost_answer_takes_the_money_once(acme)
    """

    def test_a_charge_is_recorded(self, acme: Agency) -> None:
        """What the gateway took, how it calls that, and where the client paid from (D29)."""
        invoice, gateway = issue(acme), SimulatedGateway()
        paid = charge(acme, invoice, gateway)
        assert audited(acme, invoice) == paid
        (payment,) = payments_of(acme, invoice)
        assert gateway.held == {payment.id: invoice.total}
        assert (paid.paysys, paid.ip_address) == (payment.paysys, "192.0.2.1") == ("Stripe", "192.0.2.1")
        assert paid.transaction_id == payment.transaction_id is not None
        assert (payment.status, payment.amount) == (PaymentStatus.SUCCEEDED, invoice.total)

    def test_a_declined_charge_changes_nothing(self, acme: Agency) -> None:
        """But for the record of it; the next one is another payment."""
        invoice, gateway = issue(acme), SimulatedGateway(declines=["pm_empty"])
        with pytest.raises(PaymentDeclinedError):
            charge(acme, invoice, gateway, "pm_empty")
        assert audited(acme, invoice) == invoice
        assert charge(acme, invoice, gateway).status is InvoiceStatus.PAID
        declined, succeeded = sorted(payments_of(acme, invoice), key=lambda payment: -payment.status)
        assert (declined.status, declined.reason) == (PaymentStatus.DECLINED, DECLINED)
        assert gateway.held == {succeeded.id: invoice.total}

    def test_a_lost_answer_takes_the_money_once(self, acme: Agency) -> None:
        """Charging again asks about the same payment (D23)."""
        invoice, gateway = issue(acme), SimulatedGateway(loses_answers=["pm_slow"])
        with pytest.raises(PaymentPendingError):
            charge(acme, invoice, gateway, "pm_slow")
        assert audited(acme, invoice) == invoice
        (pending,) = payments_of(acme, invoice)
        assert charge(acme, invoice, gateway, "pm_slow") == audited(acme, invoice)
        assert [each.id for each in payments_of(acme, invoice)] == [pending.id]
        assert gateway.held == {pending.id: invoice.total}

    def test_what_is_paid_meanwhile_is_given_back(self, acme: Agency) -> None:
        """Somebody marks the invoice as paid while the gateway takes the money: it is a surplus."""
        invoice = issue(acme)
        gateway = Interrupted(lambda: acme.run(mark_paid, invoice.id, at=LATER))
        with pytest.raises(IllegalMoveError, match="Invoice is already paid"):
            charge(acme, invoice, gateway)
        assert audited(acme, invoice).paysys == "Manual"
        assert self.statuses(acme, invoice) == {("Stripe", PaymentStatus.REFUNDED), ("Manual", PaymentStatus.SUCCEEDED)}
        assert gateway.held == {}

    def test_what_a_deleted_invoice_took_is_given_back(self, acme: Agency) -> None:
        """Nobody would ever find it otherwise."""
        invoice = issue(acme)
        gateway = Interrupted(lambda: acme.run(delete_invoice, invoice.id, at=LATER))
        with pytest.raises(NotFoundError):
            charge(acme, invoice, gateway)
        assert self.statuses(acme, invoice) == {("Stripe", PaymentStatus.REFUNDED)}
        assert gateway.held == {}

    def test_what_is_added_meanwhile_stays_due(self, acme: Agency) -> None:
        """The money counts, and is noted; the invoice is paid in part, and its orders wait for the rest."""
        invoice = issue(acme)
        patch = InvoicePatch(tax=Decimal(10))
        gateway = Interrupted(lambda: acme.run(update_invoice, invoice.id, patch, at=LATER))
        partly = charge(acme, invoice, gateway)
        assert partly == audited(acme, invoice)
        assert (partly.status, partly.paid) == (InvoiceStatus.PARTIALLY_PAID, invoice.total)
        (payment,) = payments_of(acme, invoice)
        trace = ("Stripe", payment.transaction_id, "192.0.2.1")
        assert (partly.paysys, partly.transaction_id, partly.ip_address) == trace
        assert charge(acme, invoice).due == acme.build.money(0)
        assert audited(acme, invoice).status is InvoiceStatus.PAID

    def test_where_a_part_came_from_outlives_the_rest(self, acme: Agency) -> None:
        """Charged in part, and the rest marked as paid: who has to give the part back finds it on the invoice."""
        invoice = issue(acme)
        patch = InvoicePatch(tax=Decimal(10))
        partly = charge(acme, invoice, Interrupted(lambda: acme.run(update_invoice, invoice.id, patch, at=LATER)))
        paid = acme.run(mark_paid, invoice.id, at=LATER)
        assert paid == audited(acme, invoice)
        assert (paid.paysys, paid.transaction_id, paid.ip_address) == ("Manual", partly.transaction_id, "192.0.2.1")
        assert paid.transaction_id is not None

    def test_nothing_is_not_charged(self, acme: Agency) -> None:
        """Where nothing is due, free or lowered to what was paid, the invoice is paid, and no gateway is asked."""
        free, lowered = issue(acme, credit=Decimal(TOTAL)), issue(acme)
        acme.run(record_part_payment, lowered.id, Decimal(20), at=LATER)
        cheaper = [InvoiceItemDraft(name="Advice", amount=Decimal(20))]
        acme.run(update_invoice, lowered.id, InvoicePatch(items=cheaper, tax=Decimal(0), tax_type=1), at=LATER)
        gateway = SimulatedGateway(is_unreachable=["pm_1"])
        assert charge(acme, free, gateway) == audited(acme, free)
        closed = charge(acme, lowered, gateway)
        assert (closed.status, closed.date_paid, closed.paysys) == (InvoiceStatus.PAID, LATER, "Manual")
        amounts = sorted(payment.amount.amount for payment in payments_of(acme, lowered))
        assert amounts == [Decimal(0), Decimal(20)]
        with pytest.raises(IllegalMoveError, match="Invoice is already paid"):
            charge(acme, free, gateway)

    def test_what_is_unclear_keeps_nothing_waiting(self, acme: Agency) -> None:
        """Reconciling goes on after a charge of which nothing is known, and after a refund that fails."""
        unclear, over, clear = issue(acme), issue(acme), issue(acme)
        gateway = Doubtful()
        begun = [acme.run(begin_charge, each.id, at=NOON) for each in (unclear, over, clear)]
        for payment in begun:
            gateway.charge(ChargeRequest(key=payment.id, amount=payment.amount, payment_method_id="pm_1", at=NOON))
        acme.run(mark_paid, over.id, at=LATER)
        acme.run(settle_charge, begun[1].id, Approved(transaction_id="txn_1"), at=LATER)
        gateway.doubts = {begun[0].id, begun[1].id}
        with pytest.raises(PaymentPendingError):
            reconcile_payments(acme.store, gateway, acme.org_id, at=LATER, patience=timedelta(0))
        assert [audited(acme, each).status for each in (unclear, clear)] == [InvoiceStatus.UNPAID, InvoiceStatus.PAID]
        gateway.doubts.clear()
        reconcile_payments(acme.store, gateway, acme.org_id, at=LATER, patience=timedelta(0))
        assert audited(acme, unclear).status is InvoiceStatus.PAID
        assert set(gateway.held) == {begun[0].id, begun[2].id}

    def test_an_answer_is_recorded_once(self, acme: Agency) -> None:
        """Settling again, with whatever answer, changes nothing and pays nothing."""
        invoice = issue(acme)
        payment = acme.run(begin_charge, invoice.id, at=LATER)
        assert acme.run(begin_charge, invoice.id, at=LATER) == payment
        acme.run(settle_charge, payment.id, Approved(transaction_id="txn_1"), at=LATER)
        before = as_it_stands(acme, invoice)
        for answer in (Approved(transaction_id="txn_2"), Declined(reason="No.")):
            again = acme.run(settle_charge, payment.id, answer, at=LATER + timedelta(days=1))
            assert again.invoice is None
            assert (again.payment,) == payments_of(acme, invoice)
        assert as_it_stands(acme, invoice) == before
        audited(acme, invoice)

    def test_what_was_interrupted_is_finished(self, acme: Agency, rival: Agency) -> None:
        """What the gateway took is recorded, what never arrived is declined, every surplus is given back."""
        taken, lost, over, theirs = issue(acme), issue(acme), issue(acme), issue(rival)
        gateway = SimulatedGateway()
        begun = [acme.run(begin_charge, each.id, at=NOON) for each in (taken, lost, over)]
        rival.run(begin_charge, theirs.id, at=NOON)
        for payment in (begun[0], begun[2]):
            gateway.charge(ChargeRequest(key=payment.id, amount=payment.amount, payment_method_id="pm_1", at=NOON))
        acme.run(mark_paid, over.id, at=LATER)
        early = reconcile_payments(acme.store, gateway, acme.org_id, at=NOON, patience=timedelta(seconds=1))
        assert early == ()
        finished = reconcile_payments(acme.store, gateway, acme.org_id, at=LATER, patience=timedelta(0))
        assert {each.id: each.status for each in finished} == {
            begun[0].id: PaymentStatus.SUCCEEDED,
            begun[1].id: PaymentStatus.DECLINED,
            begun[2].id: PaymentStatus.REFUNDED,
        }
        assert [audited(acme, each).status for each in (taken, lost, over)] == [
            InvoiceStatus.PAID,
            InvoiceStatus.UNPAID,
            InvoiceStatus.PAID,
        ]
        assert gateway.held == {begun[0].id: taken.total}
        assert reconcile_payments(acme.store, gateway, acme.org_id, at=LATER, patience=timedelta(0)) == ()
        assert self.statuses(rival, theirs) == {("Stripe", PaymentStatus.PENDING)}

    @staticmethod
    def statuses(agency: Agency, invoice: Invoice) -> set[tuple[str, PaymentStatus]]:
        """Return where the payments on an invoice stand."""
        return {(payment.paysys, payment.status) for payment in payments_of(agency, invoice)}
