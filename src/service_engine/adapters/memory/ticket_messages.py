"""The messages on an organisation's tickets."""

from __future__ import annotations

from collections.abc import Iterator

from service_engine.adapters.memory import aggregates
from service_engine.adapters.memory.state import State, Work
from service_engine.domain.change import Change
from service_engine.domain.ticket_messages import TicketMessage

__all__ = ["MemoryTicketMessages"]


class MemoryTicketMessages:
    """``ports.tickets.TicketMessages`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, change: Change[TicketMessage]) -> TicketMessage:
        """Store a new message."""
        return aggregates.add(self._work, "ticket_message", self._work.state.ticket_messages, change, _links)


def _links(state: State, message: TicketMessage) -> Iterator[bool]:
    yield message.ticket_id in state.tickets.rows
    yield message.author_id is None or message.author_id in state.people.rows
