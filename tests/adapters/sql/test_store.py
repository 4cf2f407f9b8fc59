"""The store: transactions that are shared, closed, contended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from service_engine.adapters.memory import MemoryStore
from service_engine.adapters.retries import Retries
from service_engine.adapters.sql import SqlStore, SqlUnitOfWork
from service_engine.domain.ids import TicketId
from service_engine.domain.tickets import TicketStatus
from service_engine.errors import ConflictError, NotFoundError
from service_engine.ports.unit_of_work import UnitOfWork, View
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency
from service_engine.usecases.clients import delete_client, list_clients
from service_engine.usecases.tickets import (
    TicketPatch,
    close_ticket,
    get_ticket,
    list_tickets,
    open_ticket,
    update_ticket,
)


class TestTheHostsTransaction:
    """A host opens it; its rows and ours are committed together, or not at all."""

    @pytest.fixture
    def sql_store(self, own_store: SqlStore) -> SqlStore:
        """Give one whose database can have the host's tables."""
        return own_store

    @pytest.fixture
    def bookings(self, sql_store: SqlStore) -> Table:
        """Give a table of the host's."""
        table = Table("bookings", MetaData(), Column("id", Integer, primary_key=True))
        table.create(sql_store.engine)
        return table

    def test_committed_together(self, sql_store: SqlStore, acme: Agency, bookings: Table) -> None:
        """Both are there."""
        client = acme.client()
        with sql_store.engine.begin() as connection:
            connection.execute(insert(bookings), {"id": 1})
            uow = SqlUnitOfWork(connection, acme.org_id, sql_store.tables, sql_store.entropy)
            ticket = open_ticket(uow, client_id=client.id, subject="Help", at=NOON)
            assert [type(event).__name__ for event in uow.events] == ["TicketOpened"]
        with sql_store.engine.connect() as connection:
            assert connection.execute(select(bookings.c.id)).scalars().all() == [1]
        assert acme.read(get_ticket, ticket.id).subject == "Help"

    def test_rolled_back_together(self, sql_store: SqlStore, acme: Agency, bookings: Table) -> None:
        """Neither is there."""
        client = acme.client()
        with sql_store.engine.connect() as connection:
            connection.execute(insert(bookings), {"id": 1})
            uow = SqlUnitOfWork(connection, acme.org_id, sql_store.tables, sql_store.entropy)
            open_ticket(uow, client_id=client.id, subject="Help", at=NOON)
            connection.rollback()
            assert connection.execute(select(bookings.c.id)).all() == []
        assert acme.read(list_tickets).total == 0


class TestBegin:
    """One organisation, one transaction, one thread."""

    def test_an_exception_rolls_back(self, acme: Agency) -> None:
        """And is not swallowed; nothing has happened."""
        client = acme.client()
        opened: list[UnitOfWork] = []

        def interrupted() -> None:
            with acme.begin() as uow:
                opened.append(uow)
                open_ticket(uow, client_id=client.id, subject="Help", at=NOON)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert (opened[0].events, acme.read(list_tickets).total) == ((), 0)

    def test_it_ends_with_the_block(self, acme: Agency) -> None:
        """A unit of work that was kept is of no use."""
        with acme.begin() as uow:
            pass
        with pytest.raises(RuntimeError, match="closed"):
            uow.organizations.get()

    def test_a_view_ends_with_the_query(self, acme: Agency) -> None:
        """The same."""

        def keep(view: View) -> View:
            return view

        view = acme.read(keep)
        with pytest.raises(RuntimeError, match="closed"):
            view.client_queries.get(acme.new_id())

    def test_a_thread_has_one_at_a_time(self, acme: Agency) -> None:
        """The second would wait for the first one's locks for ever."""
        with acme.begin(), pytest.raises(RuntimeError, match="open already"), acme.begin():
            pass
        with acme.begin() as uow:
            assert uow.organizations.get() == acme.organization

    def test_a_closed_store_is_closed(self, sql_store: SqlStore, acme: Agency) -> None:
        """For everything."""
        sql_store.close()
        with pytest.raises(RuntimeError, match="closed"), acme.begin():
            pass
        with pytest.raises(RuntimeError, match="closed"):
            acme.read(list_clients)
        with pytest.raises(RuntimeError, match="closed"):
            acme.run(delete_client, acme.new_id(), at=NOON)
        with pytest.raises(RuntimeError, match="closed"):
            sql_store.directory.token_grant("0" * 64)


