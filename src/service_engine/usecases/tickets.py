"""What can be done with tickets.

Source: contract section 2.8; the seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from attrs import field, frozen

from service_engine.domain import ticket_messages, tickets
from service_engine.domain.change import UNSET, Change, Unset
from service_engine.domain.employees import require_assignable
from service_engine.domain.ids import ClientId, EmployeeId, OrderId, TicketId, TicketMessageId, UserId
from service_engine.domain.json_values import EMPTY
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.errors import InvalidReferenceError
from service_engine.ports.keysets import FROM_THE_START, KeysetPage, KeysetRequest
from service_engine.ports.lists import FIRST_PAGE, Condition, Page, PageRequest, Sort, bounded
from service_engine.ports.references import FoundReferences
from service_engine.ports.tickets import TicketDetails, TicketFilter, TicketRow, TicketSort
from service_engine.ports.unit_of_work import UnitOfWork, View
from service_engine.usecases.authors import require_author
from service_engine.usecases.tags import find_or_create_tags

__all__ = [
    "TicketPatch",
    "assign_ticket",
    "close_ticket",
    "delete_ticket",
    "get_ticket",
    "list_tickets",
    "open_ticket",
    "post_ticket_message",
    "reopen_ticket",
    "retag_ticket",
    "scroll_tickets",
    "update_ticket",
]

NEWEST_FIRST = Sort(TicketSort.CREATED_AT)


@frozen(kw_only=True)
class TicketPatch:
    """What to change of a ticket. ``UNSET`` leaves a field as it is, None clears it where that is possible.

    Args:
        subject: 1 to 255 characters after stripping.
        status: Where it shall stand.
        order_id: The order that it is about; None unlinks it.
        employee_ids: Everybody who shall be assigned; repeated ones count once.
        tags: The names of all its tags; repeated ones count once.
        note: Up to 65,535 characters.
        metadata: Free JSON; replaces the old one whole.

    Example:
        >>> TicketPatch(note=None).subject  # the note is to be cleared, the subject to stay
        UNSET
    """

    subject: str | Unset = UNSET
    status: TicketStatus | Unset = UNSET
    order_id: OrderId | Unset | None = UNSET
    employee_ids: Sequence[EmployeeId] | Unset = UNSET
    tags: Sequence[str] | Unset = UNSET
    note: str | Unset | None = UNSET
    metadata: Mapping[str, Any] | Unset = field(default=UNSET, hash=False)


def open_ticket(
    uow: UnitOfWork,
    *,
    client_id: ClientId,
    subject: str,
    at: datetime,
    status: TicketStatus = TicketStatus.OPEN,
    order_id: OrderId | None = None,
    employee_ids: Sequence[EmployeeId] = (),
    tags: Sequence[str] = (),
    note: str | None = None,
    metadata: Mapping[str, Any] = EMPTY,
) -> Ticket:
    """Open a ticket for a client.

    Args:
        uow: The unit of work.
        client_id: Who asks.
        subject: 1 to 255 characters after stripping.
        at: Now.
        status: Where it stands; as Closed it is closed at the same time.
        order_id: The order that it is about, of whichever client of the organisation.
        employee_ids: Who is assigned; repeated ones count once.
        tags: Names of tags; those that the organisation does not have yet are made.
        note: Up to 65,535 characters.
        metadata: Free JSON.

    Raises:
        InvalidReferenceError: The client (on ``client_id``) or the order (on ``order_id``) is not there.
        NotAssignableError: An employee is not there, or has no dashboard access.
        RuleViolationError: A text, a tag or the metadata is out of bounds.

    Source:
        Contract section 2.8, "create".

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, john, now
        >>> opened = agency().run(
        ...     acme.id, open_ticket, client_id=john.id, subject="Help", employee_ids=[jane.id], tags=["urgent"], at=now
        ... )
        >>> opened.status.label, [tag.name for tag in opened.tags]
        ('Open', ['urgent'])
    """
    found = uow.references.look_up(client_id=client_id, order_id=order_id, employee_ids=employee_ids)
    if not found.client:
        raise InvalidReferenceError("client_id", "The specified client does not exist.")
    _require_order(found, order_id)
    opened = partial(
        tickets.open_ticket,
        TicketId(uow.entropy.new_id()),
        client_id=client_id,
        subject=subject,
        status=status,
        order_id=order_id,
        employee_ids=require_assignable(employee_ids, found.members),
        note=note,
        metadata=metadata,
        at=at,
    )
    change = opened()  # what it refuses, it refuses before a tag is made
    if tags:
        change = opened(tags=find_or_create_tags(uow, tags, at=at))
    return uow.tickets.add(change)


def update_ticket(uow: UnitOfWork, ticket_id: TicketId, patch: TicketPatch, *, at: datetime) -> Ticket:
    """Change what the patch names, all of it or nothing.

    Raises:
        NotFoundError: The organisation has no such ticket.
        InvalidReferenceError: The order is not there.
        NotAssignableError: An employee is not there, or has no dashboard access.
        RuleViolationError: A text, a tag or the metadata is out of bounds.

    Source:
        Contract section 2.8, "update", and 5.4.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket, website
        >>> patch = TicketPatch(status=TicketStatus.PENDING, order_id=website.id, tags=["urgent"])
        >>> agency().run(acme.id, update_ticket, ticket.id, patch, at=later).status.label
        'Pending'
    """
    ticket = uow.tickets.get(ticket_id)
    change = tickets.revise(ticket, subject=patch.subject, note=patch.note, metadata=patch.metadata, at=at)
    change = _refer(uow, change, patch, at=at)
    if not isinstance(patch.tags, Unset):
        change = change.then(tickets.retag, find_or_create_tags(uow, patch.tags, at=at), at=at)
    if not isinstance(patch.status, Unset):
        change = change.then(tickets.change_status, patch.status, at=at)
    return uow.tickets.save(change)


def close_ticket(uow: UnitOfWork, ticket_id: TicketId, *, at: datetime) -> Ticket:
    """Close a ticket. Closing a closed one changes nothing.

    Raises:
        NotFoundError: The organisation has no such ticket.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket
        >>> agency().run(acme.id, close_ticket, ticket.id, at=later).date_closed == later
        True
    """
    return uow.tickets.save(tickets.close(uow.tickets.get(ticket_id), at=at))


def reopen_ticket(uow: UnitOfWork, ticket_id: TicketId, *, at: datetime) -> Ticket:
    """Move a ticket back to Open. Reopening an open one changes nothing.

    Raises:
        NotFoundError: The organisation has no such ticket.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket
        >>> store = agency()
        >>> closed = store.run(acme.id, close_ticket, ticket.id, at=later)
        >>> store.run(acme.id, reopen_ticket, ticket.id, at=later).date_closed is None
        True
    """
    return uow.tickets.save(tickets.reopen(uow.tickets.get(ticket_id), at=at))


def assign_ticket(uow: UnitOfWork, ticket_id: TicketId, employee_ids: Sequence[EmployeeId], *, at: datetime) -> Ticket:
    """Replace everybody who is assigned to a ticket.

    Raises:
        NotFoundError: The organisation has no such ticket.
        NotAssignableError: An employee is not there, or has no dashboard access.

    Example:
        >>> from service_engine.testing.examples import acme, agency, john, later, ticket
        >>> agency().run(acme.id, assign_ticket, ticket.id, [john.id], at=later)  # a client cannot be assigned
        Traceback (most recent call last):
            ...
        service_engine.errors.NotAssignableError: employees: The specified employee does not exist.
    """
    return update_ticket(uow, ticket_id, TicketPatch(employee_ids=employee_ids), at=at)


def retag_ticket(uow: UnitOfWork, ticket_id: TicketId, tags: Sequence[str], *, at: datetime) -> Ticket:
    """Replace all tags of a ticket; those that the organisation does not have yet are made.

    Raises:
        NotFoundError: The organisation has no such ticket.
        RuleViolationError: A name is blank or too long.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket
        >>> [tag.name for tag in agency().run(acme.id, retag_ticket, ticket.id, ["billing"], at=later).tags]
        ['billing']
    """
    return update_ticket(uow, ticket_id, TicketPatch(tags=tags), at=at)


def delete_ticket(uow: UnitOfWork, ticket_id: TicketId, *, at: datetime) -> None:
    """Delete a ticket; it stays stored, and hidden.

    Raises:
        NotFoundError: The organisation has no such ticket, or not any longer.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket
        >>> store = agency()
        >>> store.run(acme.id, delete_ticket, ticket.id, at=later)
        >>> store.read(acme.id, list_tickets).total
        0
    """
    uow.tickets.save(tickets.delete(uow.tickets.get(ticket_id), at=at))


def post_ticket_message(
    uow: UnitOfWork,
    ticket_id: TicketId,
    *,
    author_id: UserId,
    text: str,
    at: datetime,
    staff_only: bool = False,
    files: Sequence[str] = (),
) -> TicketMessage:
    """Write a message on a ticket; its ``last_message_at`` becomes the message's own time.

    Raises:
        NotFoundError: The organisation has no such ticket.
        InvalidReferenceError: The author is nobody of the organisation.
        RuleViolationError: The text or a file is blank or too long, or there are too many files.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, later, ticket
        >>> message = agency().run(acme.id, post_ticket_message, ticket.id, author_id=jane.id, text="On it", at=later)
        >>> message.text, message.created_at == later
        ('On it', True)
    """
    ticket = uow.tickets.get(ticket_id)
    require_author(uow, author_id)
    change = ticket_messages.post_message(
        TicketMessageId(uow.entropy.new_id()),
        ticket,
        author_id=author_id,
        text=text,
        staff_only=staff_only,
        files=files,
        at=at,
    )
    uow.tickets.save(ticket_messages.receive_message(ticket, change.state))
    return uow.ticket_messages.add(change)


def get_ticket(view: View, ticket_id: TicketId) -> TicketDetails:
    """Return a ticket with client, employees, tags, order and messages, in one statement.

    Raises:
        NotFoundError: The organisation has no such ticket.

    Example:
        >>> from service_engine.testing.examples import acme, agency, ticket
        >>> agency().read(acme.id, get_ticket, ticket.id).client.email
        'john@example.com'
    """
    return view.ticket_queries.get(ticket_id)


def list_tickets(
    view: View,
    *,
    filters: Sequence[Condition[TicketFilter]] = (),
    sort: Sort[TicketSort] = NEWEST_FIRST,
    page: PageRequest = FIRST_PAGE,
) -> Page[TicketRow]:
    """Return a page of tickets with client, employees and tags, in two statements whatever its size.

    Raises:
        ValueError: A filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> from service_engine.ports.lists import Operator
        >>> waiting = Condition(TicketFilter.STATUS, Operator.IN, (1, 2))
        >>> agency().read(acme.id, list_tickets, filters=[waiting]).total
        1
    """
    return view.ticket_queries.page(bounded(filters), sort, page)


def scroll_tickets(
    view: View,
    *,
    filters: Sequence[Condition[TicketFilter]] = (),
    sort: Sort[TicketSort] = NEWEST_FIRST,
    page: KeysetRequest[TicketSort] = FROM_THE_START,
) -> KeysetPage[TicketRow, TicketSort]:
    """Return the tickets that come after those of the last page, in one statement at any depth; counting is another.

    Raises:
        ValueError: A cursor of another order, a filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> from service_engine.ports.keysets import Counting
        >>> page = agency().read(acme.id, scroll_tickets, page=KeysetRequest(size=50, counting=Counting.EXACT))
        >>> page.following, page.total  # there is no next page
        (None, ExactTotal(rows=1))
    """
    return view.ticket_queries.keyset(bounded(filters), sort, page)


def _refer(uow: UnitOfWork, change: Change[Ticket], patch: TicketPatch, *, at: datetime) -> Change[Ticket]:
    order_id = None if isinstance(patch.order_id, Unset) else patch.order_id
    employee_ids = () if isinstance(patch.employee_ids, Unset) else tuple(patch.employee_ids)
    if order_id is not None or employee_ids:
        found = uow.references.look_up(order_id=order_id, employee_ids=employee_ids)
        _require_order(found, order_id)
        employee_ids = require_assignable(employee_ids, found.members)
    if not isinstance(patch.order_id, Unset):
        change = change.then(tickets.link_order, order_id, at=at)
    if not isinstance(patch.employee_ids, Unset):
        change = change.then(tickets.assign, employee_ids, at=at)
    return change


def _require_order(found: FoundReferences, order_id: OrderId | None) -> None:
    if order_id is not None and not found.order:
        raise InvalidReferenceError("order_id", "The specified order does not exist.")
