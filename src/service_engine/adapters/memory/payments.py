"""The payments on an organisation's invoices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from service_engine.adapters.memory import aggregates
from service_engine.adapters.memory.lists import sort_key
from service_engine.adapters.memory.state import State, Work
from service_engine.domain.change import Change
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import InvoiceId, PaymentId
from service_engine.domain.instants import utc
from service_engine.domain.payments import Payment, PaymentStatus

__all__ = ["MemoryPayments"]


class MemoryPayments:
    """``ports.payments.Payments`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, payment_id: PaymentId) -> Payment:
        """Return a payment."""
        return aggregates.live("payment", self._work.state.payments, payment_id)

    def add(self, change: Change[Payment]) -> Payment:
        """Store a new payment."""
        return aggregates.add(self._work, "payment", self._work.state.payments, change, _links)

    def save(self, change: Change[Payment]) -> Payment:
        """Store a changed payment; a change without events writes nothing."""
        return aggregates.save(self._work, "payment", self._work.state.payments, change, _links)

    def of_invoice(self, invoice_id: InvoiceId) -> tuple[Payment, ...]:
        """Return the payments on an invoice, oldest first, equally old ones by id."""
        require_id("invoice", invoice_id)
        return self._work.state.payments.group(invoice_id)

    def pending_of(self, invoice_id: InvoiceId) -> Payment | None:
        """Return the payment on an invoice whose outcome is not known; there is at most one."""
        require_id("invoice", invoice_id)
        payments = self._work.state.payments
        payment_id = payments.claims.get(("pending", invoice_id))
        return None if payment_id is None else payments.rows[payment_id]

    def pending(self, until: datetime) -> tuple[Payment, ...]:
        """Return the Pending payments last asked about until then, oldest first, then by id."""
        until = utc(until)
        return tuple(payment for payment in self._in(PaymentStatus.PENDING) if payment.updated_at <= until)

    def surplus(self) -> tuple[Payment, ...]:
        """Return the payments that are still to be given back, oldest first, equally old ones by id."""
        return tuple(self._in(PaymentStatus.SURPLUS))

    def _in(self, status: PaymentStatus) -> list[Payment]:
        payments = self._work.state.payments.rows.values()
        return sorted((each for each in payments if each.status is status), key=sort_key("created_at"))


def _links(state: State, payment: Payment) -> Iterator[bool]:
    yield payment.invoice_id in state.invoices.rows
