"""Frozen values as plain JSON, and back by their type hints. It knows no noun: whatever attrs class comes, goes.

Decimals and ids become text, because a float would lose digits; times become ISO 8601 with their zone. ``documents``
does the same with everything that an organisation has.

Source: docs/own-store.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs

from service_engine.domain.json_values import freeze

__all__ = ["exactly", "from_json", "to_json"]

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Return a value as what ``json.dumps`` writes.

    Args:
        value: A value of the domain, or anything that one is made of.

    Raises:
        TypeError: There is no JSON for it.

    Example:
        >>> from service_engine.testing.examples import urgent
        >>> to_json(urgent)
        {'id': '00000000-0000-0000-0000-000000000009', 'name': 'urgent'}
        >>> to_json(Decimal("0.10"))
        '0.10'
    """
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

    A class checks itself while it is made, so a value that cannot exist is refused here, as it is everywhere. What
    ``to_json`` would have written in another way is not converted: neither ``"7"`` into 7, nor ``"false"`` into true.

    Args:
        hint: Its type, as it is written in a class: ``Ticket``, ``datetime | None``, ``tuple[Tag, ...]``.
        value: What ``json.loads`` read.

    Raises:
        ArithmeticError, TypeError, ValueError: It is no value of this type.
        KeyError: A field is missing.
        ServiceEngineError: It breaks a rule of the domain.

    Example:
        >>> from service_engine.testing.examples import ticket
        >>> from_json(type(ticket), to_json(ticket)) == ticket
        True
        >>> from_json(tuple[Decimal, ...], ["0.10", "2"])
        (Decimal('0.10'), Decimal('2'))
        >>> from_json(int, "7")
        Traceback (most recent call last):
            ...
        TypeError: 'int' is wanted, 'str' was given
    """
    while hasattr(hint, "__supertype__"):  # a NewType, as all ids are
        hint = hint.__supertype__
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        [wanted] = (each for each in get_args(hint) if each is not type(None))
        return None if value is None else from_json(wanted, value)
    if origin is tuple:
        return tuple(from_json(get_args(hint)[0], item) for item in exactly(list, value))
    if origin is Mapping:
        return freeze(exactly(dict, value), max_bytes=None)
    if attrs.has(hint):
        fields = exactly(dict, value)
        return hint(**{name: from_json(each, fields[name]) for name, each in _fields(hint).items()})
    written = exactly(_written_as(hint), value)
    return datetime.fromisoformat(written) if hint is datetime else hint(written)


def exactly(kind: type[T], value: object) -> T:
    """Return what ``json.loads`` read, if it is of this type and no other: to Python, true is 1.

    Raises:
        TypeError: It is of another type.

    Example:
        >>> exactly(int, 1), exactly(list, [])
        (1, [])
        >>> exactly(int, True)
        Traceback (most recent call last):
            ...
        TypeError: 'int' is wanted, 'bool' was given
    """
    if type(value) is not kind:
        msg = f"{kind.__name__!r} is wanted, {type(value).__name__!r} was given"
        raise TypeError(msg)
    return value


@cache
def _written_as(hint: type[Any]) -> type[Any]:
    """Return the type of what ``json.loads`` reads where ``to_json`` wrote one of these."""
    if issubclass(hint, Enum):
        return type(next(iter(hint)).value)
    return str if hint in {Decimal, UUID, datetime} else hint


@cache
def _fields(domain_type: type[Any]) -> dict[str, Any]:
    """Return the types of what a class is made with, by name; what it computes of the rest is not among it."""
    hints = get_type_hints(domain_type)
    return {each.name: hints[each.name] for each in attrs.fields(domain_type) if each.init}
