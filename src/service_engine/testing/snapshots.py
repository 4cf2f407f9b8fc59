"""Everything that is in a database, so that a test can say that nothing else was written, or nothing at all.

::

    from service_engine.testing.snapshots import restore, snapshot

    before = snapshot(engine, tables)
    ...
    assert snapshot(engine, tables) == before

Source: design section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, Table, and_, bindparam, delete, insert, select, update

__all__ = ["Snapshot", "restore", "snapshot"]

Snapshot: TypeAlias = "dict[str, dict[tuple[Any, ...], dict[str, Any]]]"
"""By the name of the table and by primary key: the row."""


def snapshot(engine: Engine, tables: Iterable[Table]) -> Snapshot:
    """Read every row of these tables, in one transaction.

    Args:
        engine: Where they are. A ``ScopeAudit`` would refuse this: the rows of every organisation are read.
        tables: For ours, ``store.tables.all()``.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, create_engine
        >>> engine = create_engine("sqlite://")
        >>> numbers = Table("numbers", MetaData(), Column("id", Integer, primary_key=True))
        >>> with engine.begin() as connection:
        ...     numbers.create(connection)
        ...     inserted = connection.execute(numbers.insert(), [{"id": 1}, {"id": 2}])
        >>> snapshot(engine, [numbers])
        {'numbers': {(1,): {'id': 1}, (2,): {'id': 2}}}
    """
    with engine.begin() as connection:
        return {table.name: _rows(connection, table) for table in tables}


def restore(engine: Engine, tables: Iterable[Table], wanted: Snapshot, present: Snapshot | None = None) -> None:
    """Put these tables back to what they were.

    Args:
        engine: Where they are.
        tables: All that the snapshot was made of, those that are referred to first.
        wanted: What they were.
        present: What they are, if that is known already.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, create_engine
        >>> engine = create_engine("sqlite://")
        >>> numbers = Table("numbers", MetaData(), Column("id", Integer, primary_key=True))
        >>> with engine.begin() as connection:
        ...     numbers.create(connection)
        >>> empty = snapshot(engine, [numbers])
        >>> with engine.begin() as connection:
        ...     inserted = connection.execute(numbers.insert(), [{"id": 1}, {"id": 2}])
        >>> restore(engine, [numbers], empty)
        >>> snapshot(engine, [numbers]) == empty
        True
    """
    known = tuple(tables)
    with engine.begin() as connection:
        if present is None:
            present = {table.name: _rows(connection, table) for table in known}
        # In this order, because a row that was changed may refer to one that was added.
        for table in known:
            _change_back(connection, table, present[table.name], wanted[table.name])
        for table in reversed(known):
            _delete(connection, table, present[table.name].keys() - wanted[table.name].keys())
        for table in known:
            missing = wanted[table.name].keys() - present[table.name].keys()
            if missing:
                connection.execute(insert(table), [wanted[table.name][key] for key in missing])


def _rows(connection: Connection, table: Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    key = [column.name for column in table.primary_key]
    rows = [dict(row) for row in connection.execute(select(table)).mappings()]
    return {tuple(row[name] for name in key): row for row in rows}


def _is_row(table: Table) -> Any:
    return and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))


def _key(table: Table, key: tuple[Any, ...]) -> dict[str, Any]:
    return {f"key_{column.name}": value for column, value in zip(table.primary_key, key, strict=True)}


def _delete(connection: Connection, table: Table, keys: Iterable[tuple[Any, ...]]) -> None:
    rows = [_key(table, key) for key in keys]
    if rows:
        connection.execute(delete(table).where(_is_row(table)), rows)


def _change_back(
    connection: Connection,
    table: Table,
    present: Mapping[tuple[Any, ...], dict[str, Any]],
    wanted: Mapping[tuple[Any, ...], dict[str, Any]],
) -> None:
    for key, row in wanted.items():
        if key in present and present[key] != row:
            connection.execute(update(table).where(_is_row(table)).values(row), _key(table, key))
