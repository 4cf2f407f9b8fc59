"""Many threads at once on SQLite and PostgreSQL; beside each, the naive form, which breaks.

Every race is started by a barrier, and nothing depends on who wins: a result that could differ from run to run is not
asserted. The naive forms are made to meet in the worst order, so that they break each time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Barrier, get_ident
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, create_engine, event, insert, update
from sqlalchemy.exc import IntegrityError, OperationalError
from tests.racing import THREADS, at_once, errors, open_agency

from service_engine.domain.access import Levels
from service_engine.domain.change import Change
from service_engine.domain.clients import delete_client as deleted
from service_engine.domain.json_values import freeze
from service_engine.domain.tags import TagCreated
from service_engine.domain.tickets import revise
from service_engine.errors import (
    AlreadyTakenError,
    ConflictError,
    DependentsExistError,
    InvalidReferenceError,
    NotAssignableError,
    NotFoundError,
)
from service_engine.testing.builders import NOON
from service_engine.testing.contracts import happened
from service_engine.usecases.clients import create_client, delete_client, list_clients
from service_engine.usecases.tags import find_or_create_tags
from service_engine.usecases.tickets import (
    TicketPatch,
    close_ticket,
    get_ticket,
    list_tickets,
    open_ticket,
    retag_ticket,
    update_ticket,
)

DATES = {"created_at": NOON, "updated_at": NOON}


@pytest.fixture(params=["sqlite", "postgres"])
def acme(request):
    """Give an organisation on a database, with enough connections for everybody."""
    with open_agency(request.getfixturevalue(f"{request.param}_database_url")) as agency:
        yield agency


def configured(engine: Engine) -> Engine:
    """Let an SQLite engine begin its transactions by itself, and give up at once."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def test_one_new_tag_is_one_row(acme):
    """Everybody uses the same new tag at once; there is one, and nobody fails."""
    client = acme.client()
    results = at_once(
        *[
            lambda: acme.run(open_ticket, client_id=client.id, subject="Help", tags=["urgent"], at=NOON)
            for _ in range(THREADS)
        ]
    )
    assert errors(results) == []
    assert len({ticket.tags for ticket in results}) == 1
    assert acme.read(list_tickets).total == THREADS
    with acme.begin() as uow:
        assert uow.tags.find(["urgent"]) == results[0].tags


def test_one_new_tag_naively_is_an_error(acme):
    """Whoever looks first and then inserts what was missing is too late: the name is taken by then."""
    tags = acme.store.tables.tags
    with acme.begin() as uow:
        assert uow.tags.find(["urgent"]) == ()
    acme.tags("urgent")
    with pytest.raises(IntegrityError), acme.store.engine.begin() as connection:
        connection.execute(insert(tags), {"org_id": acme.org_id, "id": acme.new_id(), "name": "urgent", **DATES})


def test_several_new_tags_in_any_order_do_not_deadlock(acme):
    """Half of them name the tags forwards, half backwards."""
    names = [f"tag {number}" for number in range(8)]
    orders = [names if number % 2 else names[::-1] for number in range(THREADS)]
    results = at_once(*[lambda tags=tags: acme.run(find_or_create_tags, tags, at=NOON) for tags in orders])
    assert errors(results) == []
    assert len({tag for tags in results for tag in tags}) == len(names)
    for tags, wanted in zip(results, orders, strict=True):
        assert [tag.name for tag in tags] == wanted


@pytest.mark.parametrize("acme", ["postgres"], indirect=True)
def test_several_new_tags_naively_deadlock(acme):
    """Two transactions that insert the same two tags in opposite orders wait for each other."""
    halfway = Barrier(2)

    def use(*names: str) -> None:
        with acme.begin() as uow:
            for name in names:
                tag = acme.build.tag(name)
                uow.tags.add_missing([Change(tag, (TagCreated(tag=tag, at=NOON),))])
                if name == names[0]:
                    halfway.wait(timeout=60)

    (error,) = errors(at_once(lambda: use("a", "b"), lambda: use("b", "a")))
    assert "deadlock" in str(error)


def test_one_new_email_is_one_client(acme):
    """Everybody else is told that it is taken."""
    named = {"email": "john@example.com", "first_name": "John", "last_name": "Doe"}
    results = at_once(*[lambda: acme.run(create_client, **named, at=NOON) for _ in range(THREADS)])
    refused = errors(results)
    assert len(refused) == THREADS - 1
    assert {type(error) for error in refused} == {AlreadyTakenError}
    assert acme.read(list_clients).total == 1