class TestContention:
    """Everybody at once: nobody's work is lost, and nobody gets an error."""

    @pytest.mark.parametrize("threads", [8])
    def test_nothing_acknowledged_is_lost(self, acme: Agency, threads: int) -> None:
        """Each thread opens 25 tickets, all with the same new tag."""
        client = acme.client()

        def work(number: int) -> list[TicketId]:
            return [
                acme.run(
                    open_ticket, client_id=client.id, subject=f"{number}.{each}", tags=["new", f"tag {number}"], at=NOON
                ).id
                for each in range(25)
            ]

        with ThreadPoolExecutor(threads) as pool:
            opened = [id_ for ids in pool.map(work, range(threads)) for id_ in ids]
        assert acme.read(list_tickets).total == len(opened) == len(set(opened)) == threads * 25
        with acme.begin() as uow:
            assert len(uow.tags.find(["new", *(f"tag {each}" for each in range(threads))])) == threads + 1

    def test_no_update_is_lost(self, acme: Agency) -> None:
        """Each of 8 editors appends to the note; every letter is there in the end.

        They look at the ticket twice: what they saw first must still hold when they store.
        """
        ticket = acme.ticket(note=None)

        def append(uow: UnitOfWork, letter: str) -> None:
            note = uow.tickets.get(ticket.id).note or ""
            update_ticket(uow, ticket.id, TicketPatch(note=note + letter), at=NOON)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda letter: acme.run(append, letter), "abcdefgh"))
        stored = acme.read(get_ticket, ticket.id)
        assert sorted(stored.note or "") == list("abcdefgh")

    def test_a_ticket_for_a_client_who_is_being_deleted(self, acme: Agency) -> None:
        """Either the ticket is there and the client too, or neither."""
        for _ in range(10):
            client = acme.client()

            def try_to(use_case: str, client_id: object = client.id) -> str:
                try:
                    if use_case == "open":
                        acme.run(open_ticket, client_id=client_id, subject="Help", at=NOON)  # type: ignore[arg-type]
                    else:
                        acme.run(delete_client, client_id, at=NOON)  # type: ignore[arg-type]
                except Exception as error:  # noqa: BLE001  # looked at below
                    return type(error).__name__
                return "done"

            with ThreadPoolExecutor(2) as pool:
                opened, deleted = pool.map(try_to, ["open", "delete"])
            assert (opened, deleted) in {("done", "DependentsExistError"), ("InvalidReferenceError", "done")}


class TestRetries:
    """``run`` tries again, a bounded number of times."""

    def test_a_conflict_is_tried_again_with_the_same_ids(self, acme: Agency) -> None:
        """Until it goes through."""
        seen = []

        def collide_twice(uow: UnitOfWork) -> str:
            seen.append(uow.entropy.new_id())
            if len(seen) < 3:
                raise ConflictError("ticket", 7)
            return "done"

        assert acme.run(collide_twice) == "done"
        assert len(seen) == 3
        assert len(set(seen)) == 1

    def test_an_endless_conflict_is_given_up(self, database_url: str) -> None:
        """With the conflict as the answer."""
        store = SqlStore.from_url(database_url, retries=Retries(tries=3, first_pause=0))
        acme, tries = Agency(store), []

        def collide(_: UnitOfWork) -> None:
            tries.append(1)
            raise ConflictError("ticket", 7)

        with pytest.raises(ConflictError):
            acme.run(collide)
        assert len(tries) == 3
        store.close()

    def test_a_refusal_is_not_tried_again(self, acme: Agency) -> None:
        """It would be refused again."""
        tries = []

        def refuse(uow: UnitOfWork) -> None:
            tries.append(1)
            close_ticket(uow, acme.new_id(), at=NOON)

        with pytest.raises(NotFoundError):
            acme.run(refuse)
        assert len(tries) == 1

    def test_the_second_try_loads_what_is_newest(self, acme: Agency) -> None:
        """Links too: it locks the ticket first, and looks at them only then."""
        ticket = acme.ticket()
        tags, tries = acme.tags("a", "b"), []

        def close_after_somebody_else(uow: UnitOfWork) -> None:
            loaded = uow.tickets.get(ticket.id)
            tries.append(len(loaded.tags))
            if len(tries) == 1:
                raise ConflictError("ticket", ticket.id)
            update_ticket(uow, ticket.id, TicketPatch(status=TicketStatus.CLOSED, tags=["a", "b"]), at=NOON)

        acme.run(close_after_somebody_else)
        with acme.begin() as uow:
            assert uow.tickets.get(ticket.id).tags == tags

    def test_pauses_double_up_to_the_longest(self) -> None:
        """And never exceed it; an outage has longer ones."""
        retries = Retries(first_pause=0.1, longest_pause=0.3, outage_pause=0.2)
        assert [retries.longest_before(each) for each in (1, 2, 3)] == [0.1, 0.2, 0.3]
        assert [retries.longest_before(each, outage=True) for each in (1, 2)] == [0.2, 0.3]
        assert all(0 <= retries.pause_before(2) <= 0.2 for _ in range(100))
        assert all(0.1 <= retries.pause_before(1, outage=True) <= 0.2 for _ in range(100))

    def test_there_is_at_least_one_try(self) -> None:
        """None would be no store."""
        with pytest.raises(ValueError, match="tries"):
            Retries(tries=0)


