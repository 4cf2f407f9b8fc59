"""What can be done with the tasks of an order: send a command, look at the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.usecases.hiring import bob

from service_engine.domain.ids import EmployeeId, OrderId, OrderTaskId, UserId
from service_engine.domain.order_tasks import (
    OrderTask,
    OrderTaskAdded,
    OrderTaskCompleted,
    OrderTaskDeleted,
    OrderTaskPatch,
    OrderTaskReopened,
    OrderTaskRevised,
)
from service_engine.domain.orders import Order, OrderTouched
from service_engine.errors import InvalidReferenceError, NotAssignableError, NotFoundError, RuleViolationError
from service_engine.ports.lists import SliceRequest
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, jane, john, later, now, task, website
from service_engine.usecases.order_tasks import (
    add_order_task,
    complete_order_task,
    delete_order_task,
    list_order_tasks,
    reopen_order_task,
    update_order_task,
)
from service_engine.usecases.orders import delete_order

NOBODY = EmployeeId(UserId(UUID(int=404)))
LATEST = later + timedelta(hours=1)
TOUCHED = OrderTouched(order_id=website.id, at=later)


def added(store: Store, *, name: str = "Design", at: Any = later, **details: Any) -> OrderTask:
    """Add a task with the given details to the example's order."""
    return store.run(acme.id, add_order_task, website.id, name=name, details=OrderTaskPatch(**details), at=at)


def updated(store: Store, **fields: Any) -> OrderTask:
    """Update the example's task by a patch of the given fields."""
    return store.run(acme.id, update_order_task, task.id, OrderTaskPatch(**fields), at=later)


def stored(store: Store) -> Order:
    """Return the example's order as it is stored."""

    def load(uow: UnitOfWork) -> Order:
        return uow.orders.get(website.id)

    return store.run(acme.id, load)


def listed(store: Store) -> list[OrderTask]:
    """Return the tasks of the example's order as they are shown."""
    return [row.task for row in store.read(acme.id, list_order_tasks, website.id).rows]


ACTS: dict[str, Callable[[Store, OrderTaskId], object]] = {
    "update": lambda store, key: store.run(acme.id, update_order_task, key, OrderTaskPatch(name="New"), at=later),
    "complete": lambda store, key: store.run(acme.id, complete_order_task, key, by=jane.id, at=later),
    "reopen": lambda store, key: store.run(acme.id, reopen_order_task, key, at=later),
    "delete": lambda store, key: store.run(acme.id, delete_order_task, key, at=later),
}


# -------------------------------------------------------------------------------------------------------- adding


@pytest.mark.usefixtures("store")
def test_adding_a_task(agency: Store):
    """Stored as returned, and the order is touched; repeated people count once, in order."""
    other = bob(agency)
    details = OrderTaskPatch(description=" Long ", sort_order=-1, is_public=True, employee_ids=[other, jane.id, other])
    with agency.begin(acme.id) as uow:
        there = add_order_task(uow, website.id, name=" Design ", details=details, at=later)
        assert uow.events == (OrderTaskAdded(task_id=there.id, order_id=website.id, at=later), TOUCHED)
    assert (there.name, there.description, there.employee_ids) == ("Design", "Long", (other, jane.id))
    assert listed(agency) == [there, task]
    assert stored(agency) == attrs.evolve(website, updated_at=later, version=2)
    row = agency.read(acme.id, list_order_tasks, website.id).rows[0]
    assert [each.first_name for each in row.employees] == ["Bob", "Jane"]


def test_a_task_with_the_least(agency: Store):
    """A name is enough."""
    there = agency.run(acme.id, add_order_task, website.id, name="Design", at=later)
    assert there == OrderTask(id=there.id, order_id=website.id, name="Design", created_at=later, updated_at=later)


