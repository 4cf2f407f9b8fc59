"""AUTOCOMMIT that a host asks for on a prepared engine: each statement stays, as on any other engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from service_engine.adapters.sql import SqlStore, configure_postgres, configure_sqlite
from service_engine.adapters.sql.engines import driver_url

AUTOCOMMIT = "AUTOCOMMIT"
NOTES = text("CREATE TABLE notes (word VARCHAR(9))")
COUNT = text("SELECT count(*) FROM notes")
CONFIGURE = {"sqlite": configure_sqlite, "postgresql": configure_postgres}


@pytest.fixture(params=["sqlite_database_url", "postgres_database_url"])
def url(request: pytest.FixtureRequest) -> str:
    """Give the address of a database."""
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture(params=["the host's", "the store's"])
def engine(url: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Give an engine that was prepared by its host, or that a store of ours has opened; it has a table of notes."""
    if request.param == "the store's":
        prepared = SqlStore.from_url(url).engine
    else:
        prepared = create_engine(driver_url(url))
        CONFIGURE[prepared.dialect.name](prepared)
    with prepared.begin() as connection:
        connection.execute(NOTES)
    yield prepared
    prepared.dispose()


def by_connection(engine: Engine) -> Connection:
    """Open a connection that is given AUTOCOMMIT."""
    return engine.connect().execution_options(isolation_level=AUTOCOMMIT)


def by_engine(engine: Engine) -> Connection:
    """Open a connection of a copy of the engine that has AUTOCOMMIT as an option."""
    return engine.execution_options(isolation_level=AUTOCOMMIT).connect()


def by_session(engine: Engine) -> Connection:
    """Open a session's connection that is given AUTOCOMMIT."""
    return Session(engine).connection(execution_options={"isolation_level": AUTOCOMMIT})


@pytest.mark.parametrize("opened", [by_connection, by_engine, by_session])
def test_what_is_written_stays(engine: Engine, opened: Callable[[Engine], Connection]) -> None:
    """Without a COMMIT, and whatever happens afterwards; nothing is open, so that VACUUM is allowed."""
    with opened(engine) as connection:
        connection.execute(text("INSERT INTO notes VALUES ('kept')"))
        connection.exec_driver_sql("VACUUM")
        connection.rollback()
    with engine.connect() as connection:
        assert connection.execute(COUNT).scalar_one() == 1


def test_the_next_one_has_transactions_again(engine: Engine) -> None:
    """It is the connection's for as long as somebody has it, not the pool's; and may be given back before."""
    with by_connection(engine) as connection:
        connection.execute(text("INSERT INTO notes VALUES ('kept')"))
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO notes VALUES ('lost')"))
        connection.rollback()
        connection.execute(text("INSERT INTO notes VALUES ('lost')"))
    with by_connection(engine) as connection:
        connection.execution_options(isolation_level="SERIALIZABLE")
        connection.execute(text("INSERT INTO notes VALUES ('lost')"))
        connection.rollback()
        assert connection.execute(COUNT).scalar_one() == 1


def test_sqlite_s_driver_still_begins_nothing_itself(sqlite_database_url: str) -> None:
    """SQLAlchemy would leave the driver's own late and deferred BEGIN behind."""
    engine = configure_sqlite(create_engine(sqlite_database_url))
    for level in (AUTOCOMMIT, "SERIALIZABLE"):
        with engine.connect().execution_options(isolation_level=level) as connection:
            driver: Any = connection.connection.driver_connection
        assert driver.isolation_level is None
    engine.dispose()


def test_an_engine_without_transactions_is_refused(url: str) -> None:
    """Whether it was made so or has it as an option: no unit of work could be rolled back."""
    made_so = create_engine(driver_url(url), isolation_level=AUTOCOMMIT)
    with pytest.raises(ValueError, match="this engine is in AUTOCOMMIT"):
        CONFIGURE[made_so.dialect.name](made_so)
    as_an_option = SqlStore.from_url(url).engine.execution_options(isolation_level=AUTOCOMMIT)
    for engine in (made_so, as_an_option):
        with pytest.raises(ValueError, match="this engine is in AUTOCOMMIT"):
            SqlStore(engine)
        engine.dispose()


async def _kept_in_asyncio(url: str, configure: Callable[[Engine], Engine]) -> int:
    engine = create_async_engine(driver_url(url, asyncio=True))
    configure(engine.sync_engine)
    async with engine.begin() as connection:
        await connection.execute(NOTES)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level=AUTOCOMMIT)
        await connection.execute(text("INSERT INTO notes VALUES ('kept')"))
    async with engine.connect() as connection:
        count: int = (await connection.execute(COUNT)).scalar_one()
    await engine.dispose()
    return count


def test_what_is_written_in_asyncio_stays(url: str) -> None:
    """The same by the driver for asyncio."""
    configure = configure_sqlite if url.startswith("sqlite") else configure_postgres
    assert asyncio.run(_kept_in_asyncio(url, configure)) == 1
