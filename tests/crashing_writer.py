"""The child of test_crashes.py: opens tickets without end, and says each one's id once it is committed."""

from __future__ import annotations

from multiprocessing.connection import Connection

from service_engine import SqlStore
from service_engine.domain.ids import ClientId, EmployeeId, OrganizationId
from service_engine.testing.builders import NOON
from service_engine.usecases.tickets import open_ticket, post_ticket_message


def open_with_message(uow, client_id, administrator_id, number):
    """Two use cases in one transaction: the ticket with its tags and people, and a message on it."""
    ticket = open_ticket(
        uow,
        client_id=client_id,
        subject=f"{number}",
        employee_ids=[administrator_id],
        tags=["crash", f"tag {number}"],
        at=NOON,
    )
    post_ticket_message(uow, ticket.id, author_id=administrator_id, text=f"{number}", at=NOON)
    return ticket


def main(
    acknowledge: Connection, url: str, org_id: OrganizationId, client_id: ClientId, administrator_id: EmployeeId
) -> None:
    """Write until killed, and tell the id of everything that was stored."""
    store = SqlStore.from_url(url)
    number = 0
    while True:
        number += 1
        ticket = store.run(org_id, open_with_message, client_id, administrator_id, number)
        acknowledge.send(ticket.id)
