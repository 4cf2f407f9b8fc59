"""Money: exact, bounded, one currency; never a float."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.money import MAX_AMOUNT, Money, decimals, exact, money
from service_engine.errors import RuleViolationError

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD"])
THOUSANDTHS = st.integers(-9_999_999_999_990, 9_999_999_999_990)


@pytest.mark.parametrize(
    ("places", "codes"),
    [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (2, "USD EUR GBP CHF XXX"),
    ],
)
def test_the_decimals_of_currencies(places: int, codes: str):
    """ISO 4217: none for the yen and its like, three for the dinars, two for all others."""
    assert {decimals(code) for code in codes.split()} == {places}


@given(THOUSANDTHS, CURRENCIES)
def test_money_is_exact_or_refused(thousandths: int, currency: str):
    """An amount that fits the currency is kept to the last digit and written with its decimals; none is rounded."""
    amount = Decimal(thousandths).scaleb(-3)
    step = 10 ** (3 - decimals(currency))
    if thousandths % step:
        with pytest.raises(RuleViolationError, match=f"must have at most {decimals(currency)} decimals"):
            money(amount, currency)
    else:
        value = money(amount, currency)
        assert value.amount == amount
        assert value.amount.as_tuple().exponent == -decimals(currency)
        assert value == money(str(amount), currency) == Money(currency, value.amount)


@given(st.integers(-9_999_999_999, 9_999_999_999), CURRENCIES)
def test_whole_units_are_always_money(units: int, currency: str):
    """An int and its text mean the same."""
    assert money(units, currency) == money(str(units), currency)
    assert money(units, currency).amount == units


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("1500", "USD", "1500.00 USD"), ("0.1", "EUR", "0.10 EUR"), ("7", "JPY", "7 JPY"), ("1.2", "KWD", "1.200 KWD")],
)
def test_how_money_is_printed(amount: str, currency: str, text: str):
    """Amount with the currency's decimals, then the code."""
    assert str(money(amount, currency)) == text


@pytest.mark.parametrize("value", ["1e2", "1E+2", " 100 ", "+100", "100.000000", "1_00"])
def test_all_ways_to_write_a_number_are_one_amount(value: str):
    """Exponents and zeros at the end do not make another amount."""
    assert money(value, "USD") == money(100, "USD")


@pytest.mark.parametrize("amount", [Decimal("-0"), Decimal("-0.00"), "-0.0", "0E-30"])
def test_there_is_one_zero(amount: Decimal | str):
    """A negative zero becomes plain zero, so that equal money prints alike."""
    assert str(money(amount, "USD").amount) == "0.00"


@given(st.floats())
def test_a_float_is_never_money(amount: float):
    """Not even a whole one."""
    with pytest.raises(TypeError, match="never a float"):
        money(amount, "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", [True, None, b"1", [1]], ids=repr)
def test_other_things_are_never_money(amount: Any):
    """A bool is an int for Python, not for us."""
    with pytest.raises(TypeError, match=f"never a {type(amount).__name__}"):
        money(amount, "USD")


@pytest.mark.parametrize("amount", ["", "abc", "1,5", "0x10", "1.2.3", "\x00", "\u0661x"])
def test_text_that_is_no_number_is_refused(amount: str):
    """A RuleViolationError on amount, without a chain of decimal's own."""
    with pytest.raises(RuleViolationError) as refused:
        money(amount, "USD")
    assert (refused.value.field, refused.value.message) == ("amount", "The amount must be a number.")
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "-NaN", "Infinity", "-Infinity"])
def test_amounts_are_finite(amount: str):
    """Decimal's own NaN and infinities are refused in every form."""
    for wrong in (amount, Decimal(amount)):
        with pytest.raises(RuleViolationError) as refused:
            money(wrong, "USD")
        assert (refused.value.field, refused.value.message) == ("amount", "The amount must be a finite number.")


