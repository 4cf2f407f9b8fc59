"""The fault injector: what fails, where, and that it looks as it does in life."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from sqlite3 import IntegrityError
from typing import Literal

import psycopg
import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from service_engine import SqlStore
from service_engine.adapters.aio import AsyncSqlStore
from service_engine.adapters.sql.engines import driver_url
from service_engine.adapters.sql.failures import is_collision, is_lost_connection, is_retryable, leaves_commit_open
from service_engine.testing.builders import NOON
from service_engine.testing.contracts import Agency
from service_engine.testing.driver_failures import (
    BUSY,
    CLOSED,
    CONNECTION_FAILURE,
    CUT_OFF,
    DATABASE_FULL,
    DEADLOCK,
    DISK_FULL,
    IO_ERROR,
    LOCK_TIMEOUT,
    SERIALIZATION_FAILURE,
    TERMINATED,
    DriverFailure,
    failures_of,
)
from service_engine.testing.fault_injection import Fault, Injection, PointKind, every_point, injecting
from service_engine.usecases.clients import create_client, list_clients


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request) -> Iterator[Engine]:
    """Give a host's engine, which SQLAlchemy has not connected yet, with a table of numbers; none of it is ours."""
    url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'host.db'}"
    if request.param == "postgres":
        url = str(request.getfixturevalue("empty_postgres_database_url"))
    maker = create_engine(driver_url(url))
    with maker.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
    maker.dispose()
    host = create_engine(driver_url(url))
    yield host
    host.dispose()


def insert(engine: Engine, *numbers: int) -> None:
    """Store numbers in one transaction."""
    with engine.begin() as connection:
        for number in numbers:
            connection.exec_driver_sql(f"INSERT INTO numbers VALUES ({number})")


def stored(engine: Engine) -> list[int]:
    """Return the numbers that are there."""
    with engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT number FROM numbers ORDER BY number").scalars())


def failing(engine: Engine, fault: Fault) -> tuple[DBAPIError, Injection]:
    """Store 1 and 2 while something fails; return the error and the record."""
    with injecting(engine, fault) as record, pytest.raises(DBAPIError) as failure:
        insert(engine, 1, 2)
    return failure.value, record


def test_every_point_of_a_transaction_is_found(engine):
    """BEGIN, each statement and COMMIT; SQLAlchemy's own questions to a new database are none."""
    points = every_point(engine, lambda: insert(engine, 1, 2))
    kinds = [PointKind.BEGIN, PointKind.STATEMENT, PointKind.STATEMENT, PointKind.COMMIT]
    assert kinds == [point.kind for point in points]
    assert [1, 2, 3, 4] == [point.number for point in points] == [point.place for point in points]
    assert points[2].sql == "INSERT INTO numbers VALUES (2)"
    assert stored(engine) == [1, 2]


def test_numbers_go_on_and_places_begin_again(engine):
    """A second transaction has places of its own; after a rollback, too."""

    def act() -> None:
        insert(engine, 1)
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
        insert(engine, 2)

    points = every_point(engine, act)
    assert [(point.number, point.place) for point in points] == [
        (1, 1), (2, 2), (3, 3), (4, 1), (5, 2), (6, 1), (7, 2), (8, 3),
    ]  # fmt: skip


