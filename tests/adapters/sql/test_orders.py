"""Orders on both databases: kept whole, few statements, one look-up, one number for one order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import attrs
import pytest
from sqlalchemy import insert

from service_engine import MemoryStore
from service_engine.adapters.sql import SqlStore
from service_engine.domain.change import Change
from service_engine.domain.ids import InvoiceId, OrderId, ServiceId, SubscriptionId
from service_engine.domain.json_values import freeze
from service_engine.domain.money import money
from service_engine.domain.orders import Order, OrderDetails, OrderStatus, delete_order
from service_engine.domain.services import ServicePatch
from service_engine.errors import (
    AlreadyTakenError,
    ConflictError,
    InvalidReferenceError,
    NotAssignableError,
    NotFoundError,
)
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.orders import OrderFilter, OrderSort
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, happened
from service_engine.testing.entropy import SeededEntropy
from service_engine.testing.statements import counting
from service_engine.usecases.coupons import create_coupon
from service_engine.usecases.orders import OrderPatch, create_order, get_order, list_orders, update_order
from service_engine.usecases.services import create_service, delete_service

both = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)
postgres = pytest.mark.parametrize("store", ["postgres"], indirect=True)

LATER = NOON + timedelta(hours=1)
ROUNDS = 10


@pytest.fixture
def sql_store(store: Any) -> SqlStore:
    """Give the store as what it is."""
    assert isinstance(store, SqlStore)
    return store


@pytest.fixture
def acme(store: Any) -> Agency:
    """Give an organisation."""
    return Agency(store)


def placed(acme: Agency, **given: Any) -> Order:
    """Place an order, of a new client by default."""
    client_id = given.pop("client_id", None) or acme.client().id
    return acme.run(create_order, **{"client_id": client_id, "service": "Website", "at": NOON, **given})


def invoiced(acme: Agency, order: Order, sql_store: SqlStore) -> tuple[InvoiceId, SubscriptionId]:
    """Store an invoice and a subscription of the order's client, as rows."""
    tables = sql_store.tables
    row = {"org_id": acme.org_id, "client_id": order.client_id, "created_at": NOON, "updated_at": NOON}
    invoice_id, subscription_id = acme.new_id(), acme.new_id()
    with sql_store.engine.begin() as connection:
        connection.execute(insert(tables.invoices), {**row, "id": invoice_id, "number": "1"})
        connection.execute(insert(tables.subscriptions), {**row, "id": subscription_id})
    return invoice_id, subscription_id


@both
def test_an_order_is_kept_whole(acme: Agency, sql_store: SqlStore) -> None:
    """Every field comes back as it went in, from the repository and from both views."""
    people = [acme.employee().id, acme.administrator.id, acme.employee().id]
    service = acme.run(create_service, name="Website", currency="EUR", at=NOON)
    order = placed(
        acme,
        service_id=service.id,
        service="Shop",
        price=money("1.999", "KWD"),
        quantity=3,
        number="N° 1",
        status=OrderStatus.COMPLETED,
        employee_ids=people,
        tags=["z", "a", "m"],
        details=OrderDetails(
            note="Soon",
            form_data=freeze({"colour": "green"}),
            metadata=freeze({"source": [1, None, {}]}),
            date_started=NOON,
            date_due=LATER,
            created_at=NOON - timedelta(days=1),
        ),
    )
    invoice_id, subscription_id = invoiced(acme, order, sql_store)
    with acme.begin() as uow:
        whole = uow.orders.save(
            happened(
                attrs.evolve(
                    order, invoice_id=invoice_id, subscription_id=subscription_id, paysys="card", last_message_at=LATER
                )
            )
        )
    assert (whole.employee_ids, [tag.name for tag in whole.tags]) == (tuple(people), ["z", "a", "m"])
    assert (whole.price, whole.date_completed, whole.service_name) == (money("1.999", "KWD"), NOON, "Shop")
    with acme.begin() as uow:
        assert uow.orders.get(order.id) == whole
    [row] = acme.read(list_orders).rows
    assert row == acme.read(get_order, order.id)
    assert row.order == whole
    assert (row.client.id, [each.id for each in row.employees]) == (order.client_id, people)


