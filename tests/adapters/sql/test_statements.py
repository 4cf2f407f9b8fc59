"""How many statements things take, by which index lists are read, and what is sent around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert
from tests.databases import session_engine

from service_engine.adapters.sql import SqlStore
from service_engine.domain.ids import TicketId
from service_engine.domain.money import money
from service_engine.domain.tickets import TicketStatus
from service_engine.ports.clients import ClientSort
from service_engine.ports.keysets import Counting, KeysetRequest
from service_engine.ports.lists import Condition, Operator, PageRequest, Scalar, Sort
from service_engine.ports.tickets import TicketFilter, TicketSort
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency
from service_engine.testing.statements import counting
from service_engine.usecases.clients import create_client, delete_client, get_client, list_clients
from service_engine.usecases.orders import create_order
from service_engine.usecases.tickets import (
    TicketPatch,
    close_ticket,
    get_ticket,
    list_tickets,
    open_ticket,
    post_ticket_message,
    scroll_tickets,
    update_ticket,
)


@pytest.fixture
def ticket_id(acme: Agency) -> TicketId:
    """Give a ticket with everything on it."""
    client = acme.client()
    order = acme.run(create_order, client_id=client.id, service="Design", price=money(100, "USD"), at=NOON)
    ticket = acme.run(
        open_ticket,
        client_id=client.id,
        order_id=order.id,
        subject="Help",
        employee_ids=[acme.administrator.id],
        tags=["urgent", "billing"],
        at=NOON,
    )
    acme.run(post_ticket_message, ticket.id, author_id=client.id, text="Hello", files=["a", "b"], at=NOON)
    return ticket.id


class TestCounts:
    """Round trips, as the goals bound them."""

    @pytest.mark.parametrize("rows", [0, 1, 20, 100])
    def test_a_page_of_tickets_is_two_statements(self, sql_store: SqlStore, acme: Agency, rows: int) -> None:
        """Whatever is on it."""
        client = acme.client()
        with acme.begin() as uow:
            for _ in range(rows):
                open_ticket(
                    uow,
                    client_id=client.id,
                    subject="Help",
                    employee_ids=[acme.administrator.id],
                    tags=["urgent"],
                    at=NOON,
                )
        with counting(sql_store.engine) as counts:
            page = acme.read(list_tickets, page=PageRequest(size=100))
        assert (len(page.rows), page.total, counts.statements) == (rows, rows, 2)

    @pytest.mark.parametrize(
        ("counting_", "statements"), [(Counting.NONE, 1), (Counting.CAPPED, 2), (Counting.EXACT, 2)]
    )
    def test_a_keyset_page_is_one_statement(
        self, sql_store: SqlStore, acme: Agency, counting_: Counting, statements: int
    ) -> None:
        """The first and every other; a count is one more."""
        for _ in range(3):
            acme.ticket()
        after = None
        for rows in (2, 1):
            wanted = KeysetRequest[TicketSort](size=2, after=after, counting=counting_)
            with counting(sql_store.engine) as counts:
                page = acme.read(scroll_tickets, page=wanted)
            assert (len(page.rows), counts.statements) == (rows, statements)
            after = page.following

    @pytest.mark.parametrize("rows", [0, 1, 20])
    def test_a_page_of_clients_is_two_statements(self, sql_store: SqlStore, acme: Agency, rows: int) -> None:
        """Whatever is on it."""
        for _ in range(rows):
            acme.client()
        with counting(sql_store.engine) as counts:
            page = acme.read(list_clients, page=PageRequest(size=100))
        assert (len(page.rows), counts.statements) == (rows, 2)

    def test_a_ticket_with_everything_is_one_statement(
        self, sql_store: SqlStore, acme: Agency, ticket_id: TicketId
    ) -> None:
        """Client, role, address, order, employees, tags and messages come with it."""
        with counting(sql_store.engine) as counts:
            ticket = acme.read(get_ticket, ticket_id)
        assert (len(ticket.messages), ticket.tags, counts.statements) == (1, ("urgent", "billing"), 1)
        assert ticket.messages[0].files == ("a", "b")

    def test_a_client_is_one_statement(self, sql_store: SqlStore, acme: Agency) -> None:
        """Role, address and what they spent come with them."""
        client = acme.client()
        with counting(sql_store.engine) as counts:
            acme.read(get_client, client.id)
        assert counts.statements == 1

    def test_opening_a_ticket(self, sql_store: SqlStore, acme: Agency) -> None:
        """With two employees, three new tags and an order: at most 8, in one transaction."""
        client, jane = acme.client(), acme.employee()
        order = acme.order(client_id=client.id)
        with counting(sql_store.engine) as counts:
            acme.run(
                open_ticket,
                client_id=client.id,
                order_id=order.id,
                subject="Help",
                employee_ids=[acme.administrator.id, jane.id],
                tags=["a", "b", "c"],
                at=NOON,
            )
        assert counts.statements <= 6, counts.sql
        assert (counts.begins, counts.commits, counts.rollbacks) == (1, 1, 0)

    def test_closing_a_ticket_and_replacing_everything_on_it(
        self, sql_store: SqlStore, acme: Agency, ticket_id: TicketId
    ) -> None:
        """With two employees and new tags: at most 9, in one transaction."""
        patch = TicketPatch(
            status=TicketStatus.CLOSED, employee_ids=[acme.employee().id, acme.employee().id], tags=["x", "y"]
        )
        with counting(sql_store.engine) as counts:
            acme.run(update_ticket, ticket_id, patch, at=NOON)
        assert counts.statements <= 9, counts.sql
        assert (counts.begins, counts.commits, counts.rollbacks) == (1, 1, 0)

    def test_closing_a_ticket_leaves_its_links_alone(
        self, sql_store: SqlStore, acme: Agency, ticket_id: TicketId
    ) -> None:
        """One to load, one to save."""
        with counting(sql_store.engine) as counts:
            acme.run(close_ticket, ticket_id, at=NOON)
        assert counts.statements == 2

    def test_closing_a_closed_ticket_writes_nothing(
        self, sql_store: SqlStore, acme: Agency, ticket_id: TicketId
    ) -> None:
        """A change without events is no change."""
        acme.run(close_ticket, ticket_id, at=NOON)
        with counting(sql_store.engine) as counts:
            acme.run(close_ticket, ticket_id, at=NOON + timedelta(hours=1))
        assert [sql.split()[0] for sql in counts.sql] == ["SELECT"]

    def test_checking_a_token_is_one_read(self, sql_store: SqlStore, acme: Agency) -> None:
        """And no write."""
        with counting(sql_store.engine) as counts:
            assert sql_store.directory.token_grant("0" * 64) is None
        assert (counts.statements, counts.begins) == (1, 0)

    def test_deleting_a_client(self, sql_store: SqlStore, acme: Agency) -> None:
        """Hold, load, one question for all dependents, save."""
        client = acme.client()
        with counting(sql_store.engine) as counts:
            acme.run(delete_client, client.id, at=NOON)
        assert counts.statements == 4


def test_new_clients_cost_no_more_with_many(sql_store: SqlStore, acme: Agency) -> None:
    """Role, e-mail and affiliate id are looked up, then address and client stored."""
    with counting(sql_store.engine) as counts:
        acme.run(create_client, email="a@example.com", first_name="A", last_name="B", at=NOON)
    assert counts.statements == 4


@contextmanager
def _sent(store: SqlStore) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements and their values, as the driver gets them."""
    sent: list[tuple[str, Any]] = []

    def note(_: Connection, __: Any, sql: str, values: Any, ___: Any, ____: bool) -> None:
        sent.append((sql, values))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def _plan(store: SqlStore, sql: str, values: Any) -> list[str]:
    explain = "EXPLAIN QUERY PLAN" if store.engine.dialect.name == "sqlite" else "EXPLAIN"
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{explain} {sql}", values).all()
    return [str(row[-1]) for row in rows]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def crowded_store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    """Give a store that is only read from, once it is full."""
    with session_engine(request, request.param) as engine:
        yield SqlStore(engine)


