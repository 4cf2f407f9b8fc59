"""Tags: one set for an organisation, shared by orders and tickets."""

from __future__ import annotations

from sqlalchemy import Table

from service_engine.adapters.sql.tables.columns import Schema, required, stamps
from service_engine.adapters.sql.types import line

__all__ = ["tables"]


def tables(its: Schema) -> dict[str, Table]:
    """Add the table of this module."""
    unique = its.unique("tags", "org_id", "name", name="name")
    return {"tags": its.root("tags", required("name", line()), *stamps(), unique)}
