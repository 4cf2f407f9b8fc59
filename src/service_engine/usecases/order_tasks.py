"""What can be done with the tasks of an order. Each change touches the order's ``updated_at``.

Source: contract sections 2.4 and 2.5; part A "Rules" (tasks).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from service_engine.domain import order_tasks, orders
from service_engine.domain.change import Change, Unset
from service_engine.domain.employees import require_assignable
from service_engine.domain.ids import OrderId, OrderTaskId, UserId
from service_engine.domain.order_tasks import OrderTask, OrderTaskPatch
from service_engine.ports.lists import FIRST_SLICE, Slice, SliceRequest
from service_engine.ports.order_tasks import OrderTaskRow
from service_engine.ports.unit_of_work import UnitOfWork, View
from service_engine.usecases.authors import require_author
from service_engine.usecases.services import UNKNOWN_EMPLOYEE

__all__ = [
    "add_order_task",
    "complete_order_task",
    "delete_order_task",
    "list_order_tasks",
    "reopen_order_task",
    "update_order_task",
]

_NO_DETAILS: Final = OrderTaskPatch()


def add_order_task(
    uow: UnitOfWork, order_id: OrderId, *, name: str, at: datetime, details: OrderTaskPatch = _NO_DETAILS
) -> OrderTask:
    """Add a task to an order.

    Args:
        uow: The unit of work.
        order_id: The order.
        name: 1 to 255 characters after stripping.
        at: Now.
        details: Everything else; employees named twice count once.

    Raises:
        NotFoundError: The organisation has no such order.
        NotAssignableError: An employee is not there, or has no dashboard access.
        RuleViolationError: A text or a number is out of bounds, it is for the client and has employees, or it has both
            a deadline and a due time.

    Source:
        Contract section 2.4, "Order tasks".

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, later, website
        >>> details = OrderTaskPatch(for_client=True, employee_ids=[jane.id])
        >>> agency().run(acme.id, add_order_task, website.id, name="Send the texts", details=details, at=later)
        Traceback (most recent call last):
            ...
        service_engine.errors.RuleViolationError: for_client: Cannot assign employees when for_client is true.
    """
    order = uow.orders.get(order_id)
    change = order_tasks.add_order_task(
        OrderTaskId(uow.entropy.new_id()), order_id=order_id, name=name, details=_without_repeats(details), at=at
    )
    _require_assignable(uow, details)
    task = uow.order_tasks.add(change)
    uow.orders.save(orders.touch_order(order, at=at))
    return task


def update_order_task(uow: UnitOfWork, task_id: OrderTaskId, patch: OrderTaskPatch, *, at: datetime) -> OrderTask:
    """Change what the patch names; the rules are checked on the result.

    Raises:
        NotFoundError: The organisation has no such task, or its order is deleted.
        NotAssignableError: An employee is not there, or has no dashboard access.
        RuleViolationError: As for ``add_order_task``.

    Source:
        Contract section 2.5.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, task
        >>> patch = OrderTaskPatch(deadline=None, due_at=later)
        >>> agency().run(acme.id, update_order_task, task.id, patch, at=later).due_at == later
        True
    """
    change = order_tasks.revise_order_task(uow.order_tasks.get(task_id), _without_repeats(patch), at=at)
    _require_assignable(uow, patch)
    return _store(uow, change, at=at)


def complete_order_task(uow: UnitOfWork, task_id: OrderTaskId, *, by: UserId, at: datetime) -> OrderTask:
    """Complete a task. Completing it again keeps the first time and the first person.

    Raises:
        NotFoundError: The organisation has no such task, or its order is deleted.
        InvalidReferenceError: Who completed it is nobody of the organisation, on ``completed_by``.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, later, task
        >>> agency().run(acme.id, complete_order_task, task.id, by=jane.id, at=later).completed_by == jane.id
        True
    """
    task = uow.order_tasks.get(task_id)
    require_author(uow, by, field="completed_by")
    return _store(uow, order_tasks.complete_order_task(task, by=by, at=at), at=at)


def reopen_order_task(uow: UnitOfWork, task_id: OrderTaskId, *, at: datetime) -> OrderTask:
    """Make a completed task open again. Reopening an open one changes nothing.

    Raises:
        NotFoundError: The organisation has no such task, or its order is deleted.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, later, task
        >>> store = agency()
        >>> completed = store.run(acme.id, complete_order_task, task.id, by=jane.id, at=later)
        >>> store.run(acme.id, reopen_order_task, task.id, at=later).is_complete
        False
    """
    return _store(uow, order_tasks.reopen_order_task(uow.order_tasks.get(task_id), at=at), at=at)


def delete_order_task(uow: UnitOfWork, task_id: OrderTaskId, *, at: datetime) -> None:
    """Delete a task, completed or not, for good.

    Raises:
        NotFoundError: The organisation has no such task, or its order is deleted.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, task, website
        >>> store = agency()
        >>> store.run(acme.id, delete_order_task, task.id, at=later)
        >>> store.read(acme.id, list_order_tasks, website.id)
        Slice(rows=(), more=False)
    """
    task = uow.order_tasks.get(task_id)
    # The order first, as everywhere: two changes of one task must not lock in opposite orders.
    uow.orders.save(orders.touch_order(uow.orders.get(task.order_id), at=at))
    uow.order_tasks.remove(order_tasks.delete_order_task(task, at=at))


def list_order_tasks(view: View, order_id: OrderId, *, page: SliceRequest = FIRST_SLICE) -> Slice[OrderTaskRow]:
    """Return a slice of an order's tasks by sort order, creation and id.

    Raises:
        NotFoundError: The organisation has no such order.

    Example:
        >>> from service_engine.testing.examples import acme, agency, website
        >>> [row.task.name for row in agency().read(acme.id, list_order_tasks, website.id).rows]
        ['Draft the front page']
    """
    return view.order_task_queries.of_order(order_id, page)


def _store(uow: UnitOfWork, change: Change[OrderTask], *, at: datetime) -> OrderTask:
    if change.events:
        uow.orders.save(orders.touch_order(uow.orders.get(change.state.order_id), at=at))
    return uow.order_tasks.save(change)


def _without_repeats(patch: OrderTaskPatch) -> OrderTaskPatch:
    if isinstance(patch.employee_ids, Unset):
        return patch
    return order_tasks.assigned_to(patch, tuple(dict.fromkeys(patch.employee_ids)))


def _require_assignable(uow: UnitOfWork, patch: OrderTaskPatch) -> None:
    # after the rules that need no look-up: what breaks both is refused by them, as the contract orders it
    if isinstance(patch.employee_ids, Unset) or not patch.employee_ids:
        return
    found = uow.references.look_up(employee_ids=patch.employee_ids)
    require_assignable(patch.employee_ids, found.members, field="employee_ids", message=UNKNOWN_EMPLOYEE)
