"""Lost connections: what was acknowledged is there once, and what was not is there once or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Timer
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from service_engine.adapters.sql import SqlStore
from service_engine.adapters.sql.failures import is_collision, is_lost_connection, is_retryable
from service_engine.domain.ids import TicketId
from service_engine.domain.tickets import TicketStatus
from service_engine.errors import InvalidReferenceError, NotFoundError
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency
from service_engine.testing.postgres import PostgresServer
from service_engine.usecases.clients import create_client, delete_client, get_client, list_clients
from service_engine.usecases.tickets import (
    TicketPatch,
    close_ticket,
    delete_ticket,
    get_ticket,
    list_tickets,
    open_ticket,
    update_ticket,
)


@pytest.fixture
def store(postgres_database_url: str) -> Iterator[SqlStore]:
    """Give a store on PostgreSQL; an SQLite database cannot be lost."""
    store = SqlStore.from_url(postgres_database_url)
    yield store
    store.close()


@pytest.fixture
def acme(store: SqlStore) -> Agency:
    """Give an organisation on it."""
    return Agency(store)


@contextmanager
def _at_commit(store: SqlStore, fault: Callable[[Connection], None], times: int = 1) -> Iterator[list[int]]:
    """Let something happen when the next transactions are about to be committed."""
    happened: list[int] = []

    def on_commit(connection: Connection) -> None:
        if len(happened) < times:
            happened.append(1)
            fault(connection)

    event.listen(store.engine, "commit", on_commit)
    try:
        yield happened
    finally:
        event.remove(store.engine, "commit", on_commit)


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver: Any = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def _cut_before(connection: Connection) -> None:
    """Lose the connection before COMMIT has reached the server."""
    _driver(connection).pgconn.finish()


def _cut_after(connection: Connection) -> None:
    """Lose the connection after the server has committed, before its answer has come back."""
    _driver(connection).commit()
    _driver(connection).pgconn.finish()


CUTS = pytest.mark.parametrize("cut", [_cut_before, _cut_after])


class TestAnUnansweredCommit:
    """Nobody knows whether it took place, until the witness is asked."""

    @CUTS
    def test_opens_one_ticket(self, store: SqlStore, acme: Agency, cut: Callable[[Connection], None]) -> None:
        """With its tags, once; what was returned is what is stored."""
        client = acme.client()
        with _at_commit(store, cut) as happened:
            ticket = acme.run(open_ticket, client_id=client.id, subject="Help", tags=["a", "b"], at=NOON)
        assert (len(happened), acme.read(list_tickets).total) == (1, 1)
        with acme.begin() as uow:
            assert uow.tickets.get(ticket.id) == ticket

    @CUTS
    def test_registers_one_client(self, store: SqlStore, acme: Agency, cut: Callable[[Connection], None]) -> None:
        """Whose e-mail is not taken by themselves."""
        with _at_commit(store, cut):
            client = acme.run(create_client, email="a@example.com", first_name="A", last_name="B", at=NOON)
        assert acme.read(list_clients).total == 1
        assert acme.read(get_client, client.id).client == client

    @CUTS
    def test_closes_a_ticket_once(self, store: SqlStore, acme: Agency, cut: Callable[[Connection], None]) -> None:
        """Its version counts one change."""
        ticket = acme.ticket()
        with _at_commit(store, cut):
            closed = acme.run(close_ticket, ticket.id, at=NOON)
        assert (closed.status, closed.version) == (TicketStatus.CLOSED, 2)
        with acme.begin() as uow:
            assert uow.tickets.get(ticket.id) == closed

    @CUTS
    def test_deletes_a_ticket_once(self, store: SqlStore, acme: Agency, cut: Callable[[Connection], None]) -> None:
        """And does not then say that there is none."""
        ticket = acme.ticket()
        with _at_commit(store, cut):
            acme.run(delete_ticket, ticket.id, at=NOON)
        with pytest.raises(NotFoundError):
            acme.read(get_ticket, ticket.id)

    @CUTS
    def test_may_happen_several_times(self, store: SqlStore, acme: Agency, cut: Callable[[Connection], None]) -> None:
        """Also at the next try."""
        client = acme.client()
        with _at_commit(store, cut, times=3):
            ticket = acme.run(open_ticket, client_id=client.id, subject="Help", tags=["a"], at=NOON)
        assert [row.id for row in acme.read(list_tickets).rows] == [ticket.id]

    def test_may_come_through_during_the_next_try(self, store: SqlStore, acme: Agency) -> None:
        """The next try waits for the old transaction's rows, collides with them, and so knows."""
        client = acme.client()
        old: list[psycopg.Connection[Any]] = []

        def let_it_hang(connection: Connection) -> None:
            old.append(_driver(connection))
            connection.detach()
            connection.invalidate()
            Timer(0.3, old[0].commit).start()
            lost = psycopg.OperationalError("server closed the connection unexpectedly")
            raise OperationalError("COMMIT", None, lost, connection_invalidated=True)

        with _at_commit(store, let_it_hang):
            ticket = acme.run(open_ticket, client_id=client.id, subject="Help", tags=["a"], at=NOON)
        assert [row.id for row in acme.read(list_tickets).rows] == [ticket.id]
        old[0].close()

    def test_that_did_not_take_place_may_be_refused_later(self, store: SqlStore, acme: Agency) -> None:
        """The client is gone when the use case runs again: that is the answer, and nothing is stored."""
        client = acme.client()

        def cut_and_delete(connection: Connection) -> None:
            _cut_before(connection)
            with ThreadPoolExecutor(1) as somebody_else:
                somebody_else.submit(acme.run, delete_client, client.id, at=NOON).result()

        with _at_commit(store, cut_and_delete), pytest.raises(InvalidReferenceError):
            acme.run(open_ticket, client_id=client.id, subject="Help", at=NOON)
        assert acme.read(list_tickets).total == 0

    def test_is_not_a_refused_one(self, store: SqlStore, acme: Agency) -> None:
        """A serialisation failure at COMMIT is an answer: nothing was stored, and the use case runs again."""
        client = acme.client()

        def refuse(_: Connection) -> None:
            raise OperationalError("COMMIT", None, psycopg.errors.SerializationFailure())

        with _at_commit(store, refuse) as happened:
            acme.run(open_ticket, client_id=client.id, subject="Help", at=NOON)
        assert (len(happened), acme.read(list_tickets).total) == (1, 1)

    def test_of_a_use_case_that_wrote_nothing(self, store: SqlStore, acme: Agency) -> None:
        """It is simply run again."""

        def look(uow: UnitOfWork) -> str:
            return uow.organizations.get().name

        with _at_commit(store, _cut_after) as happened:
            assert acme.run(look) == "Acme"
        assert happened == [1]


