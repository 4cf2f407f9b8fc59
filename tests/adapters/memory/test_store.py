"""The store in memory: transactions, what each of them sees, the end."""

from __future__ import annotations

import gc

import pytest

from service_engine import Change, ConflictError, MemoryStore, NotFoundError, OrganizationId, Store
from service_engine.domain import tickets
from service_engine.domain.api_tokens import hash_token
from service_engine.testing import Build, SeededEntropy, build
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client, get_client, list_clients
from service_engine.usecases.organizations import bootstrap_organization, issue_api_token
from service_engine.usecases.tags import find_or_create_tags
from service_engine.usecases.tickets import (
    TicketPatch,
    close_ticket,
    get_ticket,
    list_tickets,
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
