"""Order tasks: for the staff or for the client, by hours or by date, completed once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain import order_tasks
from service_engine.domain.change import UNSET, Change
from service_engine.domain.ids import EmployeeId, OrderTaskId, UserId
from service_engine.domain.order_tasks import (
    OrderTask,
    OrderTaskAdded,
    OrderTaskCompleted,
    OrderTaskDeleted,
    OrderTaskPatch,
    OrderTaskReopened,
    OrderTaskRevised,
    complete_order_task,
    reopen_order_task,
    revise_order_task,
)
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import jane, john, later, now, task, website

ID = OrderTaskId(UUID(int=1))
BOB = EmployeeId(UserId(UUID(int=77)))
INTEGER = 2**31 - 1
BOTH_SIDES = ("for_client", "Cannot assign employees when for_client is true.")
BOTH_ENDS = ("deadline", "Cannot specify both deadline and due_at.")
Transition = Callable[[OrderTask], Change[OrderTask]]


def evolved(value: OrderTask, **changes: Any) -> OrderTask:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def add(**details: Any) -> OrderTask:
    """Add a task with the given details."""
    arguments: dict[str, Any] = {"order_id": website.id, "name": details.pop("name", "Draft"), "at": now}
    return order_tasks.add_order_task(ID, **arguments, details=OrderTaskPatch(**details)).state


def revised(there: OrderTask = task, /, **fields: Any) -> OrderTask:
    """Revise a task by a patch of the given fields."""
    return revise_order_task(there, OrderTaskPatch(**fields), at=later).state


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    """Return the field and the sentence with which something is refused."""
    with pytest.raises(RuleViolationError) as refused:
        act()
    return refused.value.field, refused.value.message


def people() -> st.SearchStrategy[tuple[EmployeeId, ...]]:
    """Choose a few people, nobody twice."""
    return st.lists(st.sampled_from([jane.id, BOB]), unique=True).map(tuple)


@st.composite
def tasks(draw: st.DrawFn) -> OrderTask:
    """Make tasks of either side, with either end or none, open and completed."""
    sides = st.one_of(
        st.builds(lambda who: {"employee_ids": who}, people()), st.just({"for_client": True, "employee_ids": ()})
    )
    ends = st.one_of(
        st.just({"deadline": None, "due_at": None}),
        st.builds(lambda hours: {"deadline": hours}, st.integers(0, INTEGER)),
        st.builds(lambda at: {"deadline": None, "due_at": at}, strategies.instants()),
    )
    done = st.builds(
        lambda who, at: {"completed_by": who, "completed_at": at}, strategies.ids().map(UserId), strategies.instants()
    )
    changes: dict[str, Any] = {**draw(sides), **draw(ends), **(draw(done) if draw(st.booleans()) else {})}
    return evolved(
        task,
        name=draw(strategies.lines()),
        description=draw(strategies.notes()),
        sort_order=draw(st.integers(-INTEGER, INTEGER)),
        is_public=draw(st.booleans()),
        updated_at=draw(strategies.instants()),
        **changes,
    )


def patches() -> st.SearchStrategy[OrderTaskPatch]:
    """Make patches, those that break a rule among them."""
    return st.builds(
        OrderTaskPatch,
        name=st.just(UNSET) | strategies.lines(),
        description=st.sampled_from((UNSET, None, "", "Long")),
        sort_order=st.just(UNSET) | st.integers(-5, 5),
        is_public=st.just(UNSET) | st.booleans(),
        for_client=st.just(UNSET) | st.booleans(),
        deadline=st.sampled_from((UNSET, None)) | st.integers(0, 100),
        due_at=st.sampled_from((UNSET, None)) | strategies.instants() | strategies.zoned_instants(),
        employee_ids=st.just(UNSET) | people(),
    )


def result_of(there: OrderTask, patch: OrderTaskPatch) -> dict[str, Any]:
    """Return the attributes that a task shall have after a patch."""
    names = [each.name for each in attrs.fields(OrderTaskPatch)]
    given_ = attrs.asdict(patch, recurse=False)
    return {name: getattr(there, name) if given_[name] is UNSET else given_[name] for name in names}


def transitions() -> st.SearchStrategy[Transition]:
    """Any transition that may change nothing, and that breaks no rule whatever the task is."""
    at, who = strategies.instants(), strategies.ids().map(UserId)
    harmless = st.builds(
        OrderTaskPatch,
        name=st.just(UNSET) | strategies.lines(),
        description=st.sampled_from((UNSET, None, "Long")),
        sort_order=st.just(UNSET) | st.integers(-5, 5),
        is_public=st.just(UNSET) | st.booleans(),
        deadline=st.sampled_from((UNSET, None)),
        employee_ids=st.sampled_from((UNSET, ())),
    )
    return st.one_of(
        st.builds(lambda patch, at: lambda it: revise_order_task(it, patch, at=at), harmless, at),
        st.builds(lambda who, at: lambda it: complete_order_task(it, by=who, at=at), who, at),
        st.builds(lambda at: lambda it: reopen_order_task(it, at=at), at),
    )


# ----------------------------------------------------------------------------------------------- all transitions


@given(tasks(), transitions())
def test_there_are_no_events_exactly_when_nothing_changed(there: OrderTask, transition: Transition):
    """A transition that changes something says so once and dates it; one that does not returns the very same task."""
    change = transition(there)
    changed = evolved(change.state, updated_at=there.updated_at) != there
    assert len(change.events) == changed
    assert changed or change.state is there
    assert all(event.at == change.state.updated_at for event in change.events)


@given(tasks(), transitions())
def test_every_transition_is_idempotent(there: OrderTask, transition: Transition):
    """Doing the same again changes nothing and says nothing."""
    once = transition(there)
    again = transition(once.state)
    assert again.events == ()
    assert again.state is once.state


@given(tasks(), st.lists(transitions(), max_size=6))
def test_what_no_transition_touches(there: OrderTask, steps: list[Transition]):
    """Whatever happens, a task stays the order's, and is complete exactly when somebody completed it."""
    change = Change(there)
    for step in steps:
        change = change.then(step)
    kept = ("id", "order_id", "created_at", "version")
    assert [getattr(change.state, name) for name in kept] == [getattr(there, name) for name in kept]
    done = (change.state.completed_at is not None, change.state.completed_by is not None)
    assert done == (change.state.is_complete,) * 2


