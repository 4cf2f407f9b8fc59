"""An organisation's tickets, one at a time and as they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service_engine.adapters.memory import aggregates
from service_engine.adapters.memory.listed import MemoryListed
from service_engine.adapters.memory.orders import order_summary
from service_engine.adapters.memory.people import are_people, client_summary, employee_rows
from service_engine.adapters.memory.rows import row_of
from service_engine.adapters.memory.state import State, Work
from service_engine.adapters.memory.tags import are_tags
from service_engine.domain.change import Change
from service_engine.domain.ids import TicketId
from service_engine.domain.tickets import Ticket
from service_engine.ports.tickets import TicketDetails, TicketFilter, TicketRow, TicketSort

__all__ = ["MemoryTicketQueries", "MemoryTickets"]


class MemoryTickets:
    """``ports.tickets.Tickets`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, ticket_id: TicketId) -> Ticket:
        """Return a live ticket."""
        return aggregates.live("ticket", self._work.state.tickets, ticket_id)

    def add(self, change: Change[Ticket]) -> Ticket:
        """Store a new ticket, assignments and tags included."""
        return aggregates.add(self._work, "ticket", self._work.state.tickets, change, _links)

    def save(self, change: Change[Ticket]) -> Ticket:
        """Store a changed ticket; a change without events writes nothing."""
        return aggregates.save(self._work, "ticket", self._work.state.tickets, change, _links)


class MemoryTicketQueries(MemoryListed[TicketFilter, TicketSort, Ticket, TicketRow]):
    """``ports.tickets.TicketQueries`` in memory."""

    def __init__(self, work: Work) -> None:
        super().__init__(work, lambda state, field: state.tickets.ordered(field), _listed)

    def get(self, ticket_id: TicketId) -> TicketDetails:
        """Return one live ticket with everything."""
        state = self._work.state
        ticket = aggregates.live("ticket", state.tickets, ticket_id)
        return TicketDetails(
            **_shown(state, ticket),
            order=order_summary(state, ticket.order_id),
            messages=state.ticket_messages.group(ticket_id),
        )


def _listed(state: State, ticket: Ticket) -> TicketRow:
    return row_of(state, state.ticket_rows, ticket, _row)


def _row(state: State, ticket: Ticket) -> TicketRow:
    return TicketRow(**_shown(state, ticket))


def _shown(state: State, ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "subject": ticket.subject,
        "client_id": ticket.client_id,
        "order_id": ticket.order_id,
        "status": ticket.status,
        "source": ticket.source,
        "note": ticket.note,
        "form_data": ticket.form_data,
        "metadata": ticket.metadata,
        "tags": tuple(tag.name for tag in ticket.tags),
        "employees": employee_rows(state, ticket.employee_ids),
        "client": client_summary(state, ticket.client_id),
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "last_message_at": ticket.last_message_at,
        "date_closed": ticket.date_closed,
    }


def _links(state: State, ticket: Ticket) -> Iterator[bool]:
    yield ticket.client_id in state.people.rows
    yield ticket.order_id is None or ticket.order_id in state.orders.rows
    yield are_people(state, ticket.employee_ids)
    yield are_tags(state, ticket.tags)
