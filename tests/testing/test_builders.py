"""Builders, seeded entropy and the populated organisation."""

from __future__ import annotations

from uuid import RFC_4122

import pytest

from service_engine import MemoryStore
from service_engine.domain.ids import OrganizationId
from service_engine.domain.invoice_status import InvoiceStatus
from service_engine.domain.proposals import ProposalStatus
from service_engine.domain.tickets import TicketStatus
from service_engine.ports.lists import PageRequest
from service_engine.testing import Build, SeededEntropy, build, populate
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import list_clients
from service_engine.usecases.invoices import get_invoice, list_invoices
from service_engine.usecases.proposals import get_proposal, list_proposals
from service_engine.usecases.services import list_services
from service_engine.usecases.tickets import get_ticket, list_tickets

NOUNS = [
    "organization", "role", "client_role", "employee", "client", "place", "address", "money", "order", "tag", "ticket",
    "message", "api_token", "proposal_item", "proposal", "sent_proposal", "signed_proposal", "coupon", "invoice_item",
    "invoice", "paid_invoice", "payment", "subscription",
]  # fmt: skip


@pytest.mark.parametrize("noun", NOUNS)
def test_a_builder_makes_the_same_from_the_same_seed(noun):
    """And needs no argument."""
    assert getattr(Build(SeededEntropy(1)), noun)() == getattr(Build(SeededEntropy(1)), noun)()


def test_two_things_are_two():
    """They share neither id nor what must be unique."""
    first, second = build.client(), build.client()
    assert first.id != second.id
    assert first.email != second.email
    assert first.affiliate_id != second.affiliate_id
    assert build.order().number != build.order().number


def test_what_is_given_is_kept():
    """The rest follows by the library's own rules."""
    ticket = build.ticket(subject=" Help ", status=TicketStatus.CLOSED, metadata={"a": [1]}, form_data={"b": 2})
    assert (ticket.subject, ticket.date_closed) == ("Help", NOON)
    assert (ticket.metadata, ticket.form_data) == ({"a": (1,)}, {"b": 2})
    assert build.message(ticket, text="Hi").ticket_id == ticket.id


def test_seeded_ids_are_of_version_7_and_in_order():
    """As the ids of a real store."""
    entropy = SeededEntropy("seed")
    ids = [entropy.new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert {(each.version, each.variant) for each in ids} == {(7, RFC_4122)}


def test_seeds_do_not_share_ids():
    """Two runs can share a database."""
    runs = [SeededEntropy(seed) for seed in range(50)]
    assert len({run.new_id() for run in runs for _ in range(50)}) == 2500


def test_a_restarted_entropy_is_a_fresh_one():
    """Ids, characters and numbers come again."""
    entropy = SeededEntropy(3)
    first = (entropy.new_id(), entropy.characters("ABC", 20), entropy.integer(1, 10**9))
    entropy.restart(3)
    assert (entropy.new_id(), entropy.characters("ABC", 20), entropy.integer(1, 10**9)) == first


def test_an_organization_is_populated(store):
    """On any store, with as much as was asked for; what is deleted is not shown."""
    made = populate(store, clients=3, orders=4, tickets=7, proposals=4, invoices=8)
    everything = PageRequest(size=100)
    shown = store.read(made.org_id, list_tickets, page=everything)
    assert {row.id for row in shown.rows} == {ticket.id for ticket in made.tickets}
    assert shown.total == len(made.tickets) == 7
    assert store.read(made.org_id, list_clients).total == len(made.clients) == 3
    assert (len(made.orders), len(made.employees)) == (4, 3)
    for ticket in made.tickets:
        details = store.read(made.org_id, get_ticket, ticket.id)
        assert (details.tags, details.updated_at) == (tuple(tag.name for tag in ticket.tags), ticket.updated_at)
        assert details.updated_at < made.until


def test_a_populated_organization_has_proposals_and_invoices_of_every_status(store):
    """What is deleted is not shown; all of them say what the store says."""
    made = populate(store, clients=2, orders=1, tickets=0, proposals=4, invoices=8)
    offered = [store.read(made.org_id, get_proposal, each.id).proposal for each in made.proposals]
    billed = [store.read(made.org_id, get_invoice, each.id).invoice for each in made.invoices]
    assert (offered, billed) == (list(made.proposals), list(made.invoices))
    assert {each.status for each in made.proposals} == set(ProposalStatus)
    assert {each.status for each in made.invoices} == set(InvoiceStatus)
    assert store.read(made.org_id, list_proposals).total == len(made.proposals)
    assert store.read(made.org_id, list_invoices).total == len(made.invoices)
    assert store.read(made.org_id, list_services).total == len(made.services) - 1


def test_the_same_seed_makes_the_same_organization():
    """Id by id, if the store's entropy is seeded, too."""
    first, second = (populate(MemoryStore(SeededEntropy(5)), seed=5) for _ in range(2))
    assert first == second
    assert populate(MemoryStore(SeededEntropy(5)), seed=6).tickets != first.tickets


def test_two_organizations_can_be_populated_on_one_store():
    """Each under an id of its own, or a given one."""
    store = MemoryStore()
    given = OrganizationId(store.entropy.new_id())
    assert populate(store, org_id=given, tickets=1).org_id == given
    assert populate(store, tickets=1).org_id != given
