"""What the tests of invoices share: lines, values that differ, and totals computed with fractions only."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import attrs

from service_engine.domain.ids import InvoiceId, InvoiceItemId
from service_engine.domain.invoice_items import InvoiceItem, InvoiceItemDraft, write_items
from service_engine.domain.invoice_status import InvoiceStatus
from service_engine.domain.invoice_terms import PERCENTAGE, BillingPeriod
from service_engine.domain.invoices import Invoice
from service_engine.domain.money import decimals
from service_engine.testing.examples import now

ID = InvoiceId(UUID(int=1))
DRAFT, UNPAID, PAID, REFUNDED, CANCELLED, PARTIALLY_PAID = InvoiceStatus
MONTHLY = BillingPeriod(length=1, unit="M")


def evolved(value: Any, **changes: Any) -> Any:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def line(amount: Decimal | int = 1, number: int = 1, currency: str = "USD") -> InvoiceItem:
    """Return a line of an amount."""
    draft = InvoiceItemDraft(name="Hosting", amount=Decimal(amount))
    return write_items([draft], currency=currency, new_ids=iter([InvoiceItemId(UUID(int=number))]), at=now)[0]


def half_up(exact: Fraction, places: int) -> Fraction:
    """Round half up, with whole numbers only."""
    scaled = exact * 10**places
    return Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**places)


def expected_totals(there: Invoice) -> tuple[Fraction, Fraction, Fraction]:
    """Compute subtotal, tax and total with fractions only, from what the invoice says. Contract section 6."""
    subtotal = Fraction(0)
    for item in there.items:
        second = Fraction(0) if item.discount2 is None else Fraction(item.discount2.amount)
        subtotal += item.quantity * Fraction(item.amount.amount) - Fraction(item.discount.amount) - second
    tax = Fraction(there.tax.number)
    if there.tax.type == PERCENTAGE:
        tax = half_up(subtotal * tax / 100, decimals(there.currency))
    return subtotal, tax, subtotal + tax - Fraction(there.credit.amount)
