"""Invoices: what a client owes, under a gap-free number, until it is paid, once.

total = subtotal + tax - credit, computed from the items whenever they change, never given.

Source: contract sections 2.7, 4, 5.3 and 6; part A "Rules" (invoices).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs
from attrs import Attribute, Factory, field, frozen

from service_engine.domain.change import UNSET, Change, Unset, differences
from service_engine.domain.evolution import across_fields, evolve
from service_engine.domain.ids import ClientId, CouponId, EmployeeId, InvoiceId
from service_engine.domain.instants import optional_utc, utc
from service_engine.domain.invoice_events import (
    InvoiceDeleted,
    InvoiceIssued,
    InvoicePaid,
    InvoicePartlyPaid,
    InvoiceRevised,
    InvoiceStatusChanged,
)
from service_engine.domain.invoice_items import MAX_ITEMS, InvoiceItem
from service_engine.domain.invoice_status import EDITS, LIFECYCLE, LOCKED, LOCKED_REASONS, MOVES, InvoiceStatus
from service_engine.domain.invoice_terms import NO_TAX, BillingAddress, BillingPeriod, Tax
from service_engine.domain.kinds import is_a, is_a_or_none, is_true_or_false
from service_engine.domain.money import Money, is_a_currency, is_no_debt, nought, require_money, total_of
from service_engine.domain.sequences import holds_parts
from service_engine.domain.text import LINE, NOTE, bounded, clean, optional_bounded
from service_engine.errors import IllegalMoveError, RuleViolationError

__all__ = [
    "EDITS",
    "ISSUABLE",
    "LIFECYCLE",
    "MAX_IP_ADDRESS",
    "MOVES",
    "NUMBER_PREFIX",
    "PAYMENT_TERM",
    "Invoice",
    "InvoiceDeleted",
    "InvoiceIssued",
    "InvoicePaid",
    "InvoicePartlyPaid",
    "InvoiceRevised",
    "InvoiceRevision",
    "InvoiceStatus",
    "InvoiceStatusChanged",
    "change_invoice_status",
    "delete_invoice",
    "invoice_number",
    "issue_invoice",
    "require_issuable",
    "revise_invoice",
]

NUMBER_PREFIX: Final = "INV-"
PAYMENT_TERM: Final = timedelta(days=14)
"""How long after it was issued an invoice is due."""
MAX_IP_ADDRESS: Final = 45
"""Characters; an IPv6 address that holds an IPv4 address has as many."""
ISSUABLE: Final = frozenset({InvoiceStatus.DRAFT, InvoiceStatus.UNPAID})


def _is_in_currency(invoice: Invoice, attribute: Attribute[Money], value: Money) -> None:
    require_money(value, field=attribute.name)
    if value.currency != invoice.currency:
        msg = f"the {attribute.name} is in {value.currency}, the invoice in {invoice.currency}"
        raise ValueError(msg)
    is_no_debt(invoice, attribute, value)


def _subtotal(invoice: Invoice) -> Money:
    return total_of([item.total for item in invoice.items], invoice.currency, field="items")


def _tax_amount(invoice: Invoice) -> Money:
    return invoice.tax.on(invoice.subtotal)


def _total(invoice: Invoice) -> Money:
    require_money(invoice.credit, field="credit")
    credit = nought(invoice.currency) - invoice.credit
    return total_of([invoice.subtotal, invoice.tax_amount, credit], invoice.currency, field="items")


@frozen(kw_only=True)
class Invoice:
    """What a client owes.

    Args:
        id: Its id.
        number: ``INV-00001`` and so on, unique in the organisation, without gaps; never changes.
        number_prefix: What the number begins with.
        client_id: Who owes it.
        employee_id: Who of the organisation looks after it.
        coupon_id: The coupon that it names.
        billing_address: Where it goes, as the client's address was when it was issued; never changes.
        status: Where it stands.
        currency: Three capital letters, ISO 4217; of every amount here. Never changes.
        items: What is billed, in order; at least one.
        tax: What is added: an amount, or a percentage of the subtotal.
        credit: What is taken off, at least 0.
        paid: What has been paid so far: all of it exactly from Paid on.
        subtotal: The sum of the items, computed.
        tax_amount: The tax on it, computed.
        total: Subtotal + tax - credit, computed; at least 0, and not less than what was paid.
        date_due: When it is to be paid, UTC.
        date_paid: When it was paid to the end, UTC; set while the status is Paid, and still when it was refunded then.
        reason: Up to 255 characters.
        note: Up to 65,535 characters.
        ip_address: Where the client paid it from, up to 45 characters.
        loc_confirm: Whether the client's location was confirmed.
        recurring: How often it comes again; None for never.
        paysys: How it was paid, up to 50 characters.
        transaction_id: The payment gateway's name for the payment, up to 255 characters.
        created_at: When it was issued, UTC.
        updated_at: When it last changed, UTC.
        deleted_at: When it was deleted, UTC.
        version: How often it was stored.

    Raises:
        RuleViolationError: A text, an amount or the number of items is out of bounds, or the total would be negative.
        ValueError: Something is in another currency, or ``date_paid`` or ``paid`` does not fit the status.

    Example:
        >>> from service_engine.testing.examples import invoice
        >>> invoice.number, invoice.status.label, str(invoice.total)
        ('INV-00001', 'Unpaid', '960.00 USD')
    """

    id: InvoiceId
    number: str = field(validator=bounded(50))
    number_prefix: str | None = field(default=NUMBER_PREFIX, validator=optional_bounded(20))
    client_id: ClientId
    employee_id: EmployeeId | None = None
    coupon_id: CouponId | None = None
    billing_address: BillingAddress | None = field(default=None, validator=is_a_or_none(BillingAddress))
    status: InvoiceStatus = field(default=InvoiceStatus.UNPAID, validator=is_a(InvoiceStatus))
    currency: str = field(validator=is_a_currency)
    items: tuple[InvoiceItem, ...] = field(validator=holds_parts(MAX_ITEMS))
    tax: Tax = NO_TAX
    credit: Money = field(validator=across_fields(_is_in_currency))
    paid: Money = field(validator=across_fields(_is_in_currency))
    subtotal: Money = field(init=False, default=Factory(_subtotal, takes_self=True))
    tax_amount: Money = field(init=False, default=Factory(_tax_amount, takes_self=True))
    total: Money = field(init=False, default=Factory(_total, takes_self=True))
    date_due: datetime | None = field(default=None, converter=optional_utc)
    date_paid: datetime | None = field(default=None, converter=optional_utc)
    reason: str | None = field(default=None, validator=optional_bounded())
    note: str | None = field(default=None, validator=optional_bounded(NOTE))
    ip_address: str | None = field(default=None, validator=optional_bounded(MAX_IP_ADDRESS))
    loc_confirm: bool = field(default=False, validator=is_true_or_false)
    recurring: BillingPeriod | None = field(default=None, validator=is_a_or_none(BillingPeriod))
    paysys: str | None = field(default=None, validator=optional_bounded(50))
    transaction_id: str | None = field(default=None, validator=optional_bounded())
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    deleted_at: datetime | None = field(default=None, converter=optional_utc)
    version: int = 1

    def __attrs_post_init__(self) -> None:
        if self.total.amount < 0:
            raise RuleViolationError("items", "The total of the invoice must not be negative.")
        if self.paid.amount > self.total.amount:
            raise RuleViolationError("items", "The total of the invoice must not be less than what has been paid.")
        is_paid = self.status is InvoiceStatus.PAID
        if is_paid and self.date_paid is None:
            msg = "an invoice that is Paid must have a date_paid"
            raise ValueError(msg)
        if self.date_paid is not None and self.status not in {InvoiceStatus.PAID, InvoiceStatus.REFUNDED}:
            msg = f"an invoice that is {self.status.label} cannot have date_paid={self.date_paid}"
            raise ValueError(msg)
        if self.date_paid is not None and self.paid != self.total:
            msg = f"an invoice that was paid to the end cannot have paid={self.paid} of {self.total}"
            raise ValueError(msg)

    @property
    def due(self) -> Money:
        """What is still to be paid before it is paid to the end."""
        return self.total - self.paid


@frozen(kw_only=True)
class InvoiceRevision:
    """What to change of an invoice besides its status. ``UNSET`` leaves a field as it is, None clears it.

    Args:
        client_id: Who owes it; the billing address stays.
        items: All of its lines; see ``invoice_items.write_items``.
        tax: The tax.
        coupon_id: The coupon that it names.
        recurring: How often it comes again.
        note: Up to 65,535 characters.
        reason: Up to 255 characters.

    Example:
        >>> InvoiceRevision(note=None).note is None, InvoiceRevision().note
        (True, UNSET)
    """

    client_id: ClientId | Unset = UNSET
    items: Sequence[InvoiceItem] | Unset = UNSET
    tax: Tax | Unset = UNSET
    coupon_id: CouponId | Unset | None = UNSET
    recurring: BillingPeriod | Unset | None = UNSET
    note: str | Unset | None = UNSET
    reason: str | Unset | None = UNSET


def invoice_number(sequence: int) -> str:
    """Return the number of the organisation's n-th invoice.

    Source:
        Contract section 4; part A "Rules".

    Example:
        >>> invoice_number(1), invoice_number(123_456)
        ('INV-00001', 'INV-123456')
    """
    return f"{NUMBER_PREFIX}{sequence:05d}"


def require_issuable(status: InvoiceStatus) -> None:
    """Refuse to issue an invoice that would need a payment, or is over already.

    Raises:
        RuleViolationError: It is neither Draft nor Unpaid.

    Source:
        Contract part A "Rules" (create accepts status 0 or 1 only).

    Example:
        >>> require_issuable(InvoiceStatus.DRAFT)
    """
    if status not in ISSUABLE:
        raise RuleViolationError("status", "The selected status is invalid.")


def issue_invoice(
    invoice_id: InvoiceId,
    *,
    number: str,
    client_id: ClientId,
    items: Sequence[InvoiceItem],
    currency: str,
    at: datetime,
    billing_address: BillingAddress | None = None,
    status: InvoiceStatus = InvoiceStatus.UNPAID,
    tax: Tax = NO_TAX,
    credit: Money | None = None,
    recurring: BillingPeriod | None = None,
    coupon_id: CouponId | None = None,
    employee_id: EmployeeId | None = None,
    note: str | None = None,
) -> Change[Invoice]:
    """Issue an invoice; it is due 14 days later.

    Args:
        invoice_id: Its id.
        number: Made by ``invoice_number`` from the organisation's counter.
        client_id: Who owes it.
        items: What is billed, in order; at least one, see ``invoice_items.write_items``.
        currency: Of every amount.
        at: Now.
        billing_address: The client's address as it is now.
        status: Draft or Unpaid.
        tax: What is added.
        credit: What is taken off; None for nothing.
        recurring: How often it comes again.
        coupon_id: The coupon that it names.
        employee_id: Who looks after it; checked by ``employees.require_assignable``.
        note: Up to 65,535 characters.

    Returns:
        The invoice, with one event: ``InvoiceIssued``.

    Raises:
        RuleViolationError: The status is another, something is out of bounds, or the total would be negative.

    Source:
        Contract section 2.7, "create"; part A "Rules".

    Example:
        >>> from uuid import UUID
        >>> from service_engine.testing.examples import invoice, john, now
        >>> issued = issue_invoice(
        ...     InvoiceId(UUID(int=1)),
        ...     number=invoice_number(2),
        ...     client_id=john.id,
        ...     items=invoice.items,
        ...     currency="USD",
        ...     at=now,
        ... )
        >>> issued.state.number, issued.state.date_due == now + PAYMENT_TERM
        ('INV-00002', True)
    """
    require_issuable(status)
    invoice = Invoice(
        id=invoice_id,
        number=number,
        client_id=client_id,
        employee_id=employee_id,
        coupon_id=coupon_id,
        billing_address=billing_address,
        status=status,
        currency=currency,
        items=tuple(items),
        tax=tax,
        credit=nought(currency) if credit is None else credit,
        paid=nought(currency),
        date_due=at + PAYMENT_TERM,
        note=None if note is None else clean(note, field="note", max_length=NOTE, required=False),
        recurring=recurring,
        created_at=at,
        updated_at=at,
    )
    return Change(invoice, (InvoiceIssued(invoice_id=invoice_id, number=number, at=at),))


def revise_invoice(invoice: Invoice, revision: InvoiceRevision, *, at: datetime) -> Change[Invoice]:
    """Change what the revision names, and nothing else; the totals follow.

    Raises:
        IllegalMoveError: Items, tax or client of a Paid, Refunded or Cancelled invoice would change.
        RuleViolationError: Something is out of bounds, or the total would be negative, or less than what was paid.

    Source:
        Contract section 2.7, "update"; part A "Rules".

    Example:
        >>> from decimal import Decimal
        >>> from service_engine.testing.examples import invoice, later
        >>> taxed = revise_invoice(invoice, InvoiceRevision(tax=Tax(type=2, number=Decimal(10))), at=later).state
        >>> str(taxed.tax_amount), str(taxed.total)
        ('96.00 USD', '1056.00 USD')
    """
    wanted = attrs.asdict(revision, recurse=False)
    if not isinstance(revision.items, Unset):
        wanted["items"] = tuple(revision.items)
    for name, max_length in {"note": NOTE, "reason": LINE}.items():
        if isinstance(wanted[name], str):
            wanted[name] = clean(wanted[name], field=name, max_length=max_length, required=False)
    changed = differences(invoice, wanted)
    if not changed:
        return Change(invoice)
    if invoice.status in LOCKED and not changed.keys().isdisjoint({"items", "tax", "client_id"}):
        raise IllegalMoveError("items", f"A {invoice.status.label} invoice cannot be edited.", LOCKED_REASONS)
    revised = evolve(invoice, **changed, updated_at=at)
    return Change(revised, (InvoiceRevised(invoice_id=invoice.id, fields=tuple(sorted(changed)), at=at),))


def change_invoice_status(invoice: Invoice, status: InvoiceStatus, *, at: datetime) -> Change[Invoice]:
    """Move an invoice to another status by hand. To Paid it moves by ``pay_in_full``.

    Raises:
        IllegalMoveError: The contract's table has no such move.
        ValueError: It has, but to Paid.

    Source:
        Contract section 5.3.

    Example:
        >>> from service_engine.testing.examples import invoice, later
        >>> change_invoice_status(invoice, InvoiceStatus.REFUNDED, at=later)
        Traceback (most recent call last):
            ...
        service_engine.errors.IllegalMoveError: status: Cannot transition from Unpaid to Refunded.
    """
    EDITS.check(invoice.status, status)
    if status == invoice.status:
        return Change(invoice)
    if status is InvoiceStatus.PAID:
        msg = "an invoice becomes Paid by pay_in_full, which records the payment"
        raise ValueError(msg)
    moved = evolve(invoice, status=status, updated_at=at)
    event = InvoiceStatusChanged(invoice_id=invoice.id, origin=invoice.status, status=status, at=at)
    return Change(moved, (event,))


def delete_invoice(invoice: Invoice, *, at: datetime) -> Change[Invoice]:
    """Delete an invoice; it stays stored, and hidden. Deleting a deleted one changes nothing.

    Example:
        >>> from service_engine.testing.examples import invoice, later
        >>> delete_invoice(invoice, at=later).state.deleted_at == later
        True
    """
    if invoice.deleted_at is not None:
        return Change(invoice)
    deleted = evolve(invoice, deleted_at=at, updated_at=at)
    return Change(deleted, (InvoiceDeleted(invoice_id=invoice.id, at=at),))
