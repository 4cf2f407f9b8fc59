"""Placing orders and listing them: send a command, look at the store."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.usecases.hiring import bob
from tests.usecases.ordering import EARLIER, NOBODY, NOTHING, created, numbers, offered, shown, tags_in, updated

from service_engine import MemoryStore
from service_engine.domain.ids import ClientId, EmployeeId
from service_engine.domain.json_values import freeze
from service_engine.domain.money import money
from service_engine.domain.orders import NUMBER_ALPHABET, OrderDetails, OrderPlaced, OrderStatus
from service_engine.domain.tags import TagCreated
from service_engine.errors import AlreadyTakenError, InvalidReferenceError, NotAssignableError, RuleViolationError
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.orders import OrderFilter, OrderSort
from service_engine.ports.unit_of_work import Store
from service_engine.testing import SeededEntropy, examples
from service_engine.testing.examples import acme, jane, john, later, now, web_development, website
from service_engine.usecases.orders import create_order, delete_order, free_number, free_numbers, list_orders
from service_engine.usecases.services import create_service, delete_service

PRICE = money("299.50", "EUR")


class ScriptedEntropy(SeededEntropy):
    """Draws the given texts first."""

    def __init__(self, *texts: str) -> None:
        super().__init__(7)
        self.texts = list(texts)

    def characters(self, alphabet: str, length: int) -> str:
        """Return the next text of the script."""
        return self.texts.pop(0)


# ------------------------------------------------------------------------------------------------------ creating


@pytest.mark.usefixtures("store")
def test_an_order_by_name(agency: Store):
    """Of anything: unpaid, one of it, for nothing in dollars, under a drawn number; stored as returned; one event."""
    with agency.begin(acme.id) as uow:
        order = create_order(uow, client_id=john.id, service=" Logo ", at=now)
        assert uow.events == (OrderPlaced(order_id=order.id, at=now),)
    assert len(order.number) == 8
    assert set(order.number) <= set(NUMBER_ALPHABET)
    assert (order.client_id, order.service_id, order.service_name) == (john.id, None, "Logo")
    assert (order.status, order.quantity, order.price) == (OrderStatus.UNPAID, 1, money(0, "USD"))
    assert (order.created_at, order.date_started, order.note, order.tags) == (now, None, None, ())
    assert shown(agency, order.id).order == order


@pytest.mark.usefixtures("store")
def test_an_order_with_everything(agency: Store):
    """Client, people and tags are shown in full; repeats count once, in order; explicit values win."""
    other = bob(agency)
    order = created(
        agency,
        service_id=web_development.id,
        price=PRICE,
        quantity=3,
        number=" A-1 ",
        status=OrderStatus.COMPLETED,
        employee_ids=[other, jane.id, other],
        tags=["urgent", " new", "urgent"],
        details=OrderDetails(
            note=" soon ",
            metadata=freeze({"a": (1, True)}),
            form_data=freeze({"b": None}),
            date_started=EARLIER,
            date_due=later,
            created_at=EARLIER,
        ),
    )
    row = shown(agency, order.id)
    assert row.order == order
    assert (row.client.email, [each.id for each in row.employees]) == ("john@example.com", [other, jane.id])
    assert [tag.name for tag in order.tags] == ["urgent", "new"]
    assert (order.service_name, order.service_id, order.price) == ("Logo", web_development.id, PRICE)
    assert (order.number, order.quantity, order.note) == ("A-1", 3, "soon")
    assert (order.created_at, order.updated_at, order.date_started) == (EARLIER, now, EARLIER)
    assert (order.date_completed, order.date_due, order.last_message_at) == (now, later, None)


def test_creating_says_what_happened(agency: Store):
    """New tags first, then the order; known tags are no news."""
    created(agency, tags=["urgent"])
    with agency.begin(acme.id) as uow:
        order = create_order(uow, client_id=john.id, service="Logo", tags=["urgent", "new"], at=later)
        assert uow.events == (TagCreated(tag=order.tags[1], at=later), OrderPlaced(order_id=order.id, at=later))


@pytest.mark.usefixtures("store")
def test_an_order_takes_a_snapshot_of_its_service(agency: Store):
    """Name, price and currency are the service's, unless they are given; a service without a price costs nothing."""
    order = created(agency, service_id=web_development.id, service=None)
    assert (order.service_name, order.price) == ("Web Development", money(1500, "USD"))
    assert created(agency, service_id=web_development.id, service="  ").service_name == "Web Development"
    renamed = created(agency, service_id=web_development.id, service=" Shop ")
    assert (renamed.service_name, renamed.price) == ("Shop", money(1500, "USD"))
    assert created(agency, service_id=web_development.id, price=money(0, "USD")).price == money(0, "USD")
    assert created(agency, service_id=offered(agency)).price == money(0, "EUR")
    assert created(agency, service_id=offered(agency, price=Decimal("9.90"))).price == money("9.90", "EUR")


