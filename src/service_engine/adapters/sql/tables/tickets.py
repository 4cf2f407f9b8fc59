"""Tickets with the people, tags and messages on them."""

from __future__ import annotations

from sqlalchemy import Table

from service_engine.adapters.sql.tables.columns import (
    Schema,
    id_column,
    instant,
    json_object,
    optional,
    required,
    small,
    stamps,
    version,
)
from service_engine.adapters.sql.tables.orders import messages
from service_engine.adapters.sql.types import line, text
from service_engine.domain.tickets import TicketStatus

__all__ = ["tables"]


def tables(its: Schema) -> dict[str, Table]:
    """Add the tables of this module."""
    return {
        "tickets": _tickets(its),
        "ticket_employees": _links(its, "ticket_employees", "employee_id", "users"),
        "ticket_tags": _links(its, "ticket_tags", "tag_id", "tags"),
        "ticket_messages": messages(its, "ticket_messages", "ticket_id", "tickets"),
    }


def _tickets(its: Schema) -> Table:
    name = "tickets"
    table = its.entity(
        name,
        required("subject", line()),
        id_column("client_id"),
        id_column("order_id", null=True),
        small("status", TicketStatus.OPEN),
        optional("source", line(50)),
        optional("note", text()),
        json_object("form_data"),
        json_object("metadata"),
        *stamps(),
        instant("last_message_at"),
        instant("date_closed"),
        instant("deleted_at"),
        version(),
        its.reference(name, "client_id", "users"),
        its.reference(name, "order_id", "orders"),
        its.statuses(name, sorted(TicketStatus)),
        its.check(name, f"(status = {TicketStatus.CLOSED:d}) = (date_closed IS NOT NULL)", name="date_closed"),
    )
    its.newest_first("newest", table)
    its.newest_first("status", table, "status")
    # Deleted ones too: whether a client may be deleted depends on them.
    its.newest_first("client_id", table, "client_id", where=None)
    its.newest_first("order_id", table, "order_id", where="order_id IS NOT NULL")
    return table


def _links(its: Schema, name: str, right: str, rights: str) -> Table:
    return its.junction(
        name,
        "ticket_id",
        right,
        its.reference(name, "ticket_id", "tickets", owned=True),
        its.reference(name, right, rights),
    )