class TestALostConnection:
    """Before COMMIT nothing is in doubt."""

    def test_in_the_middle_of_a_use_case(self, store: SqlStore, acme: Agency) -> None:
        """The server has rolled back; the use case runs again."""
        client, tries = acme.client(), []

        def interrupted(uow: UnitOfWork) -> TicketId:
            ticket = open_ticket(uow, client_id=client.id, subject="Help", at=NOON)
            tries.append(ticket.id)
            if len(tries) == 1:
                _terminate_others(store)
            return update_ticket(uow, ticket.id, TicketPatch(tags=["late"]), at=NOON).id

        ticket_id = acme.run(interrupted)
        assert tries == [ticket_id, ticket_id]
        assert acme.read(list_tickets).total == 1

    def test_before_a_read(self, store: SqlStore, acme: Agency) -> None:
        """Every pooled connection may be dead."""
        acme.client()
        _terminate_others(store)
        assert acme.read(list_clients).total == 1
        _terminate_others(store)
        assert store.directory.token_grant("0" * 64) is None

    def test_over_a_restart(self) -> None:
        """Nobody notices but the clock."""
        with PostgresServer() as server:
            from service_engine.adapters.sql.migrations import upgrade

            upgrade(server.url)
            store = SqlStore.from_url(server.url)
            acme = Agency(store)
            server.restart()
            client = acme.run(create_client, email="a@example.com", first_name="A", last_name="B", at=NOON)
            server.restart()
            assert acme.read(get_client, client.id).client == client
            store.close()


def _terminate_others(store: SqlStore) -> None:
    """End every other connection to this database, as an administrator would."""
    url = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def test_a_deadlock_is_tried_again(store: SqlStore, acme: Agency) -> None:
    """Two use cases lock the same two tickets crosswise; both go through."""
    one, two = acme.ticket(), acme.ticket()
    barrier, met = Barrier(2), set()

    def close_both(uow: UnitOfWork, first: TicketId, second: TicketId) -> None:
        close_ticket(uow, first, at=NOON)
        if first not in met:
            met.add(first)
            barrier.wait()
        close_ticket(uow, second, at=NOON)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: acme.run(close_both, *pair), [(one.id, two.id), (two.id, one.id)]))
    assert {row.status for row in acme.read(list_tickets).rows} == {TicketStatus.CLOSED}


class TestFailures:
    """What an error means is read from the database's own code."""

    def test_nobody_listens(self) -> None:
        """The database may be on its way up."""
        error = _failure_of("postgresql+psycopg://postgres@127.0.0.1:1/nothing")
        assert is_lost_connection(error)
        assert is_retryable(error)

    def test_the_server_refuses(self, postgres_url: str) -> None:
        """A wrong name will be as wrong a second later."""
        url = postgres_url.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/nowhere?")
        error = _failure_of(url)
        assert "nowhere" in str(error)
        assert not is_retryable(error)

    def test_sqlite_is_busy(self, tmp_path: Path) -> None:
        """Somebody else writes."""
        other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        error = _failure_of(f"sqlite:///{tmp_path}/a.db?timeout=0", "BEGIN IMMEDIATE")
        assert is_retryable(error)
        assert not is_lost_connection(error)
        other.close()

    def test_a_violated_check_is_a_bug(self, store: SqlStore, acme: Agency) -> None:
        """It is neither a collision nor tried again."""
        ticket = acme.ticket()
        with pytest.raises(DBAPIError) as failure, store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE tickets SET status = 9 WHERE id = %(id)s", {"id": ticket.id})
        assert not is_collision(failure.value)
        assert not is_retryable(failure.value)

    def test_anything_else(self) -> None:
        """Is left alone."""
        assert not is_retryable(ValueError())
        assert not is_lost_connection(ValueError())


def _failure_of(url: str, statement: str = "SELECT 1") -> DBAPIError:
    engine = create_engine(url)
    with pytest.raises(DBAPIError) as failure, engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
    return failure.value


def test_deleting_a_client_survives_it(store: SqlStore, acme: Agency) -> None:
    """The client who is gone is not reported missing."""
    client = acme.client()
    with _at_commit(store, _cut_after):
        acme.run(delete_client, client.id, at=NOON)
    assert acme.read(list_clients).total == 0
