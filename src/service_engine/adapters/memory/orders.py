"""An organisation's orders, one at a time and as they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service_engine.adapters.memory import aggregates
from service_engine.adapters.memory.listed import MemoryListed
from service_engine.adapters.memory.people import are_people, client_summary, employee_rows
from service_engine.adapters.memory.rows import row_of
from service_engine.adapters.memory.state import State, Work
from service_engine.adapters.memory.tags import are_tags
from service_engine.domain.change import Change
from service_engine.domain.ids import OrderId
from service_engine.domain.orders import Order
from service_engine.ports.orders import OrderFilter, OrderRow, OrderSort, OrderSummary

__all__ = ["MemoryOrderQueries", "MemoryOrders", "order_summary"]


class MemoryOrders:
    """``ports.orders.Orders`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, order_id: OrderId) -> Order:
        """Return a live order."""
        return aggregates.live("order", self._work.state.orders, order_id)

    def add(self, change: Change[Order]) -> Order:
        """Store a new order, assignments and tags included."""
        return aggregates.add(self._work, "order", self._work.state.orders, change, _links)

    def save(self, change: Change[Order]) -> Order:
        """Store a changed order; a change without events writes nothing."""
        return aggregates.save(self._work, "order", self._work.state.orders, change, _links)

    def taken_numbers(self, numbers: Sequence[str]) -> frozenset[str]:
        """Return those of the numbers that orders, deleted ones counted, have."""
        claims = self._work.state.orders.claims
        return frozenset(number for number in numbers if ("number", number) in claims)


class MemoryOrderQueries(MemoryListed[OrderFilter, OrderSort, Order, OrderRow]):
    """``ports.orders.OrderQueries`` in memory."""

    def __init__(self, work: Work) -> None:
        super().__init__(work, lambda state, field: state.orders.ordered(field), _listed)

    def get(self, order_id: OrderId) -> OrderRow:
        """Return one live order."""
        state = self._work.state
        return row_of(state, state.order_rows, aggregates.live("order", state.orders, order_id), _row)


def _listed(state: State, order: Order) -> OrderRow:
    return row_of(state, state.order_rows, order, _row)


def order_summary(state: State, order_id: OrderId | None) -> OrderSummary | None:
    """Return an order as a ticket shows it; None when there is none, or it is deleted."""
    order = None if order_id is None else state.orders.rows.get(order_id)
    if order is None or order.deleted_at is not None:
        return None
    return OrderSummary(
        id=order.id,
        status=order.status,
        service_name=order.service_name,
        price=order.price,
        quantity=order.quantity,
        created_at=order.created_at,
    )


def _row(state: State, order: Order) -> OrderRow:
    return OrderRow(
        order=order,
        client=client_summary(state, order.client_id),
        employees=employee_rows(state, order.employee_ids),
    )


def _links(state: State, order: Order) -> Iterator[bool]:
    yield order.client_id in state.people.rows
    yield order.service_id is None or order.service_id in state.services.rows
    yield order.invoice_id is None or order.invoice_id in state.invoices.rows
    yield order.subscription_id is None or order.subscription_id in state.subscriptions.rows
    yield are_people(state, order.employee_ids)
    yield are_tags(state, order.tags)
