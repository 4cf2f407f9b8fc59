"""Employees: the people of the organisation whose role has dashboard access, and who may be assigned.

Source: contract section 2.8 (assignments), part A "Rules"; the seed's "Employee Assignments".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from attrs import Attribute, field, frozen

from service_engine.domain.access import Role, is_staff
from service_engine.domain.change import Change, Event
from service_engine.domain.emails import is_an_email, normalise_email
from service_engine.domain.ids import EmployeeId
from service_engine.domain.instants import utc
from service_engine.domain.numbers import SMALL_INTEGER, within
from service_engine.domain.text import bounded, clean
from service_engine.errors import NotAssignableError, RuleViolationError

__all__ = ["ACTIVE", "Employee", "EmployeeHired", "Member", "hire_employee", "require_assignable"]

ACTIVE: Final = 1
"""The account status of somebody who may sign in; 0 is inactive."""


def _has_access(_: Employee, attribute: Attribute[Role], role: Role) -> None:
    if not is_staff(role.levels):
        raise RuleViolationError(attribute.name, f"The role {role.name} has no dashboard access; an employee needs it.")


@frozen(kw_only=True)
class Employee:
    """Somebody who works for the organisation.

    Args:
        id: Their id; clients and employees share one space of ids.
        email: Normalised; unique among the organisation's live people.
        first_name: 1 to 255 characters.
        last_name: 1 to 255 characters.
        role: Must have dashboard access.
        status: 1 active, 0 inactive.
        created_at: When they were hired, UTC.
        updated_at: When they last changed, UTC.
        version: How often they were stored.

    Raises:
        RuleViolationError: A text is out of bounds, or the role has no dashboard access.

    Example:
        >>> from service_engine.testing.examples import jane
        >>> jane.email, jane.role.name
        ('jane@example.com', 'Administrator')
    """

    id: EmployeeId
    email: str = field(validator=is_an_email)
    first_name: str = field(validator=bounded())
    last_name: str = field(validator=bounded())
    role: Role = field(validator=_has_access)
    status: int = field(default=ACTIVE, validator=within(0, SMALL_INTEGER))
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    version: int = 1


@frozen(kw_only=True)
class EmployeeHired(Event):
    """Somebody began to work for the organisation.

    Example:
        >>> from service_engine.testing.examples import jane, now
        >>> EmployeeHired(employee_id=jane.id, at=now).employee_id == jane.id
        True
    """

    employee_id: EmployeeId


def hire_employee(
    employee_id: EmployeeId, *, email: str, first_name: str, last_name: str, role: Role, at: datetime
) -> Change[Employee]:
    """Hire somebody into a role with dashboard access.

    Raises:
        RuleViolationError: A text is blank, too long or no e-mail address, or the role has no dashboard access.

    Example:
        >>> from datetime import UTC, datetime
        >>> from uuid import UUID
        >>> from service_engine.domain.access import ALL_LEVELS, define_role
        >>> now = datetime(2026, 2, 7, tzinfo=UTC)
        >>> boss = define_role(UUID(int=1), name="Administrator", levels=ALL_LEVELS, at=now).state
        >>> jane = hire_employee(
        ...     EmployeeId(UUID(int=2)),
        ...     email="Jane@Example.com",
        ...     first_name="Jane",
        ...     last_name="Smith",
        ...     role=boss,
        ...     at=now,
        ... )
        >>> jane.state.email
        'jane@example.com'
    """
    employee = Employee(
        id=employee_id,
        email=normalise_email(email),
        first_name=clean(first_name, field="first_name"),
        last_name=clean(last_name, field="last_name"),
        role=role,
        created_at=at,
        updated_at=at,
    )
    return Change(employee, (EmployeeHired(employee_id=employee_id, at=at),))


@frozen
class Member:
    """What an assignment needs to know of a person of the organisation.

    Args:
        id: Their id.
        dashboard_access: The level of their role: 0 for a client.

    Example:
        >>> from service_engine.testing.examples import jane
        >>> Member(jane.id, dashboard_access=3).dashboard_access
        3
    """

    id: EmployeeId
    dashboard_access: int


def require_assignable(
    wanted: Iterable[EmployeeId],
    members: Mapping[EmployeeId, Member],
    *,
    field: str = "employees",
    message: str = "The specified employee does not exist.",
) -> tuple[EmployeeId, ...]:
    """Return the wanted people, repeated ones once, if every one of them may be assigned.

    Args:
        wanted: Ids in the order of the request.
        members: Those of them who exist in the organisation.
        field: The field to blame.
        message: What to say; ``{id}`` stands for the first who may not.

    Raises:
        NotAssignableError: Somebody does not exist in the organisation, or has no dashboard access.

    Example:
        >>> from uuid import UUID
        >>> jane = EmployeeId(UUID(int=1))
        >>> require_assignable([jane, jane], {jane: Member(jane, 3)}) == (jane,)
        True
    """
    unique = tuple(dict.fromkeys(wanted))
    for employee_id in unique:
        member = members.get(employee_id)
        if member is None or member.dashboard_access <= 0:
            raise NotAssignableError(field, message.replace("{id}", str(employee_id)))
    return unique
