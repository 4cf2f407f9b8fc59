"""People on the wire, where something else shows them: the employees who are assigned to it.

Source: contract sections 2.4 and 2.8.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import with_config
from typing_extensions import TypedDict

from service_engine.ports.employees import EmployeeRow
from service_engine.schemas.errors import EXACT

__all__ = ["EmployeeWire", "employee_wire"]


@with_config(EXACT)
class EmployeeWire(TypedDict):
    """An employee who is assigned."""

    id: UUID
    name_f: str
    name_l: str
    role_id: UUID


def employee_wire(row: EmployeeRow) -> EmployeeWire:
    """Return an assigned employee as the wire shows them.

    Example:
        >>> from service_engine.schemas.example_rows import JANE
        >>> employee_wire(JANE)["name_f"]
        'Jane'
    """
    return {"id": row.id, "name_f": row.first_name, "name_l": row.last_name, "role_id": row.role_id}