def test_one_new_email_naively_is_a_conflict(acme):
    """Whoever looked before somebody else stored is stopped by the database, not by the look-up."""
    with acme.begin() as uow:
        assert uow.clients.email_owner("john@example.com") is None
    acme.client(email="john@example.com")
    with pytest.raises(ConflictError):
        acme.client(email="john@example.com")
    assert acme.read(list_clients).total == 1


def count_up(uow: Any, ticket_id: Any, who: str) -> None:
    """Add one to a counter in the metadata, and a tag beside it: both, or neither."""
    metadata = dict(uow.tickets.get(ticket_id).metadata)
    metadata["count"] = metadata.get("count", 0) + 1
    metadata["by"] = [*metadata.get("by", ()), who]
    patch = TicketPatch(metadata=metadata, tags=[f"count {metadata['count']}"], note=who)
    update_ticket(uow, ticket_id, patch, at=NOON)


def test_no_update_is_lost_and_none_is_half_applied(acme):
    """Thirty-two editors of one ticket each add one; all of it is there."""
    ticket = acme.ticket()
    results = at_once(*[lambda who=who: acme.run(count_up, ticket.id, who) for who in map(str, range(THREADS))])
    assert errors(results) == []
    shown = acme.read(get_ticket, ticket.id)
    assert shown.metadata["count"] == THREADS
    assert sorted(shown.metadata["by"], key=int) == [str(number) for number in range(THREADS)]
    assert shown.tags == (f"count {THREADS}",)
    assert shown.note == shown.metadata["by"][-1]


def test_an_update_naively_is_lost(acme):
    """Two editors read the same state and write by id alone: the first one's work is gone."""
    ticket, tickets = acme.ticket(), acme.store.tables.tickets
    own = (tickets.c.org_id == bindparam("the_org_id"), tickets.c.id == ticket.id)
    reads = []
    for _ in range(2):
        with acme.begin() as uow:
            reads.append(uow.tickets.get(ticket.id).metadata.get("count", 0))
    for count in reads:
        with acme.store.engine.begin() as connection:
            changed = update(tickets).where(*own).values(metadata=freeze({"count": count + 1}))
            connection.execute(changed, {"the_org_id": acme.org_id})
    assert acme.read(get_ticket, ticket.id).metadata["count"] == 1


def test_an_update_from_an_old_state_is_a_conflict(acme):
    """Everybody read the ticket before anybody saved: one is stored, the others are told so and write nothing."""
    ticket = acme.ticket()

    def save(number: int) -> Any:
        with acme.begin() as uow:
            return uow.tickets.save(revise(ticket, note=f"note {number}", at=NOON))

    results = at_once(*[lambda number=number: save(number) for number in range(THREADS)])
    (stored,) = [each for each in results if not isinstance(each, Exception)]
    assert {type(error) for error in errors(results)} == {ConflictError}
    with acme.begin() as uow:
        assert uow.tickets.get(ticket.id) == stored


@pytest.mark.parametrize("acme", ["postgres"], indirect=True)
def test_a_ticket_that_changes_between_two_looks_is_a_conflict(acme):
    """A use case that decided on the first look must not store on top of what it sees at the second."""
    ticket = acme.ticket()
    with pytest.raises(ConflictError), acme.begin() as uow:  # noqa: PT012  # the block is the transaction
        note = f"version {uow.tickets.get(ticket.id).version}"
        assert errors(at_once(lambda: acme.run(close_ticket, ticket.id, at=NOON))) == []
        update_ticket(uow, ticket.id, TicketPatch(note=note), at=NOON)
    assert acme.read(get_ticket, ticket.id).note is None


