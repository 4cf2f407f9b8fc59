"""How the tests of orders place one, update it, and look at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from service_engine.domain.ids import EmployeeId, OrderId, ServiceId, UserId
from service_engine.domain.orders import Order
from service_engine.domain.services import ServicePatch
from service_engine.ports.orders import OrderRow
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, john, later, now, website
from service_engine.usecases.orders import OrderPatch, create_order, get_order, list_orders, update_order
from service_engine.usecases.services import create_service

NOBODY = EmployeeId(UserId(UUID(int=404)))
NOTHING = ServiceId(UUID(int=404))
EARLIER = now - timedelta(days=1)


def created(store: Store, **arguments: Any) -> Order:
    """Place an order for John that differs in the given arguments."""
    usual: dict[str, Any] = {"client_id": john.id, "service": " Logo ", "at": now}
    return store.run(acme.id, create_order, **(usual | arguments))


def updated(store: Store, order_id: OrderId = website.id, **parts: Any) -> Order:
    """Update an order by a patch of the given parts."""
    return store.run(acme.id, update_order, order_id, OrderPatch(**parts), at=later)


def shown(store: Store, order_id: OrderId = website.id) -> OrderRow:
    """Return an order as it is shown."""
    return store.read(acme.id, get_order, order_id)


def numbers(store: Store, **arguments: Any) -> list[str]:
    """Return the numbers of the orders of a page."""
    return [row.order.number for row in store.read(acme.id, list_orders, **arguments).rows]


def tags_in(store: Store, *names: str) -> list[str]:
    """Return those of the tags that the organisation has."""

    def load(uow: UnitOfWork) -> list[str]:
        return [tag.name for tag in uow.tags.find(list(names))]

    return store.run(acme.id, load)


def offered(store: Store, **details: Any) -> ServiceId:
    """Offer a service without a price in euros, unless the details say otherwise."""
    return store.run(acme.id, create_service, name="Advice", currency="EUR", details=ServicePatch(**details), at=now).id
