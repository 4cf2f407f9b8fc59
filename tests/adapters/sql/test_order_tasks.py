"""Tasks of orders on both databases: kept whole, listed in slices, hidden with their order, removed for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy import bindparam, func, select

from service_engine.adapters.sql import SqlStore
from service_engine.domain.ids import OrderId, OrderTaskId
from service_engine.domain.order_tasks import OrderTask, OrderTaskPatch, delete_order_task
from service_engine.domain.orders import Order
from service_engine.errors import ConflictError, NotAssignableError, NotFoundError
from service_engine.ports.lists import SliceRequest
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, happened
from service_engine.testing.statements import counting
from service_engine.usecases.order_tasks import (
    add_order_task,
    complete_order_task,
    list_order_tasks,
    reopen_order_task,
    update_order_task,
)
from service_engine.usecases.order_tasks import delete_order_task as delete_it
from service_engine.usecases.orders import create_order, delete_order, get_order

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def sql_store(store: Any) -> SqlStore:
    """Give the store as what it is."""
    assert isinstance(store, SqlStore)
    return store


@pytest.fixture
def acme(store: Any) -> Agency:
    """Give an organisation."""
    return Agency(store)


@pytest.fixture
def order(acme: Agency) -> Order:
    """Give an order of it."""
    return ordered(acme)


def ordered(acme: Agency) -> Order:
    """Place an order."""
    return acme.run(create_order, client_id=acme.client().id, service="Website", at=NOON)


def added(acme: Agency, order: Order, name: str = "Draft", seconds: int = 0, **details: Any) -> OrderTask:
    """Add a task to an order."""
    at = NOON + timedelta(seconds=seconds)
    return acme.run(add_order_task, order.id, name=name, details=OrderTaskPatch(**details), at=at)


def assignments(acme: Agency, task: OrderTask, sql_store: SqlStore) -> int:
    """Count the links of a task in the database."""
    links = sql_store.tables.order_task_employees
    query = select(func.count()).where(
        links.c.org_id == bindparam("org_id"), links.c.order_task_id == bindparam("task_id")
    )
    with sql_store.engine.connect() as connection:
        return connection.execute(query, {"org_id": acme.org_id, "task_id": task.id}).scalar_one()


def test_a_task_is_kept_whole(acme: Agency, order: Order) -> None:
    """Every field comes back as it went in, from the repository and from both views."""
    people = [acme.employee().id, acme.administrator.id, acme.employee().id]
    task = added(
        acme,
        order,
        description="Three variants",
        sort_order=-3,
        is_public=True,
        due_at=LATER + timedelta(microseconds=1),
        employee_ids=people,
    )
    assert task.employee_ids == tuple(people)
    with acme.begin() as uow:
        assert uow.order_tasks.get(task.id) == task
        row = uow.order_task_queries.get(task.id)
    assert row.task == task
    assert [each.id for each in row.employees] == people
    assert acme.read(list_order_tasks, order.id).rows == (row,)
    theirs = added(acme, order, for_client=True, deadline=0)
    with acme.begin() as uow:
        assert uow.order_tasks.get(theirs.id) == theirs


def test_tasks_are_listed_by_their_place(acme: Agency, order: Order) -> None:
    """By sort order, then creation, then id; other orders' tasks are not among them."""
    added(acme, ordered(acme))
    places = {"fourth": (1, 1), "second": (0, 5), "third": (0, 6), "first": (-1, 9)}
    for name, (place, seconds) in places.items():
        added(acme, order, name, seconds, sort_order=place)
    twins = sorted(added(acme, order, "last", 9, sort_order=9).id for _ in range(3))
    listed = acme.read(list_order_tasks, order.id).rows
    assert [row.task.name for row in listed[:4]] == ["first", "second", "third", "fourth"]
    assert [row.task.id for row in listed[4:]] == twins