@pytest.fixture(scope="module")
def crowded(crowded_store: SqlStore) -> Agency:
    """Give an organisation with enough tickets and clients that no planner would rather read them all."""
    acme, tables = Agency(crowded_store), crowded_store.tables
    people = [acme.client() for _ in range(3)]
    with crowded_store.engine.begin() as connection:
        connection.execute(
            insert(tables.users),
            [
                {
                    "org_id": acme.org_id,
                    "id": acme.new_id(),
                    "email": f"{number}@example.com",
                    "first_name": "A",
                    "last_name": "B",
                    "role_id": acme.client_role.id,
                    "created_at": NOON + timedelta(seconds=number),
                    "updated_at": NOON,
                }
                for number in range(8_000)
            ],
        )
        connection.execute(
            insert(tables.tickets),
            [
                {
                    "org_id": acme.org_id,
                    "id": acme.new_id(),
                    "subject": f"Ticket {number}",
                    "client_id": people[number % 3].id,
                    "status": 1 + number % 2,
                    "created_at": NOON + timedelta(seconds=number),
                    "updated_at": NOON,
                }
                for number in range(10_000)
            ],
        )
    with crowded_store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    return acme


class TestPlans:
    """The default lists are read along an index, from the newest on."""

    @pytest.mark.parametrize("descending", [True, False])
    @pytest.mark.parametrize("filters", [(), ("status",), ("client_id",)], ids=lambda names: "+".join(names) or "all")
    def test_tickets(
        self, crowded_store: SqlStore, crowded: Agency, filters: tuple[str, ...], descending: bool
    ) -> None:
        """All of them, of one status and of one client, newest or oldest first: nothing is sorted."""
        client_id = crowded.read(list_tickets).rows[0].client_id
        values: dict[str, Scalar] = {"status": 1, "client_id": client_id}
        conditions = [Condition(TicketFilter(name), Operator.EQ, values[name]) for name in filters]
        with _sent(crowded_store) as sent:
            crowded.read(list_tickets, filters=conditions, sort=Sort(TicketSort.CREATED_AT, descending=descending))
        self._is_read_along(crowded_store, sent[0], f"tickets_{filters[0] if filters else 'newest'}_idx")

    @pytest.mark.parametrize("descending", [True, False])
    def test_clients(self, crowded_store: SqlStore, crowded: Agency, descending: bool) -> None:
        """Newest or oldest first: nothing is sorted."""
        with _sent(crowded_store) as sent:
            crowded.read(list_clients, sort=Sort(ClientSort.CREATED_AT, descending=descending))
        self._is_read_along(crowded_store, sent[0], "users_newest_idx")

    def _is_read_along(self, store: SqlStore, sent: tuple[str, Any], index: str) -> None:
        plan = _plan(store, *sent)
        text = "\n".join(plan)
        assert index in text, text
        assert "Seq Scan on tickets" not in text, text
        assert "Sort" not in text, text
        assert "TEMP B-TREE" not in text, text


