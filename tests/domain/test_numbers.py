"""Whole numbers that fit their columns."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import field, make_class
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.numbers import INTEGER, SMALL_INTEGER, optional_within, within
from service_engine.errors import RuleViolationError

Box: Any = make_class("Box", {"size": field(validator=within(-3, 3))})
Lid: Any = make_class("Lid", {"size": field(validator=optional_within(-3, 3))})


def test_the_bounds_of_columns():
    """What 32 and 16 bits with a sign can hold."""
    assert (INTEGER, SMALL_INTEGER) == (2**31 - 1, 2**15 - 1)


@given(st.integers(-3, 3))
def test_a_number_between_the_bounds_is_kept(size: int):
    """Both bounds included."""
    assert Box(size).size == size


@given(st.integers().filter(lambda size: not -3 <= size <= 3))
def test_a_number_beyond_the_bounds_is_refused(size: int):
    """The refusal names the field and what is allowed."""
    with pytest.raises(RuleViolationError) as refused:
        Box(size)
    assert (refused.value.field, refused.value.message) == ("size", "The size must be between -3 and 3.")


def test_no_number_is_fine_only_where_there_may_be_none():
    """Otherwise a store in memory would keep it, and a database refuse it."""
    assert Lid(None).size is None
    with pytest.raises(TypeError, match="size must be a whole number, not NoneType"):
        Box(None)


@pytest.mark.parametrize("kind", [Box, Lid])
@pytest.mark.parametrize("size", [True, 1.0, "1", b"1"], ids=repr)
def test_other_things_are_no_whole_numbers(kind: Any, size: object):
    """A bool is an int for Python, not for us."""
    with pytest.raises(TypeError, match=f"size must be a whole number, not {type(size).__name__}"):
        kind(size)


def test_where_there_may_be_none_the_bounds_hold_as_well():
    """The same rule, and the same words."""
    with pytest.raises(RuleViolationError, match="The size must be between -3 and 3"):
        Lid(4)
