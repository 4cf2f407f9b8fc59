"""The store in memory: transactions, threads, retries, the end."""

from __future__ import annotations

import gc
from threading import Event as Signal
from threading import Thread

import pytest

from service_engine import (
    Change,
    ConflictError,
    MemoryStore,
    NotFoundError,
    OrganizationId,
    RuleViolationError,
    Store,
    TicketId,
)
from service_engine.adapters.retries import DEFAULT_RETRIES
from service_engine.domain import tickets
from service_engine.domain.api_tokens import hash_token
from service_engine.testing import Build, SeededEntropy, build
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client, get_client, list_clients
from service_engine.usecases.organizations import authenticate, bootstrap_organization, issue_api_token
from service_engine.usecases.tags import find_or_create_tags
from service_engine.usecases.tickets import (
    TicketPatch,
    close_ticket,
    get_ticket,
    list_tickets,
    open_ticket,
    post_ticket_message,
    retag_ticket,
    update_ticket,
)


class BoomError(Exception):
    """Not one of the library's."""


def _fail(uow, work, error):
    work(uow)
    raise error


def _fail_after(store, org_id, work, error=BoomError):
    """Do the work, then let the block end with an error; return the unit of work as it is afterwards."""
    with pytest.raises(error), store.begin(org_id) as uow:
        _fail(uow, work, error)
    return uow


def _register(uow):
    return create_client(uow, email="new@example.com", first_name="New", last_name="One", at=NOON)


def _open(uow, ticket_ids, number, *, client_id):
    opened = open_ticket(uow, client_id=client_id, subject=f"Ticket {number}", tags=["new"], at=NOON)
    ticket_ids.append(opened.id)
    return opened


def test_it_is_a_store(store):
    """A type checker agrees that it is what the port asks for."""
    checked: Store = store
    assert checked.directory.token_grant("unknown") is None


def test_an_exception_leaves_nothing_behind(store, org_id, acme, john, ticket):
    """Not a client, not a tag, not a message, not an event, not an address in a unique key."""
    before = store.read(org_id, get_ticket, ticket.id)
    secrets = []

    def work(uow):
        _register(uow)
        update_ticket(uow, ticket.id, TicketPatch(subject="Changed", tags=["new"]), at=NOON)
        post_ticket_message(uow, ticket.id, author_id=john.id, text="Hello", at=NOON)
        secrets.append(issue_api_token(uow, acme.administrator.id, name="new", at=NOON))
        assert get_ticket(uow, ticket.id).subject == "Changed"
        assert len(uow.events) == 7

    uow = _fail_after(store, org_id, work)
    assert uow.events == ()
    assert store.read(org_id, get_ticket, ticket.id) == before
    assert store.read(org_id, list_clients).total == 1
    assert store.directory.token_grant(hash_token(secrets[0])) is None
    with store.begin(org_id) as uow:
        assert uow.tags.find(["new"]) == ()
        assert uow.clients.email_owner("new@example.com") is None
        _register(uow)


def test_a_founding_that_fails_gives_its_slug_back(store, org_id):
    """The slug and the token are in a directory of all organisations; it is rolled back too."""
    founded = []
    _fail_after(store, org_id, lambda uow: founded.append(bootstrap_organization(uow, name="Acme", at=NOON)))
    assert store.directory.token_grant(hash_token(founded[0].token)) is None
    with store.begin(org_id) as uow, pytest.raises(NotFoundError):
        uow.organizations.get()
    other = OrganizationId(store.entropy.new_id())
    assert store.run(other, bootstrap_organization, name="Acme", at=NOON).organization.slug == "acme"


def test_being_interrupted_is_a_rollback_too(store, org_id, john):
    """Ctrl-C is not an ``Exception``, and must not commit half of something."""
    uow = _fail_after(store, org_id, _register, KeyboardInterrupt)
    assert uow.events == ()
    assert store.read(org_id, list_clients).total == 1


def test_a_unit_of_work_that_is_dropped_lets_go_of_its_lock(store, org_id, john):
    """Somebody opened the block by hand and forgot it."""
    block = store.begin(org_id)
    uow = block.__enter__()
    _register(uow)
    del block, uow
    gc.collect()
    assert store.run(org_id, list_clients).total == 1


def test_a_refusal_inside_the_block_may_be_caught(store, org_id, john):
    """A refused write changes nothing, so the rest of the transaction is as it was."""
    with store.begin(org_id) as uow:
        kept = create_client(uow, email="kept@example.com", first_name="Kept", last_name="One", at=NOON)
        twin = Build(store.entropy).client(email="kept@example.com", role_id=kept.role_id)
        with pytest.raises(ConflictError):
            uow.clients.add(Change(twin))
        with pytest.raises(NotFoundError):
            uow.clients.get(twin.id)
    assert store.read(org_id, list_clients).total == 2


def test_the_events_stay_readable_after_the_commit(store, org_id, ticket):
    """A host publishes them once it knows that they happened."""
    with store.begin(org_id) as uow:
        close_ticket(uow, ticket.id, at=NOON)
        retag_ticket(uow, ticket.id, ["done"], at=NOON)
    assert [type(event).__name__ for event in uow.events] == ["TicketClosed", "TagCreated", "TicketRetagged"]


def _posted(ticket):
    return Change(build.message(ticket, author_id=ticket.client_id))


