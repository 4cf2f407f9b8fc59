"""What the use cases need of orders, and the row in which a ticket shows one."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from attrs import frozen

from service_engine.domain.change import Change
from service_engine.domain.ids import OrderId
from service_engine.domain.money import Money
from service_engine.domain.orders import Order, OrderStatus

__all__ = ["OrderSummary", "Orders"]


@frozen(kw_only=True)
class OrderSummary:
    """An order as a ticket shows it.

    Args:
        id: Its id.
        status: Where it stands.
        service_name: What was bought.
        price: What one costs.
        quantity: How many.
        created_at: When it was placed, UTC.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket, website
        >>> from service_engine.domain.tickets import link_order
        >>> with agency().begin(acme.id) as uow:
        ...     _ = uow.tickets.save(link_order(uow.tickets.get(ticket.id), website.id, at=later))
        ...     uow.ticket_queries.get(ticket.id).order.service_name
        'Web Development'
    """

    id: OrderId
    status: OrderStatus
    service_name: str
    price: Money
    quantity: int
    created_at: datetime


class Orders(Protocol):
    """The organisation's orders, one at a time.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     uow.orders.number_is_taken("A1B2C3D4")
        True
    """

    def get(self, order_id: OrderId) -> Order:
        """Return a live order.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def add(self, change: Change[Order]) -> Order:
        """Store a new order.

        Raises:
            ConflictError: The id or the number was taken in the meantime.
        """
        ...

    def save(self, change: Change[Order]) -> Order:
        """Store a changed order; a change without events writes nothing.

        Returns:
            The order as stored: one version later.

        Raises:
            ConflictError: It was changed or deleted since it was read.
        """
        ...

    def number_is_taken(self, number: str) -> bool:
        """Tell whether an order, deleted ones counted, has this number."""
        ...
