"""The child of test_crashes.py: opens tickets without end, and says each one's id once it is committed."""

from __future__ import annotations

import sys
from uuid import UUID

from service_engine import SqlStore
from service_engine.domain.ids import OrganizationId
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


def main(url: str, *ids: str) -> None:
    """Write until killed."""
    organization_id, client_id, administrator_id = map(UUID, ids)
    org_id = OrganizationId(organization_id)
    store = SqlStore.from_url(url)
    number = 0
    while True:
        number += 1
        ticket = store.run(org_id, open_with_message, client_id, administrator_id, number)
        sys.stdout.write(f"{ticket.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
