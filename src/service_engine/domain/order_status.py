"""Where an order stands, and where it can go from there.

Source: contract section 5.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from service_engine.domain.lifecycle import Lifecycle, Status

__all__ = ["LIFECYCLE", "MOVES", "OrderStatus"]


class OrderStatus(Status):
    """Where an order stands.

    Example:
        >>> OrderStatus(4).label
        'On Hold'
    """

    UNPAID = 0
    IN_PROGRESS = 1
    COMPLETED = 2
    CANCELLED = 3
    ON_HOLD = 4


MOVES: Final[Mapping[OrderStatus, frozenset[OrderStatus]]] = {
    origin: frozenset(OrderStatus) - {origin} for origin in OrderStatus
}
LIFECYCLE: Final = Lifecycle("order", OrderStatus.UNPAID, MOVES)
