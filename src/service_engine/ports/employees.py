"""What the use cases need of employees, and the row in which an assigned one is shown."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen

from service_engine.domain.change import Change
from service_engine.domain.employees import Employee
from service_engine.domain.ids import EmployeeId, RoleId

__all__ = ["EmployeeRow", "Employees"]


@frozen(kw_only=True)
class EmployeeRow:
    """An assigned employee as they are shown.

    Args:
        id: Their id.
        first_name: Their first name.
        last_name: Their last name.
        role_id: Their role.

    Example:
        >>> from service_engine.testing.examples import jane
        >>> EmployeeRow(id=jane.id, first_name="Jane", last_name="Smith", role_id=jane.role.id).first_name
        'Jane'
    """

    id: EmployeeId
    first_name: str
    last_name: str
    role_id: RoleId


class Employees(Protocol):
    """The organisation's employees, one at a time.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane
        >>> with agency().begin(acme.id) as uow:
        ...     uow.employees.get(jane.id).first_name
        'Jane'
    """

    def get(self, employee_id: EmployeeId) -> Employee:
        """Return a live employee.

        Raises:
            NotFoundError: There is none, or it is a client.
        """
        ...

    def add(self, change: Change[Employee]) -> Employee:
        """Store a new employee.

        Raises:
            ConflictError: The id or the e-mail was taken in the meantime.
        """
        ...