@both
def test_an_update_writes_what_changed(acme: Agency, sql_store: SqlStore) -> None:
    """Links that stay are left alone; a stale or a deleted order is refused."""
    order = placed(acme, employee_ids=[acme.administrator.id], tags=["new"])
    with counting(sql_store.engine) as counts:
        moved = acme.run(update_order, order.id, OrderPatch(status=OrderStatus.IN_PROGRESS), at=LATER)
    assert (counts.statements, counts.begins, counts.commits) == (2, 1, 1)
    assert (moved.version, moved.date_started, moved.tags) == (2, LATER, order.tags)
    jane = acme.employee()
    patch = OrderPatch(status=OrderStatus.COMPLETED, employee_ids=[jane.id], tags=["done", "paid", "new"])
    with counting(sql_store.engine) as counts:
        done = acme.run(update_order, order.id, patch, at=LATER)
    assert counts.statements <= 9
    assert (counts.begins, counts.commits) == (1, 1)
    assert acme.read(get_order, order.id).order == done
    assert (done.employee_ids, [tag.name for tag in done.tags]) == ((jane.id,), ["done", "paid", "new"])
    bare = acme.run(update_order, order.id, OrderPatch(employee_ids=[], tags=[]), at=LATER)
    assert acme.read(get_order, order.id).order == bare
    assert (bare.employee_ids, bare.tags) == ((), ())
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.orders.save(happened(attrs.evolve(order, note="stale")))
    with acme.begin() as uow:
        gone = uow.orders.save(delete_order(bare, at=LATER))
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.orders.save(happened(attrs.evolve(gone, note="late")))
    assert acme.read(list_orders).total == 0


@both
@pytest.mark.parametrize("size", [1, 20, 100])
def test_a_page_of_orders_is_two_statements(acme: Agency, size: int, sql_store: SqlStore) -> None:
    """With client, employees and tags, however many there are on it; one is one statement."""
    _place_many(acme, 101)
    with counting(sql_store.engine) as counts:
        page = acme.read(list_orders, page=PageRequest(size=size))
    assert (counts.statements, counts.begins, len(page.rows), page.total) == (2, 0, size, 101)
    assert all(len(row.employees) == 2 and len(row.order.tags) == 3 for row in page.rows)
    with counting(sql_store.engine) as counts:
        assert acme.read(get_order, page.rows[0].order.id) == page.rows[0]
    assert (counts.statements, counts.begins) == (1, 0)


@both
def test_creating_an_order_looks_everything_up_at_once(acme: Agency, sql_store: SqlStore) -> None:
    """Client, service and both employees in one statement; everything in one transaction."""
    client = acme.client()
    service = acme.run(
        create_service, name="Website", currency="EUR", details=ServicePatch(price=Decimal("99.50")), at=NOON
    )
    people = [acme.administrator.id, acme.employee().id]
    with counting(sql_store.engine) as counts:
        order = acme.run(
            create_order,
            client_id=client.id,
            service_id=service.id,
            employee_ids=people,
            tags=["urgent", "web", "new"],
            at=LATER,
        )
    assert (order.price, order.service_name) == (money("99.50", "EUR"), "Website")
    assert counts.statements == 7
    assert (counts.begins, counts.commits, counts.rollbacks) == (1, 1, 0)
    looking = [sql for sql in counts.sql if " users" in sql or " services" in sql]
    assert len(looking) == 1
    assert all(name in looking[0] for name in (" users", " roles", " services"))


