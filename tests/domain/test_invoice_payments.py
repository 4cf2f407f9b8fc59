"""How an invoice is paid: in part or to the end, by hand or through the gateway, and to the end only once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service_engine.domain.ids import InvoiceItemId, OrderId
from service_engine.domain.invoice_events import InvoicePaid, InvoicePartlyPaid
from service_engine.domain.invoice_payments import MANUAL, STRIPE, pay_in_full, pay_in_part, require_chargeable
from service_engine.domain.invoice_status import PAYABLE, InvoiceStatus
from service_engine.domain.invoices import Invoice
from service_engine.domain.money import money
from service_engine.errors import IllegalMoveError, RuleViolationError, WrongStatusError
from service_engine.testing import strategies
from service_engine.testing.examples import invoice, later, now, website
from service_engine.testing.strategies.values import in_units, of_units

DRAFT, UNPAID, PAID, REFUNDED, CANCELLED, PARTIALLY_PAID = InvoiceStatus
ENDED = sorted(set(InvoiceStatus) - PAYABLE - {PAID})


def evolved(value: Any, **changes: Any) -> Any:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def payable() -> st.SearchStrategy[Invoice]:
    """Make invoices that can be paid."""
    return st.sampled_from(sorted(PAYABLE)).flatmap(lambda status: strategies.invoices(status=status))


def ended(status: InvoiceStatus) -> Invoice:
    """Return an invoice that is refunded or cancelled."""
    return attrs.evolve(invoice, status=status)


@st.composite
def orders_of(draw: st.DrawFn, there: Invoice) -> dict[InvoiceItemId, OrderId]:
    """Make orders for some of the items."""
    chosen = draw(st.lists(st.sampled_from(there.items), unique_by=lambda item: item.id))
    return {item.id: OrderId(draw(strategies.ids())) for item in chosen}


# --------------------------------------------------------------------------------------------------------- in full


@given(payable(), st.data())
def test_paying_in_full(there: Invoice, data: Any):
    """All that was due is paid, at the time of the event (D30); items get their orders, and nothing else changes."""
    at, order_ids = data.draw(strategies.instants()), data.draw(orders_of(there))
    paid = pay_in_full(there, paysys=STRIPE, order_ids=order_ids, transaction_id="txn_1", ip_address="::1", at=at)
    items = tuple(
        evolved(item, order_id=order_ids[item.id], updated_at=at) if item.id in order_ids else item
        for item in there.items
    )
    assert paid.state == evolved(
        there,
        status=PAID,
        items=items,
        paid=there.total,
        date_paid=at,
        paysys="Stripe",
        transaction_id="txn_1",
        ip_address="::1",
        updated_at=at,
    )
    assert paid.state.due == money(0, there.currency)
    assert paid.state.total == there.total
    assert paid.events == (InvoicePaid(invoice_id=there.id, amount=there.due, at=at),)


@given(payable())
def test_paying_by_hand(there: Invoice):
    """The transaction of an earlier part stays, and the address that is known (D29: never a proxy's)."""
    paid = pay_in_full(there, paysys=MANUAL, order_ids={}, at=later).state
    assert (paid.paysys, paid.transaction_id, paid.ip_address) == ("Manual", there.transaction_id, there.ip_address)
    assert paid.items == there.items


@given(payable(), st.data())
def test_paying_twice_is_paying_once(there: Invoice, data: Any):
    """The second payment changes nothing, whatever it says: no second orders, no second date (D23)."""
    once = pay_in_full(there, paysys=MANUAL, order_ids=data.draw(orders_of(there)), at=later).state
    again = pay_in_full(
        once, paysys=STRIPE, order_ids=data.draw(orders_of(there)), at=now, transaction_id="txn_2", ip_address="::2"
    )
    assert (again.events, again.state is once) == ((), True)


@given(strategies.invoices(status=PAID))
def test_a_paid_invoice_stays_as_it_is(there: Invoice):
    """However it came to be paid."""
    assert pay_in_full(there, paysys=MANUAL, order_ids={}, at=later).state is there


def test_orders_of_other_items_are_not_this_invoices():
    """An id that names none of its items is not looked at."""
    foreign = {InvoiceItemId(UUID(int=99)): website.id}
    assert pay_in_full(invoice, paysys=MANUAL, order_ids=foreign, at=later).state.items == invoice.items


@pytest.mark.parametrize(
    ("status", "in_full", "in_part"),
    [
        (REFUNDED, "Cannot mark Refunded invoice as paid.", "Cannot pay a part of Refunded invoice."),
        (CANCELLED, "Cannot mark Cancelled invoice as paid.", "Cannot pay a part of Cancelled invoice."),
    ],
)
def test_what_is_over_cannot_be_paid(status: InvoiceStatus, in_full: str, in_part: str):
    """The contract's sentence, or one that says what was asked, and no field to blame (D29)."""
    ways: list[tuple[Callable[[Invoice], object], str]] = [
        (lambda it: pay_in_full(it, paysys=MANUAL, order_ids={}, at=later), in_full),
        (lambda it: pay_in_part(it, money(1, "USD"), at=later), in_part),
    ]
    for pay, sentence in ways:
        with pytest.raises(WrongStatusError) as refused:
            pay(ended(status))
        assert str(refused.value) == sentence
        assert (refused.value.kind, refused.value.key) == ("invoice", invoice.id)
    assert status in ENDED


def test_what_is_paid_takes_no_parts():
    """Nothing of it is due."""
    paid = pay_in_full(invoice, paysys=MANUAL, order_ids={}, at=now).state
    with pytest.raises(WrongStatusError, match=r"^Cannot pay a part of Paid invoice\.$"):
        pay_in_part(paid, money(1, "USD"), at=later)


# --------------------------------------------------------------------------------------------------------- in part


@given(payable(), st.data())
def test_paying_in_part(there: Invoice, data: Any):
    """The part is paid, the rest is due, and nothing else changes; no orders yet."""
    due = in_units(there.due)
    assume(due > 1)
    units = data.draw(st.integers(1, due - 1))
    part = of_units(units, there.currency)
    at = data.draw(strategies.instants())
    paid = pay_in_part(there, part, at=at)
    assert paid.state == evolved(there, status=PARTIALLY_PAID, paid=there.paid + part, updated_at=at)
    assert in_units(paid.state.due) == due - units
    assert paid.events == (InvoicePartlyPaid(invoice_id=there.id, amount=part, at=at),)


def test_where_a_part_came_from():
    """It is noted; what a later payment does not say takes nothing of it away, what it says replaces it."""
    first = pay_in_part(
        invoice, money(1, "USD"), paysys=STRIPE, transaction_id="txn_1", ip_address="192.0.2.1", at=later
    ).state
    assert (first.paysys, first.transaction_id, first.ip_address) == ("Stripe", "txn_1", "192.0.2.1")
    second = pay_in_part(first, money(1, "USD"), at=later).state
    assert (second.paysys, second.transaction_id, second.ip_address) == ("Stripe", "txn_1", "192.0.2.1")
    by_hand = pay_in_full(second, paysys=MANUAL, order_ids={}, at=later).state
    assert (by_hand.paysys, by_hand.transaction_id, by_hand.ip_address) == ("Manual", "txn_1", "192.0.2.1")
    third = pay_in_part(
        second, money(1, "USD"), paysys=MANUAL, transaction_id="txn_2", ip_address="::1", at=later
    ).state
    assert (third.paysys, third.transaction_id, third.ip_address) == ("Manual", "txn_2", "::1")


def test_no_part_of_nothing():
    """Where nothing is due there are no bounds to name: the refusal says what to do instead."""
    free = attrs.evolve(invoice, credit=invoice.total)
    for amount in ("0", "1"):
        with pytest.raises(RuleViolationError) as refused:
            pay_in_part(free, money(amount, "USD"), at=later)
        assert (refused.value.field, refused.value.message) == ("amount", "Nothing is due: mark the invoice as paid.")


@pytest.mark.parametrize("amount", ["-0.01", "0", "960", "960.01"])
def test_a_part_is_more_than_nothing_and_less_than_all(amount: str):
    """All of it is paid in full, which makes the orders; the refusal says how much it may be."""
    with pytest.raises(RuleViolationError) as refused:
        pay_in_part(invoice, money(amount, "USD"), at=later)
    assert refused.value.field == "amount"
    assert refused.value.message == "The amount must be more than 0 and less than 960.00."


def test_the_smallest_and_the_largest_part():
    """One cent, and all but one cent; after the first, only the rest counts."""
    cent, most = money("0.01", "USD"), money("959.99", "USD")
    assert pay_in_part(invoice, most, at=later).state.due == cent
    with pytest.raises(RuleViolationError, match=r"less than 959\.99\."):
        pay_in_part(pay_in_part(invoice, cent, at=later).state, most, at=later)


def test_a_part_is_in_the_invoices_currency():
    """Euros do not pay dollars: wrong use."""
    with pytest.raises(ValueError, match="are in different currencies"):
        pay_in_part(invoice, money(1, "EUR"), at=later)


@given(payable(), st.lists(st.integers(1, 99), max_size=5), st.data())
def test_parts_and_the_rest_are_the_whole(there: Invoice, shares: list[int], data: Any):
    """Paid in parts and then in full, an invoice is what it is when paid at once; only the history differs."""
    order_ids = data.draw(orders_of(there))
    at_once = pay_in_full(there, paysys=MANUAL, order_ids=order_ids, at=later).state
    partly, taken = there, 0
    for share in shares:
        units = in_units(partly.due) * share // 100
        if not 0 < units < in_units(partly.due):
            continue
        part = of_units(units, there.currency)
        step = pay_in_part(partly, part, at=now)
        assert step.events == (InvoicePartlyPaid(invoice_id=there.id, amount=part, at=now),)
        partly, taken = step.state, taken + units
    rest = pay_in_full(partly, paysys=MANUAL, order_ids=order_ids, at=later)
    assert rest.state == at_once
    left = of_units(in_units(there.due) - taken, there.currency)
    assert rest.events == (InvoicePaid(invoice_id=there.id, amount=left, at=later),)


@given(payable())
def test_each_payment_ends_where_it_says(there: Invoice):
    """In full at Paid from any of the three, in part at Partially Paid."""
    assert pay_in_full(there, paysys=MANUAL, order_ids={}, at=later).state.status is PAID
    if in_units(there.due) > 1:
        assert pay_in_part(there, of_units(1, there.currency), at=later).state.status is PARTIALLY_PAID


# -------------------------------------------------------------------------------------------------------- charging


@pytest.mark.parametrize("status", sorted(PAYABLE))
def test_what_can_be_charged(status: InvoiceStatus):
    """Drafts, unpaid and partly paid ones; nothing is said."""
    require_chargeable(evolved(invoice, status=status))


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (PAID, "Invoice is already paid."),
        (REFUNDED, "Cannot charge Refunded invoice."),
        (CANCELLED, "Cannot charge Cancelled invoice."),
    ],
)
def test_what_cannot_be_charged(status: InvoiceStatus, sentence: str):
    """The contract's sentences, on ``payment_method_id`` (D29: the original took the money)."""
    there = ended(status) if status is not PAID else pay_in_full(invoice, paysys=MANUAL, order_ids={}, at=now).state
    with pytest.raises(IllegalMoveError) as refused:
        require_chargeable(there)
    assert (refused.value.field, refused.value.message) == ("payment_method_id", sentence)


def test_how_it_was_paid():
    """The contract's words."""
    assert (MANUAL, STRIPE) == ("Manual", "Stripe")
