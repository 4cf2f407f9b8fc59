"""Text that may be stored: no NUL, no lone surrogate, no longer than its column.

Databases refuse NUL and surrogates at the very end of a request; here they are refused by name, at the front.

Source: contract part A, "Requests"; section 9, D64 and D65.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from attrs import Attribute

from service_engine.errors import RuleViolationError

__all__ = ["LINE", "NOTE", "bounded", "clean", "optional_bounded", "problem_with"]

Validator: TypeAlias = "Callable[[Any, Attribute[Any], Any], None]"

_SURROGATE: Final = re.compile("[\ud800-\udfff]")

LINE: Final = 255
"""Characters in a name, a subject, an e-mail address."""
NOTE: Final = 65_535
"""Characters in a note, a description, a message."""


def clean(value: str, *, field: str, max_length: int = LINE, required: bool = True) -> str:
    """Strip blanks from both ends and check what is left.

    Args:
        value: The text as it came in.
        field: The field to blame.
        max_length: Characters allowed, after stripping.
        required: Whether the empty text is refused.

    Returns:
        The stripped text.

    Raises:
        RuleViolationError: It is blank though required, too long, or holds NUL or a lone surrogate.
        TypeError: It is no text.

    Example:
        >>> clean("  Help with order ", field="subject")
        'Help with order'
    """
    given: object = value  # whoever checks no types may give anything
    if not isinstance(given, str):
        msg = f"{field} must be text, not {type(given).__name__}"
        raise TypeError(msg)
    value = value.strip()
    problem = problem_with(value, max_length=max_length, required=required)
    if problem is not None:
        raise RuleViolationError(field, f"The {field} {problem}.")
    return value


def bounded(max_length: int = LINE, *, required: bool = True) -> Validator:
    """Make an attrs validator of the same rule, for a field that is always text.

    Example:
        >>> from attrs import field, frozen
        >>> @frozen
        ... class Box:
        ...     label: str = field(validator=bounded(20))
        >>> Box("")
        Traceback (most recent call last):
            ...
        service_engine.errors.RuleViolationError: label: The label must not be blank.
    """

    def validate(_: Any, attribute: Attribute[Any], value: Any) -> None:
        if not isinstance(value, str):
            msg = f"{attribute.name} must be text, not {type(value).__name__}"
            raise TypeError(msg)
        problem = problem_with(value, max_length=max_length, required=required)
        if problem is None and required and value[:1].isspace() | value[-1:].isspace():
            problem = "must not begin or end with a blank"
        if problem is not None:
            raise RuleViolationError(attribute.name, f"The {attribute.name} {problem}.")

    return validate


def optional_bounded(max_length: int = LINE) -> Validator:
    """Make an attrs validator of the same rule, for a field that may be None or empty.

    Example:
        >>> from attrs import field, frozen
        >>> @frozen
        ... class Box:
        ...     colour: str | None = field(default=None, validator=optional_bounded(20))
        >>> Box(), Box("")
        (Box(colour=None), Box(colour=''))
    """
    check = bounded(max_length, required=False)

    def validate(instance: Any, attribute: Attribute[Any], value: Any) -> None:
        if value is not None:
            check(instance, attribute, value)

    return validate


def problem_with(value: str, *, max_length: int, required: bool) -> str | None:
    """Say why a text may not be stored, None if it may. As for ``clean``, which strips it before.

    Example:
        >>> problem_with("Help", max_length=3, required=True)
        'must have at most 3 characters, not 4'
    """
    if required and not value:
        return "must not be blank"
    if len(value) > max_length:
        return f"must have at most {max_length} characters, not {len(value)}"
    if "\x00" in value:
        return "must not contain the NUL character"
    if not value.isascii() and _SURROGATE.search(value):
        return "must not contain a lone surrogate"
    return None
