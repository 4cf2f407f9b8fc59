"""Compiled statements are found by identity: one entry for each statement, however often it runs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import create_engine, literal, select

from service_engine.adapters.sql import SqlStore
from service_engine.adapters.sql.compiled import _ByIdentity, found_by_identity
from service_engine.ports.lists import Condition, Operator
from service_engine.ports.tickets import TicketFilter
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency
from service_engine.usecases.organizations import authenticate
from service_engine.usecases.tickets import (
    TicketPatch,
    close_ticket,
    delete_ticket,
    get_ticket,
    list_tickets,
    open_ticket,
    scroll_tickets,
    update_ticket,
)


def entries(store: SqlStore) -> int:
    """Count what is kept for the store's engine."""
    return len(found_by_identity(store.engine.dialect)["compiled_cache"])


def a_day(acme: Agency) -> None:
    """Read and write in many ways."""
    ticket = acme.run(
        open_ticket,
        client_id=acme.client().id,
        subject="Help",
        tags=["a", "b"],
        employee_ids=[acme.administrator.id],
        at=NOON,
    )
    acme.run(update_ticket, ticket.id, TicketPatch(tags=("c",), employee_ids=()), at=NOON)
    acme.run(close_ticket, ticket.id, at=NOON)
    acme.read(get_ticket, ticket.id)
    for number in (1, 2):
        acme.read(list_tickets, filters=[Condition(TicketFilter.STATUS, Operator.IN, (number, 3))])
    acme.read(scroll_tickets)
    acme.run(delete_ticket, ticket.id, at=NOON)
    authenticate(acme.store.directory, acme.secret, at=NOON)


def test_a_statement_is_compiled_once(sql_store: SqlStore, acme: Agency) -> None:
    """A second day adds nothing: every key that SQLAlchemy asks with is that of a statement that was built once."""
    a_day(acme)
    known = entries(sql_store)
    assert known > 10
    for _ in range(3):
        a_day(acme)
    assert entries(sql_store) == known


def test_it_does_not_grow_for_ever() -> None:
    """A statement that is built anew each time has a new key each time; they are dropped, and nothing goes wrong."""
    options = {"compiled_cache": _ByIdentity(most=10)}
    with create_engine("sqlite://").connect() as connection:
        found = [connection.execute(select(literal(n)), execution_options=options).scalar() for n in range(25)]
    assert found == list(range(25))
    assert len(options["compiled_cache"]) <= 10


def test_another_statement_is_another_entry(sql_store: SqlStore) -> None:
    """While a statement is kept its identity is not given to another one."""
    options = found_by_identity(sql_store.engine.dialect)
    with sql_store.engine.connect() as connection:

        def ask(value: Any) -> Any:
            return connection.execute(select(literal(value).label(f"of_{value}")), execution_options=options).one()

        assert [ask(n)._mapping for n in range(50)] == [{f"of_{n}": n} for n in range(50)]


def test_every_engine_has_its_own() -> None:
    """It goes with the engine."""
    first, second = create_engine("sqlite://"), create_engine("sqlite://")
    assert found_by_identity(first.dialect) is found_by_identity(first.execution_options(a=1).dialect)
    assert found_by_identity(first.dialect) is not found_by_identity(second.dialect)
