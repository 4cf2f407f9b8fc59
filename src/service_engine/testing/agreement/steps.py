"""Steps that no use case of the library takes, but a host might: saving an old state, rolling back, going on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from service_engine.domain import tickets as ticket_rules
from service_engine.domain.service_folders import ServiceFolder
from service_engine.domain.tickets import Ticket
from service_engine.errors import ConflictError, ServiceEngineError
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.usecases.tickets import TicketPatch, update_ticket

__all__ = ["all_folders", "change_and_abandon", "change_twice", "read_ticket", "save_change"]


class _AbandonedError(ServiceEngineError):
    code = "abandoned"


def all_folders(uow: UnitOfWork) -> tuple[ServiceFolder, ...]:
    """Read every folder of the catalogue."""
    return uow.service_folders.all()


def read_ticket(uow: UnitOfWork, ticket_id: Any) -> Ticket:
    """Read a ticket as its aggregate."""
    return uow.tickets.get(ticket_id)


def save_change(uow: UnitOfWork, ticket: Ticket, change: Callable[..., Any] | None, *, at: datetime) -> Ticket:
    """Save a change of a ticket that was read at some other time; without a change, take everything off it."""
    if change is None:
        return uow.tickets.save(ticket_rules.retag(ticket, (), at=at).then(ticket_rules.assign, (), at=at))
    return uow.tickets.save(change(ticket, at=at))


def change_and_abandon(uow: UnitOfWork, ticket_id: Any, patch: TicketPatch, *, at: datetime) -> None:
    """Change a ticket, and fail afterwards."""
    update_ticket(uow, ticket_id, patch, at=at)
    raise _AbandonedError


def change_twice(uow: UnitOfWork, ticket_id: Any, first: TicketPatch, second: TicketPatch, *, at: datetime) -> Ticket:
    """Change a ticket twice in one unit of work, whatever becomes of the first."""
    try:
        update_ticket(uow, ticket_id, first, at=at)
    except ConflictError:
        raise
    except ServiceEngineError:
        pass  # a refusal writes nothing but tags; the transaction goes on
    return update_ticket(uow, ticket_id, second, at=at)
