"""Addresses: each part stripped, bounded, and optional."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
import pytest

from service_engine.domain.addresses import Address, PostalAddress
from service_engine.domain.ids import AddressId
from service_engine.errors import RuleViolationError

PLACE = {"line_1": 255, "line_2": 255, "city": 255, "state": 255, "country": 10, "postcode": 50}
NAMES = {"first_name": 255, "last_name": 255, "tax_id": 100, "company_name": 255, "company_vat": 100}


@pytest.mark.parametrize(("name", "longest"), PLACE.items(), ids=PLACE)
def test_each_part_of_a_place_has_the_bound_of_its_column(name: str, longest: int):
    """The longest text fits, one more character does not."""
    assert getattr(PostalAddress(**{name: "x" * longest}), name) == "x" * longest
    with pytest.raises(RuleViolationError) as refused:
        PostalAddress(**{name: "x" * (longest + 1)})
    assert (refused.value.field, refused.value.message) == (
        name,
        f"The {name} must have at most {longest} characters, not {longest + 1}.",
    )


@pytest.mark.parametrize(("name", "longest"), NAMES.items(), ids=NAMES)
def test_each_name_of_an_address_has_the_bound_of_its_column(name: str, longest: int):
    """The longest text fits, one more character does not."""
    fits: Any = {name: "x" * longest}
    too_long: Any = {name: "x" * (longest + 1)}
    assert getattr(Address(id=AddressId(UUID(int=1)), **fits), name) == "x" * longest
    with pytest.raises(RuleViolationError) as refused:
        Address(id=AddressId(UUID(int=1)), **too_long)
    assert refused.value.field == name


@pytest.mark.parametrize("name", PLACE)
def test_each_part_is_stripped_before_it_is_measured(name: str):
    """Blanks around a part neither count nor stay; a blank part becomes the empty text; None stays None."""
    assert getattr(PostalAddress(**{name: f"  {'x' * PLACE[name]}\t"}), name) == "x" * PLACE[name]
    assert getattr(PostalAddress(**{name: "   "}), name) == ""
    assert getattr(PostalAddress(**{name: None}), name) is None


def test_a_part_must_be_text():
    """A number is wrong use, named as such."""
    with pytest.raises(TypeError, match="postcode must be text, not int"):
        PostalAddress(postcode=12345)  # type: ignore[arg-type]


def test_an_address_may_be_empty():
    """Nothing of it is required but its id."""
    address = Address(id=AddressId(UUID(int=1)))
    assert set(attrs.asdict(address.place).values()) == {None}
    assert (address.first_name, address.last_name, address.tax_id, address.company_name, address.company_vat) == (
        (None,) * 5
    )
