"""Invoices: issued under a number, with exact totals, never below nought, never impossible."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.invoicing import (
    CANCELLED,
    DRAFT,
    ID,
    MONTHLY,
    PAID,
    PARTIALLY_PAID,
    REFUNDED,
    UNPAID,
    evolved,
    expected_totals,
    line,
)

from service_engine.domain.change import Change
from service_engine.domain.invoice_status import InvoiceStatus
from service_engine.domain.invoice_terms import NO_TAX, BillingAddress, Tax
from service_engine.domain.invoices import (
    NUMBER_PREFIX,
    PAYMENT_TERM,
    Invoice,
    InvoiceIssued,
    invoice_number,
    issue_invoice,
)
from service_engine.domain.money import MAX_AMOUNT, money
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import coupon, invoice, jane, john, now

ARGUMENTS: dict[str, Any] = {
    "number": "INV-00007",
    "client_id": john.id,
    "items": invoice.items,
    "currency": "USD",
}


def issue(**changes: Any) -> Change[Invoice]:
    """Issue an invoice that differs in the given arguments."""
    return issue_invoice(ID, **(ARGUMENTS | changes), at=now)


# --------------------------------------------------------------------------------------------------------- issuing


def test_issuing_with_the_least():
    """Unpaid, due in 14 days, nothing taken off, nothing paid, and one event."""
    issued = issue()
    nought = money(0, "USD")
    assert issued.state == Invoice(
        id=ID,
        number="INV-00007",
        client_id=john.id,
        status=UNPAID,
        currency="USD",
        items=invoice.items,
        tax=NO_TAX,
        credit=nought,
        paid=nought,
        date_due=now + timedelta(days=14),
        created_at=now,
        updated_at=now,
    )
    state = issued.state
    assert (state.number_prefix, state.loc_confirm, state.version, state.due) == ("INV-", False, 1, state.total)
    nothing = ("employee_id", "coupon_id", "billing_address", "date_paid", "reason", "note", "ip_address", "recurring")
    assert [getattr(state, name) for name in (*nothing, "paysys", "transaction_id", "deleted_at")] == [None] * 11
    assert issued.events == (InvoiceIssued(invoice_id=ID, number="INV-00007", at=now),)


def test_issuing_with_everything():
    """Each argument ends up where it belongs."""
    address = BillingAddress.of(john.address)
    state = issue(
        items=[line(600)],
        billing_address=address,
        status=DRAFT,
        tax=Tax(type=2, number=Decimal(12)),
        credit=money(100, "USD"),
        recurring=MONTHLY,
        coupon_id=coupon.id,
        employee_id=jane.id,
        note=" Thanks ",
    ).state
    assert (state.status, state.billing_address, state.recurring, state.note) == (DRAFT, address, MONTHLY, "Thanks")
    assert (state.coupon_id, state.employee_id, state.items) == (coupon.id, jane.id, (line(600),))
    amounts = (state.subtotal, state.tax_amount, state.credit, state.total, state.due)
    assert [str(each) for each in amounts] == ["600.00 USD", "72.00 USD", "100.00 USD", "572.00 USD", "572.00 USD"]


@pytest.mark.parametrize("status", InvoiceStatus)
def test_only_drafts_and_unpaid_invoices_are_issued(status: InvoiceStatus):
    """A new invoice is not Paid without a payment (D30), nor anything else that has a history."""
    if status in {DRAFT, UNPAID}:
        assert issue(status=status).state.status is status
        return
    with pytest.raises(RuleViolationError) as refused:
        issue(status=status)
    assert (refused.value.field, refused.value.message) == ("status", "The selected status is invalid.")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "x" * 51}, "number"),
        ({"note": "x" * 65_536}, "note"),
        ({"currency": "usd"}, "currency"),
        ({"items": ()}, "items"),
        ({"items": [line(number=number) for number in range(201)]}, "items"),
        ({"items": [line(-1)]}, "items"),
        ({"items": [line(MAX_AMOUNT, 1), line(Decimal("0.01"), 2)]}, "items"),
        ({"items": [line(MAX_AMOUNT)], "tax": Tax(number=Decimal("0.01"))}, "items"),
        ({"items": [line(MAX_AMOUNT)], "tax": Tax(type=2, number=Decimal(200))}, "tax"),
        ({"tax": Tax(number=Decimal("0.001"))}, "tax"),
        ({"credit": money(-1, "USD")}, "credit"),
        ({"credit": money("960.01", "USD")}, "items"),
    ],
    ids=[
        "no number", "long number", "long note", "small letters", "no items", "many items", "debt", "large subtotal",
        "large total", "large tax", "fine tax", "negative credit", "large credit",
    ],
)  # fmt: skip
def test_issuing_refuses_what_is_out_of_bounds(changes: dict[str, Any], field: str):
    """Each argument has its bound, and the refusal names it (D33, D64)."""
    with pytest.raises(RuleViolationError) as refused:
        issue(**changes)
    assert refused.value.field == field


def test_a_total_is_never_negative():
    """Nought is the least; one cent below is refused with a sentence about the total (D33)."""
    assert str(issue(credit=money(960, "USD")).state.total) == "0.00 USD"
    assert str(issue(items=[line(5, 1), line(-5, 2)]).state.total) == "0.00 USD"
    with pytest.raises(RuleViolationError, match=r"items: The total of the invoice must not be negative\."):
        issue(items=[line(5, 1), line(Decimal("-5.01"), 2)])


def test_a_deduction_may_come_first():
    """Only the whole has to be in bounds, in any order."""
    assert str(issue(items=[line(-5, 1), line(8, 2)]).state.total) == "3.00 USD"


@pytest.mark.parametrize("changes", [{"credit": money(1, "EUR")}, {"items": [line(currency="EUR")]}], ids=str)
def test_an_invoice_has_one_currency(changes: dict[str, Any]):
    """Another one is wrong use."""
    with pytest.raises(ValueError, match="are in different currencies"):
        issue(**changes)


def test_what_was_paid_is_in_the_invoices_currency_and_no_debt():
    """By hand, it could be otherwise."""
    with pytest.raises(ValueError, match="the paid is in EUR, the invoice in USD"):
        evolved(invoice, paid=money(0, "EUR"))
    with pytest.raises(RuleViolationError) as refused:
        evolved(invoice, paid=money(-1, "USD"))
    assert (refused.value.field, refused.value.message) == ("paid", "The paid must not be negative.")


def test_a_line_has_an_id_of_its_own():
    """Two with one id are wrong use."""
    with pytest.raises(ValueError, match="items must not have an id twice"):
        issue(items=[line(), line()])


@given(st.integers(1, 10**9))
def test_numbers_are_the_contracts(sequence: int):
    """INV- and at least five digits; beyond them they grow, so no two are alike."""
    number = invoice_number(sequence)
    assert number.startswith(NUMBER_PREFIX)
    assert len(number) == max(9, 4 + len(str(sequence)))
    assert int(number.removeprefix("INV-")) == sequence


def test_known_numbers():
    """The contract's first one, and the ends of five digits. An invoice is due 14 days after it was issued."""
    assert [invoice_number(each) for each in (1, 99_999, 100_000)] == ["INV-00001", "INV-99999", "INV-100000"]
    assert timedelta(days=14) == PAYMENT_TERM


