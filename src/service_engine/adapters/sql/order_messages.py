"""Messages on orders in SQL, one at a time and as they are shown."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Delete, Insert, Select, Table, delete, insert, select

from service_engine.adapters.sql.messages import MESSAGE_COLUMNS, message_row
from service_engine.adapters.sql.order_parts import SliceStatements, of_live_order
from service_engine.adapters.sql.scope import KEY, own, refers
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.domain.change import Change
from service_engine.domain.ids import OrderId, OrderMessageId
from service_engine.domain.order_messages import OrderMessage
from service_engine.ports.lists import Slice, SliceRequest
from service_engine.ports.order_messages import AuthorRow, OrderMessageRow

__all__ = ["OrderMessageQueryStatements", "OrderMessageStatements", "SqlOrderMessageQueries", "SqlOrderMessages"]

_COLUMNS: Final = ("id", "order_id", *MESSAGE_COLUMNS)
_WIDTH: Final = len(_COLUMNS)
_AUTHOR: Final = slice(_WIDTH, _WIDTH + 4)
_BY: Final = ("created_at", "id")


def _columns(tables: Tables) -> list[ColumnElement[Any]]:
    return [tables.order_messages.c[name] for name in _COLUMNS]


def _message_of(columns: tuple[Any, ...]) -> OrderMessage:
    return OrderMessage(**dict(zip(_COLUMNS, columns, strict=True)))


class OrderMessageStatements:
    """What is asked of messages on orders, built once."""

    def __init__(self, tables: Tables) -> None:
        messages = tables.order_messages
        self.table: Table = messages
        self.get: Select[Any] = (
            select(*_columns(tables))
            .select_from(of_live_order(tables, messages, messages))
            .where(own(messages), messages.c.id == KEY)
        )
        self.add: Insert = insert(messages)
        self.remove: Delete = delete(messages).where(own(messages), messages.c.id == KEY)


class OrderMessageQueryStatements:
    """What is asked about messages on orders, built once."""

    def __init__(self, tables: Tables) -> None:
        messages, users = tables.order_messages, tables.users
        its = users.c

        def shown(source: Any) -> Select[Any]:
            authored = source.outerjoin(users, refers(messages, users, "author_id"))
            return select(*_columns(tables), its.id, its.first_name, its.last_name, its.email).select_from(authored)

        def details(chosen: CTE) -> Select[Any]:
            return shown(chosen.join(messages, (messages.c.id == chosen.c.id) & own(messages)))

        self.get: Select[Any] = shown(of_live_order(tables, messages, messages)).where(
            own(messages), messages.c.id == KEY
        )
        self.of_order: SliceStatements = SliceStatements(tables, listed=messages, by=_BY, details=details)


def _shown(row: AnyRow) -> OrderMessageRow:
    author_id, first_name, last_name, email = row[_AUTHOR]
    author = None
    if author_id is not None:
        author = AuthorRow(id=author_id, first_name=first_name, last_name=last_name, email=email)
    return OrderMessageRow(message=_message_of(row[:_WIDTH]), author=author)


class SqlOrderMessages:
    """The messages on the organisation's orders."""

    def __init__(self, transaction: Transaction, statements: OrderMessageStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def get(self, message_id: OrderMessageId) -> OrderMessage:
        """Return a message on a live order; see ``ports.order_messages.OrderMessages``."""
        row = self._transaction.find(self._statements.get, "order_message", message_id)
        return _message_of(tuple(row))

    def add(self, change: Change[OrderMessage]) -> OrderMessage:
        """Store a new message; see ``ports.order_messages.OrderMessages``."""
        message = change.state
        row = {"id": message.id, "order_id": message.order_id, **message_row(message)}
        self._transaction.insert(self._statements.table, self._statements.add, "order_message", row)
        self._transaction.note(change.events)
        return message

    def remove(self, change: Change[OrderMessage]) -> None:
        """Take a message away for good; see ``ports.order_messages.OrderMessages``."""
        self._transaction.remove(self._statements.remove, "order_message", change.state.id)
        self._transaction.note(change.events)


class SqlOrderMessageQueries:
    """The messages on the organisation's orders as they are shown."""

    def __init__(self, transaction: Transaction, statements: OrderMessageQueryStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def get(self, message_id: OrderMessageId) -> OrderMessageRow:
        """Return one message on a live order; see ``ports.order_messages.OrderMessageQueries``."""
        row = self._transaction.find(self._statements.get, "order_message", message_id)
        return _shown(row)

    def of_order(self, order_id: OrderId, page: SliceRequest) -> Slice[OrderMessageRow]:
        """Return a slice of an order's messages; see ``ports.order_messages.OrderMessageQueries``."""
        rows, more = self._statements.of_order.read(self._transaction, order_id, page)
        return Slice(tuple(map(_shown, rows)), more)
