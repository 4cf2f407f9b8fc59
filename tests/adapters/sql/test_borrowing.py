"""A driver's own connection, lent by a host without SQLAlchemy: its transaction is shared, all else is left alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import Engine, make_url

from service_engine.adapters.sql import SqlStore, borrow, join
from service_engine.domain.ids import OrganizationId
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client, list_clients
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.tickets import list_tickets, open_ticket


@pytest.fixture
def acme(sql_store: SqlStore) -> OrganizationId:
    """Give an organisation."""
    org_id = OrganizationId(sql_store.entropy.new_id())
    sql_store.run(org_id, bootstrap_organization, name="Acme", at=NOON)
    return org_id


@pytest.fixture
def own(sql_store: SqlStore) -> Iterator[Any]:
    """Give a connection of the host's, to the store's database, that reads rows in the host's own way."""
    connection = connect(sql_store.engine)
    yield connection
    connection.close()


def connect(engine: Engine) -> Any:
    """Connect with the driver alone."""
    if engine.dialect.name == "sqlite":
        connection = sqlite3.connect(str(engine.url.database), isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.row_factory = sqlite3.Row
        connection.create_function("regexp", 2, lambda pattern, text: "the host's own")
        return connection
    address = make_url(engine.url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, row_factory=dict_row)


def begin(own: Any) -> None:
    """Begin as the host does; psycopg begins by itself, with the first statement."""
    if isinstance(own, sqlite3.Connection):
        own.execute("BEGIN IMMEDIATE")


def ask_for_help(own: Any, org_id: OrganizationId) -> None:
    """Write something of every kind: texts, times, money, JSON, links."""
    with borrow(own) as connection:
        uow = join(connection, org_id)
        john = create_client(uow, email="john@example.com", first_name="John", last_name="Doe", at=NOON)
        open_ticket(uow, client_id=john.id, subject="Help", tags=["urgent", "billing"], at=NOON)
        [row] = list_tickets(uow).rows
        assert (row.client.email, row.tags, row.created_at) == ("john@example.com", ("urgent", "billing"), NOON)


class TestOneTransaction:
    """The host's row and ours are there together, or not at all."""

    @pytest.fixture
    def notes(self, sql_store: SqlStore) -> Iterator[None]:
        """Give a table of the host's."""
        with sql_store.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE host_notes (body TEXT)")
        yield
        with sql_store.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE host_notes")

    @pytest.mark.parametrize("end", ["commit", "rollback"])
    def test_both_or_neither(self, sql_store: SqlStore, acme: OrganizationId, own: Any, notes: None, end: str) -> None:
        """As the host decides, after the block."""
        begin(own)
        own.execute("INSERT INTO host_notes VALUES ('before')")
        ask_for_help(own, acme)
        own.execute("INSERT INTO host_notes VALUES ('after')")
        getattr(own, end)()
        [counted] = own.execute("SELECT count(*) AS number FROM host_notes").fetchall()
        own.rollback()
        expected = {"commit": (2, 1), "rollback": (0, 0)}[end]
        assert (counted["number"], sql_store.read(acme, list_clients).total) == expected

    def test_the_events_outlive_the_block(self, sql_store: SqlStore, acme: OrganizationId, own: Any) -> None:
        """The end of the view is not the end of the transaction; whoever ends that knows whether they took place."""
        begin(own)
        with borrow(own) as connection:
            uow = join(connection, acme)
            create_client(uow, email="a@example.com", first_name="A", last_name="B", at=NOON)
            with suppress(KeyError), connection.begin_nested():
                create_client(uow, email="b@example.com", first_name="A", last_name="B", at=NOON)
                raise KeyError
        own.commit()
        assert [type(event).__name__ for event in uow.events] == ["ClientRegistered"]
        assert [row.client.email for row in sql_store.read(acme, list_clients).rows] == ["a@example.com"]

    def test_the_first_statement_may_be_ours(self, sql_store: SqlStore, acme: OrganizationId, own: Any) -> None:
        """Psycopg has sent no BEGIN by then."""
        begin(own)
        ask_for_help(own, acme)
        own.rollback()
        assert sql_store.read(acme, list_clients).total == 0

    def test_a_savepoint_inside(self, sql_store: SqlStore, acme: OrganizationId, own: Any) -> None:
        """It takes back what is ours, not what is around it."""
        begin(own)
        with borrow(own) as connection:
            uow = join(connection, acme)
            create_client(uow, email="a@example.com", first_name="A", last_name="B", at=NOON)
            with suppress(KeyError), uow.savepoint():
                create_client(uow, email="b@example.com", first_name="A", last_name="B", at=NOON)
                raise KeyError
        own.commit()
        assert [row.client.email for row in sql_store.read(acme, list_clients).rows] == ["a@example.com"]


class TestTheHosts:
    """What is the host's stays as it was."""

    def test_rows_functions_and_notices(self, sql_store: SqlStore, acme: OrganizationId, own: Any) -> None:
        """The host reads its rows in its own way; its functions and handlers are in place."""
        heard: list[str] = []
        if isinstance(own, psycopg.Connection):
            own.add_notice_handler(lambda notice: heard.append(notice.message_primary or ""))
        begin(own)
        ask_for_help(own, acme)
        [row] = own.execute("SELECT name AS title FROM organizations").fetchall()
        assert row["title"] == "Acme"
        if isinstance(own, psycopg.Connection):
            own.execute("DO $$ BEGIN RAISE NOTICE 'still heard'; END $$")
            assert heard == ["still heard"]
        else:
            assert own.execute("SELECT 'x' REGEXP 'y'").fetchone()[0] == "the host's own"
        own.rollback()

    def test_prepared_statements_do_not_collide(self, acme: OrganizationId, own: Any) -> None:
        """The host may have prepared its statements under the names that the driver would take again."""
        if isinstance(own, psycopg.Connection):
            own.prepare_threshold = 0
        begin(own)
        for _ in range(3):
            own.execute("SELECT 1").fetchall()
            with borrow(own) as connection:
                for _ in range(7):
                    list_clients(join(connection, acme))
        own.rollback()


class TestRefused:
    """What is no transaction cannot be joined."""

    def test_in_autocommit(self, acme: OrganizationId, own: Any) -> None:
        """Each statement would be committed by itself."""
        own.rollback()
        if isinstance(own, psycopg.Connection):
            own.autocommit = True
        with pytest.raises(ValueError, match="in no transaction"), borrow(own):
            pass

    @pytest.mark.parametrize("end", ["commit", "rollback"])
    def test_ended_by_the_driver_inside_of_the_block(self, acme: OrganizationId, own: Any, end: str) -> None:
        """Psycopg would begin another transaction with the next statement: what is written would be in that one."""
        begin(own)
        with borrow(own) as connection:
            uow = join(connection, acme)
            list_clients(uow)
            getattr(own, end)()
            for work in (lambda: list_clients(uow), lambda: join(connection, acme)):
                with pytest.raises(ValueError, match="in no transaction"):
                    work()

    def test_ended_inside_of_the_block(self, sql_store: SqlStore, acme: OrganizationId, own: Any) -> None:
        """The next statement would begin one that nobody ends."""
        if isinstance(own, psycopg.Connection):
            own.execute("SELECT 1")
            own.commit()
            own.autocommit = True
            own.execute("BEGIN")
        begin(own)
        with borrow(own) as connection:
            uow = join(connection, acme)
            own.execute("ROLLBACK")
            with pytest.raises(ValueError, match="in no transaction"):
                list_clients(uow)

    def test_a_failed_transaction(self, acme: OrganizationId, own: Any) -> None:
        """PostgreSQL refuses everything until the rollback; SQLite knows no such state."""
        if isinstance(own, psycopg.Connection):
            with pytest.raises(psycopg.errors.UndefinedTable):
                own.execute("SELECT * FROM nowhere")
            with pytest.raises(RuntimeError, match="has failed"), borrow(own):
                pass

    def test_an_sqlite_connection_without_foreign_keys(self, tmp_path: Path) -> None:
        """A link across organisations could be stored."""
        own = sqlite3.connect(tmp_path / "host.db", isolation_level=None)
        own.execute("BEGIN")
        with pytest.raises(ValueError, match="foreign_keys = ON"), borrow(own):
            pass
        own.close()

    @pytest.mark.parametrize("make", [object, lambda: psycopg.AsyncConnection], ids=["object", "psycopg, a class"])
    def test_another_driver(self, make: Callable[[], Any]) -> None:
        """It says which ones can be borrowed, and what it got."""
        with pytest.raises(TypeError, match="only a connection of sqlite3 or psycopg 3"), borrow(make()):
            pass
