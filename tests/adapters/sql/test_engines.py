"""Engines: configured by us, or a host's own that is checked first."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from service_engine.adapters.sql import SqlStore, configure_postgres, configure_sqlite, join
from service_engine.adapters.sql.engines import BUSY_SECONDS, driver_url, open_engine
from service_engine.adapters.sql.migrations import upgrade
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency
from service_engine.usecases.clients import create_client, list_clients


@pytest.mark.parametrize(
    ("given", "asyncio", "drivername"),
    [
        ("sqlite:///a.db", False, "sqlite"),
        ("sqlite:///a.db", True, "sqlite+aiosqlite"),
        ("postgresql://localhost/a", False, "postgresql+psycopg"),
        ("postgresql://localhost/a", True, "postgresql+psycopg"),
        ("postgresql+psycopg://localhost/a", False, "postgresql+psycopg"),
        ("sqlite+aiosqlite:///a.db", False, "sqlite"),
        ("sqlite+pysqlite:///a.db", True, "sqlite+aiosqlite"),
        ("postgresql+asyncpg://localhost/a", False, "postgresql+psycopg"),
        ("postgresql+asyncpg://localhost/a", True, "postgresql+asyncpg"),
    ],
)
def test_an_address_gets_the_driver_that_we_test_with(given: str, asyncio: bool, drivername: str) -> None:
    """Unless it names one that works that way."""
    assert driver_url(given, asyncio=asyncio).drivername == drivername


def test_another_database_is_refused() -> None:
    """By name, before anything is loaded."""
    with pytest.raises(ValueError, match="not on mysql"):
        SqlStore.from_url("mysql://localhost/a")


def test_opening_a_store_does_nothing_yet(tmp_path: Path) -> None:
    """Not even the file is made."""
    SqlStore.from_url(f"sqlite:///{tmp_path}/a.db").close()
    assert list(tmp_path.iterdir()) == []


def _plain(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}/a.db")


def _without(pragma: str) -> Any:
    def make(path: Path) -> Engine:
        engine = configure_sqlite(_plain(path))

        @event.listens_for(engine, "connect")
        def undo(driver: Any, _: object) -> None:
            driver.execute(f"PRAGMA {pragma}")

        return engine

    return make


def _deferred(path: Path) -> Engine:
    engine = _plain(path)

    @event.listens_for(engine, "connect")
    def connect(driver: Any, _: object) -> None:
        driver.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _never_rolled_back(path: Path) -> Engine:
    return configure_sqlite(create_engine(f"sqlite:///{path}/a.db", skip_autocommit_rollback=True))


UNSAFE = {
    "plain": (_plain, "BEGIN IMMEDIATE"),
    "deferred": (_deferred, "BEGIN IMMEDIATE"),
    "no foreign keys": (_without("foreign_keys = OFF"), "foreign keys"),
    "not synchronous": (_without("synchronous = NORMAL"), "synchronous"),
    "impatient": (_without("busy_timeout = 0"), "other writers"),
    "no write-ahead log": (_without("journal_mode = DELETE"), "WAL"),
    "never rolled back": (_never_rolled_back, "skip_autocommit_rollback"),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_an_engine_that_would_lose_updates_is_refused(name: str, tmp_path: Path) -> None:
    """With the reason, and what to do about it."""
    make, reason = UNSAFE[name]
    engine = make(tmp_path)
    with pytest.raises(ValueError, match="configure_sqlite") as refusal:
        SqlStore(engine)
    assert reason in str(refusal.value)
    engine.dispose()


def test_a_configured_engine_of_the_host_is_taken(tmp_path: Path) -> None:
    """And stays open when the store is closed: it is the host's."""
    engine = configure_sqlite(_plain(tmp_path))
    upgrade(engine)
    store = SqlStore(engine)
    Agency(store)
    store.close()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM organizations").scalar_one() == 1
    engine.dispose()


def test_a_database_in_memory_is_one_for_all_threads() -> None:
    """It lives in its one connection, for which everybody waits."""
    engine = open_engine("sqlite://")
    upgrade(engine)
    acme = Agency(SqlStore(engine))
    acme.client()
    assert acme.read(list_clients).total == 1
    engine.dispose()


@pytest.mark.parametrize("options", [{}, {"pool_size": 1, "max_overflow": 0}], ids=["in memory", "in a file"])
def test_whoever_holds_the_only_connection_waits_for_none(tmp_path: Path, options: dict[str, int]) -> None:
    """A read beside the thread's own unit of work could never begin: it is refused at once, and told what to do."""
    engine = open_engine(f"sqlite:///{tmp_path}/a.db" if options else "sqlite://", **options)
    upgrade(engine)
    store = SqlStore(engine)
    acme = Agency(store)
    before = monotonic()
    with acme.begin() as uow:
        for look in (lambda: acme.read(list_clients), lambda: store.directory.token_grant("0" * 64)):
            with pytest.raises(RuntimeError, match=f"unit of work on organisation {acme.org_id} holds: read with that"):
                look()
        assert list_clients(uow).total == 0
    with pytest.raises(RuntimeError, match="one connection"):
        acme.run(lambda _: acme.read(list_clients))
    assert monotonic() - before < BUSY_SECONDS / 2
    assert acme.read(list_clients).total == 0
    engine.dispose()


def test_another_thread_waits_for_the_only_connection() -> None:
    """Until whoever holds it gives it back."""
    engine = open_engine("sqlite://")
    upgrade(engine)
    acme = Agency(SqlStore(engine))
    with ThreadPoolExecutor(1) as elsewhere:
        with acme.begin():
            found = elsewhere.submit(acme.read, list_clients)
            assert not found.done()
        assert found.result(timeout=BUSY_SECONDS).total == 0
    engine.dispose()


