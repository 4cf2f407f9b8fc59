"""Wire dictionaries to bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

__all__ = ["encode"]


def encode(wire: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> bytes:
    """Return a wire dictionary, or a list of them, as UTF-8 JSON. UUIDs become text, times ISO 8601 with ``+00:00``.

    Example:
        >>> from datetime import UTC, datetime
        >>> encode({"created_at": datetime(2026, 2, 7, 12, tzinfo=UTC), "note": None})
        b'{"created_at":"2026-02-07T12:00:00+00:00","note":null}'
    """
    return orjson.dumps(wire)
