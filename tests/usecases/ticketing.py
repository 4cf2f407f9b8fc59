"""How the tests of tickets open one, and look at it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from service_engine.domain.ids import TicketId
from service_engine.domain.tickets import Ticket
from service_engine.ports.tickets import TicketDetails
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, john, now, ticket
from service_engine.usecases.tickets import get_ticket, open_ticket

NOBODY = UUID(int=404)


def opened(store: Store, **arguments: Any) -> Ticket:
    """Open a ticket for John that differs in the given arguments."""
    usual: dict[str, Any] = {"client_id": john.id, "subject": "Help", "at": now}
    return store.run(acme.id, open_ticket, **(usual | arguments))


def shown(store: Store, ticket_id: TicketId = ticket.id) -> TicketDetails:
    """Return a ticket as it is shown."""
    return store.read(acme.id, get_ticket, ticket_id)


def stored(store: Store, ticket_id: TicketId = ticket.id) -> Ticket:
    """Return a ticket as it is stored."""

    def load(uow: UnitOfWork) -> Ticket:
        return uow.tickets.get(ticket_id)

    return store.run(acme.id, load)
