"""Arithmetic with money: exact, bounded, within one currency, rounded once and only by per cent."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service_engine.domain.money import MAX_AMOUNT, Money, decimals, money, total_of
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies

CURRENCIES = ("USD", "JPY", "KWD")
LIMIT = Fraction(MAX_AMOUNT)
RATES = st.decimals(-1000, 1000, places=4) | st.decimals(allow_nan=False, allow_infinity=False, places=70).filter(
    lambda rate: abs(rate) <= MAX_AMOUNT
)


def several(*, least: int = 2, most: int = 2) -> st.SearchStrategy[list[Money]]:
    """Make amounts in one currency with no, two or three decimals."""

    def of(currency: str) -> st.SearchStrategy[list[Money]]:
        return st.lists(
            strategies.monies().filter(lambda each: each.currency == currency), min_size=least, max_size=most
        )

    return st.sampled_from(CURRENCIES).flatmap(of)


def half_up(exact: Fraction, places: int) -> Fraction:
    """Round half away from zero, with whole numbers only."""
    scaled = abs(exact) * 10**places
    rounded = Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**places)
    return rounded if exact >= 0 else -rounded


def check(expected: Fraction, currency: str, compute: Any) -> None:
    """Check that what is computed is the expected amount, or refused if that is out of bounds."""
    if abs(expected) > LIMIT:
        with pytest.raises(RuleViolationError, match=r"The amount must be between -9999999999\.99 and"):
            compute()
        return
    result = compute()
    assert Fraction(result.amount) == expected
    assert result.currency == currency
    assert result == money(str(result.amount), currency)  # in its normal form, no negative zero


# --------------------------------------------------------------------------------------------------- sum and product


@given(several())
def test_a_sum_is_exact_or_refused(amounts: list[Money]):
    """To the last digit, in the same currency."""
    left, right = amounts
    check(Fraction(left.amount) + Fraction(right.amount), left.currency, lambda: left + right)


@given(several())
def test_a_difference_is_exact_or_refused(amounts: list[Money]):
    """To the last digit, in the same currency."""
    left, right = amounts
    check(Fraction(left.amount) - Fraction(right.amount), left.currency, lambda: left - right)


@given(strategies.monies(), st.integers(-1000, 1000) | st.integers())
def test_a_product_is_exact_or_refused(amount: Money, quantity: int):
    """However large the factor is."""
    check(Fraction(amount.amount) * quantity, amount.currency, lambda: amount * quantity)


@given(several())
def test_the_laws_of_sums(amounts: list[Money]):
    """The order does not matter, and what was added can be taken away again."""
    left, right = amounts
    assume(abs(left.amount + right.amount) <= MAX_AMOUNT)
    assert left + right == right + left
    assert left + right - right == left


@given(strategies.monies(), st.integers(1, 6))
def test_a_product_is_a_repeated_sum(amount: Money, quantity: int):
    """Three times something is it, and it, and it again."""
    assume(abs(amount.amount * quantity) <= MAX_AMOUNT)
    assert amount * quantity == total_of([amount] * quantity, amount.currency)


@given(strategies.monies())
def test_nought(amount: Money):
    """Nought changes nothing, and is what is left of an amount that is taken from itself, without a sign."""
    nought = money(0, amount.currency)
    assert amount + nought == amount == amount - nought == amount * 1
    for gone in (amount - amount, amount * 0, nought * -1, amount.percent(Decimal(0)), amount.percent(Decimal("-0"))):
        assert str(gone) == str(nought)


def test_one_cent_beyond_the_bound():
    """The largest amount is the end, on both sides and for each operation."""
    most, cent = money(MAX_AMOUNT, "USD"), money("0.01", "USD")
    assert most - cent + cent == most
    for beyond in (lambda: most + cent, lambda: most * -1 - cent, lambda: most * 2, lambda: most.percent(Decimal(101))):
        with pytest.raises(RuleViolationError) as refused:
            beyond()
        assert refused.value.field == "amount"


# -------------------------------------------------------------------------------------------------------- wrong use


@pytest.mark.parametrize(
    "operation",
    [lambda one, two: one + two, lambda one, two: one - two, lambda one, two: total_of([one, two], "USD")],
    ids=["sum", "difference", "total"],
)
def test_currencies_never_mix(operation: Any):
    """Dollars and euros are not added up, whatever their amounts; that is wrong use."""
    with pytest.raises(ValueError, match=r"0\.00 EUR are in different currencies"):
        operation(money(0, "USD"), money(0, "EUR"))


@pytest.mark.parametrize("other", [1, Decimal(1), "1.00", None], ids=repr)
def test_money_is_added_to_money_only(other: Any):
    """A bare number has no currency."""
    for wrong in (lambda: money(1, "USD") + other, lambda: money(1, "USD") - other, lambda: total_of([other], "USD")):
        with pytest.raises(TypeError, match=f"to money only, not to a {type(other).__name__}"):
            wrong()


@pytest.mark.parametrize("factor", [1.0, True, Decimal(2), "2", None], ids=repr)
def test_money_is_multiplied_by_whole_numbers_only(factor: Any):
    """Anything else would have to be rounded, or is no number."""
    with pytest.raises(TypeError, match=f"by a whole number, not by a {type(factor).__name__}"):
        money(1, "USD") * factor


# ------------------------------------------------------------------------------------------------------------ total


@given(several(least=0, most=5), st.randoms())
def test_a_total_is_exact_in_any_order(amounts: list[Money], random: Any):
    """Also where a part of it is out of bounds and the whole is not."""
    currency = amounts[0].currency if amounts else "USD"
    expected = sum((Fraction(each.amount) for each in amounts), Fraction(0))
    random.shuffle(amounts)
    check(expected, currency, lambda: total_of(amounts, currency))


def test_the_total_of_nothing():
    """Nought in the currency that was asked for, in its normal form."""
    assert [str(total_of([], currency)) for currency in ("usd ", "JPY", "KWD")] == ["0.00 USD", "0 JPY", "0.000 KWD"]


def test_a_total_may_pass_the_bound_on_its_way():
    """Only the result counts: an invoice's discount may come after its largest item."""
    most = money(MAX_AMOUNT, "USD")
    assert total_of([most, most, most * -1], "USD") == most
    with pytest.raises(RuleViolationError, match="between"):
        total_of([most, money("0.01", "USD")], "USD")


