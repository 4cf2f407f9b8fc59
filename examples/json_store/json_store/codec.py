"""Frozen values to plain JSON, and back by their type hints. It knows no noun: whatever attrs class comes, goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs

from service_engine.domain.json_values import freeze

__all__ = ["from_json", "to_json"]


def to_json(value: Any) -> Any:
    """Return a value as what ``json.dumps`` writes."""
    if isinstance(value, Enum):
        return to_json(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal | UUID):  # as text: a float would lose digits
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    kind: Any = type(value)
    if attrs.has(kind):
        return {name: to_json(getattr(value, name)) for name in _fields(kind)}
    msg = f"there is no JSON for {kind.__name__}"
    raise TypeError(msg)


def from_json(hint: Any, value: Any) -> Any:
    """Return the value that ``to_json`` made this of.

    Args:
        hint: Its type, as it is written in the class: ``Ticket``, ``datetime | None``, ``tuple[Tag, ...]``.
        value: What ``json.loads`` read.
    """
    while hasattr(hint, "__supertype__"):  # a NewType, as all ids are
        hint = hint.__supertype__
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        [wanted] = (each for each in get_args(hint) if each is not type(None))
        return None if value is None else from_json(wanted, value)
    if origin is tuple:
        return tuple(from_json(get_args(hint)[0], item) for item in value)
    if origin is Mapping:
        return freeze(value, max_bytes=None)
    if attrs.has(hint):
        # The class checks itself while it is made: a file that somebody damaged is found here.
        return hint(**{name: from_json(each, value[name]) for name, each in _fields(hint).items()})
    return datetime.fromisoformat(value) if hint is datetime else hint(value)


@cache
def _fields(domain_type: type[Any]) -> dict[str, Any]:
    """Return the types of what a class is made with, by name; what it computes of the rest is not among it."""
    hints = get_type_hints(domain_type)
    return {each.name: hints[each.name] for each in attrs.fields(domain_type) if each.init}
