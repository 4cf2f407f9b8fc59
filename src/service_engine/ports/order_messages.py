"""What the use cases need of order messages, and the row in which they are read."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen

from service_engine.domain.change import Change
from service_engine.domain.ids import OrderId, OrderMessageId, UserId
from service_engine.domain.order_messages import OrderMessage
from service_engine.ports.lists import Slice, SliceRequest

__all__ = ["AuthorRow", "OrderMessageQueries", "OrderMessageRow", "OrderMessages"]


@frozen(kw_only=True)
class AuthorRow:
    """Who wrote a message, as they are shown.

    Args:
        id: Their id.
        first_name: Their first name.
        last_name: Their last name.
        email: Their e-mail address.

    Example:
        >>> from service_engine.testing.examples import jane
        >>> AuthorRow(id=jane.id, first_name="Jane", last_name="Smith", email=jane.email).email
        'jane@example.com'
    """

    id: UserId
    first_name: str
    last_name: str
    email: str


@frozen(kw_only=True)
class OrderMessageRow:
    """A message as it is shown.

    Args:
        message: The message.
        author: Who wrote it; None once they are gone.

    Example:
        >>> from service_engine.testing.examples import message
        >>> OrderMessageRow(message=message, author=None).message.text
        'The first draft is ready.'
    """

    message: OrderMessage
    author: AuthorRow | None


class OrderMessages(Protocol):
    """The messages on the organisation's orders, one at a time.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, message
        >>> from service_engine.domain.order_messages import delete_order_message
        >>> with agency().begin(acme.id) as uow:
        ...     _ = uow.order_messages.add(Change(message))
        ...     uow.order_messages.get(message.id) == message
        ...     uow.order_messages.remove(delete_order_message(message, at=later))
        True
    """

    def get(self, message_id: OrderMessageId) -> OrderMessage:
        """Return a message on a live order.

        Raises:
            NotFoundError: There is none, or its order is deleted.
        """
        ...

    def add(self, change: Change[OrderMessage]) -> OrderMessage:
        """Store a new message."""
        ...

    def remove(self, change: Change[OrderMessage]) -> None:
        """Take a message away for good.

        Raises:
            ConflictError: It was taken away since it was read.
        """
        ...


class OrderMessageQueries(Protocol):
    """Messages as they are shown.

    Example:
        >>> from service_engine.testing.examples import acme, agency, message
        >>> with agency().begin(acme.id) as uow:
        ...     _ = uow.order_messages.add(Change(message))
        ...     [row] = uow.order_message_queries.of_order(message.order_id, SliceRequest()).rows
        >>> row.author.first_name
        'Jane'
    """

    def get(self, message_id: OrderMessageId) -> OrderMessageRow:
        """Return one message on a live order, in one statement.

        Raises:
            NotFoundError: There is none, or its order is deleted.
        """
        ...

    def of_order(self, order_id: OrderId, page: SliceRequest) -> Slice[OrderMessageRow]:
        """Return a slice of a live order's messages, oldest first, equally old ones by id, in at most two statements.

        Raises:
            NotFoundError: There is no such order.
        """
        ...
