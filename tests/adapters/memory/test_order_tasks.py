"""Tasks of orders in memory: hidden with their order, removed for good, in their order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from service_engine import Change, ConflictError, NotFoundError, OrderTaskId, OrganizationId
from service_engine.domain import order_tasks
from service_engine.domain.clients import ClientPatch
from service_engine.domain.order_tasks import OrderTaskPatch
from service_engine.ports.lists import FIRST_SLICE, Slice, SliceRequest
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import update_client
from service_engine.usecases.order_tasks import (
    add_order_task,
    complete_order_task,
    delete_order_task,
    list_order_tasks,
    update_order_task,
)
from service_engine.usecases.orders import create_order, delete_order
from service_engine.usecases.organizations import bootstrap_organization

LATER = NOON + timedelta(hours=1)


def _task(order_id, **given):
    task_id = OrderTaskId(build.entropy.new_id())
    usual: dict[str, Any] = {"name": "Draft", "at": NOON}
    return order_tasks.add_order_task(task_id, order_id=order_id, **(usual | given)).state


@pytest.fixture
def task(store, org_id, acme, order):
    """Add a task with everything."""
    details = OrderTaskPatch(employee_ids=[acme.administrator.id], deadline=48, is_public=True)
    return store.run(org_id, add_order_task, order.id, name="Draft", details=details, at=NOON)


def _names(store, org_id, order_id, page=FIRST_SLICE):
    found = store.read(org_id, list_order_tasks, order_id, page=page)
    return [row.task.name for row in found.rows], found.more


def test_a_task_is_kept_whole(store, org_id, acme, task):
    """A save is one version later; it is shown with the people who have to do it."""
    with store.begin(org_id) as uow:
        assert uow.order_tasks.get(task.id) is task
        completed = order_tasks.complete_order_task(task, by=acme.administrator.id, at=LATER)
        assert uow.order_tasks.save(completed) == attrs.evolve(completed.state, version=2)
        row = uow.order_task_queries.get(task.id)
        assert row.task == attrs.evolve(completed.state, version=2)
        [employee] = row.employees
        assert (employee.id, employee.first_name) == (acme.administrator.id, acme.administrator.first_name)
        assert employee.role_id == acme.roles["Administrator"].id
        assert uow.order_task_queries.of_order(task.order_id, FIRST_SLICE) == Slice((row,), more=False)


def test_saves(store, org_id, task):
    """Nothing for no events; a conflict for stale, removed and unknown."""
    revised = order_tasks.revise_order_task(task, OrderTaskPatch(name="Sketch"), at=LATER)
    with store.begin(org_id) as uow:
        assert uow.order_tasks.save(Change(task)) is task
        saved = uow.order_tasks.save(revised)
        for stale in (task, _task(task.order_id)):
            with pytest.raises(ConflictError) as refused:
                uow.order_tasks.save(Change(stale, revised.events))
            assert (refused.value.kind, refused.value.key) == ("order_task", stale.id)
        uow.order_tasks.remove(order_tasks.delete_order_task(saved, at=LATER))
        with pytest.raises(ConflictError):
            uow.order_tasks.save(Change(saved, revised.events))
        assert [type(event).__name__ for event in uow.events] == ["OrderTaskRevised", "OrderTaskDeleted"]


def test_a_task_is_removed_for_good(store, org_id, task):
    """Not by somebody who has an old version; not twice; and its id is free again."""
    newest = store.run(org_id, update_order_task, task.id, OrderTaskPatch(name="Sketch"), at=LATER)
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError) as refused:
            uow.order_tasks.remove(order_tasks.delete_order_task(task, at=LATER))
        assert (refused.value.kind, refused.value.key) == ("order_task", task.id)
        assert uow.order_tasks.get(task.id) == newest
        assert uow.events == ()
        uow.order_tasks.remove(order_tasks.delete_order_task(newest, at=LATER))
        with pytest.raises(ConflictError):
            uow.order_tasks.remove(order_tasks.delete_order_task(newest, at=LATER))
        for get in (uow.order_tasks.get, uow.order_task_queries.get):
            with pytest.raises(NotFoundError) as missing:
                get(task.id)
            assert (missing.value.kind, missing.value.key) == ("order_task", task.id)
    assert _names(store, org_id, task.order_id) == ([], False)
    with store.begin(org_id) as uow:
        assert uow.order_tasks.add(Change(task)) is task
        with pytest.raises(ConflictError):
            uow.order_tasks.add(Change(task))
    assert _names(store, org_id, task.order_id) == (["Draft"], False)


def test_a_removal_is_rolled_back(store, org_id, task):
    """With whatever else happened."""

    def work(uow):
        delete_order_task(uow, task.id, at=LATER)
        add_order_task(uow, task.order_id, name="Other", at=LATER)
        assert [row.task.name for row in list_order_tasks(uow, task.order_id).rows] == ["Other"]
        uow.order_tasks.get(task.id)

    with pytest.raises(NotFoundError):
        store.run(org_id, work)
    assert _names(store, org_id, task.order_id) == (["Draft"], False)


def test_tasks_are_hidden_with_their_order(store, org_id, john, order, task):
    """They stay stored, so the order's link to them is not broken; other orders' tasks stay where they are."""
    second = store.run(org_id, create_order, client_id=john.id, service="SEO", at=NOON)
    store.run(org_id, add_order_task, second.id, name="Audit", at=NOON)
    store.run(org_id, delete_order, order.id, at=NOON)
    with store.begin(org_id) as uow:
        for get in (uow.order_tasks.get, uow.order_task_queries.get):
            with pytest.raises(NotFoundError) as missing:
                get(task.id)
            assert (missing.value.kind, missing.value.key) == ("order_task", task.id)
        with pytest.raises(NotFoundError) as missing:
            uow.order_task_queries.of_order(order.id, FIRST_SLICE)
        assert (missing.value.kind, missing.value.key) == ("order", order.id)
        # Stored all the same: the id is taken, and a foreign key knows of no deleted orders.
        with pytest.raises(ConflictError):
            uow.order_tasks.add(Change(task))
        hidden = _task(order.id)
        assert uow.order_tasks.add(Change(hidden)) is hidden
    assert _names(store, org_id, second.id) == (["Audit"], False)


def test_organisations_do_not_see_each_others_tasks(store, org_id, order, task):
    """A foreign id is a missing one, and cannot be written over or removed."""
    other = OrganizationId(store.entropy.new_id())
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    with store.begin(other) as uow:
        for get in (uow.order_tasks.get, uow.order_task_queries.get):
            with pytest.raises(NotFoundError):
                get(task.id)
        with pytest.raises(NotFoundError):
            uow.order_task_queries.of_order(order.id, FIRST_SLICE)
        removed = order_tasks.delete_order_task(task, at=NOON)
        for write in (uow.order_tasks.save, uow.order_tasks.remove):
            with pytest.raises(ConflictError):
                write(removed)
    assert _names(store, org_id, order.id) == (["Draft"], False)


@pytest.mark.parametrize(
    "link",
    [
        {"order_id": build.order().id},
        {"completed_by": build.employee().id, "completed_at": NOON},
        {"employee_ids": (build.employee().id,)},
    ],
    ids=lambda link: next(iter(link)),
)
def test_a_link_out_of_the_organisation_is_refused(store, org_id, task, link):
    """On adding and on saving, as the database's foreign keys do."""
    events = order_tasks.delete_order_task(task, at=NOON).events
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.order_tasks.add(Change(attrs.evolve(_task(task.order_id), **link)))
        with pytest.raises(ConflictError):
            uow.order_tasks.save(Change(attrs.evolve(task, **link), events))
        assert uow.order_tasks.get(task.id) is task
        assert uow.events == ()