@pytest.mark.parametrize("service", [None, "", "  "])
def test_an_order_of_nothing(agency: Store, service: str | None):
    """Neither a service nor a name: the contract's sentence, before anything else about the service is said."""
    with pytest.raises(RuleViolationError) as refused:
        created(agency, service=service, employee_ids=[NOBODY])
    assert refused.value.code == "rule_violation"
    assert (refused.value.field, refused.value.message) == (
        "service",
        "Either service_id or service must be provided.",
    )


@pytest.mark.usefixtures("store")
def test_an_order_of_nobody(agency: Store, neighbour):
    """An unknown client, a foreign one and an employee are refused alike; nothing is written (D40, D53)."""
    for client_id in (ClientId(NOBODY), neighbour.client.id, ClientId(jane.id)):
        with pytest.raises(InvalidReferenceError) as refused:
            created(agency, client_id=client_id, tags=["new"])
        assert (refused.value.field, refused.value.message) == ("client_id", "The specified client does not exist.")
    assert numbers(agency) == [website.number]
    assert tags_in(agency, "new") == []


@pytest.mark.usefixtures("store")
def test_an_order_of_a_service_that_is_not_there(agency: Store, neighbour):
    """An unknown service, a foreign one and a deleted one are refused alike, on create and update (D41)."""
    foreign = agency.run(neighbour.org_id, create_service, name="Theirs", currency="USD", at=now).id
    gone = offered(agency)
    agency.run(acme.id, delete_service, gone, at=later)
    for service_id in (NOTHING, foreign, gone):
        for act in (
            lambda key: created(agency, service_id=key),
            lambda key: updated(agency, details=OrderDetails(service_id=key), tags=["new"]),
        ):
            with pytest.raises(InvalidReferenceError) as refused:
                act(service_id)
            assert (refused.value.field, refused.value.message) == (
                "service_id",
                "The specified service does not exist.",
            )
    assert tags_in(agency, "new") == []


def test_the_details_of_a_new_order_do_not_name_its_service(agency: Store):
    """What was not looked up cannot come in by the side door."""
    with pytest.raises(ValueError, match="arguments of their own"):
        created(agency, details=OrderDetails(service_id=NOTHING))


@pytest.mark.usefixtures("store")
def test_somebody_who_cannot_deliver(agency: Store, neighbour):
    """An unknown employee, a foreign one and a client are refused alike, by id, on create and update (D42)."""
    for employee_id in (NOBODY, neighbour.employee.id, EmployeeId(john.id)):
        for act in (
            lambda who: created(agency, employee_ids=[jane.id, who], tags=["new"]),
            lambda who: updated(agency, employee_ids=[who, NOBODY], tags=["new"]),
        ):
            with pytest.raises(NotAssignableError) as refused:
                act(employee_id)
            assert (refused.value.field, refused.value.message) == (
                "employees",
                f"Employee with ID {employee_id} does not exist.",
            )
    assert (numbers(agency), tags_in(agency, "new")) == ([website.number], [])


