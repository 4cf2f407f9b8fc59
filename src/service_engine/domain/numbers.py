"""Whole numbers that their columns can hold.

Source: contract section 9, D64.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import Attribute

from service_engine.domain.text import Validator
from service_engine.errors import RuleViolationError

__all__ = ["INTEGER", "SMALL_INTEGER", "is_whole", "optional_within", "within"]

INTEGER: Final = 2_147_483_647
"""The largest number of 32 bits."""
SMALL_INTEGER: Final = 32_767
"""The largest number of 16 bits."""


def is_whole(_: Any, attribute: Attribute[Any], value: object) -> None:
    """Validate that an attribute is a whole number, of any size.

    Raises:
        TypeError: It is not; a bool is none.

    Example:
        >>> from attrs import field, make_class
        >>> Box = make_class("Box", {"size": field(validator=is_whole)})
        >>> Box(1.5)
        Traceback (most recent call last):
            ...
        TypeError: size must be a whole number, not float
    """
    if isinstance(value, bool) or not isinstance(value, int):
        msg = f"{attribute.name} must be a whole number, not {type(value).__name__}"
        raise TypeError(msg)


def within(lowest: int, highest: int) -> Validator:
    """Make an attrs validator for a whole number between two others, both included.

    Example:
        >>> from attrs import Attribute, field, make_class
        >>> Box = make_class("Box", {"size": field(validator=within(1, 3))})
        >>> Box(3)
        Box(size=3)
    """

    def validate(_: Any, attribute: Attribute[Any], value: Any) -> None:
        if type(value) is not int:
            is_whole(_, attribute, value)
        if not lowest <= value <= highest:
            raise RuleViolationError(attribute.name, f"The {attribute.name} must be between {lowest} and {highest}.")

    return validate


def optional_within(lowest: int, highest: int) -> Validator:
    """Make an attrs validator of the same rule, for a field that may be None.

    Example:
        >>> from attrs import field, make_class
        >>> Box = make_class("Box", {"size": field(default=None, validator=optional_within(1, 3))})
        >>> Box(), Box(3)
        (Box(size=None), Box(size=3))
    """
    check = within(lowest, highest)

    def validate(instance: Any, attribute: Attribute[Any], value: Any) -> None:
        if value is not None:
            check(instance, attribute, value)

    return validate
