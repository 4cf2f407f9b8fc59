"""Orders: what a client bought, under a number of the organisation's own, and how far its delivery is.

Name, price and currency are a snapshot: a service that changes or goes later changes no order.

Source: contract sections 2.4 and 5.1; part A "Rules" (orders).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs
from attrs import field, frozen

from service_engine.domain.change import UNSET, Change, Unset, differences
from service_engine.domain.evolution import evolve
from service_engine.domain.ids import ClientId, EmployeeId, InvoiceId, OrderId, ServiceId, SubscriptionId
from service_engine.domain.instants import optional_utc, utc
from service_engine.domain.json_values import EMPTY, JsonObject, freeze
from service_engine.domain.kinds import is_a
from service_engine.domain.money import Money, is_money
from service_engine.domain.numbers import INTEGER, within
from service_engine.domain.order_details import OrderDetails, PaidWith
from service_engine.domain.order_events import (
    OrderAssigned,
    OrderDeleted,
    OrderMessageReceived,
    OrderPlaced,
    OrderRetagged,
    OrderRevised,
    OrderStatusChanged,
    OrderTouched,
)
from service_engine.domain.order_messages import OrderMessage
from service_engine.domain.order_status import LIFECYCLE, MOVES, OrderStatus
from service_engine.domain.sequences import holds_no_repeats
from service_engine.domain.tags import Tag
from service_engine.domain.text import NOTE, bounded, clean, optional_bounded

__all__ = [
    "LIFECYCLE",
    "MAX_NUMBER",
    "MOVES",
    "NUMBER_ALPHABET",
    "NUMBER_LENGTH",
    "Order",
    "OrderAssigned",
    "OrderDeleted",
    "OrderDetails",
    "OrderMessageReceived",
    "OrderPlaced",
    "OrderRetagged",
    "OrderRevised",
    "OrderStatus",
    "OrderStatusChanged",
    "OrderTouched",
    "PaidWith",
    "assign_order",
    "change_order_status",
    "delete_order",
    "place_order",
    "receive_order_message",
    "retag_order",
    "revise_order",
    "touch_order",
]

NUMBER_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
NUMBER_LENGTH: Final = 8
MAX_NUMBER: Final = 50


@frozen(kw_only=True)
class Order:
    """Something that a client bought.

    Args:
        id: Its id.
        number: 1 to 50 characters, unique in the organisation, deleted orders counted; never changes.
        client_id: Who bought it; never changes.
        service_id: The service of the catalogue that it came from, deleted or not.
        service_name: What was bought, as it was called then; 1 to 255 characters.
        status: Where it stands.
        price: What one cost then; never changes.
        quantity: How many, at least 1; never changes.
        note: Up to 65,535 characters.
        form_data: What a form collected; free JSON.
        metadata: Free JSON.
        paysys: How it was paid, up to 50 characters.
        invoice_id: The invoice that it was paid with.
        subscription_id: The subscription that it belongs to.
        employee_ids: Who delivers it, in the order of assignment, nobody twice.
        tags: In the order in which they were given, none twice.
        date_started: When work on it began, UTC.
        date_completed: When it was completed, UTC.
        date_due: When it has to be completed, UTC.
        last_message_at: The time of its newest message, UTC.
        created_at: When it was placed, UTC.
        updated_at: When it, its tasks or its messages last changed, UTC.
        deleted_at: When it was deleted, UTC; its tasks and messages are hidden with it.
        version: How often it was stored.

    Raises:
        RuleViolationError: A text or the quantity is out of bounds.
        ValueError: An employee or a tag is named twice.

    Example:
        >>> from service_engine.testing.examples import website
        >>> website.number, website.service_name, str(website.price)
        ('A1B2C3D4', 'Web Development', '1500.00 USD')
    """

    id: OrderId
    number: str = field(validator=bounded(MAX_NUMBER))
    client_id: ClientId
    service_id: ServiceId | None = None
    service_name: str = field(validator=bounded())
    status: OrderStatus = field(default=OrderStatus.UNPAID, validator=is_a(OrderStatus))
    price: Money = field(validator=is_money)
    quantity: int = field(default=1, validator=within(1, INTEGER))
    note: str | None = field(default=None, validator=optional_bounded(NOTE))
    form_data: JsonObject = field(default=EMPTY, hash=False)
    metadata: JsonObject = field(default=EMPTY, hash=False)
    paysys: str | None = field(default=None, validator=optional_bounded(50))
    invoice_id: InvoiceId | None = None
    subscription_id: SubscriptionId | None = None
    employee_ids: tuple[EmployeeId, ...] = field(default=(), validator=holds_no_repeats)
    tags: tuple[Tag, ...] = field(default=(), validator=holds_no_repeats)
    date_started: datetime | None = field(default=None, converter=optional_utc)
    date_completed: datetime | None = field(default=None, converter=optional_utc)
    date_due: datetime | None = field(default=None, converter=optional_utc)
    last_message_at: datetime | None = field(default=None, converter=optional_utc)
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    deleted_at: datetime | None = field(default=None, converter=optional_utc)
    version: int = 1


_NO_DETAILS: Final = OrderDetails()


def place_order(
    order_id: OrderId,
    *,
    number: str,
    client_id: ClientId,
    service_name: str,
    price: Money,
    at: datetime,
    service_id: ServiceId | None = None,
    quantity: int = 1,
    status: OrderStatus = OrderStatus.UNPAID,
    employee_ids: Sequence[EmployeeId] = (),
    tags: Sequence[Tag] = (),
    details: OrderDetails = _NO_DETAILS,
    paid_with: PaidWith | None = None,
) -> Change[Order]:
    """Place an order.

    Args:
        order_id: Its id.
        number: 1 to 50 characters after stripping; free in the organisation.
        client_id: Who buys.
        service_name: What is bought, as it is called now.
        price: What one costs now.
        at: Now; ``created_at`` unless the details say otherwise.
        service_id: The service of the catalogue that it comes from.
        quantity: How many, at least 1.
        status: Where it stands; entering it stamps the same dates as a later move would.
        employee_ids: Who delivers it; checked by ``employees.require_assignable``.
        tags: Its tags.
        details: Everything else; explicit dates win over stamped ones.
        paid_with: The invoice that it was paid with; None if it was not.

    Returns:
        The order, with one event: ``OrderPlaced``.

    Raises:
        RuleViolationError: A text is blank or too long, or the quantity is below 1.
        ValueError: The details name the service, too.

    Source:
        Contract section 2.4, "create".

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
    if (details.service_id, details.service_name) != (UNSET, UNSET):
        msg = "the service of a new order and its name are arguments of their own"  # these were looked up
        raise ValueError(msg)
    order = Order(
        id=order_id,
        number=clean(number, field="number", max_length=MAX_NUMBER),
        client_id=client_id,
        service_id=service_id,
        service_name=clean(service_name, field="service"),
        price=price,
        quantity=quantity,
        paysys=None if paid_with is None else paid_with.paysys,
        invoice_id=None if paid_with is None else paid_with.invoice_id,
        subscription_id=None if paid_with is None else paid_with.subscription_id,
        employee_ids=tuple(employee_ids),
        tags=tuple(tags),
        created_at=at,
        updated_at=at,
    )
    placed = change_order_status(order, status, at=at).then(revise_order, details, at=at).state
    return Change(placed, (OrderPlaced(order_id=order_id, at=at),))


