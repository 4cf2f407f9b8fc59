"""The three operations on the messages of orders: two under their order, one under their own id.

Source: contract sections 2.4 and 2.5.
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
from service_engine.api.orders import ORDER_IN_PATH, order_id
from service_engine.api.queries import LINK_HEADER, id_in_path, slice_parameters
from service_engine.api.routes import Operation, answer, answer_part, build_resource, nothing
from service_engine.domain.ids import OrderId, OrderMessageId, UserId
from service_engine.ports.order_messages import OrderMessageRow
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.schemas import examples
from service_engine.schemas.order_messages import OrderMessageCreate, OrderMessageWire, order_message_wire
from service_engine.usecases import order_messages

__all__ = ["OPERATIONS", "OrderMessageOperations", "build_router"]

_IN_PATH: Final = id_in_path("The message's id.", examples.ORDER_MESSAGE_ID)


@frozen
class OrderMessageOperations:
    """The operations on the messages of orders.

    Args:
        gate: Where requests come in.
    """

    gate: Gate

    def list_order_messages(self, request: Request, key: str) -> Response:
        """Answer the messages of an order, oldest first, the staff's own too."""
        caller, wanted = self.gate.slice_request(request)
        part = self.gate.store.read(
            caller.organization_id, order_messages.list_order_messages, order_id(key), page=wanted
        )
        return answer_part(part, wanted, order_message_wire, path=self.gate.address(request))

    def create_order_message(self, request: Request, key: str, sent: Body) -> Response:
        """Write a message on an order, in the caller's name, and answer it."""
        caller, body = self.gate.receive(request, sent, OrderMessageCreate)
        row = self.gate.store.run(
            caller.organization_id,
            _create,
            order_id(key),
            body.arguments(),
            by=caller.employee_id,
            at=self.gate.now(),
        )
        return answer(order_message_wire(row), status=201)

    def delete_order_message(self, request: Request, key: str) -> Response:
        """Delete a message."""
        caller = self.gate.admit(request)
        self.gate.store.run(caller.organization_id, order_messages.delete_order_message, _id(key), at=self.gate.now())
        return nothing()


OPERATIONS: Final = {
    "list_order_messages": Operation(
        method="GET",
        path="/orders/{id}/messages",
        summary="List the messages of an order",
        shows=list[OrderMessageWire],
        example=[examples.ORDER_MESSAGE],
        parameters=(ORDER_IN_PATH, *slice_parameters()),
        headers=LINK_HEADER,
        refuses={400: {"query.limit": ["Input should be less than or equal to 500"]}, 404: {}},
    ),
    "create_order_message": Operation(
        method="POST",
        path="/orders/{id}/messages",
        parameters=(ORDER_IN_PATH,),
        summary="Create a message",
        status=201,
        shows=OrderMessageWire,
        example=examples.ORDER_MESSAGE,
        takes=OrderMessageCreate,
        sends=examples.NEW_ORDER_MESSAGE,
        refuses={400: {"staff_only": ["is_public and staff_only contradict each other"]}, 404: {}},
    ),
    "delete_order_message": Operation(
        method="DELETE",
        path="/order-messages/{id}",
        parameters=(_IN_PATH,),
        summary="Delete a message",
        status=204,
        refuses={404: {}},
    ),
}


def build_router(gate: Gate, *, prefix: str = "") -> APIRouter:
    """Return the router of these operations, which are under the prefix."""
    return build_resource(prefix, "Order messages", OPERATIONS, OrderMessageOperations(gate), gate.terms)


def _id(text: str) -> OrderMessageId:
    return OrderMessageId(path_id(text, "order_message"))


def _create(
    uow: UnitOfWork, key: OrderId, arguments: Mapping[str, Any], *, by: UserId, at: datetime
) -> OrderMessageRow:
    message = order_messages.post_order_message(uow, key, author_id=by, **arguments, at=at)
    return uow.order_message_queries.get(message.id)