def test_two_editors_of_different_things_both_win(acme):
    """One closes, one retags, many times over; nobody fails, and the ticket is whole."""
    ticket = acme.ticket()

    def retag(tags: list[str]) -> None:
        acme.run(retag_ticket, ticket.id, tags, at=NOON)

    jobs: list[Callable[[], Any]] = [lambda: acme.run(close_ticket, ticket.id, at=NOON)] * (THREADS // 2)
    jobs += [partial(retag, [f"tag {number}", "all"]) for number in range(THREADS // 2)]
    assert errors(at_once(*jobs)) == []
    shown = acme.read(get_ticket, ticket.id)
    assert shown.date_closed == NOON
    assert len(shown.tags) == 2
    assert shown.tags[1] == "all"


@pytest.mark.parametrize("round_", range(5))
def test_a_deleted_client_has_no_ticket(acme, round_):
    """Deleting a client races with opening tickets for them: either they are gone, or they have tickets, never both."""
    client = acme.client()
    jobs = [lambda: acme.run(open_ticket, client_id=client.id, subject="Help", at=NOON) for _ in range(THREADS // 2)]
    jobs.insert(round_ * 3, lambda: acme.run(delete_client, client.id, at=NOON))
    results = at_once(*jobs)
    assert {type(error) for error in errors(results)} <= {InvalidReferenceError, DependentsExistError}
    alive = acme.read(list_clients).total == 1
    assert acme.read(list_tickets).total == (len([each for each in results if each]) - len(errors(results)))
    assert alive == (acme.read(list_tickets).total > 0)


def test_a_deleted_client_naively_has_a_ticket(acme):
    """Whoever checked the client first and stores the ticket later stores it for somebody who is gone."""
    client = acme.client()
    with acme.begin() as uow:
        assert uow.references.look_up(client_id=client.id).client
    with acme.begin() as uow:
        uow.clients.save(deleted(client, dependents=(), at=NOON))
    with acme.begin() as uow:
        ticket = uow.tickets.add(happened(acme.build.ticket(client_id=client.id)))
    with pytest.raises(NotFoundError), acme.begin() as uow:
        uow.clients.get(client.id)
    assert ticket.client_id == client.id


def test_access_stays_as_it_was_checked_until_the_end(acme):
    """Nobody can take away the access of somebody who is just being assigned; afterwards, anybody can."""
    url, role = acme.store.engine.url, acme.admin_role
    impatient = {"timeout": 0.1} if url.get_backend_name() == "sqlite" else {"options": "-c lock_timeout=100"}
    roles = acme.store.tables.roles
    revoke = update(roles).where(roles.c.org_id == bindparam("the_org_id"), roles.c.id == role.id)

    def take_away(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(revoke.values(dashboard_access=0), {"the_org_id": acme.org_id})

    other = configured(create_engine(url, connect_args=impatient))
    try:
        with acme.begin() as uow:
            assert uow.references.look_up(employee_ids=[acme.administrator.id]).members
            with pytest.raises(OperationalError):
                take_away(other)
        take_away(other)
    finally:
        other.dispose()
    client = acme.client()
    with pytest.raises(NotAssignableError):
        acme.run(open_ticket, client_id=client.id, subject="Help", employee_ids=[acme.administrator.id], at=NOON)


def test_readers_see_whole_tickets_while_they_change(acme):
    """A reader never sees the status of one change with the tags of another."""
    ticket = acme.ticket()

    def write(number: int) -> None:
        patch = TicketPatch(note=f"{number}", tags=[f"{number}"], metadata={"n": number})
        acme.run(update_ticket, ticket.id, patch, at=NOON)

    jobs: list[Callable[[], Any]] = [partial(write, number) for number in range(THREADS // 2)]
    jobs += [lambda: [acme.read(get_ticket, ticket.id) for _ in range(10)] for _ in range(THREADS // 2)]
    results = at_once(*jobs)
    assert errors(results) == []
    for shown in [row for rows in results if rows for row in rows]:
        expected = (None, (), {}) if shown.note is None else (shown.note, (shown.note,), {"n": int(shown.note)})
        assert (shown.note, shown.tags, dict(shown.metadata)) == expected


def test_threads_do_not_share_a_unit_of_work(acme):
    """Thirty-two units of work are open at once in as many threads, each with what it wrote itself."""
    role = acme.build.role(levels=Levels(dashboard_access=1))
    with acme.begin() as uow:
        uow.roles.add(happened(role))

    def work() -> int:
        with acme.begin() as uow:
            hired = uow.employees.add(happened(acme.build.employee(role=role)))
            assert uow.employees.get(hired.id) == hired
            assert len(uow.events) == 1
        return get_ident()

    results = at_once(*[work for _ in range(THREADS)])
    assert errors(results) == []
