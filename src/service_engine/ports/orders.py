"""What the use cases need of orders, and the rows in which they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from attrs import frozen

from service_engine.domain.change import Change
from service_engine.domain.ids import OrderId
from service_engine.domain.money import Money
from service_engine.domain.orders import Order, OrderStatus
from service_engine.ports.clients import ClientSummary
from service_engine.ports.employees import EmployeeRow
from service_engine.ports.keysets import Listed
from service_engine.ports.lists import Field, SortField

__all__ = ["OrderFilter", "OrderQueries", "OrderRow", "OrderSort", "OrderSummary", "Orders"]


class OrderFilter(Field):
    """What a list of orders can be filtered by. Source: contract section 1.9, part A "Responses".

    Example:
        >>> OrderFilter("date_due")
        <OrderFilter.DATE_DUE: 'date_due'>
    """

    ID = "id", UUID
    NUMBER = "number", str
    STATUS = "status", int
    CLIENT_ID = "client_id", UUID
    SERVICE_ID = "service_id", UUID
    PRICE = "price", Decimal
    INVOICE_ID = "invoice_id", UUID
    CREATED_AT = "created_at", datetime
    DATE_DUE = "date_due", datetime


class OrderSort(SortField):
    """What a list of orders can be sorted by. Source: contract section 1.8.

    Example:
        >>> OrderSort("quantity")
        <OrderSort.QUANTITY: 'quantity'>
    """

    ID = "id", UUID
    NUMBER = "number", str
    STATUS = "status", int
    PRICE = "price", Decimal
    QUANTITY = "quantity", int
    CLIENT_ID = "client_id", UUID
    SERVICE_ID = "service_id", UUID
    CREATED_AT = "created_at", datetime
    DATE_DUE = "date_due", datetime


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
        >>> from service_engine.usecases.tickets import TicketPatch, get_ticket, update_ticket
        >>> store = agency()
        >>> linked = store.run(acme.id, update_ticket, ticket.id, TicketPatch(order_id=website.id), at=later)
        >>> store.read(acme.id, get_ticket, ticket.id).order.service_name
        'Web Development'
    """

    id: OrderId
    status: OrderStatus
    service_name: str
    price: Money
    quantity: int
    created_at: datetime


@frozen(kw_only=True)
class OrderRow:
    """An order as it is shown.

    Args:
        order: The order.
        client: Who bought it, in full.
        employees: Who delivers it, in order.

    Example:
        >>> from service_engine.testing.examples import acme, agency, website
        >>> with agency().begin(acme.id) as uow:
        ...     row = uow.order_queries.get(website.id)
        >>> row.order.number, row.client.email, [each.first_name for each in row.employees]
        ('A1B2C3D4', 'john@example.com', ['Jane'])
    """

    order: Order
    client: ClientSummary
    employees: tuple[EmployeeRow, ...]


class Orders(Protocol):
    """The organisation's orders, one at a time.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, website
        >>> from service_engine.domain.orders import delete_order
        >>> with agency().begin(acme.id) as uow:
        ...     _ = uow.orders.save(delete_order(uow.orders.get(website.id), at=later))
        ...     uow.orders.taken_numbers([website.number, "B2"])
        frozenset({'A1B2C3D4'})
    """

    def get(self, order_id: OrderId) -> Order:
        """Return a live order.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def add(self, change: Change[Order]) -> Order:
        """Store a new order, assignments and tags included.

        Raises:
            ConflictError: The id or the number was taken, or something that it refers to is not in the organisation.
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

    def taken_numbers(self, numbers: Sequence[str]) -> frozenset[str]:
        """Return those of the numbers that orders, deleted ones counted, have: one statement, however many."""
        ...


class OrderQueries(Listed[OrderFilter, OrderSort, OrderRow], Protocol):
    """Orders as they are shown: one statement for one, two for a page of any size.

    Example:
        >>> from service_engine.ports.lists import PageRequest, Sort
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     uow.order_queries.page([], Sort(OrderSort.CREATED_AT), PageRequest()).total
        1
    """

    def get(self, order_id: OrderId) -> OrderRow:
        """Return one live order.

        Raises:
            NotFoundError: There is none.
        """
        ...
