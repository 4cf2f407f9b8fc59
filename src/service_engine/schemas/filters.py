"""The values of filters: text from a query turned into what the field holds, or a ValueError that says why not.

Source: contract section 1.9; part A "Responses" (a value of the wrong type is refused).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from service_engine.domain.money import exact
from service_engine.errors import RuleViolationError
from service_engine.schemas.fields import instant, uuid_of

__all__ = ["amount", "email", "identifier", "moment", "small_integer"]

_SMALL: Final = TypeAdapter(Annotated[int, Field(ge=-32_768, le=32_767)])
_FINEST: Final = 3  # no currency has more decimals


def identifier(text: str) -> UUID:
    """Return the id that the text is.

    Raises:
        ValueError: It is no UUID.
    """
    value = uuid_of(text)
    if value is None:
        msg = "Input should be a valid UUID"
        raise ValueError(msg)
    return value


def email(text: str) -> str:
    """Return the e-mail address, or the beginning of one, in the form in which addresses are compared.

    Raises:
        ValueError: It holds NUL.

    Example:
        >>> email(" John@Example.com")
        'john@example.com'
    """
    if "\x00" in text:
        msg = "Input should not contain the NUL character"
        raise ValueError(msg)
    return text.strip().lower()


def small_integer(text: str) -> int:
    """Return the whole number of 16 bits.

    Raises:
        ValueError: It is none.

    Example:
        >>> small_integer("3")
        3
    """
    try:
        return _SMALL.validate_python(text)
    except ValidationError as error:
        raise ValueError(error.errors(include_url=False)[0]["msg"]) from None


def amount(text: str) -> Decimal:
    """Return the amount of money.

    Raises:
        ValueError: It is no number, too large, or finer than any currency.

    Example:
        >>> amount("1.5")
        Decimal('1.500')
    """
    try:
        return exact(Decimal(text), places=_FINEST, field="amount")
    except InvalidOperation:
        msg = "Input should be a valid number"
        raise ValueError(msg) from None
    except RuleViolationError as error:
        raise ValueError(error.message) from None


def moment(text: str) -> datetime:
    """Return the time, in UTC.

    Raises:
        ValueError: It is not ISO 8601 with an offset or ``Z``.
    """
    return instant(text)
