"""A host's Alembic beside ours: its history holds its tables, foreign keys to ours included; ours keeps our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Column, Engine, ForeignKeyConstraint, MetaData, String, Table, inspect

from service_engine.adapters.sql import build_tables
from service_engine.adapters.sql.engines import open_engine
from service_engine.adapters.sql.migrations import check, include_object, upgrade
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.types import ID
from service_engine.testing.postgres import new_database

ENV = """
from alembic import context
given = context.config.attributes
with given["engine"].begin() as connection:
    context.configure(
        connection=connection, target_metadata=given["metadata"], include_object=given["include_object"],
        include_schemas=given["include_schemas"],
    )
    context.run_migrations()
"""
REVISION = '''
"""${message}"""
import sqlalchemy as sa
from alembic import op
import service_engine.adapters.sql.types
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''


class Host:
    """An application with a table that refers to our clients, and an Alembic environment of its own."""

    def __init__(self, engine: Engine, folder: Path, schema: str | None) -> None:
        self.engine = engine
        self.metadata = MetaData()
        self.tables: Tables = build_tables(self.metadata, prefix="desk_", schema=schema)
        ours = self.tables.users
        Table(
            "campaigns",
            self.metadata,
            Column("name", String(50), primary_key=True),
            Column("org_id", ID, nullable=False),
            Column("client_id", ID, nullable=False),
            ForeignKeyConstraint(["org_id", "client_id"], [ours.c.org_id, ours.c.id], name="campaigns_client_fkey"),
        )
        (folder / "versions").mkdir()
        (folder / "env.py").write_text(ENV)
        (folder / "script.py.mako").write_text(REVISION)
        self.config = Config()
        self.config.set_main_option("script_location", str(folder))
        self.config.set_main_option("path_separator", "os")
        self.config.attributes.update(
            engine=engine,
            metadata=self.metadata,
            include_object=include_object(self.tables),
            include_schemas=schema is not None,
        )
        self.versions = folder / "versions"

    def differences(self, metadata: MetaData, chosen: Callable[..., bool] | None) -> list[Any]:
        """Return what autogenerate would change in the database to make it like this metadata."""
        options = {"include_object": chosen, "include_schemas": self.tables.schema is not None}
        with self.engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


@pytest.fixture(params=[("sqlite", None), ("postgres", None), ("postgres", "agency")], ids=str)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """Give a host whose database has our tables, by our own revisions."""
    kind, schema = request.param
    with ExitStack() as stack:
        if kind == "sqlite":
            engine = open_engine(f"sqlite:///{tmp_path / 'host.db'}")
        else:
            engine = open_engine(stack.enter_context(new_database(request.getfixturevalue("postgres_url"))))
        stack.callback(engine.dispose)
        if schema is not None:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        upgrade(engine, prefix="desk_", schema=schema)
        folder = tmp_path / "alembic"
        folder.mkdir()
        yield Host(engine, folder, schema)


def test_autogenerate_sees_the_hosts_tables_only(host: Host) -> None:
    """The foreign key to our table is in the host's revision; our tables are not; then nothing is left to do."""
    command.revision(host.config, "campaigns", autogenerate=True)
    [script] = host.versions.glob("*.py")
    text = script.read_text()
    assert text.count("op.create_table(") == 1
    assert "desk_users.org_id" in text
    assert "op.drop" not in text.partition("def downgrade")[0]
    command.upgrade(host.config, "head")
    assert "campaigns" in inspect(host.engine).get_table_names()
    command.check(host.config)  # raises where a new revision would have anything in it


def test_both_histories_stay_apart(host: Host) -> None:
    """Each has a version table of its own; what one of them does leaves the other's tables alone."""
    command.revision(host.config, "campaigns", autogenerate=True)
    command.upgrade(host.config, "head")
    schema = host.tables.schema
    assert check(host.engine, prefix="desk_", schema=schema) == ()
    upgrade(host.engine, prefix="desk_", schema=schema)
    found = inspect(host.engine)
    assert found.has_table("alembic_version")
    assert found.has_table("desk_service_engine_version", schema=schema)
    command.downgrade(host.config, "base")
    assert check(host.engine, prefix="desk_", schema=schema) == ()


def test_one_schema_in_one_metadata(host: Host) -> None:
    """Even without a filter the host's autogenerate finds our tables as they are: only our version table is unknown."""
    host.metadata.create_all(host.engine)
    [(kind, table)] = host.differences(host.metadata, None)
    assert (kind, table.name) == ("remove_table", "desk_service_engine_version")
    assert host.differences(host.metadata, include_object(host.tables)) == []


def test_a_host_without_our_tables_in_its_metadata(host: Host) -> None:
    """Its autogenerate does not drop them."""
    assert host.differences(MetaData(), include_object(host.tables)) == []


def test_a_table_of_the_same_name_elsewhere_is_the_hosts() -> None:
    """Ours are told by name and schema."""
    tables = build_tables(MetaData(), schema="agency")
    is_the_hosts = include_object(tables)
    elsewhere = Table("tickets", MetaData(), schema="helpdesk")
    found = [is_the_hosts(each, each.name, "table", True, None) for each in (tables.tickets, elsewhere)]
    assert found == [False, True]
    assert is_the_hosts(tables.tickets.c.subject, "subject", "column", False, None) is False


def test_an_upgrade_inside_of_the_hosts_environment_is_refused(host: Host) -> None:
    """Alembic would forget the host's environment, and say "KeyError: 'script'"; outside of it all goes on."""
    environment = Path(str(host.config.get_main_option("script_location"))) / "env.py"
    inside = "from service_engine.adapters.sql.migrations import upgrade\nupgrade(given['engine'], prefix='desk_')\n"
    environment.write_text(ENV + inside)
    with pytest.raises(RuntimeError, match="call upgrade before alembic"):
        command.current(host.config)
    environment.write_text(ENV)
    command.current(host.config)
    upgrade(host.engine, prefix="desk_", schema=host.tables.schema)
