"""Money on the wire: exact amounts in, texts with their decimals out, and currencies.

An amount comes in as a JSON number or as the text of one, and never is a float: of a number the text is read.

Source: contract section 1.6; part A "Requests" and "Responses".
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError

from service_engine.domain.money import MAX_DECIMALS, exact, money
from service_engine.errors import RuleViolationError
from service_engine.schemas.validation import Number

__all__ = ["Amount", "Currency", "Price", "amount_of", "amount_text", "number_text"]

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?", re.ASCII)
_NO_NUMBER: Final = "Input should be a valid number"


def amount_of(text: str) -> Decimal:
    """Return the amount of money that the text is, exactly.

    Raises:
        ValueError: It is no number, too large, or finer than any currency.

    Example:
        >>> amount_of("1.5"), amount_of("15e-1")
        (Decimal('1.500'), Decimal('1.500'))
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError(_NO_NUMBER)
    try:
        return exact(Decimal(text), places=MAX_DECIMALS)
    except RuleViolationError as error:
        raise ValueError(error.message) from None


def amount_text(amount: Decimal) -> str:
    """Return the amount with two decimals, or with three where the currency has three.

    Example:
        >>> amount_text(Decimal("299")), amount_text(Decimal("0.00")), amount_text(Decimal("1.500"))
        ('299.00', '0.00', '1.500')
    """
    text = str(amount)  # several times faster than a format
    return text if "." in text[-4:-2] else f"{amount:.2f}"


def number_text(number: Decimal) -> str:
    """Return a number that has no currency, such as per cent: with two decimals, with three only where it needs them.

    Example:
        >>> number_text(Decimal("12.000")), number_text(Decimal("8.875")), number_text(Decimal("1E+1"))
        ('12.00', '8.875', '10.00')
    """
    return f"{number:.{MAX_DECIMALS}f}".removesuffix("0")


def _refused(reason: str) -> PydanticCustomError:
    return PydanticCustomError("value_error", "{reason}", {"reason": reason})


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Number | str):
        raise _refused(_NO_NUMBER)
    try:
        return amount_of(value.text if isinstance(value, Number) else str(value).strip())
    except ValueError as error:
        raise _refused(str(error)) from None


def _is_no_debt(value: Decimal) -> Decimal:
    if value < 0:
        raise PydanticKnownError("greater_than_equal", {"ge": 0})
    return value


def _schema(**bounds: int) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": "number", **bounds}, {"type": "string"}], "examples": ["19.99"]})


Amount = Annotated[Decimal, PlainValidator(_amount), _schema()]
"""Money, exact: a JSON number or the text of one. How many decimals the currency has is checked with the currency."""
Price = Annotated[Decimal, PlainValidator(_amount), AfterValidator(_is_no_debt), _schema(minimum=0)]
"""Money, at least nought."""


def _currency(value: str) -> str:
    try:
        return money(0, value).currency
    except RuleViolationError as error:
        raise _refused(error.message) from None


Currency = Annotated[
    str, AfterValidator(_currency), WithJsonSchema({"type": "string", "pattern": r"^\s*[A-Za-z]{3}\s*$"})
]
"""A currency's code, ISO 4217, in any case."""
