"""Messages on an order, oldest first; some for the staff only.

Source: contract section 2.4 (messages); part A "Responses".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from service_engine.domain.change import Change, Event
from service_engine.domain.ids import OrderId, OrderMessageId, UserId
from service_engine.domain.messages import Message, clean_files, clean_text

__all__ = [
    "OrderMessage",
    "OrderMessageDeleted",
    "OrderMessagePosted",
    "delete_order_message",
    "post_order_message",
]


@frozen(kw_only=True)
class OrderMessage(Message):
    """One message on an order.

    Args:
        id: Its id.
        order_id: The order that it stands on.

    Example:
        >>> from service_engine.testing.examples import message
        >>> message.text, message.staff_only, message.files
        ('The first draft is ready.', False, ())
    """

    id: OrderMessageId
    order_id: OrderId


@frozen(kw_only=True)
class OrderMessagePosted(Event):
    """Somebody wrote a message on an order.

    Example:
        >>> from service_engine.testing.examples import later, message
        >>> OrderMessagePosted(message_id=message.id, order_id=message.order_id, at=later).message_id == message.id
        True
    """

    message_id: OrderMessageId
    order_id: OrderId


@frozen(kw_only=True)
class OrderMessageDeleted(Event):
    """A message was taken off an order, for good.

    Example:
        >>> from service_engine.testing.examples import later, message
        >>> event = OrderMessageDeleted(message_id=message.id, order_id=message.order_id, at=later)
        >>> delete_order_message(message, at=later).events == (event,)
        True
    """

    message_id: OrderMessageId
    order_id: OrderId


def post_order_message(
    message_id: OrderMessageId,
    *,
    order_id: OrderId,
    author_id: UserId,
    text: str,
    at: datetime,
    staff_only: bool = False,
    files: Sequence[str] = (),
) -> Change[OrderMessage]:
    """Write a message on an order.

    Raises:
        RuleViolationError: The text or a file is blank or too long, or there are too many files.

    Example:
        >>> from datetime import UTC, datetime
        >>> from uuid import UUID
        >>> now = datetime(2026, 2, 7, tzinfo=UTC)
        >>> posted = post_order_message(
        ...     OrderMessageId(UUID(int=1)),
        ...     order_id=OrderId(UUID(int=2)),
        ...     author_id=UserId(UUID(int=3)),
        ...     text=" Done. ",
        ...     at=now,
        ... )
        >>> posted.state.text, posted.state.staff_only
        ('Done.', False)
    """
    message = OrderMessage(
        id=message_id,
        order_id=order_id,
        author_id=author_id,
        text=clean_text(text),
        staff_only=staff_only,
        files=clean_files(files),
        created_at=at,
    )
    return Change(message, (OrderMessagePosted(message_id=message_id, order_id=order_id, at=at),))


def delete_order_message(message: OrderMessage, *, at: datetime) -> Change[OrderMessage]:
    """Take a message off its order, for good.

    Example:
        >>> from service_engine.testing.examples import later, message
        >>> delete_order_message(message, at=later).state == message
        True
    """
    return Change(message, (OrderMessageDeleted(message_id=message.id, order_id=message.order_id, at=at),))
