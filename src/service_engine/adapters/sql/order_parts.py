"""What belongs to an order, its tasks and messages: hidden with it, and listed in slices.

Source: contract section 2.4; part A "Rules" (a deleted order hides them).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import CTE, FromClause, Select, Table, select

from service_engine.adapters.sql.scope import KEY, LIMIT, OFFSET, chosen_first, live, own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import OrderId
from service_engine.errors import NotFoundError
from service_engine.ports.lists import SliceRequest

__all__ = ["SliceStatements", "of_live_order"]


def of_live_order(tables: Tables, source: FromClause, parts: FromClause) -> FromClause:
    """Join the live order of each row of ``parts`` to a source that has those rows in it."""
    orders = tables.orders
    return source.join(orders, live(orders) & (orders.c.id == parts.c.order_id))


class SliceStatements:
    """The statements of a list of what belongs to an order.

    Args:
        tables: Where it is stored.
        listed: The table whose rows are listed.
        by: The columns that they are sorted by; the last one is the id.
        details: Makes the query for everything that is shown from the part with the slice's rows. The columns that
            they are sorted by are added behind its own.
    """

    def __init__(
        self, tables: Tables, *, listed: Table, by: Sequence[str], details: Callable[[CTE], Select[Any]]
    ) -> None:
        orders = tables.orders
        self._order = select(orders.c.id).where(live(orders), orders.c.id == KEY)
        ids = (
            select(*(listed.c[name] for name in by))
            .select_from(of_live_order(tables, listed, listed))
            .where(own(listed), listed.c.order_id == KEY)
            .order_by(*(listed.c[name] for name in by))
            .limit(LIMIT)
            .offset(OFFSET)
        )
        chosen = chosen_first(ids, "slice")
        self._rows = details(chosen).add_columns(*(chosen.c[name] for name in by))
        self._rank = slice(-len(by), None)

    def read(self, transaction: Transaction, order_id: OrderId, page: SliceRequest) -> tuple[Sequence[AnyRow], bool]:
        """Return the rows of a slice, and whether others come after them: in one statement, or two if there are none.

        Raises:
            TypeError: It is no id.
            NotFoundError: There is no such order.
        """
        require_id("order", order_id)
        rows = transaction.read(self._rows, key=order_id, limit=page.size + 1, offset=page.offset).all()
        if not rows and transaction.read(self._order, key=order_id).first() is None:
            raise NotFoundError("order", order_id)
        # The index chose the rows in order; the joins may have shuffled them, as in ``lists``.
        ordered = sorted(rows, key=lambda row: row[self._rank])
        return ordered[: page.size], len(rows) > page.size
