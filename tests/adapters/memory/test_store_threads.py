"""The store in memory and its threads: who waits for whom, who is refused, who tries again."""

from __future__ import annotations

from threading import Event as Signal
from threading import Thread

import pytest

from service_engine import Change, ConflictError, NotFoundError, OrganizationId, RuleViolationError, TicketId
from service_engine.adapters.retries import DEFAULT_RETRIES
from service_engine.domain import tickets
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client, list_clients
from service_engine.usecases.organizations import authenticate, bootstrap_organization
from service_engine.usecases.tags import find_or_create_tags
from service_engine.usecases.tickets import (
    TicketPatch,
    close_ticket,
    get_ticket,
    list_tickets,
    open_ticket,
    update_ticket,
)


def _open(uow, ticket_ids, number, *, client_id):
    opened = open_ticket(uow, client_id=client_id, subject=f"Ticket {number}", tags=["new"], at=NOON)
    ticket_ids.append(opened.id)
    return opened


def test_a_reader_sees_one_moment_and_waits_for_nobody(store, org_id, ticket):
    """A writer holds the lock, and commits in the middle of a query."""
    writing, reading, may_commit = Signal(), Signal(), Signal()

    def write():
        with store.begin(org_id) as uow:
            update_ticket(uow, ticket.id, TicketPatch(subject="Changed"), at=NOON)
            open_ticket(uow, client_id=ticket.client_id, subject="Second", at=NOON)
            writing.set()
            assert may_commit.wait(timeout=30)
        reading.set()

    def query(view):
        first = list_tickets(view)
        may_commit.set()
        assert reading.wait(timeout=30)
        return first, list_tickets(view), get_ticket(view, ticket.id).subject

    thread = Thread(target=write)
    thread.start()
    assert writing.wait(timeout=30)
    first, second, subject = store.read(org_id, query)
    thread.join()
    assert (first.total, subject) == (1, "Help with order")
    assert first == second
    assert store.read(org_id, list_tickets).total == 2


def test_writers_of_one_organisation_wait_for_each_other_and_others_do_not(store, org_id, acme):
    """While one organisation is being written, another one can be."""
    other = OrganizationId(store.entropy.new_id())
    waited, steps = Signal(), []

    def found():
        store.run(other, bootstrap_organization, name="Other", at=NOON)
        steps.append("other organisation")
        waited.set()
        store.run(org_id, find_or_create_tags, ["new"], at=NOON)
        steps.append("same organisation")

    thread = Thread(target=found)
    with store.begin(org_id) as uow:
        thread.start()
        assert waited.wait(timeout=30)
        steps.append("first writer")
        assert uow.tags.find(["new"]) == ()
    thread.join()
    assert steps == ["other organisation", "first writer", "same organisation"]


def test_no_update_is_lost(store, org_id, john, at_once):
    """32 threads, each of which opens tickets with the same new tag: one tag, every ticket, each listed once."""
    opened: list[TicketId] = []
    outcomes = at_once(32, lambda number: store.run(org_id, _open, opened, number, client_id=john.id))
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert len({outcome.tags for outcome in outcomes}) == 1
    assert store.read(org_id, list_tickets).total == 32
    with store.begin(org_id) as uow:
        assert len(uow.tags.find(["new"])) == 1


def test_one_email_one_client(store, org_id, acme, at_once):
    """32 threads register the same address: one client, 31 refusals with the proper sentence."""
    outcomes = at_once(
        32, lambda _: store.run(org_id, create_client, email="a@example.com", first_name="A", last_name="B", at=NOON)
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, RuleViolationError)]
    assert (len(refused), {error.code for error in refused}) == (31, {"already_taken"})
    assert store.read(org_id, list_clients).total == 1


