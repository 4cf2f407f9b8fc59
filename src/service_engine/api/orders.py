"""The five operations on orders themselves; their tasks and messages have modules of their own.

Source: contract section 2.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service_engine.api.bodies import Body
from service_engine.api.gate import Gate, path_id
from service_engine.api.listing import answer_list
from service_engine.api.queries import id_in_path, list_parameters
from service_engine.api.routes import Operation, answer, build_resource, nothing
from service_engine.domain.ids import OrderId
from service_engine.ports.orders import OrderRow
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.schemas import examples
from service_engine.schemas.orders import (
    ORDER_LIST,
    OrderCreate,
    OrderDetailsWire,
    OrderPageWire,
    OrderUpdate,
    order_details_wire,
    order_wire,
)
from service_engine.usecases import orders
from service_engine.usecases.orders import OrderPatch

__all__ = ["OPERATIONS", "ORDER_IN_PATH", "OrderOperations", "build_router", "order_id"]

ORDER_IN_PATH: Final = id_in_path("The order's id.", examples.ORDER_ID)


def order_id(text: str) -> OrderId:
    """Return the id of an order in a path.

    Raises:
        NotFoundError: It has not the shape of a UUID.
    """
    return OrderId(path_id(text, "order"))


@frozen
class OrderOperations:
    """The operations on orders.

    Args:
        gate: Where requests come in.
    """

    gate: Gate

    def list_orders(self, request: Request) -> Response:
        """Answer a page of orders."""
        return answer_list(
            self.gate,
            request,
            ORDER_LIST,
            by_number=orders.list_orders,
            by_keyset=orders.scroll_orders,
            show=order_wire,
        )

    def create_order(self, request: Request, sent: Body) -> Response:
        """Place an order and answer it."""
        caller, body = self.gate.receive(request, sent, OrderCreate)
        row = self.gate.store.run(caller.organization_id, _create, body.arguments(), at=self.gate.now())
        return answer(order_details_wire(row), status=201)

    def retrieve_order(self, request: Request, key: str) -> Response:
        """Answer an order with client, employees and tags."""
        caller = self.gate.admit(request)
        row = self.gate.store.read(caller.organization_id, orders.get_order, order_id(key))
        return answer(order_details_wire(row))

    def update_order(self, request: Request, key: str, sent: Body) -> Response:
        """Change an order and answer it."""
        caller, body = self.gate.receive(request, sent, OrderUpdate)
        row = self.gate.store.run(caller.organization_id, _update, order_id(key), body.patch(), at=self.gate.now())
        return answer(order_details_wire(row))

    def delete_order(self, request: Request, key: str) -> Response:
        """Delete an order; its tasks and messages are hidden with it."""
        caller = self.gate.admit(request)
        self.gate.store.run(caller.organization_id, orders.delete_order, order_id(key), at=self.gate.now())
        return nothing()


_NAMELESS = {"service": ["Either service_id or service must be provided."]}
_NO_STATUS = {"status": ["Input should be less than or equal to 4"]}
_NO_SERVICE = {"service_id": ["The specified service does not exist."]}
OPERATIONS: Final = {
    "list_orders": Operation(
        method="GET",
        summary="List orders",
        shows=OrderPageWire,
        example=examples.ORDER_PAGE,
        parameters=list_parameters(ORDER_LIST),
        refuses={400: {"query.filters[price][$gt]": ["Input should be a valid number"]}},
    ),
    "create_order": Operation(
        method="POST",
        summary="Create an order",
        status=201,
        shows=OrderDetailsWire,
        example=examples.ORDER,
        takes=OrderCreate,
        sends=examples.NEW_ORDER,
        refuses={400: _NAMELESS, 422: {"user_id": ["The specified client does not exist."]}},
    ),
    "retrieve_order": Operation(
        method="GET",
        path="/{id}",
        parameters=(ORDER_IN_PATH,),
        summary="Retrieve an order",
        shows=OrderDetailsWire,
        example=examples.ORDER,
        refuses={404: {}},
    ),
    "update_order": Operation(
        method="PUT",
        path="/{id}",
        parameters=(ORDER_IN_PATH,),
        summary="Update an order",
        shows=OrderDetailsWire,
        example=examples.ORDER,
        takes=OrderUpdate,
        sends=examples.ORDER_CHANGE,
        refuses={400: _NO_STATUS, 404: {}, 422: _NO_SERVICE},
    ),
    "delete_order": Operation(
        method="DELETE",
        path="/{id}",
        parameters=(ORDER_IN_PATH,),
        summary="Delete an order",
        status=204,
        refuses={404: {}},
    ),
}


def build_router(gate: Gate, *, prefix: str = "") -> APIRouter:
    """Return the router of these operations, which are under the prefix."""
    return build_resource(f"{prefix}/orders", "Orders", OPERATIONS, OrderOperations(gate), gate.terms)


def _create(uow: UnitOfWork, arguments: Mapping[str, Any], *, at: datetime) -> OrderRow:
    return orders.get_order(uow, orders.create_order(uow, **arguments, at=at).id)


def _update(uow: UnitOfWork, key: OrderId, patch: OrderPatch, *, at: datetime) -> OrderRow:
    orders.update_order(uow, key, patch, at=at)
    return orders.get_order(uow, key)
