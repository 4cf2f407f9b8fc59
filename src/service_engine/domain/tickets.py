"""Tickets: a client's request for help, from opening to closing and back.

The one invariant that everything here keeps: ``date_closed`` is set exactly while the status is Closed.

Source: the seed; contract sections 2.8 and 5.4, part A "Rules".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import field, frozen

from service_engine.domain.change import UNSET, Change, Unset, differences
from service_engine.domain.evolution import across_fields, evolve
from service_engine.domain.ids import ClientId, EmployeeId, OrderId, TicketId
from service_engine.domain.instants import optional_utc, utc
from service_engine.domain.json_values import EMPTY, JsonObject, freeze
from service_engine.domain.kinds import is_a
from service_engine.domain.lifecycle import Lifecycle, Status
from service_engine.domain.sequences import holds_no_repeats
from service_engine.domain.tags import Tag
from service_engine.domain.text import NOTE, bounded, clean, optional_bounded
from service_engine.domain.ticket_events import (
    TicketAssigned,
    TicketClosed,
    TicketDeleted,
    TicketLinked,
    TicketOpened,
    TicketReopened,
    TicketRetagged,
    TicketRevised,
    TicketSetPending,
)

__all__ = [
    "LIFECYCLE",
    "MOVES",
    "Ticket",
    "TicketAssigned",
    "TicketClosed",
    "TicketDeleted",
    "TicketLinked",
    "TicketOpened",
    "TicketReopened",
    "TicketRetagged",
    "TicketRevised",
    "TicketSetPending",
    "TicketStatus",
    "assign",
    "change_status",
    "close",
    "delete",
    "link_order",
    "open_ticket",
    "reopen",
    "retag",
    "revise",
    "set_pending",
]

SOURCE: Final = "API"


class TicketStatus(Status):
    """Where a ticket stands.

    Example:
        >>> TicketStatus(3).label
        'Closed'
    """

    OPEN = 1
    PENDING = 2
    CLOSED = 3


MOVES: Final[Mapping[TicketStatus, frozenset[TicketStatus]]] = {
    TicketStatus.OPEN: frozenset({TicketStatus.PENDING, TicketStatus.CLOSED}),
    TicketStatus.PENDING: frozenset({TicketStatus.OPEN, TicketStatus.CLOSED}),
    TicketStatus.CLOSED: frozenset({TicketStatus.OPEN, TicketStatus.PENDING}),
}
LIFECYCLE: Final = Lifecycle("ticket", TicketStatus.OPEN, MOVES)


def _fits_the_status(ticket: Ticket, _: object, date_closed: datetime | None) -> None:
    if (ticket.status is TicketStatus.CLOSED) != (date_closed is not None):
        msg = f"a ticket that is {ticket.status.label} cannot have date_closed={date_closed}"
        raise ValueError(msg)


@frozen(kw_only=True)
class Ticket:
    """A client's request for help.

    Args:
        id: Its id.
        client_id: Who asked; never changes.
        order_id: The order that it is about, of whichever client of the organisation.
        subject: 1 to 255 characters.
        status: Where it stands.
        source: Where it came from, up to 50 characters.
        note: Up to 65,535 characters.
        form_data: What a form collected; free JSON.
        metadata: Free JSON.
        employee_ids: Who is assigned, in the order of assignment, nobody twice.
        tags: In the order in which they were given, none twice.
        created_at: When it was opened, UTC.
        updated_at: When it last changed, UTC.
        last_message_at: The time of its newest message, UTC.
        date_closed: When it was closed, UTC; set exactly while the status is Closed.
        deleted_at: When it was deleted, UTC.
        version: How often it was stored.

    Raises:
        RuleViolationError: A text is out of bounds.
        ValueError: ``date_closed`` does not fit the status, or an employee or a tag is named twice.

    Example:
        >>> from service_engine.testing.examples import ticket
        >>> ticket.status.label, ticket.source, ticket.date_closed
        ('Open', 'API', None)
    """

    id: TicketId
    client_id: ClientId
    order_id: OrderId | None = None
    subject: str = field(validator=bounded())
    status: TicketStatus = field(default=TicketStatus.OPEN, validator=is_a(TicketStatus))
    source: str | None = field(default=SOURCE, validator=optional_bounded(50))
    note: str | None = field(default=None, validator=optional_bounded(NOTE))
    form_data: JsonObject = field(default=EMPTY, hash=False)
    metadata: JsonObject = field(default=EMPTY, hash=False)
    employee_ids: tuple[EmployeeId, ...] = field(default=(), validator=holds_no_repeats)
    tags: tuple[Tag, ...] = field(default=(), validator=holds_no_repeats)
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    last_message_at: datetime | None = field(default=None, converter=optional_utc)
    date_closed: datetime | None = field(
        default=None, converter=optional_utc, validator=across_fields(_fits_the_status)
    )
    deleted_at: datetime | None = field(default=None, converter=optional_utc)
    version: int = 1


_STATUS_EVENTS: Final = {
    TicketStatus.OPEN: TicketReopened,
    TicketStatus.PENDING: TicketSetPending,
    TicketStatus.CLOSED: TicketClosed,
}


def open_ticket(
    ticket_id: TicketId,
    *,
    client_id: ClientId,
    subject: str,
    at: datetime,
    status: TicketStatus = TicketStatus.OPEN,
    order_id: OrderId | None = None,
    employee_ids: Sequence[EmployeeId] = (),
    tags: Sequence[Tag] = (),
    note: str | None = None,
    metadata: JsonObject = EMPTY,
    form_data: JsonObject = EMPTY,
    source: str = SOURCE,
) -> Change[Ticket]:
    """Open a ticket, with everything that is known from the start.

    Args:
        ticket_id: Its id.
        client_id: Who asks.
        subject: 1 to 255 characters after stripping.
        at: Now.
        status: Where it stands; one that is opened as Closed was closed at the same time.
        order_id: The order that it is about.
        employee_ids: Who is assigned; checked by ``employees.require_assignable``.
        tags: Its tags.
        note: Up to 65,535 characters.
        metadata: Free JSON.
        form_data: Free JSON.
        source: Where it came from.

    Returns:
        The ticket, with one event: ``TicketOpened``.

    Raises:
        RuleViolationError: A text or the JSON is out of bounds.

    Source:
        Contract section 2.8, "create"; part A "Rules" (created as Closed).

    Example:
        >>> from datetime import UTC, datetime
        >>> from uuid import UUID
        >>> now = datetime(2026, 2, 7, 12, tzinfo=UTC)
        >>> opened = open_ticket(TicketId(UUID(int=1)), client_id=ClientId(UUID(int=2)), subject=" Help ", at=now)
        >>> opened.state.subject, opened.state.status.label
        ('Help', 'Open')
    """
    ticket = Ticket(
        id=ticket_id,
        client_id=client_id,
        order_id=order_id,
        subject=clean(subject, field="subject"),
        status=status,
        source=source,
        note=_clean_note(note),
        form_data=freeze(form_data, field="form_data"),
        metadata=freeze(metadata),
        employee_ids=tuple(employee_ids),
        tags=tuple(tags),
        created_at=at,
        updated_at=at,
        date_closed=at if status is TicketStatus.CLOSED else None,
    )
    return Change(ticket, (TicketOpened(ticket_id=ticket_id, at=at),))


def change_status(ticket: Ticket, status: TicketStatus, *, at: datetime) -> Change[Ticket]:
    """Move a ticket to another status; ``date_closed`` follows.

    Entering Closed sets ``date_closed`` to ``at``, leaving it clears it, staying there keeps the first time.

    Raises:
        IllegalMoveError: The lifecycle has no such move.

    Source:
        Contract section 5.4; the seed's "Status Change Handling".

    Example:
        >>> from service_engine.testing.examples import later, ticket
        >>> change_status(ticket, TicketStatus.CLOSED, at=later).state.date_closed == later
        True
    """
    LIFECYCLE.check(ticket.status, status)
    if status == ticket.status:
        return Change(ticket)
    moved = evolve(ticket, status=status, date_closed=at if status is TicketStatus.CLOSED else None, updated_at=at)
    return Change(moved, (_STATUS_EVENTS[status](ticket_id=ticket.id, at=at),))


def close(ticket: Ticket, *, at: datetime) -> Change[Ticket]:
    """Close a ticket. Closing a closed one changes nothing.

    Example:
        >>> from datetime import UTC, datetime
        >>> from uuid import UUID
        >>> now = datetime(2026, 2, 7, 12, tzinfo=UTC)
        >>> opened = open_ticket(TicketId(UUID(int=1)), client_id=ClientId(UUID(int=2)), subject="Help", at=now)
        >>> closed = opened.then(close, at=now)
        >>> closed.state.date_closed == now, close(closed.state, at=now).events
        (True, ())
    """
    return change_status(ticket, TicketStatus.CLOSED, at=at)


def reopen(ticket: Ticket, *, at: datetime) -> Change[Ticket]:
    """Move a ticket back to Open; it no longer has a ``date_closed``. Reopening an open one changes nothing.

    Example:
        >>> from service_engine.testing.examples import later, ticket
        >>> reopened = close(ticket, at=later).then(reopen, at=later).state
        >>> reopened.status.label, reopened.date_closed
        ('Open', None)
    """
    return change_status(ticket, TicketStatus.OPEN, at=at)


def set_pending(ticket: Ticket, *, at: datetime) -> Change[Ticket]:
    """Move a ticket to Pending: somebody's answer is awaited.

    Example:
        >>> from service_engine.testing.examples import later, ticket
        >>> set_pending(ticket, at=later).state.status.label
        'Pending'
    """
    return change_status(ticket, TicketStatus.PENDING, at=at)


def assign(ticket: Ticket, employee_ids: Sequence[EmployeeId], *, at: datetime) -> Change[Ticket]:
    """Replace everybody who is assigned.

    Args:
        ticket: The ticket.
        employee_ids: Who is assigned from now on, nobody twice; checked by ``employees.require_assignable``.
        at: Now.

    Source:
        The seed's "Employee Assignments" (full replacement).

    Example:
        >>> from service_engine.testing.examples import jane, later, ticket
        >>> assigned = assign(ticket, [jane.id], at=later)
        >>> assigned.state.employee_ids == (jane.id,), assign(assigned.state, [], at=later).state == ticket
        (True, False)
    """
    wanted = tuple(employee_ids)
    if wanted == ticket.employee_ids:
        return Change(ticket)
    assigned = evolve(ticket, employee_ids=wanted, updated_at=at)
    return Change(assigned, (TicketAssigned(ticket_id=ticket.id, employee_ids=wanted, at=at),))


def retag(ticket: Ticket, tags: Sequence[Tag], *, at: datetime) -> Change[Ticket]:
    """Replace all tags.

    Source:
        The seed's "Tag System" (full replacement).

    Example:
        >>> from service_engine.testing.examples import later, ticket, urgent
        >>> [tag.name for tag in retag(ticket, [urgent], at=later).state.tags]
        ['urgent']
    """
    wanted = tuple(tags)
    if wanted == ticket.tags:
        return Change(ticket)
    retagged = evolve(ticket, tags=wanted, updated_at=at)
    return Change(retagged, (TicketRetagged(ticket_id=ticket.id, tags=wanted, at=at),))


def link_order(ticket: Ticket, order_id: OrderId | None, *, at: datetime) -> Change[Ticket]:
    """Link a ticket to an order, or to none.

    Source:
        The seed's "Order Linking".

    Example:
        >>> from service_engine.testing.examples import later, ticket, website
        >>> linked = link_order(ticket, website.id, at=later)
        >>> linked.then(link_order, None, at=later).state.order_id is None
        True
    """
    if order_id == ticket.order_id:
        return Change(ticket)
    linked = evolve(ticket, order_id=order_id, updated_at=at)
    return Change(linked, (TicketLinked(ticket_id=ticket.id, order_id=order_id, at=at),))


def revise(
    ticket: Ticket,
    *,
    at: datetime,
    subject: str | Unset = UNSET,
    note: str | Unset | None = UNSET,
    metadata: JsonObject | Unset = UNSET,
) -> Change[Ticket]:
    """Change the subject, the note or the metadata; what is left out stays.

    Args:
        ticket: The ticket.
        at: Now.
        subject: 1 to 255 characters after stripping.
        note: Up to 65,535 characters; None clears it.
        metadata: Free JSON; replaces the old one whole.

    Raises:
        RuleViolationError: A text or the JSON is out of bounds.

    Example:
        >>> from service_engine.testing.examples import later, ticket
        >>> revise(ticket, subject=" Help with invoice ", at=later).state.subject
        'Help with invoice'
    """
    wanted = {
        "subject": subject if isinstance(subject, Unset) else clean(subject, field="subject"),
        "note": note if isinstance(note, Unset) else _clean_note(note),
        "metadata": metadata if isinstance(metadata, Unset) else freeze(metadata),
    }
    changed = differences(ticket, wanted)
    if not changed:
        return Change(ticket)
    revised = evolve(ticket, **changed, updated_at=at)
    return Change(revised, (TicketRevised(ticket_id=ticket.id, fields=tuple(sorted(changed)), at=at),))


def delete(ticket: Ticket, *, at: datetime) -> Change[Ticket]:
    """Delete a ticket; it stays stored, and hidden. Deleting a deleted one changes nothing.

    Example:
        >>> from service_engine.testing.examples import later, ticket
        >>> deleted = delete(ticket, at=later)
        >>> deleted.state.deleted_at == later, delete(deleted.state, at=later).events
        (True, ())
    """
    if ticket.deleted_at is not None:
        return Change(ticket)
    deleted = evolve(ticket, deleted_at=at, updated_at=at)
    return Change(deleted, (TicketDeleted(ticket_id=ticket.id, at=at),))


def _clean_note(note: str | None) -> str | None:
    return None if note is None else clean(note, field="note", max_length=NOTE, required=False)