@pytest.mark.parametrize("at", [1, 2, 3, 4, "begin", "commit"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_each_failure_comes_where_it_is_wanted(engine, at, when):
    """At that point, once; nothing stays but a COMMIT that was done; the engine works on."""
    for failure in failures_of(engine):
        _, record = failing(engine, Fault(at, failure, when))
        assert [hit.number for hit in record.hits] == [{"begin": 1, "commit": 4}.get(at, at)]
        done = at in (4, "commit") and when == "after"
        assert stored(engine) == ([1, 2] if done else []), failure
        with engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM numbers")


POSTGRES = {
    DEADLOCK: (psycopg.errors.DeadlockDetected, "40P01"),
    SERIALIZATION_FAILURE: (psycopg.errors.SerializationFailure, "40001"),
    LOCK_TIMEOUT: (psycopg.errors.LockNotAvailable, "55P03"),
    DISK_FULL: (psycopg.errors.DiskFull, "53100"),
    TERMINATED: (psycopg.errors.AdminShutdown, "57P01"),
    CONNECTION_FAILURE: (psycopg.errors.ConnectionFailure, "08006"),
    CUT_OFF: (psycopg.OperationalError, None),
}
SQLITE = {
    BUSY: ("SQLITE_BUSY", 5),
    DATABASE_FULL: ("SQLITE_FULL", 13),
    IO_ERROR: ("SQLITE_IOERR_FSYNC", 1034),
    CLOSED: (None, None),
}


@pytest.mark.parametrize("at", [1, 2, 4])
def test_failures_are_the_drivers_own(engine, at):
    """Its class and its code; nothing is missing in these lists."""
    assert {*failures_of(engine)} == {*(POSTGRES if engine.dialect.name == "postgresql" else SQLITE)}
    for failure in failures_of(engine):
        error, _ = failing(engine, Fault(at, failure))
        if engine.dialect.name == "postgresql":
            assert (type(error.orig), getattr(error.orig, "sqlstate", None)) == POSTGRES[failure]
        else:
            codes = (getattr(error.orig, name, None) for name in ("sqlite_errorname", "sqlite_errorcode"))
            assert tuple(codes) == SQLITE[failure]


def test_our_adapters_know_each_of_them(engine):
    """Lost, passing, or neither; only what may have hidden a COMMIT leaves it open."""
    lost, passing = {TERMINATED, CONNECTION_FAILURE, CUT_OFF, CLOSED}, {
        DEADLOCK, SERIALIZATION_FAILURE, LOCK_TIMEOUT, BUSY,
    }  # fmt: skip
    for failure in failures_of(engine):
        error, _ = failing(engine, Fault("commit", failure))
        assert is_lost_connection(error) == (failure in lost), failure
        assert is_retryable(error) == (failure in lost | passing), failure
        assert leaves_commit_open(error) == failure.hides_commit, failure
        assert not is_collision(error)


def test_a_lost_connection_is_lost(engine):
    """SQLAlchemy throws it out of the pool, and nobody gets it again; any other error leaves it there."""
    for failure in failures_of(engine):
        with engine.connect() as connection:
            before = connection.connection.driver_connection
        error, _ = failing(engine, Fault(2, failure))
        with engine.connect() as connection:
            is_the_same = connection.connection.driver_connection is before
        # A pool in between reports a lost connection without losing ours: that one is closed only afterwards.
        assert is_the_same == (failure not in (TERMINATED, CONNECTION_FAILURE, CUT_OFF, CLOSED)), failure
        assert error.connection_invalidated == (not is_the_same), failure


def test_an_aborted_transaction_is_aborted(postgres_database_url):
    """PostgreSQL refuses whatever comes after the error in the same transaction."""
    engine = create_engine(driver_url(postgres_database_url))
    with injecting(engine, Fault(2, DEADLOCK)), engine.connect() as connection:
        with pytest.raises(OperationalError):
            connection.exec_driver_sql("SELECT 1")
        with pytest.raises(InternalError, match="current transaction is aborted"):
            connection.exec_driver_sql("SELECT 2")
    engine.dispose()


def test_a_fault_comes_again_at_the_same_place(engine):
    """Of each transaction that follows, so often as it was said; COMMIT stays COMMIT, however long the transaction."""
    failure = failures_of(engine)[0]
    places: dict[int | Literal["commit"], list[int]] = {3: [3, 3], "commit": [4, 3]}
    for at, hits in places.items():
        with injecting(engine, Fault(at, failure, times=2)) as record:
            for numbers in ((1, 2), (1,) if at == "commit" else (1, 2)):
                with pytest.raises(DBAPIError):
                    insert(engine, *numbers)
            insert(engine, 1, 2)
        assert [hit.place for hit in record.hits] == hits
        assert stored(engine) == [1, 2]
        with engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM numbers")


def test_several_faults_at_once(engine):
    """The rollback of what failed may fail itself."""
    first, *_, lost = failures_of(engine)
    with injecting(engine, Fault(2, first), Fault("rollback", lost)) as record, pytest.raises(DBAPIError) as failure:
        insert(engine, 1)
    assert [hit.kind for hit in record.hits] == [PointKind.STATEMENT, PointKind.ROLLBACK]
    assert failure.value.connection_invalidated
    insert(engine, 1)
    assert stored(engine) == [1]


def test_any_exception_can_be_raised(engine):
    """As it is; SQLAlchemy wraps what is the driver's."""
    with injecting(engine, Fault(2, ZeroDivisionError("mine"))), pytest.raises(ZeroDivisionError, match="mine"):
        insert(engine, 1)
    own = psycopg.OperationalError("mine") if engine.dialect.name == "postgresql" else IntegrityError("mine")
    with injecting(engine, Fault("commit", own)), pytest.raises(DBAPIError) as failure:
        insert(engine, 1)
    assert failure.value.orig is own


def test_nothing_is_left_behind(engine):
    """After the block nothing fails and nothing is recorded, also when one block stands in another."""
    failure = failures_of(engine)[0]
    with injecting(engine) as outer, injecting(engine, Fault(9, failure)) as inner:
        insert(engine, 1)
    insert(engine, 2)
    assert (len(outer.points), len(inner.points), inner.hits) == (3, 3, [])
    assert not {"do_begin", "do_commit", "do_execute"} & vars(engine.dialect).keys()


@pytest.mark.parametrize("at", [0, -1, "never", 1.5])
def test_a_point_that_cannot_be_is_refused(at):
    """At once, and not by never failing."""
    with pytest.raises(ValueError, match="at is the number of a point"):
        Fault(at, DEADLOCK)


def test_reads_of_our_store_have_no_begin_and_no_commit(request):
    """They stand alone, and are tried again when the connection is lost."""
    for database in ("sqlite", "postgres"):
        store = SqlStore.from_url(request.getfixturevalue(f"{database}_database_url"))
        acme = Agency(store)
        points = every_point(store.engine, partial(acme.read, list_clients))
        assert [point.kind for point in points] == [PointKind.STATEMENT] * 2
        with injecting(store.engine, Fault(2, failures_of(store.engine)[-1])) as record:
            assert acme.read(list_clients).total == 0
        assert len(record.hits) == 1
        store.close()


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_the_asyncio_store_survives_as_well(request, database):
    """The same faults on an asynchronous driver."""
    url = request.getfixturevalue(f"{database}_database_url")
    founded = SqlStore.from_url(url)
    acme = Agency(founded)

    async def register(failure: DriverFailure, number: int) -> int:
        store = AsyncSqlStore.from_url(url)
        with injecting(store.engine, Fault("commit", failure, "after")) as record:
            email = f"eve{number}@example.com"
            await store.run(acme.org_id, create_client, email=email, first_name="Eve", last_name="Doe", at=NOON)
        await store.close()
        return len(record.hits)

    for number, failure in enumerate(failures_of(founded.engine)):
        if failure.hides_commit:
            assert asyncio.run(register(failure, number)) == 1
    hidden = [failure for failure in failures_of(founded.engine) if failure.hides_commit]
    assert acme.read(list_clients).total == len(hidden)
    founded.close()