def test_tasks_stand_in_their_order(store, org_id, john, order):
    """By sort order, then by creation, then by id, whatever order they came in, and after a change, too."""
    made = {}
    for name, place, at in (("d", 1, NOON), ("b", 0, LATER), ("c", 0, LATER), ("a", 0, NOON), ("z", -1, LATER)):
        details = OrderTaskPatch(sort_order=place)
        made[name] = store.run(org_id, add_order_task, order.id, name=name, details=details, at=at)
    assert _names(store, org_id, order.id) == (["z", "a", "b", "c", "d"], False)
    store.run(org_id, update_order_task, made["z"].id, OrderTaskPatch(sort_order=2), at=LATER)
    assert _names(store, org_id, order.id) == (["a", "b", "c", "d", "z"], False)
    pages = [_names(store, org_id, order.id, SliceRequest(number=number, size=2)) for number in (1, 2, 3, 4)]
    assert pages == [(["a", "b"], True), (["c", "d"], True), (["z"], False), ([], False)]


def test_a_task_shows_changes_of_people_at_once(store, org_id, john, order):
    """The links allow anybody of the organisation, as the foreign keys do."""
    odd = _task(order.id, details=OrderTaskPatch(employee_ids=[john.id]))
    with store.begin(org_id) as uow:
        uow.order_tasks.add(Change(odd))
    for name in ("John", "Jack"):
        store.run(org_id, update_client, john.id, ClientPatch(first_name=name), at=NOON)
        [row] = store.read(org_id, list_order_tasks, order.id).rows
        assert [(each.id, each.first_name, each.role_id) for each in row.employees] == [(john.id, name, john.role_id)]


def test_rows_are_remembered_as_long_as_they_are_true(store, org_id, task):
    """No row is built twice while nothing in it changes, and nothing is remembered of a task that is gone."""

    def row():
        return store.read(org_id, list_order_tasks, task.order_id).rows[0]

    first = row()
    assert row() is first
    assert store.read(org_id, lambda view: view.order_task_queries.get(task.id)) is first
    store.run(org_id, update_order_task, task.id, OrderTaskPatch(name="Sketch", employee_ids=[]), at=LATER)
    assert (row().task.name, row().employees) == ("Sketch", ())
    store.run(org_id, delete_order_task, task.id, at=LATER)
    assert store._published.state(org_id).order_task_rows == {}


def test_a_task_is_completed_once(store, org_id, acme, john, task, at_once):
    """16 threads complete it: it is written once, and all of them hear of the same time."""
    people = [acme.administrator.id, john.id]
    times = [LATER + timedelta(seconds=number) for number in range(16)]
    outcomes = at_once(
        16, lambda number: store.run(org_id, complete_order_task, task.id, by=people[number % 2], at=times[number])
    )
    assert len(set(outcomes)) == 1
    assert outcomes[0].version == 2
