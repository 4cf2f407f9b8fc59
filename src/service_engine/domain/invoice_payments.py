"""How an invoice is paid: by hand or through the payment gateway, in part or to the end, and to the end only once.

Source: contract section 2.7, "charge" and "mark_paid"; part A "Rules" (invoices).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from service_engine.domain.change import Change
from service_engine.domain.evolution import evolve
from service_engine.domain.ids import InvoiceItemId, OrderId
from service_engine.domain.invoice_events import InvoicePaid, InvoicePartlyPaid
from service_engine.domain.invoice_status import PAYABLE, InvoiceStatus
from service_engine.domain.invoices import Invoice
from service_engine.domain.money import Money, require_money
from service_engine.errors import IllegalMoveError, RuleViolationError, WrongStatusError

__all__ = ["MANUAL", "STRIPE", "pay_in_full", "pay_in_part", "require_chargeable"]

MANUAL: Final = "Manual"
"""How an invoice was paid that somebody marked as paid."""
STRIPE: Final = "Stripe"
"""How an invoice was paid that was charged through the payment gateway."""
_PAYABLE: Final = f"It can be paid while it is {', '.join(each.label for each in sorted(PAYABLE))}."


def pay_in_part(
    invoice: Invoice,
    amount: Money,
    *,
    at: datetime,
    paysys: str | None = None,
    transaction_id: str | None = None,
    ip_address: str | None = None,
) -> Change[Invoice]:
    """Record that a part of what is due was paid; the rest stays due.

    Args:
        invoice: The invoice.
        amount: More than 0, less than what is due, in the invoice's currency.
        at: Now.
        paysys: How it was paid: ``MANUAL`` or ``STRIPE``; None keeps what is noted.
        transaction_id: The payment gateway's name for the payment; None keeps what is noted.
        ip_address: Where the client paid it from; None keeps what is noted.

    Raises:
        WrongStatusError: It is Paid, Refunded or Cancelled.
        RuleViolationError: The amount is out of bounds.
        TypeError: The amount is no Money.

    Example:
        >>> from service_engine.domain.money import money
        >>> from service_engine.testing.examples import invoice, later
        >>> paid = pay_in_part(invoice, money(100, "USD"), at=later).state
        >>> paid.status.label, str(paid.due)
        ('Partially Paid', '860.00 USD')
    """
    _require_payable(invoice, "Cannot pay a part of {} invoice.")
    require_money(amount, field="amount")
    if invoice.due.amount == 0:
        raise RuleViolationError("amount", "Nothing is due: mark the invoice as paid.")
    if not 0 < amount.amount < invoice.due.amount:
        raise RuleViolationError("amount", f"The amount must be more than 0 and less than {invoice.due.amount}.")
    paid = evolve(
        invoice,
        status=InvoiceStatus.PARTIALLY_PAID,
        paid=invoice.paid + amount,
        updated_at=at,
        paysys=_latest(invoice.paysys, paysys),
        transaction_id=_latest(invoice.transaction_id, transaction_id),
        ip_address=_latest(invoice.ip_address, ip_address),
    )
    return Change(paid, (InvoicePartlyPaid(invoice_id=invoice.id, amount=amount, at=at),))


def pay_in_full(
    invoice: Invoice,
    *,
    paysys: str,
    order_ids: Mapping[InvoiceItemId, OrderId],
    at: datetime,
    transaction_id: str | None = None,
    ip_address: str | None = None,
) -> Change[Invoice]:
    """Record that all that was due is paid. Paying a paid invoice changes nothing.

    Args:
        invoice: The invoice.
        paysys: How it was paid: ``MANUAL`` or ``STRIPE``.
        order_ids: The orders that were made of its items.
        at: Now; becomes ``date_paid``.
        transaction_id: The payment gateway's name for the payment; None keeps that of an earlier part.
        ip_address: Where the client paid it from; None keeps what is noted.

    Raises:
        WrongStatusError: It is Refunded or Cancelled.

    Source:
        Contract section 2.7, "charge" and "mark_paid"; part A "Rules".

    Example:
        >>> from service_engine.testing.examples import invoice, later
        >>> paid = pay_in_full(invoice, paysys=MANUAL, order_ids={}, at=later).state
        >>> paid.status.label, paid.date_paid == later, str(paid.due)
        ('Paid', True, '0.00 USD')
    """
    if invoice.status is InvoiceStatus.PAID:
        return Change(invoice)
    _require_payable(invoice, "Cannot mark {} invoice as paid.")
    items = tuple(
        evolve(item, order_id=order_ids[item.id], updated_at=at) if item.id in order_ids else item
        for item in invoice.items
    )
    paid = evolve(
        invoice,
        status=InvoiceStatus.PAID,
        items=items,
        paid=invoice.total,
        date_paid=at,
        updated_at=at,
        paysys=_latest(invoice.paysys, paysys),
        transaction_id=_latest(invoice.transaction_id, transaction_id),
        ip_address=_latest(invoice.ip_address, ip_address),
    )
    return Change(paid, (InvoicePaid(invoice_id=invoice.id, amount=invoice.due, at=at),))


def require_chargeable(invoice: Invoice) -> None:
    """Refuse to charge an invoice from which no money is to be taken.

    Raises:
        IllegalMoveError: It is Paid, Refunded or Cancelled; on ``payment_method_id``.

    Source:
        Contract section 2.7, "charge"; part A "Rules".

    Example:
        >>> from service_engine.testing.examples import invoice
        >>> require_chargeable(invoice)
    """
    if invoice.status is InvoiceStatus.PAID:
        raise IllegalMoveError("payment_method_id", "Invoice is already paid.")
    if invoice.status not in PAYABLE:
        raise IllegalMoveError("payment_method_id", f"Cannot charge {invoice.status.label} invoice.", (_PAYABLE,))


def _require_payable(invoice: Invoice, refusal: str) -> None:
    if invoice.status not in PAYABLE:
        raise WrongStatusError("invoice", invoice.id, refusal.format(invoice.status.label), (_PAYABLE,))


def _latest(noted: str | None, new: str | None) -> str | None:
    return noted if new is None else new  # a payment that does not say takes nothing away
