"""E-mail addresses as keys: stripped and lower-cased, so that one person has one address in an organisation.

Whether an address can be delivered to is checked at the edge, by a library made for it; here it must only look like
one.

Source: contract part A, "Rules" (e-mail uniqueness); design section 5.6.
"""

from __future__ import annotations

import re
from typing import Any, Final

from attrs import Attribute

from service_engine.domain.text import bounded, clean
from service_engine.errors import RuleViolationError

__all__ = ["is_an_email", "normalise_email"]

_SHAPE: Final = re.compile(r"[^@\s]+@[^@\s]+\Z")
_check_text = bounded()


def normalise_email(email: str, *, field: str = "email") -> str:
    """Return the address as the organisation compares it.

    Raises:
        RuleViolationError: It is blank, longer than 255 characters, or has no ``@`` between two parts.

    Example:
        >>> normalise_email("  John@Example.com ")
        'john@example.com'
    """
    address = clean(clean(email, field=field).lower(), field=field)
    if not _SHAPE.match(address):
        raise RuleViolationError(field, f"The {field} must be an e-mail address.")
    return address


def is_an_email(instance: Any, attribute: Attribute[str], value: str) -> None:
    """Validate that the field holds an address in its normal form.

    Example:
        >>> from attrs import field, frozen
        >>> @frozen
        ... class Contact:
        ...     email: str = field(validator=is_an_email)
        >>> Contact("john@example.com").email
        'john@example.com'
    """
    _check_text(instance, attribute, value)
    if normalise_email(value, field=attribute.name) != value:
        msg = f"{attribute.name} must be normalised; use normalise_email"
        raise ValueError(msg)
