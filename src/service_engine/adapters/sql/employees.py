"""Employees in SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Insert, Select, Table, insert, select

from service_engine.adapters.sql.organizations import role_columns, role_of
from service_engine.adapters.sql.scope import KEY, live, refers
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Transaction
from service_engine.domain.change import Change
from service_engine.domain.employees import Employee
from service_engine.domain.ids import EmployeeId

__all__ = ["EmployeeStatements", "SqlEmployees"]


class EmployeeStatements:
    """What is asked of employees, built once."""

    def __init__(self, tables: Tables) -> None:
        users = tables.users
        self.table: Table = users
        roles = tables.roles
        its = users.c
        self.get: Select[Any] = (
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
        self.add: Insert = insert(users)


class SqlEmployees:
    """The organisation's employees."""

    def __init__(self, transaction: Transaction, statements: EmployeeStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def get(self, employee_id: EmployeeId) -> Employee:
        """Return a live employee; see ``ports.employees.Employees``."""
        row = self._transaction.find(self._statements.get, "employee", employee_id)
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
