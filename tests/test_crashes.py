"""A process that is killed while it writes loses nothing that it had acknowledged, and leaves nothing half-written."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

import pytest
from tests import crashing_writer
from tests.processes import KILLED, PROCESSES

from service_engine import SqlStore
from service_engine.domain.ids import ClientId, TicketId
from service_engine.ports.lists import PageRequest
from service_engine.testing.contracts import Agency
from service_engine.usecases.tickets import get_ticket, list_tickets

KILLS = 3
ACKNOWLEDGED = 15


def write_until_killed(url: str, acme: Agency, client_id: ClientId, acknowledged: int) -> list[UUID]:
    """Start the writer, wait for so many acknowledgements, kill it; return all that it got out."""
    heard, told = PROCESSES.Pipe(duplex=False)
    people = (client_id, acme.administrator.id)
    child = PROCESSES.Process(target=crashing_writer.main, args=(told, url, acme.org_id, *people))
    child.start()
    told.close()
    with heard:
        ids: list[UUID] = [heard.recv() for _ in range(acknowledged)]
        child.kill()
        child.join()
        with suppress(EOFError):
            while True:
                ids.append(heard.recv())
    assert child.exitcode == KILLED
    return ids


def everything(acme: Agency) -> set[UUID]:
    """Return every ticket that is there."""
    found: set[UUID] = set()
    number = 1
    while rows := acme.read(list_tickets, page=PageRequest(number=number, size=100)).rows:
        found |= {row.id for row in rows}
        number += 1
    return found


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_killed_process_loses_nothing_and_leaves_nothing_half_done(request, database):
    """Every acknowledged ticket is there, and every ticket that is there is whole; the next process goes on."""
    url = request.getfixturevalue(f"{database}_database_url")
    store = SqlStore.from_url(url)
    acme = Agency(store)
    client_id = acme.client().id
    acknowledged: set[UUID] = set()
    for kill in range(KILLS):
        # Another moment each time: in the middle of the first transactions, or of later ones.
        acknowledged |= set(write_until_killed(url, acme, client_id, ACKNOWLEDGED + kill))
        stored = everything(acme)
        assert acknowledged <= stored
        assert len(stored) <= len(acknowledged) + kill + 1, "a transaction was stored that nobody asked for"
    for ticket_id in stored:
        ticket = acme.read(get_ticket, TicketId(ticket_id))
        assert [each.id for each in ticket.employees] == [acme.administrator.id]
        assert ticket.tags == ("crash", f"tag {ticket.subject}")
        assert [message.text for message in ticket.messages] == [ticket.subject]
        assert ticket.last_message_at == ticket.messages[0].created_at
    assert acme.ticket(client_id=client_id).version == 1
    store.close()
