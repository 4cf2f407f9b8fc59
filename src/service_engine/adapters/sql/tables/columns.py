"""The few forms that every column, key and index here takes. Each constraint is named, so that it can be found again.

Rules: primary key ``(org_id, id)``, the organisation first; every foreign key is composite and contains ``org_id``;
uniqueness only with ``org_id``; ON DELETE is RESTRICT or CASCADE; server defaults are constants.

Source: design section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.schema import SchemaItem, conv
from sqlalchemy.types import TypeEngine

from service_engine.adapters.sql.types import FLAG, ID, INSTANT, JSON_TEXT, MONEY, SMALL, WHOLE, line

__all__ = [
    "Schema",
    "amount",
    "currency",
    "flag",
    "id_column",
    "instant",
    "json_object",
    "optional",
    "required",
    "small",
    "stamps",
    "version",
    "whole",
]


def required(name: str, kind: TypeEngine[Any], default: str | None = None) -> Column[Any]:
    """Return a column that is never null; the default, if any, is a constant of the server."""
    return Column(name, kind, nullable=False, server_default=None if default is None else sql(default))


def optional(name: str, kind: TypeEngine[Any]) -> Column[Any]:
    """Return a column that may be null."""
    return Column(name, kind, nullable=True)


def id_column(name: str, *, null: bool = False) -> Column[Any]:
    """Return a column for an id."""
    return Column(name, ID, nullable=null)


def instant(name: str, *, null: bool = True) -> Column[Any]:
    """Return a column for a point in time."""
    return Column(name, INSTANT, nullable=null)


def stamps() -> tuple[Column[Any], Column[Any]]:
    """Return the columns for when a row was made and when it last changed; the application fills them."""
    return instant("created_at", null=False), instant("updated_at", null=False)


def version() -> Column[Any]:
    """Return the column that counts how often an aggregate was stored."""
    return required("version", WHOLE, "1")


def flag(name: str, *, default: bool = False) -> Column[Any]:
    """Return a column for yes or no."""
    return required(name, FLAG, "true" if default else "false")


def small(name: str, default: int = 0) -> Column[Any]:
    """Return a column for a level or a status."""
    return required(name, SMALL, str(default))


def whole(name: str, default: int = 0) -> Column[Any]:
    """Return a column for a number of things."""
    return required(name, WHOLE, str(default))


def amount(name: str, *, null: bool = False) -> Column[Any]:
    """Return a column for an amount in thousandths of the currency's unit."""
    return optional(name, MONEY) if null else required(name, MONEY, "0")


def currency(name: str = "currency") -> Column[Any]:
    """Return a column for the currency of the row's amounts."""
    return required(name, line(3), "'USD'")


def json_object(name: str) -> Column[Any]:
    """Return a column for a free JSON object."""
    return required(name, JSON_TEXT, "'{}'")


@frozen
class Schema:
    """Where the tables go, and under which names.

    Args:
        metadata: The host's, or one of our own.
        prefix: Stands before every name.
        schema: The database schema; None for the connection's own.
    """

    metadata: MetaData
    prefix: str
    schema: str | None

    def table(self, name: str, *items: SchemaItem, **options: Any) -> Table:
        """Add a table whose columns and constraints are these; ``org_id`` and the primary key are among them."""
        return Table(f"{self.prefix}{name}", self.metadata, *items, schema=self.schema, **options)

    def root(self, name: str, *items: SchemaItem) -> Table:
        """Add a table of things with an id that refer to nothing which already proves the organisation's existence."""
        return self.entity(name, *items, self.organization(name))

    def entity(self, name: str, *items: SchemaItem) -> Table:
        """Add a table of things with an id."""
        return self.table(name, id_column("org_id"), id_column("id"), *items, self.primary(name, "org_id", "id"))

    def junction(self, name: str, left: str, right: str, *items: SchemaItem) -> Table:
        """Add a table that links two things of one organisation, in the order of ``position``.

        Args:
            name: The table's.
            left: The column for the side that owns the links; deleting it deletes them.
            right: The column for the other side.
            items: The foreign keys.
        """
        keys = (id_column("org_id"), id_column(left), id_column(right))
        primary = self.primary(name, "org_id", left, right)
        # On SQLite the rows live in the primary key itself: one look-up instead of two.
        table = self.table(name, *keys, whole("position"), *items, primary, sqlite_with_rowid=False)
        self.index(right, table, right)
        return table

    def primary(self, table: str, *columns: str) -> PrimaryKeyConstraint:
        """Return the primary key of a table."""
        return PrimaryKeyConstraint(*columns, name=self._named(table, "pkey"))

    def organization(self, table: str) -> ForeignKeyConstraint:
        """Return the foreign key to the organisation."""
        return ForeignKeyConstraint(
            ["org_id"], [self._at("organizations", "id")], self._named(table, "org_id_fkey"), ondelete="RESTRICT"
        )

    def reference(self, table: str, column: str, target: str, *, owned: bool = False) -> ForeignKeyConstraint:
        """Return a foreign key to a thing of the same organisation.

        Args:
            table: Where it stands.
            column: Which holds the id.
            target: The table that is referred to.
            owned: Whether the row goes when its target goes.
        """
        return ForeignKeyConstraint(
            ["org_id", column],
            [self._at(target, "org_id"), self._at(target, "id")],
            self._named(table, f"{column}_fkey"),
            ondelete="CASCADE" if owned else "RESTRICT",
        )

    def unique(self, table: str, *columns: str, name: str) -> UniqueConstraint:
        """Return a uniqueness constraint."""
        return UniqueConstraint(*columns, name=self._named(table, f"{name}_key"))

    def check(self, table: str, condition: str, *, name: str) -> CheckConstraint:
        """Return a check."""
        return CheckConstraint(condition, name=self._named(table, f"{name}_check"))

    def statuses(self, table: str, values: Sequence[int]) -> CheckConstraint:
        """Return the check of a status."""
        return self.check(table, f"status IN ({', '.join(map(str, values))})", name="status")

    def index(
        self,
        name: str,
        table: Table,
        *columns: str | ColumnElement[Any],
        where: str | None = None,
        unique: bool = False,
    ) -> None:
        """Add an index to a table.

        Args:
            name: What it is for.
            table: What it is on.
            columns: ``org_id`` stands before them.
            where: The condition of a partial index.
            unique: Whether no two rows may have the same.
        """
        condition = None if where is None else sql(where)
        keys = (each if isinstance(each, ColumnElement) else table.c[each] for each in ("org_id", *columns))
        name = conv(f"{table.name}_{name}_idx")
        Index(name, *keys, unique=unique, postgresql_where=condition, sqlite_where=condition)

    def references(self, table: Table, *columns: str) -> None:
        """Add the indexes by which things are found that refer to something, which may be null."""
        for column in columns:
            self.index(column, table, column, where=f"{column} IS NOT NULL")

    def newest_first(self, name: str, table: Table, *columns: str, where: str | None = "deleted_at IS NULL") -> None:
        """Add the index of a list: the columns of its filter, then newest first, equally new ones by id."""
        self.index(name, table, *columns, table.c.created_at.desc(), table.c.id.desc(), where=where)

    def _named(self, table: str, ending: str) -> conv:
        return conv(f"{self.prefix}{table}_{ending}")

    def _at(self, table: str, column: str) -> str:
        path = f"{self.prefix}{table}.{column}"
        return path if self.schema is None else f"{self.schema}.{path}"
