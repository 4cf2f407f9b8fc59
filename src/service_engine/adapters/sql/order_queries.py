"""Orders as they are shown, in SQL: one statement for one, two for a page."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import CTE, FromClause, Select, select

from service_engine.adapters.sql.lists import ListStatements, SqlListed
from service_engine.adapters.sql.orders import ORDER_WIDTH, order_columns, order_of
from service_engine.adapters.sql.people import (
    CLIENT_WIDTH,
    assigned,
    client_summary_columns,
    client_summary_of,
    employee_rows_of,
    ids_of,
    with_client,
)
from service_engine.adapters.sql.scope import KEY, live, own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.domain.ids import OrderId
from service_engine.ports.orders import OrderFilter, OrderRow, OrderSort

__all__ = ["OrderQueryStatements", "SqlOrderQueries"]

_CLIENT_START: Final = ORDER_WIDTH + 1
_CLIENT_COLUMNS: Final = slice(_CLIENT_START, _CLIENT_START + CLIENT_WIDTH)


class OrderQueryStatements:
    """What is asked about orders, built once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        orders = tables.orders
        self.get: Select[Any] = self._shown(orders).where(live(orders), orders.c.id == KEY)
        fields = {each.value for each in (*OrderFilter, *OrderSort)}
        self.list: ListStatements[OrderFilter] = ListStatements(
            source=orders,
            conditions=(live(orders),),
            columns={name: orders.c[name] for name in fields},
            details=self._details,
        )

    def _details(self, page: CTE) -> Select[Any]:
        orders = self._tables.orders
        return self._shown(page.join(orders, (orders.c.id == page.c.id) & own(orders)))

    def _shown(self, source: FromClause) -> Select[Any]:
        tables = self._tables
        return select(
            *order_columns(tables),
            assigned(tables, tables.order_employees, "order_id", tables.orders),
            *client_summary_columns(tables),
        ).select_from(with_client(tables, source, tables.orders))


def _row_of(row: AnyRow) -> OrderRow:
    employees = employee_rows_of(row[ORDER_WIDTH])
    return OrderRow(
        order=order_of(row[:ORDER_WIDTH], ids_of(employees)),
        client=client_summary_of(row[_CLIENT_COLUMNS]),
        employees=employees,
    )


class SqlOrderQueries(SqlListed[OrderFilter, OrderSort, OrderRow]):
    """The organisation's orders as they are shown."""

    def __init__(self, transaction: Transaction, statements: OrderQueryStatements) -> None:
        super().__init__(transaction, statements.list, _row_of)
        self._statements = statements

    def get(self, order_id: OrderId) -> OrderRow:
        """Return one live order; see ``ports.orders.OrderQueries``."""
        row = self._transaction.find(self._statements.get, "order", order_id)
        return _row_of(row)
