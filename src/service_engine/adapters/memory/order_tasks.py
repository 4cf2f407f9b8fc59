"""The tasks of an organisation's orders, one at a time and as they are shown."""

from __future__ import annotations

from collections.abc import Iterator

from service_engine.adapters.memory import aggregates
from service_engine.adapters.memory.lists import slice_of
from service_engine.adapters.memory.people import are_people, employee_rows
from service_engine.adapters.memory.rows import row_of
from service_engine.adapters.memory.state import State, Work
from service_engine.adapters.memory.tables import require_current
from service_engine.domain.change import Change
from service_engine.domain.ids import OrderId, OrderTaskId
from service_engine.domain.order_tasks import OrderTask
from service_engine.ports.lists import Slice, SliceRequest
from service_engine.ports.order_tasks import OrderTaskRow

__all__ = ["MemoryOrderTaskQueries", "MemoryOrderTasks"]


class MemoryOrderTasks:
    """``ports.order_tasks.OrderTasks`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, task_id: OrderTaskId) -> OrderTask:
        """Return a task of a live order."""
        return _live(self._work.state, task_id)

    def add(self, change: Change[OrderTask]) -> OrderTask:
        """Store a new task, assignments included."""
        return aggregates.add(self._work, "order_task", self._work.state.order_tasks, change, _links)

    def save(self, change: Change[OrderTask]) -> OrderTask:
        """Store a changed task; a change without events writes nothing."""
        return aggregates.save(self._work, "order_task", self._work.state.order_tasks, change, _links)

    def remove(self, change: Change[OrderTask]) -> None:
        """Take a task away for good, assignments included."""
        state, task = self._work.state, change.state
        require_current("order_task", state.order_tasks.rows.get(task.id), task)
        state.order_tasks.remove("order_task", task.id)
        state.order_task_rows.pop(task.id, None)
        self._work.events.extend(change.events)


class MemoryOrderTaskQueries:
    """``ports.order_tasks.OrderTaskQueries`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, task_id: OrderTaskId) -> OrderTaskRow:
        """Return one task of a live order."""
        state = self._work.state
        return row_of(state, state.order_task_rows, _live(state, task_id), _row)

    def of_order(self, order_id: OrderId, page: SliceRequest) -> Slice[OrderTaskRow]:
        """Return a slice of a live order's tasks by sort order, creation and id."""
        state = self._work.state
        aggregates.live("order", state.orders, order_id)
        chosen, more = slice_of(state.order_tasks.group(order_id), page)
        return Slice(tuple(row_of(state, state.order_task_rows, task, _row) for task in chosen), more)


def _live(state: State, task_id: OrderTaskId) -> OrderTask:
    return aggregates.live_part("order_task", state.order_tasks, task_id, of=state.orders)


def _row(state: State, task: OrderTask) -> OrderTaskRow:
    return OrderTaskRow(task=task, employees=employee_rows(state, task.employee_ids))


def _links(state: State, task: OrderTask) -> Iterator[bool]:
    yield task.order_id in state.orders.rows
    yield task.completed_by is None or task.completed_by in state.people.rows
    yield are_people(state, task.employee_ids)
