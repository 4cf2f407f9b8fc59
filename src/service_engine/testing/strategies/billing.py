"""Strategies for what is billed and paid: invoices, payments, subscriptions, coupons.

Their amounts are drawn as whole numbers of the currency's smallest unit, each within what those before it leave, so
that every total is in bounds and nothing has to be thrown away.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from service_engine.domain.coupons import Coupon
from service_engine.domain.ids import (
    ClientId,
    CouponId,
    EmployeeId,
    InvoiceId,
    InvoiceItemId,
    OrderId,
    PaymentId,
    ServiceId,
    SubscriptionId,
    UserId,
)
from service_engine.domain.invoice_items import InvoiceItem, InvoiceItemDraft
from service_engine.domain.invoice_status import InvoiceStatus
from service_engine.domain.invoice_terms import (
    BILLING_UNITS,
    MAX_PERCENT,
    NO_TAX,
    PERCENTAGE,
    BillingAddress,
    BillingPeriod,
    Tax,
)
from service_engine.domain.invoices import Invoice
from service_engine.domain.json_values import EMPTY
from service_engine.domain.money import MAX_AMOUNT, MAX_DECIMALS, Money, decimals, money, total_of
from service_engine.domain.numbers import INTEGER, SMALL_INTEGER
from service_engine.domain.payments import Payment, PaymentStatus
from service_engine.domain.subscriptions import Subscription
from service_engine.testing.strategies.values import (
    CURRENCIES,
    QUANTITIES,
    ids,
    in_units,
    instants,
    json_objects,
    largest,
    lines,
    monies,
    notes,
    of_units,
    optional_lines,
    places,
)

__all__ = [
    "billing_addresses",
    "billing_periods",
    "coupons",
    "invoice_item_drafts",
    "invoice_items",
    "invoices",
    "payments",
    "subscriptions",
    "taxes",
]

_VERSIONS: Final = st.integers(1, 2**31 - 1)
_USUAL: Final = 300_000
"""Units of what most things cost at most; the others cost whatever fits."""


def taxes(*, currency: str | None = None) -> SearchStrategy[Tax]:
    """Make taxes: percentages and amounts of every type.

    Args:
        currency: The currency in whose decimals the amounts are; three decimals without one, which not all take.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(taxes(), lambda tax: tax.is_percentage, settings=quick).percent >= 0
        True
    """
    places = MAX_DECIMALS if currency is None else decimals(currency)
    return _taxes(places, int(MAX_AMOUNT.scaleb(places)), _thousandths(MAX_PERCENT))


def billing_periods() -> SearchStrategy[BillingPeriod]:
    """Make periods of recurring invoices.

    Example:
        >>> from hypothesis import find
        >>> find(billing_periods(), lambda period: period.unit == "M")
        BillingPeriod(length=1, unit='M')
    """
    return st.builds(BillingPeriod, length=st.integers(1, INTEGER), unit=st.sampled_from(BILLING_UNITS))


def billing_addresses() -> SearchStrategy[BillingAddress]:
    """Make addresses of bills.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> len(find(billing_addresses(), lambda address: True, settings=quick).first_name or "") <= 255
        True
    """
    names = ("first_name", "last_name", "company_name")
    return st.builds(BillingAddress, place=places(), **dict.fromkeys(names, optional_lines()))


@st.composite
def invoice_items(draw: DrawFn, *, currency: str | None = None) -> InvoiceItem:
    """Make lines of invoices, deductions and discounted ones among them.

    Args:
        draw: Given by Hypothesis.
        currency: Of their amounts; any by default.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(invoice_items(currency="JPY"), lambda item: True, settings=quick).total.currency
        'JPY'
    """
    chosen = draw(st.sampled_from(CURRENCIES)) if currency is None else currency
    most = in_units(largest(chosen))
    return _line(draw, draw(ids().map(InvoiceItemId)), chosen, -most, most)


@st.composite
def invoice_item_drafts(draw: DrawFn, *, currency: str = "USD") -> InvoiceItemDraft:
    """Make drafts of lines, each of which every invoice in that currency takes by itself.

    Args:
        draw: Given by Hypothesis.
        currency: Of the invoice.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(invoice_item_drafts(currency="JPY"), lambda draft: True, settings=quick).discount >= 0
        True
    """
    item = draw(invoice_items(currency=currency))
    return InvoiceItemDraft(
        id=draw(st.none() | st.just(item.id)),
        name=item.name,
        quantity=item.quantity,
        amount=item.amount.amount,
        discount=item.discount.amount,
        discount2=None if item.discount2 is None else item.discount2.amount,
        description=item.description,
        service_id=item.service_id,
        options=item.options,
    )


@st.composite
def invoices(draw: DrawFn, status: InvoiceStatus | None = None) -> Invoice:
    """Make invoices, taxed, credited, partly paid and deleted ones among them.

    Args:
        draw: Given by Hypothesis.
        status: Where they stand; anywhere by default.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(invoices(status=InvoiceStatus.PAID), lambda invoice: True, settings=quick).date_paid is None
        False
    """
    chosen = draw(st.sampled_from(InvoiceStatus)) if status is None else status
    currency = draw(st.sampled_from(CURRENCIES))
    items = _lines(draw, currency)
    subtotal = total_of([item.total for item in items], currency)
    tax = _tax_on(draw, subtotal)
    before_credit = subtotal + tax.on(subtotal)
    credit = draw(st.just(money(0, currency)) | _up_to(before_credit))
    total = before_credit - credit
    date_paid, paid = _what_was_paid(draw, chosen, total)
    return Invoice(
        **draw(_invoice_details()),
        status=chosen,
        currency=currency,
        items=items,
        tax=tax,
        credit=credit,
        paid=paid,
        date_paid=date_paid,
    )


def payments(status: PaymentStatus | None = None) -> SearchStrategy[Payment]:
    """Make payments.

    Args:
        status: Where they stand; anywhere by default.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(payments(PaymentStatus.PENDING), lambda payment: True, settings=quick).status.label
        'Pending'
    """
    return _dated(
        Payment,
        id=ids().map(PaymentId),
        invoice_id=ids().map(InvoiceId),
        amount=monies(negative=False),
        paysys=lines(50),
        status=st.sampled_from(PaymentStatus) if status is None else st.just(status),
        transaction_id=optional_lines(),
        reason=optional_lines(),
        version=_VERSIONS,
    )


def subscriptions() -> SearchStrategy[Subscription]:
    """Make subscriptions.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(subscriptions(), lambda started: True, settings=quick).number is None
        True
    """
    return _dated(
        Subscription,
        id=ids().map(SubscriptionId),
        number=optional_lines(50),
        client_id=ids().map(UserId).map(ClientId),
        invoice_id=st.none() | ids().map(InvoiceId),
        status=st.integers(0, 4),
        period=st.none() | billing_periods(),
        processor_id=optional_lines(),
        current_period_end=st.none() | instants(),
        payment_count=st.integers(0, INTEGER),
        version=_VERSIONS,
    )


def coupons() -> SearchStrategy[Coupon]:
    """Make coupons, deleted ones among them.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(coupons(), lambda coupon: True, settings=quick).created_at.tzinfo
        datetime.timezone.utc
    """
    return _dated(
        Coupon,
        id=ids().map(CouponId),
        code=lines(100),
        kind=lines(50),
        description=notes(),
        deleted_at=st.none() | instants(),
    )


def _lines(draw: DrawFn, currency: str) -> tuple[InvoiceItem, ...]:
    most = in_units(largest(currency))
    so_far, items = 0, []
    for item_id in draw(st.lists(ids().map(InvoiceItemId), min_size=1, max_size=3, unique=True)):
        items.append(_line(draw, item_id, currency, -so_far, most - so_far))
        so_far += in_units(items[-1].total)
    return tuple(items)


def _line(draw: DrawFn, item_id: InvoiceItemId, currency: str, least: int, most: int) -> InvoiceItem:
    """Draw a line whose total is between so many units."""
    quantity = draw(QUANTITIES)
    low, high = -(-least // quantity), most // quantity
    amount = draw(st.integers(max(low, -_USUAL), min(high, _USUAL)) | st.integers(low, high))
    discounts = st.just(0) | st.integers(0, max(quantity * amount, 0))
    discount = draw(discounts)
    discount2 = draw(st.none() | st.integers(0, max(quantity * amount, 0) - discount))
    return InvoiceItem(
        **draw(_item_details()),
        id=item_id,
        quantity=quantity,
        amount=of_units(amount, currency),
        discount=of_units(discount, currency),
        discount2=None if discount2 is None else of_units(discount2, currency),
    )


def _tax_on(draw: DrawFn, subtotal: Money) -> Tax:
    room, units = in_units(largest(subtotal.currency) - subtotal), in_units(subtotal)
    highest = _thousandths(MAX_PERCENT)
    if units:
        highest = min(highest, room * 100_000 // units)
    return draw(st.just(NO_TAX) | _taxes(decimals(subtotal.currency), room, highest))


def _taxes(places: int, most: int, thousandths: int) -> SearchStrategy[Tax]:
    types = st.none() | st.integers(0, 10).filter(lambda each: each != PERCENTAGE) | st.just(SMALL_INTEGER)
    amounts = st.integers(0, min(most, _USUAL)) | st.integers(0, most)
    percents = st.integers(0, min(thousandths, 100_000)) | st.integers(0, thousandths)
    fixed = st.builds(Tax, type=types, number=amounts.map(lambda units: Decimal(units).scaleb(-places)))
    per_cent = st.builds(
        Tax, type=st.just(PERCENTAGE), number=percents.map(lambda each: Decimal(each).scaleb(-MAX_DECIMALS))
    )
    return fixed | per_cent


def _thousandths(percent: Decimal) -> int:
    return int(percent.scaleb(MAX_DECIMALS))


def _what_was_paid(draw: DrawFn, status: InvoiceStatus, total: Money) -> tuple[datetime | None, Money]:
    nought = money(0, total.currency)
    if status is InvoiceStatus.PAID or (status is InvoiceStatus.REFUNDED and draw(st.booleans())):
        return draw(instants()), total
    if status is InvoiceStatus.PARTIALLY_PAID:
        return None, draw(_up_to(total))
    return None, draw(st.just(nought) | _up_to(total))  # a part may have been paid before it was cancelled


def _up_to(most: Money) -> SearchStrategy[Money]:
    return st.integers(0, in_units(most)).map(lambda units: of_units(units, most.currency))


def _dated(target: Any, **parts: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.builds(target, **parts, created_at=instants(), updated_at=instants())


# What does not depend on the amounts. Made once: they are asked for again and again.


@cache
def _item_details() -> SearchStrategy[dict[str, Any]]:
    return _dated(
        dict,
        name=lines(),
        description=optional_lines(),
        service_id=st.none() | ids().map(ServiceId),
        order_id=st.none() | ids().map(OrderId),
        options=st.just(EMPTY) | json_objects("options"),
    )


@cache
def _invoice_details() -> SearchStrategy[dict[str, Any]]:
    return _dated(
        dict,
        id=ids().map(InvoiceId),
        number=lines(50),
        number_prefix=optional_lines(20),
        client_id=ids().map(UserId).map(ClientId),
        employee_id=st.none() | ids().map(UserId).map(EmployeeId),
        coupon_id=st.none() | ids().map(CouponId),
        billing_address=st.none() | billing_addresses(),
        date_due=st.none() | instants(),
        reason=optional_lines(),
        note=notes(),
        ip_address=optional_lines(45),
        loc_confirm=st.booleans(),
        recurring=st.none() | billing_periods(),
        paysys=optional_lines(50),
        transaction_id=optional_lines(),
        deleted_at=st.none() | instants(),
        version=_VERSIONS,
    )
