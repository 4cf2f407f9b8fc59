"""The rules that every table keeps, read from the schema itself, and that the database holds to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import (
    Connection,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    insert,
)
from sqlalchemy.exc import DBAPIError

from service_engine.adapters.sql import SqlStore, Tables, build_tables
from service_engine.adapters.sql.failures import is_collision
from service_engine.adapters.sql.types import UtcDateTime

TABLES = build_tables(MetaData())
NOW = datetime(2026, 2, 7, tzinfo=UTC)
DIRECTORY_TABLES = {"organizations", "api_tokens"}
LINKS = [
    (table.name, name)
    for table in TABLES.all()
    for name in sorted(str(key.name) for key in table.foreign_key_constraints if len(key.columns) > 1)
]


@pytest.mark.parametrize("table", TABLES.all(), ids=lambda table: table.name)
class TestEveryTable:
    """Whatever is added later has to keep the rules too."""

    def test_its_primary_key_begins_with_the_organization(self, table: Table) -> None:
        """(org_id, id), or org_id and what is linked; the organisation itself is its id."""
        names = [column.name for column in table.primary_key]
        assert names == ["id"] if table.name == "organizations" else names[0] == "org_id"

    def test_its_references_stay_in_the_organization(self, table: Table) -> None:
        """Every foreign key contains org_id, on both sides, and neither nulls nor does nothing on deletion."""
        for key in table.foreign_key_constraints:
            pairs = [(element.parent.name, element.column.name) for element in key.elements]
            assert ("org_id", "id" if key.referred_table.name == "organizations" else "org_id") in pairs
            assert key.ondelete in {"RESTRICT", "CASCADE"}

    def test_its_organization_exists(self, table: Table) -> None:
        """A key that is never null leads, step by step, to the organisation."""
        seen, waiting = set(), [table]
        while waiting:
            seen.add(each := waiting.pop())
            sure = (key for key in each.foreign_key_constraints if not any(column.nullable for column in key.columns))
            waiting += [key.referred_table for key in sure if key.referred_table not in seen]
        assert "organizations" in {each.name for each in seen}

    def test_its_uniqueness_is_within_the_organization(self, table: Table) -> None:
        """Only the directory tables know a key that is unique among all."""
        unique = [set(each.columns.keys()) for each in table.constraints if isinstance(each, UniqueConstraint)]
        unique += [set(index.columns.keys()) for index in table.indexes if index.unique]
        for names in unique:
            assert "org_id" in names or (table.name in DIRECTORY_TABLES and names <= {"slug", "token_hash"})

    def test_its_references_can_be_followed_backwards(self, table: Table) -> None:
        """Every foreign key has an index that begins with its columns, so that a deletion need not read the table."""
        indexes = [[c.name for c in table.primary_key], *([*index.columns.keys()] for index in table.indexes)]
        for key in table.foreign_key_constraints:
            names = set(key.columns.keys())
            assert any(set(index[: len(names)]) == names for index in indexes), key.name

    def test_its_names_carry_the_prefix(self, table: Table) -> None:
        """Two sets of tables fit into one schema, and no name is too long for PostgreSQL."""
        prefix = "abcdefghijklmnopqrst"
        prefixed: Table = getattr(build_tables(MetaData(), prefix=prefix), table.name)
        names = [prefixed.name, *(str(each.name) for each in prefixed.constraints)]
        names += [str(each.name) for each in prefixed.indexes]
        assert all(name.startswith(prefix) and len(name) <= 63 for name in names)


def test_every_status_is_checked() -> None:
    """No table has a status that may be any number."""
    checked = {
        table.name for table in TABLES.all() for each in table.constraints if str(each.name).endswith("_status_check")
    }
    assert checked == {table.name for table in TABLES.all() if "status" in table.c}


@pytest.mark.parametrize("prefix", ["Desk_", "1st_", "a-b_", "abcdefghijklmnopqrstu", 'x"; --'])
def test_a_prefix_is_a_plain_word(prefix: str) -> None:
    """What stands before a name needs no quoting."""
    with pytest.raises(ValueError, match="prefix"):
        build_tables(MetaData(), prefix=prefix)


class Row:
    """Makes rows that fit, of two organisations."""

    def __init__(self, tables: Tables, connection: Connection) -> None:
        self.tables = tables
        self.connection = connection
        self.organizations = (uuid4(), uuid4())
        self.made: dict[tuple[UUID, str], dict[str, Any]] = {}
        for org_id in self.organizations:
            for table in tables.all():
                values = self.values(table, org_id)
                connection.execute(insert(table), values)
                self.made[org_id, table.name] = values

    def values(self, table: Table, org_id: UUID) -> dict[str, Any]:
        """Return values for every column that needs one, and for every reference."""
        values = {
            column.name: self._value(column.type)
            for column in table.columns
            if not column.nullable and column.server_default is None
        }
        for key in table.foreign_key_constraints:
            found = self.made.get((org_id, key.referred_table.name))
            for element in key.elements:
                if found is not None and element.parent.name != "org_id":
                    values[element.parent.name] = found[element.column.name]
        name = "id" if table.name == "organizations" else "org_id"
        return {**values, name: org_id}

    def _value(self, kind: Any) -> Any:
        if isinstance(kind, Uuid):
            return uuid4()
        if isinstance(kind, UtcDateTime):
            return NOW
        if isinstance(kind, Integer):
            return 0
        assert isinstance(kind, String)
        return uuid4().hex[: min(kind.length or 32, 32)]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def rows(request: pytest.FixtureRequest) -> Iterator[Row]:
    """Give a row of every table for each of two organisations."""
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path_factory').mktemp('rows')}/rows.db"
        yield from _rows(url)
        return
    from service_engine.testing.postgres import new_database

    with new_database(request.getfixturevalue("postgres_url")) as url:
        yield from _rows(url)


def _rows(url: str) -> Iterator[Row]:
    store = SqlStore.from_url(url)
    store.tables.metadata.create_all(store.engine)
    with store.engine.connect() as connection:
        made = Row(store.tables, connection)
        connection.commit()
        yield made
        connection.rollback()
    store.close()


@pytest.mark.parametrize(("table_name", "key_name"), LINKS)
def test_the_database_refuses_a_link_between_organizations(rows: Row, table_name: str, key_name: str) -> None:
    """Raw SQL cannot do it either: the same row is taken with the organisation's own thing, and not with another's."""
    table: Table = getattr(rows.tables, table_name)
    (key,) = (each for each in table.foreign_key_constraints if each.name == key_name)
    (column,) = (element.parent.name for element in key.elements if element.parent.name != "org_id")
    ours, theirs = rows.organizations
    foreign = rows.made[theirs, key.referred_table.name]["id"]
    try:
        rows.connection.execute(insert(table), _fresh(rows, table, ours))
    finally:
        rows.connection.rollback()
    try:
        with pytest.raises(DBAPIError) as refusal:
            rows.connection.execute(insert(table), _fresh(rows, table, ours) | {column: foreign})
        assert is_collision(refusal.value)
        assert "foreign key" in str(refusal.value.orig).lower()
    finally:
        rows.connection.rollback()


def _fresh(rows: Row, table: Table, org_id: UUID) -> dict[str, Any]:
    values = rows.values(table, org_id)
    for column in _taken(table):
        owner = next(key.referred_table for key in _keys_of(table, column))
        made = rows.values(owner, org_id)
        rows.connection.execute(insert(owner), made)
        values[column] = made["id"]
    return values


def _taken(table: Table) -> list[str]:
    """Return what no two rows may refer to: one side of a junction's key, and what has a unique index by itself."""
    if "id" not in table.c:
        (left, _) = (column.name for column in table.primary_key if column.name != "org_id")
        return [left]
    alone = [index.columns.keys()[1] for index in table.indexes if index.unique and len(index.columns) == 2]
    return [column for column in alone if any(_keys_of(table, column))]


def _keys_of(table: Table, column: str) -> Iterator[ForeignKeyConstraint]:
    return (key for key in table.foreign_key_constraints if column in key.columns)