@both
def test_what_an_order_refers_to_has_to_be_there(acme: Agency) -> None:
    """Foreign, deleted and unknown services, people and clients get the same refusals."""
    rival = Agency(acme.store, "Rival")
    foreign = rival.run(create_service, name="Theirs", currency="USD", at=NOON)
    for service_id in (foreign.id, ServiceId(acme.new_id())):
        with pytest.raises(InvalidReferenceError, match="The specified service does not exist"):
            placed(acme, service_id=service_id)
    with pytest.raises(InvalidReferenceError, match="The specified client does not exist"):
        placed(acme, client_id=rival.client().id)
    with pytest.raises(NotAssignableError):
        placed(acme, employee_ids=[acme.administrator.id, rival.administrator.id])
    theirs = placed(rival)
    for order_id in (theirs.id, OrderId(acme.new_id())):
        with pytest.raises(NotFoundError):
            acme.read(get_order, order_id)
        with pytest.raises(NotFoundError):
            acme.run(update_order, order_id, OrderPatch(), at=LATER)
    for change in ({"client_id": theirs.client_id}, {"service_id": foreign.id}, {"invoice_id": acme.new_id()}):
        strange = attrs.evolve(placed(acme), **change, id=acme.new_id(), number="strange")
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.orders.add(happened(strange))


@both
def test_a_look_up_without_questions_asks_nothing(acme: Agency, sql_store: SqlStore) -> None:
    """And a look-up of everything finds everything, in one statement."""
    order, jane = placed(acme), acme.employee()
    service = acme.run(create_service, name="Website", currency="EUR", at=NOON)
    priced = acme.run(create_service, name="Shop", currency="EUR", details=ServicePatch(price=Decimal(5)), at=NOON)
    gone = acme.run(create_service, name="Old", currency="EUR", at=NOON)
    acme.run(delete_service, gone.id, at=NOON)
    coupon = acme.run(create_coupon, code="WELCOME", at=NOON)
    with counting(sql_store.engine) as counts, acme.begin() as uow:
        nothing = uow.references.look_up()
    assert (counts.statements, dict(nothing.services), dict(nothing.members)) == (0, {}, {})
    with counting(sql_store.engine) as counts, acme.begin() as uow:
        found = uow.references.look_up(
            client_id=order.client_id,
            order_id=order.id,
            coupon_id=coupon.id,
            service_ids=[service.id, priced.id, service.id, gone.id],
            employee_ids=[jane.id],
        )
    assert counts.statements == 1
    assert (found.client, found.order, found.coupon, set(found.members)) == (True, True, True, {jane.id})
    offers = {each.id: (each.name, each.price, each.price_or_nothing) for each in found.services.values()}
    assert offers == {
        service.id: ("Website", None, money(0, "EUR")),
        priced.id: ("Shop", money(5, "EUR"), money(5, "EUR")),
    }
    assert set(offers) == set(found.services)


def _at_once(acme: Agency, create: Callable[[UnitOfWork], Order], number: int) -> list[Order | AlreadyTakenError]:
    start = Barrier(number)

    def attempt(_: int) -> Order | AlreadyTakenError:
        start.wait()
        try:
            return acme.run(create)
        except AlreadyTakenError as error:
            return error

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(attempt, range(number)))


@both
@pytest.mark.parametrize("rivals", [2, 8])
def test_a_number_has_one_winner(acme: Agency, rivals: int) -> None:
    """Of several creates at once with the same number one succeeds; the others are told that it is taken."""
    client = acme.client()
    for turn in range(ROUNDS):
        number = f"CUSTOM-{turn}"

        def create(uow: UnitOfWork, number: str = number) -> Order:
            return create_order(
                uow, client_id=client.id, service="Website", number=number, tags=[f"turn {number}"], at=NOON
            )

        results = _at_once(acme, create, rivals)
        winners = [each for each in results if isinstance(each, Order)]
        assert len(winners) == 1
        assert {each.field for each in results if isinstance(each, AlreadyTakenError)} == {"number"}
        wanted = Condition(OrderFilter.NUMBER, Operator.EQ, number)
        assert [row.order for row in acme.read(list_orders, filters=[wanted]).rows] == winners