def test_the_bound_is_the_columns():
    """numeric(12,2): 9999999999.99 on both sides, and not one cent more, whatever the currency."""
    assert Decimal("9999999999.99") == MAX_AMOUNT
    for sign in (1, -1):
        assert money(sign * MAX_AMOUNT, "USD").amount == sign * MAX_AMOUNT
        for beyond in (Decimal("10000000000.00"), Decimal("1e30"), Decimal("1e999999")):
            with pytest.raises(RuleViolationError) as refused:
                money(sign * beyond, "USD")
            assert refused.value.message == "The amount must be between -9999999999.99 and 9999999999.99."
    with pytest.raises(RuleViolationError, match="must be between"):
        money("9999999999.991", "KWD")
    assert money("9999999999.990", "KWD").amount == MAX_AMOUNT


@given(st.decimals(allow_nan=True, allow_infinity=True) | st.text(max_size=10) | st.integers(), st.text(max_size=4))
def test_any_input_is_money_or_a_refusal(amount: Decimal | str | int, currency: str):
    """No input gets decimal's or the interpreter's own errors out."""
    try:
        value = money(amount, currency)
    except RuleViolationError:
        return
    assert value.amount == Decimal(amount)
    assert value.currency == currency.strip().upper()


@pytest.mark.parametrize("currency", ["", "US", "USDX", "U1D", "U D", "usd ", "ÄÖÜ", "USD\n"])
def test_a_currency_is_three_capital_letters(currency: str):
    """A value takes the normal form only."""
    with pytest.raises(RuleViolationError) as refused:
        Money(currency, Decimal("1.00"))
    assert (refused.value.field, refused.value.message) == (
        "currency",
        "The currency must be three capital letters (ISO 4217).",
    )


def test_case_and_blanks_of_a_currency_do_not_matter_on_the_way_in():
    """money() normalises; the value itself does not."""
    assert money(1, " usd\n") == Money("USD", Decimal("1.00"))


@pytest.mark.parametrize("amount", ["1", "1.0", "1.000", "-0.00", "1E+2"])
def test_a_value_is_written_with_its_currencys_decimals(amount: str):
    """Two equal amounts of money never print differently: other spellings are wrong use of the class."""
    with pytest.raises(ValueError, match="is not written with the decimals of USD; make it with money"):
        Money("USD", Decimal(amount))


@pytest.mark.parametrize("amount", [1, 1.5, "1.00", None], ids=repr)
def test_a_value_takes_a_decimal_only(amount: Any):
    """The class does not convert; it says who does."""
    with pytest.raises(TypeError, match=r"is a Decimal, not a .*; make it with money"):
        Money("USD", amount)


@given(THOUSANDTHS, st.integers(0, 3))
def test_exact_never_rounds(thousandths: int, places: int):
    """The same amount with so many decimals, or a refusal on the field that was named."""
    amount = Decimal(thousandths).scaleb(-3)
    if thousandths % 10 ** (3 - places):
        with pytest.raises(RuleViolationError) as refused:
            exact(amount, places=places, field="price")
        assert refused.value.field == "price"
        assert refused.value.message == f"The price must have at most {places} decimals."
    else:
        assert exact(amount, places=places) == amount
        assert exact(amount, places=places).as_tuple().exponent == -places
        assert exact(exact(amount, places=places), places=places) == amount


def test_exact_names_the_field_in_every_refusal():
    """Not finite and out of bounds blame the same field."""
    for wrong in (Decimal("NaN"), Decimal("1e11")):
        with pytest.raises(RuleViolationError) as refused:
            exact(wrong, places=2, field="price")
        assert refused.value.field == "price"
        assert refused.value.message.startswith("The price must be ")


@pytest.mark.parametrize("precision", [1, 3, 28])
def test_the_hosts_decimal_context_does_not_matter(precision: int):
    """A host that set a low precision or every trap gets the same money, to the last digit."""
    with decimal.localcontext(decimal.Context(prec=precision, traps=[decimal.Inexact, decimal.Rounded])):
        value = money("9999999999.99", "USD")
        assert str(value) == "9999999999.99 USD"
        with pytest.raises(RuleViolationError, match="at most 2 decimals"):
            money("0.001", "USD")
        with pytest.raises(RuleViolationError, match="must be between"):
            money("10000000000", "USD")


def test_money_is_a_value():
    """Equal money is one key of a dictionary; currencies keep apart; nothing can be changed."""
    assert len({money(1, "USD"), money("1.00", "USD"), money(1, "EUR")}) == 2
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        money(1, "USD").amount = Decimal(2)  # type: ignore[misc]
