"""Messages on tickets: cleaned, bounded, and noted on the ticket by their own time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given

from service_engine.domain.ids import TicketMessageId
from service_engine.domain.messages import MAX_FILES, Message
from service_engine.domain.ticket_messages import (
    TicketMessage,
    TicketMessagePosted,
    TicketMessageReceived,
    post_message,
    receive_message,
)
from service_engine.domain.tickets import Ticket
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import john, later, now, question, ticket

ID = TicketMessageId(UUID(int=1))


def post(**changes: Any) -> TicketMessage:
    """Post a message that differs in the given arguments."""
    arguments: dict[str, Any] = {"author_id": john.id, "text": "Hello", "at": now}
    return post_message(ID, ticket, **(arguments | changes)).state


def test_posting_cleans_and_says_so_once():
    """Text and files are stripped; ticket, author and time are kept; there is one event."""
    posted = post_message(
        ID, ticket, author_id=john.id, text=" Hello ", files=[" a.pdf", "b.pdf "], staff_only=True, at=now
    )
    message = posted.state
    assert (message.id, message.ticket_id, message.author_id) == (ID, ticket.id, john.id)
    assert (message.text, message.files, message.staff_only) == ("Hello", ("a.pdf", "b.pdf"), True)
    assert message.created_at == now
    assert posted.events == (TicketMessagePosted(message_id=ID, ticket_id=ticket.id, at=now),)


def test_a_message_is_for_everybody_and_without_files_unless_told_otherwise():
    """The defaults of the contract."""
    assert (post().staff_only, post().files) == (False, ())
    built = TicketMessage(id=ID, ticket_id=ticket.id, author_id=john.id, text="Hello", created_at=now)
    assert built == post()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "message"),
        ({"text": "x" * 65_536}, "message"),
        ({"text": "a\x00"}, "message"),
        ({"files": [" "]}, "files"),
        ({"files": ["ok", "x" * 2049]}, "files"),
        ({"files": ["x"] * 101}, "files"),
    ],
    ids=["blank", "long", "nul", "blank file", "long file", "many files"],
)
def test_posting_refuses_what_does_not_fit(changes: dict[str, Any], field: str):
    """Each part has its bound, and the refusal names it."""
    with pytest.raises(RuleViolationError) as refused:
        post(**changes)
    assert refused.value.field == field


def test_the_bounds_themselves_fit():
    """The longest text, the longest file, and a hundred of them."""
    assert MAX_FILES == 100
    message = post(text="x" * 65_535, files=["x" * 2048] * 100)
    assert (len(message.text), len(message.files)) == (65_535, 100)


def test_a_value_is_checked_like_input():
    """A message that was not posted but built obeys the same bounds, file by file."""
    with pytest.raises(RuleViolationError) as many:
        attrs.evolve(question, files=("x",) * 101)
    assert (many.value.field, many.value.message) == ("files", "The files must be at most 100.")
    with pytest.raises(RuleViolationError, match="at most 2048 characters"):
        attrs.evolve(question, files=("fine", "x" * 2049))
    with pytest.raises(RuleViolationError, match="must not be blank"):
        attrs.evolve(question, text="")


def test_a_message_on_a_ticket_is_a_message():
    """What messages have in common is said once; one on a ticket has no more than its id and the ticket's."""
    assert isinstance(question, Message)
    own = {each.name for each in attrs.fields(TicketMessage)} - {each.name for each in attrs.fields(Message)}
    assert own == {"id", "ticket_id"}


def test_an_author_may_be_gone():
    """A stored message without an author is a message (D7)."""
    assert attrs.evolve(question, author_id=None).author_id is None


@given(strategies.tickets(), strategies.messages())
def test_a_ticket_notes_the_newest_message(there: Ticket, message: TicketMessage):
    """Neither of the two times goes back, whatever the message is dated; one event, and nothing else changes."""
    received = receive_message(there, message)
    newest = message.created_at if there.last_message_at is None else max(there.last_message_at, message.created_at)
    assert received.state == attrs.evolve(
        there, last_message_at=newest, updated_at=max(message.created_at, there.updated_at)
    )
    assert received.events == (TicketMessageReceived(message_id=message.id, ticket_id=there.id, at=message.created_at),)


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_message_that_comes_late_does_not_set_the_clock_back(hours: int):
    """Older, equally old and newer ones."""
    noted: datetime = now + timedelta(hours=hours)
    there = attrs.evolve(ticket, last_message_at=noted)
    message = attrs.evolve(question, created_at=now)
    assert receive_message(there, message).state.last_message_at == max(noted, now)


def test_each_message_is_an_event_even_at_the_same_time():
    """Two messages of one instant leave the same state, and are two events."""
    once = receive_message(ticket, question)
    twice = once.then(receive_message, attrs.evolve(question, id=ID))
    assert (twice.state, len(twice.events)) == (once.state, 2)
    assert once.state.last_message_at == later
