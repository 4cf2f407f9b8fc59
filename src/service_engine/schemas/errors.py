"""The one shape of every answer that is not a success.

Source: contract part A "Errors".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

__all__ = ["EXACT", "ErrorWire", "error_wire", "wire_field"]

EXACT: Final = ConfigDict(extra="forbid")
"""A wire dictionary has these keys and no others."""

_FIELDS: Final = {"client_id": "user_id", "first_name": "name_f", "last_name": "name_l"}


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


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