class TestReads:
    """No BEGIN before a read and no ROLLBACK after it: psycopg would forget its prepared statements.

    Asked of the connection itself, because SQLAlchemy announces more than it sends.
    """

    def test_on_sqlite(self, sqlite_database_url: str) -> None:
        """SQLite is sent the queries and nothing else."""
        with _opened(sqlite_database_url) as (store, acme, ticket_id):
            sent: list[str] = []
            driver = _pooled_connection(store)
            driver.set_trace_callback(sent.append)
            _read_twice(acme, ticket_id)
            driver.set_trace_callback(None)
        assert len(sent) == 6, sent
        assert all(sql.startswith(("SELECT", "WITH")) for sql in sent), sent

    def test_on_postgres(self, postgres_database_url: str, tmp_path: Path) -> None:
        """PostgreSQL is sent six messages for six queries; the protocol's trace tells."""
        with _opened(postgres_database_url) as (store, acme, ticket_id), (tmp_path / "trace").open("w+b") as file:
            driver = _pooled_connection(store)
            driver.pgconn.trace(file.fileno())
            _read_twice(acme, ticket_id)
            driver.pgconn.untrace()
            trace = (tmp_path / "trace").read_text(errors="replace")
        assert len(re.findall(r"\tF\t\d+\t(?:Sync|Query)", trace)) == 6
        assert re.findall("BEGIN|COMMIT|ROLLBACK|DEALLOCATE", trace) == []


@contextmanager
def _opened(url: str) -> Iterator[tuple[SqlStore, Agency, TicketId]]:
    # One connection, so that the one that is watched is the one that is used.
    store = SqlStore.from_url(url, engine_options={"pool_size": 1, "max_overflow": 0})
    try:
        acme = Agency(store)
        ticket_id = acme.run(open_ticket, client_id=acme.client().id, subject="Help", at=NOON).id
        _read_twice(acme, ticket_id)
        yield store, acme, ticket_id
    finally:
        store.close()


def _pooled_connection(store: SqlStore) -> Any:
    with store.engine.connect() as connection:
        return connection.connection.driver_connection


def _read_twice(acme: Agency, ticket_id: TicketId) -> None:
    for _ in range(2):
        acme.read(get_ticket, ticket_id)
        acme.read(list_tickets)
