"""Prices of services: exact, not negative, in the one currency that the service has."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.offering import revised

from service_engine.domain import services
from service_engine.domain.ids import ServiceId
from service_engine.domain.money import decimals, money
from service_engine.domain.services import Service, ServicePatch, ServiceRevised, pretty_price
from service_engine.errors import RuleViolationError
from service_engine.testing.examples import later, now, web_development

ID = ServiceId(UUID(int=1))
PRICES = ("price", "first_price", "recurring_price")


def evolved(value: Service, **changes: Any) -> Service:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def any_service() -> st.SearchStrategy[Service]:
    """Make services with whole prices, or none, in every kind of currency."""
    amounts = st.none() | st.integers(0, 10**9)

    def priced(currency: str, chosen: list[int | None]) -> Service:
        prices = [None if each is None else money(each, currency) for each in chosen]
        return evolved(web_development, currency=currency, **dict(zip(PRICES, prices, strict=True)))

    return st.builds(priced, st.sampled_from(("USD", "EUR", "JPY", "KWD")), st.lists(amounts, min_size=3, max_size=3))


@pytest.mark.parametrize("name", PRICES)
def test_a_price_is_not_negative(name: str):
    """Nought is a price; less is refused by name, also when the value is built by hand."""
    assert getattr(revised(**{name: Decimal(0)}), name) == money(0, "USD")
    with pytest.raises(RuleViolationError) as refused:
        revised(**{name: Decimal("-0.01")})
    assert (refused.value.field, refused.value.message) == (name, f"The {name} must not be negative.")
    with pytest.raises(RuleViolationError, match="must not be negative"):
        evolved(web_development, **{name: money(-1, "USD")})


@pytest.mark.parametrize("name", PRICES)
@pytest.mark.parametrize("wrong", ["0.001", "1e10", "NaN", "Infinity"])
def test_a_price_is_exact_money(name: str, wrong: str):
    """No third decimal, nothing beyond numeric(12,2), only finite numbers; the refusal names the price."""
    with pytest.raises(RuleViolationError) as refused:
        revised(**{name: Decimal(wrong)})
    assert refused.value.field == name


def test_a_float_is_no_price():
    """Not even a whole one."""
    with pytest.raises(TypeError, match="never a float"):
        revised(price=1.0)


@pytest.mark.parametrize("name", PRICES)
def test_every_price_is_in_the_services_currency(name: str):
    """A value in which they differ cannot be built."""
    with pytest.raises(ValueError, match=f"the {name} is in EUR, the service in USD"):
        evolved(web_development, **{name: money(1, "EUR")})


@pytest.mark.parametrize("currency", ["usd", "US", "USDX", " USD", ""])
def test_the_currency_is_a_code(currency: str):
    """Also where there is no price that would say so."""
    with pytest.raises(RuleViolationError) as refused:
        Service(id=ID, name="SEO", currency=currency, created_at=now, updated_at=now)
    assert refused.value.field == "currency"


def test_the_currency_of_a_patch_is_normalised():
    """Case and blanks do not matter, and the same currency in other letters is no change."""
    assert revised(currency=" eur ").currency == "EUR"
    assert services.revise_service(web_development, ServicePatch(currency="usd"), at=later).events == ()
    with pytest.raises(RuleViolationError) as refused:
        revised(currency="U$")
    assert refused.value.field == "currency"


@given(any_service(), st.sampled_from(("USD", "EUR", "JPY", "KWD")))
def test_another_currency_keeps_the_amounts(there: Service, currency: str):
    """Prices are relabelled, not converted: the same whole amounts in the new currency."""
    change = services.revise_service(there, ServicePatch(currency=currency), at=later)
    assert change.state.currency == currency
    for name in PRICES:
        before, after = getattr(there, name), getattr(change.state, name)
        assert (after is None) == (before is None)
        if after is not None:
            assert after == money(before.amount, currency)
    fields = {name for event in change.events if isinstance(event, ServiceRevised) for name in event.fields}
    given_prices = {name for name in PRICES if getattr(there, name) is not None}
    assert fields == (set() if currency == there.currency else {"currency"} | given_prices)


@pytest.mark.parametrize("name", PRICES)
@pytest.mark.parametrize(
    ("price", "origin", "target", "places"), [("9.99", "USD", "JPY", 0), ("1.234", "KWD", "EUR", 2)]
)
def test_a_currency_that_cannot_hold_a_price_is_refused(name: str, price: str, origin: str, target: str, places: int):
    """Nothing is rounded away: the refusal names the price that does not fit; a new price that fits makes it pass."""
    there = revised(evolved(web_development, price=None), currency=origin, **{name: Decimal(price)})
    with pytest.raises(RuleViolationError) as refused:
        revised(there, currency=target)
    assert (refused.value.field, refused.value.message) == (name, f"The {name} must have at most {places} decimals.")
    assert getattr(revised(there, currency=target, **{name: Decimal(10)}), name) == money(10, target)
    assert getattr(revised(there, currency=target, **{name: None}), name) is None


def test_whole_dollars_can_become_yen():
    """Two zeros are no decimals."""
    assert str(revised(currency="JPY").price) == "1500 JPY"


def test_a_new_price_is_in_the_new_currency():
    """A price with three decimals fits as soon as the currency has them."""
    assert str(revised(currency="KWD", price=Decimal("1.234")).price) == "1.234 KWD"
    with pytest.raises(RuleViolationError):
        revised(price=Decimal("1.234"))


@pytest.mark.parametrize(
    ("price", "currency", "text"),
    [
        ("299", "USD", "$299.00"),
        ("1234567.5", "EUR", "€1234567.50"),
        ("0", "GBP", "£0.00"),
        ("1", "CAD", "CA$1.00"),
        ("1", "AUD", "A$1.00"),
        ("5", "CHF", "CHF 5.00"),
        ("7", "JPY", "JPY 7.00"),
        ("1.2", "KWD", "KWD 1.200"),
        (None, "USD", "$0.00"),
        (None, "JPY", "JPY 0.00"),
        (None, "KWD", "KWD 0.000"),
    ],
)
def test_the_pretty_price(price: str | None, currency: str, text: str):
    """Five signs, every other code with a blank; at least two decimals, no thousands separator."""
    amount = None if price is None else Decimal(price)
    assert pretty_price(revised(currency=currency, price=amount)) == text


@given(any_service(), st.integers(1, 5))
def test_the_pretty_price_is_exact(there: Service, precision: int):
    """Every digit, whatever precision the host set."""
    with decimal.localcontext(decimal.Context(prec=precision)):
        shown = pretty_price(there)
    number = Decimal(shown.lstrip("$€ABCDEFGHIJKLMNOPQRSTUVWXYZ "))
    assert number == (Decimal(0) if there.price is None else there.price.amount)
    assert -int(number.as_tuple().exponent) == max(2, decimals(there.currency))
