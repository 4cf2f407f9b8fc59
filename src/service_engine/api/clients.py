"""The five operations on clients.

Source: contract section 2.2.
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
from service_engine.domain.ids import ClientId, UserId
from service_engine.ports.clients import ClientRow
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.schemas import examples
from service_engine.schemas.clients import (
    CLIENT_LIST,
    ClientCreate,
    ClientPageWire,
    ClientUpdate,
    ClientWire,
    client_wire,
)
from service_engine.usecases import clients

__all__ = ["OPERATIONS", "ClientOperations", "build_router"]

_IN_PATH: Final = id_in_path("The client's id.", examples.CLIENT_ID)


@frozen
class ClientOperations:
    """The operations on clients.

    Args:
        gate: Where requests come in.
    """

    gate: Gate

    def list_clients(self, request: Request) -> Response:
        """Answer a page of clients."""
        return answer_list(
            self.gate,
            request,
            CLIENT_LIST,
            by_number=clients.list_clients,
            by_keyset=clients.scroll_clients,
            show=client_wire,
        )

    def create_client(self, request: Request, sent: Body) -> Response:
        """Register a client and answer them."""
        caller, body = self.gate.receive(request, sent, ClientCreate)
        base = self.gate.settings.affiliate_link
        row = self.gate.store.run(caller.organization_id, _create, body, base, at=self.gate.now())
        return answer(client_wire(row), status=201)

    def retrieve_client(self, request: Request, key: str) -> Response:
        """Answer a client."""
        caller = self.gate.admit(request)
        row = self.gate.store.read(caller.organization_id, clients.get_client, _id(key))
        return answer(client_wire(row))

    def update_client(self, request: Request, key: str, sent: Body) -> Response:
        """Change a client and answer them."""
        caller, body = self.gate.receive(request, sent, ClientUpdate)
        row = self.gate.store.run(caller.organization_id, _update, _id(key), body, at=self.gate.now())
        return answer(client_wire(row))

    def delete_client(self, request: Request, key: str) -> Response:
        """Delete a client to whom nothing refers."""
        caller = self.gate.admit(request)
        self.gate.store.run(caller.organization_id, clients.delete_client, _id(key), at=self.gate.now())
        return nothing()


_TAKEN = {"email": ["The email has already been taken."]}
OPERATIONS: Final = {
    "list_clients": Operation(
        method="GET",
        summary="List clients",
        shows=ClientPageWire,
        example=examples.CLIENT_PAGE,
        parameters=list_parameters(CLIENT_LIST),
        refuses={400: {"query.limit": ["Input should be less than or equal to 100"]}},
    ),
    "create_client": Operation(
        method="POST",
        summary="Create a client",
        status=201,
        shows=ClientWire,
        example=examples.CLIENT,
        takes=ClientCreate,
        sends=examples.NEW_CLIENT,
        refuses={400: _TAKEN},
    ),
    "retrieve_client": Operation(
        method="GET",
        path="/{id}",
        parameters=(_IN_PATH,),
        summary="Retrieve a client",
        shows=ClientWire,
        example=examples.CLIENT,
        refuses={404: {}},
    ),
    "update_client": Operation(
        method="PUT",
        path="/{id}",
        parameters=(_IN_PATH,),
        summary="Update a client",
        shows=ClientWire,
        example=examples.CLIENT,
        takes=ClientUpdate,
        sends=examples.CLIENT_CHANGE,
        refuses={400: _TAKEN, 404: {}},
    ),
    "delete_client": Operation(
        method="DELETE",
        path="/{id}",
        parameters=(_IN_PATH,),
        summary="Delete a client",
        status=204,
        refuses={404: {}, 409: "Cannot delete client with existing orders"},
    ),
}


def build_router(gate: Gate, *, prefix: str = "") -> APIRouter:
    """Return the router of these operations, which are under the prefix."""
    return build_resource(f"{prefix}/clients", "Clients", OPERATIONS, ClientOperations(gate), gate.terms)


def _id(text: str) -> ClientId:
    return ClientId(UserId(path_id(text, "client")))


def _create(uow: UnitOfWork, body: ClientCreate, affiliate_link: str, *, at: datetime) -> ClientRow:
    client = clients.create_client(
        uow,
        email=body.email,
        first_name=body.name_f,
        last_name=body.name_l,
        details=body.details(),
        affiliate_link=affiliate_link,
        at=at,
    )
    return clients.get_client(uow, client.id)


def _update(uow: UnitOfWork, client_id: ClientId, body: ClientUpdate, *, at: datetime) -> ClientRow:
    clients.update_client(uow, client_id, body.patch(), at=at)
    return clients.get_client(uow, client_id)
