"""What a ticket needs of orders: placing and deleting one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from service_engine import MemoryStore
from service_engine.domain.ids import ClientId, OrderId, UserId
from service_engine.domain.money import money
from service_engine.domain.orders import NUMBER_ALPHABET, Order, OrderDeleted, OrderPlaced, OrderStatus
from service_engine.errors import InvalidReferenceError, NotFoundError, RuleViolationError
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing import SeededEntropy, examples
from service_engine.testing.examples import acme, jane, john, later, now, ticket, website
from service_engine.usecases.orders import delete_order, place_order
from service_engine.usecases.tickets import TicketPatch, get_ticket, update_ticket

PRICE = money("299.50", "USD")


class ScriptedEntropy(SeededEntropy):
    """Draws the given texts first."""

    def __init__(self, *texts: str) -> None:
        super().__init__(7)
        self.texts = list(texts)

    def characters(self, alphabet: str, length: int) -> str:
        """Return the next text of the script."""
        return self.texts.pop(0)


def placed(store: Store, **arguments: Any) -> Order:
    """Place an order for John that differs in the given arguments."""
    usual: dict[str, Any] = {"client_id": john.id, "service": " Logo ", "price": PRICE, "at": now}
    return store.run(acme.id, place_order, **(usual | arguments))


def stored(store: Store, order_ids: Sequence[OrderId]) -> list[Order]:
    """Return orders as they are stored."""

    def load(uow: UnitOfWork) -> list[Order]:
        return [uow.orders.get(order_id) for order_id in order_ids]

    return store.run(acme.id, load)


@pytest.mark.usefixtures("store")
def test_placing_an_order(agency: Store):
    """Under a drawn number of eight signs, unpaid and one of it unless told otherwise; stored as returned."""
    with agency.begin(acme.id) as uow:
        order = place_order(uow, client_id=john.id, service=" Logo ", price=PRICE, at=now)
        assert uow.events == (OrderPlaced(order_id=order.id, at=now),)
    assert len(order.number) == 8
    assert set(order.number) <= set(NUMBER_ALPHABET)
    assert (order.client_id, order.service_name, order.price) == (john.id, "Logo", PRICE)
    assert (order.status, order.quantity, order.note, order.created_at) == (OrderStatus.UNPAID, 1, None, now)
    assert stored(agency, [order.id]) == [order]


def test_what_may_be_told(agency: Store):
    """Status, quantity and note are kept."""
    order = placed(agency, status=OrderStatus.ON_HOLD, quantity=3, note=" soon ")
    assert (order.status, order.quantity, order.note) == (OrderStatus.ON_HOLD, 3, "soon")
    assert stored(agency, [order.id]) == [order]


def test_a_number_that_is_taken_is_drawn_again():
    """Also when the order that has it is deleted."""
    store = examples.agency(MemoryStore(ScriptedEntropy(website.number, website.number, "ZZZZ9999")))
    store.run(acme.id, delete_order, website.id, at=later)
    assert placed(store).number == "ZZZZ9999"


def test_an_order_of_nobody(agency: Store, neighbour):
    """An unknown client, a foreign one and an employee are refused alike."""
    for client_id in (ClientId(UserId(UUID(int=404))), neighbour.client.id, ClientId(jane.id)):
        with pytest.raises(InvalidReferenceError) as refused:
            placed(agency, client_id=client_id)
        assert (refused.value.field, refused.value.message) == ("client_id", "The specified client does not exist.")


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"service": " "}, "service"), ({"quantity": 0}, "quantity"), ({"note": "a\x00"}, "note")],
    ids=["service", "quantity", "note"],
)
def test_placing_refuses_bad_input(agency: Store, changes: dict[str, Any], field: str):
    """The refusal names the field."""
    with pytest.raises(RuleViolationError) as refused:
        placed(agency, **changes)
    assert refused.value.field == field


@pytest.mark.usefixtures("store")
def test_deleting_an_order(agency: Store):
    """It is gone; the ticket that was linked to it keeps its id and shows it no longer."""
    agency.run(acme.id, update_ticket, ticket.id, TicketPatch(order_id=website.id), at=now)
    with agency.begin(acme.id) as uow:
        delete_order(uow, website.id, at=later)
        assert uow.events == (OrderDeleted(order_id=website.id, at=later),)
    row = agency.read(acme.id, get_ticket, ticket.id)
    assert (row.order_id, row.order) == (website.id, None)


@pytest.mark.usefixtures("store")
def test_an_order_that_is_not_there(agency: Store, neighbour):
    """Unknown, foreign and deleted orders are answered alike."""
    agency.run(acme.id, delete_order, website.id, at=now)
    for order_id in (OrderId(UUID(int=404)), neighbour.order.id, website.id):
        with pytest.raises(NotFoundError) as refused:
            agency.run(acme.id, delete_order, order_id, at=later)
        assert (refused.value.kind, refused.value.key) == ("order", order_id)
