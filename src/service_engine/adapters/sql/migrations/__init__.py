"""The schema in a database: made, brought up to date, and compared with what the code expects.

Alembic's revisions are inside the package and keep their state in a table of their own,
``<prefix>service_engine_version``, so that a host's migrations and ours do not meet.

Source: design section 5.9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, column, inspect, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from service_engine.adapters.sql.engines import driver_url, is_in_memory, open_engine, require_configured
from service_engine.adapters.sql.tables import Tables, own_tables

__all__ = ["check", "include_object", "migrations_path", "upgrade"]

migrations_path: Final = Path(__file__).parent
"""Alembic's script location: a folder with ``versions`` in it."""

_TRIES: Final = 3
_alembic = Lock()
"""Alembic's ``op`` and ``context`` are one for the process: two threads would run their revisions on one connection."""


def upgrade(url_or_engine: str | URL | Engine | AsyncEngine, *, prefix: str = "", schema: str | None = None) -> None:
    """Make the schema, or bring it up to date. Doing it again changes nothing, and two may do it at once.

    Where a host has made our tables itself, by ``create_all`` for one, they are taken over if they are as they should
    be.

    Args:
        url_or_engine: ``sqlite:///file.db``, ``postgresql://…``, or a host's engine; one for asyncio only tells where.
        prefix: Stands before the name of every table.
        schema: The database schema to put the tables into, which must exist; None for the connection's own.

    Raises:
        ValueError: The prefix is not one, or the SQLite engine would lose updates; or the database is in memory, and
            not given as an engine of its own that is not for asyncio; or there are other tables of the same names,
            which are left as they are.
        RuntimeError: Alembic is at work already: it was called inside of a host's ``env.py`` or revision.
        sqlalchemy.exc.DBAPIError: The database refused.

    Example:
        >>> engine = open_engine("sqlite://")
        >>> upgrade(engine, prefix="desk_")
        >>> check(engine, prefix="desk_")
        ()
    """
    tables = own_tables(prefix, schema)
    with _engine(url_or_engine) as engine:
        for tries_left in reversed(range(_TRIES)):
            try:
                with _alembic, engine.begin() as connection:
                    _refuse_inside_alembic()
                    _wait_for_others(connection, tables)
                    if not _take_over(connection, tables):
                        command.upgrade(_config(connection, tables), "head")
            except DBAPIError:
                # Somebody else made the same tables first; what they have done is seen by the next try.
                if not tries_left:
                    raise
            else:
                return


def check(
    url_or_engine: str | URL | Engine | AsyncEngine, *, prefix: str = "", schema: str | None = None
) -> tuple[str, ...]:
    """Compare the database with what the code expects.

    Args:
        url_or_engine: As for ``upgrade``.
        prefix: As for ``upgrade``.
        schema: As for ``upgrade``.

    Returns:
        The differences, one line each; empty when there are none.

    Raises:
        ValueError: The prefix is not one, the SQLite engine would lose updates, or the database is in memory, as for
            ``upgrade``.

    Example:
        >>> engine = open_engine("sqlite://")
        >>> upgrade(engine)
        >>> with engine.begin() as connection:
        ...     _ = connection.exec_driver_sql("ALTER TABLE tickets DROP COLUMN note")
        >>> [difference[:46] for difference in check(engine)]
        ["('add_column', None, 'tickets', Column('note',"]
    """
    tables = own_tables(prefix, schema)
    with _engine(url_or_engine) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=_options(tables))
        head = ScriptDirectory.from_config(_config(connection, tables)).get_current_head()
        found = context.get_current_revision()
        revision = () if found == head else (f"the schema is at revision {found}, the code at {head}",)
        return (*revision, *map(str, compare_metadata(context, tables.metadata)))


