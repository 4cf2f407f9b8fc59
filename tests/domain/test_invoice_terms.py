"""What an invoice says besides its items: a tax that is rounded once, a period, and an address as it was."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service_engine.domain.addresses import Address, PostalAddress
from service_engine.domain.invoice_terms import (
    BILLING_UNITS,
    MAX_PERCENT,
    NO_TAX,
    PERCENTAGE,
    BillingAddress,
    BillingPeriod,
    Tax,
)
from service_engine.domain.money import MAX_AMOUNT, Money, decimals, money
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies


def half_up(exact: Fraction, places: int) -> Fraction:
    """Round half away from zero, with whole numbers only."""
    scaled = abs(exact) * 10**places
    rounded = Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**places)
    return rounded if exact >= 0 else -rounded


def percentages() -> st.SearchStrategy[Tax]:
    """Make taxes in per cent."""
    return strategies.taxes().filter(lambda tax: tax.type == PERCENTAGE)


# ----------------------------------------------------------------------------------------------------------- tax


@given(strategies.monies(), percentages())
def test_a_percentage_is_rounded_once_half_up(subtotal: Money, tax: Tax):
    """From the exact product to the currency's decimals, none, two or three; what is too much is refused as tax."""
    expected = half_up(Fraction(subtotal.amount) * Fraction(tax.number) / 100, decimals(subtotal.currency))
    if abs(expected) > Fraction(MAX_AMOUNT):
        with pytest.raises(RuleViolationError) as refused:
            tax.on(subtotal)
        assert refused.value.field == "tax"
        return
    assert Fraction(tax.on(subtotal).amount) == expected
    assert tax.on(subtotal).currency == subtotal.currency


def test_a_tax_beyond_the_bound_is_refused_as_tax():
    """Twice the largest subtotal fits no column; the subtotal is not to blame, and the largest one itself fits."""
    most = money(MAX_AMOUNT, "USD")
    with pytest.raises(RuleViolationError) as refused:
        Tax(type=2, number=Decimal(200)).on(most)
    assert refused.value.field == "tax"
    assert Tax(type=2, number=Decimal(100)).on(most) == most


@given(strategies.monies(), strategies.taxes())
def test_every_other_tax_is_an_amount(subtotal: Money, tax: Tax):
    """Of the invoice's currency, whatever the subtotal; one with more decimals than that is refused."""
    assume(tax.type != PERCENTAGE)
    if Fraction(tax.number) * 10 ** decimals(subtotal.currency) % 1 != 0:
        with pytest.raises(RuleViolationError) as refused:
            tax.on(subtotal)
        assert refused.value.field == "tax"
        return
    assert Fraction(tax.on(subtotal).amount) == Fraction(tax.number)
    assert tax.on(subtotal).currency == subtotal.currency


@pytest.mark.parametrize(
    ("subtotal", "percent", "expected"),
    [
        ("600.00 USD", "12", "72.00 USD"),
        ("200.00 USD", "10", "20.00 USD"),
        ("0.50 USD", "1", "0.01 USD"),
        ("0.49 USD", "1", "0.00 USD"),
        ("50 JPY", "1", "1 JPY"),
        ("49 JPY", "1", "0 JPY"),
        ("0.050 KWD", "1", "0.001 KWD"),
        ("0.049 KWD", "1", "0.000 KWD"),
        ("100.00 USD", "8.875", "8.88 USD"),
    ],
)
def test_known_percentages(subtotal: str, percent: str, expected: str):
    """The contract's own example, the one that the original got wrong (D33), and the edges of rounding."""
    number, currency = subtotal.split()
    assert str(Tax(type=2, number=Decimal(percent)).on(money(number, currency))) == expected


@pytest.mark.parametrize(
    ("kind", "name", "percent"), [(None, None, 0), (0, None, 0), (1, "Tax", 0), (2, "Tax", 12), (3, "Tax", 0)]
)
def test_name_and_per_cent_follow_the_type(kind: int | None, name: str | None, percent: int):
    """``Tax`` for every type but 0 and none; per cent for 2 only. Contract section 6."""
    tax = Tax(type=kind, number=Decimal(12))
    assert (tax.name, tax.percent, tax.is_percentage) == (name, Decimal(percent), kind == 2)


def test_no_tax():
    """It takes nothing, and is what an invoice has by default."""
    assert Tax() == NO_TAX
    assert str(NO_TAX.on(money(600, "JPY"))) == "0 JPY"
    assert (NO_TAX.type, NO_TAX.number, NO_TAX.name) == (None, Decimal(0), None)


