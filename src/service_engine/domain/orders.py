"""Orders: what a client bought, under a number of the organisation's own.

Holds what a ticket's link and summary need: the snapshot of name, price and quantity, and the status.

Source: contract sections 2.4 and 5.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs
from attrs import Attribute, field, frozen

from service_engine.domain.change import Change, Event
from service_engine.domain.ids import ClientId, OrderId
from service_engine.domain.instants import optional_utc, utc
from service_engine.domain.lifecycle import Lifecycle, Status, is_a
from service_engine.domain.money import Money
from service_engine.domain.text import NOTE, bounded, clean, optional_bounded
from service_engine.errors import RuleViolationError

__all__ = [
    "LIFECYCLE",
    "MAX_NUMBER",
    "MAX_QUANTITY",
    "MOVES",
    "NUMBER_ALPHABET",
    "NUMBER_LENGTH",
    "Order",
    "OrderDeleted",
    "OrderPlaced",
    "OrderStatus",
    "delete_order",
    "place_order",
]

NUMBER_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
NUMBER_LENGTH: Final = 8
MAX_NUMBER: Final = 50
MAX_QUANTITY: Final = 2_147_483_647


class OrderStatus(Status):
    """Where an order stands.

    Example:
        >>> OrderStatus(4).label
        'On Hold'
    """

    UNPAID = 0
    IN_PROGRESS = 1
    COMPLETED = 2
    CANCELLED = 3
    ON_HOLD = 4


MOVES: Final[Mapping[OrderStatus, frozenset[OrderStatus]]] = {
    origin: frozenset(OrderStatus) - {origin} for origin in OrderStatus
}
LIFECYCLE: Final = Lifecycle("order", OrderStatus.UNPAID, MOVES)


def _is_a_quantity(_: Any, __: Attribute[int], value: int) -> None:
    if not 1 <= value <= MAX_QUANTITY:
        raise RuleViolationError("quantity", f"The quantity must be between 1 and {MAX_QUANTITY}.")


@frozen(kw_only=True)
class Order:
    """Something that a client bought.

    Args:
        id: Its id.
        number: 1 to 50 characters, unique in the organisation, deleted orders counted.
        client_id: Who bought it.
        service_name: What was bought, as it was called then; 1 to 255 characters.
        status: Where it stands.
        price: What one costs.
        quantity: How many, at least 1.
        note: Up to 65,535 characters.
        created_at: When it was placed, UTC.
        updated_at: When it last changed, UTC.
        deleted_at: When it was deleted, UTC.
        version: How often it was stored.

    Example:
        >>> from service_engine.testing.examples import website
        >>> website.number, str(website.price), website.status.label
        ('A1B2C3D4', '1500.00 USD', 'In Progress')
    """

    id: OrderId
    number: str = field(validator=bounded(MAX_NUMBER))
    client_id: ClientId
    service_name: str = field(validator=bounded())
    status: OrderStatus = field(default=OrderStatus.UNPAID, validator=is_a(OrderStatus))
    price: Money
    quantity: int = field(default=1, validator=_is_a_quantity)
    note: str | None = field(default=None, validator=optional_bounded(NOTE))
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    deleted_at: datetime | None = field(default=None, converter=optional_utc)
    version: int = 1


@frozen(kw_only=True)
class OrderPlaced(Event):
    """A client bought something.

    Example:
        >>> from service_engine.testing.examples import now, website
        >>> OrderPlaced(order_id=website.id, at=now).order_id == website.id
        True
    """

    order_id: OrderId


@frozen(kw_only=True)
class OrderDeleted(Event):
    """An order was deleted; tickets that were linked to it no longer show it.

    Example:
        >>> from service_engine.testing.examples import later, website
        >>> delete_order(website, at=later).events == (OrderDeleted(order_id=website.id, at=later),)
        True
    """

    order_id: OrderId


def place_order(
    order_id: OrderId,
    *,
    number: str,
    client_id: ClientId,
    service_name: str,
    price: Money,
    at: datetime,
    quantity: int = 1,
    status: OrderStatus = OrderStatus.UNPAID,
    note: str | None = None,
) -> Change[Order]:
    """Place an order.

    Raises:
        RuleViolationError: A text is blank or too long, or the quantity is below 1.

    Example:
        >>> from datetime import UTC, datetime
        >>> from uuid import UUID
        >>> from service_engine.domain.money import money
        >>> placed = place_order(
        ...     OrderId(UUID(int=1)),
        ...     number="A1B2C3D4",
        ...     client_id=ClientId(UUID(int=2)),
        ...     service_name="Web Development",
        ...     price=money(1500, "USD"),
        ...     at=datetime(2026, 2, 7, tzinfo=UTC),
        ... )
        >>> placed.state.status.label
        'Unpaid'
    """
    order = Order(
        id=order_id,
        number=clean(number, field="number", max_length=MAX_NUMBER),
        client_id=client_id,
        service_name=clean(service_name, field="service"),
        status=status,
        price=price,
        quantity=quantity,
        note=None if note is None else clean(note, field="note", max_length=NOTE, required=False),
        created_at=at,
        updated_at=at,
    )
    return Change(order, (OrderPlaced(order_id=order_id, at=at),))


def delete_order(order: Order, *, at: datetime) -> Change[Order]:
    """Delete an order; it stays stored, and hidden.

    Example:
        >>> from service_engine.testing.examples import later, website
        >>> deleted = delete_order(website, at=later)
        >>> deleted.state.deleted_at == later, deleted.then(delete_order, at=later) == deleted
        (True, True)
    """
    if order.deleted_at is not None:
        return Change(order)
    deleted = attrs.evolve(order, deleted_at=at, updated_at=at)
    return Change(deleted, (OrderDeleted(order_id=order.id, at=at),))
