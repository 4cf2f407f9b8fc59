"""The statement counter, and what it says of our store."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, literal, select

from service_engine import SqlStore
from service_engine.testing import populate
from service_engine.testing.builders import NOON
from service_engine.testing.statements import counting
from service_engine.usecases.tickets import get_ticket, list_tickets, open_ticket


def test_statements_and_ends_of_transactions_are_counted():
    """A commit, a rollback, and two statements; nothing before and after the block."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(select(literal(0)))
    with counting(engine) as counts:
        with engine.begin() as connection:
            connection.execute(select(literal(1)))
        with engine.connect() as connection:
            connection.execute(select(literal(2)))
    with engine.begin() as connection:
        connection.execute(select(literal(3)))
    assert (counts.statements, counts.begins, counts.commits, counts.rollbacks) == (2, 2, 1, 1)
    assert [sql.split()[0] for sql in counts.sql] == ["SELECT", "SELECT"]


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_our_store_keeps_to_its_numbers(request, database):
    """A page is two statements outside a transaction, a ticket with everything is one, opening one is a transaction."""
    store = SqlStore.from_url(request.getfixturevalue(f"{database}_database_url"))
    made = populate(store, tickets=3)
    with counting(store.engine) as page:
        store.read(made.org_id, list_tickets)
    assert (page.statements, page.begins, page.commits) == (2, 0, 0)
    with counting(store.engine) as one:
        store.read(made.org_id, get_ticket, made.tickets[0].id)
    assert (one.statements, one.begins) == (1, 0)
    with counting(store.engine) as opening:
        store.run(made.org_id, open_ticket, client_id=made.clients[0].id, subject="Help", tags=["new"], at=NOON)
    assert (opening.begins, opening.commits, opening.rollbacks) == (1, 1, 0)
    assert opening.statements <= 8
    store.close()
