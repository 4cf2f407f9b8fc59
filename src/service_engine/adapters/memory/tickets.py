"""An organisation's tickets, one at a time and as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service_engine.adapters.memory.lists import page_of
from service_engine.adapters.memory.state import Person, State, Work
from service_engine.adapters.memory.tables import require_current
from service_engine.domain.change import Change, next_version
from service_engine.domain.clients import ZERO, Client
from service_engine.domain.ids import ClientId, EmployeeId, OrderId, TicketId
from service_engine.domain.tickets import Ticket
from service_engine.errors import NotFoundError
from service_engine.ports.employees import EmployeeRow
from service_engine.ports.lists import Condition, Page, PageRequest, Sort
from service_engine.ports.orders import OrderSummary
from service_engine.ports.tickets import TicketClient, TicketDetails, TicketFilter, TicketRow, TicketSort

__all__ = ["MemoryTicketQueries", "MemoryTickets"]


class MemoryTickets:
    """``ports.tickets.Tickets`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, ticket_id: TicketId) -> Ticket:
        """Return a live ticket."""
        ticket = self._work.state.tickets.rows.get(ticket_id)
        if ticket is None or ticket.deleted_at is not None:
            raise NotFoundError("ticket", ticket_id)
        return ticket

    def add(self, change: Change[Ticket]) -> Ticket:
        """Store a new ticket, assignments and tags included."""
        ticket = change.state
        self._require_links(ticket)
        self._work.state.tickets.add("ticket", ticket, listed=ticket.deleted_at is None)
        self._work.events.extend(change.events)
        return ticket

    def save(self, change: Change[Ticket]) -> Ticket:
        """Store a changed ticket; a change without events writes nothing."""
        tickets, ticket = self._work.state.tickets, change.state
        if not change.events:
            return ticket
        require_current("ticket", tickets.rows.get(ticket.id), ticket)
        self._require_links(ticket)
        saved = next_version(ticket)
        tickets.put("ticket", saved, listed=saved.deleted_at is None)
        self._work.events.extend(change.events)
        return saved

    def _require_links(self, ticket: Ticket) -> None:
        state = self._work.state
        self._work.require_links(
            "ticket",
            ticket.id,
            ticket.client_id in state.people.rows,
            ticket.order_id is None or ticket.order_id in state.orders.rows,
            all(employee_id in state.people.rows for employee_id in ticket.employee_ids),
            all(state.tags.rows.get(tag.id) == tag for tag in ticket.tags),
        )


class MemoryTicketQueries:
    """``ports.tickets.TicketQueries`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, ticket_id: TicketId) -> TicketDetails:
        """Return one live ticket with everything."""
        state = self._work.state
        ticket = state.tickets.rows.get(ticket_id)
        if ticket is None or ticket.deleted_at is not None:
            raise NotFoundError("ticket", ticket_id)
        thread = state.threads.rows.get(ticket_id)
        return TicketDetails(
            **_shown(state, ticket),
            order=_order_summary(state, ticket.order_id),
            messages=() if thread is None else thread.messages,
        )

    def page(
        self, filters: Sequence[Condition[TicketFilter]], sort: Sort[TicketSort], page: PageRequest
    ) -> Page[TicketRow]:
        """Return a page of live tickets and the number of all that the filters let through."""
        state = self._work.state
        chosen, total = page_of(state.tickets.ordered(sort.field.value), filters, sort, page)
        return Page(tuple(_row(state, ticket) for ticket in chosen), total)


def _row(state: State, ticket: Ticket) -> TicketRow:
    # A row is remembered together with the very ticket that it was made of, and the state forgets all rows when
    # somebody in them changes, so a remembered row is never an old one.
    remembered = state.ticket_rows.get(ticket.id)
    if remembered is not None and remembered[0] is ticket:
        return remembered[1]
    row = TicketRow(**_shown(state, ticket))
    state.ticket_rows[ticket.id] = (ticket, row)
    return row


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
        "employees": tuple(_employee_row(state, employee_id) for employee_id in ticket.employee_ids),
        "client": _ticket_client(state, state.people.rows[ticket.client_id]),
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "last_message_at": ticket.last_message_at,
        "date_closed": ticket.date_closed,
    }


def _employee_row(state: State, employee_id: EmployeeId) -> EmployeeRow:
    person = state.people.rows[employee_id]
    return EmployeeRow(
        id=employee_id,
        first_name=person.first_name,
        last_name=person.last_name,
        role_id=state.role_of(person).id,
    )


def _ticket_client(state: State, person: Person) -> TicketClient:
    # The links allow anybody of the organisation; somebody of the staff has none of a client's particulars.
    client = person if isinstance(person, Client) else None
    return TicketClient(
        id=ClientId(person.id),
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        company=None if client is None else client.company,
        phone=None if client is None else client.phone,
        balance=ZERO if client is None else client.balance,
        address=None if client is None else client.address,
        role=state.role_of(person),
    )


def _order_summary(state: State, order_id: OrderId | None) -> OrderSummary | None:
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
