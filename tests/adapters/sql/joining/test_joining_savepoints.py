"""A unit of work in a transaction of the host's that has savepoints, the host's or our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.adapters.sql.joining.hosting import (
    Campaign,
    SecondThoughtsError,
    campaigns,
    emails,
    opened,
    register,
    tables,
)

from service_engine.adapters.sql import SqlStore, join
from service_engine.domain import tickets
from service_engine.domain.ids import OrganizationId, TicketId
from service_engine.errors import ConflictError
from service_engine.testing.builders import NOON
from service_engine.usecases.tickets import TicketPatch, get_ticket, open_ticket, update_ticket


@contextmanager
def taken_back(savepoint: AbstractContextManager[Any]) -> Iterator[None]:
    """Do something in a savepoint that ends with an exception."""
    with suppress(SecondThoughtsError), savepoint:
        yield
        raise SecondThoughtsError


class TestSavepoints:
    """What is taken back is taken back everywhere."""

    @pytest.mark.parametrize("kind", ["session", "connection"])
    def test_a_savepoint_of_the_hosts(self, host: Engine, store: SqlStore, acme: OrganizationId, kind: str) -> None:
        """The rest stays; events and versions are as before."""
        with opened(host, kind) as joined, joined.begin():
            uow = join(joined, acme, tables=tables)
            ticket = open_ticket(uow, client_id=register(uow), subject="Help", at=NOON)
            with taken_back(joined.begin_nested()):
                update_ticket(uow, ticket.id, TicketPatch(subject="Thanks"), at=NOON)
            assert [type(event).__name__ for event in uow.events] == ["ClientRegistered", "TicketOpened"]
            update_ticket(uow, ticket.id, TicketPatch(note="calls back"), at=NOON)
        kept = store.read(acme, get_ticket, ticket.id)
        assert (kept.subject, kept.note) == ("Help", "calls back")

    @pytest.mark.parametrize("kind", ["session", "connection"])
    def test_a_savepoint_of_the_unit_of_work(
        self, host: Engine, store: SqlStore, acme: OrganizationId, kind: str
    ) -> None:
        """The same for a session and for a connection."""
        with opened(host, kind) as joined:
            uow = join(joined, acme, tables=tables)
            ticket = open_ticket(uow, client_id=register(uow), subject="Help", at=NOON)
            with taken_back(uow.savepoint()):
                update_ticket(uow, ticket.id, TicketPatch(subject="Thanks"), at=NOON)
            with uow.savepoint() as same:
                update_ticket(same, ticket.id, TicketPatch(note="calls back"), at=NOON)
            assert [type(event).__name__ for event in uow.events] == [
                "ClientRegistered",
                "TicketOpened",
                "TicketRevised",
            ]
            joined.commit()
        kept = store.read(acme, get_ticket, ticket.id)
        assert (kept.subject, kept.note) == ("Help", "calls back")

    @pytest.mark.parametrize("kind", ["session", "connection"])
    def test_savepoints_in_savepoints(self, host: Engine, store: SqlStore, acme: OrganizationId, kind: str) -> None:
        """The outer one takes back what the inner one kept."""
        with opened(host, kind) as joined, joined.begin():
            uow = join(joined, acme, tables=tables)
            register(uow, "a")
            with taken_back(joined.begin_nested()):
                with joined.begin_nested():
                    register(uow, "b")
                with taken_back(uow.savepoint()):
                    register(uow, "c")
                assert len(uow.events) == 2
            assert len(uow.events) == 1
        assert emails(store, acme) == ["a@example.com"]

    @pytest.mark.parametrize("kind", ["session", "connection"])
    def test_joined_inside_a_savepoint(self, host: Engine, store: SqlStore, acme: OrganizationId, kind: str) -> None:
        """It goes on after the savepoint, without what was taken back."""
        with opened(host, kind) as joined, joined.begin():
            with taken_back(joined.begin_nested()):
                uow = join(joined, acme, tables=tables)
                register(uow, "a")
            assert uow.events == ()
            register(uow, "b")
        assert emails(store, acme) == ["b@example.com"]

    @pytest.mark.parametrize("kind", ["session", "connection"])
    def test_joined_two_savepoints_deep(self, host: Engine, store: SqlStore, acme: OrganizationId, kind: str) -> None:
        """The inner one is kept, another one beside it is not, and in the end the outer one takes back everything."""
        with opened(host, kind) as joined, joined.begin():
            with taken_back(joined.begin_nested()):
                with joined.begin_nested():
                    uow = join(joined, acme, tables=tables)
                    register(uow, "a")
                with taken_back(joined.begin_nested()):
                    register(uow, "b")
                assert len(uow.events) == 1
            assert not uow.events
            register(uow, "c")
            assert len(uow.events) == 1
        assert emails(store, acme) == ["c@example.com"]

    def test_a_conflict_in_a_savepoint_leaves_the_transaction_whole(
        self, host: Engine, store: SqlStore, acme: OrganizationId
    ) -> None:
        """PostgreSQL refuses every statement after an error until something is rolled back: the savepoint."""
        client_id = store.run(acme, register)
        with Session(host) as session, session.begin():
            session.add(Campaign(name="spring", org_id=acme, client_id=client_id))
            uow = join(session, acme, tables=tables)
            opened = tickets.open_ticket(TicketId(uow.entropy.new_id()), client_id=client_id, subject="Help", at=NOON)
            uow.tickets.add(opened)
            with pytest.raises(ConflictError), uow.savepoint():
                uow.tickets.add(opened)
            register(uow, "jane")
        assert emails(store, acme) == ["jane@example.com", "john@example.com"]
        assert campaigns(host) == 1
