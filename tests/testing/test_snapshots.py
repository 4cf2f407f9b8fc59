"""Snapshots of a whole database."""

from __future__ import annotations

import pytest

from service_engine import SqlStore
from service_engine.testing import populate
from service_engine.testing.builders import NOON
from service_engine.testing.snapshots import restore, snapshot
from service_engine.usecases.clients import create_client, list_clients
from service_engine.usecases.tickets import TicketPatch, open_ticket, update_ticket


@pytest.fixture(params=["sqlite", "postgres"])
def store(request):
    """Give a store on each database."""
    store = SqlStore.from_url(request.getfixturevalue(f"{request.param}_database_url"))
    yield store
    store.close()


@pytest.mark.parametrize("known", [True, False])
def test_everything_is_put_back(store, known):
    """What was added, changed and removed, whatever refers to it; it makes no difference whether that is known."""
    tables = store.tables.all()
    made = populate(store, clients=2, orders=1, tickets=2)
    before = snapshot(store.engine, tables)
    eve = store.run(made.org_id, create_client, email="eve@example.com", first_name="Eve", last_name="Doe", at=NOON)
    store.run(made.org_id, open_ticket, client_id=eve.id, subject="Help", tags=["new"], at=NOON)
    patch = TicketPatch(subject="Other", tags=["newer"], employee_ids=[])
    store.run(made.org_id, update_ticket, made.tickets[0].id, patch, at=NOON)
    populate(store, clients=1, orders=0, tickets=0)
    after = snapshot(store.engine, tables)
    assert {name for name, rows in after.items() if rows != before[name]} >= {"organizations", "users", "tickets"}
    restore(store.engine, tables, before, after if known else None)
    assert snapshot(store.engine, tables) == before
    assert store.read(made.org_id, list_clients).total == 2


def test_a_snapshot_sees_one_changed_column(store):
    """Whatever the row."""
    tables = store.tables.all()
    made = populate(store, clients=1, orders=0, tickets=1)
    before = snapshot(store.engine, tables)
    store.run(made.org_id, update_ticket, made.tickets[0].id, TicketPatch(note="Look."), at=made.until)
    after = snapshot(store.engine, tables)
    assert [name for name, rows in after.items() if rows != before[name]] == ["tickets"]
