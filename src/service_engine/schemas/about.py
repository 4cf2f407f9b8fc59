"""What the API says of itself: health and index.

Source: contract section 2.1.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import with_config
from typing_extensions import TypedDict

from service_engine.schemas.errors import EXACT

__all__ = ["HealthWire", "IndexWire", "health_wire", "index_wire"]

_RESOURCES: Final = ("health", "clients", "services", "orders", "proposals", "invoices", "tickets")


@with_config(EXACT)
class HealthWire(TypedDict):
    """That the API answers, and its clock."""

    status: str
    version: str
    timestamp: str


@with_config(EXACT)
class IndexWire(TypedDict):
    """The name of the API and where its resources are."""

    name: str
    version: str
    endpoints: dict[str, str]


def health_wire(version: str, at: datetime) -> HealthWire:
    """Return the answer of a healthy API.

    Example:
        >>> from datetime import UTC
        >>> health_wire("1.0.0", datetime(2026, 2, 7, 12, tzinfo=UTC))["timestamp"]
        '2026-02-07T12:00:00.000000+00:00'
    """
    return {"status": "healthy", "version": version, "timestamp": at.isoformat(timespec="microseconds")}


def index_wire(name: str, version: str, path: str) -> IndexWire:
    """Return the index.

    Args:
        name: The API's name.
        version: The API's version.
        path: Where it is: ``/api``.

    Example:
        >>> index_wire("Shop API", "1.0.0", "/api")["endpoints"]["tickets"]
        '/api/tickets'
    """
    return {"name": name, "version": version, "endpoints": {each: f"{path}/{each}" for each in _RESOURCES}}
