"""The five operations on tickets.

Source: contract section 2.8; the seed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import frozen
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service_engine.api.bodies import Body
from service_engine.api.gate import Gate, path_id
from service_engine.api.listing import answer_list
from service_engine.api.queries import id_in_path, list_parameters
from service_engine.api.routes import Operation, answer, build_resource, nothing
from service_engine.domain.ids import TicketId
from service_engine.ports.tickets import TicketDetails
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.schemas import examples
from service_engine.schemas.tickets import (
    TICKET_LIST,
    TicketCreate,
    TicketPageWire,
    TicketUpdate,
    TicketWire,
    ticket_item_wire,
    ticket_wire,
)
from service_engine.usecases import tickets

__all__ = ["OPERATIONS", "TicketOperations", "build_router"]

_IN_PATH: Final = id_in_path("The ticket's id.", examples.TICKET_ID)


@frozen
class TicketOperations:
    """The operations on tickets.

    Args:
        gate: Where requests come in.
    """

    gate: Gate

    def list_tickets(self, request: Request) -> Response:
        """Answer a page of tickets."""
        return answer_list(
            self.gate,
            request,
            TICKET_LIST,
            by_number=tickets.list_tickets,
            by_keyset=tickets.scroll_tickets,
            show=ticket_item_wire,
        )

    def create_ticket(self, request: Request, sent: Body) -> Response:
        """Open a ticket and answer it."""
        caller, body = self.gate.receive(request, sent, TicketCreate)
        row = self.gate.store.run(caller.organization_id, _create, body, at=self.gate.now())
        return answer(ticket_wire(row), status=201)

    def retrieve_ticket(self, request: Request, key: str) -> Response:
        """Answer a ticket with everything."""
        caller = self.gate.admit(request)
        row = self.gate.store.read(caller.organization_id, tickets.get_ticket, _id(key))
        return answer(ticket_wire(row))

    def update_ticket(self, request: Request, key: str, sent: Body) -> Response:
        """Change a ticket and answer it."""
        caller, body = self.gate.receive(request, sent, TicketUpdate)
        row = self.gate.store.run(caller.organization_id, _update, _id(key), body, at=self.gate.now())
        return answer(ticket_wire(row))

    def delete_ticket(self, request: Request, key: str) -> Response:
        """Delete a ticket."""
        caller = self.gate.admit(request)
        self.gate.store.run(caller.organization_id, tickets.delete_ticket, _id(key), at=self.gate.now())
        return nothing()


_BLANK = {"subject": ["String should have at least 1 character"]}
OPERATIONS: Final = {
    "list_tickets": Operation(
        method="GET",
        summary="List tickets",
        shows=TicketPageWire,
        example=examples.TICKET_PAGE,
        parameters=list_parameters(TICKET_LIST),
        refuses={400: {"query.filters[status][$eq]": ["Input should be a valid integer"]}},
    ),
    "create_ticket": Operation(
        method="POST",
        summary="Create a ticket",
        status=201,
        shows=TicketWire,
        example=examples.TICKET,
        takes=TicketCreate,
        sends=examples.NEW_TICKET,
        refuses={400: _BLANK, 422: {"user_id": ["The specified client does not exist."]}},
    ),
    "retrieve_ticket": Operation(
        method="GET",
        path="/{id}",
        parameters=(_IN_PATH,),
        summary="Retrieve a ticket",
        shows=TicketWire,
        example=examples.TICKET,
        refuses={404: {}},
    ),
    "update_ticket": Operation(
        method="PUT",
        path="/{id}",
        parameters=(_IN_PATH,),
        summary="Update a ticket",
        shows=TicketWire,
        example=examples.TICKET,
        takes=TicketUpdate,
        sends=examples.TICKET_CHANGE,
        refuses={400: _BLANK, 404: {}, 422: {"employees": ["The specified employee does not exist."]}},
    ),
    "delete_ticket": Operation(
        method="DELETE", path="/{id}", parameters=(_IN_PATH,), summary="Delete a ticket", status=204, refuses={404: {}}
    ),
}


def build_router(gate: Gate, *, prefix: str = "") -> APIRouter:
    """Return the router of these operations, which are under the prefix."""
    return build_resource(f"{prefix}/tickets", "Tickets", OPERATIONS, TicketOperations(gate), gate.terms)


def _id(text: str) -> TicketId:
    return TicketId(path_id(text, "ticket"))


def _create(uow: UnitOfWork, body: TicketCreate, *, at: datetime) -> TicketDetails:
    return tickets.get_ticket(uow, tickets.open_ticket(uow, **body.arguments(), at=at).id)


def _update(uow: UnitOfWork, ticket_id: TicketId, body: TicketUpdate, *, at: datetime) -> TicketDetails:
    tickets.update_ticket(uow, ticket_id, body.patch(), at=at)
    return tickets.get_ticket(uow, ticket_id)
