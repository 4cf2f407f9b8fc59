"""The catalogue: services, their folders, who delivers them, and coupons."""

from __future__ import annotations

from sqlalchemy import SmallInteger, Table

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

__all__ = ["tables"]

_PERIOD_UNITS = "('D', 'W', 'M', 'Y')"


def tables(its: Schema) -> dict[str, Table]:
    """Add the tables of this module."""
    return {
        "service_folders": _service_folders(its),
        "services": _services(its),
        "service_employees": _service_employees(its),
        "coupons": _coupons(its),
    }


def _service_folders(its: Schema) -> Table:
    return its.root("service_folders", required("name", line()), whole("sort_order"), *stamps(), version())


def _services(its: Schema) -> Table:
    name = "services"
    table = its.root(
        name,
        required("name", line()),
        optional("description", text()),
        optional("image", line(500)),
        small("recurring"),
        amount("price", null=True),
        currency(),
        amount("first_price", null=True),
        optional("first_period_length", WHOLE),
        optional("first_period_unit", line(1)),
        amount("recurring_price", null=True),
        optional("recurring_period_length", WHOLE),
        optional("recurring_period_unit", line(1)),
        optional("recurring_action", SmallInteger()),
        optional("deadline", WHOLE),
        flag("public", default=True),
        whole("sort_order"),
        flag("multi_order", default=True),
        flag("request_orders"),
        optional("max_active_requests", WHOLE),
        flag("group_quantities"),
        id_column("folder_id", null=True),
        json_object("metadata"),
        *(optional(each, line()) for each in ("braintree_plan_id", "hoth_product_key", "hoth_package_name")),
        *(optional(each, WHOLE) for each in ("provider_id", "provider_service_id")),
        *stamps(),
        instant("deleted_at"),
        version(),
        its.reference(name, "folder_id", "service_folders"),
        its.check(name, f"first_period_unit IN {_PERIOD_UNITS}", name="first_period_unit"),
        its.check(name, f"recurring_period_unit IN {_PERIOD_UNITS}", name="recurring_period_unit"),
    )
    its.newest_first("newest", table)
    its.newest_first("public", table, "public")
    its.newest_first("folder_id", table, "folder_id", where="folder_id IS NOT NULL")
    return table


def _service_employees(its: Schema) -> Table:
    name = "service_employees"
    return its.junction(
        name,
        "service_id",
        "employee_id",
        its.reference(name, "service_id", "services", owned=True),
        its.reference(name, "employee_id", "users"),
    )


def _coupons(its: Schema) -> Table:
    name = "coupons"
    table = its.root(
        name,
        required("code", line(100)),
        required("type", line(50)),
        optional("description", text()),
        required("discounts", JSON_TEXT, "'[]'"),
        instant("date_expires"),
        *(flag(each) for each in ("new_customers", "single_use", "single_quantity", "duration")),
        optional("usage_limit", WHOLE),
        amount("min_cart_amount", null=True),
        whole("used_count"),
        optional("affiliate", JSON_TEXT),
        *stamps(),
        instant("deleted_at"),
        version(),
        its.unique(name, "org_id", "code", name="code"),
    )
    its.newest_first("newest", table)
    return table