@pytest.mark.parametrize("size", [1, 20, 100])
def test_a_slice_of_tasks_is_one_statement(acme: Agency, order: Order, size: int, sql_store: SqlStore) -> None:
    """However many there are in it; it knows whether others come after it."""
    people = [acme.administrator.id, acme.employee().id]
    with acme.begin() as uow:
        for number in range(100):
            details = OrderTaskPatch(sort_order=number, employee_ids=people)
            add_order_task(uow, order.id, name=str(number), details=details, at=NOON)
    with counting(sql_store.engine) as counts:
        part = acme.read(list_order_tasks, order.id, page=SliceRequest(size=size))
    assert (counts.statements, counts.begins) == (1, 0)
    assert [row.task.sort_order for row in part.rows] == list(range(size))
    assert all([each.id for each in row.employees] == people for row in part.rows)
    assert part.more == (size < 100)
    last = acme.read(list_order_tasks, order.id, page=SliceRequest(number=100 // size, size=size))
    assert (last.rows[-1].task.sort_order, last.more) == (99, False)


def test_a_slice_without_tasks_is_two_statements(acme: Agency, order: Order, sql_store: SqlStore) -> None:
    """The second one tells an order without tasks from none."""
    with counting(sql_store.engine) as counts:
        assert acme.read(list_order_tasks, order.id).rows == ()
    assert counts.statements == 2
    added(acme, order)
    beyond = acme.read(list_order_tasks, order.id, page=SliceRequest(number=2**53, size=500))
    assert (beyond.rows, beyond.more) == ((), False)
    for order_id in (ordered(Agency(acme.store, "Rival")).id, OrderId(acme.new_id())):
        with pytest.raises(NotFoundError) as refusal:
            acme.read(list_order_tasks, order_id)
        assert (refusal.value.kind, refusal.value.key) == ("order", order_id)


def test_a_task_lives(acme: Agency, order: Order, sql_store: SqlStore) -> None:
    """Completed once by the first person, reopened, given to others; each change touches the order."""
    jane = acme.employee()
    task = added(acme, order, employee_ids=[acme.administrator.id], deadline=48)
    completed = acme.run(complete_order_task, task.id, by=jane.id, at=LATER)
    again = acme.run(complete_order_task, task.id, by=acme.administrator.id, at=LATER + timedelta(hours=1))
    assert (again.completed_by, again.completed_at, again.version) == (jane.id, LATER, 2)
    with acme.begin() as uow:
        assert uow.order_tasks.get(task.id) == completed
    assert acme.read(get_order, order.id).order.updated_at == LATER
    acme.run(reopen_order_task, task.id, at=LATER)
    patch = OrderTaskPatch(deadline=None, due_at=LATER, employee_ids=[jane.id, acme.administrator.id, jane.id])
    changed = acme.run(update_order_task, task.id, patch, at=LATER)
    assert changed.employee_ids == (jane.id, acme.administrator.id)
    [row] = acme.read(list_order_tasks, order.id).rows
    assert row.task == changed
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.order_tasks.save(happened(attrs.evolve(task, name="Stale")))
    for_client = acme.run(update_order_task, task.id, OrderTaskPatch(for_client=True, employee_ids=()), at=LATER)
    assert (assignments(acme, task, sql_store), for_client.for_client) == (0, True)


def test_a_change_of_a_task_is_few_statements(acme: Agency, order: Order, sql_store: SqlStore) -> None:
    """Task and order are read and written, the people looked up and replaced, in one transaction."""
    jane = acme.employee()
    task = added(acme, order, employee_ids=[acme.administrator.id])
    patch = OrderTaskPatch(name="Draft two", employee_ids=[jane.id])
    with counting(sql_store.engine) as counts:
        acme.run(update_order_task, task.id, patch, at=LATER)
    assert (counts.statements, counts.begins, counts.commits) == (7, 1, 1)
    with counting(sql_store.engine) as counts:
        acme.run(delete_it, task.id, at=LATER)
    assert (counts.statements, counts.begins, counts.commits) == (4, 1, 1)


def test_a_removed_task_is_gone_with_its_assignments(acme: Agency, order: Order, sql_store: SqlStore) -> None:
    """Nothing of it is left in the database, its neighbour is; what was changed meanwhile is not removed."""
    people = [acme.administrator.id, acme.employee().id]
    task, neighbour = added(acme, order, employee_ids=people), added(acme, order, employee_ids=people)
    renamed = acme.run(update_order_task, task.id, OrderTaskPatch(name="Draft two"), at=LATER)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.order_tasks.remove(delete_order_task(task, at=LATER))
    assert assignments(acme, task, sql_store) == 2
    acme.run(delete_it, task.id, at=LATER)
    assert (assignments(acme, task, sql_store), assignments(acme, neighbour, sql_store)) == (0, 2)
    assert [row.task for row in acme.read(list_order_tasks, order.id).rows] == [neighbour]
    with pytest.raises(NotFoundError):
        acme.run(delete_it, task.id, at=LATER)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.order_tasks.remove(delete_order_task(renamed, at=LATER))


def test_a_deleted_order_hides_its_tasks(acme: Agency, order: Order) -> None:
    """Whichever way they are asked for."""
    task = added(acme, order)
    acme.run(delete_order, order.id, at=LATER)
    with pytest.raises(NotFoundError):
        acme.read(list_order_tasks, order.id)
    for ask in (
        lambda uow: uow.order_tasks.get(task.id),
        lambda uow: uow.order_task_queries.get(task.id),
        lambda uow: complete_order_task(uow, task.id, by=acme.administrator.id, at=LATER),
        lambda uow: delete_it(uow, task.id, at=LATER),
    ):
        with pytest.raises(NotFoundError) as refusal:
            acme.run(ask)
        assert (refusal.value.kind, refusal.value.key) == ("order_task", task.id)


def test_a_foreign_task_is_missing(acme: Agency, order: Order) -> None:
    """Just as an unknown one is; and nobody else's people can be given a task."""
    rival = Agency(acme.store, "Rival")
    theirs = added(rival, ordered(rival))
    for task_id in (theirs.id, OrderTaskId(acme.new_id())):
        with pytest.raises(NotFoundError):
            acme.run(update_order_task, task_id, OrderTaskPatch(name="Ours"), at=LATER)
        with pytest.raises(NotFoundError):
            acme.run(delete_it, task_id, at=LATER)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.order_tasks.remove(delete_order_task(theirs, at=LATER))
    with pytest.raises(NotAssignableError):
        added(acme, order, employee_ids=[rival.administrator.id])
    strange = attrs.evolve(added(acme, order), id=acme.new_id(), employee_ids=(rival.administrator.id,))
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.order_tasks.add(happened(strange))
    with rival.begin() as uow:
        assert uow.order_tasks.get(theirs.id) == theirs
