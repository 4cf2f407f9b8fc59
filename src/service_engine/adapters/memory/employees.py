"""An organisation's employees."""

from __future__ import annotations

from service_engine.adapters.memory.state import Person, Work
from service_engine.adapters.memory.tables import missing
from service_engine.domain.access import Role, is_staff
from service_engine.domain.change import Change
from service_engine.domain.employees import Employee
from service_engine.domain.ids import EmployeeId, UserId

__all__ = ["MemoryEmployees"]


class MemoryEmployees:
    """``ports.employees.Employees`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, employee_id: EmployeeId) -> Employee:
        """Return a live employee: a person whose role has dashboard access."""
        state = self._work.state
        person = state.people.rows.get(employee_id)
        if person is not None and (isinstance(person, Employee) or person.deleted_at is None):
            role = state.role_of(person)
            if is_staff(role.levels):
                return _as_employee(person, role)
        raise missing("employee", employee_id)

    def add(self, change: Change[Employee]) -> Employee:
        """Store a new employee."""
        state, employee = self._work.state, change.state
        self._work.require_links("employee", employee.id, employee.role.id in state.roles.rows)
        state.put_person("employee", employee, new=True)
        self._work.events.extend(change.events)
        return employee


def _as_employee(person: Person, role: Role) -> Employee:
    """Return somebody of the staff, whichever way they were stored, with the role as it is stored."""
    if isinstance(person, Employee) and person.role == role:
        return person
    return Employee(
        id=EmployeeId(UserId(person.id)),
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        role=role,
        status=person.status,
        created_at=person.created_at,
        updated_at=person.updated_at,
        version=person.version,
    )
