"""Orders: placed under a number, moved with their dates."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.domain.ordering import BOB, EARLIER, ID, any_order, dates, evolved

from service_engine.domain.ids import ClientId, UserId
from service_engine.domain.json_values import freeze
from service_engine.domain.money import money
from service_engine.domain.order_events import OrderPlaced, OrderStatusChanged
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
from service_engine.testing.examples import jane, later, now, urgent, web_development, website

STAMPED = {OrderStatus.IN_PROGRESS: "date_started", OrderStatus.COMPLETED: "date_completed"}
ARGUMENTS: dict[str, Any] = {
    "number": "A1B2C3D4",
    "client_id": ClientId(UserId(UUID(int=2))),
    "service_name": "Web Development",
    "price": money(1500, "USD"),
}


def place(**changes: Any) -> Order:
    """Place an order that differs in the given arguments."""
    return place_order(ID, **(ARGUMENTS | changes), at=now).state


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
