"""The migrated schema is the one that the code expects, whoever migrates, wherever, and how often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import Any, Self

import pytest
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from tests.processes import PROCESSES

from service_engine.adapters.sql import SqlStore, build_tables, configure_sqlite
from service_engine.adapters.sql.engines import open_engine
from service_engine.adapters.sql.migrations import check, migrations_path, upgrade
from service_engine.adapters.sql.migrations.draft import draft
from service_engine.testing.contracts.agency import Agency
from service_engine.testing.postgres import new_database

PLACES = [("", None), ("desk_", None), ("", "agency"), ("desk_", "agency")]
_POSTGRES_CATALOGUE = text("""
    SELECT 'column', table_name, column_name, concat_ws(' ', data_type, character_maximum_length, collation_name,
           column_default, is_nullable) FROM information_schema.columns WHERE table_schema = :schema
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = to_regnamespace(:schema) AND contype <> 'n'
    UNION ALL
    SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = :schema
""")


@pytest.fixture(params=["sqlite", "postgres"])
def new_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """Give a maker of engines on new databases, each with an empty schema ``agency``."""
    with _Databases(request, tmp_path) as databases:
        yield databases.new


class _Databases:
    def __init__(self, request: pytest.FixtureRequest, path: Path) -> None:
        self._request = request
        self._path = path
        self._engines: list[Engine] = []
        self._open: list[Any] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for engine in self._engines:
            engine.dispose()
        for database in self._open:
            database.__exit__(None, None, None)

    def new(self) -> Engine:
        """Return an engine on a new database."""
        engine = self._sqlite() if self._request.param == "sqlite" else self._postgres()
        self._engines.append(engine)
        return engine

    def _sqlite(self) -> Engine:
        number = len(self._engines)
        engine = open_engine(f"sqlite:///{self._path}/{number}.db")

        @event.listens_for(engine, "connect")
        def attach(driver: Any, _: object) -> None:
            driver.execute(f"ATTACH DATABASE '{self._path}/{number}-agency.db' AS agency")

        return engine

    def _postgres(self) -> Engine:
        database = new_database(self._request.getfixturevalue("postgres_url"))
        self._open.append(database)
        engine = open_engine(database.__enter__())
        with engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA agency"))
        return engine


def _catalogue(connection: Connection, schema: str | None) -> set[tuple[str, ...]]:
    """Return everything that the database knows of its tables, but Alembic's own."""
    if connection.dialect.name == "sqlite":
        master = f"{schema or 'main'}.sqlite_master"
        rows = connection.exec_driver_sql(f"SELECT type, tbl_name, name, sql FROM {master}").all()
    else:
        rows = connection.execute(_POSTGRES_CATALOGUE, {"schema": schema or "public"}).all()
    return {
        tuple(" ".join(str(part).split()).replace("( ", "(").replace(" )", ")") for part in row)
        for row in rows
        if "service_engine_version" not in " ".join(map(str, row))
    }


@pytest.mark.parametrize(("prefix", "schema"), PLACES)
def test_a_migrated_database_is_what_the_tables_say(
    new_engine: Callable[[], Engine], prefix: str, schema: str | None
) -> None:
    """Columns, collations, constraints, checks and indexes, word by word; and Alembic finds no difference either."""
    migrated, made = new_engine(), new_engine()
    upgrade(migrated, prefix=prefix, schema=schema)
    build_tables(MetaData(), prefix, schema).metadata.create_all(made)
    with migrated.connect() as left, made.connect() as right:
        found = _catalogue(left, schema)
        assert found == _catalogue(right, schema)
        assert len(found) > 100
    assert check(migrated, prefix=prefix, schema=schema) == ()


@pytest.mark.parametrize(("prefix", "schema"), PLACES)
def test_a_store_works_on_it(new_engine: Callable[[], Engine], prefix: str, schema: str | None) -> None:
    """With a prefix and in a schema as well as without."""
    engine = new_engine()
    upgrade(engine, prefix=prefix, schema=schema)
    store = SqlStore(engine, tables=build_tables(MetaData(), prefix, schema))
    assert Agency(store).ticket(tags=Agency(store).tags()).version == 1


def test_doing_it_again_changes_nothing(new_engine: Callable[[], Engine]) -> None:
    """What is stored stays."""
    engine = new_engine()
    upgrade(engine)
    acme = Agency(SqlStore(engine))
    upgrade(engine)
    with acme.begin() as uow:
        assert uow.organizations.get() == acme.organization


def test_two_prefixes_live_side_by_side(new_engine: Callable[[], Engine]) -> None:
    """Each has its own tables and its own history."""
    engine = new_engine()
    upgrade(engine, prefix="a_")
    upgrade(engine, prefix="b_")
    assert check(engine, prefix="a_") == check(engine, prefix="b_") == ()


