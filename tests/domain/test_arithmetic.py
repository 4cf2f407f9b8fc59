"""Arithmetic of our own: whatever the thread's context, nothing is rounded that need not be."""

from __future__ import annotations

import decimal
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.arithmetic import shifted


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers(-9, 9))
def test_shifting_there_and_back_is_nothing(number: Decimal, places: int):
    """To the last digit and exponent."""
    assert shifted(shifted(number, places), -places).as_tuple() == number.as_tuple()


@pytest.mark.parametrize("number", ["12345678.91", "-0.001", "0.00", "1e30"])
def test_a_shift_is_a_product_without_a_context(number: str):
    """Three places are thousandths; the host's precision and traps stay out of it."""
    with decimal.localcontext(decimal.Context(prec=2, traps=[decimal.Inexact, decimal.Rounded])):
        there = shifted(Decimal(number), 3)
    assert there == Decimal(number) * 1000
