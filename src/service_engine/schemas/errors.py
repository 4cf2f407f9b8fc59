"""The one shape of every answer that is not a success.

Source: contract part A "Errors".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

__all__ = ["EXACT", "ErrorWire", "complaint", "error_wire", "library_field", "wire_field"]

EXACT: Final = ConfigDict(extra="forbid")
"""A wire dictionary has these keys and no others."""

_FIELDS: Final = {
    "client_id": "user_id",
    "client_first_name": "client_name_f",
    "client_last_name": "client_name_l",
    "first_name": "name_f",
    "last_name": "name_l",
    "service_name": "service",
    "recurrence": "recurring",
    "first_price": "f_price",
    "first_period_length": "f_period_l",
    "first_period_unit": "f_period_t",
    "recurring_price": "r_price",
    "recurring_period_length": "r_period_l",
    "recurring_period_unit": "r_period_t",
}
_LIBRARY_FIELDS: Final = {wire: field for field, wire in _FIELDS.items()}


@with_config(EXACT)
class ErrorWire(TypedDict):
    """What went wrong: a message, and for each field to blame what is wrong with it."""

    message: str
    errors: dict[str, list[str]]


def error_wire(message: str, errors: Mapping[str, Sequence[str]] | None = None) -> ErrorWire:
    """Return the body of an answer that is not a success.

    Text that UTF-8 cannot hold, as a caller's own field names may be, is written with question marks.

    Example:
        >>> error_wire("Not Found")
        {'message': 'Not Found', 'errors': {}}
    """
    complaints = (errors or {}).items()
    return {"message": message, "errors": {_plain(key): [_plain(each) for each in texts] for key, texts in complaints}}


def wire_field(field: str) -> str:
    """Return the wire's name of a field that an error of the library blames.

    Example:
        >>> wire_field("first_name"), wire_field("subject")
        ('name_f', 'subject')
    """
    return _FIELDS.get(field, field)


def library_field(field: str) -> str:
    """Return the library's name of a field of the wire: the opposite of ``wire_field``.

    Example:
        >>> library_field("f_price"), library_field("price")
        ('first_price', 'price')
    """
    return _LIBRARY_FIELDS.get(field, field)


def complaint(field: str, message: str) -> dict[str, list[str]]:
    """Return what an error of the library says of a field, in the wire's words.

    Example:
        >>> complaint("first_price", "The first_price must have at most 2 decimals.")
        {'f_price': ['The f_price must have at most 2 decimals.']}
    """
    name = wire_field(field)
    return {name: [message.replace(f" {field} ", f" {name} ")]}


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