def test_a_total_blames_the_field_it_is_told():
    """An invoice's items, for example; the amounts themselves are in bounds. Without one it is the amount."""
    most, cent = money(MAX_AMOUNT, "USD"), money("0.01", "USD")
    for named, field in ((total_of, "amount"), (partial(total_of, field="items"), "items")):
        with pytest.raises(RuleViolationError) as refused:
            named([most, cent], "USD")
        assert refused.value.field == field
        assert refused.value.message == f"The {field} must be between -{MAX_AMOUNT} and {MAX_AMOUNT}."


@given(several(least=1, most=4), st.integers(0, 20_000).map(lambda units: Decimal(units).scaleb(-2)))
def test_a_tax_on_the_whole_is_not_the_sum_of_the_taxes(amounts: list[Money], rate: Decimal):
    """Rounded once it is off by at most half a unit; rounded line by line by as many halves as there are lines."""
    currency = amounts[0].currency
    small = [money(int(each.amount) % 1000, currency) for each in amounts]
    exact = sum((Fraction(each.amount) for each in small), Fraction(0)) * Fraction(rate) / 100
    half = Fraction(1, 2 * 10 ** decimals(currency))
    assert abs(Fraction(total_of(small, currency).percent(rate).amount) - exact) <= half
    by_line = sum((Fraction(each.percent(rate).amount) for each in small), Fraction(0))
    assert abs(by_line - exact) <= half * len(small)


# --------------------------------------------------------------------------------------------------------- per cent


@given(strategies.monies(), RATES)
def test_per_cent_rounds_half_up_once(amount: Money, rate: Decimal):
    """Half away from zero, from the exact product, to the currency's decimals."""
    exact = Fraction(amount.amount) * Fraction(rate) / 100
    check(half_up(exact, decimals(amount.currency)), amount.currency, lambda: amount.percent(rate))


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [
        ("600.00 USD", "12", "72.00 USD"),
        ("0.50 USD", "1", "0.01 USD"),
        ("-0.50 USD", "1", "-0.01 USD"),
        ("0.49 USD", "1", "0.00 USD"),
        ("-0.49 USD", "1", "0.00 USD"),
        ("100.00 USD", "8.875", "8.88 USD"),
        ("50 JPY", "1", "1 JPY"),
        ("49 JPY", "1", "0 JPY"),
        ("0.050 KWD", "1", "0.001 KWD"),
        ("1000000000.00 USD", "999.9999999994", "9999999999.99 USD"),
    ],
)
def test_known_percentages(amount: str, rate: str, expected: str):
    """The contract's own example, and the edges of rounding with two, no and three decimals."""
    number, currency = amount.split()
    assert str(money(number, currency).percent(Decimal(rate))) == expected


def test_a_long_rate_is_not_rounded_on_the_way():
    """0.00499…9 is less than half a cent, though any 64 digits of it would be rounded to half a cent."""
    assert str(money(1, "USD").percent(Decimal("0.4" + "9" * 80))) == "0.00 USD"
    assert str(money(1, "USD").percent(Decimal("0.5" + "0" * 80 + "1"))) == "0.01 USD"


@pytest.mark.parametrize("rate", ["NaN", "sNaN", "Infinity", "-Infinity", "1e11", "-1e11", "1e999999"])
def test_a_rate_is_finite_and_bounded(rate: str):
    """The refusal names the rate, not the amount."""
    with pytest.raises(RuleViolationError) as refused:
        money(0, "USD").percent(Decimal(rate))
    assert (refused.value.field, refused.value.message) == ("rate", "The rate is out of bounds.")


@pytest.mark.parametrize("precision", [1, 28])
def test_the_hosts_decimal_context_does_not_matter(precision: int):
    """A host that set a low precision, another rounding or every trap gets the same results."""
    traps: list[Any] = [decimal.Inexact, decimal.Rounded, decimal.Subnormal]
    with decimal.localcontext(decimal.Context(prec=precision, rounding=decimal.ROUND_UP, traps=traps)):
        most, cent = money("9999999999.98", "USD"), money("0.01", "USD")
        assert str(most + cent) == "9999999999.99 USD"
        assert str(most - cent) == "9999999999.97 USD"
        assert str(money("1111.11", "USD") * 3) == "3333.33 USD"
        assert str(money("1234.56", "USD").percent(Decimal("8.875"))) == "109.57 USD"
        assert str(total_of([most, cent], "USD")) == "9999999999.99 USD"
