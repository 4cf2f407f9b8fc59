"""Orders: placed under a number, moved with their dates, revised, and never priced anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service_engine.domain import orders
from service_engine.domain.change import UNSET, Change
from service_engine.domain.ids import ClientId, EmployeeId, InvoiceId, OrderId, ServiceId, SubscriptionId, UserId
from service_engine.domain.json_values import freeze, same
from service_engine.domain.money import money
from service_engine.domain.order_events import (
    OrderAssigned,
    OrderDeleted,
    OrderMessageReceived,
    OrderPlaced,
    OrderRetagged,
    OrderRevised,
    OrderStatusChanged,
    OrderTouched,
)
from service_engine.domain.orders import (
    LIFECYCLE,
    MAX_NUMBER,
    NUMBER_ALPHABET,
    NUMBER_LENGTH,
    Order,
    OrderDetails,
    OrderStatus,
    change_order_status,
    place_order,
    revise_order,
)
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import jane, later, message, now, urgent, web_development, website

ID = OrderId(UUID(int=1))
BOB = EmployeeId(UserId(UUID(int=77)))
EARLIER = now - timedelta(days=1)
STAMPED = {OrderStatus.IN_PROGRESS: "date_started", OrderStatus.COMPLETED: "date_completed"}
ARGUMENTS: dict[str, Any] = {
    "number": "A1B2C3D4",
    "client_id": ClientId(UserId(UUID(int=2))),
    "service_name": "Web Development",
    "price": money(1500, "USD"),
}
Transition = Callable[[Order], Change[Order]]


def place(**changes: Any) -> Order:
    """Place an order that differs in the given arguments."""
    return place_order(ID, **(ARGUMENTS | changes), at=now).state


def evolved(value: Order, **changes: Any) -> Order:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def people() -> st.SearchStrategy[tuple[EmployeeId, ...]]:
    """Choose a few people, nobody twice."""
    return st.lists(st.sampled_from([jane.id, BOB]), unique=True).map(tuple)


def dates() -> st.SearchStrategy[datetime | None]:
    """Make times, or none."""
    return st.none() | strategies.instants()


def any_order() -> st.SearchStrategy[Order]:
    """Make orders with and without each part."""
    return st.builds(
        evolved,
        strategies.orders(),
        service_id=st.sampled_from((None, web_development.id)),
        form_data=strategies.json_objects(),
        metadata=strategies.json_objects(),
        paysys=st.sampled_from((None, "Stripe")),
        invoice_id=st.none() | strategies.ids().map(InvoiceId),
        subscription_id=st.none() | strategies.ids().map(SubscriptionId),
        employee_ids=people(),
        tags=st.sampled_from(((), (urgent,))),
        date_started=dates(),
        date_completed=dates(),
        date_due=dates(),
        last_message_at=dates(),
    )


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


# ------------------------------------------------------------------------------------------------------- placing


def test_placing_with_the_least():
    """Both times are now, the rest has its defaults, and there is one event."""
    placed = place_order(ID, **ARGUMENTS, at=now)
    assert placed.state == Order(id=ID, **ARGUMENTS, created_at=now, updated_at=now)
    order = placed.state
    assert (order.status, order.quantity, order.version, order.service_id) == (OrderStatus.UNPAID, 1, 1, None)
    assert (order.note, order.paysys, order.invoice_id, order.subscription_id) == (None, None, None, None)
    assert (dict(order.form_data), dict(order.metadata), order.employee_ids, order.tags) == ({}, {}, (), ())
    assert (order.date_started, order.date_completed, order.date_due, order.last_message_at) == (None,) * 4
    assert order.deleted_at is None
    assert placed.events == (OrderPlaced(order_id=ID, at=now),)


def test_placing_with_everything():
    """Each argument ends up where it belongs; texts are stripped, lists become tuples, and there is one event."""
    placed = place_order(
        ID,
        number=" A1 ",
        client_id=ARGUMENTS["client_id"],
        service_name=" Logo ",
        price=money("299.50", "EUR"),
        service_id=web_development.id,
        quantity=3,
        status=OrderStatus.ON_HOLD,
        employee_ids=[BOB, jane.id],
        tags=[urgent],
        details=OrderDetails(
            note=" soon ",
            form_data=freeze({"b": 2}),
            metadata=freeze({"a": 1}),
            date_started=EARLIER,
            date_completed=now,
            date_due=later,
            created_at=EARLIER,
        ),
        at=now,
    )
    assert placed.state == Order(
        id=ID,
        number="A1",
        client_id=ARGUMENTS["client_id"],
        service_name="Logo",
        price=money("299.50", "EUR"),
        service_id=web_development.id,
        quantity=3,
        status=OrderStatus.ON_HOLD,
        employee_ids=(BOB, jane.id),
        tags=(urgent,),
        note="soon",
        form_data=freeze({"b": 2}),
        metadata=freeze({"a": 1}),
        date_started=EARLIER,
        date_completed=now,
        date_due=later,
        created_at=EARLIER,
        updated_at=now,
    )
    assert placed.events == (OrderPlaced(order_id=ID, at=now),)


@pytest.mark.parametrize("status", OrderStatus)
def test_placed_in_a_status_an_order_has_its_dates(status: OrderStatus):
    """Just as if it had been moved there; explicit dates win, also the explicit none."""
    there = place(status=status)
    assert there.status is status
    assert {name for name in STAMPED.values() if getattr(there, name) == now} == {STAMPED.get(status)} - {None}
    explicit = place(status=status, details=OrderDetails(date_started=EARLIER, date_completed=None))
    assert (explicit.date_started, explicit.date_completed) == (EARLIER, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": " "}, "number"),
        ({"number": "x" * 51}, "number"),
        ({"service_name": ""}, "service"),
        ({"service_name": "x" * 256}, "service"),
        ({"details": OrderDetails(note="x" * 65_536)}, "note"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 2**31}, "quantity"),
    ],
    ids=["blank number", "long number", "no service", "long service", "long note", "none", "negative", "too many"],
)
def test_placing_refuses_what_does_not_fit_its_column(changes: dict[str, Any], field: str):
    """Each argument has its bound, and the refusal names it."""
    with pytest.raises(RuleViolationError) as refused:
        place(**changes)
    assert refused.value.field == field


@pytest.mark.parametrize("named", [{"service_id": None}, {"service_id": web_development.id}, {"service_name": "Shop"}])
def test_a_new_orders_service_is_named_once(named: dict[str, Any]):
    """Not by the details, which nobody looked up."""
    with pytest.raises(ValueError, match="the service of a new order and its name are arguments of their own"):
        place(details=OrderDetails(**named))


def test_the_bounds_themselves_fit():
    """The longest number and service, an empty note, one and very many."""
    order = place(
        number="x" * 50, service_name="x" * 255, quantity=2_147_483_647, details=OrderDetails(note="x" * 65_535)
    )
    assert (len(order.number), len(order.service_name), len(order.note or "")) == (50, 255, 65_535)
    assert place(quantity=1, details=OrderDetails(note=" ")).note == ""


def test_the_number_that_is_drawn():
    """8 of 36 characters; a number of one's own has up to 50."""
    assert (len(NUMBER_ALPHABET), len(set(NUMBER_ALPHABET)), NUMBER_LENGTH, MAX_NUMBER) == (36, 36, 8, 50)
    assert NUMBER_ALPHABET.isalnum()
    assert NUMBER_ALPHABET.upper() == NUMBER_ALPHABET


