"""People, clients and employees alike, with their addresses and API tokens."""

from __future__ import annotations

from sqlalchemy import BigInteger, Table

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
)
from service_engine.adapters.sql.types import line, text

__all__ = ["tables"]


def tables(its: Schema) -> dict[str, Table]:
    """Add the tables of this module."""
    return {"addresses": _addresses(its), "users": _users(its), "api_tokens": _api_tokens(its)}


def _addresses(its: Schema) -> Table:
    return its.root(
        "addresses",
        *(optional(name, line()) for name in ("line_1", "line_2", "city", "state")),
        optional("country", line(10)),
        optional("postcode", line(50)),
        optional("first_name", line()),
        optional("last_name", line()),
        optional("tax_id", line(100)),
        optional("company_name", line()),
        optional("company_vat", line(100)),
        *stamps(),
    )


def _users(its: Schema) -> Table:
    name = "users"
    table = its.entity(
        name,
        required("email", line()),
        optional("password_hash", line()),
        required("first_name", line()),
        required("last_name", line()),
        optional("company", line()),
        optional("phone", line(50)),
        optional("tax_id", line(100)),
        id_column("address_id", null=True),
        optional("note", text()),
        id_column("role_id"),
        small("status", 1),
        amount("balance"),
        currency("balance_currency"),
        optional("optin", line(50)),
        optional("stripe_id", line()),
        json_object("custom_fields"),
        optional("affiliate_id", BigInteger()),
        optional("affiliate_link", line()),
        optional("google_id", line()),
        id_column("employee_id", null=True),
        flag("two_factor_enabled"),
        *stamps(),
        instant("deleted_at"),
        version(),
        its.reference(name, "role_id", "roles"),
        its.reference(name, "address_id", "addresses"),
        its.reference(name, "employee_id", "users"),
        its.unique(name, "org_id", "affiliate_id", name="affiliate_id"),
        its.unique(name, "org_id", "affiliate_link", name="affiliate_link"),
        its.check(name, "status >= 0", name="status"),
    )
    # The stored e-mail is the normalised one, so that equality is what uniqueness means.
    its.index("email", table, "email", where="deleted_at IS NULL", unique=True)
    its.newest_first("newest", table)
    its.newest_first("status", table, "status")
    its.index("role_id", table, "role_id")
    its.references(table, "address_id")
    its.references(table, "employee_id")
    return table


def _api_tokens(its: Schema) -> Table:
    name = "api_tokens"
    table = its.entity(
        name,
        id_column("employee_id"),
        required("token_hash", line(64)),
        required("name", line()),
        instant("created_at", null=False),
        instant("expires_at"),
        instant("last_used_at"),
        its.reference(name, "employee_id", "users", owned=True),
        # A directory table: the hash alone finds the organisation.
        its.unique(name, "token_hash", name="token_hash"),
    )
    its.index("employee_id", table, "employee_id")
    return table