def test_the_first_refusal_wins(agency: Store):
    """Client, then the missing service, then the unknown one, then people, then the number."""
    arguments: dict[str, Any] = {
        "client_id": ClientId(NOBODY),
        "service": "Logo",
        "service_id": NOTHING,
        "employee_ids": [NOBODY],
        "number": website.number,
    }
    mended: dict[str, Any] = {"client_id": john.id, "service_id": None, "employee_ids": [], "number": "FREE"}
    blamed = []
    for name, value in mended.items():
        with pytest.raises(RuleViolationError) as refused:
            created(agency, **arguments)
        blamed.append(refused.value.field)
        arguments[name] = value
    assert blamed == ["client_id", "service_id", "employees", "number"]
    assert created(agency, **arguments).number == "FREE"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": "x" * 256}, "service"),
        ({"quantity": 0}, "quantity"),
        ({"details": OrderDetails(note="a\x00")}, "note"),
        ({"number": " "}, "number"),
        ({"number": "x" * 51}, "number"),
        ({"tags": ["new", " "]}, "tags"),
    ],
    ids=["service", "quantity", "note", "no number", "long number", "tags"],
)
def test_a_refused_order_leaves_nothing(agency: Store, changes: dict[str, Any], field: str):
    """Neither the order nor a tag that was made for it (D20)."""
    with pytest.raises(RuleViolationError) as refused:
        created(agency, **({"tags": ["new"]} | changes))
    assert refused.value.field == field
    assert (numbers(agency), tags_in(agency, "new")) == ([website.number], [])


# ------------------------------------------------------------------------------------------------------- numbers


@pytest.mark.usefixtures("store")
def test_a_number_of_ones_own(agency: Store, neighbour):
    """Stripped; refused when an order of the organisation has it, deleted ones counted; foreign ones do not matter."""
    assert created(agency, number=neighbour.order.number).number == neighbour.order.number
    agency.run(acme.id, delete_order, website.id, at=later)
    for number in (neighbour.order.number, website.number, f" {website.number}\t"):
        with pytest.raises(AlreadyTakenError) as refused:
            created(agency, number=number)
        assert (refused.value.field, refused.value.message) == (
            "number",
            "The order number has already been taken.",
        )
    assert created(agency, number=website.number.lower()).number == website.number.lower()


def test_a_number_that_is_taken_is_drawn_again():
    """Also when the order that has it is deleted (D25)."""
    store = examples.agency(MemoryStore(ScriptedEntropy(website.number, website.number, "ZZZZ9999")))
    store.run(acme.id, delete_order, website.id, at=later)
    assert created(store).number == "ZZZZ9999"


def test_several_numbers_at_once():
    """They are different, and free; what is taken, or drawn twice, is drawn again, and only that."""
    drawn = ("AAAA0001", website.number, "AAAA0001", "AAAA0001", "BBBB0002", "CCCC0003")
    store = examples.agency(MemoryStore(ScriptedEntropy(*drawn)))
    with store.begin(acme.id) as uow:
        assert free_numbers(uow, 3) == ["AAAA0001", "BBBB0002", "CCCC0003"]
        assert free_numbers(uow, 0) == []


def test_a_free_number(agency: Store):
    """Whoever places orders by other ways asks for one by the same rule."""
    with agency.begin(acme.id) as uow:
        assert free_number(uow, " A-1 ") == "A-1"
        drawn = free_number(uow)
        assert (len(drawn), uow.orders.taken_numbers([drawn])) == (8, frozenset())


# ------------------------------------------------------------------------------------------------------- listing


@pytest.mark.usefixtures("store")
def test_listing(agency: Store, neighbour):
    """Newest first by default; filters let through what they say and count it; foreign orders are never there."""
    created(agency, number="A", at=later, price=money(5, "EUR"), status=OrderStatus.ON_HOLD)
    assert numbers(agency) == ["A", website.number]
    held = Condition(OrderFilter.STATUS, Operator.EQ, OrderStatus.ON_HOLD)
    page = agency.read(acme.id, list_orders, filters=[held])
    assert ([row.order.number for row in page.rows], page.total) == (["A"], 1)
    assert numbers(agency, filters=[Condition(OrderFilter.SERVICE_ID, Operator.EQ, None)]) == ["A"]
    by_price = Sort(OrderSort.PRICE, descending=False)
    assert numbers(agency, sort=by_price, page=PageRequest(number=2, size=1)) == [website.number]