def test_organisations_of_one_name_get_slugs_of_their_own(store, at_once):
    """32 threads found an organisation of the same name: those that collide run again and take another slug."""
    ids = [OrganizationId(store.entropy.new_id()) for _ in range(32)]
    founded = at_once(32, lambda number: store.run(ids[number], bootstrap_organization, name="Acme", at=NOON))
    slugs = {bootstrap.organization.slug for bootstrap in founded}
    assert len(slugs) == 32
    assert "acme" in slugs


def _meanwhile(uow, work, elsewhere):
    """Do the work in the open unit of work, and something else in another thread before the block ends."""
    done = work(uow)
    thread = Thread(target=elsewhere)
    thread.start()
    thread.join()
    return done


def test_a_slug_that_is_taken_meanwhile_is_a_conflict_at_the_end(store, org_id):
    """Two organisations are founded at the same time; whoever commits second is refused, whole."""
    other = OrganizationId(store.entropy.new_id())

    def found(uow):
        return bootstrap_organization(uow, name="Acme", at=NOON)

    with pytest.raises(ConflictError) as refused, store.begin(org_id) as uow:
        _meanwhile(uow, found, lambda: store.run(other, found))
    assert (refused.value.kind, refused.value.key) == ("organization", org_id)
    assert uow.events == ()
    with store.begin(org_id) as uow:
        assert uow.organizations.slug_is_taken("acme")
        with pytest.raises(NotFoundError):
            uow.organizations.get()
    assert store.run(org_id, found).organization.slug != "acme"


def test_a_token_hash_is_taken_once_among_all_organisations(store, org_id, acme):
    """Whoever commits second is refused: a hash finds one organisation."""
    other = OrganizationId(store.entropy.new_id())
    theirs = store.run(other, bootstrap_organization, name="Other", at=NOON)
    secret = "s" * 32

    def issue(uow):
        employee_id = (acme if uow.org_id == org_id else theirs).administrator.id
        return uow.api_tokens.add(Change(build.api_token(employee_id=employee_id, secret=secret)))

    with pytest.raises(ConflictError) as refused, store.begin(org_id) as uow:
        _meanwhile(uow, issue, lambda: store.run(other, issue))
    assert refused.value.kind == "api_token"
    with store.begin(org_id) as uow, pytest.raises(ConflictError):
        issue(uow)
    caller, _ = authenticate(store.directory, secret, at=NOON)
    assert caller.organization_id == other


def test_run_tries_again_and_draws_the_same(store, org_id, acme):
    """A use case that collided once gets its ids again, and writes once."""
    drawn = []

    def collide_once(uow, name):
        drawn.append((uow.entropy.new_id(), uow.entropy.characters("AB", 8), uow.entropy.integer(1, 10**9)))
        tags = find_or_create_tags(uow, [name], at=NOON)
        if len(drawn) == 1:
            raise ConflictError("tag", name)
        return tags

    [tag] = store.run(org_id, collide_once, "new")
    assert drawn[0] == drawn[1]
    assert len(drawn) == 2
    with store.begin(org_id) as uow:
        assert uow.tags.find(["new"]) == (tag,)


def test_run_gives_up(store, org_id, ticket):
    """Something stale that was handed in stays stale: after as many tries as on any store the caller hears of it."""
    store.run(org_id, close_ticket, ticket.id, at=NOON)
    tries = []

    def save_stale(uow):
        tries.append(uow)
        return uow.tickets.save(tickets.retag(ticket, [], at=NOON))

    with pytest.raises(ConflictError, match=str(ticket.id)):
        store.run(org_id, save_stale)
    assert len(tries) == DEFAULT_RETRIES.tries
    assert store.read(org_id, get_ticket, ticket.id).tags == ("urgent", "billing")


def test_run_does_not_repeat_a_refusal(store, org_id, acme):
    """Only collisions pass by themselves."""
    tries = []

    def refuse(uow):
        tries.append(uow)
        raise NotFoundError("ticket", 1)

    with pytest.raises(NotFoundError):
        store.run(org_id, refuse)
    assert len(tries) == 1