@postgres
def test_a_number_that_looked_free_is_found_taken_by_the_second_try(acme: Agency) -> None:
    """Both have seen that it is free before either of them writes."""
    other, tries, both_looked = placed(acme), [], Barrier(2)

    def create(uow: UnitOfWork) -> Order:
        free = not uow.orders.taken_numbers(["CUSTOM"])
        tries.append(free)
        if free:
            both_looked.wait()
            return uow.orders.add(happened(attrs.evolve(other, id=OrderId(uow.entropy.new_id()), number="CUSTOM")))
        return create_order(uow, client_id=other.client_id, service="Website", number="CUSTOM", at=NOON)

    results = _at_once(acme, create, 2)
    assert sorted(type(each).__name__ for each in results) == ["AlreadyTakenError", "Order"]
    assert tries == [True, True, False]
    assert acme.read(list_orders).total == 2


FILTERS = [
    Condition(OrderFilter.NUMBER, Operator.IN, ("n3", "n5", "n100")),
    Condition(OrderFilter.STATUS, Operator.IN, (OrderStatus.COMPLETED, OrderStatus.ON_HOLD)),
    Condition(OrderFilter.STATUS, Operator.GT, 1),
    Condition(OrderFilter.SERVICE_ID, Operator.EQ, None),
    Condition(OrderFilter.INVOICE_ID, Operator.EQ, None),
    Condition(OrderFilter.PRICE, Operator.LT, Decimal("3.0001")),
    Condition(OrderFilter.CREATED_AT, Operator.GT, NOON + timedelta(seconds=1)),
    Condition(OrderFilter.DATE_DUE, Operator.EQ, None),
    Condition(OrderFilter.DATE_DUE, Operator.LT, NOON + timedelta(days=5)),
]


@both
def test_lists_agree_with_the_memory_store(acme: Agency) -> None:
    """Every filter and every sort, both ways; clients and services are compared by who and what they are."""
    twins = [Agency(acme.store, "Twin"), Agency(MemoryStore(SeededEntropy(5)), "Twin")]
    for twin in twins:
        clients = [twin.client(first_name=f"Client {number}") for number in range(3)]
        service = twin.run(create_service, name="Website", currency="USD", at=NOON)
        for number in range(9):
            placed(
                twin,
                client_id=clients[number % 3].id,
                service_id=service.id if number > 4 else None,
                number=f"n{number}",
                price=money(number, ("USD", "EUR", "JPY")[number % 3]),
                quantity=1 + number % 2,
                status=OrderStatus(number % 5),
                details=OrderDetails(date_due=NOON + timedelta(days=number) if number % 3 else None),
                at=NOON + timedelta(seconds=number // 2),
            )
        one = twin.read(list_orders, filters=[Condition(OrderFilter.CLIENT_ID, Operator.EQ, clients[1].id)])
        assert [row.order.number for row in one.rows] == ["n7", "n4", "n1"]
        same = twin.read(list_orders, filters=[Condition(OrderFilter.SERVICE_ID, Operator.EQ, service.id)])
        assert same.total == 4
        first = twin.read(list_orders, filters=[Condition(OrderFilter.ID, Operator.EQ, one.rows[0].order.id)])
        assert first.rows == one.rows[:1]
    for condition in FILTERS:
        pages = [{row.order.number for row in twin.read(list_orders, filters=[condition]).rows} for twin in twins]
        assert pages[0] == pages[1], condition
        assert 0 < len(pages[0]) <= 9, condition
    for field in OrderSort:
        for descending in (True, False):
            listed = [twin.read(list_orders, sort=Sort(field, descending=descending)).rows for twin in twins]
            assert [row.order.number for row in listed[0]] == [row.order.number for row in listed[1]], field


@both
def test_a_change_without_events_writes_nothing(acme: Agency, sql_store: SqlStore) -> None:
    """Saving it costs no statement."""
    order = placed(acme)
    with counting(sql_store.engine) as counts, acme.begin() as uow:
        assert uow.orders.save(Change(order)) == order
    assert counts.statements == 0


def _place_many(acme: Agency, number: int) -> None:
    client, people = acme.client(), [acme.employee().id, acme.administrator.id]
    with acme.begin() as uow:
        for each in range(number):
            create_order(
                uow,
                client_id=client.id,
                service="Website",
                employee_ids=people,
                tags=["urgent", "web", "new"],
                at=NOON + timedelta(seconds=each),
            )