def test_options_for_the_engine_win(tmp_path: Path) -> None:
    """The host knows better how many connections it wants."""
    store = SqlStore.from_url(make_url(f"sqlite:///{tmp_path}/a.db"), engine_options={"pool_size": 3})
    assert store.engine.pool.size() == 3  # type: ignore[attr-defined]
    store.close()


def test_times_are_utc_whatever_the_connection_says(postgres_database_url: str) -> None:
    """The zone of the session is the host's own."""
    store = SqlStore.from_url(
        postgres_database_url, engine_options={"connect_args": {"options": "-c timezone=Asia/Kolkata"}}
    )
    acme = Agency(store)
    with acme.begin() as uow:
        created_at = uow.organizations.get().created_at
    assert (created_at, str(created_at.tzinfo)) == (NOON, "UTC")
    store.close()


def test_an_engine_may_be_configured_after_its_first_connection(tmp_path: Path) -> None:
    """A connection that is there already is prepared when its next transaction begins: its foreign keys are checked."""
    engine = create_engine(f"sqlite:///{tmp_path}/a.db", pool_size=1)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 0
    configure_sqlite(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    upgrade(engine)
    store = SqlStore(engine)
    ticket = Agency(store).ticket()
    stranger = Agency(store, "Other")
    moved = store.tables.tickets.update().values(org_id=stranger.org_id)
    with pytest.raises(IntegrityError), Session(engine) as session:
        session.execute(moved.where(store.tables.tickets.c.id == ticket.id))
    engine.dispose()


class TestConfiguredPostgres:
    """A host's PostgreSQL engine whose connections rest in autocommit: reads need no switch, all else is as ever."""

    @pytest.fixture
    def engine(self, postgres_database_url: str) -> Iterator[Engine]:
        """Give an engine with one connection, so that what is left of one use meets the next one."""
        engine = create_engine(driver_url(postgres_database_url), pool_size=1, max_overflow=0)
        yield configure_postgres(engine)
        engine.dispose()

    def test_a_transaction_is_one(self, engine: Engine) -> None:
        """It is committed, or rolled back by an exception, by hand, or by letting go of the connection."""
        acme = Agency(SqlStore(engine))
        for end in ("commit", "rollback", "close"):
            with engine.connect() as connection:
                register(join(connection, acme.org_id), end)
                getattr(connection, end)()
        with suppress(KeyError), engine.begin() as connection:
            register(join(connection, acme.org_id), "exception")
            raise KeyError
        assert [row.client.email for row in acme.read(list_clients).rows] == ["commit@example.com"]

    def test_a_transaction_of_two_phases_is_one(self, engine: Engine) -> None:
        """As on an engine that is not prepared; what reads next finds the connection as it needs it."""
        acme = Agency(SqlStore(engine))
        for end in ("commit", "rollback"):
            with engine.connect() as connection:
                transaction = connection.begin_twophase()
                register(join(connection, acme.org_id), end)
                getattr(transaction, end)()
            assert [row.client.email for row in acme.read(list_clients).rows] == ["commit@example.com"]

    def test_a_sessions_transaction_is_one(self, engine: Engine) -> None:
        """With its savepoints."""
        acme = Agency(SqlStore(engine))
        with Session(engine) as session, session.begin():
            uow = join(session, acme.org_id)
            register(uow, "kept")
            with suppress(KeyError), session.begin_nested():
                register(uow, "dropped")
                raise KeyError
        assert [row.client.email for row in acme.read(list_clients).rows] == ["kept@example.com"]

    def test_other_isolation_levels_are_kept_to(self, engine: Engine) -> None:
        """Of one use of the connection; the next one is as before."""
        acme = Agency(SqlStore(engine))
        for level in ("SERIALIZABLE", "AUTOCOMMIT", "REPEATABLE READ"):
            with engine.connect().execution_options(isolation_level=level) as connection:
                shown = connection.exec_driver_sql("SHOW transaction_isolation").scalar_one()
                assert shown == ("read committed" if level == "AUTOCOMMIT" else level.lower())
                if level == "AUTOCOMMIT":
                    with pytest.raises(ValueError, match="autocommit"):
                        join(connection, acme.org_id)
                else:
                    register(join(connection, acme.org_id), "rolled back")
            assert acme.read(list_clients).total == 0
            with engine.begin() as connection:
                assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "read committed"
                register(join(connection, acme.org_id), "again")
                connection.rollback()

    def test_after_a_failure(self, engine: Engine) -> None:
        """A statement that fails, and a connection that is lost, leave a pool that works."""
        acme = Agency(SqlStore(engine))
        with engine.connect() as connection, pytest.raises(ProgrammingError):
            connection.exec_driver_sql("SELECT * FROM nowhere")
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        acme.run(lambda uow: register(uow, "after"))
        assert acme.read(list_clients).total == 1


def register(uow: UnitOfWork, name: str) -> None:
    """Register a client of this name."""
    email = f"{name.replace(' ', '-')}@example.com"
    create_client(uow, email=email, first_name=name, last_name="Doe", at=NOON)


def test_an_engine_of_our_own_speaks_utc(postgres_database_url: str) -> None:
    """Whatever the server's zone is: the driver makes UTC's times, which nobody has to make anew."""
    with psycopg.connect(postgres_database_url, autocommit=True) as own:
        own.execute("SET TIME ZONE 'Etc/UTC'")
        assert own.execute("SELECT now()").fetchone()[0].tzinfo is not UTC  # type: ignore[index]
    engine = open_engine(postgres_database_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT now()").scalar_one().tzinfo is UTC
    engine.dispose()
