"""The statements of the original's shape: each fetches one thing, whole rows, by the organisation and an id.

They go to both databases as they are, except for the JSON of an invoice's items, which PostgREST made for the original.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection, CursorResult, Table, TextClause, bindparam, text

from bench.contenders import Given
from service_engine.adapters.sql.tables import own_tables

__all__ = ["ADDRESS", "PERSON", "PERSON_JOINS", "ROLE", "USER", "Asking", "Links", "insert", "lines_of", "statement"]

USER: Final = "user__"
ROLE: Final = "role__"
ADDRESS: Final = "address__"
"""What stands before the names of columns that belong to something that was joined."""

_JSON: Final[Mapping[str, tuple[str, str]]] = {
    "sqlite": ("json_group_array", "json_object"),
    "postgresql": ("json_agg", "json_build_object"),
}


class Asking:
    """A connection in a transaction, and the organisation that everything is asked about.

    Args:
        connection: The connection.
        given: What the operation is done with.
    """

    def __init__(self, connection: Connection, given: Given) -> None:
        self._connection = connection
        self.dialect = connection.dialect.name
        self.given = given
        self._org_id = self.stored(given.org_id)

    def all(self, query: TextClause, **values: Any) -> list[dict[str, Any]]:
        """Return the rows that a query finds."""
        return [dict(row) for row in self.run(query, **values).mappings()]

    def one(self, query: TextClause, **values: Any) -> dict[str, Any]:
        """Return the one row that a query finds."""
        return dict(self.run(query, **values).mappings().one())

    def run(self, query: TextClause, **values: Any) -> CursorResult[Any]:
        """Execute a statement, with the organisation."""
        return self._connection.execute(query, {"org_id": self._org_id, **values})

    def run_all(self, query: TextClause, rows: list[dict[str, Any]]) -> None:
        """Execute a statement for several rows at once."""
        self._connection.execute(query, [{"org_id": self._org_id, **row} for row in rows])

    def stored(self, value: Any) -> Any:
        """Return an id or an instant as the database has it."""
        if self.dialect != "sqlite":
            return value
        if isinstance(value, UUID):
            return value.hex
        return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def statement(sql: str) -> TextClause:
    """Return a statement; ``:ids``, if it is in there, takes several."""
    found = text(sql)
    return found.bindparams(bindparam("ids", expanding=True)) if ":ids" in sql else found


def insert(table: str, columns: str) -> TextClause:
    """Return the statement that adds a row with an organisation and these columns."""
    names = columns.split()
    values = ", ".join(f":{name}" for name in names)
    return statement(f"INSERT INTO {table} (org_id, {', '.join(names)}) VALUES (:org_id, {values})")  # noqa: S608


@frozen(kw_only=True)
class Links:
    """The statements on one junction.

    Args:
        find: What something is linked to, in order.
        clear: Remove all.
        add: Add one.
    """

    find: TextClause
    clear: TextClause
    add: TextClause

    @classmethod
    def of(cls, table: str, owner: str, other: str) -> Links:
        """Make them for a table."""
        its = f"FROM {table} WHERE org_id = :org_id AND {owner} = :id"
        return cls(
            find=statement(f"SELECT {other} {its} ORDER BY position"),
            clear=statement(f"DELETE {its}"),
            add=insert(table, f"{owner} {other} position"),
        )


def _whole(table: Table, alias: str, prefix: str) -> str:
    return ", ".join(f"{alias}.{column.name} AS {prefix}{column.name}" for column in table.c)


_TABLES: Final = own_tables()
PERSON: Final = ", ".join(
    (_whole(_TABLES.users, "u", USER), _whole(_TABLES.roles, "r", ROLE), _whole(_TABLES.addresses, "a", ADDRESS))
)
"""The columns of a client with role and address."""
PERSON_JOINS: Final = (
    "JOIN roles AS r ON r.org_id = u.org_id AND r.id = u.role_id "
    "LEFT JOIN addresses AS a ON a.org_id = u.org_id AND a.id = u.address_id"
)
"""What joins role and address to a client, ``u``."""


def lines_of(dialect: str) -> str:
    """Return the column ``items`` of an invoice, ``i``: its lines as JSON."""
    array, make = _JSON[dialect]
    pairs = ", ".join(f"'{column.name}', l.{column.name}" for column in _TABLES.invoice_items.c)
    return (
        f"(SELECT {array}({make}({pairs})) FROM invoice_items AS l"  # noqa: S608
        " WHERE l.org_id = :org_id AND l.invoice_id = i.id) AS items"
    )
