"""Ordered collections inside aggregates: people assigned, tags, items. The order is kept, nothing is in them twice."""

from __future__ import annotations

from typing import Any

from attrs import Attribute

from service_engine.domain.text import Validator
from service_engine.errors import RuleViolationError

__all__ = ["holds_no_repeats", "holds_parts"]


def holds_no_repeats(_: Any, attribute: Attribute[Any], value: tuple[object, ...]) -> None:
    """Validate that nothing is in the collection twice.

    Raises:
        ValueError: Something is.

    Example:
        >>> from attrs import field, make_class
        >>> Team = make_class("Team", {"names": field(validator=holds_no_repeats)})
        >>> Team(("Ann", "Ann"))
        Traceback (most recent call last):
            ...
        ValueError: names must not name anything twice
    """
    if len(value) > 1 and len(set(value)) != len(value):
        msg = f"{attribute.name} must not name anything twice"
        raise ValueError(msg)


def holds_parts(most: int) -> Validator:
    """Make an attrs validator for what an aggregate is made of: one to so many, no id twice.

    Example:
        >>> from attrs import field, make_class
        >>> Bill = make_class("Bill", {"items": field(validator=holds_parts(200))})
        >>> Bill(())
        Traceback (most recent call last):
            ...
        service_engine.errors.RuleViolationError: items: The items must be 1 to 200.
    """

    def validate(_: Any, attribute: Attribute[Any], value: tuple[Any, ...]) -> None:
        if not 1 <= len(value) <= most:
            raise RuleViolationError(attribute.name, f"The {attribute.name} must be 1 to {most}.")
        if len({part.id for part in value}) != len(value):
            msg = f"{attribute.name} must not have an id twice"
            raise ValueError(msg)

    return validate
