"""An organisation's orders, one at a time."""

from __future__ import annotations

from service_engine.adapters.memory.state import Work
from service_engine.adapters.memory.tables import require_current
from service_engine.domain.change import Change, next_version
from service_engine.domain.ids import OrderId
from service_engine.domain.orders import Order
from service_engine.errors import NotFoundError

__all__ = ["MemoryOrders"]


class MemoryOrders:
    """``ports.orders.Orders`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, order_id: OrderId) -> Order:
        """Return a live order."""
        order = self._work.state.orders.rows.get(order_id)
        if order is None or order.deleted_at is not None:
            raise NotFoundError("order", order_id)
        return order

    def add(self, change: Change[Order]) -> Order:
        """Store a new order."""
        state, order = self._work.state, change.state
        self._work.require_links("order", order.id, order.client_id in state.people.rows)
        state.orders.add("order", order, listed=order.deleted_at is None)
        self._work.events.extend(change.events)
        return order

    def save(self, change: Change[Order]) -> Order:
        """Store a changed order; a change without events writes nothing."""
        state, order = self._work.state, change.state
        if not change.events:
            return order
        require_current("order", state.orders.rows.get(order.id), order)
        self._work.require_links("order", order.id, order.client_id in state.people.rows)
        saved = next_version(order)
        state.orders.put("order", saved, listed=saved.deleted_at is None)
        self._work.events.extend(change.events)
        return saved

    def number_is_taken(self, number: str) -> bool:
        """Tell whether an order, deleted ones counted, has this number."""
        return ("number", number) in self._work.state.orders.claims