@pytest.mark.parametrize(
    ("details", "field", "sentence"),
    [
        (
            {"for_client": True, "employee_ids": [jane.id]},
            "for_client",
            "Cannot assign employees when for_client is true.",
        ),
        ({"deadline": 1, "due_at": later}, "deadline", "Cannot specify both deadline and due_at."),
        ({"name": " "}, "name", "The name must not be blank."),
        ({"deadline": -1}, "deadline", "The deadline must be between 0 and 2147483647."),
    ],
    ids=["sides", "ends", "name", "hours"],
)
def test_a_refused_task_leaves_nothing(agency: Store, details: dict[str, Any], field: str, sentence: str):
    """The contract's sentences; the order is not touched."""
    with pytest.raises(RuleViolationError) as refused:
        added(agency, **details)
    assert (refused.value.field, refused.value.message) == (field, sentence)
    assert (listed(agency), stored(agency)) == ([task], website)


@pytest.mark.usefixtures("store")
def test_somebody_who_cannot_be_assigned(agency: Store, neighbour):
    """An unknown employee, a foreign one and a client are refused alike, by id, for a new task and an old one."""
    for employee_id in (NOBODY, neighbour.employee.id, EmployeeId(john.id)):
        for act in (added, updated):
            with pytest.raises(NotAssignableError) as refused:
                act(agency, employee_ids=[jane.id, employee_id, NOBODY])
            assert (refused.value.field, refused.value.message) == (
                "employee_ids",
                f"Employee with ID {employee_id} does not exist.",
            )
    assert (listed(agency), stored(agency)) == ([task], website)


@pytest.mark.parametrize("act", [added, updated])
def test_rules_without_a_look_up_come_first(agency: Store, act: Callable[..., OrderTask]):
    """A task for the client with an employee who is not there breaks two rules: the one for both sides is told."""
    with pytest.raises(RuleViolationError) as refused:
        act(agency, for_client=True, employee_ids=[NOBODY])
    assert refused.value.field == "for_client"


@pytest.mark.usefixtures("store")
def test_an_order_that_is_not_there(agency: Store, neighbour):
    """Unknown, foreign and deleted orders have no tasks, and get none."""
    agency.run(acme.id, delete_order, website.id, at=now)
    for order_id in (OrderId(UUID(int=404)), neighbour.order.id, website.id):
        for act in (
            lambda key: agency.run(acme.id, add_order_task, key, name="Design", at=later),
            lambda key: agency.read(acme.id, list_order_tasks, key),
        ):
            with pytest.raises(NotFoundError) as refused:
                act(order_id)
            assert (refused.value.kind, refused.value.key) == ("order", order_id)


# ------------------------------------------------------------------------------------------------------ updating


@pytest.mark.usefixtures("store")
def test_updating_a_task(agency: Store):
    """One version, one event for the task and one for the order."""
    patch = OrderTaskPatch(name=" Design ", deadline=None, due_at=LATEST, employee_ids=[])
    with agency.begin(acme.id) as uow:
        there = update_order_task(uow, task.id, patch, at=later)
        revised = OrderTaskRevised(task_id=task.id, fields=("deadline", "due_at", "employee_ids", "name"), at=later)
        assert set(uow.events) == {revised, TOUCHED}
    assert there == attrs.evolve(
        task, name="Design", deadline=None, due_at=LATEST, employee_ids=(), updated_at=later, version=2
    )
    assert listed(agency) == [there]
    assert stored(agency).updated_at == later


@pytest.mark.usefixtures("store")
def test_what_is_absent_stays(agency: Store):
    """An empty patch, and one that says what is there already, write nothing and do not touch the order."""
    with agency.begin(acme.id) as uow:
        for patch in (OrderTaskPatch(), OrderTaskPatch(name=task.name, deadline=48, employee_ids=[jane.id, jane.id])):
            assert update_order_task(uow, task.id, patch, at=later) == task
        assert uow.events == ()
    assert stored(agency) == website


def test_the_rules_are_checked_on_the_result(agency: Store):
    """What is stored counts, too; what is taken away in the same request does not (D36)."""
    for broken in ({"for_client": True}, {"due_at": later}):
        with pytest.raises(RuleViolationError):
            updated(agency, **broken)
    assert stored(agency) == website
    handed = updated(agency, for_client=True, employee_ids=[], deadline=None, due_at=LATEST)
    assert (handed.for_client, handed.employee_ids, handed.deadline, handed.due_at) == (True, (), None, LATEST)
    back = updated(agency, for_client=False, employee_ids=[jane.id], deadline=48, due_at=None)
    assert back == attrs.evolve(task, updated_at=later, version=3)


