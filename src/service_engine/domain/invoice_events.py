"""What can happen to an invoice.

Source: design decision 2.
"""

from __future__ import annotations

from attrs import field, frozen

from service_engine.domain.change import Event
from service_engine.domain.ids import InvoiceId
from service_engine.domain.invoice_status import InvoiceStatus
from service_engine.domain.money import Money, is_money

__all__ = [
    "InvoiceDeleted",
    "InvoiceIssued",
    "InvoicePaid",
    "InvoicePartlyPaid",
    "InvoiceRevised",
    "InvoiceStatusChanged",
]


@frozen(kw_only=True)
class InvoiceIssued(Event):
    """An invoice was written, under a number.

    Example:
        >>> from service_engine.testing.examples import invoice, now
        >>> InvoiceIssued(invoice_id=invoice.id, number=invoice.number, at=now).number
        'INV-00001'
    """

    invoice_id: InvoiceId
    number: str


@frozen(kw_only=True)
class InvoiceRevised(Event):
    """Something that an invoice says changed.

    Args:
        invoice_id: Which invoice.
        fields: The names of the fields that changed, sorted.

    Example:
        >>> from service_engine.domain.invoices import InvoiceRevision, revise_invoice
        >>> from service_engine.testing.examples import invoice, later
        >>> [event] = revise_invoice(invoice, InvoiceRevision(note="Thanks"), at=later).events
        >>> event.fields
        ('note',)
    """

    invoice_id: InvoiceId
    fields: tuple[str, ...]


@frozen(kw_only=True)
class InvoiceStatusChanged(Event):
    """An invoice was moved to another status by hand.

    Args:
        invoice_id: Which invoice.
        origin: Where it stood.
        status: Where it stands now.

    Example:
        >>> from service_engine.domain.invoices import InvoiceStatus, change_invoice_status
        >>> from service_engine.testing.examples import invoice, later
        >>> [event] = change_invoice_status(invoice, InvoiceStatus.CANCELLED, at=later).events
        >>> event.origin.label, event.status.label
        ('Unpaid', 'Cancelled')
    """

    invoice_id: InvoiceId
    origin: InvoiceStatus
    status: InvoiceStatus


@frozen(kw_only=True)
class InvoicePartlyPaid(Event):
    """A part of an invoice was paid.

    Args:
        invoice_id: Which invoice.
        amount: The part.

    Example:
        >>> from service_engine.domain.invoice_payments import pay_in_part
        >>> from service_engine.domain.money import money
        >>> from service_engine.testing.examples import invoice, later
        >>> [event] = pay_in_part(invoice, money(100, "USD"), at=later).events
        >>> str(event.amount)
        '100.00 USD'
    """

    invoice_id: InvoiceId
    amount: Money = field(validator=is_money)


@frozen(kw_only=True)
class InvoicePaid(Event):
    """An invoice was paid to the end.

    Args:
        invoice_id: Which invoice.
        amount: What was still due.

    Example:
        >>> from service_engine.domain.invoice_payments import MANUAL, pay_in_full
        >>> from service_engine.testing.examples import invoice, later
        >>> [event] = pay_in_full(invoice, paysys=MANUAL, order_ids={}, at=later).events
        >>> str(event.amount)
        '960.00 USD'
    """

    invoice_id: InvoiceId
    amount: Money = field(validator=is_money)


@frozen(kw_only=True)
class InvoiceDeleted(Event):
    """An invoice was deleted; its orders, its subscription and its number stay.

    Example:
        >>> from service_engine.domain.invoices import delete_invoice
        >>> from service_engine.testing.examples import invoice, later
        >>> delete_invoice(invoice, at=later).events == (InvoiceDeleted(invoice_id=invoice.id, at=later),)
        True
    """

    invoice_id: InvoiceId