# -------------------------------------------------------------------------------------------------- status and dates


def test_the_statuses_and_their_labels():
    """The contract's numbers and words; a bare number is no status."""
    labels = {status.value: status.label for status in OrderStatus}
    assert labels == {0: "Unpaid", 1: "In Progress", 2: "Completed", 3: "Cancelled", 4: "On Hold"}
    with pytest.raises(TypeError, match="status must be of OrderStatus, not 1"):
        evolved(website, status=1)


def test_an_order_may_go_from_any_status_to_any():
    """20 moves; a new one is Unpaid."""
    assert set(LIFECYCLE.pairs()) == {pair for pair in product(OrderStatus, OrderStatus) if pair[0] != pair[1]}
    assert (LIFECYCLE.initial, LIFECYCLE.noun) == (OrderStatus.UNPAID, "order")


@given(any_order(), st.sampled_from(OrderStatus), strategies.instants())
def test_the_dates_follow_the_status(there: Order, status: OrderStatus, at: datetime):
    """Entering stamps a date that is missing and keeps one that is there; leaving Completed clears; nothing else."""
    assume(there.status is not status)
    moved = change_order_status(there, status, at=at)
    started, completed = there.date_started, there.date_completed
    if status is OrderStatus.IN_PROGRESS and started is None:
        started = at
    if status is OrderStatus.COMPLETED and completed is None:
        completed = at
    if there.status is OrderStatus.COMPLETED:
        completed = None
    expected = evolved(there, status=status, date_started=started, date_completed=completed, updated_at=at)
    assert moved.state == expected
    assert moved.events == (OrderStatusChanged(order_id=there.id, origin=there.status, status=status, at=at),)


@given(any_order(), st.sampled_from(OrderStatus), strategies.instants())
def test_leaving_completed_and_coming_back_dates_anew(there: Order, elsewhere: OrderStatus, at: datetime):
    """What was completed once and is completed again was completed the second time; work began when it first began."""
    assume(elsewhere is not OrderStatus.COMPLETED)
    completed = evolved(there, status=OrderStatus.COMPLETED, date_completed=EARLIER, date_started=EARLIER)
    back = change_order_status(completed, elsewhere, at=now).then(change_order_status, OrderStatus.COMPLETED, at=at)
    assert (back.state.date_completed, back.state.date_started) == (at, EARLIER)


@given(any_order(), st.sampled_from(OrderStatus), dates(), dates())
def test_explicit_dates_win(there: Order, status: OrderStatus, started: datetime | None, completed: datetime | None):
    """Revised after the move, the order has the dates that were given, none included."""
    explicit = OrderDetails(date_started=started, date_completed=completed)
    order = change_order_status(there, status, at=now).then(revise_order, explicit, at=now).state
    assert (order.status, order.date_started, order.date_completed) == (status, started, completed)


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
    """last_message_at is the message's own time and never goes back; one event, and nothing else changes (D35)."""
    came = attrs.evolve(message, created_at=at)
    received = orders.receive_order_message(there, came)
    newest = at if there.last_message_at is None else max(there.last_message_at, at)
    assert received.state == evolved(there, last_message_at=newest, updated_at=at)
    assert received.events == (OrderMessageReceived(message_id=message.id, order_id=there.id, at=at),)


def test_each_message_is_an_event_even_at_the_same_time():
    """Two messages of one instant leave the same state, and are two events."""
    once = orders.receive_order_message(website, message)
    twice = once.then(orders.receive_order_message, message)
    assert (twice.state, len(twice.events)) == (once.state, 2)
