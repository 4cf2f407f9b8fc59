"""Ordered collections inside aggregates: people assigned, tags. The order is kept, nothing is in them twice."""

from __future__ import annotations

from typing import Any

from attrs import Attribute

__all__ = ["holds_no_repeats"]


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
    if len(set(value)) != len(value):
        msg = f"{attribute.name} must not name anything twice"
        raise ValueError(msg)
