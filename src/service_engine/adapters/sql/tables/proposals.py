"""Proposals and their items."""

from __future__ import annotations

from sqlalchemy import Table

from service_engine.adapters.sql.tables.columns import (
    Schema,
    amount,
    currency,
    id_column,
    instant,
    optional,
    required,
    small,
    stamps,
    version,
    whole,
)
from service_engine.adapters.sql.types import line, text
from service_engine.domain.proposals import ProposalStatus

__all__ = ["tables"]


def tables(its: Schema) -> dict[str, Table]:
    """Add the tables of this module."""
    return {"proposals": _proposals(its), "proposal_items": _proposal_items(its)}


def _proposals(its: Schema) -> Table:
    name = "proposals"
    table = its.root(
        name,
        required("client_email", line()),
        required("client_first_name", line(100)),
        required("client_last_name", line(100)),
        optional("client_company", line()),
        small("status"),
        amount("total"),
        currency(),
        optional("notes", text()),
        *stamps(),
        instant("sent_at"),
        instant("signed_at"),
        id_column("converted_order_id", null=True),
        instant("deleted_at"),
        version(),
        its.reference(name, "converted_order_id", "orders"),
        its.statuses(name, sorted(ProposalStatus)),
        its.check(name, f"(status = {ProposalStatus.DRAFT:d}) = (sent_at IS NULL)", name="sent_at"),
        its.check(name, f"(status = {ProposalStatus.SIGNED:d}) = (signed_at IS NOT NULL)", name="signed_at"),
    )
    its.newest_first("newest", table)
    its.newest_first("status", table, "status")
    its.newest_first("client_email", table, "client_email")
    its.references(table, "converted_order_id")
    return table


def _proposal_items(its: Schema) -> Table:
    name = "proposal_items"
    table = its.entity(
        name,
        id_column("proposal_id"),
        id_column("service_id"),
        whole("position"),
        whole("quantity", 1),
        amount("price"),
        instant("created_at", null=False),
        its.reference(name, "proposal_id", "proposals", owned=True),
        its.reference(name, "service_id", "services"),
        its.check(name, "quantity >= 1", name="quantity"),
    )
    its.index("proposal_id", table, "proposal_id", "position", "id")
    its.index("service_id", table, "service_id")
    return table
