"""Orders, as far as a ticket needs them: placed under a number, deleted once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given

from service_engine.domain.ids import ClientId, OrderId, UserId
from service_engine.domain.money import money
from service_engine.domain.orders import (
    LIFECYCLE,
    MAX_NUMBER,
    MAX_QUANTITY,
    NUMBER_ALPHABET,
    NUMBER_LENGTH,
    Order,
    OrderDeleted,
    OrderPlaced,
    OrderStatus,
    delete_order,
    place_order,
)
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import later, now, website

ARGUMENTS: dict[str, Any] = {
    "number": "A1B2C3D4",
    "client_id": ClientId(UserId(UUID(int=2))),
    "service_name": "Web Development",
    "price": money(1500, "USD"),
}


def place(**changes: Any) -> Order:
    """Place an order that differs in the given arguments."""
    return place_order(OrderId(UUID(int=1)), **(ARGUMENTS | changes), at=now).state


def test_the_statuses_and_their_labels():
    """The contract's numbers and words."""
    assert {status.value: status.label for status in OrderStatus} == {
        0: "Unpaid",
        1: "In Progress",
        2: "Completed",
        3: "Cancelled",
        4: "On Hold",
    }


def test_an_order_may_go_from_any_status_to_any():
    """20 moves; a new one is Unpaid."""
    assert len(list(LIFECYCLE.pairs())) == 5 * 4
    assert LIFECYCLE.initial is OrderStatus.UNPAID
    assert LIFECYCLE.noun == "order"


def test_the_number_that_is_drawn():
    """8 of 36 characters; a number of one's own has up to 50."""
    assert (len(NUMBER_ALPHABET), len(set(NUMBER_ALPHABET)), NUMBER_LENGTH, MAX_NUMBER) == (36, 36, 8, 50)
    assert NUMBER_ALPHABET.isalnum()
    assert NUMBER_ALPHABET.upper() == NUMBER_ALPHABET


def test_placing_cleans_and_says_so_once():
    """Texts are stripped, both times are now, the rest has its defaults, and there is one event."""
    placed = place_order(
        OrderId(UUID(int=1)),
        **(ARGUMENTS | {"number": " A1 ", "service_name": " Logo ", "note": " soon "}),
        at=now,
    )
    order = placed.state
    assert (order.id, order.number, order.service_name, order.note) == (UUID(int=1), "A1", "Logo", "soon")
    assert (order.client_id, order.price) == (ARGUMENTS["client_id"], ARGUMENTS["price"])
    assert (order.status, order.quantity, order.version) == (OrderStatus.UNPAID, 1, 1)
    assert (order.created_at, order.updated_at, order.deleted_at) == (now, now, None)
    assert placed.events == (OrderPlaced(order_id=order.id, at=now),)


def test_a_value_has_the_same_defaults():
    """An order that is built with the least is the order that is placed with the least."""
    assert place() == Order(id=OrderId(UUID(int=1)), **ARGUMENTS, created_at=now, updated_at=now)


def test_what_may_be_told():
    """Quantity and status are kept as given; a note is optional."""
    order = place(quantity=3, status=OrderStatus.ON_HOLD)
    assert (order.quantity, order.status, order.note) == (3, OrderStatus.ON_HOLD, None)


@pytest.mark.parametrize(
    ("argument", "value", "field"),
    [
        ("number", " ", "number"),
        ("number", "x" * 51, "number"),
        ("service_name", "", "service"),
        ("service_name", "x" * 256, "service"),
        ("note", "x" * 65_536, "note"),
        ("quantity", 0, "quantity"),
        ("quantity", -1, "quantity"),
        ("quantity", 2**31, "quantity"),
    ],
    ids=["blank number", "long number", "no service", "long service", "long note", "none", "negative", "too many"],
)
def test_placing_refuses_what_does_not_fit_its_column(argument: str, value: object, field: str):
    """Each argument has its bound, and the refusal names it."""
    with pytest.raises(RuleViolationError) as refused:
        place(**{argument: value})
    assert refused.value.field == field


def test_the_bounds_themselves_fit():
    """The longest number and service, an empty note, one and very many."""
    order = place(number="x" * 50, service_name="x" * 255, note="", quantity=MAX_QUANTITY)
    assert (len(order.number), len(order.service_name), order.note, order.quantity) == (50, 255, "", 2_147_483_647)
    assert place(quantity=1).quantity == 1
    assert len(place(note="x" * 65_535).note or "") == 65_535


def test_the_refused_quantity_says_the_bounds():
    """People read what is allowed."""
    with pytest.raises(RuleViolationError, match="The quantity must be between 1 and 2147483647"):
        place(quantity=0)


def test_a_bare_number_is_no_status():
    """An order's status is an OrderStatus."""
    with pytest.raises(TypeError, match="status must be of OrderStatus, not 1"):
        place(status=1)


@given(strategies.orders(), strategies.instants())
def test_deleting_hides_once(order: Order, at: Any):
    """The first deletion sets the time and says so; a second changes nothing."""
    live = attrs.evolve(order, deleted_at=None)
    deleted = delete_order(live, at=at)
    assert deleted.state == attrs.evolve(live, deleted_at=at, updated_at=at)
    assert deleted.events == (OrderDeleted(order_id=order.id, at=at),)
    assert deleted.then(delete_order, at=later) == deleted


def test_deletion_is_not_cancelling():
    """The status stays."""
    assert delete_order(website, at=now + timedelta(1)).state.status is website.status
