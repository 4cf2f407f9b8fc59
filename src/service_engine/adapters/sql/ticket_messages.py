"""Messages on tickets in SQL."""

from __future__ import annotations

from uuid import UUID

import orjson
from sqlalchemy import FromClause, Insert, ScalarSelect, Table, insert, select

from service_engine.adapters.sql.dialects import as_text, json_rows
from service_engine.adapters.sql.messages import message_row
from service_engine.adapters.sql.scope import own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Transaction
from service_engine.adapters.sql.types import instant_of, uuid_of
from service_engine.domain.change import Change
from service_engine.domain.ids import TicketId, TicketMessageId, UserId
from service_engine.domain.ticket_messages import TicketMessage

__all__ = ["SqlTicketMessages", "TicketMessageStatements", "messages_of", "written_on"]


class TicketMessageStatements:
    """What is asked of messages on tickets, built once."""

    def __init__(self, tables: Tables) -> None:
        self.table: Table = tables.ticket_messages
        self.add: Insert = insert(tables.ticket_messages)


class SqlTicketMessages:
    """The messages on the organisation's tickets."""

    def __init__(self, transaction: Transaction, statements: TicketMessageStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def add(self, change: Change[TicketMessage]) -> TicketMessage:
        """Store a new message; see ``ports.tickets.TicketMessages``."""
        message = change.state
        row = {"id": message.id, "ticket_id": message.ticket_id, **message_row(message)}
        self._transaction.insert(self._statements.table, self._statements.add, "ticket_message", row)
        self._transaction.note(change.events)
        return message


def written_on(tickets: FromClause, tables: Tables) -> ScalarSelect[str]:
    """Return the messages on each ticket, as one text for ``messages_of``."""
    messages = tables.ticket_messages
    its = messages.c
    return (
        select(json_rows(its.id, its.author_id, its.text, its.staff_only, as_text(its.files), its.created_at))
        .where(own(messages), its.ticket_id == tickets.c.id)
        .correlate(tickets)
        .scalar_subquery()
    )


def messages_of(stored: str | None, ticket_id: TicketId) -> tuple[TicketMessage, ...]:
    """Return the messages of one text, oldest first, equally old ones by id."""
    if not stored or stored == "[]":
        return ()
    messages = [
        TicketMessage(
            id=TicketMessageId(UUID(id_)),
            ticket_id=ticket_id,
            author_id=None if author_id is None else UserId(uuid_of(author_id)),
            text=text,
            staff_only=bool(staff_only),
            files=tuple(orjson.loads(files)),
            created_at=instant_of(created_at),
        )
        for id_, author_id, text, staff_only, files, created_at in orjson.loads(stored)
    ]
    return tuple(sorted(messages, key=lambda message: (message.created_at, message.id)))
