"""Whole numbers that fit their columns."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import field, make_class
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.numbers import INTEGER, SMALL_INTEGER, within
from service_engine.errors import RuleViolationError

Box: Any = make_class("Box", {"size": field(validator=within(-3, 3))})


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


def test_no_number_is_fine():
    """Whether there must be one is the type's business."""
    assert Box(None).size is None


@pytest.mark.parametrize("size", [True, 1.0, "1", b"1"], ids=repr)
def test_other_things_are_no_whole_numbers(size: object):
    """A bool is an int for Python, not for us."""
    with pytest.raises(TypeError, match=f"size must be a whole number, not {type(size).__name__}"):
        Box(size)
