"""The values of filters: text from a query turned into what the field holds, or a ValueError that says why not.

Source: contract section 1.9; part A "Responses" (a value of the wrong type is refused).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from service_engine.domain.money import code_of
from service_engine.schemas.fields import instant, uuid_of
from service_engine.schemas.money import amount_of

__all__ = ["amount", "currency", "email", "identifier", "moment", "small_integer", "text", "truth"]

_SMALL: Final = TypeAdapter(Annotated[int, Field(ge=-32_768, le=32_767)])


def identifier(text: str) -> UUID:
    """Return the id that the text is.

    Raises:
        ValueError: It is no UUID.

    Example:
        >>> identifier("0190163d-8694-739b-aea5-966c26f8ad91")
        UUID('0190163d-8694-739b-aea5-966c26f8ad91')
        >>> identifier("17")
        Traceback (most recent call last):
            ...
        ValueError: Input should be a valid UUID
    """
    value = uuid_of(text)
    if value is None:
        msg = "Input should be a valid UUID"
        raise ValueError(msg)
    return value


def text(value: str) -> str:
    """Return the text as it is: it is compared exactly.

    Raises:
        ValueError: It holds NUL, which no database could take.

    Example:
        >>> text("SEO Audit ")
        'SEO Audit '
    """
    if "\x00" in value:
        msg = "Input should not contain the NUL character"
        raise ValueError(msg)
    return value


def email(value: str) -> str:
    """Return the e-mail address, or the beginning of one, in the form in which addresses are compared.

    Raises:
        ValueError: It holds NUL.

    Example:
        >>> email(" John@Example.com")
        'john@example.com'
    """
    return text(value).strip().lower()


def currency(value: str) -> str:
    """Return the currency's code in the form in which codes are compared.

    Raises:
        ValueError: It holds NUL.

    Example:
        >>> currency(" usd")
        'USD'
    """
    return code_of(text(value))


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
    return amount_of(text)


def truth(text: str) -> bool:
    """Return whether it is true.

    Raises:
        ValueError: It is neither ``true`` nor ``false``.

    Example:
        >>> truth("true"), truth("false")
        (True, False)
    """
    if text not in {"true", "false"}:
        msg = "Input should be true or false"
        raise ValueError(msg)
    return text == "true"


def moment(text: str) -> datetime:
    """Return the time, in UTC.

    Raises:
        ValueError: It is not ISO 8601 with an offset or ``Z``.

    Example:
        >>> moment("2026-02-07T13:00:00+01:00").isoformat()
        '2026-02-07T12:00:00+00:00'
        >>> moment("2026-02-07T13:00:00")
        Traceback (most recent call last):
            ...
        ValueError: Input should be an ISO 8601 time with an offset or Z
    """
    return instant(text)
