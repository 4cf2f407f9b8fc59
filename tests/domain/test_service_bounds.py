"""Services: what fits each column and what does not, numbers, texts, units and kinds."""

from __future__ import annotations

import pytest
from tests.domain.offering import INTEGER, revised

from service_engine.domain.services import PERIOD_UNITS, Recurrence
from service_engine.errors import RuleViolationError

NUMBERS = {
    "first_period_length": (1, INTEGER),
    "recurring_period_length": (1, INTEGER),
    "recurring_action": (0, 2**15 - 1),
    "max_active_requests": (0, INTEGER),
    "deadline": (0, INTEGER),
    "sort_order": (-INTEGER, INTEGER),
    "provider_id": (-INTEGER, INTEGER),
    "provider_service_id": (-INTEGER, INTEGER),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_fits_its_column(name: str):
    """Both bounds fit, one beyond either is refused by name, anything else is no number (D64)."""
    lowest, highest = NUMBERS[name]
    for fits in NUMBERS[name]:
        assert getattr(revised(**{name: fits}), name) == fits
    for wrong in (lowest - 1, highest + 1):
        with pytest.raises(RuleViolationError) as refused:
            revised(**{name: wrong})
        assert refused.value.field == name
        assert refused.value.message == f"The {name} must be between {lowest} and {highest}."
    with pytest.raises(TypeError, match=f"{name} must be a whole number"):
        revised(**{name: 1.5})


TEXTS = {
    "name": 255,
    "description": 65_535,
    "braintree_plan_id": 255,
    "hoth_product_key": 255,
    "hoth_package_name": 255,
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_is_stripped_and_fits_its_column(name: str):
    """The longest fits with blanks around it, one character more is refused by name."""
    longest = "x" * TEXTS[name]
    assert getattr(revised(**{name: f" {longest}\n"}), name) == longest
    for wrong in (longest + "x", "a\x00b"):
        with pytest.raises(RuleViolationError) as refused:
            revised(**{name: wrong})
        assert refused.value.field == name


def test_the_name_is_never_blank():
    """The one text that must say something."""
    with pytest.raises(RuleViolationError, match="The name must not be blank"):
        revised(name=" ")


@pytest.mark.parametrize("name", ["first_period_unit", "recurring_period_unit"])
def test_a_period_has_one_of_four_units(name: str):
    """Day, week, month, year, by their capital letters; the sentence is the contract's."""
    assert PERIOD_UNITS == ("D", "W", "M", "Y")
    for unit in PERIOD_UNITS:
        assert getattr(revised(**{name: unit}), name) == unit
    for wrong in ("d", "", "DD", "Q"):
        with pytest.raises(RuleViolationError) as refused:
            revised(**{name: wrong})
        assert (refused.value.field, refused.value.message) == (name, "Period type must be D, W, M, or Y")


def test_the_kinds_of_payment():
    """The contract's three numbers; a bare number is none of them."""
    assert {each.value: each.name for each in Recurrence} == {0: "ONE_TIME", 1: "RECURRING", 2: "TRIAL"}
    with pytest.raises(TypeError, match="recurrence must be of Recurrence, not 1"):
        revised(recurrence=1)
