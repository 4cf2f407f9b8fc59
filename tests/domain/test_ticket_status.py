"""The status of tickets: every move, its inverse, and the date that follows it."""

from __future__ import annotations

from datetime import datetime

import attrs
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain import tickets
from service_engine.domain.change import Change
from service_engine.domain.ids import ClientId, UserId
from service_engine.domain.tickets import (
    LIFECYCLE,
    Ticket,
    TicketClosed,
    TicketReopened,
    TicketSetPending,
    TicketStatus,
)
from service_engine.testing import strategies
from service_engine.testing.examples import john, later, now, ticket

STATUS_EVENTS = {
    TicketStatus.OPEN: TicketReopened,
    TicketStatus.PENDING: TicketSetPending,
    TicketStatus.CLOSED: TicketClosed,
}


def test_the_statuses_and_their_labels():
    """The contract's numbers and words; a new ticket is Open; from each, every other can be reached in one move."""
    assert {status.value: status.label for status in TicketStatus} == {1: "Open", 2: "Pending", 3: "Closed"}
    assert LIFECYCLE.initial is TicketStatus.OPEN
    assert LIFECYCLE.noun == "ticket"
    assert len(list(LIFECYCLE.pairs())) == 6


def test_the_moves_table_is_the_one_that_is_public():
    """MOVES and LIFECYCLE are one table; the client of a ticket is never among what a transition takes."""
    assert tickets.MOVES is LIFECYCLE.moves
    assert ticket.client_id == ClientId(UserId(john.id))


@given(strategies.tickets(), st.sampled_from(TicketStatus), strategies.instants())
def test_date_closed_follows_the_status(there: Ticket, status: TicketStatus, at: datetime):
    """Set on entering Closed, cleared on leaving, kept while staying; nothing else but updated_at moves."""
    change = tickets.change_status(there, status, at=at)
    if status is there.status:
        assert change == Change(there)
    else:
        date_closed = at if status is TicketStatus.CLOSED else None
        assert change.state == attrs.evolve(there, status=status, date_closed=date_closed, updated_at=at)
        assert change.events == (STATUS_EVENTS[status](ticket_id=there.id, at=at),)


@given(strategies.tickets(), strategies.instants())
def test_the_named_moves_are_changes_of_status(there: Ticket, at: datetime):
    """close, reopen and set_pending lead where their names say."""
    assert tickets.close(there, at=at) == tickets.change_status(there, TicketStatus.CLOSED, at=at)
    assert tickets.reopen(there, at=at) == tickets.change_status(there, TicketStatus.OPEN, at=at)
    assert tickets.set_pending(there, at=at) == tickets.change_status(there, TicketStatus.PENDING, at=at)


@given(strategies.tickets(), strategies.instants())
def test_reopening_undoes_closing(there: Ticket, at: datetime):
    """An open ticket that is closed and reopened is as it was, but for updated_at."""
    opened = tickets.reopen(there, at=at).state
    back = tickets.close(opened, at=at).then(tickets.reopen, at=at)
    assert back.state == attrs.evolve(opened, updated_at=at)
    assert [type(event) for event in back.events] == [TicketClosed, TicketReopened]


def test_closing_again_keeps_the_first_time():
    """3 → 3 keeps date_closed."""
    closed = tickets.close(ticket, at=now).state
    assert tickets.close(closed, at=later).state.date_closed == now
