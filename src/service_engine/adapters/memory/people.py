"""People as other things show them. The links allow anybody of the organisation; the use cases are stricter."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from service_engine.adapters.memory.state import Person, State
from service_engine.domain.clients import Client
from service_engine.domain.ids import ClientId, EmployeeId, UserId
from service_engine.ports.clients import ClientSummary
from service_engine.ports.employees import EmployeeRow
from service_engine.ports.order_messages import AuthorRow

__all__ = ["are_people", "as_client", "author_row", "client_summary", "employee_rows"]


def are_people(state: State, ids: Iterable[UUID]) -> bool:
    """Tell whether all of them are people of the organisation, deleted ones counted."""
    return all(each in state.people.rows for each in ids)


def as_client(person: Person) -> Client:
    """Return somebody as a client; somebody of the staff has none of a client's particulars."""
    if isinstance(person, Client):
        return person
    return Client(
        id=ClientId(UserId(person.id)),
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        status=person.status,
        role_id=person.role.id,
        created_at=person.created_at,
        updated_at=person.updated_at,
        version=person.version,
    )


def client_summary(state: State, client_id: ClientId) -> ClientSummary:
    """Return somebody as the client of a ticket or an order."""
    person = state.people.rows[client_id]
    client = as_client(person)
    return ClientSummary(
        id=client_id,
        first_name=client.first_name,
        last_name=client.last_name,
        email=client.email,
        company=client.company,
        phone=client.phone,
        balance=client.balance,
        address=client.address,
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
