"""The five operations on services.

Source: contract section 2.3.
"""

from __future__ import annotations

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
from service_engine.domain.ids import ServiceId
from service_engine.schemas import examples
from service_engine.schemas.services import (
    SERVICE_LIST,
    ServiceCreate,
    ServicePageWire,
    ServiceUpdate,
    ServiceWire,
    service_wire,
)
from service_engine.usecases import services

__all__ = ["OPERATIONS", "ServiceOperations", "build_router"]

_IN_PATH: Final = id_in_path("The service's id.", examples.SERVICE_ID)


@frozen
class ServiceOperations:
    """The operations on services.

    Args:
        gate: Where requests come in.
    """

    gate: Gate

    def list_services(self, request: Request) -> Response:
        """Answer a page of services."""
        return answer_list(
            self.gate,
            request,
            SERVICE_LIST,
            by_number=services.list_services,
            by_keyset=services.scroll_services,
            show=service_wire,
        )

    def create_service(self, request: Request, sent: Body) -> Response:
        """Offer a service and answer it."""
        caller, body = self.gate.receive(request, sent, ServiceCreate)
        arguments = body.arguments()
        service = self.gate.store.run(caller.organization_id, services.create_service, **arguments, at=self.gate.now())
        return answer(service_wire(service), status=201)

    def retrieve_service(self, request: Request, key: str) -> Response:
        """Answer a service."""
        caller = self.gate.admit(request)
        service = self.gate.store.read(caller.organization_id, services.get_service, _id(key))
        return answer(service_wire(service))

    def update_service(self, request: Request, key: str, sent: Body) -> Response:
        """Change a service and answer it."""
        caller, body = self.gate.receive(request, sent, ServiceUpdate)
        service = self.gate.store.run(
            caller.organization_id,
            services.update_service,
            _id(key),
            body.patch(),
            employee_ids=body.staff(),
            at=self.gate.now(),
        )
        return answer(service_wire(service))

    def delete_service(self, request: Request, key: str) -> Response:
        """Take a service out of the catalogue; orders of it keep its name and price."""
        caller = self.gate.admit(request)
        self.gate.store.run(caller.organization_id, services.delete_service, _id(key), at=self.gate.now())
        return nothing()


_NEGATIVE = {"price": ["Input should be greater than or equal to 0"]}
_NO_FOLDER = {"folder_id": ["The specified folder does not exist."]}
OPERATIONS: Final = {
    "list_services": Operation(
        method="GET",
        summary="List services",
        shows=ServicePageWire,
        example=examples.SERVICE_PAGE,
        parameters=list_parameters(SERVICE_LIST),
        refuses={400: {"query.filters[public][$eq]": ["Input should be true or false"]}},
    ),
    "create_service": Operation(
        method="POST",
        summary="Create a service",
        status=201,
        shows=ServiceWire,
        example=examples.SERVICE,
        takes=ServiceCreate,
        sends=examples.NEW_SERVICE,
        refuses={400: _NEGATIVE, 422: _NO_FOLDER},
    ),
    "retrieve_service": Operation(
        method="GET",
        path="/{id}",
        parameters=(_IN_PATH,),
        summary="Retrieve a service",
        shows=ServiceWire,
        example=examples.SERVICE,
        refuses={404: {}},
    ),
    "update_service": Operation(
        method="PUT",
        path="/{id}",
        parameters=(_IN_PATH,),
        summary="Update a service",
        shows=ServiceWire,
        example=examples.SERVICE,
        takes=ServiceUpdate,
        sends=examples.SERVICE_CHANGE,
        refuses={400: _NEGATIVE, 404: {}, 422: _NO_FOLDER},
    ),
    "delete_service": Operation(
        method="DELETE", path="/{id}", parameters=(_IN_PATH,), summary="Delete a service", status=204, refuses={404: {}}
    ),
}


def build_router(gate: Gate, *, prefix: str = "") -> APIRouter:
    """Return the router of these operations, which are under the prefix."""
    return build_resource(f"{prefix}/services", "Services", OPERATIONS, ServiceOperations(gate), gate.terms)


def _id(text: str) -> ServiceId:
    return ServiceId(path_id(text, "service"))