def change_order_status(order: Order, status: OrderStatus, *, at: datetime) -> Change[Order]:
    """Move an order to another status; its dates follow.

    Entering In Progress sets ``date_started`` if there is none, entering Completed ``date_completed``; leaving
    Completed clears ``date_completed``.

    Raises:
        IllegalMoveError: The lifecycle has no such move.

    Source:
        Contract section 5.1; part A "Rules" (orders).

    Example:
        >>> from service_engine.testing.examples import later, website
        >>> completed = change_order_status(website, OrderStatus.COMPLETED, at=later).state
        >>> completed.date_completed == later
        True
        >>> change_order_status(completed, OrderStatus.ON_HOLD, at=later).state.date_completed is None
        True
    """
    LIFECYCLE.check(order.status, status)
    if status == order.status:
        return Change(order)
    started, completed = order.date_started, order.date_completed
    if status is OrderStatus.IN_PROGRESS:
        started = started or at
    if status is OrderStatus.COMPLETED:
        completed = completed or at
    elif order.status is OrderStatus.COMPLETED:
        completed = None
    moved = evolve(order, status=status, date_started=started, date_completed=completed, updated_at=at)
    return Change(moved, (OrderStatusChanged(order_id=order.id, origin=order.status, status=status, at=at),))


def revise_order(order: Order, details: OrderDetails, *, at: datetime) -> Change[Order]:
    """Change what the details name, and nothing else. Applied after a change of status, explicit dates win.

    Raises:
        RuleViolationError: A text is blank or too long.

    Example:
        >>> from service_engine.testing.examples import later, website
        >>> revise_order(website, OrderDetails(service_name="Shop"), at=later).state.service_name
        'Shop'
    """
    wanted = attrs.asdict(details, recurse=False)
    if isinstance(details.service_name, str):
        wanted["service_name"] = clean(details.service_name, field="service")
    if isinstance(details.note, str):
        wanted["note"] = clean(details.note, field="note", max_length=NOTE, required=False)
    for name in ("form_data", "metadata"):
        if not isinstance(wanted[name], Unset):
            wanted[name] = freeze(wanted[name], field=name)
    for name in ("date_started", "date_completed", "date_due", "created_at"):
        if isinstance(wanted[name], datetime):
            wanted[name] = utc(wanted[name])
    changed = differences(order, wanted)
    if not changed:
        return Change(order)
    revised = evolve(order, **changed, updated_at=at)
    return Change(revised, (OrderRevised(order_id=order.id, fields=tuple(sorted(changed)), at=at),))


