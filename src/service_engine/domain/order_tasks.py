"""Order tasks: what has to be done for an order, by the staff or by the client.

Two rules hold for the resulting state, however it came about: a task for the client has no employees, and a task has a
deadline or a due time, never both.

Source: contract sections 2.4 and 2.5; part A "Rules" (tasks).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs
from attrs import Attribute, field, frozen

from service_engine.domain.change import UNSET, Change, Event, Unset, differences
from service_engine.domain.evolution import across_fields, evolve
from service_engine.domain.ids import EmployeeId, OrderId, OrderTaskId, UserId
from service_engine.domain.instants import optional_utc, utc
from service_engine.domain.kinds import is_true_or_false
from service_engine.domain.numbers import INTEGER, optional_within, within
from service_engine.domain.sequences import holds_no_repeats
from service_engine.domain.text import NOTE, bounded, clean, optional_bounded
from service_engine.errors import RuleViolationError

__all__ = [
    "OrderTask",
    "OrderTaskAdded",
    "OrderTaskCompleted",
    "OrderTaskDeleted",
    "OrderTaskPatch",
    "OrderTaskReopened",
    "OrderTaskRevised",
    "add_order_task",
    "assigned_to",
    "complete_order_task",
    "delete_order_task",
    "reopen_order_task",
    "revise_order_task",
]


def _is_for_one_side(task: OrderTask, attribute: Attribute[bool], for_client: bool) -> None:
    is_true_or_false(task, attribute, for_client)
    if for_client and task.employee_ids:
        raise RuleViolationError(attribute.name, "Cannot assign employees when for_client is true.")


def _is_complete(task: OrderTask, _: object, completed_by: UserId | None) -> None:
    if completed_by is not None and task.completed_at is None:
        msg = "a task that is not complete was completed by nobody"
        raise ValueError(msg)


def _has_one_end(task: OrderTask, _: object, due_at: datetime | None) -> None:
    if task.deadline is not None and due_at is not None:
        raise RuleViolationError("deadline", "Cannot specify both deadline and due_at.")


@frozen(kw_only=True)
class OrderTask:
    """Something that has to be done for an order.

    Args:
        id: Its id.
        order_id: The order that it belongs to.
        name: 1 to 255 characters.
        description: Up to 65,535 characters.
        sort_order: Its place among the order's tasks.
        is_public: Whether the client sees it.
        for_client: Whether the client has to do it; then nobody of the staff is assigned.
        completed_by: Who completed it; None while it is open.
        completed_at: When it was completed, UTC; None while it is open.
        deadline: Hours from the order's creation or the task before, at least 0.
        due_at: A fixed time instead, UTC.
        employee_ids: Who has to do it, nobody twice.
        created_at: When it was added, UTC.
        updated_at: When it last changed, UTC.
        version: How often it was stored.

    Raises:
        RuleViolationError: A text or a number is out of bounds, it is for the client and has employees, or it has both
            a deadline and a due time.
        ValueError: Somebody completed it, but at no time; or an employee is named twice.

    Example:
        >>> from service_engine.testing.examples import task
        >>> task.name, task.deadline, task.is_complete
        ('Draft the front page', 48, False)
    """

    id: OrderTaskId
    order_id: OrderId
    name: str = field(validator=bounded())
    description: str | None = field(default=None, validator=optional_bounded(NOTE))
    sort_order: int = field(default=0, validator=within(-INTEGER, INTEGER))
    is_public: bool = field(default=False, validator=is_true_or_false)
    # Before the deadline: what breaks both rules is refused by this one.
    for_client: bool = field(default=False, validator=across_fields(_is_for_one_side))
    completed_by: UserId | None = field(default=None, validator=across_fields(_is_complete))
    completed_at: datetime | None = field(default=None, converter=optional_utc)
    deadline: int | None = field(default=None, validator=optional_within(0, INTEGER))
    due_at: datetime | None = field(default=None, converter=optional_utc, validator=across_fields(_has_one_end))
    employee_ids: tuple[EmployeeId, ...] = field(default=(), validator=holds_no_repeats)
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    version: int = 1

    @property
    def is_complete(self) -> bool:
        """Whether somebody completed it."""
        return self.completed_at is not None


@frozen(kw_only=True)
class OrderTaskPatch:
    """What to change of a task. ``UNSET`` leaves a field as it is, None clears it where that is possible.

    Example:
        >>> OrderTaskPatch(due_at=None).due_at is None, OrderTaskPatch().due_at
        (True, UNSET)
    """

    name: str | Unset = UNSET
    description: str | Unset | None = UNSET
    sort_order: int | Unset = UNSET
    is_public: bool | Unset = UNSET
    for_client: bool | Unset = UNSET
    deadline: int | Unset | None = UNSET
    due_at: datetime | Unset | None = UNSET
    employee_ids: Sequence[EmployeeId] | Unset = UNSET


@frozen(kw_only=True)
class OrderTaskAdded(Event):
    """An order got a task.

    Example:
        >>> from service_engine.testing.examples import now, task
        >>> OrderTaskAdded(task_id=task.id, order_id=task.order_id, at=now).task_id == task.id
        True
    """

    task_id: OrderTaskId
    order_id: OrderId


@frozen(kw_only=True)
class OrderTaskRevised(Event):
    """Something about a task changed.

    Args:
        task_id: Which task.
        fields: The names of the fields that changed, sorted.

    Example:
        >>> from service_engine.testing.examples import later, task
        >>> [event] = revise_order_task(task, OrderTaskPatch(name="Draft", is_public=True), at=later).events
        >>> event.fields
        ('is_public', 'name')
    """

    task_id: OrderTaskId
    fields: tuple[str, ...]


@frozen(kw_only=True)
class OrderTaskCompleted(Event):
    """A task was completed.

    Args:
        task_id: Which task.
        completed_by: By whom.

    Example:
        >>> from service_engine.testing.examples import jane, later, task
        >>> [event] = complete_order_task(task, by=jane.id, at=later).events
        >>> event == OrderTaskCompleted(task_id=task.id, completed_by=jane.id, at=later)
        True
    """

    task_id: OrderTaskId
    completed_by: UserId


@frozen(kw_only=True)
class OrderTaskReopened(Event):
    """A completed task is open again.

    Example:
        >>> from service_engine.testing.examples import jane, later, task
        >>> completed = complete_order_task(task, by=jane.id, at=later).state
        >>> reopen_order_task(completed, at=later).events == (OrderTaskReopened(task_id=task.id, at=later),)
        True
    """

    task_id: OrderTaskId


@frozen(kw_only=True)
class OrderTaskDeleted(Event):
    """A task was deleted, for good.

    Example:
        >>> from service_engine.testing.examples import later, task
        >>> event = OrderTaskDeleted(task_id=task.id, order_id=task.order_id, at=later)
        >>> delete_order_task(task, at=later).events == (event,)
        True
    """

    task_id: OrderTaskId
    order_id: OrderId


_NO_DETAILS: Final = OrderTaskPatch()


def add_order_task(
    task_id: OrderTaskId, *, order_id: OrderId, name: str, at: datetime, details: OrderTaskPatch = _NO_DETAILS
) -> Change[OrderTask]:
    """Add a task to an order.

    Args:
        task_id: Its id.
        order_id: The order that it belongs to.
        name: 1 to 255 characters after stripping.
        at: Now.
        details: Everything else; employees are checked by ``employees.require_assignable``.

    Returns:
        The task, with one event: ``OrderTaskAdded``.

    Raises:
        RuleViolationError: A text or a number is out of bounds, it is for the client and has employees, or it has both
            a deadline and a due time.
        ValueError: The details name it, too.

    Source:
        Contract section 2.4, "Order tasks".

    Example:
        >>> from datetime import UTC, datetime
        >>> from uuid import UUID
        >>> now = datetime(2026, 2, 7, tzinfo=UTC)
        >>> add_order_task(
        ...     OrderTaskId(UUID(int=1)), order_id=OrderId(UUID(int=2)), name="Draft", at=now
        ... ).state.is_complete
        False
    """
    if details.name is not UNSET:
        msg = "the name of a new task is an argument of its own"
        raise ValueError(msg)
    task = OrderTask(id=task_id, order_id=order_id, name=clean(name, field="name"), created_at=at, updated_at=at)
    detailed = revise_order_task(task, details, at=at).state
    return Change(detailed, (OrderTaskAdded(task_id=task_id, order_id=order_id, at=at),))


def revise_order_task(task: OrderTask, patch: OrderTaskPatch, *, at: datetime) -> Change[OrderTask]:
    """Change what the patch names; the rules are checked on the result, so a deadline can be exchanged for a due time.

    Raises:
        RuleViolationError: A text or a number is out of bounds, it is for the client and has employees, or it has both
            a deadline and a due time.

    Source:
        Contract section 2.5; section 9, D36.

    Example:
        >>> from service_engine.testing.examples import later, task
        >>> revise_order_task(task, OrderTaskPatch(due_at=later), at=later)
        Traceback (most recent call last):
            ...
        service_engine.errors.RuleViolationError: deadline: Cannot specify both deadline and due_at.
        >>> revise_order_task(task, OrderTaskPatch(due_at=later, deadline=None), at=later).state.due_at == later
        True
    """
    wanted = attrs.asdict(patch, recurse=False)
    if isinstance(patch.name, str):
        wanted["name"] = clean(patch.name, field="name")
    if isinstance(patch.description, str):
        wanted["description"] = clean(patch.description, field="description", max_length=NOTE, required=False)
    if not isinstance(patch.due_at, Unset):
        wanted["due_at"] = optional_utc(patch.due_at)
    if not isinstance(patch.employee_ids, Unset):
        wanted["employee_ids"] = tuple(patch.employee_ids)
    changed = differences(task, wanted)
    if not changed:
        return Change(task)
    revised = evolve(task, **changed, updated_at=at)
    return Change(revised, (OrderTaskRevised(task_id=task.id, fields=tuple(sorted(changed)), at=at),))


def complete_order_task(task: OrderTask, *, by: UserId, at: datetime) -> Change[OrderTask]:
    """Complete a task. Completing it again keeps the first time and the first person.

    Source:
        Contract part A "Rules" (tasks).

    Example:
        >>> from service_engine.testing.examples import jane, john, later, now, task
        >>> completed = complete_order_task(task, by=jane.id, at=now).state
        >>> complete_order_task(completed, by=john.id, at=later).state.completed_by == jane.id
        True
    """
    if task.completed_at is not None:
        return Change(task)
    completed = evolve(task, completed_by=by, completed_at=at, updated_at=at)
    return Change(completed, (OrderTaskCompleted(task_id=task.id, completed_by=by, at=at),))


def reopen_order_task(task: OrderTask, *, at: datetime) -> Change[OrderTask]:
    """Make a completed task open again. Reopening an open one changes nothing.

    Example:
        >>> from service_engine.testing.examples import later, task
        >>> reopen_order_task(task, at=later).events
        ()
    """
    if task.completed_at is None:
        return Change(task)
    reopened = evolve(task, completed_by=None, completed_at=None, updated_at=at)
    return Change(reopened, (OrderTaskReopened(task_id=task.id, at=at),))


def delete_order_task(task: OrderTask, *, at: datetime) -> Change[OrderTask]:
    """Delete a task, completed or not, for good.

    Example:
        >>> from service_engine.testing.examples import later, task
        >>> delete_order_task(task, at=later).state == task
        True
    """
    return Change(task, (OrderTaskDeleted(task_id=task.id, order_id=task.order_id, at=at),))


def assigned_to(patch: OrderTaskPatch, employee_ids: Sequence[EmployeeId]) -> OrderTaskPatch:
    """Return the patch with these employees instead of its own: the same ones without repeats.

    Example:
        >>> from service_engine.testing.examples import jane
        >>> patch = OrderTaskPatch(name="Draft", employee_ids=[jane.id, jane.id])
        >>> assigned_to(patch, [jane.id]) == OrderTaskPatch(name="Draft", employee_ids=(jane.id,))
        True
    """
    return evolve(patch, employee_ids=tuple(employee_ids))
