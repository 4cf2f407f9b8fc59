"""Tickets as they are shown, in SQL: one statement for one, two for a page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import CTE, ColumnElement, Select, select

from service_engine.adapters.sql.lists import ListStatements, SqlListed
from service_engine.adapters.sql.orders import SUMMARY_WIDTH, summary_columns, summary_of
from service_engine.adapters.sql.people import (
    CLIENT_WIDTH,
    assigned,
    client_summary_columns,
    client_summary_of,
    employee_rows_of,
    with_client,
)
from service_engine.adapters.sql.scope import KEY, live, own, refers
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.tags import tagged
from service_engine.adapters.sql.ticket_messages import messages_of, written_on
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.domain.ids import TicketId
from service_engine.domain.tickets import TicketStatus
from service_engine.ports.tickets import TicketDetails, TicketFilter, TicketRow, TicketSort

__all__ = ["SqlTicketQueries", "TicketQueryStatements"]

_TICKET: Final = (
    "id",
    "subject",
    "client_id",
    "order_id",
    "status",
    "source",
    "note",
    "form_data",
    "metadata",
    "created_at",
    "updated_at",
    "last_message_at",
    "date_closed",
)
_TICKET_WIDTH: Final = len(_TICKET) + 2
_CLIENT_COLUMNS: Final = slice(_TICKET_WIDTH, _TICKET_WIDTH + CLIENT_WIDTH)
_SUMMARY_COLUMNS: Final = slice(_CLIENT_COLUMNS.stop, _CLIENT_COLUMNS.stop + SUMMARY_WIDTH)


class TicketQueryStatements:
    """What is asked about tickets, built once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        tickets, orders = tables.tickets, tables.orders
        linked = with_client(tables, tickets, tickets).outerjoin(
            orders, refers(tickets, orders, "order_id") & orders.c.deleted_at.is_(None)
        )
        self.get: Select[Any] = (
            select(*_columns(tables), *summary_columns(orders), written_on(tickets, tables))
            .select_from(linked)
            .where(live(tickets), tickets.c.id == KEY)
        )
        fields = {each.value for each in (*TicketFilter, *TicketSort)}
        self.list: ListStatements[TicketFilter] = ListStatements(
            source=tickets,
            conditions=(live(tickets),),
            columns={name: tickets.c[name] for name in fields},
            details=self._details,
        )

    def _details(self, page: CTE) -> Select[Any]:
        tickets = self._tables.tickets
        chosen = page.join(tickets, (tickets.c.id == page.c.id) & own(tickets))
        return select(*_columns(self._tables)).select_from(with_client(self._tables, chosen, tickets))


def _columns(tables: Tables) -> list[ColumnElement[Any]]:
    tickets = tables.tickets
    return [
        *(tickets.c[name] for name in _TICKET),
        tagged(tables, tables.ticket_tags, "ticket_id", tickets),
        assigned(tables, tables.ticket_employees, "ticket_id", tickets),
        *client_summary_columns(tables),
    ]


def _shown(row: AnyRow) -> dict[str, Any]:
    values: dict[str, Any] = dict(zip(_TICKET, row, strict=False))
    values["status"] = TicketStatus(values["status"])
    tags, employees = row[len(_TICKET) : _TICKET_WIDTH]
    values["tags"] = _tag_names(tags)
    values["employees"] = employee_rows_of(employees)
    values["client"] = client_summary_of(row[_CLIENT_COLUMNS])
    return values


def _row_of(row: AnyRow) -> TicketRow:
    return TicketRow(**_shown(row))


@lru_cache(maxsize=4096)
def _tag_names(stored: str | None) -> tuple[str, ...]:
    return () if not stored or stored == "[]" else tuple(name for _, _, name in sorted(orjson.loads(stored)))


class SqlTicketQueries(SqlListed[TicketFilter, TicketSort, TicketRow]):
    """The organisation's tickets as they are shown."""

    def __init__(self, transaction: Transaction, statements: TicketQueryStatements) -> None:
        super().__init__(transaction, statements.list, _row_of)
        self._statements = statements

    def get(self, ticket_id: TicketId) -> TicketDetails:
        """Return one live ticket with everything; see ``ports.tickets.TicketQueries``."""
        row = self._transaction.find(self._statements.get, "ticket", ticket_id)
        return TicketDetails(
            **_shown(row), order=summary_of(row[_SUMMARY_COLUMNS]), messages=messages_of(row[-1], ticket_id)
        )
