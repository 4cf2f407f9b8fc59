"""What the use cases need of tickets, and the rows in which they are read."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import frozen

from service_engine.domain.change import Change
from service_engine.domain.ids import ClientId, OrderId, TicketId
from service_engine.domain.json_values import JsonObject
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.ports.clients import ClientSummary
from service_engine.ports.employees import EmployeeRow
from service_engine.ports.keysets import Listed
from service_engine.ports.lists import Field, SortField
from service_engine.ports.orders import OrderSummary

__all__ = [
    "TicketDetails",
    "TicketFilter",
    "TicketMessages",
    "TicketQueries",
    "TicketRow",
    "TicketSort",
    "Tickets",
]


class TicketFilter(Field):
    """What a list of tickets can be filtered by. Source: contract section 1.9.

    Example:
        >>> TicketFilter("status")
        <TicketFilter.STATUS: 'status'>
    """

    CLIENT_ID = "client_id", UUID
    STATUS = "status", int
    ORDER_ID = "order_id", UUID
    CREATED_AT = "created_at", datetime
    LAST_MESSAGE_AT = "last_message_at", datetime


class TicketSort(SortField):
    """What a list of tickets can be sorted by. Source: contract section 1.8.

    Example:
        >>> TicketSort("subject")
        <TicketSort.SUBJECT: 'subject'>
    """

    ID = "id", UUID
    SUBJECT = "subject", str
    STATUS = "status", int
    CLIENT_ID = "client_id", UUID
    ORDER_ID = "order_id", UUID
    CREATED_AT = "created_at", datetime
    LAST_MESSAGE_AT = "last_message_at", datetime


@frozen(kw_only=True)
class TicketRow:
    """A ticket as a list shows it.

    Args:
        id: Its id.
        subject: What it is about.
        client_id: Who asked.
        order_id: The order that it is linked to, deleted ones included.
        status: Where it stands.
        source: Where it came from.
        note: The staff's note.
        form_data: What a form collected.
        metadata: Free JSON.
        tags: The names of its tags, in order.
        employees: Who is assigned, in order.
        client: Who asked, in full.
        created_at: When it was opened, UTC.
        updated_at: When it last changed, UTC.
        last_message_at: The time of its newest message, UTC.
        date_closed: When it was closed, UTC.

    Example:
        >>> from service_engine.ports.lists import PageRequest, Sort
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     [row.subject for row in uow.ticket_queries.page([], Sort(TicketSort.CREATED_AT), PageRequest()).rows]
        ['Help with order']
    """

    id: TicketId
    subject: str
    client_id: ClientId
    order_id: OrderId | None
    status: TicketStatus
    source: str | None
    note: str | None
    form_data: JsonObject
    metadata: JsonObject
    tags: tuple[str, ...]
    employees: tuple[EmployeeRow, ...]
    client: ClientSummary
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime | None
    date_closed: datetime | None


@frozen(kw_only=True)
class TicketDetails(TicketRow):
    """A ticket with everything.

    Args:
        order: The order that it is linked to; None when there is none, or it is deleted.
        messages: Oldest first, equally old ones by id.

    Example:
        >>> from service_engine.testing.examples import acme, agency, ticket
        >>> with agency().begin(acme.id) as uow:
        ...     uow.ticket_queries.get(ticket.id).messages
        ()
    """

    order: OrderSummary | None
    messages: tuple[TicketMessage, ...]


class Tickets(Protocol):
    """The organisation's tickets, one at a time.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket
        >>> from service_engine.domain.tickets import close
        >>> with agency().begin(acme.id) as uow:
        ...     uow.tickets.save(close(uow.tickets.get(ticket.id), at=later)).version
        2
    """

    def get(self, ticket_id: TicketId) -> Ticket:
        """Return a live ticket.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def add(self, change: Change[Ticket]) -> Ticket:
        """Store a new ticket, assignments and tags included.

        Raises:
            ConflictError: The id was taken, or something that it refers to is not in the organisation.
        """
        ...

    def save(self, change: Change[Ticket]) -> Ticket:
        """Store a changed ticket; a change without events writes nothing.

        Returns:
            The ticket as stored: one version later.

        Raises:
            ConflictError: It was changed or deleted since it was read.
        """
        ...


class TicketMessages(Protocol):
    """The messages on the organisation's tickets.

    Example:
        >>> from service_engine.testing.examples import acme, agency, john, later, ticket
        >>> from service_engine.domain.ticket_messages import post_message
        >>> with agency().begin(acme.id) as uow:
        ...     _ = uow.ticket_messages.add(
        ...         post_message(uow.entropy.new_id(), ticket, author_id=john.id, text="Hello", at=later)
        ...     )
        ...     [message.text for message in uow.ticket_queries.get(ticket.id).messages]
        ['Hello']
    """

    def add(self, change: Change[TicketMessage]) -> TicketMessage:
        """Store a new message."""
        ...


class TicketQueries(Listed[TicketFilter, TicketSort, TicketRow], Protocol):
    """Tickets as they are shown: one statement for one, two for a page of any size.

    Example:
        >>> from service_engine.ports.lists import PageRequest, Sort
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     uow.ticket_queries.page([], Sort(TicketSort.CREATED_AT), PageRequest()).total
        1
    """

    def get(self, ticket_id: TicketId) -> TicketDetails:
        """Return one live ticket with everything.

        Raises:
            NotFoundError: There is none.
        """
        ...
