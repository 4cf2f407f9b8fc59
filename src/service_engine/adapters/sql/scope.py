"""The organisation in every statement: each table, at its own level, says ``org_id = :org_id`` itself.

Being joined to a table that says it is not enough: a distributed PostgreSQL would ask every node.

Source: design section 5.2.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    select,
    update,
)

from service_engine.adapters.sql.types import ID

__all__ = [
    "DIRECTORY",
    "KEY",
    "KEYS",
    "LIMIT",
    "LOADED_VERSION",
    "OFFSET",
    "ORG_ID",
    "UPDATED_ORG_ID",
    "chosen_first",
    "live",
    "lock",
    "lock_through",
    "own",
    "refers",
    "save",
]

ORG_ID: Final[BindParameter[object]] = bindparam("org_id", type_=ID)
KEY: Final[BindParameter[object]] = bindparam("key", type_=ID)
KEYS: Final[BindParameter[object]] = bindparam("keys", type_=ID, expanding=True)

UPDATED_ORG_ID: Final[BindParameter[object]] = bindparam("updated_org_id", type_=ID)
"""The same in an UPDATE, where SQLAlchemy takes a parameter of a column's name for a value to set."""

LOADED_VERSION: Final[BindParameter[int]] = bindparam("loaded_version", type_=Integer())
"""The version that whoever writes has read."""

# Literals in the statement that is sent: PostgreSQL plans a bound LIMIT anew each time.
LIMIT: Final[BindParameter[int]] = bindparam("limit", type_=Integer(), literal_execute=True)
OFFSET: Final[BindParameter[int]] = bindparam("offset", type_=Integer(), literal_execute=True)

DIRECTORY: Final = {"service_engine_directory": True}
"""Marks the few statements that find an organisation, and so cannot name one."""


def own(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row is the organisation's."""
    return table.c.org_id == ORG_ID


def live(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row is the organisation's and not deleted; some rows are only removed for good."""
    return and_(table.c.org_id == ORG_ID, *_not_deleted(table))


def refers(table: FromClause, target: FromClause, column: str) -> ColumnElement[bool]:
    """Return the condition of a join from a column to the organisation's row that it names."""
    return and_(target.c.org_id == ORG_ID, target.c.id == table.c[column])


def chosen_first(ids: Select[*tuple[Any, ...]], name: str) -> CTE:
    """Return a query as the part of a statement that is run once, before what is joined to it.

    PostgreSQL would else put it into the joins and run it for every row of another table, as long as it has no
    statistics: a list of 20 orders of 60 took 129 ms instead of 24.
    """
    return ids.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def save(table: Table) -> Update:
    """Return the UPDATE of a live aggregate that still has the version that was loaded.

    What it sets is what it is executed with.
    """
    return update(table).where(
        table.c.org_id == UPDATED_ORG_ID,
        table.c.id == KEY,
        table.c.version == LOADED_VERSION,
        *_not_deleted(table),
    )


def lock(table: Table) -> Select[Any]:
    """Return the query that locks a live aggregate's row until the transaction ends, where rows can be locked."""
    return select(table.c.id).where(live(table), table.c.id == KEY).with_for_update(key_share=True)


def lock_through(part: Table, column: str, whole: Table) -> Select[Any]:
    """Return the query that locks the live aggregate that a part names in a column, as ``lock`` locks the part itself.

    Whoever changes a part changes the whole first. To lock the part, and then the whole, would be the opposite order.
    """
    named = select(part.c[column]).where(own(part), part.c.id == KEY).scalar_subquery()
    return select(whole.c.id).where(live(whole), whole.c.id == named).with_for_update(key_share=True)


def _not_deleted(table: FromClause) -> list[ColumnElement[bool]]:
    return [table.c.deleted_at.is_(None)] if "deleted_at" in table.c else []
