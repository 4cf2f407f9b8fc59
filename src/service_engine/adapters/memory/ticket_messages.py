"""The messages on an organisation's tickets."""

from __future__ import annotations

from bisect import insort

from service_engine.adapters.memory.lists import sort_key
from service_engine.adapters.memory.state import Thread, Work
from service_engine.domain.change import Change
from service_engine.domain.ticket_messages import TicketMessage

__all__ = ["MemoryTicketMessages"]


class MemoryTicketMessages:
    """``ports.tickets.TicketMessages`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, change: Change[TicketMessage]) -> TicketMessage:
        """Store a new message."""
        state, message = self._work.state, change.state
        author_exists = message.author_id is None or message.author_id in state.people.rows
        self._work.require_links("ticket_message", message.id, message.ticket_id in state.tickets.rows, author_exists)
        state.messages.add("ticket_message", message)
        thread = state.threads.rows.get(message.ticket_id)
        messages = [] if thread is None else list(thread.messages)
        insort(messages, message, key=sort_key("created_at"))
        state.threads.put("ticket_message", Thread(message.ticket_id, tuple(messages)))
        self._work.events.extend(change.events)
        return message
