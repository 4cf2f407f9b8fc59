"""Order tasks on the wire: two request bodies, 13 keys out.

Source: contract sections 2.4 and 2.5.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import with_config
from typing_extensions import TypedDict

from service_engine.domain.order_tasks import OrderTaskPatch
from service_engine.ports.order_tasks import OrderTaskRow
from service_engine.schemas.errors import EXACT
from service_engine.schemas.fields import Count, Instant, Integer, Note, References, RequiredLine, absent, employee_ids
from service_engine.schemas.validation import Input

__all__ = ["OrderTaskCreate", "OrderTaskUpdate", "OrderTaskWire", "order_task_wire"]


class OrderTaskCreate(Input):
    """A new task. Null means the same as leaving the field out.

    Example:
        >>> new = OrderTaskCreate(name="Draft the front page", deadline=48, description=None)
        >>> new.name, new.details().deadline, new.details().description
        ('Draft the front page', 48, UNSET)
    """

    name: RequiredLine
    description: Note | None = None
    employee_ids: References | None = None
    sort_order: Integer | None = None
    is_public: bool | None = None
    for_client: bool | None = None
    deadline: Count | None = None
    due_at: Instant | None = None

    def details(self) -> OrderTaskPatch:
        """Return everything but the name as the use case takes it."""
        return _patch(self, {name for name in self.model_fields_set - {"name"} if getattr(self, name) is not None})


class OrderTaskUpdate(Input):
    """What to change of a task. A field left out stays as it is; null clears it where that is possible.

    Example:
        >>> patch = OrderTaskUpdate(deadline=None, due_at="2026-02-09T12:00:00Z").patch()
        >>> patch.deadline, patch.due_at.isoformat(), patch.name
        (None, '2026-02-09T12:00:00+00:00', UNSET)
    """

    name: RequiredLine = absent()
    description: Note | None = absent()
    employee_ids: References = absent()
    sort_order: Integer = absent()
    is_public: bool = absent()
    for_client: bool = absent()
    deadline: Count | None = absent()
    due_at: Instant | None = absent()

    def patch(self) -> OrderTaskPatch:
        """Return it as the use case takes it."""
        return _patch(self, self.model_fields_set)


def _patch(body: OrderTaskCreate | OrderTaskUpdate, given: set[str]) -> OrderTaskPatch:
    values: dict[str, Any] = {name: getattr(body, name) for name in given}
    if "employee_ids" in values:
        values["employee_ids"] = employee_ids(values["employee_ids"])
    return OrderTaskPatch(**values)


@with_config(EXACT)
class OrderTaskEmployeeWire(TypedDict):
    """An employee who has to do a task."""

    id: UUID
    name_f: str
    name_l: str


@with_config(EXACT)
class OrderTaskWire(TypedDict):
    """A task of an order."""

    id: UUID
    order_id: UUID
    name: str
    description: str | None
    sort_order: int
    is_public: bool
    for_client: bool
    is_complete: bool
    completed_by: UUID | None
    completed_at: datetime | None
    deadline: int | None
    due_at: datetime | None
    employees: list[OrderTaskEmployeeWire]


def order_task_wire(row: OrderTaskRow) -> OrderTaskWire:
    """Return a task as the wire shows it.

    Source:
        Contract section 2.4, "Task object" (13 keys).

    Example:
        >>> from service_engine.schemas.example_rows import JANE, TASK
        >>> wire = order_task_wire(OrderTaskRow(task=TASK, employees=(JANE,)))
        >>> wire["name"], wire["is_complete"], wire["employees"][0]["name_f"]
        ('Draft the front page', False, 'Jane')
    """
    task = row.task
    return {
        "id": task.id,
        "order_id": task.order_id,
        "name": task.name,
        "description": task.description,
        "sort_order": task.sort_order,
        "is_public": task.is_public,
        "for_client": task.for_client,
        "is_complete": task.is_complete,
        "completed_by": task.completed_by,
        "completed_at": task.completed_at,
        "deadline": task.deadline,
        "due_at": task.due_at,
        "employees": [{"id": each.id, "name_f": each.first_name, "name_l": each.last_name} for each in row.employees],
    }
