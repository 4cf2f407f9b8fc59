"""Organisations and their roles, and the counters from which an organisation's own numbers come."""

from __future__ import annotations

import attrs
from sqlalchemy import BigInteger, Table

from service_engine.adapters.sql.tables.columns import Schema, flag, id_column, required, small, stamps, version
from service_engine.adapters.sql.types import line
from service_engine.domain.access import Levels, Settings

__all__ = ["LEVELS", "SETTINGS", "tables"]

LEVELS = tuple(each.name for each in attrs.fields(Levels))
SETTINGS = tuple(f"settings_{each.name}" for each in attrs.fields(Settings))


def tables(its: Schema) -> dict[str, Table]:
    """Add the tables of this module."""
    return {"organizations": _organizations(its), "roles": _roles(its), "counters": _counters(its)}


def _organizations(its: Schema) -> Table:
    name = "organizations"
    return its.table(
        name,
        id_column("id"),
        required("name", line()),
        required("slug", line(100)),
        *stamps(),
        version(),
        its.primary(name, "id"),
        its.unique(name, "slug", name="slug"),
    )


def _roles(its: Schema) -> Table:
    name = "roles"
    return its.root(
        name,
        required("name", line()),
        *(small(level) for level in LEVELS),
        *(flag(setting) for setting in SETTINGS),
        *stamps(),
        version(),
        *(its.check(name, f"{level} BETWEEN 0 AND 3", name=level) for level in LEVELS),
    )


def _counters(its: Schema) -> Table:
    name = "counters"
    return its.table(
        name,
        id_column("org_id"),
        required("name", line(50)),
        required("value", BigInteger(), "0"),
        its.primary(name, "org_id", "name"),
        its.organization(name),
    )