def test_later_messages_come_last(acme: Agency) -> None:
    """By their time, then by id, however the database collects them."""
    ticket = acme.ticket()
    times = [NOON + timedelta(milliseconds=each) for each in (500, 0, 120, 120)]
    written = [acme.message(ticket, at=time) for time in times]
    shown = acme.read(get_ticket, ticket.id).messages
    assert shown == tuple(sorted(written, key=lambda each: (each.created_at, each.id)))


def test_a_coroutine_function_is_no_use_case(sql_store: SqlStore, acme: Agency) -> None:
    """It would begin to run, write nothing, and be committed; the memory store refuses it as well."""

    async def use_case(uow: UnitOfWork) -> None:
        uow.tickets.get(acme.new_id())

    for store in (sql_store, MemoryStore()):
        with pytest.raises(TypeError, match="a use case is a plain def"):
            store.run(acme.org_id, use_case)  # type: ignore[unused-coroutine]  # mypy knows


def test_a_generator_is_no_use_case(sql_store: SqlStore, acme: Agency) -> None:
    """Whoever called it would get it unbegun, after an empty transaction."""

    def each(uow: UnitOfWork) -> Iterator[str]:
        yield uow.organizations.get().name

    async def each_awaited(uow: UnitOfWork) -> AsyncIterator[str]:
        yield uow.organizations.get().name

    for store in (sql_store, MemoryStore()):
        for use_case in (each, each_awaited):
            with pytest.raises(TypeError, match="a use case is a plain def, not a generator"):
                store.run(acme.org_id, use_case)


def test_an_object_that_is_awaited_is_no_use_case(sql_store: SqlStore, acme: Agency) -> None:
    """Its ``__call__`` is a coroutine function; one whose call is plain is run."""

    class Awaited:
        async def __call__(self, uow: UnitOfWork) -> None:
            uow.tickets.get(acme.new_id())

    class Plain:
        def __call__(self, uow: UnitOfWork) -> str:
            return uow.organizations.get().name

    for store in (sql_store, MemoryStore()):
        with pytest.raises(TypeError, match="a use case is a plain def"):
            store.run(acme.org_id, Awaited())  # type: ignore[unused-coroutine]  # mypy knows
    assert sql_store.run(acme.org_id, Plain()) == "Acme"


def test_a_use_case_that_writes_is_told_from_a_query(sql_store: SqlStore, acme: Agency) -> None:
    """``read`` gives a view, which has nothing to write with."""
    with pytest.raises(AttributeError, match=r"a view only reads, so run this use case with Store\.run"):
        acme.read(open_ticket, client_id=acme.client().id, subject="Help", at=NOON)  # type: ignore[arg-type]
    with acme.begin() as uow, pytest.raises(AttributeError, match=r"'SqlUnitOfWork' object has no attribute 'tikets'$"):
        uow.tikets  # type: ignore[attr-defined]  # noqa: B018
