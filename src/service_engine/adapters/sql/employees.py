"""Employees in SQL."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import FromClause, ScalarSelect, insert, select

from service_engine.adapters.sql.dialects import json_rows
from service_engine.adapters.sql.organizations import role_columns, role_of
from service_engine.adapters.sql.scope import KEY, live, own, refers
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Transaction
from service_engine.adapters.sql.types import uuid_of
from service_engine.domain.change import Change
from service_engine.domain.employees import Employee
from service_engine.domain.ids import EmployeeId, RoleId, UserId
from service_engine.errors import NotFoundError
from service_engine.ports.employees import EmployeeRow

__all__ = ["EmployeeStatements", "SqlEmployees", "assigned", "employee_rows_of"]


class EmployeeStatements:
    """What is asked of employees, built once."""

    def __init__(self, tables: Tables) -> None:
        self.table = users = tables.users
        roles = tables.roles
        its = users.c
        self.get = (
            select(
                its.id,
                its.email,
                its.first_name,
                its.last_name,
                its.status,
                its.created_at,
                its.updated_at,
                its.version,
                *role_columns(roles),
            )
            .join(roles, refers(users, roles, "role_id"))
            .where(live(users), its.id == KEY, roles.c.dashboard_access > 0)
        )
        self.add = insert(users)


class SqlEmployees:
    """The organisation's employees."""

    def __init__(self, transaction: Transaction, statements: EmployeeStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def get(self, employee_id: EmployeeId) -> Employee:
        """Return a live employee; see ``ports.employees.Employees``."""
        row = self._transaction.read(self._statements.get, key=employee_id).one_or_none()
        if row is None:
            raise NotFoundError("employee", employee_id)
        id_, email, first_name, last_name, status, created_at, updated_at, version, *role = row
        return Employee(
            id=id_,
            email=email,
            first_name=first_name,
            last_name=last_name,
            role=role_of(tuple(role)),
            status=status,
            created_at=created_at,
            updated_at=updated_at,
            version=version,
        )

    def add(self, change: Change[Employee]) -> Employee:
        """Store a new employee; see ``ports.employees.Employees``."""
        employee = change.state
        self._transaction.insert(self._statements.table, self._statements.add, "employee", _row_of(employee))
        self._transaction.note(change.events)
        return employee


def _row_of(employee: Employee) -> dict[str, Any]:
    return {
        "id": employee.id,
        "email": employee.email,
        "first_name": employee.first_name,
        "last_name": employee.last_name,
        "role_id": employee.role.id,
        "status": employee.status,
        "created_at": employee.created_at,
        "updated_at": employee.updated_at,
        "version": employee.version,
    }


def assigned(tables: Tables, links: FromClause, owner: str, owners: FromClause) -> ScalarSelect[Any]:
    """Return the employees who are linked to each row of ``owners``, as one text for ``employee_rows_of``."""
    users = tables.users.alias("assigned")
    its = users.c
    return (
        select(json_rows(links.c.position, its.id, its.first_name, its.last_name, its.role_id))
        .select_from(links.join(users, refers(links, users, "employee_id")))
        .where(own(links), links.c[owner] == owners.c.id)
        .correlate(owners)
        .scalar_subquery()
    )


def employee_rows_of(stored: str | None) -> tuple[EmployeeRow, ...]:
    """Return the employees of one text, in the order of their positions."""
    if not stored or stored == "[]":
        return ()
    return tuple(_employee_row(*columns) for _, *columns in sorted(orjson.loads(stored)))


@lru_cache(maxsize=4096)
def _employee_row(id_: str, first_name: str, last_name: str, role_id: str) -> EmployeeRow:
    """Return the row of an employee's columns. Values are immutable, so that equal rows share one."""
    return EmployeeRow(
        id=EmployeeId(UserId(uuid_of(id_))),
        first_name=first_name,
        last_name=last_name,
        role_id=RoleId(uuid_of(role_id)),
    )
