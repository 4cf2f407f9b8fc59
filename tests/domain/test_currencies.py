"""A currency is three ASCII letters before it is written in capitals, not only afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.money import code_of, is_a_currency, money, nought
from service_engine.domain.services import Recurrence, ServicePatch, offer_service, revise_service
from service_engine.errors import RuleViolationError
from service_engine.testing.examples import later, now, web_development

LOOKALIKES = ["uß", "\u0131dr", "\u017fek", "ﬁn", "ﬆd"]
"""A sharp s, a dotless i, a long s and two ligatures: in capitals USS, IDR, SEK, FIN and STD."""


@pytest.mark.parametrize("currency", LOOKALIKES)
def test_other_letters_do_not_become_another_currency(currency: str):
    """Nobody asked for the currency that their capitals happen to name."""
    for act in (
        lambda: money(5, currency),
        lambda: nought(currency),
        lambda: offer_service(web_development.id, name="A", currency=currency, recurrence=Recurrence.TRIAL, at=now),
        lambda: revise_service(web_development, ServicePatch(currency=currency), at=later),
    ):
        with pytest.raises(RuleViolationError) as refused:
            act()
        assert refused.value.field == "currency"


@given(st.text(max_size=5))
def test_what_is_money_was_asked_for_by_its_letters(currency: str):
    """Whatever the text is: three ASCII letters in any case, or refused."""
    code = currency.strip()
    try:
        made = money(0, currency).currency
    except RuleViolationError:
        assert not (len(code) == len("USD") and code.isascii() and code.isalpha())
    else:
        assert made == code.upper()
        assert code.isascii()


@pytest.mark.parametrize(
    ("text", "code"), [(" usd\n", "USD"), ("EuR", "EUR"), ("", ""), (" uß ", "uß"), ("\u017fek", "\u017fek")]
)
def test_a_code_is_written_in_capitals(text: str, code: str):
    """Only the letters that a code has."""
    assert code_of(text) == code


@pytest.mark.parametrize("currency", [None, 840, b"USD"], ids=repr)
def test_a_currency_is_a_text(currency: Any):
    """Wrong use, told by the type."""
    with pytest.raises(TypeError, match=f"a currency is the text of its code, not {type(currency).__name__}"):
        money(5, currency)
    with pytest.raises(TypeError):
        is_a_currency(None, None, currency)  # type: ignore[arg-type]