USES = {
    "organizations": lambda uow, ticket: uow.organizations.get(),
    "roles": lambda uow, ticket: uow.roles.all(),
    "employees": lambda uow, ticket: uow.employees.get(ticket.employee_ids[0]),
    "api_tokens": lambda uow, ticket: uow.api_tokens.note_use(ticket.id, at=NOON, unless_since=NOON),
    "clients": lambda uow, ticket: uow.clients.get(ticket.client_id),
    "orders": lambda uow, ticket: uow.orders.taken_numbers(["A"]),
    "tags": lambda uow, ticket: uow.tags.find(["urgent"]),
    "tickets": lambda uow, ticket: uow.tickets.get(ticket.id),
    "save": lambda uow, ticket: uow.tickets.save(tickets.close(ticket, at=NOON)),
    "ticket_messages": lambda uow, ticket: uow.ticket_messages.add(_posted(ticket)),
    "references": lambda uow, ticket: uow.references.look_up(client_id=ticket.client_id),
    "client_queries": lambda uow, ticket: list_clients(uow),
    "ticket_queries": lambda uow, ticket: list_tickets(uow),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_a_closed_unit_of_work_refuses_use(store, org_id, ticket, use):
    """After the block nothing can be read or written, also through a repository that was kept."""
    with store.begin(org_id) as uow:
        use(uow, ticket)
    with pytest.raises(RuntimeError, match=f"unit of work on organisation {org_id} is closed"):
        use(uow, ticket)
    assert uow.org_id == org_id


def test_a_view_ends_with_its_query(store, org_id, ticket):
    """A view that was carried out of ``read`` would show an old moment as if it were now."""
    view = store.read(org_id, lambda view: view)
    with pytest.raises(RuntimeError, match="closed"):
        get_ticket(view, ticket.id)


def test_what_a_unit_of_work_does_not_have_is_an_ordinary_mistake(store, org_id):
    """A typing error is not reported as a closed unit of work."""
    with store.begin(org_id) as uow, pytest.raises(AttributeError, match="stat"):
        _ = uow._work.stat


def test_a_thread_opens_one_unit_of_work_at_a_time(store, org_id, acme):
    """It would wait for itself, or two threads for each other: an error at once is better than silence for ever."""
    other = OrganizationId(store.entropy.new_id())
    with store.begin(org_id) as uow:
        for opened in (org_id, other):
            with pytest.raises(RuntimeError, match=f"unit of work on organisation {org_id} open already"):
                store.run(opened, bootstrap_organization, name="Other", at=NOON)
        assert uow.organizations.get() == acme.organization
    store.run(other, bootstrap_organization, name="Other", at=NOON)


def test_two_stores_know_nothing_of_each_other(store, org_id, acme):
    """Comparing two stores side by side means a unit of work on each."""
    second = MemoryStore(SeededEntropy(2))
    with store.begin(org_id) as uow, second.begin(org_id) as other:
        assert uow.organizations.get() == acme.organization
        with pytest.raises(NotFoundError):
            other.organizations.get()


def test_organisations_do_not_see_each_other(store, org_id, acme, john, ticket):
    """A foreign id is a missing id, in every repository; what is unique is unique in one organisation."""
    other = OrganizationId(store.entropy.new_id())
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    with store.begin(other) as uow:
        for get, key in (
            (uow.tickets.get, ticket.id),
            (uow.ticket_queries.get, ticket.id),
            (uow.clients.get, john.id),
            (uow.client_queries.get, john.id),
            (uow.employees.get, acme.administrator.id),
            (uow.roles.get, john.role_id),
        ):
            with pytest.raises(NotFoundError):
                get(key)
        assert uow.tags.find(["urgent"]) == ()
        with pytest.raises(ConflictError):
            uow.tickets.save(tickets.close(ticket, at=NOON))
        create_client(uow, email=john.email, first_name="Jo", last_name="Do", at=NOON)
    assert store.read(org_id, get_client, john.id).client == john


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


def test_reading_inside_a_transaction_sees_what_is_committed(store, org_id, ticket):
    """As on any other connection of a database."""
    with store.begin(org_id) as uow:
        update_ticket(uow, ticket.id, TicketPatch(subject="Changed"), at=NOON)
        assert get_ticket(uow, ticket.id).subject == "Changed"
        assert store.read(org_id, get_ticket, ticket.id).subject == "Help with order"


def test_an_organisation_that_was_never_founded_has_nothing(store, org_id):
    """Reading finds nothing, and writing is refused, as a foreign key to the organisation does."""
    assert store.read(org_id, list_tickets) == store.read(org_id, list_clients)
    with pytest.raises(ConflictError, match="tag"):
        store.run(org_id, find_or_create_tags, ["new"], at=NOON)


def test_a_closed_store_refuses_everything(store, org_id, ticket):
    """Also through a directory that was kept."""
    directory = store.directory
    with store.begin(org_id) as uow:
        store.close()
        close_ticket(uow, ticket.id, at=NOON)
    for use in (
        lambda: store.run(org_id, list_tickets),
        lambda: store.read(org_id, list_tickets),
        lambda: store.begin(org_id).__enter__(),
        lambda: directory.token_grant("unknown"),
    ):
        with pytest.raises(RuntimeError, match="this store is closed"):
            use()
    store.close()


def test_a_store_brings_its_own_entropy():
    """Without an argument ids come from the system."""
    first, second = (MemoryStore().entropy.new_id() for _ in range(2))
    assert first.version == 7
    assert first < second
