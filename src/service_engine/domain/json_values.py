"""Free JSON objects (metadata, form data, custom fields) as frozen values, with bounds.

A value is checked and frozen once, where it comes in: mappings become read-only views of private copies, lists become
tuples. Depth at most 8, at most 16 KiB as UTF-8 text, numbers finite, text without NUL or lone surrogates.

Source: goals, "Reliability and security".
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from service_engine.errors import RuleViolationError

__all__ = ["EMPTY", "MAX_BYTES", "MAX_DEPTH", "JsonObject", "freeze", "same", "thaw"]

JsonObject: TypeAlias = Mapping[str, Any]
"""A frozen JSON object; make one with ``freeze``."""

EMPTY: Final[JsonObject] = MappingProxyType({})
MAX_DEPTH: Final = 8
MAX_BYTES: Final = 16 * 1024
_LARGEST_INTEGER: Final = 2**63 - 1


def freeze(value: Mapping[str, Any], *, field: str = "metadata", max_bytes: int | None = MAX_BYTES) -> JsonObject:
    """Check a JSON object and return a deeply frozen copy.

    Args:
        value: A mapping with text keys whose values are JSON: None, bool, int, float, str, list or tuple, mapping.
        field: The field to blame.
        max_bytes: How many it may have as JSON; None for what the library itself writes, of bounded parts.

    Raises:
        RuleViolationError: It is no mapping, too deep, too large, or holds something that JSON or a database cannot.

    Example:
        >>> frozen = freeze({"tags": ["a", "b"]})
        >>> frozen["tags"]
        ('a', 'b')
    """
    if not isinstance(value, Mapping):
        raise RuleViolationError(field, f"The {field} must be a JSON object, not {type(value).__name__}.")
    if not value:
        return EMPTY
    frozen = _freeze(value, field, MAX_DEPTH)
    if max_bytes is not None:
        size = len(json.dumps(thaw(frozen), ensure_ascii=False, separators=(",", ":")).encode())
        if size > max_bytes:
            raise RuleViolationError(field, f"The {field} must have at most {max_bytes} bytes as JSON, not {size}.")
    return frozen  # type: ignore[no-any-return]


def thaw(value: Any) -> Any:
    """Return the value as plain dictionaries and lists, fresh to the last level.

    Args:
        value: As ``freeze`` made it: its exact types are looked at, which is several times faster than to ask for any
            kind of mapping.

    Example:
        >>> thaw(freeze({"tags": ["a"]}))
        {'tags': ['a']}
    """
    kind = type(value)
    if kind is MappingProxyType or kind is dict:
        return {key: thaw(item) for key, item in value.items()}
    if kind is tuple:
        return [thaw(item) for item in value]
    return value


def same(left: Any, right: Any) -> bool:
    """Tell whether two frozen values are the same JSON; ``true`` is not ``1``, though Python calls them equal.

    Example:
        >>> same(freeze({"paid": True}), freeze({"paid": True})), same(freeze({"paid": True}), freeze({"paid": 1}))
        (True, False)
    """
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _freeze(value: Any, field: str, depth: int) -> Any:
    if isinstance(value, str):
        return _checked(value, field)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST_INTEGER:
            raise RuleViolationError(field, f"The {field} must not hold integers of more than 64 bits.")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise RuleViolationError(field, f"The {field} must hold finite numbers only.")
        return float(value)  # a plain one: subclasses are not JSON to every encoder
    if depth == 0:
        raise RuleViolationError(field, f"The {field} must be at most {MAX_DEPTH} levels deep.")
    if isinstance(value, Mapping):
        return MappingProxyType({_checked(key, field): _freeze(item, field, depth - 1) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(_freeze(item, field, depth - 1) for item in value)
    raise RuleViolationError(field, f"The {field} must hold JSON values only, not {type(value).__name__}.")


def _checked(text: Any, field: str) -> str:
    if not isinstance(text, str):
        raise RuleViolationError(field, f"The {field} must have text keys only.")
    if "\x00" in text:
        raise RuleViolationError(field, f"The {field} must not contain the NUL character.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise RuleViolationError(field, f"The {field} must not contain a lone surrogate.")
    return text
