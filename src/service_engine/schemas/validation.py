"""Reading a request: JSON from bytes, a model from JSON, and every complaint under the field that it is about.

Source: contract sections 1.3 to 1.5; part A "Errors" and "Requests" (NaN and Infinity).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

__all__ = ["ABSENT", "INVALID", "Input", "InvalidRequestError", "Number", "read_json", "read_model"]

M = TypeVar("M", bound=BaseModel)

INVALID: Final = "The given data was invalid."
"""The message of every 400 and 422 that names a field."""
ABSENT: Final = object()
"""The body of a request that has none."""

_TEXTS: Final = {"model_type": "Input should be a valid dictionary or object to extract fields from"}
"""Texts for those of the library's that would name our classes."""
_MANY_DIGITS: Final = 400  # more than a float can hold: it is infinite, and Python refuses to read 4,300


class InvalidRequestError(ValueError):
    """The request does not fit its schema. Carries every complaint, by field.

    Args:
        errors: For each field, in the wire's words, what is wrong with it.

    Example:
        >>> InvalidRequestError({"query.limit": ["Input should be less than or equal to 100"]}).errors
        {'query.limit': ['Input should be less than or equal to 100']}
    """

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors: dict[str, list[str]] = dict(errors)


def _without_example(schema: dict[str, Any]) -> None:
    if "description" in schema:
        schema["description"] = schema["description"].partition("\n\nExample:")[0]


class Input(BaseModel):
    """What a request may give. Its JSON schema leaves the docstring's example out: whoever reads that sends JSON.

    Example:
        >>> from service_engine.schemas.invoice_requests import InvoiceCharge
        >>> InvoiceCharge.model_json_schema()["description"]
        'With what to charge an invoice.'
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra=_without_example)


class Number(float):
    """A JSON number with a point or an exponent: a float that still knows how it was written.

    Money is read from the text, so that no amount ever was a float; for everything else it is the float.

    Args:
        text: The number as it stands in the JSON.

    Example:
        >>> number = Number("0.10")
        >>> number, number.text
        (0.1, '0.10')
    """

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> Self:
        """Make it from its text."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def read_json(data: bytes) -> Any:
    """Read JSON as UTF-8. NaN, Infinity and numbers too large for a float come out as floats that are not finite.

    Other numbers that are not whole come out as ``Number``.

    Raises:
        InvalidRequestError: It is not JSON; the field is the offset of the character where that shows, or ``root`` when
            it is nested too deeply to be read.

    Example:
        >>> read_json(b'{"subject": "Help"}')
        {'subject': 'Help'}
    """
    try:
        return json.loads(data.decode(), parse_int=_integer, parse_float=Number)
    except UnicodeDecodeError as error:
        offset = len(data[: error.start].decode())
    except json.JSONDecodeError as error:
        offset = error.pos
    except RecursionError:
        raise InvalidRequestError({"root": ["JSON is nested too deeply"]}) from None
    raise InvalidRequestError({str(offset): ["JSON decode error"]})


def read_model(model: type[M], body: Any) -> M:
    """Read a model from what ``read_json`` returned.

    Args:
        model: The schema of the body.
        body: The body; ``ABSENT`` when there is none, bytes when it is no JSON at all.

    Raises:
        InvalidRequestError: It does not fit; every complaint at once.

    Example:
        >>> from service_engine.schemas.tickets import TicketCreate
        >>> read_model(TicketCreate, {"subject": "Help"})
        Traceback (most recent call last):
            ...
        service_engine.schemas.validation.InvalidRequestError: {'user_id': ['Field required']}
    """
    if body is ABSENT or body is None:
        raise InvalidRequestError({"root": ["Field required"]})
    errors: dict[str, list[str]] = {}
    value: M | None = None
    try:
        value = model.model_validate(body)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            errors.setdefault(_key(each["loc"]), []).append(_TEXTS.get(each["type"], each["msg"]))
    for name in _not_finite(body):
        if not any(key == name or key.startswith(f"{name}.") for key in errors):
            errors[name] = ["Input should be a finite number"]
    if errors or value is None:
        raise InvalidRequestError(errors)
    return value


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < _MANY_DIGITS else float(digits)


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "root"


def _not_finite(body: Any) -> list[str]:
    """Return the top-level fields, unknown ones included, that hold a number which is not finite, however deep."""
    return [name for name, value in body.items() if _holds_infinity(value)] if isinstance(body, dict) else []


def _holds_infinity(value: Any) -> bool:
    waiting = [value]
    while waiting:  # a loop, not recursion: the value may be deeper than Python's stack
        value = waiting.pop()
        if isinstance(value, float):
            if not math.isfinite(value):
                return True
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return False
