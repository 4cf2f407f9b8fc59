"""Tickets in SQL, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import FromClause, Insert, ScalarSelect, delete, insert, select

from service_engine.adapters.sql.dialects import json_rows
from service_engine.adapters.sql.failures import refusing_collisions
from service_engine.adapters.sql.scope import KEY, live, lock, own, refers, save
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.adapters.sql.types import uuid_of
from service_engine.domain.change import Change, next_version
from service_engine.domain.ids import EmployeeId, TagId, TicketId, UserId
from service_engine.domain.tags import Tag
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.errors import NotFoundError

__all__ = ["SqlTickets", "TicketStatements", "tagged"]

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
        self.table = tickets = tables.tickets
        links, tags = tables.ticket_employees, tables.ticket_tags
        employees = (
            select(json_rows(links.c.position, links.c.employee_id))
            .where(own(links), links.c.ticket_id == tickets.c.id)
            .correlate(tickets)
            .scalar_subquery()
        )
        columns = [tickets.c[name] for name in _COLUMNS]
        self.get = select(*columns, employees, tagged(tables, tags, "ticket_id", tickets)).where(
            live(tickets), tickets.c.id == KEY
        )
        self.lock = lock(tickets)
        self.add = insert(tickets)
        self.save = save(tickets)
        self.clear_employees = delete(links).where(own(links), links.c.ticket_id == KEY)
        self.add_employees = insert(links)
        self.clear_tags = delete(tags).where(own(tags), tags.c.ticket_id == KEY)
        self.add_tags = insert(tags)


def tagged(tables: Tables, links: FromClause, owner: str, owners: FromClause) -> ScalarSelect[str]:
    """Return the tags that are linked to each row of ``owners``, as one text of positions, ids and names."""
    tags = tables.tags
    return (
        select(json_rows(links.c.position, tags.c.id, tags.c.name))
        .select_from(links.join(tags, refers(links, tags, "tag_id")))
        .where(own(links), links.c[owner] == owners.c.id)
        .correlate(owners)
        .scalar_subquery()
    )


def _ticket_of(row: AnyRow) -> Ticket:
    (
        id_,
        client_id,
        order_id,
        subject,
        status,
        source,
        note,
        form_data,
        metadata,
        created_at,
        updated_at,
        last_message_at,
        date_closed,
        deleted_at,
        version,
        employees,
        tags,
    ) = row
    return Ticket(
        id=id_,
        client_id=client_id,
        order_id=order_id,
        subject=subject,
        status=TicketStatus(status),
        source=source,
        note=note,
        form_data=form_data,
        metadata=metadata,
        employee_ids=tuple(EmployeeId(UserId(uuid_of(each))) for _, each in sorted(orjson.loads(employees or "[]"))),
        tags=tuple(Tag(TagId(uuid_of(tag_id)), name) for _, tag_id, name in sorted(orjson.loads(tags or "[]"))),
        created_at=created_at,
        updated_at=updated_at,
        last_message_at=last_message_at,
        date_closed=date_closed,
        deleted_at=deleted_at,
        version=version,
    )


def _row_of(ticket: Ticket) -> dict[str, Any]:
    row = {name: getattr(ticket, name) for name in _COLUMNS}
    row["status"] = ticket.status.value
    return row


class SqlTickets:
    """The organisation's tickets.

    Remembers the tickets that it loaded or stored, to leave links alone that did not change.
    """

    def __init__(self, transaction: Transaction, statements: TicketStatements) -> None:
        self._transaction = transaction
        self._statements = statements
        self._known: dict[TicketId, Ticket] = {}

    def get(self, ticket_id: TicketId) -> Ticket:
        """Return a live ticket; see ``ports.tickets.Tickets``."""
        if self._transaction.contended:
            # By itself: a statement that waits for the row sees its newest version, but older links.
            self._transaction.read(self._statements.lock, key=ticket_id)
        row = self._transaction.read(self._statements.get, key=ticket_id).one_or_none()
        if row is None:
            raise NotFoundError("ticket", ticket_id)
        ticket = _ticket_of(row)
        self._transaction.saw("ticket", ticket_id, ticket.version)
        return self._remember(ticket)

    def add(self, change: Change[Ticket]) -> Ticket:
        """Store a new ticket; see ``ports.tickets.Tickets``."""
        ticket = change.state
        self._transaction.insert(self._statements.table, self._statements.add, "ticket", _row_of(ticket))
        self._add_employees(ticket)
        self._add_tags(ticket)
        self._transaction.note(change.events)
        return self._remember(ticket)

    def save(self, change: Change[Ticket]) -> Ticket:
        """Store a changed ticket; see ``ports.tickets.Tickets``."""
        ticket = change.state
        if not change.events:
            return ticket
        row = _row_of(ticket)
        del row["id"]
        # First of all, because it locks the row: whoever gets here with an older version waits, and is refused.
        self._transaction.update(
            self._statements.table, self._statements.save, "ticket", ticket.id, ticket.version, row
        )
        known = self._known.get(ticket.id)
        if known is None or known.version != ticket.version or known.employee_ids != ticket.employee_ids:
            self._transaction.write(self._statements.clear_employees, key=ticket.id)
            self._add_employees(ticket)
        if known is None or known.version != ticket.version or known.tags != ticket.tags:
            self._transaction.write(self._statements.clear_tags, key=ticket.id)
            self._add_tags(ticket)
        self._transaction.note(change.events)
        return self._remember(next_version(ticket))

    def _remember(self, ticket: Ticket) -> Ticket:
        self._known[ticket.id] = ticket
        return ticket

    def _add_employees(self, ticket: Ticket) -> None:
        self._link(ticket, self._statements.add_employees, "employee_id", ticket.employee_ids)

    def _add_tags(self, ticket: Ticket) -> None:
        self._link(ticket, self._statements.add_tags, "tag_id", [tag.id for tag in ticket.tags])

    def _link(self, ticket: Ticket, statement: Insert, column: str, ids: Sequence[UUID]) -> None:
        rows = [{"ticket_id": ticket.id, column: each, "position": position} for position, each in enumerate(ids)]
        if rows:
            with refusing_collisions("ticket", ticket.id):
                self._transaction.insert_all(statement, rows)