def test_a_difference_is_told(new_engine: Callable[[], Engine]) -> None:
    """A database without the schema, and one that somebody has changed."""
    engine = new_engine()
    assert any("revision None" in each for each in check(engine))
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE ticket_tags")
    (difference,) = (each for each in check(engine) if "add_table" in each)
    assert "ticket_tags" in difference


def test_a_host_has_its_own_tables_beside_ours(new_engine: Callable[[], Engine]) -> None:
    """They are no difference."""
    engine = new_engine()
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE invoices_of_the_host (id INTEGER PRIMARY KEY)")
    assert check(engine) == ()


def test_tables_that_a_host_has_made_are_taken_over(new_engine: Callable[[], Engine]) -> None:
    """By ``create_all``; from then on the schema is as if it had been migrated."""
    engine = new_engine()
    tables = build_tables(MetaData(), prefix="desk_")
    tables.metadata.create_all(engine)
    upgrade(engine, prefix="desk_")
    assert check(engine, prefix="desk_") == ()
    Agency(SqlStore(engine, tables=tables)).ticket()
    upgrade(engine, prefix="desk_")
    assert check(engine, prefix="desk_") == ()


@pytest.mark.parametrize("made", ["CREATE TABLE tickets (subject TEXT)", "ours, but one"])
def test_other_tables_of_the_same_names_are_left_alone(new_engine: Callable[[], Engine], made: str) -> None:
    """Whether they are a host's own or a part of ours; a prefix is the way out."""
    engine = new_engine()
    with engine.begin() as connection:
        if made == "ours, but one":
            build_tables(MetaData()).metadata.create_all(connection)
            connection.execute(text("DROP TABLE ticket_messages"))
        else:
            connection.execute(text(made))
    before = inspect(engine).get_table_names()
    with pytest.raises(ValueError, match="that is not ours, or not as it should be: choose another prefix"):
        upgrade(engine)
    assert inspect(engine).get_table_names() == before
    upgrade(engine, prefix="desk_")
    assert check(engine, prefix="desk_") == ()


def test_several_threads_may_start_at_once(new_engine: Callable[[], Engine]) -> None:
    """Alembic itself knows one migration at a time in a process."""
    engine = new_engine()
    barrier, failures = Barrier(4), []

    def start() -> None:
        barrier.wait()
        try:
            upgrade(engine)
        except Exception as error:  # noqa: BLE001  # shown by the assertion
            failures.append(error)

    threads = [Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert check(engine) == ()


def test_several_processes_may_start_at_once(new_engine: Callable[[], Engine]) -> None:
    """As those of one application do; the database alone keeps them apart."""
    engine = new_engine()
    url = engine.url.render_as_string(hide_password=False)
    starting = [PROCESSES.Process(target=upgrade, args=(url,)) for _ in range(3)]
    for process in starting:
        process.start()
    for process in starting:
        process.join()
    assert [process.exitcode for process in starting] == [0, 0, 0]
    assert check(engine) == ()


def test_a_failure_is_told(postgres_url: str) -> None:
    """A schema that is not there."""
    with new_database(postgres_url) as url, pytest.raises(DBAPIError, match="nowhere"):
        upgrade(url, schema="nowhere")


def test_an_unsafe_engine_is_refused() -> None:
    """The same as for the store."""
    engine = create_engine("sqlite://")
    with pytest.raises(ValueError, match="configure_sqlite"):
        upgrade(engine)
    engine.dispose()


@pytest.mark.parametrize("question", [upgrade, check])
def test_a_database_in_memory_is_not_looked_for_elsewhere(question: Callable[[Any], Any]) -> None:
    """By its address there is only another one, empty and soon gone; an engine for asyncio tells no more than that."""
    engine = create_async_engine("sqlite+aiosqlite://")
    configure_sqlite(engine.sync_engine)
    for place in (engine, "sqlite://", make_url("sqlite:///:memory:"), "sqlite:///file:x?mode=memory&uri=true"):
        with pytest.raises(ValueError, match="found by its own engine only"):
            question(place)


def test_a_database_in_memory_that_is_shared_is_found() -> None:
    """As long as somebody has it open."""
    address = "sqlite:///file:shared?mode=memory&cache=shared&uri=true"
    owner = open_engine(address)
    with owner.connect():
        upgrade(address)
        assert check(address) == ()
    owner.dispose()


@pytest.mark.parametrize("dialect", ["postgresql", "sqlite"])
def test_the_first_revision_is_the_draft(dialect: str) -> None:
    """Until the first release, the files are written from the tables."""
    written = migrations_path / "versions" / f"revision_0001_{dialect}.sql"
    assert written.read_text(encoding="utf-8") == draft(dialect)
