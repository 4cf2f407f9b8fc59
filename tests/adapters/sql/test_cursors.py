"""psycopg's cursors on engines of ours: they describe their columns when somebody looks, and as psycopg itself does."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from types import CodeType
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, literal, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from service_engine.adapters.sql.cursors import _DescribedOnDemand, describe_on_demand
from service_engine.adapters.sql.engines import configure, driver_url, open_engine

QUERY = "SELECT 1 AS one, 'a'::varchar(7) AS word, 1.5::numeric(9, 2) AS amount"


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    """Give an engine as ``SqlStore.from_url`` opens it."""
    opened = open_engine(postgres_url)
    yield opened
    opened.dispose()


@pytest.fixture
def cursor(engine: Engine) -> Iterator[Any]:
    """Give a cursor of its driver's."""
    connection = engine.raw_connection()
    with closing(connection), closing(connection.cursor()) as opened:
        yield opened


@pytest.fixture
def plain(postgres_url: str) -> Iterator[psycopg.Cursor[Any]]:
    """Give a cursor of psycopg as it comes."""
    with psycopg.connect(postgres_url) as connection, connection.cursor() as opened:
        yield opened


@pytest.mark.parametrize("statement", [QUERY, "SELECT 1 WHERE false", "SELECT", "SET TIME ZONE 'UTC'"])
def test_it_describes_what_psycopg_describes(cursor: Any, plain: psycopg.Cursor[Any], statement: str) -> None:
    """Every column with all that the standard names; a result without columns, and none at all."""
    assert described(cursor) is None
    cursor.execute(statement)
    plain.execute(statement)
    assert described(cursor) == described(plain)


def described(cursor: Any) -> list[tuple[Any, ...]] | None:
    """Return what a cursor says of its columns, and how many it says there are."""
    description = cursor.description
    return None if description is None else [(len(description), *each) for each in description]


def test_a_look_that_comes_late_is_refused(cursor: Any) -> None:
    """What was looked at stays; what was not would be another result's."""
    cursor.execute(QUERY)
    seen, missed = cursor.description, cursor.description
    assert seen[0].name == "one"
    cursor.execute("SELECT 2 AS two")
    assert [each.name for each in seen] == ["one", "word", "amount"]
    with pytest.raises(RuntimeError, match="the cursor has another result by now"):
        missed[0]


def test_nobody_makes_the_columns_that_nobody_looks_at(engine: Engine) -> None:
    """SQLAlchemy looks the first time that it sees a statement, and remembers."""
    statement = select(literal(1).label("one"), literal("a").label("word"))
    with engine.connect() as connection:
        first, again = (calls_of(partial(connection.execute, statement)) for _ in range(2))
    assert psycopg.Column.__init__.__code__ in first
    assert psycopg.Column.__init__.__code__ not in again
    assert _DescribedOnDemand.description.fget.__code__ in again  # type: ignore[attr-defined]


def calls_of(run: Callable[[], object]) -> set[CodeType]:
    """Return what is called while something runs."""
    called: set[CodeType] = set()
    sys.setprofile(lambda frame, event, _: called.add(frame.f_code) if event == "call" else None)
    try:
        run()
    finally:
        sys.setprofile(None)
    return called


def test_an_asynchronous_engine_has_them_too(postgres_url: str) -> None:
    """Through SQLAlchemy's wrapping of it."""

    async def ask() -> tuple[list[str], type[Any]]:
        engine = create_async_engine(driver_url(postgres_url, asyncio=True))
        configure(engine.sync_engine)
        async with engine.connect() as connection:
            found = (await connection.execute(text(QUERY))).mappings().one()
            driver: Any = (await connection.get_raw_connection()).driver_connection
        await engine.dispose()
        return [str(name) for name in found], driver.cursor_factory

    columns, factory = asyncio.run(ask())
    assert columns == ["one", "word", "amount"]
    assert issubclass(factory, _DescribedOnDemand)


def test_other_drivers_are_left_as_they_are() -> None:
    """They have no such factory."""
    with closing(sqlite3.connect(":memory:")) as connection:
        describe_on_demand(connection)
        assert connection.execute("SELECT 1 AS one").description[0][0] == "one"
