"""What the use cases need of order tasks, and the row in which they are read."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen

from service_engine.domain.change import Change
from service_engine.domain.ids import OrderId, OrderTaskId
from service_engine.domain.order_tasks import OrderTask
from service_engine.ports.employees import EmployeeRow
from service_engine.ports.lists import Slice, SliceRequest

__all__ = ["OrderTaskQueries", "OrderTaskRow", "OrderTasks"]


@frozen(kw_only=True)
class OrderTaskRow:
    """A task as it is shown.

    Args:
        task: The task.
        employees: Who has to do it, in order.

    Example:
        >>> from service_engine.testing.examples import task
        >>> OrderTaskRow(task=task, employees=()).task.name
        'Draft the front page'
    """

    task: OrderTask
    employees: tuple[EmployeeRow, ...]


class OrderTasks(Protocol):
    """The tasks of the organisation's orders, one at a time.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, later, task
        >>> from service_engine.domain.order_tasks import complete_order_task, delete_order_task
        >>> with agency().begin(acme.id) as uow:
        ...     completed = uow.order_tasks.save(complete_order_task(task, by=jane.id, at=later))
        ...     uow.order_tasks.remove(delete_order_task(completed, at=later))
        >>> completed.version
        2
    """

    def get(self, task_id: OrderTaskId) -> OrderTask:
        """Return a task of a live order.

        Raises:
            NotFoundError: There is none, or its order is deleted.
        """
        ...

    def add(self, change: Change[OrderTask]) -> OrderTask:
        """Store a new task, assignments included.

        Raises:
            ConflictError: The id was taken, or something that it refers to is not in the organisation.
        """
        ...

    def save(self, change: Change[OrderTask]) -> OrderTask:
        """Store a changed task; a change without events writes nothing.

        Returns:
            The task as stored: one version later.

        Raises:
            ConflictError: It was changed or deleted since it was read.
        """
        ...

    def remove(self, change: Change[OrderTask]) -> None:
        """Take a task away for good, assignments included.

        Raises:
            ConflictError: It was changed or deleted since it was read.
        """
        ...


class OrderTaskQueries(Protocol):
    """Tasks as they are shown.

    Example:
        >>> from service_engine.testing.examples import acme, agency, website
        >>> with agency().begin(acme.id) as uow:
        ...     [row] = uow.order_task_queries.of_order(website.id, SliceRequest()).rows
        >>> row.task.name, [each.first_name for each in row.employees]
        ('Draft the front page', ['Jane'])
    """

    def get(self, task_id: OrderTaskId) -> OrderTaskRow:
        """Return one task of a live order, in one statement.

        Raises:
            NotFoundError: There is none, or its order is deleted.
        """
        ...

    def of_order(self, order_id: OrderId, page: SliceRequest) -> Slice[OrderTaskRow]:
        """Return a slice of a live order's tasks by sort order, creation and id, in at most two statements.

        Raises:
            NotFoundError: There is no such order.
        """
        ...