# --------------------------------------------------------------------------------------- completing and deleting


@pytest.mark.usefixtures("store")
def test_completing_and_reopening(agency: Store):
    """Completed again by somebody else, it keeps the first time and person and writes nothing; so with reopening."""
    with agency.begin(acme.id) as uow:
        there = complete_order_task(uow, task.id, by=jane.id, at=later)
        assert complete_order_task(uow, task.id, by=john.id, at=LATEST) == there
        assert set(uow.events) == {OrderTaskCompleted(task_id=task.id, completed_by=jane.id, at=later), TOUCHED}
    assert there == attrs.evolve(task, completed_by=jane.id, completed_at=later, updated_at=later, version=2)
    assert (listed(agency), stored(agency).updated_at) == ([there], later)
    with agency.begin(acme.id) as uow:
        reopened = reopen_order_task(uow, task.id, at=LATEST)
        assert reopen_order_task(uow, task.id, at=LATEST + timedelta(1)) == reopened
        assert set(uow.events) == {
            OrderTaskReopened(task_id=task.id, at=LATEST),
            OrderTouched(order_id=website.id, at=LATEST),
        }
    assert reopened == attrs.evolve(task, updated_at=LATEST, version=3)
    assert (listed(agency), stored(agency).updated_at) == ([reopened], LATEST)


@pytest.mark.usefixtures("store")
def test_deleting_a_task(agency: Store):
    """Completed ones too; it is gone for good, and the order is touched."""
    agency.run(acme.id, complete_order_task, task.id, by=jane.id, at=now)
    with agency.begin(acme.id) as uow:
        delete_order_task(uow, task.id, at=later)
        assert uow.events == (TOUCHED, OrderTaskDeleted(task_id=task.id, order_id=website.id, at=later))
    assert (listed(agency), stored(agency).updated_at) == ([], later)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("name", ACTS)
def test_a_task_that_is_not_there(agency: Store, neighbour, name: str):
    """Unknown, foreign and deleted tasks and those of a deleted order are answered alike, whatever is asked."""
    foreign = agency.run(neighbour.org_id, add_order_task, neighbour.order.id, name="Theirs", at=now).id
    gone = added(agency).id
    agency.run(acme.id, delete_order_task, gone, at=now)
    agency.run(acme.id, delete_order, website.id, at=now)
    for task_id in (OrderTaskId(UUID(int=404)), foreign, gone, task.id):
        with pytest.raises(NotFoundError) as refused:
            ACTS[name](agency, task_id)
        assert (refused.value.kind, refused.value.key) == ("order_task", task_id)


# ------------------------------------------------------------------------------------------------------- listing


@pytest.mark.usefixtures("store")
def test_listing(agency: Store):
    """By place, then age, then id; in slices that say whether there is more."""
    last = added(agency, name="Last", sort_order=1, at=now)
    third = added(agency, name="Third", at=LATEST)
    first = added(agency, name="First", sort_order=-1)
    assert [each.name for each in listed(agency)] == [first.name, task.name, third.name, last.name]
    for number, names, more in ((1, ["First", task.name], True), (2, ["Third", "Last"], False), (3, [], False)):
        part = agency.read(acme.id, list_order_tasks, website.id, page=SliceRequest(number=number, size=2))
        assert ([row.task.name for row in part.rows], part.more) == (names, more)


def test_a_stranger_completes_nothing(agency: Store):
    """Somebody who is nobody of the organisation is refused by name, and the task stays open."""
    with agency.begin(acme.id) as uow:
        with pytest.raises(InvalidReferenceError) as refused:
            complete_order_task(uow, task.id, by=UserId(UUID(int=404)), at=later)
        assert (refused.value.field, uow.events) == ("completed_by", ())
