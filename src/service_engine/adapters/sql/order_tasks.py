"""Tasks of orders in SQL, one at a time and as they are shown."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Delete, Select, delete, select

from service_engine.adapters.sql.aggregates import Aggregates, AggregateStatements, Links
from service_engine.adapters.sql.order_parts import SliceStatements, of_live_order
from service_engine.adapters.sql.people import assigned, assigned_ids, employee_ids_of, employee_rows_of, ids_of
from service_engine.adapters.sql.scope import KEY, LOADED_VERSION, lock_through, own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.domain.change import Change
from service_engine.domain.ids import EmployeeId, OrderId, OrderTaskId
from service_engine.domain.order_tasks import OrderTask
from service_engine.ports.lists import Slice, SliceRequest
from service_engine.ports.order_tasks import OrderTaskRow

__all__ = ["OrderTaskQueryStatements", "OrderTaskStatements", "SqlOrderTaskQueries", "SqlOrderTasks"]

_COLUMNS: Final = (
    "id",
    "order_id",
    "name",
    "description",
    "sort_order",
    "is_public",
    "for_client",
    "completed_by",
    "completed_at",
    "deadline",
    "due_at",
    "created_at",
    "updated_at",
    "version",
)
_WIDTH: Final = len(_COLUMNS)
_BY: Final = ("sort_order", "created_at", "id")


def _columns(tables: Tables) -> list[ColumnElement[Any]]:
    return [tables.order_tasks.c[name] for name in _COLUMNS]


def _task_of(columns: tuple[Any, ...], employee_ids: tuple[EmployeeId, ...]) -> OrderTask:
    return OrderTask(**dict(zip(_COLUMNS, columns, strict=True)), employee_ids=employee_ids)


def _loaded(row: AnyRow) -> OrderTask:
    return _task_of(row[:_WIDTH], employee_ids_of(row[_WIDTH]))


def _row_of(task: OrderTask) -> dict[str, Any]:
    # Whether it is complete follows from when it was; the column is there for whoever reads the table.
    return {**{name: getattr(task, name) for name in _COLUMNS}, "is_complete": task.is_complete}


class OrderTaskStatements:
    """What is asked of tasks of orders, built once."""

    def __init__(self, tables: Tables) -> None:
        tasks, employees = tables.order_tasks, tables.order_task_employees
        self.tasks: AggregateStatements[OrderTask] = AggregateStatements(
            kind="order_task",
            table=tasks,
            get=select(*_columns(tables), assigned_ids(employees, "order_task_id", tasks))
            .select_from(of_live_order(tables, tasks, tasks))
            .where(own(tasks), tasks.c.id == KEY),
            value=_loaded,
            row=_row_of,
            lock=lock_through(tasks, "order_id", tables.orders),
            links=(
                Links(table=employees, owner="order_task_id", other="employee_id", ids=lambda task: task.employee_ids),
            ),
        )
        # Its assignments go with it, by their foreign key.
        self.remove: Delete = delete(tasks).where(own(tasks), tasks.c.id == KEY, tasks.c.version == LOADED_VERSION)


class OrderTaskQueryStatements:
    """What is asked about tasks of orders, built once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        tasks = tables.order_tasks
        self.get: Select[Any] = (
            select(*self._columns())
            .select_from(of_live_order(tables, tasks, tasks))
            .where(own(tasks), tasks.c.id == KEY)
        )
        self.of_order: SliceStatements = SliceStatements(tables, listed=tasks, by=_BY, details=self._details)

    def _details(self, chosen: CTE) -> Select[Any]:
        tasks = self._tables.order_tasks
        return select(*self._columns()).select_from(chosen.join(tasks, (tasks.c.id == chosen.c.id) & own(tasks)))

    def _columns(self) -> list[ColumnElement[Any]]:
        tables = self._tables
        return [
            *_columns(tables),
            assigned(tables, tables.order_task_employees, "order_task_id", tables.order_tasks),
        ]


def _shown(row: AnyRow) -> OrderTaskRow:
    employees = employee_rows_of(row[_WIDTH])
    return OrderTaskRow(task=_task_of(row[:_WIDTH], ids_of(employees)), employees=employees)


class SqlOrderTasks:
    """The tasks of the organisation's orders."""

    def __init__(self, transaction: Transaction, statements: OrderTaskStatements) -> None:
        self._transaction = transaction
        self._statements = statements
        self._tasks = Aggregates(transaction, statements.tasks)

    def get(self, task_id: OrderTaskId) -> OrderTask:
        """Return a task of a live order; see ``ports.order_tasks.OrderTasks``."""
        return self._tasks.get(task_id)

    def add(self, change: Change[OrderTask]) -> OrderTask:
        """Store a new task; see ``ports.order_tasks.OrderTasks``."""
        return self._tasks.add(change)

    def save(self, change: Change[OrderTask]) -> OrderTask:
        """Store a changed task; see ``ports.order_tasks.OrderTasks``."""
        return self._tasks.save(change)

    def remove(self, change: Change[OrderTask]) -> None:
        """Take a task away for good; see ``ports.order_tasks.OrderTasks``."""
        task = change.state
        self._transaction.remove(self._statements.remove, "order_task", task.id, loaded_version=task.version)
        self._transaction.note(change.events)


class SqlOrderTaskQueries:
    """The tasks of the organisation's orders as they are shown."""

    def __init__(self, transaction: Transaction, statements: OrderTaskQueryStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def get(self, task_id: OrderTaskId) -> OrderTaskRow:
        """Return one task of a live order; see ``ports.order_tasks.OrderTaskQueries``."""
        row = self._transaction.find(self._statements.get, "order_task", task_id)
        return _shown(row)

    def of_order(self, order_id: OrderId, page: SliceRequest) -> Slice[OrderTaskRow]:
        """Return a slice of an order's tasks; see ``ports.order_tasks.OrderTaskQueries``."""
        rows, more = self._statements.of_order.read(self._transaction, order_id, page)
        return Slice(tuple(map(_shown, rows)), more)
