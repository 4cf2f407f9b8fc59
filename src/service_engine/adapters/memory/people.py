"""People as other things show them. The links allow anybody of the organisation; the use cases are stricter."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from service_engine.adapters.memory.state import State
from service_engine.domain.clients import ZERO, Client
from service_engine.domain.ids import ClientId, EmployeeId, UserId
from service_engine.ports.clients import ClientSummary
from service_engine.ports.employees import EmployeeRow
from service_engine.ports.order_messages import AuthorRow

__all__ = ["are_people", "author_row", "client_summary", "employee_rows"]


def are_people(state: State, ids: Iterable[UUID]) -> bool:
    """Tell whether all of them are people of the organisation, deleted ones counted."""
    return all(each in state.people.rows for each in ids)


def client_summary(state: State, client_id: ClientId) -> ClientSummary:
    """Return somebody as the client of a ticket or an order."""
    person = state.people.rows[client_id]
    # Somebody of the staff has none of a client's particulars.
    client = person if isinstance(person, Client) else None
    return ClientSummary(
        id=client_id,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        company=None if client is None else client.company,
        phone=None if client is None else client.phone,
        balance=ZERO if client is None else client.balance,
        address=None if client is None else client.address,
        role=state.role_of(person),
    )


def employee_rows(state: State, employee_ids: Iterable[EmployeeId]) -> tuple[EmployeeRow, ...]:
    """Return people as they are shown where they are assigned, in the same order."""
    return tuple(_employee_row(state, each) for each in employee_ids)


def author_row(state: State, author_id: UserId | None) -> AuthorRow | None:
    """Return somebody as the author of a message; None for nobody."""
    if author_id is None:
        return None
    person = state.people.rows[author_id]
    return AuthorRow(id=author_id, first_name=person.first_name, last_name=person.last_name, email=person.email)


def _employee_row(state: State, employee_id: EmployeeId) -> EmployeeRow:
    person = state.people.rows[employee_id]
    return EmployeeRow(
        id=employee_id,
        first_name=person.first_name,
        last_name=person.last_name,
        role_id=state.role_of(person).id,
    )