def include_object(tables: Tables) -> Callable[[Any, str | None, str, bool, Any], bool]:
    """Return what a host gives to Alembic as ``include_object``: its autogenerate leaves our tables to our revisions.

    It compares neither our tables, whether they are in the host's metadata or not, nor our version table. The host's
    foreign keys to our tables are the host's, and are compared. A host with an ``include_object`` of its own calls
    both.

    Args:
        tables: Ours, with the prefix and the schema that they have in the database.

    Example:
        >>> from sqlalchemy import MetaData
        >>> from service_engine.adapters.sql import build_tables
        >>> is_the_hosts = include_object(build_tables(MetaData(), prefix="desk_"))
        >>> [is_the_hosts(None, name, "table", True, None) for name in ("campaigns", "desk_tickets")]
        [True, False]
    """
    names = {*(each.name for each in tables.all()), _options(tables)["version_table"]}

    def is_the_hosts(item: Any, name: str | None, kind: str, _: bool, __: Any) -> bool:
        table = item if kind == "table" else getattr(item, "table", None)
        schema = getattr(table, "schema", tables.schema)
        return (name if table is None else table.name) not in names or schema != tables.schema

    return is_the_hosts


def _config(connection: Connection, tables: Tables) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_path).replace("%", "%%"))
    options = {"connection": connection, **_options(tables)}
    config.attributes.update(options=options, prefix=tables.prefix, schema=tables.schema)
    return config


def _refuse_inside_alembic() -> None:
    """Alembic has one environment for the process, and would lose the host's when ours ends."""
    if getattr(context, "_proxy", None) is not None:
        msg = "Alembic is at work already: call upgrade before alembic, not in an env.py or a revision"
        raise RuntimeError(msg)


def _wait_for_others(connection: Connection, tables: Tables) -> None:
    """Lock the version, if there is one already, so that whoever comes second sees what the first one has done."""
    name = _options(tables)["version_table"]
    if inspect(connection).has_table(name, schema=tables.schema):
        version = table(name, column("version_num"), schema=tables.schema)
        connection.execute(select(version.c.version_num).with_for_update())


def _take_over(connection: Connection, tables: Tables) -> bool:
    """Tell whether our tables are there already though no revision of ours has made them; then note that they are."""
    context = MigrationContext.configure(connection, opts=_options(tables))
    there = {each.name for each in tables.all()} & {*inspect(connection).get_table_names(schema=tables.schema)}
    if not there or context.get_current_revision() is not None:
        return False
    if compare_metadata(context, tables.metadata):
        msg = f"the database has a table {min(there)!r} that is not ours, or not as it should be: choose another prefix"
        raise ValueError(msg)
    context.stamp(ScriptDirectory.from_config(_config(connection, tables)), "head")
    return True


def _options(tables: Tables) -> dict[str, Any]:
    ours = {each.name for each in tables.all()}

    def is_ours(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
        if kind == "schema":
            return name == tables.schema
        return kind != "table" or (name in ours and parents["schema_name"] == tables.schema)

    return {
        "version_table": f"{tables.prefix}service_engine_version",
        "version_table_schema": tables.schema,
        "include_schemas": tables.schema is not None,
        "include_name": is_ours,
        "compare_type": True,
        "compare_server_default": True,
        "transactional_ddl": True,
    }


@contextmanager
def _engine(url_or_engine: str | URL | Engine | AsyncEngine) -> Iterator[Engine]:
    if isinstance(url_or_engine, Engine):
        require_configured(url_or_engine)
        yield url_or_engine
        return
    # The revisions are synchronous: an engine for asyncio tells where its database is.
    url = driver_url(url_or_engine.url if isinstance(url_or_engine, AsyncEngine) else url_or_engine)
    if is_in_memory(url) and url.query.get("cache") != "shared":
        msg = (
            "a database in memory is found by its own engine only: give that one, or, where it is for asyncio, make "
            "the tables with `await connection.run_sync(store.tables.metadata.create_all)`"
        )
        raise ValueError(msg)
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
