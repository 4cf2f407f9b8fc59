"""Orders with the people, tags, tasks and messages on them."""

from __future__ import annotations

from sqlalchemy import Table

from service_engine.adapters.sql.tables.columns import (
    Schema,
    amount,
    currency,
    flag,
    id_column,
    instant,
    json_object,
    optional,
    required,
    small,
    stamps,
    version,
    whole,
)
from service_engine.adapters.sql.types import JSON_TEXT, WHOLE, line, text
from service_engine.domain.orders import OrderStatus

__all__ = ["messages", "tables"]


def tables(its: Schema) -> dict[str, Table]:
    """Add the tables of this module."""
    return {
        "orders": _orders(its),
        "order_employees": _links(its, "order_employees", "order_id", "orders", "employee_id", "users"),
        "order_tags": _links(its, "order_tags", "order_id", "orders", "tag_id", "tags"),
        "order_tasks": _order_tasks(its),
        "order_task_employees": _links(
            its, "order_task_employees", "order_task_id", "order_tasks", "employee_id", "users"
        ),
        "order_messages": messages(its, "order_messages", "order_id", "orders"),
    }


def messages(its: Schema, name: str, owner: str, owners: str) -> Table:
    """Add a table of messages on something, read oldest first."""
    table = its.entity(
        name,
        id_column(owner),
        id_column("author_id", null=True),
        required("text", text()),
        flag("staff_only"),
        required("files", JSON_TEXT, "'[]'"),
        instant("created_at", null=False),
        its.reference(name, owner, owners, owned=True),
        its.reference(name, "author_id", "users"),
    )
    its.index("oldest", table, owner, "created_at", "id")
    its.references(table, "author_id")
    return table


def _orders(its: Schema) -> Table:
    name = "orders"
    table = its.entity(
        name,
        required("number", line(50)),
        id_column("client_id"),
        id_column("service_id", null=True),
        id_column("invoice_id", null=True),
        id_column("subscription_id", null=True),
        required("service_name", line()),
        small("status"),
        amount("price"),
        whole("quantity", 1),
        currency(),
        optional("note", text()),
        json_object("form_data"),
        json_object("metadata"),
        optional("paysys", line(50)),
        *(instant(each) for each in ("date_started", "date_completed", "date_due", "last_message_at")),
        *stamps(),
        instant("deleted_at"),
        version(),
        its.reference(name, "client_id", "users"),
        its.reference(name, "service_id", "services"),
        its.reference(name, "invoice_id", "invoices"),
        its.reference(name, "subscription_id", "subscriptions"),
        its.unique(name, "org_id", "number", name="number"),
        its.statuses(name, sorted(OrderStatus)),
        its.check(name, "quantity >= 1", name="quantity"),
    )
    its.newest_first("newest", table)
    its.newest_first("status", table, "status")
    # Deleted ones too: whether a client may be deleted depends on them.
    its.newest_first("client_id", table, "client_id", where=None)
    its.newest_first("service_id", table, "service_id", where="service_id IS NOT NULL")
    its.newest_first("invoice_id", table, "invoice_id", where="invoice_id IS NOT NULL")
    its.newest_first("subscription_id", table, "subscription_id", where="subscription_id IS NOT NULL")
    return table


def _links(its: Schema, name: str, left: str, lefts: str, right: str, rights: str) -> Table:
    return its.junction(
        name, left, right, its.reference(name, left, lefts, owned=True), its.reference(name, right, rights)
    )


def _order_tasks(its: Schema) -> Table:
    name = "order_tasks"
    table = its.entity(
        name,
        id_column("order_id"),
        required("name", line()),
        optional("description", text()),
        whole("sort_order"),
        *(flag(each) for each in ("is_public", "for_client", "is_complete")),
        id_column("completed_by", null=True),
        instant("completed_at"),
        optional("deadline", WHOLE),
        instant("due_at"),
        *stamps(),
        version(),
        its.reference(name, "order_id", "orders", owned=True),
        its.reference(name, "completed_by", "users"),
    )
    its.index("order_id", table, "order_id", "sort_order", "created_at", "id")
    its.references(table, "completed_by")
    return table