@pytest.mark.parametrize(
    ("kind", "number", "sentence"),
    [
        (None, "-0.001", "The tax must be between 0 and 9999999999.99."),
        (1, "10000000000", "The tax must be between 0 and 9999999999.99."),
        (2, "-1", "The tax must be between 0 and 999.99."),
        (2, "999.991", "The tax must be between 0 and 999.99."),
        (2, "NaN", "The tax must be between 0 and 999.99."),
        (0, "sNaN", "The tax must be between 0 and 9999999999.99."),
        (0, "Infinity", "The tax must be between 0 and 9999999999.99."),
        (2, "-Infinity", "The tax must be between 0 and 999.99."),
        (2, "0.0001", "The tax must have at most 3 decimals."),
        (1, "1e-20", "The tax must have at most 3 decimals."),
    ],
)
def test_a_tax_is_bounded(kind: int | None, number: str, sentence: str):
    """Not negative (D33), finite, in its column, and no finer than a thousandth."""
    with pytest.raises(RuleViolationError) as refused:
        Tax(type=kind, number=Decimal(number))
    assert (refused.value.field, refused.value.message) == ("tax", sentence)


def test_the_bounds_of_a_tax_themselves_fit():
    """The largest amount, the largest percentage, and a thousandth."""
    assert Tax(type=1, number=MAX_AMOUNT).on(money(1, "USD")) == money(MAX_AMOUNT, "USD")
    assert str(Tax(type=2, number=MAX_PERCENT).on(money(100, "USD"))) == "999.99 USD"
    assert str(Tax(number=Decimal("0.001")).on(money(1, "KWD"))) == "0.001 KWD"


@given(strategies.taxes(), st.integers(0, 20))
def test_the_number_is_written_in_thousandths(tax: Tax, noughts: int):
    """However it was written: every store and every answer has the same one, and a negative nought has no sign."""
    longer = Tax(type=tax.type, number=Decimal(f"{tax.number}{'0' * noughts}"))
    assert str(longer.number) == str(tax.number) == str(Tax(type=tax.type, number=tax.number.normalize()).number)
    assert tax.number.as_tuple().exponent == -3
    assert [str(Tax(type=2, number=Decimal(zero)).percent) for zero in ("-0", "0E+5", "-0.00000")] == ["0.000"] * 3


@pytest.mark.parametrize("precision", [1, 28])
def test_the_hosts_decimal_context_does_not_matter_to_a_tax(precision: int):
    """A host that set a low precision, another rounding or every trap gets the same results."""
    traps: list[Any] = [decimal.Inexact, decimal.Rounded, decimal.Subnormal]
    with decimal.localcontext(decimal.Context(prec=precision, rounding=decimal.ROUND_UP, traps=traps)):
        assert str(Tax(type=2, number=Decimal("8.875")).on(money("1234.56", "USD"))) == "109.57 USD"
        assert str(Tax(number=MAX_AMOUNT).on(money(0, "USD"))) == "9999999999.99 USD"


@pytest.mark.parametrize("kind", [-1, 32_768])
def test_the_type_is_a_small_number(kind: int):
    """What the column holds."""
    with pytest.raises(RuleViolationError) as refused:
        Tax(type=kind)
    assert refused.value.field == "type"


@pytest.mark.parametrize("number", [12, 12.0, "12", None], ids=repr)
def test_the_number_of_a_tax_is_exact(number: Any):
    """No float is one (D34); nor is anything else that has no decimals of its own."""
    with pytest.raises(TypeError, match=f"the number of a tax is a Decimal, not a {type(number).__name__}"):
        Tax(number=number)


# ---------------------------------------------------------------------------------------------- period and address


@pytest.mark.parametrize(("length", "unit"), [(1, "D"), (2, "W"), (2_147_483_647, "M")])
def test_a_period(length: int, unit: str):
    """So many days, weeks or months."""
    period = BillingPeriod(length=length, unit=unit)
    assert (period.length, period.unit) == (length, unit)
    assert BILLING_UNITS == ("D", "W", "M")


@pytest.mark.parametrize(
    ("length", "unit", "field"), [(0, "M", "length"), (-1, "D", "length"), (2**31, "W", "length"), (1, "Y", "unit"),
                                  (1, "m", "unit"), (1, "", "unit"), (1, "DW", "unit")]
)  # fmt: skip
def test_a_period_is_bounded(length: int, unit: str, field: str):
    """At least one of the three units (D64); services have years, invoices have not."""
    with pytest.raises(RuleViolationError) as refused:
        BillingPeriod(length=length, unit=unit)
    assert refused.value.field == field


@given(strategies.addresses())
def test_a_bill_takes_the_address_as_it_is(address: Address):
    """Place and names, but no tax numbers; contract section 2.7."""
    taken = BillingAddress.of(address)
    assert taken == BillingAddress(
        place=address.place,
        first_name=address.first_name,
        last_name=address.last_name,
        company_name=address.company_name,
    )
    assert {each.name for each in attrs.fields(BillingAddress)} == {"place", "first_name", "last_name", "company_name"}


def test_nobodys_address():
    """A client without one has no billing address either."""
    assert BillingAddress.of(None) is None


@pytest.mark.parametrize("name", ["first_name", "last_name", "company_name"])
def test_the_texts_of_an_address_are_bounded(name: str):
    """255 characters, however it came about."""
    texts: dict[str, Any] = {name: "x" * 256}
    with pytest.raises(RuleViolationError) as refused:
        BillingAddress(place=PostalAddress(), **texts)
    assert refused.value.field == name