def assign_order(order: Order, employee_ids: Sequence[EmployeeId], *, at: datetime) -> Change[Order]:
    """Replace everybody who delivers an order; they are checked by ``employees.require_assignable``.

    Example:
        >>> from service_engine.testing.examples import jane, later, website
        >>> assign_order(website, [jane.id], at=later).events  # she delivers it already
        ()
    """
    wanted = tuple(employee_ids)
    if wanted == order.employee_ids:
        return Change(order)
    assigned = evolve(order, employee_ids=wanted, updated_at=at)
    return Change(assigned, (OrderAssigned(order_id=order.id, employee_ids=wanted, at=at),))


def retag_order(order: Order, tags: Sequence[Tag], *, at: datetime) -> Change[Order]:
    """Replace all tags of an order.

    Example:
        >>> from service_engine.testing.examples import later, urgent, website
        >>> [tag.name for tag in retag_order(website, [urgent], at=later).state.tags]
        ['urgent']
    """
    wanted = tuple(tags)
    if wanted == order.tags:
        return Change(order)
    retagged = evolve(order, tags=wanted, updated_at=at)
    return Change(retagged, (OrderRetagged(order_id=order.id, tags=wanted, at=at),))


def touch_order(order: Order, *, at: datetime) -> Change[Order]:
    """Note that a task or a message of the order came, changed or went.

    Source:
        Contract part A "Rules" (changes to tasks and messages touch ``updated_at``).

    Example:
        >>> from service_engine.testing.examples import later, website
        >>> touch_order(website, at=later).state.updated_at == later
        True
    """
    touched = evolve(order, updated_at=at)
    return Change(touched, (OrderTouched(order_id=order.id, at=at),))


def receive_order_message(order: Order, message: OrderMessage) -> Change[Order]:
    """Note on the order that a message came: ``last_message_at`` is the newest message's own time.

    A message that is dated back, from an import for instance, puts neither time back.

    Example:
        >>> from service_engine.testing.examples import message, website
        >>> receive_order_message(website, message).state.last_message_at == message.created_at
        True
    """
    newest = max(message.created_at, order.last_message_at or message.created_at)
    received = evolve(order, last_message_at=newest, updated_at=max(message.created_at, order.updated_at))
    event = OrderMessageReceived(message_id=message.id, order_id=order.id, at=message.created_at)
    return Change(received, (event,))


def delete_order(order: Order, *, at: datetime) -> Change[Order]:
    """Delete an order; it stays stored, and hidden with its tasks and messages. Deleting it again changes nothing.

    Example:
        >>> from service_engine.testing.examples import later, website
        >>> delete_order(website, at=later).state.deleted_at == later
        True
    """
    if order.deleted_at is not None:
        return Change(order)
    deleted = evolve(order, deleted_at=at, updated_at=at)
    return Change(deleted, (OrderDeleted(order_id=order.id, at=at),))
