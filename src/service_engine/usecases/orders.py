"""What a ticket needs of orders: placing one, deleting one.

Source: contract sections 2.4 and 4.
"""

from __future__ import annotations

from datetime import datetime

from service_engine.domain import orders
from service_engine.domain.ids import ClientId, OrderId
from service_engine.domain.money import Money
from service_engine.domain.orders import Order, OrderStatus
from service_engine.errors import InvalidReferenceError
from service_engine.ports.unit_of_work import UnitOfWork

__all__ = ["delete_order", "place_order"]


def place_order(
    uow: UnitOfWork,
    *,
    client_id: ClientId,
    service: str,
    price: Money,
    at: datetime,
    quantity: int = 1,
    status: OrderStatus = OrderStatus.UNPAID,
    note: str | None = None,
) -> Order:
    """Place an order for a client, under a random number that is free in the organisation.

    Raises:
        InvalidReferenceError: The client is not there.
        RuleViolationError: A text is out of bounds, or the quantity is below 1.

    Example:
        >>> from service_engine.testing.examples import acme, agency, john, now
        >>> from service_engine.domain.money import money
        >>> price = money(300, "EUR")
        >>> order = agency().run(acme.id, place_order, client_id=john.id, service="Logo", price=price, at=now)
        >>> len(order.number), order.status.label
        (8, 'Unpaid')
    """
    if not uow.references.look_up(client_id=client_id).client:
        raise InvalidReferenceError("client_id", "The specified client does not exist.")
    change = orders.place_order(
        OrderId(uow.entropy.new_id()),
        number=_free_number(uow),
        client_id=client_id,
        service_name=service,
        price=price,
        quantity=quantity,
        status=status,
        note=note,
        at=at,
    )
    return uow.orders.add(change)


def delete_order(uow: UnitOfWork, order_id: OrderId, *, at: datetime) -> None:
    """Delete an order; it stays stored, and hidden.

    Raises:
        NotFoundError: The organisation has no such order, or not any longer.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, website
        >>> agency().run(acme.id, delete_order, website.id, at=later)
    """
    uow.orders.save(orders.delete_order(uow.orders.get(order_id), at=at))


def _free_number(uow: UnitOfWork) -> str:
    while True:
        number = uow.entropy.characters(orders.NUMBER_ALPHABET, orders.NUMBER_LENGTH)
        if not uow.orders.number_is_taken(number):
            return number
