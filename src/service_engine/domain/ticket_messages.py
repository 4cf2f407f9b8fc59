"""Messages on a ticket, oldest first; some for the staff only.

Source: contract section 2.8 (messages); the seed's "Message Support".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from service_engine.domain.change import Change, Event
from service_engine.domain.evolution import evolve
from service_engine.domain.ids import TicketId, TicketMessageId, UserId
from service_engine.domain.messages import Message, clean_files, clean_text
from service_engine.domain.tickets import Ticket

__all__ = [
    "TicketMessage",
    "TicketMessagePosted",
    "TicketMessageReceived",
    "post_message",
    "receive_message",
]


@frozen(kw_only=True)
class TicketMessage(Message):
    """One message on a ticket.

    Args:
        id: Its id.
        ticket_id: The ticket that it stands on.

    Example:
        >>> from service_engine.testing.examples import question
        >>> question.text, question.staff_only, question.files
        ('I need help with my order', False, ())
    """

    id: TicketMessageId
    ticket_id: TicketId


@frozen(kw_only=True)
class TicketMessagePosted(Event):
    """Somebody wrote a message on a ticket.

    Example:
        >>> from service_engine.testing.examples import later, question, ticket
        >>> TicketMessagePosted(message_id=question.id, ticket_id=ticket.id, at=later).message_id == question.id
        True
    """

    message_id: TicketMessageId
    ticket_id: TicketId


@frozen(kw_only=True)
class TicketMessageReceived(Event):
    """A ticket noted the time of a message.

    Example:
        >>> from service_engine.testing.examples import later, question, ticket
        >>> event = TicketMessageReceived(message_id=question.id, ticket_id=ticket.id, at=later)
        >>> receive_message(ticket, question).events == (event,)
        True
    """

    message_id: TicketMessageId
    ticket_id: TicketId


def post_message(
    message_id: TicketMessageId,
    ticket: Ticket,
    *,
    author_id: UserId,
    text: str,
    at: datetime,
    staff_only: bool = False,
    files: Sequence[str] = (),
) -> Change[TicketMessage]:
    """Write a message on a ticket.

    Raises:
        RuleViolationError: The text or a file is blank or too long, or there are too many files.

    Example:
        >>> from service_engine.testing.examples import jane, now, ticket
        >>> from uuid import UUID
        >>> posted = post_message(
        ...     TicketMessageId(UUID(int=1)), ticket, author_id=jane.id, text=" Ask sales ", staff_only=True, at=now
        ... )
        >>> posted.state.text, posted.state.staff_only
        ('Ask sales', True)
    """
    message = TicketMessage(
        id=message_id,
        ticket_id=ticket.id,
        author_id=author_id,
        text=clean_text(text),
        staff_only=staff_only,
        files=clean_files(files),
        created_at=at,
    )
    return Change(message, (TicketMessagePosted(message_id=message_id, ticket_id=ticket.id, at=at),))


def receive_message(ticket: Ticket, message: TicketMessage) -> Change[Ticket]:
    """Note on the ticket that a message came: ``last_message_at`` is the newest message's own time.

    A message that is dated back, from an import for instance, puts neither time back.

    Always an event: another message is a change of the conversation, even at a time that is noted already.

    Example:
        >>> from service_engine.testing.examples import later, question, ticket
        >>> receive_message(ticket, question).state.last_message_at == later
        True
    """
    newest = max(message.created_at, ticket.last_message_at or message.created_at)
    received = evolve(ticket, last_message_at=newest, updated_at=max(message.created_at, ticket.updated_at))
    event = TicketMessageReceived(message_id=message.id, ticket_id=ticket.id, at=message.created_at)
    return Change(received, (event,))
