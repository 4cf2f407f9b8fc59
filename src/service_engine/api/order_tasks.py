"""The six operations on the tasks of orders: two under their order, four under their own id.

Source: contract sections 2.4 and 2.5.
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
from service_engine.api.orders import ORDER_IN_PATH, order_id
from service_engine.api.queries import LINK_HEADER, id_in_path, slice_parameters
from service_engine.api.routes import Operation, answer, answer_part, build_resource, nothing
from service_engine.domain.ids import OrderId, OrderTaskId, UserId
from service_engine.domain.order_tasks import OrderTaskPatch
from service_engine.ports.order_tasks import OrderTaskRow
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.schemas import examples
from service_engine.schemas.order_tasks import OrderTaskCreate, OrderTaskUpdate, OrderTaskWire, order_task_wire
from service_engine.usecases import order_tasks

__all__ = ["OPERATIONS", "OrderTaskOperations", "build_router"]

_IN_PATH: Final = id_in_path("The task's id.", examples.ORDER_TASK_ID)


@frozen
class OrderTaskOperations:
    """The operations on the tasks of orders.

    Args:
        gate: Where requests come in.
    """

    gate: Gate

    def list_order_tasks(self, request: Request, key: str) -> Response:
        """Answer the tasks of an order, by sort order."""
        caller, wanted = self.gate.slice_request(request)
        part = self.gate.store.read(caller.organization_id, order_tasks.list_order_tasks, order_id(key), page=wanted)
        return answer_part(part, wanted, order_task_wire, path=self.gate.address(request))

    def create_order_task(self, request: Request, key: str, sent: Body) -> Response:
        """Add a task to an order and answer it."""
        caller, body = self.gate.receive(request, sent, OrderTaskCreate)
        row = self.gate.store.run(
            caller.organization_id, _create, order_id(key), body.name, body.details(), at=self.gate.now()
        )
        return answer(order_task_wire(row), status=201)

    def update_order_task(self, request: Request, key: str, sent: Body) -> Response:
        """Change a task and answer it."""
        caller, body = self.gate.receive(request, sent, OrderTaskUpdate)
        row = self.gate.store.run(caller.organization_id, _update, _id(key), body.patch(), at=self.gate.now())
        return answer(order_task_wire(row))

    def delete_order_task(self, request: Request, key: str) -> Response:
        """Delete a task, completed or not."""
        caller = self.gate.admit(request)
        self.gate.store.run(caller.organization_id, order_tasks.delete_order_task, _id(key), at=self.gate.now())
        return nothing()

    def complete_order_task(self, request: Request, key: str) -> Response:
        """Complete a task and answer it; a completed one stays as it is."""
        caller = self.gate.admit(request)
        row = self.gate.store.run(
            caller.organization_id, _complete, _id(key), by=caller.employee_id, at=self.gate.now()
        )
        return answer(order_task_wire(row))

    def reopen_order_task(self, request: Request, key: str) -> Response:
        """Make a completed task open again and answer it."""
        caller = self.gate.admit(request)
        row = self.gate.store.run(caller.organization_id, _reopen, _id(key), at=self.gate.now())
        return answer(order_task_wire(row))


_TWO_ENDS = {"deadline": ["Cannot specify both deadline and due_at."]}
_NOBODY = {"employee_ids": ["Employee with ID 0190163d-8694-739b-aea5-966c26f8ad91 does not exist."]}
OPERATIONS: Final = {
    "list_order_tasks": Operation(
        method="GET",
        path="/orders/{id}/tasks",
        summary="List the tasks of an order",
        shows=list[OrderTaskWire],
        example=[examples.ORDER_TASK],
        parameters=(ORDER_IN_PATH, *slice_parameters()),
        headers=LINK_HEADER,
        refuses={400: {"query.limit": ["Input should be less than or equal to 500"]}, 404: {}},
    ),
    "create_order_task": Operation(
        method="POST",
        path="/orders/{id}/tasks",
        parameters=(ORDER_IN_PATH,),
        summary="Create a task",
        status=201,
        shows=OrderTaskWire,
        example=examples.ORDER_TASK,
        takes=OrderTaskCreate,
        sends=examples.NEW_ORDER_TASK,
        refuses={400: _TWO_ENDS, 404: {}, 422: _NOBODY},
    ),
    "update_order_task": Operation(
        method="PUT",
        path="/order-tasks/{id}",
        parameters=(_IN_PATH,),
        summary="Update a task",
        shows=OrderTaskWire,
        example=examples.ORDER_TASK,
        takes=OrderTaskUpdate,
        sends=examples.ORDER_TASK_CHANGE,
        refuses={400: _TWO_ENDS, 404: {}, 422: _NOBODY},
    ),
    "delete_order_task": Operation(
        method="DELETE",
        path="/order-tasks/{id}",
        parameters=(_IN_PATH,),
        summary="Delete a task",
        status=204,
        refuses={404: {}},
    ),
    "complete_order_task": Operation(
        method="POST",
        path="/order-tasks/{id}/complete",
        parameters=(_IN_PATH,),
        summary="Complete a task",
        shows=OrderTaskWire,
        example=examples.COMPLETED_ORDER_TASK,
        refuses={404: {}},
    ),
    "reopen_order_task": Operation(
        method="DELETE",
        path="/order-tasks/{id}/complete",
        parameters=(_IN_PATH,),
        summary="Reopen a task",
        shows=OrderTaskWire,
        example=examples.ORDER_TASK,
        refuses={404: {}},
    ),
}


def build_router(gate: Gate, *, prefix: str = "") -> APIRouter:
    """Return the router of these operations, which are under the prefix."""
    return build_resource(prefix, "Order tasks", OPERATIONS, OrderTaskOperations(gate), gate.terms)


def _id(text: str) -> OrderTaskId:
    return OrderTaskId(path_id(text, "order_task"))


def _create(uow: UnitOfWork, key: OrderId, name: str, details: OrderTaskPatch, *, at: datetime) -> OrderTaskRow:
    task = order_tasks.add_order_task(uow, key, name=name, details=details, at=at)
    return uow.order_task_queries.get(task.id)


def _update(uow: UnitOfWork, key: OrderTaskId, patch: OrderTaskPatch, *, at: datetime) -> OrderTaskRow:
    order_tasks.update_order_task(uow, key, patch, at=at)
    return uow.order_task_queries.get(key)


def _complete(uow: UnitOfWork, key: OrderTaskId, *, by: UserId, at: datetime) -> OrderTaskRow:
    order_tasks.complete_order_task(uow, key, by=by, at=at)
    return uow.order_task_queries.get(key)


def _reopen(uow: UnitOfWork, key: OrderTaskId, *, at: datetime) -> OrderTaskRow:
    order_tasks.reopen_order_task(uow, key, at=at)
    return uow.order_task_queries.get(key)
