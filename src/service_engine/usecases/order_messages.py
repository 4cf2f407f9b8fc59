"""What can be done with the messages on an order. Each change touches the order's ``updated_at``.

Source: contract sections 2.4 and 2.5; part A "Rules".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service_engine.domain import order_messages, orders
from service_engine.domain.ids import OrderId, OrderMessageId, UserId
from service_engine.domain.order_messages import OrderMessage
from service_engine.ports.lists import FIRST_SLICE, Slice, SliceRequest
from service_engine.ports.order_messages import OrderMessageRow
from service_engine.ports.unit_of_work import UnitOfWork, View
from service_engine.usecases.authors import require_author

__all__ = ["delete_order_message", "list_order_messages", "post_order_message"]


def post_order_message(
    uow: UnitOfWork,
    order_id: OrderId,
    *,
    author_id: UserId,
    text: str,
    at: datetime,
    staff_only: bool = False,
    files: Sequence[str] = (),
) -> OrderMessage:
    """Write a message on an order; its ``last_message_at`` becomes the message's own time.

    Raises:
        NotFoundError: The organisation has no such order.
        InvalidReferenceError: The author is nobody of the organisation.
        RuleViolationError: The text or a file is blank or too long, or there are too many files.

    Source:
        Contract section 2.4 (messages).

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, later, website
        >>> message = agency().run(acme.id, post_order_message, website.id, author_id=jane.id, text=" Done ", at=later)
        >>> message.text, message.created_at == later
        ('Done', True)
    """
    order = uow.orders.get(order_id)
    require_author(uow, author_id)
    change = order_messages.post_order_message(
        OrderMessageId(uow.entropy.new_id()),
        order_id=order_id,
        author_id=author_id,
        text=text,
        staff_only=staff_only,
        files=files,
        at=at,
    )
    uow.orders.save(orders.receive_order_message(order, change.state))
    return uow.order_messages.add(change)


def delete_order_message(uow: UnitOfWork, message_id: OrderMessageId, *, at: datetime) -> None:
    """Take a message off its order, for good. ``last_message_at`` stays as it is.

    Raises:
        NotFoundError: The organisation has no such message, or its order is deleted.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, later, website
        >>> store = agency()
        >>> message = store.run(acme.id, post_order_message, website.id, author_id=jane.id, text="Oops", at=later)
        >>> store.run(acme.id, delete_order_message, message.id, at=later)
        >>> store.read(acme.id, list_order_messages, website.id)
        Slice(rows=(), more=False)
    """
    message = uow.order_messages.get(message_id)
    uow.orders.save(orders.touch_order(uow.orders.get(message.order_id), at=at))
    uow.order_messages.remove(order_messages.delete_order_message(message, at=at))


def list_order_messages(view: View, order_id: OrderId, *, page: SliceRequest = FIRST_SLICE) -> Slice[OrderMessageRow]:
    """Return a slice of an order's messages, oldest first.

    Raises:
        NotFoundError: The organisation has no such order.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, later, now, website
        >>> store = agency()
        >>> for text, at in (("Done", later), ("Started", now)):
        ...     _ = store.run(acme.id, post_order_message, website.id, author_id=jane.id, text=text, at=at)
        >>> [row.message.text for row in store.read(acme.id, list_order_messages, website.id).rows]
        ['Started', 'Done']
    """
    return view.order_message_queries.of_order(order_id, page)
