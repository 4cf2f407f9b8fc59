"""Tickets in SQL, one at a time."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select

from service_engine.adapters.sql.aggregates import Aggregates, AggregateStatements, Links
from service_engine.adapters.sql.people import assigned_ids, employee_ids_of
from service_engine.adapters.sql.scope import KEY, live
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.tags import tagged, tags_of
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.domain.change import Change
from service_engine.domain.ids import TicketId
from service_engine.domain.tickets import Ticket, TicketStatus

__all__ = ["SqlTickets", "TicketStatements"]

_COLUMNS: Final = (
    "id",
    "client_id",
    "order_id",
    "subject",
    "status",
    "source",
    "note",
    "form_data",
    "metadata",
    "created_at",
    "updated_at",
    "last_message_at",
    "date_closed",
    "deleted_at",
    "version",
)


class TicketStatements:
    """What is asked of tickets, built once."""

    def __init__(self, tables: Tables) -> None:
        tickets, employees, tags = tables.tickets, tables.ticket_employees, tables.ticket_tags
        self.tickets: AggregateStatements[Ticket] = AggregateStatements(
            kind="ticket",
            table=tickets,
            get=select(
                *(tickets.c[name] for name in _COLUMNS),
                assigned_ids(employees, "ticket_id", tickets),
                tagged(tables, tags, "ticket_id", tickets),
            ).where(live(tickets), tickets.c.id == KEY),
            value=_ticket_of,
            row=_row_of,
            links=(
                Links(table=employees, owner="ticket_id", other="employee_id", ids=lambda ticket: ticket.employee_ids),
                Links(
                    table=tags, owner="ticket_id", other="tag_id", ids=lambda ticket: [tag.id for tag in ticket.tags]
                ),
            ),
        )


def _ticket_of(row: AnyRow) -> Ticket:
    *columns, employees, tags = row
    values = dict(zip(_COLUMNS, columns, strict=True))
    values["status"] = TicketStatus(values["status"])
    return Ticket(**values, employee_ids=employee_ids_of(employees), tags=tags_of(tags))


def _row_of(ticket: Ticket) -> dict[str, Any]:
    row = {name: getattr(ticket, name) for name in _COLUMNS}
    row["status"] = ticket.status.value
    return row


class SqlTickets:
    """The organisation's tickets."""

    def __init__(self, transaction: Transaction, statements: TicketStatements) -> None:
        self._tickets = Aggregates(transaction, statements.tickets)

    def get(self, ticket_id: TicketId) -> Ticket:
        """Return a live ticket; see ``ports.tickets.Tickets``."""
        return self._tickets.get(ticket_id)

    def add(self, change: Change[Ticket]) -> Ticket:
        """Store a new ticket; see ``ports.tickets.Tickets``."""
        return self._tickets.add(change)

    def save(self, change: Change[Ticket]) -> Ticket:
        """Store a changed ticket; see ``ports.tickets.Tickets``."""
        return self._tickets.save(change)
