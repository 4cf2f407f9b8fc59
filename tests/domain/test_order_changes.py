"""Orders that change: all transitions, revised and never priced anew, assigned, retagged, deleted, touched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.domain.ordering import BOB, EARLIER, ID, any_order, dates, evolved, people

from service_engine.domain import orders
from service_engine.domain.change import UNSET, Change
from service_engine.domain.ids import EmployeeId, ServiceId
from service_engine.domain.json_values import freeze, same
from service_engine.domain.order_events import (
    OrderAssigned,
    OrderDeleted,
    OrderMessageReceived,
    OrderRetagged,
    OrderRevised,
    OrderTouched,
)
from service_engine.domain.orders import Order, OrderDetails, OrderStatus, change_order_status, revise_order
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import later, message, now, urgent, web_development, website

Transition = Callable[[Order], Change[Order]]


def details() -> st.SearchStrategy[OrderDetails]:
    """Make what may be revised, each field named or not."""
    return st.builds(
        OrderDetails,
        service_id=st.sampled_from((UNSET, None, web_development.id, ServiceId(ID))),
        service_name=st.just(UNSET) | strategies.lines(),
        note=st.sampled_from((UNSET, None, "", "Call")),
        form_data=st.sampled_from((UNSET, freeze({}), freeze({"a": 1}), freeze({"a": True}))),
        metadata=st.sampled_from((UNSET, freeze({}), freeze({"a": 1}))),
        date_started=st.just(UNSET) | dates(),
        date_completed=st.just(UNSET) | dates() | strategies.zoned_instants(),
        date_due=st.just(UNSET) | dates(),
        created_at=st.just(UNSET) | strategies.instants(),
    )


def transitions() -> st.SearchStrategy[Transition]:
    """Any transition that may change nothing, with any argument it takes, at any time."""
    at = strategies.instants()
    return st.one_of(
        st.builds(lambda to, at: lambda it: change_order_status(it, to, at=at), st.sampled_from(OrderStatus), at),
        st.builds(lambda what, at: lambda it: revise_order(it, what, at=at), details(), at),
        st.builds(lambda who, at: lambda it: orders.assign_order(it, who, at=at), people(), at),
        st.builds(lambda tags, at: lambda it: orders.retag_order(it, tags, at=at), st.sampled_from([(), [urgent]]), at),
        st.builds(lambda at: lambda it: orders.delete_order(it, at=at), at),
    )


# ----------------------------------------------------------------------------------------------- all transitions


@given(any_order(), transitions())
def test_there_are_no_events_exactly_when_nothing_changed(there: Order, transition: Transition):
    """A transition that changes something says so once; one that does not returns the very same order."""
    change = transition(there)
    undated = evolved(change.state, updated_at=there.updated_at)
    free = ("metadata", "form_data")
    changed = undated != there or not all(same(getattr(undated, name), getattr(there, name)) for name in free)
    assert len(change.events) == changed
    assert changed or change.state is there


@given(any_order(), transitions())
def test_every_transition_is_idempotent(there: Order, transition: Transition):
    """Doing the same again, at the same time, changes nothing and says nothing."""
    once = transition(there)
    again = transition(once.state)
    assert again.events == ()
    assert again.state is once.state


@given(any_order(), transitions())
def test_a_change_is_dated(there: Order, transition: Transition):
    """When something changed, updated_at is the time of the event."""
    change = transition(there)
    for event in change.events:
        assert change.state.updated_at == event.at


@given(any_order(), st.lists(transitions(), max_size=6))
def test_what_no_transition_touches(there: Order, steps: list[Transition]):
    """Number, client, price, quantity and how it was paid never change, whatever happens."""
    change = Change(there)
    for step in steps:
        change = change.then(step)
    kept = ("id", "number", "client_id", "price", "quantity", "paysys", "invoice_id", "subscription_id", "version")
    assert [getattr(change.state, name) for name in kept] == [getattr(there, name) for name in kept]
    assert change.state.last_message_at == there.last_message_at
    assert {event.order_id for event in change.events} <= {there.id}  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------------------------ revising


def test_revising_everything_at_once():
    """One event that names every changed field, sorted; texts are stripped."""
    change = revise_order(
        website,
        OrderDetails(
            service_id=None,
            service_name=" Shop ",
            note=" Call ",
            form_data=freeze({"b": 2}),
            metadata=freeze({"a": 1}),
            date_started=EARLIER,
            date_completed=now,
            date_due=later,
            created_at=EARLIER,
        ),
        at=later,
    )
    fields = tuple(sorted(each.name for each in attrs.fields(OrderDetails)))
    assert change.events == (OrderRevised(order_id=website.id, fields=fields, at=later),)
    assert change.state == evolved(
        website,
        service_id=None,
        service_name="Shop",
        note="Call",
        form_data=freeze({"b": 2}),
        metadata=freeze({"a": 1}),
        date_started=EARLIER,
        date_completed=now,
        date_due=later,
        created_at=EARLIER,
        updated_at=later,
    )


@given(any_order(), details())
def test_revising_changes_what_is_named_and_nothing_else(there: Order, what: OrderDetails):
    """Everything that was given is in the result, everything else as before."""
    wanted = {name: value for name, value in attrs.asdict(what, recurse=False).items() if value is not UNSET}
    after = revise_order(there, what, at=later).state
    assert {name: getattr(after, name) for name in wanted} == wanted
    assert after == evolved(there, **wanted, updated_at=after.updated_at)


def test_an_order_takes_its_service_as_a_snapshot():
    """Another service of the catalogue changes neither name nor price."""
    order = revise_order(website, OrderDetails(service_id=ServiceId(ID)), at=later).state
    assert (order.service_name, order.price) == (website.service_name, website.price)
    assert order.service_id == ID


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service_name": " "}, "service"),
        ({"service_name": "x" * 256}, "service"),
        ({"note": "x" * 65_536}, "note"),
        ({"note": "a\x00"}, "note"),
    ],
    ids=["blank service", "long service", "long note", "nul"],
)
def test_revising_refuses_what_does_not_fit_its_column(changes: dict[str, Any], field: str):
    """Each text has its bound, and the refusal names it."""
    with pytest.raises(RuleViolationError) as refused:
        revise_order(website, OrderDetails(**changes), at=later)
    assert refused.value.field == field


@pytest.mark.parametrize("name", ["date_started", "date_completed", "date_due", "created_at"])
def test_a_time_without_a_zone_is_wrong_use(name: str):
    """It could be any."""
    wrong: dict[str, Any] = {name: now.replace(tzinfo=None)}
    with pytest.raises(ValueError, match="has no zone"):
        revise_order(website, OrderDetails(**wrong), at=later)


# ---------------------------------------------------------------------------------------- people, tags, deletion


@given(any_order(), people(), strategies.instants())
def test_assigning_replaces_everybody(there: Order, who: tuple[EmployeeId, ...], at: datetime):
    """In the order that was given; the event names them."""
    assume(who != there.employee_ids)
    change = orders.assign_order(there, list(who), at=at)
    assert change.state == evolved(there, employee_ids=who, updated_at=at)
    assert change.events == (OrderAssigned(order_id=there.id, employee_ids=who, at=at),)


def test_retagging_replaces_all():
    """In the order that was given; the event names them."""
    change = orders.retag_order(website, [urgent], at=later)
    assert change.state == evolved(website, tags=(urgent,), updated_at=later)
    assert change.events == (OrderRetagged(order_id=website.id, tags=(urgent,), at=later),)
    assert change.then(orders.retag_order, [], at=later).state.tags == ()


@pytest.mark.parametrize("changes", [{"employee_ids": (BOB, BOB)}, {"tags": (urgent, urgent)}], ids=["people", "tags"])
def test_nothing_is_named_twice(changes: dict[str, Any]):
    """Repeats are removed before; left in, they are wrong use."""
    with pytest.raises(ValueError, match="must not name anything twice"):
        evolved(website, **changes)


@given(any_order(), strategies.instants())
def test_deleting_hides_once(order: Order, at: datetime):
    """The first deletion sets the time and says so; a second changes nothing. The status stays."""
    live = evolved(order, deleted_at=None)
    deleted = orders.delete_order(live, at=at)
    assert deleted.state == evolved(live, deleted_at=at, updated_at=at)
    assert deleted.events == (OrderDeleted(order_id=order.id, at=at),)
    assert deleted.then(orders.delete_order, at=later) == deleted


# ---------------------------------------------------------------------------------------------- tasks and messages


@given(any_order(), strategies.instants())
def test_touching_only_sets_the_time(there: Order, at: datetime):
    """Always with an event: something that belongs to the order changed, even at a time that is noted already."""
    touched = orders.touch_order(there, at=at)
    assert touched.state == evolved(there, updated_at=at)
    assert touched.events == (OrderTouched(order_id=there.id, at=at),)
    assert len(touched.then(orders.touch_order, at=at).events) == 2


@given(any_order(), strategies.instants())
def test_an_order_notes_the_newest_message(there: Order, at: datetime):
    """Neither of the two times goes back, whatever the message is dated; one event, and nothing else changes (D35)."""
    came = attrs.evolve(message, created_at=at)
    received = orders.receive_order_message(there, came)
    newest = at if there.last_message_at is None else max(there.last_message_at, at)
    assert received.state == evolved(there, last_message_at=newest, updated_at=max(at, there.updated_at))
    assert received.events == (OrderMessageReceived(message_id=message.id, order_id=there.id, at=at),)


def test_each_message_is_an_event_even_at_the_same_time():
    """Two messages of one instant leave the same state, and are two events."""
    once = orders.receive_order_message(website, message)
    twice = once.then(orders.receive_order_message, message)
    assert (twice.state, len(twice.events)) == (once.state, 2)
