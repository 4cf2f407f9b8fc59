"""Orders in SQL, as far as tickets need them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, FromClause, bindparam, insert, select, type_coerce

from service_engine.adapters.sql.scope import KEY, live, lock, own, save
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Transaction
from service_engine.adapters.sql.types import money_of
from service_engine.domain.change import Change, next_version
from service_engine.domain.ids import OrderId
from service_engine.domain.orders import Order, OrderStatus
from service_engine.errors import NotFoundError
from service_engine.ports.orders import OrderSummary

__all__ = ["SUMMARY_WIDTH", "OrderStatements", "SqlOrders", "summary_columns", "summary_of"]

_PLAIN: Final = ("id", "number", "client_id", "service_name", "status", "quantity", "currency", "note")
_STAMPS: Final = ("created_at", "updated_at", "deleted_at", "version")
SUMMARY_WIDTH: Final = 7


def _order_columns(orders: FromClause) -> list[ColumnElement[Any]]:
    names = (*_PLAIN, *_STAMPS)
    return [*(orders.c[name] for name in names), type_coerce(orders.c.price, BigInteger)]


def _order_of(row: Any) -> Order:
    id_, number, client_id, service_name, status, quantity, currency, note, *stamps, version, price = row
    created_at, updated_at, deleted_at = stamps
    return Order(
        id=id_,
        number=number,
        client_id=client_id,
        service_name=service_name,
        status=OrderStatus(status),
        price=money_of(price, currency),
        quantity=quantity,
        note=note,
        created_at=created_at,
        updated_at=updated_at,
        deleted_at=deleted_at,
        version=version,
    )


def _row_of(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "number": order.number,
        "client_id": order.client_id,
        "service_name": order.service_name,
        "status": order.status.value,
        "price": order.price.amount,
        "currency": order.price.currency,
        "quantity": order.quantity,
        "note": order.note,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "deleted_at": order.deleted_at,
        "version": order.version,
    }


def summary_columns(orders: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns that ``summary_of`` reads, in its order."""
    names = ("id", "status", "service_name", "quantity", "created_at", "currency")
    return [*(orders.c[name] for name in names), type_coerce(orders.c.price, BigInteger)]


def summary_of(columns: tuple[Any, ...]) -> OrderSummary | None:
    """Return the summary of an order that was joined to something; None when there is none."""
    id_, status, service_name, quantity, created_at, currency, price = columns
    if id_ is None:
        return None
    return OrderSummary(
        id=id_,
        status=OrderStatus(status),
        service_name=service_name,
        price=money_of(price, currency),
        quantity=quantity,
        created_at=created_at,
    )


class OrderStatements:
    """What is asked of orders, built once."""

    def __init__(self, tables: Tables) -> None:
        self.table = orders = tables.orders
        self.get = select(*_order_columns(orders)).where(live(orders), orders.c.id == KEY)
        self.lock = lock(orders)
        self.add = insert(orders)
        self.save = save(orders)
        self.by_number = select(orders.c.id).where(own(orders), orders.c.number == bindparam("number"))


class SqlOrders:
    """The organisation's orders."""

    def __init__(self, transaction: Transaction, statements: OrderStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def get(self, order_id: OrderId) -> Order:
        """Return a live order; see ``ports.orders.Orders``."""
        if self._transaction.contended:
            self._transaction.read(self._statements.lock, key=order_id)
        row = self._transaction.read(self._statements.get, key=order_id).one_or_none()
        if row is None:
            raise NotFoundError("order", order_id)
        order = _order_of(row)
        self._transaction.saw("order", order_id, order.version)
        return order

    def add(self, change: Change[Order]) -> Order:
        """Store a new order; see ``ports.orders.Orders``."""
        order = change.state
        self._transaction.insert(self._statements.table, self._statements.add, "order", _row_of(order))
        self._transaction.note(change.events)
        return order

    def save(self, change: Change[Order]) -> Order:
        """Store a changed order; see ``ports.orders.Orders``."""
        order = change.state
        if not change.events:
            return order
        row = _row_of(order)
        del row["id"]
        self._transaction.update(self._statements.table, self._statements.save, "order", order.id, order.version, row)
        self._transaction.note(change.events)
        return next_version(order)

    def number_is_taken(self, number: str) -> bool:
        """Tell whether an order has this number; see ``ports.orders.Orders``."""
        return self._transaction.read(self._statements.by_number, number=number).first() is not None