# -------------------------------------------------------------------------------------------------------- adding


def test_adding_with_the_least():
    """Open, for the staff, unseen by the client, first in line; one event."""
    added = order_tasks.add_order_task(ID, order_id=website.id, name=" Draft ", at=now)
    assert added.state == OrderTask(id=ID, order_id=website.id, name="Draft", created_at=now, updated_at=now)
    there = added.state
    assert (there.is_public, there.for_client, there.is_complete, there.sort_order) == (False, False, False, 0)
    assert (there.deadline, there.due_at, there.employee_ids, there.description) == (None, None, (), None)
    assert (there.completed_by, there.completed_at, there.version) == (None, None, 1)
    assert added.events == (OrderTaskAdded(task_id=ID, order_id=website.id, at=now),)


def test_adding_with_everything():
    """Each detail ends up where it belongs; texts are stripped, lists become tuples."""
    there = add(
        description=" Long ", sort_order=3, is_public=True, deadline=48, employee_ids=[BOB, jane.id], for_client=False
    )
    assert there == OrderTask(
        id=ID,
        order_id=website.id,
        name="Draft",
        description="Long",
        sort_order=3,
        is_public=True,
        deadline=48,
        employee_ids=(BOB, jane.id),
        created_at=now,
        updated_at=now,
    )
    assert (add(for_client=True).for_client, add(due_at=later).due_at) == (True, later)


def test_a_new_task_obeys_the_two_rules():
    """The contract's sentences, on its fields."""
    assert refusal(lambda: add(for_client=True, employee_ids=[jane.id])) == BOTH_SIDES
    assert refusal(lambda: add(deadline=0, due_at=later)) == BOTH_ENDS


@pytest.mark.parametrize("act", [add, revised])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"description": "x" * 65_536}, "description"),
        ({"description": "a\x00"}, "description"),
        ({"deadline": -1}, "deadline"),
        ({"deadline": 2**31}, "deadline"),
        ({"sort_order": 2**31}, "sort_order"),
        ({"sort_order": -(2**31)}, "sort_order"),
    ],
    ids=str,
)
def test_what_does_not_fit_its_column_is_refused(act: Callable[..., OrderTask], changes: dict[str, Any], field: str):
    """For a new task and an old one alike; the refusal names the field (D64)."""
    assert refusal(lambda: act(**changes))[0] == field


def test_the_bounds_themselves_fit():
    """The longest texts, no hours and very many, the first and the last place."""
    assert len(add(name="x" * 255, description="x" * 65_535).description or "") == 65_535
    assert [add(deadline=hours).deadline for hours in (0, INTEGER)] == [0, INTEGER]
    assert [add(sort_order=place).sort_order for place in (-INTEGER, INTEGER)] == [-INTEGER, INTEGER]
    assert add(description=" ").description == ""


@pytest.mark.parametrize("name", ["deadline", "sort_order"])
def test_half_an_hour_is_no_whole_number(name: str):
    """Nor is a bool."""
    for wrong in (0.5, True):
        with pytest.raises(TypeError, match=f"{name} must be a whole number"):
            add(**{name: wrong})


# ------------------------------------------------------------------------------------------------------ revising


@given(tasks(), patches())
def test_the_rules_are_checked_on_the_result(there: OrderTask, patch: OrderTaskPatch):
    """Whatever was stored and whatever is asked: refused exactly when the result would break a rule (D36)."""
    result = result_of(there, patch)
    broken = []
    if result["for_client"] and result["employee_ids"]:
        broken.append(BOTH_SIDES)
    if result["deadline"] is not None and result["due_at"] is not None:
        broken.append(BOTH_ENDS)
    if broken:
        assert refusal(lambda: revise_order_task(there, patch, at=later)) in broken
        return
    after = revise_order_task(there, patch, at=later).state
    assert {name: getattr(after, name) for name in result} == result
    assert after == evolved(there, **result, updated_at=after.updated_at)


