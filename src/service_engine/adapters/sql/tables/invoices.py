"""Invoices, their items, the payments on them, and the subscriptions that a paid one may start."""

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
from service_engine.adapters.sql.types import JSON_TEXT, SMALL, WHOLE, line, text
from service_engine.domain.invoice_status import InvoiceStatus
from service_engine.domain.payments import PaymentStatus

__all__ = ["item_tables", "tables"]

_SUBSCRIPTION_STATUSES = (0, 1, 2, 3, 4)


def tables(its: Schema) -> dict[str, Table]:
    """Add the tables of this module that orders refer to."""
    return {"invoices": _invoices(its), "payments": _payments(its), "subscriptions": _subscriptions(its)}


def item_tables(its: Schema) -> dict[str, Table]:
    """Add the table of this module that refers to orders."""
    return {"invoice_items": _invoice_items(its)}


def _invoices(its: Schema) -> Table:
    name = "invoices"
    table = its.entity(
        name,
        required("number", line(50)),
        optional("number_prefix", line(20)),
        id_column("client_id"),
        id_column("employee_id", null=True),
        id_column("coupon_id", null=True),
        optional("billing_address", JSON_TEXT),
        small("status"),
        currency(),
        *(amount(each) for each in ("subtotal", "tax", "credit", "total", "paid")),
        optional("tax_name", line(100)),
        optional("tax_type", SMALL),
        optional("tax_percent_thousandths", WHOLE),
        *(instant(each) for each in ("date_due", "date_paid")),
        optional("reason", line()),
        optional("note", text()),
        optional("ip_address", line(45)),
        flag("loc_confirm"),
        optional("recurring", JSON_TEXT),
        optional("paysys", line(50)),
        optional("transaction_id", line()),
        *stamps(),
        instant("deleted_at"),
        version(),
        its.reference(name, "client_id", "users"),
        its.reference(name, "employee_id", "users"),
        its.reference(name, "coupon_id", "coupons"),
        its.unique(name, "org_id", "number", name="number"),
        its.statuses(name, sorted(InvoiceStatus)),
        its.check(name, "paid BETWEEN 0 AND total", name="paid"),
    )
    its.newest_first("newest", table)
    its.newest_first("status", table, "status")
    # Deleted ones too: whether a client may be deleted depends on them.
    its.newest_first("client_id", table, "client_id", where=None)
    its.references(table, "employee_id")
    its.references(table, "coupon_id")
    return table


def _payments(its: Schema) -> Table:
    name = "payments"
    table = its.entity(
        name,
        id_column("invoice_id"),
        small("status", PaymentStatus.PENDING),
        amount("amount"),
        currency(),
        required("paysys", line(50)),
        optional("transaction_id", line()),
        optional("reason", line()),
        *stamps(),
        version(),
        its.reference(name, "invoice_id", "invoices"),
        its.statuses(name, sorted(PaymentStatus)),
        its.check(name, "amount >= 0", name="amount"),
    )
    its.index("invoice_id", table, "invoice_id", "created_at", "id")
    # Of two charges at once one is refused, before any gateway is asked.
    its.index("pending", table, "invoice_id", where=f"status = {PaymentStatus.PENDING:d}", unique=True)
    its.index("surplus", table, "created_at", "id", where=f"status = {PaymentStatus.SURPLUS:d}")
    return table


def _subscriptions(its: Schema) -> Table:
    name = "subscriptions"
    table = its.entity(
        name,
        optional("number", line(50)),
        id_column("client_id"),
        id_column("invoice_id", null=True),
        small("status", 1),
        optional("processor_id", line()),
        optional("recurring_period_length", WHOLE),
        optional("recurring_period_unit", line(1)),
        instant("current_period_end"),
        whole("payment_count"),
        *stamps(),
        version(),
        its.reference(name, "client_id", "users"),
        its.reference(name, "invoice_id", "invoices"),
        its.unique(name, "org_id", "number", name="number"),
        its.statuses(name, _SUBSCRIPTION_STATUSES),
        its.check(name, "recurring_period_unit IN ('D', 'W', 'M', 'Y')", name="recurring_period_unit"),
    )
    its.newest_first("client_id", table, "client_id", where=None)
    # Paying an invoice starts one at most.
    its.index("invoice_id", table, "invoice_id", where="invoice_id IS NOT NULL", unique=True)
    return table


def _invoice_items(its: Schema) -> Table:
    name = "invoice_items"
    table = its.entity(
        name,
        id_column("invoice_id"),
        id_column("order_id", null=True),
        id_column("service_id", null=True),
        whole("position"),
        required("name", line()),
        optional("description", text()),
        *(amount(each) for each in ("amount", "discount")),
        amount("discount2", null=True),
        amount("total"),
        whole("quantity", 1),
        json_object("options"),
        *stamps(),
        its.reference(name, "invoice_id", "invoices", owned=True),
        its.reference(name, "order_id", "orders"),
        its.reference(name, "service_id", "services"),
        its.check(name, "quantity >= 1", name="quantity"),
    )
    its.index("invoice_id", table, "invoice_id", "position", "id")
    its.references(table, "order_id")
    its.references(table, "service_id")
    return table
