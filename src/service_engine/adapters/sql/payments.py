"""Payments in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Select, bindparam, literal, select, type_coerce

from service_engine.adapters.sql.aggregates import Aggregates, AggregateStatements
from service_engine.adapters.sql.scope import KEY, lock_through, own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.adapters.sql.types import INSTANT, SMALL, money_of
from service_engine.domain.change import Change
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import InvoiceId, PaymentId
from service_engine.domain.payments import Payment, PaymentStatus

__all__ = ["PaymentStatements", "SqlPayments"]

_PLAIN: Final = (
    "id",
    "invoice_id",
    "paysys",
    "transaction_id",
    "reason",
    "created_at",
    "updated_at",
    "version",
)
# Literals in the statement that is sent: only then can SQLite tell that the partial indexes fit.
_PENDING: Final = literal(PaymentStatus.PENDING.value, SMALL, literal_execute=True)
_SURPLUS: Final = literal(PaymentStatus.SURPLUS.value, SMALL, literal_execute=True)


def _payment_of(row: AnyRow) -> Payment:
    *plain, status, currency, amount = row
    return Payment(
        **dict(zip(_PLAIN, plain, strict=True)), status=PaymentStatus(status), amount=money_of(amount, currency)
    )


def _row_of(payment: Payment) -> dict[str, Any]:
    return {
        **{name: getattr(payment, name) for name in _PLAIN},
        "status": payment.status.value,
        "amount": payment.amount.amount,
        "currency": payment.amount.currency,
    }


class PaymentStatements:
    """What is asked of payments, built once."""

    def __init__(self, tables: Tables) -> None:
        payments = tables.payments
        names = (*_PLAIN, "status", "currency")
        ours = select(*(payments.c[name] for name in names), type_coerce(payments.c.amount, BigInteger)).where(
            own(payments)
        )
        self.payments: AggregateStatements[Payment] = AggregateStatements(
            kind="payment",
            table=payments,
            get=ours.where(payments.c.id == KEY),
            value=_payment_of,
            row=_row_of,
            lock=lock_through(payments, "invoice_id", tables.invoices),
        )
        oldest = (payments.c.created_at, payments.c.id)
        self.of_invoice: Select[Any] = ours.where(payments.c.invoice_id == KEY).order_by(*oldest)
        self.pending_of: Select[Any] = ours.where(payments.c.invoice_id == KEY, payments.c.status == _PENDING)
        asked = payments.c.updated_at <= bindparam("until", type_=INSTANT)
        self.pending: Select[Any] = ours.where(payments.c.status == _PENDING, asked).order_by(*oldest)
        self.surplus: Select[Any] = ours.where(payments.c.status == _SURPLUS).order_by(*oldest)


class SqlPayments:
    """The organisation's payments."""

    def __init__(self, transaction: Transaction, statements: PaymentStatements) -> None:
        self._transaction = transaction
        self._statements = statements
        self._payments = Aggregates(transaction, statements.payments)

    def get(self, payment_id: PaymentId) -> Payment:
        """Return a payment; see ``ports.payments.Payments``."""
        return self._payments.get(payment_id)

    def add(self, change: Change[Payment]) -> Payment:
        """Store a new payment; see ``ports.payments.Payments``."""
        return self._payments.add(change)

    def save(self, change: Change[Payment]) -> Payment:
        """Store a changed payment; see ``ports.payments.Payments``."""
        return self._payments.save(change)

    def of_invoice(self, invoice_id: InvoiceId) -> tuple[Payment, ...]:
        """Return the payments on an invoice; see ``ports.payments.Payments``."""
        require_id("invoice", invoice_id)
        rows = self._transaction.read(self._statements.of_invoice, key=invoice_id).all()
        return tuple(map(self._payments.seen, rows))

    def pending_of(self, invoice_id: InvoiceId) -> Payment | None:
        """Return the payment whose outcome is not known; see ``ports.payments.Payments``."""
        require_id("invoice", invoice_id)
        row = self._transaction.read(self._statements.pending_of, key=invoice_id).one_or_none()
        return None if row is None else self._payments.seen(row)

    def pending(self, until: datetime) -> tuple[Payment, ...]:
        """Return the payments whose outcome is not known for so long; see ``ports.payments.Payments``."""
        rows = self._transaction.read(self._statements.pending, until=until).all()
        return tuple(map(self._payments.seen, rows))

    def surplus(self) -> tuple[Payment, ...]:
        """Return the payments that are to be given back; see ``ports.payments.Payments``."""
        return tuple(map(self._payments.seen, self._transaction.read(self._statements.surplus).all()))