def test_a_deadline_can_be_exchanged_for_a_due_time_and_back():
    """In one request that clears the one and gives the other; without the clearing it is refused (D36)."""
    dated = revised(deadline=None, due_at=later)
    assert (dated.deadline, dated.due_at) == (None, later)
    assert revised(dated, deadline=48, due_at=None) == evolved(task, updated_at=later)
    assert refusal(lambda: revised(due_at=later)) == BOTH_ENDS
    assert refusal(lambda: revised(dated, deadline=1)) == BOTH_ENDS


def test_a_task_of_the_staff_can_become_the_clients_and_back():
    """In one request that takes the employees off; without it, it is refused (D36)."""
    handed = revised(for_client=True, employee_ids=[])
    assert (handed.for_client, handed.employee_ids) == (True, ())
    assert revised(handed, for_client=False, employee_ids=[jane.id]) == evolved(task, updated_at=later)
    assert refusal(lambda: revised(for_client=True)) == BOTH_SIDES
    assert refusal(lambda: revised(handed, employee_ids=[jane.id])) == BOTH_SIDES


def test_revising_says_which_fields_changed():
    """Sorted; what stays the same is not among them, and an empty patch changes nothing."""
    patch = OrderTaskPatch(sort_order=2, name=" Design ", deadline=48, employee_ids=[jane.id])
    change = revise_order_task(task, patch, at=later)
    assert change.events == (OrderTaskRevised(task_id=task.id, fields=("name", "sort_order"), at=later),)
    assert change.state == evolved(task, name="Design", sort_order=2, updated_at=later)
    assert revise_order_task(task, OrderTaskPatch(), at=later) == Change(task)


def test_a_completed_task_can_be_revised():
    """It stays completed."""
    done = complete_order_task(task, by=jane.id, at=now).state
    assert revised(done, name="Design") == evolved(done, name="Design", updated_at=later)


def test_wrong_use():
    """A time without a zone could be any; nobody is assigned twice."""
    with pytest.raises(ValueError, match="has no zone"):
        revised(deadline=None, due_at=now.replace(tzinfo=None))
    with pytest.raises(ValueError, match="employee_ids must not name anything twice"):
        revised(employee_ids=[jane.id, jane.id])


@given(patches(), people())
def test_other_people_in_a_patch(patch: OrderTaskPatch, who: tuple[EmployeeId, ...]):
    """Only they are replaced."""
    assert order_tasks.assigned_to(patch, list(who)) == attrs.evolve(patch, employee_ids=who)


# ---------------------------------------------------------------------------------------- completing and deleting


@given(tasks(), strategies.instants(), strategies.instants())
def test_completing_keeps_the_first_time_and_person(there: OrderTask, first: datetime, second: datetime):
    """However often, and whoever comes later."""
    opened = evolved(there, completed_by=None, completed_at=None)
    once = complete_order_task(opened, by=jane.id, at=first)
    assert once.state == evolved(opened, completed_by=jane.id, completed_at=first, updated_at=first)
    assert once.events == (OrderTaskCompleted(task_id=there.id, completed_by=jane.id, at=first),)
    assert once.then(complete_order_task, by=john.id, at=second) == once


@given(tasks(), strategies.instants())
def test_reopening_undoes_completing(there: OrderTask, at: datetime):
    """Nobody completed it any longer; an open one stays as it is."""
    done = complete_order_task(there, by=jane.id, at=now).state
    reopened = reopen_order_task(done, at=at)
    assert reopened.state == evolved(there, completed_by=None, completed_at=None, updated_at=at)
    assert reopened.events == (OrderTaskReopened(task_id=there.id, at=at),)
    assert reopened.then(reopen_order_task, at=later) == reopened
    assert reopened.then(complete_order_task, by=john.id, at=later).state.completed_by == john.id


@given(tasks(), strategies.instants())
def test_deleting_is_for_good(there: OrderTask, at: datetime):
    """Completed or not: the event says so, the state is what was deleted."""
    deleted = order_tasks.delete_order_task(there, at=at)
    assert deleted.state is there
    assert deleted.events == (OrderTaskDeleted(task_id=there.id, order_id=there.order_id, at=at),)


def test_nobody_completes_a_task_at_no_time():
    """Such a task does not exist."""
    with pytest.raises(ValueError, match="completed by nobody"):
        evolved(task, completed_by=jane.id)


def test_the_details_of_a_new_task_do_not_repeat_its_name():
    """One of the two would be lost."""
    with pytest.raises(ValueError, match="argument of its own"):
        order_tasks.add_order_task(task.id, order_id=website.id, name="A", details=OrderTaskPatch(name="B"), at=later)