# --------------------------------------------------------------------------------------------------------- totals


@given(strategies.invoices())
def test_the_totals_are_exact(there: Invoice):
    """Subtotal, tax rounded once, and total, as fractions compute them, for every currency (D5, D33, D34)."""
    subtotal, tax, total = expected_totals(there)
    assert [Fraction(each.amount) for each in (there.subtotal, there.tax_amount, there.total)] == [subtotal, tax, total]
    assert total >= 0


@given(strategies.invoices(), st.randoms())
def test_the_order_of_the_items_does_not_matter(there: Invoice, random: Any):
    """The same lines in another order cost the same."""
    shuffled = evolved(there, items=tuple(random.sample(there.items, len(there.items))))
    assert (shuffled.subtotal, shuffled.tax_amount, shuffled.total) == (there.subtotal, there.tax_amount, there.total)


@pytest.mark.parametrize(
    ("currency", "amounts", "percent", "credit", "expected"),
    [
        ("USD", ["0.10"] * 3, "10", "0", "0.33 USD"),
        ("USD", ["0.05"] * 10, "1", "0", "0.51 USD"),
        ("JPY", ["49", "1"], "1", "0", "51 JPY"),
        ("JPY", ["49"], "1", "49", "0 JPY"),
        ("KWD", ["0.025", "0.025"], "1", "0.001", "0.050 KWD"),
        ("USD", ["100", "-40"], "12", "7.20", "60.00 USD"),
    ],
)
def test_known_totals(currency: str, amounts: list[str], percent: str, credit: str, expected: str):
    """The tax is taken of the sum and rounded once, not line by line."""
    items = [line(Decimal(amount), number, currency) for number, amount in enumerate(amounts)]
    tax = Tax(type=2, number=Decimal(percent))
    assert str(issue(items=items, currency=currency, tax=tax, credit=money(credit, currency)).state.total) == expected


# ------------------------------------------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"status": PAID, "paid": invoice.total}, "an invoice that is Paid must have a date_paid"),
        ({"status": PAID, "date_paid": now}, "paid to the end cannot have paid=0.00 USD of 960.00 USD"),
        ({"status": REFUNDED, "date_paid": now}, "paid to the end cannot have paid=0.00 USD of 960.00 USD"),
        ({"date_paid": now}, "an invoice that is Unpaid cannot have date_paid="),
        ({"status": DRAFT, "date_paid": now}, "an invoice that is Draft cannot have date_paid="),
        ({"status": CANCELLED, "date_paid": now}, "an invoice that is Cancelled cannot have date_paid="),
        ({"status": PARTIALLY_PAID, "date_paid": now}, "an invoice that is Partially Paid cannot have date_paid="),
    ],
    ids=range(7),
)
def test_an_impossible_invoice_cannot_be_built(changes: dict[str, Any], sentence: str):
    """Paid without a date or without the money is wrong use (D30), and so is a date without Paid."""
    with pytest.raises(ValueError, match=sentence):
        evolved(invoice, **changes)


def test_a_bare_number_is_no_status():
    """It would have no label."""
    with pytest.raises(TypeError, match="status must be of InvoiceStatus, not 1"):
        evolved(invoice, status=1)


def test_nothing_is_paid_twice():
    """More than the total cannot have been paid."""
    assert evolved(invoice, paid=invoice.total).due == money(0, "USD")
    with pytest.raises(RuleViolationError, match="must not be less than what has been paid"):
        evolved(invoice, paid=invoice.total + money("0.01", "USD"))
