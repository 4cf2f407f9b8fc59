"""What can happen to an order.

Source: design decision 2.
"""

from __future__ import annotations

from attrs import frozen

from service_engine.domain.change import Event
from service_engine.domain.ids import EmployeeId, OrderId, OrderMessageId
from service_engine.domain.order_status import OrderStatus
from service_engine.domain.tags import Tag

__all__ = [
    "OrderAssigned",
    "OrderDeleted",
    "OrderMessageReceived",
    "OrderPlaced",
    "OrderRetagged",
    "OrderRevised",
    "OrderStatusChanged",
    "OrderTouched",
]


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
class OrderStatusChanged(Event):
    """An order moved to another status.

    Args:
        order_id: Which order.
        origin: Where it stood.
        status: Where it stands now.

    Example:
        >>> from service_engine.domain.orders import change_order_status
        >>> from service_engine.testing.examples import later, website
        >>> [event] = change_order_status(website, OrderStatus.COMPLETED, at=later).events
        >>> event.origin.label, event.status.label
        ('In Progress', 'Completed')
    """

    order_id: OrderId
    origin: OrderStatus
    status: OrderStatus


@frozen(kw_only=True)
class OrderRevised(Event):
    """Something else about an order changed.

    Args:
        order_id: Which order.
        fields: The names of the fields that changed, sorted.

    Example:
        >>> from service_engine.domain.orders import OrderDetails, revise_order
        >>> from service_engine.testing.examples import later, website
        >>> [event] = revise_order(website, OrderDetails(note="Call first", date_due=later), at=later).events
        >>> event.fields
        ('date_due', 'note')
    """

    order_id: OrderId
    fields: tuple[str, ...]


@frozen(kw_only=True)
class OrderAssigned(Event):
    """An order got other people, or the same in another order.

    Args:
        order_id: Which order.
        employee_ids: Who delivers it now; empty for nobody.

    Example:
        >>> from service_engine.domain.orders import assign_order
        >>> from service_engine.testing.examples import later, website
        >>> [event] = assign_order(website, [], at=later).events
        >>> event.employee_ids
        ()
    """

    order_id: OrderId
    employee_ids: tuple[EmployeeId, ...]


@frozen(kw_only=True)
class OrderRetagged(Event):
    """An order got other tags, or the same in another order.

    Args:
        order_id: Which order.
        tags: Its tags now.

    Example:
        >>> from service_engine.domain.orders import retag_order
        >>> from service_engine.testing.examples import later, urgent, website
        >>> [event] = retag_order(website, [urgent], at=later).events
        >>> event.tags == (urgent,)
        True
    """

    order_id: OrderId
    tags: tuple[Tag, ...]


@frozen(kw_only=True)
class OrderTouched(Event):
    """An order was touched: a task or a message of it came, changed or went; ``updated_at`` says when.

    Example:
        >>> from service_engine.domain.orders import touch_order
        >>> from service_engine.testing.examples import later, website
        >>> touch_order(website, at=later).events == (OrderTouched(order_id=website.id, at=later),)
        True
    """

    order_id: OrderId


@frozen(kw_only=True)
class OrderMessageReceived(Event):
    """An order noted the time of a message.

    Example:
        >>> from service_engine.domain.orders import receive_order_message
        >>> from service_engine.testing.examples import later, message, website
        >>> event = OrderMessageReceived(message_id=message.id, order_id=website.id, at=later)
        >>> receive_order_message(website, message).events == (event,)
        True
    """

    message_id: OrderMessageId
    order_id: OrderId


@frozen(kw_only=True)
class OrderDeleted(Event):
    """An order was deleted; its tasks and messages are hidden, and tickets linked to it no longer show it.

    Example:
        >>> from service_engine.domain.orders import delete_order
        >>> from service_engine.testing.examples import later, website
        >>> delete_order(website, at=later).events == (OrderDeleted(order_id=website.id, at=later),)
        True
    """

    order_id: OrderId
