"""The messages on an organisation's orders, one at a time and as they are shown."""

from __future__ import annotations

from collections.abc import Iterator

from service_engine.adapters.memory import aggregates
from service_engine.adapters.memory.lists import slice_of
from service_engine.adapters.memory.people import author_row
from service_engine.adapters.memory.rows import row_of
from service_engine.adapters.memory.state import State, Work
from service_engine.domain.change import Change
from service_engine.domain.ids import OrderId, OrderMessageId
from service_engine.domain.order_messages import OrderMessage
from service_engine.ports.lists import Slice, SliceRequest
from service_engine.ports.order_messages import OrderMessageRow

__all__ = ["MemoryOrderMessageQueries", "MemoryOrderMessages"]


class MemoryOrderMessages:
    """``ports.order_messages.OrderMessages`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, message_id: OrderMessageId) -> OrderMessage:
        """Return a message on a live order."""
        return _live(self._work.state, message_id)

    def add(self, change: Change[OrderMessage]) -> OrderMessage:
        """Store a new message."""
        return aggregates.add(self._work, "order_message", self._work.state.order_messages, change, _links)

    def remove(self, change: Change[OrderMessage]) -> None:
        """Take a message away for good."""
        state, message = self._work.state, change.state
        state.order_messages.remove("order_message", message.id)
        state.order_message_rows.pop(message.id, None)
        self._work.events.extend(change.events)


class MemoryOrderMessageQueries:
    """``ports.order_messages.OrderMessageQueries`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, message_id: OrderMessageId) -> OrderMessageRow:
        """Return one message on a live order."""
        state = self._work.state
        return row_of(state, state.order_message_rows, _live(state, message_id), _row)

    def of_order(self, order_id: OrderId, page: SliceRequest) -> Slice[OrderMessageRow]:
        """Return a slice of a live order's messages, oldest first, equally old ones by id."""
        state = self._work.state
        aggregates.live("order", state.orders, order_id)
        chosen, more = slice_of(state.order_messages.group(order_id), page)
        return Slice(tuple(row_of(state, state.order_message_rows, message, _row) for message in chosen), more)


def _live(state: State, message_id: OrderMessageId) -> OrderMessage:
    return aggregates.live_part("order_message", state.order_messages, message_id, of=state.orders)


def _row(state: State, message: OrderMessage) -> OrderMessageRow:
    return OrderMessageRow(message=message, author=author_row(state, message.author_id))


def _links(state: State, message: OrderMessage) -> Iterator[bool]:
    yield message.order_id in state.orders.rows
    yield message.author_id is None or message.author_id in state.people.rows
