"""What happens to tickets, as events; ``tickets`` makes them, and shows them all under its own name too.

Source: contract section 2.8; design section 6 (names).
"""

from __future__ import annotations

from attrs import frozen

from service_engine.domain.change import Event
from service_engine.domain.ids import EmployeeId, OrderId, TicketId
from service_engine.domain.tags import Tag

__all__ = [
    "TicketAssigned",
    "TicketClosed",
    "TicketDeleted",
    "TicketLinked",
    "TicketOpened",
    "TicketReopened",
    "TicketRetagged",
    "TicketRevised",
    "TicketSetPending",
]


@frozen(kw_only=True)
class TicketOpened(Event):
    """A client asked for help.

    Example:
        >>> from service_engine.testing.examples import now, ticket
        >>> TicketOpened(ticket_id=ticket.id, at=now).ticket_id == ticket.id
        True
    """

    ticket_id: TicketId


@frozen(kw_only=True)
class TicketClosed(Event):
    """A ticket was closed.

    Example:
        >>> from service_engine.testing.examples import later, ticket
        >>> from service_engine.domain.tickets import close
        >>> close(ticket, at=later).events == (TicketClosed(ticket_id=ticket.id, at=later),)
        True
    """

    ticket_id: TicketId


@frozen(kw_only=True)
class TicketReopened(Event):
    """A ticket went back to Open.

    Example:
        >>> from service_engine.testing.examples import later, ticket
        >>> from service_engine.domain.tickets import close, reopen
        >>> close(ticket, at=later).then(reopen, at=later).events[-1] == TicketReopened(ticket_id=ticket.id, at=later)
        True
    """

    ticket_id: TicketId


@frozen(kw_only=True)
class TicketSetPending(Event):
    """A ticket went to Pending: somebody's answer is awaited.

    Example:
        >>> from service_engine.testing.examples import later, ticket
        >>> from service_engine.domain.tickets import set_pending
        >>> set_pending(ticket, at=later).events == (TicketSetPending(ticket_id=ticket.id, at=later),)
        True
    """

    ticket_id: TicketId


@frozen(kw_only=True)
class TicketAssigned(Event):
    """A ticket got other people, or the same in another order.

    Args:
        ticket_id: Which ticket.
        employee_ids: Who is assigned now; empty for nobody.

    Example:
        >>> from service_engine.testing.examples import jane, later, ticket
        >>> from service_engine.domain.tickets import assign
        >>> assign(ticket, [jane.id], at=later).events[0].employee_ids == (jane.id,)
        True
    """

    ticket_id: TicketId
    employee_ids: tuple[EmployeeId, ...]


@frozen(kw_only=True)
class TicketRetagged(Event):
    """A ticket got other tags, or the same in another order.

    Args:
        ticket_id: Which ticket.
        tags: Its tags now.

    Example:
        >>> from service_engine.testing.examples import later, ticket, urgent
        >>> from service_engine.domain.tickets import retag
        >>> retag(ticket, [urgent], at=later).events[0].tags == (urgent,)
        True
    """

    ticket_id: TicketId
    tags: tuple[Tag, ...]


@frozen(kw_only=True)
class TicketLinked(Event):
    """A ticket was linked to an order, or to none.

    Args:
        ticket_id: Which ticket.
        order_id: The order; None when the link was removed.

    Example:
        >>> from service_engine.testing.examples import later, ticket, website
        >>> from service_engine.domain.tickets import link_order
        >>> link_order(ticket, website.id, at=later).events[0].order_id == website.id
        True
    """

    ticket_id: TicketId
    order_id: OrderId | None


@frozen(kw_only=True)
class TicketRevised(Event):
    """The subject, the note or the metadata of a ticket changed.

    Args:
        ticket_id: Which ticket.
        fields: The names of the fields that changed, sorted.

    Example:
        >>> from service_engine.testing.examples import later, ticket
        >>> from service_engine.domain.tickets import revise
        >>> revise(ticket, subject="Help", note="Call back", at=later).events[0].fields
        ('note', 'subject')
    """

    ticket_id: TicketId
    fields: tuple[str, ...]


@frozen(kw_only=True)
class TicketDeleted(Event):
    """A ticket was deleted; it stays stored, and hidden.

    Example:
        >>> from service_engine.testing.examples import later, ticket
        >>> from service_engine.domain.tickets import delete
        >>> delete(ticket, at=later).events == (TicketDeleted(ticket_id=ticket.id, at=later),)
        True
    """

    ticket_id: TicketId
