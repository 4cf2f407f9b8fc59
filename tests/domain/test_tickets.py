"""Tickets: every transition, its silence, and the one invariant. The status has a file of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain import tickets
from service_engine.domain.change import UNSET, Change
from service_engine.domain.ids import EmployeeId, TicketId, UserId
from service_engine.domain.json_values import freeze, same
from service_engine.domain.tickets import (
    Ticket,
    TicketAssigned,
    TicketDeleted,
    TicketLinked,
    TicketOpened,
    TicketRetagged,
    TicketRevised,
    TicketStatus,
)
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import jane, john, later, now, ticket, urgent, website

ID = TicketId(UUID(int=1))
BOB = EmployeeId(UserId(UUID(int=77)))
Transition = Callable[[Ticket], Change[Ticket]]


def evolved(value: Ticket, **changes: Any) -> Ticket:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def people() -> st.SearchStrategy[tuple[EmployeeId, ...]]:
    """A few people, nobody twice."""
    few = st.sampled_from([jane.id, BOB, EmployeeId(UserId(UUID(int=78)))])
    return st.lists(few, unique=True).map(tuple)


def transitions() -> st.SearchStrategy[Transition]:
    """Any transition, with any argument it takes, at any time."""
    at = strategies.instants()
    return st.one_of(
        st.builds(lambda at: lambda it: tickets.close(it, at=at), at),
        st.builds(lambda at: lambda it: tickets.reopen(it, at=at), at),
        st.builds(lambda at: lambda it: tickets.set_pending(it, at=at), at),
        st.builds(lambda to, at: lambda it: tickets.change_status(it, to, at=at), st.sampled_from(TicketStatus), at),
        st.builds(lambda who, at: lambda it: tickets.assign(it, who, at=at), people(), at),
        st.builds(lambda tags, at: lambda it: tickets.retag(it, tags, at=at), st.sampled_from([(), (urgent,)]), at),
        st.builds(
            lambda order, at: lambda it: tickets.link_order(it, order, at=at), st.sampled_from([None, website.id]), at
        ),
        st.builds(
            lambda subject, note, metadata, at: (
                lambda it: tickets.revise(it, subject=subject, note=note, metadata=metadata, at=at)
            ),
            st.sampled_from([UNSET, "Help"]) | strategies.lines(),
            st.sampled_from([UNSET, None, "Call"]),
            st.sampled_from([UNSET, freeze({}), freeze({"a": 1})]),
            at,
        ),
        st.builds(lambda at: lambda it: tickets.delete(it, at=at), at),
    )


# ----------------------------------------------------------------------------------------------- all transitions


@given(strategies.tickets(), transitions())
def test_there_are_no_events_exactly_when_nothing_changed(there: Ticket, transition: Transition):
    """A transition that changes something says so once; one that does not returns the very same ticket."""
    change = transition(there)
    undated = attrs.evolve(change.state, updated_at=there.updated_at)
    changed = undated != there or not same(undated.metadata, there.metadata)
    assert len(change.events) == changed
    assert changed or change.state is there


@given(strategies.tickets(), transitions())
def test_every_transition_is_idempotent(there: Ticket, transition: Transition):
    """Doing the same again, at the same time, changes nothing and says nothing."""
    once = transition(there)
    again = transition(once.state)
    assert again.events == ()
    assert again.state is once.state


@given(strategies.tickets(), st.lists(transitions(), max_size=6))
def test_what_no_transition_touches(there: Ticket, steps: list[Transition]):
    """Whatever happens, id, client, origin and version stay, and date_closed fits the status."""
    change = Change(there)
    for step in steps:
        change = change.then(step)
    kept = ("id", "client_id", "created_at", "source", "form_data", "last_message_at", "version")
    assert [getattr(change.state, name) for name in kept] == [getattr(there, name) for name in kept]
    assert (change.state.status is TicketStatus.CLOSED) == (change.state.date_closed is not None)
    assert {event.ticket_id for event in change.events} <= {there.id}  # type: ignore[attr-defined]


@given(strategies.tickets(), transitions())
def test_a_change_is_dated(there: Ticket, transition: Transition):
    """When something changed, updated_at is the time of the event."""
    change = transition(there)
    for event in change.events:
        assert change.state.updated_at == event.at


# ------------------------------------------------------------------------------------------------------- opening


def test_opening_with_the_least():
    """Open, from the API, with nothing attached, both times now, version 1, one event."""
    opened = tickets.open_ticket(ID, client_id=john.id, subject="  Help ", at=now)
    assert opened.state == Ticket(id=ID, client_id=john.id, subject="Help", created_at=now, updated_at=now)
    there = opened.state
    assert (there.status, there.source, there.order_id, there.note) == (TicketStatus.OPEN, "API", None, None)
    assert (dict(there.form_data), dict(there.metadata)) == ({}, {})
    assert (there.employee_ids, there.tags, there.version) == ((), (), 1)
    assert (there.last_message_at, there.date_closed, there.deleted_at) == (None, None, None)
    assert opened.events == (TicketOpened(ticket_id=ID, at=now),)


def test_opening_with_everything():
    """Each argument ends up where it belongs; lists become tuples, the note is stripped."""
    there = tickets.open_ticket(
        ID,
        client_id=john.id,
        subject="Help",
        status=TicketStatus.PENDING,
        order_id=website.id,
        employee_ids=[jane.id, BOB],
        tags=[urgent],
        note=" Call back ",
        metadata=freeze({"a": 1}),
        form_data=freeze({"b": 2}),
        source="Form",
        at=now,
    ).state
    assert there == Ticket(
        id=ID,
        client_id=john.id,
        order_id=website.id,
        subject="Help",
        status=TicketStatus.PENDING,
        source="Form",
        note="Call back",
        form_data=freeze({"b": 2}),
        metadata=freeze({"a": 1}),
        employee_ids=(jane.id, BOB),
        tags=(urgent,),
        created_at=now,
        updated_at=now,
    )


@pytest.mark.parametrize("status", TicketStatus)
def test_opened_as_closed_is_closed_at_once(status: TicketStatus):
    """date_closed is created_at for a ticket that is opened as Closed, and None for any other."""
    there = tickets.open_ticket(ID, client_id=john.id, subject="Help", status=status, at=now).state
    assert (there.status, there.date_closed) == (status, now if status is TicketStatus.CLOSED else None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"subject": "x" * 256}, "subject"),
        ({"note": "x" * 65_536}, "note"),
        ({"note": "a\x00"}, "note"),
        ({"source": "x" * 51}, "source"),
    ],
    ids=["blank subject", "long subject", "long note", "nul in note", "long source"],
)
def test_opening_refuses_what_does_not_fit_its_column(changes: dict[str, Any], field: str):
    """Each text has its bound, and the refusal names it."""
    arguments: dict[str, Any] = {"client_id": john.id, "subject": "Help", "at": now}
    with pytest.raises(RuleViolationError) as refused:
        tickets.open_ticket(ID, **(arguments | changes))
    assert refused.value.field == field


def test_the_bounds_themselves_fit():
    """The longest subject, note and source; a blank note becomes empty."""
    there = tickets.open_ticket(
        ID, client_id=john.id, subject="x" * 255, note="x" * 65_535, source="x" * 50, at=now
    ).state
    assert (len(there.subject), len(there.note or ""), len(there.source or "")) == (255, 65_535, 50)
    assert tickets.open_ticket(ID, client_id=john.id, subject="x", note=" ", at=now).state.note == ""


def test_a_naive_time_is_wrong_use():
    """No transition takes a time without a zone."""
    naive: Any = now.replace(tzinfo=None)
    steps: list[Callable[[], object]] = [
        lambda: tickets.open_ticket(ID, client_id=john.id, subject="Help", at=naive),
        lambda: tickets.close(ticket, at=naive),
        lambda: tickets.assign(ticket, [jane.id], at=naive),
        lambda: tickets.retag(ticket, [urgent], at=naive),
        lambda: tickets.link_order(ticket, website.id, at=naive),
        lambda: tickets.revise(ticket, subject="New", at=naive),
        lambda: tickets.delete(ticket, at=naive),
    ]
    for step in steps:
        with pytest.raises(ValueError, match="has no zone"):
            step()


# ------------------------------------------------------------------------------------------------- the invariant


@pytest.mark.parametrize(("status", "date_closed"), list(product(TicketStatus, [None, now])))
def test_date_closed_is_set_exactly_while_closed(status: TicketStatus, date_closed: datetime | None):
    """Any other combination cannot exist; the message tells both."""
    if (status is TicketStatus.CLOSED) == (date_closed is not None):
        assert attrs.evolve(ticket, status=status, date_closed=date_closed).status is status
    else:
        with pytest.raises(ValueError, match=f"a ticket that is {status.label} cannot have date_closed="):
            attrs.evolve(ticket, status=status, date_closed=date_closed)


def test_a_bare_number_is_no_status():
    """3 compares like Closed, but is not a status: neither a value nor a move takes it."""
    with pytest.raises(TypeError, match="status must be of TicketStatus, not 3"):
        evolved(ticket, status=3)
    with pytest.raises(TypeError, match="status must be of TicketStatus, not 3"):
        tickets.change_status(ticket, 3, at=now)  # type: ignore[arg-type]


def test_nobody_and_no_tag_twice():
    """A repeated person or tag cannot exist; the message says where."""
    with pytest.raises(ValueError, match="employee_ids must not name anything twice"):
        attrs.evolve(ticket, employee_ids=(jane.id, BOB, jane.id))
    with pytest.raises(ValueError, match="tags must not name anything twice"):
        attrs.evolve(ticket, tags=(urgent, urgent))


def test_a_ticket_is_a_value():
    """It can be hashed, compared, and not changed."""
    assert len({ticket, attrs.evolve(ticket), attrs.evolve(ticket, subject="Other")}) == 2
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        ticket.subject = "New"  # type: ignore[misc]


# ----------------------------------------------------------------------------------------------- people and tags


@given(strategies.tickets(), people(), strategies.instants())
def test_assigning_replaces_everybody(there: Ticket, who: tuple[EmployeeId, ...], at: datetime):
    """The wanted people in their order, nobody else; silent when they are assigned so already."""
    change = tickets.assign(there, list(who), at=at)
    if who == there.employee_ids:
        assert change == Change(there)
    else:
        assert change.state == attrs.evolve(there, employee_ids=who, updated_at=at)
        assert change.events == (TicketAssigned(ticket_id=there.id, employee_ids=who, at=at),)
    back = change.then(tickets.assign, there.employee_ids, at=at).state
    assert back == attrs.evolve(there, updated_at=back.updated_at)


def test_the_order_of_people_and_tags_counts():
    """The same in another order is a change."""
    both = tickets.assign(ticket, [jane.id, BOB], at=now).state
    assert tickets.assign(both, [BOB, jane.id], at=later).events[0] == TicketAssigned(
        ticket_id=ticket.id, employee_ids=(BOB, jane.id), at=later
    )


def test_assigning_somebody_twice_is_wrong_use():
    """require_assignable de-duplicates; a transition does not hide it."""
    with pytest.raises(ValueError, match="employee_ids must not name anything twice"):
        tickets.assign(ticket, [jane.id, jane.id], at=now)


@given(strategies.tickets(), strategies.instants())
def test_retagging_replaces_all_tags(there: Ticket, at: datetime):
    """The wanted tags, no others; silent when they are there already; an empty list clears."""
    for wanted in ((urgent,), ()):
        change = tickets.retag(there, list(wanted), at=at)
        if wanted == there.tags:
            assert change == Change(there)
        else:
            assert change.state == attrs.evolve(there, tags=wanted, updated_at=at)
            assert change.events == (TicketRetagged(ticket_id=there.id, tags=wanted, at=at),)


@given(strategies.tickets(), strategies.instants())
def test_linking_and_unlinking_an_order(there: Ticket, at: datetime):
    """A link is set, replaced and removed; silent when it is so already."""
    for order_id in (website.id, None):
        change = tickets.link_order(there, order_id, at=at)
        if order_id == there.order_id:
            assert change == Change(there)
        else:
            assert change.state == attrs.evolve(there, order_id=order_id, updated_at=at)
            assert change.events == (TicketLinked(ticket_id=there.id, order_id=order_id, at=at),)


# ------------------------------------------------------------------------------------------------------ revising


def test_revising_names_what_changed_in_order():
    """Only what is given and new is a change; the names are sorted."""
    change = tickets.revise(ticket, subject="New", note="Call", metadata=freeze({"a": 1}), at=later)
    assert change.state == attrs.evolve(ticket, subject="New", note="Call", metadata=freeze({"a": 1}), updated_at=later)
    assert change.events == (TicketRevised(ticket_id=ticket.id, fields=("metadata", "note", "subject"), at=later),)


def test_what_is_left_out_stays():
    """Each field alone leaves the others."""
    full = tickets.revise(ticket, subject="Old", note="Old", metadata=freeze({"a": 1}), at=now).state
    for name, value in (("subject", "New"), ("note", "New"), ("metadata", freeze({"b": 2}))):
        change = tickets.revise(full, **{name: value}, at=later)  # type: ignore[arg-type]
        assert change.state == evolved(full, **{name: value}, updated_at=later)
        assert change.events == (TicketRevised(ticket_id=ticket.id, fields=(name,), at=later),)
    assert tickets.revise(full, at=later) == Change(full)


def test_texts_are_cleaned_before_they_are_compared():
    """Blanks around what is there already are no change."""
    noted = tickets.revise(ticket, note="Call", at=now).state
    assert tickets.revise(noted, subject=f" {ticket.subject} ", note=" Call ", at=later) == Change(noted)


def test_none_clears_the_note():
    """None is a wish, UNSET is none."""
    noted = tickets.revise(ticket, note="Call", at=now).state
    assert tickets.revise(noted, note=None, at=later).state.note is None
    assert tickets.revise(noted, note=UNSET, at=later) == Change(noted)


def test_metadata_is_replaced_whole():
    """Nothing of the old object stays, and true over 1 is a change."""
    first = tickets.revise(ticket, metadata=freeze({"a": 1, "b": 2}), at=now).state
    assert dict(tickets.revise(first, metadata=freeze({"c": 3}), at=later).state.metadata) == {"c": 3}
    assert tickets.revise(first, metadata=freeze({"a": True, "b": 2}), at=later).events
    assert dict(tickets.revise(first, metadata=freeze({}), at=later).state.metadata) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"subject": ""}, "subject"), ({"subject": "x" * 256}, "subject"), ({"note": "x" * 65_536}, "note")],
    ids=["blank", "long", "long note"],
)
def test_revising_refuses_what_does_not_fit(changes: dict[str, str], field: str):
    """The same bounds as at opening."""
    with pytest.raises(RuleViolationError) as refused:
        tickets.revise(ticket, **changes, at=later)  # type: ignore[arg-type]
    assert refused.value.field == field


# ------------------------------------------------------------------------------------------------------ deleting


@given(strategies.tickets(), strategies.instants())
def test_deleting_hides_once(there: Ticket, at: datetime):
    """The first deletion sets deleted_at and updated_at and says so; a second keeps the first time."""
    live = attrs.evolve(there, deleted_at=None)
    deleted = tickets.delete(live, at=at)
    assert deleted.state == attrs.evolve(live, deleted_at=at, updated_at=at)
    assert deleted.events == (TicketDeleted(ticket_id=there.id, at=at),)
    assert tickets.delete(deleted.state, at=later) == Change(deleted.state)
