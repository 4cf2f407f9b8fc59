"""Orders in SQL, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, bindparam, select, type_coerce

from service_engine.adapters.sql.aggregates import Aggregates, AggregateStatements, Links
from service_engine.adapters.sql.people import assigned_ids, employee_ids_of
from service_engine.adapters.sql.scope import KEY, live, own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.tags import tagged, tags_of
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.adapters.sql.types import money_of
from service_engine.domain.change import Change
from service_engine.domain.ids import EmployeeId, OrderId
from service_engine.domain.orders import Order, OrderStatus
from service_engine.ports.orders import OrderSummary

__all__ = [
    "ORDER_WIDTH",
    "SUMMARY_WIDTH",
    "OrderStatements",
    "SqlOrders",
    "order_columns",
    "order_of",
    "summary_columns",
    "summary_of",
]

_PLAIN: Final = (
    "id",
    "number",
    "client_id",
    "service_id",
    "invoice_id",
    "subscription_id",
    "service_name",
    "quantity",
    "note",
    "form_data",
    "metadata",
    "paysys",
    "date_started",
    "date_completed",
    "date_due",
    "last_message_at",
    "created_at",
    "updated_at",
    "deleted_at",
    "version",
)
ORDER_WIDTH: Final = len(_PLAIN) + 4
SUMMARY_WIDTH: Final = 7


def order_columns(tables: Tables) -> list[ColumnElement[Any]]:
    """Return the columns that ``order_of`` reads, in its order; who is assigned stands elsewhere."""
    orders = tables.orders
    return [
        *(orders.c[name] for name in (*_PLAIN, "status", "currency")),
        type_coerce(orders.c.price, BigInteger),
        tagged(tables, tables.order_tags, "order_id", orders),
    ]


def order_of(columns: tuple[Any, ...], employee_ids: tuple[EmployeeId, ...]) -> Order:
    """Return the order of a row's columns."""
    *plain, status, currency, price, tags = columns
    return Order(
        **dict(zip(_PLAIN, plain, strict=True)),
        status=OrderStatus(status),
        price=money_of(price, currency),
        employee_ids=employee_ids,
        tags=tags_of(tags),
    )


def _order_of(row: AnyRow) -> Order:
    return order_of(row[:ORDER_WIDTH], employee_ids_of(row[ORDER_WIDTH]))


def _row_of(order: Order) -> dict[str, Any]:
    row = {name: getattr(order, name) for name in _PLAIN}
    return {
        **row,
        "status": order.status.value,
        "price": order.price.amount,
        "currency": order.price.currency,
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
        orders, employees = tables.orders, tables.order_employees
        self.orders: AggregateStatements[Order] = AggregateStatements(
            kind="order",
            table=orders,
            get=select(*order_columns(tables), assigned_ids(employees, "order_id", orders)).where(
                live(orders), orders.c.id == KEY
            ),
            value=_order_of,
            row=_row_of,
            links=(
                Links(table=employees, owner="order_id", other="employee_id", ids=lambda order: order.employee_ids),
                Links(
                    table=tables.order_tags,
                    owner="order_id",
                    other="tag_id",
                    ids=lambda order: [tag.id for tag in order.tags],
                ),
            ),
        )
        self.taken_numbers: Select[Any] = select(orders.c.number).where(
            own(orders), orders.c.number.in_(bindparam("numbers", expanding=True))
        )


class SqlOrders:
    """The organisation's orders."""

    def __init__(self, transaction: Transaction, statements: OrderStatements) -> None:
        self._transaction = transaction
        self._statements = statements
        self._orders = Aggregates(transaction, statements.orders)

    def get(self, order_id: OrderId) -> Order:
        """Return a live order; see ``ports.orders.Orders``."""
        return self._orders.get(order_id)

    def add(self, change: Change[Order]) -> Order:
        """Store a new order; see ``ports.orders.Orders``."""
        return self._orders.add(change)

    def save(self, change: Change[Order]) -> Order:
        """Store a changed order; see ``ports.orders.Orders``."""
        return self._orders.save(change)

    def taken_numbers(self, numbers: Sequence[str]) -> frozenset[str]:
        """Return those of the numbers that orders have; see ``ports.orders.Orders``."""
        return frozenset(self._transaction.read(self._statements.taken_numbers, numbers=list(numbers)).scalars())
