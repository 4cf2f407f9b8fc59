"""Proposals in memory: stale saves, links, names of services, lists, rows that are remembered."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from service_engine import Change, ConflictError, NotFoundError, OrderId, OrganizationId, ServiceId
from service_engine.domain import proposals
from service_engine.domain.ids import ProposalId
from service_engine.domain.proposals import ProposalStatus
from service_engine.domain.services import ServicePatch
from service_engine.errors import WrongStatusError
from service_engine.ports.lists import Condition, Operator, Page, PageRequest, Sort
from service_engine.ports.proposals import ProposalFilter, ProposalSort
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.orders import list_orders
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.proposals import (
    ProposedService,
    SignedProposal,
    delete_proposal,
    draft_proposal,
    get_proposal,
    list_proposals,
    reject_proposal,
    send_proposal,
    sign_proposal,
)
from service_engine.usecases.services import create_service, delete_service, update_service

LATER = NOON + timedelta(hours=1)


def _another(store, proposal, **more):
    """Return a proposal like this one under an id of its own, whose items have ids of their own, too."""
    items = tuple(attrs.evolve(item, id=store.entropy.new_id()) for item in proposal.items)
    return attrs.evolve(proposal, **({"id": ProposalId(store.entropy.new_id()), "items": items} | more))


def test_a_proposal_is_kept_whole(store, org_id, proposal):
    """Items in their order; a save is one version later."""
    sent = proposals.send(proposal, at=LATER)
    with store.begin(org_id) as uow:
        assert uow.proposals.get(proposal.id) is proposal
        assert [item.quantity for item in proposal.items] == [12, 1]
        assert uow.proposals.save(sent) == attrs.evolve(sent.state, version=2)
        assert uow.proposals.get(proposal.id) == attrs.evolve(sent.state, version=2)
        assert [type(event).__name__ for event in uow.events] == ["ProposalSent"]


def test_saves(store, org_id, proposal):
    """Nothing for no events; a conflict for stale, deleted and unknown."""
    deleted = proposals.delete(proposal, at=NOON)
    with store.begin(org_id) as uow:
        assert uow.proposals.save(Change(proposal)) is proposal
        assert uow.proposals.save(deleted) == attrs.evolve(deleted.state, version=2)
        for stale in (proposal, attrs.evolve(proposal, version=2), _another(store, proposal)):
            with pytest.raises(ConflictError) as refused:
                uow.proposals.save(Change(stale, deleted.events))
            assert (refused.value.kind, refused.value.key) == ("proposal", stale.id)
        assert len(uow.events) == 1


def test_ids_are_taken_for_ever(store, org_id, proposal):
    """The proposal's own and those of its items, also when the proposal is deleted."""
    store.run(org_id, delete_proposal, proposal.id, at=NOON)
    with store.begin(org_id) as uow:
        for taken in ({"id": proposal.id}, {"items": proposal.items[1:]}):
            with pytest.raises(ConflictError):
                uow.proposals.add(Change(_another(store, proposal, **taken)))
        assert uow.proposal_queries.page([], Sort(ProposalSort.ID), PageRequest()).total == 0


def test_links_out_of_the_organisation_are_refused(store, org_id, proposal):
    """A service on adding, the order on saving, as the database's foreign keys do."""
    another = _another(store, proposal)
    strange = attrs.evolve(another.items[1], service_id=ServiceId(build.entropy.new_id()))
    sent = proposals.send(proposal, at=NOON)
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.proposals.add(Change(attrs.evolve(another, items=(another.items[0], strange))))
        with pytest.raises(ConflictError):
            uow.proposals.save(sent.then(proposals.sign, order_id=OrderId(build.entropy.new_id()), at=NOON))
        assert uow.proposals.get(proposal.id) is proposal
        assert uow.events == ()


def test_a_proposal_is_there_until_it_is_deleted(store, org_id, proposal):
    """Then it is neither found nor listed; nor is a foreign one."""
    other = OrganizationId(store.entropy.new_id())
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    with store.begin(other) as uow:
        for get in (uow.proposals.get, uow.proposal_queries.get):
            with pytest.raises(NotFoundError):
                get(proposal.id)
    with store.begin(org_id) as uow:
        delete_proposal(uow, proposal.id, at=NOON)
        for get in (uow.proposals.get, uow.proposal_queries.get):
            with pytest.raises(NotFoundError) as refused:
                get(proposal.id)
            assert (refused.value.kind, refused.value.key) == ("proposal", proposal.id)
    assert store.read(org_id, list_proposals) == Page((), 0)


def test_services_are_named_as_they_are_today(store, org_id, proposal, hosting):
    """At once, inside the transaction and after it, deleted ones included; what is rolled back is not shown."""

    def names():
        row = store.read(org_id, get_proposal, proposal.id)
        assert [each.item for each in row.items] == list(proposal.items)
        return [(each.service_name, each.service_description) for each in row.items]

    def rename(uow, name):
        update_service(uow, hosting.id, ServicePatch(name=name, description="Ours"), at=NOON)
        assert get_proposal(uow, proposal.id).items[0].service_name == name
        assert names() == [("Hosting", None)] * 2

    def fail(uow):
        rename(uow, "Forgotten")
        uow.services.get(ServiceId(build.entropy.new_id()))

    assert names() == [("Hosting", None)] * 2
    with pytest.raises(NotFoundError):
        store.run(org_id, fail)
    assert names() == [("Hosting", None)] * 2
    store.run(org_id, rename, "Cloud")
    store.run(org_id, delete_service, hosting.id, at=NOON)
    assert names() == [("Cloud", "Ours")] * 2
    with store.begin(org_id) as uow:
        late = uow.proposals.add(Change(_another(store, proposal)))
    assert store.read(org_id, get_proposal, late.id).items[1].service_name == "Cloud"


def test_one_signature_one_order(store, org_id, proposal, at_once):
    """32 threads sign: one order, 31 refusals (D22)."""
    store.run(org_id, send_proposal, proposal.id, at=NOON)
    outcomes = at_once(32, lambda _: store.run(org_id, sign_proposal, proposal.id, at=LATER))
    [signed] = [outcome for outcome in outcomes if isinstance(outcome, SignedProposal)]
    assert sum(isinstance(outcome, WrongStatusError) for outcome in outcomes) == 31
    [row] = store.read(org_id, list_orders).rows
    assert row.order.id == signed.order.id
    assert store.read(org_id, get_proposal, proposal.id).proposal.converted_order_id == row.order.id


def test_a_list_shows_changes_at_once(store, org_id, proposal):
    """Rows are remembered; an old one must never be shown, nor one that was rolled back."""

    def statuses(view):
        return [row.status for row in list_proposals(view).rows]

    def work(uow):
        send_proposal(uow, proposal.id, at=LATER)
        assert statuses(uow) == [ProposalStatus.SENT]
        assert store.read(org_id, statuses) == [ProposalStatus.DRAFT]
        uow.proposals.get(_another(store, proposal).id)

    assert store.read(org_id, statuses) == [ProposalStatus.DRAFT]
    with pytest.raises(NotFoundError):
        store.run(org_id, work)
    assert store.read(org_id, statuses) == [ProposalStatus.DRAFT]
    store.run(org_id, send_proposal, proposal.id, at=LATER)
    first, second = (store.read(org_id, list_proposals).rows[0] for _ in range(2))
    assert (first.status, first.sent_at) == (ProposalStatus.SENT, LATER)
    assert first is second


def test_a_row_of_a_list(store, org_id, proposal):
    """Everything but the items."""
    [row] = store.read(org_id, list_proposals).rows
    for name in attrs.fields_dict(type(row)):
        assert getattr(row, name) == getattr(proposal, name)
    assert str(row.total) == "98.00 USD"


@pytest.fixture
def written(store, org_id, hosting):
    """Write proposals of all kinds; return their ids by the first letter of the e-mail."""
    yen = store.run(org_id, create_service, name="Advice", currency="JPY", at=NOON)
    kinds: dict[str, tuple[ProposedService, list[Any]]] = {
        "a": (ProposedService(service_id=hosting.id, price=Decimal("900.50")), []),
        "b": (ProposedService(service_id=yen.id, price=Decimal(900)), [send_proposal, sign_proposal]),
        "c": (ProposedService(service_id=hosting.id, quantity=3, price=Decimal(400)), [send_proposal]),
        "d": (ProposedService(service_id=hosting.id, price=Decimal(1)), [send_proposal, reject_proposal]),
        "e": (ProposedService(service_id=hosting.id, price=Decimal(1)), [delete_proposal]),
    }
    ids = {}
    for letter, (item, steps) in kinds.items():
        at = NOON + timedelta(minutes=ord("z") - ord(letter))
        names = {"client_email": f"{letter}@example.com", "client_first_name": "Ann", "client_last_name": "Lee"}
        ids[letter] = store.run(org_id, draft_proposal, **names, items=[item], at=at).id
        for hours, step in enumerate(steps, 1):
            store.run(org_id, step, ids[letter], at=at + timedelta(hours=hours))
    return ids


def _letters(rows):
    return "".join(row.client_email[0] for row in rows)


@pytest.mark.parametrize(
    ("given", "letters"),
    [
        ((ProposalFilter.ID, Operator.EQ, lambda ids: ids["b"]), "b"),
        ((ProposalFilter.ID, Operator.IN, lambda ids: (ids["a"], ids["e"])), "a"),
        ((ProposalFilter.STATUS, Operator.EQ, 1), "c"),
        ((ProposalFilter.STATUS, Operator.GT, 1), "bd"),
        ((ProposalFilter.CLIENT_EMAIL, Operator.EQ, "c@example.com"), "c"),
        ((ProposalFilter.CLIENT_EMAIL, Operator.EQ, "C@example.com"), ""),
        ((ProposalFilter.CLIENT_EMAIL, Operator.LT, "c"), "ab"),
        ((ProposalFilter.CREATED_AT, Operator.LT, NOON + timedelta(minutes=ord("z") - ord("b"))), "cd"),
    ],
)
def test_filters(store, org_id, written, given, letters):
    """Each documented field counts for the rows and for the total."""
    field, operator, value = given
    value = value(written) if callable(value) else value
    sort = Sort(ProposalSort.CLIENT_EMAIL, descending=False)
    page = store.read(org_id, list_proposals, filters=[Condition(field, operator, value)], sort=sort)
    assert (_letters(page.rows), page.total) == (letters, len(letters))


@pytest.mark.parametrize(
    ("field", "letters"),
    [
        (ProposalSort.ID, "abcd"),
        (ProposalSort.CLIENT_EMAIL, "abcd"),
        (ProposalSort.STATUS, "acbd"),
        (ProposalSort.TOTAL, "dbac"),
        (ProposalSort.CREATED_AT, "dcba"),
        (ProposalSort.SENT_AT, "dcba"),
        (ProposalSort.SIGNED_AT, "bacd"),
    ],
)
def test_sorts(store, org_id, written, field, letters):
    """Ascending with null at the end and equal ones by id; descending is the same read backwards, page by page."""

    def listed(*, descending):
        sort = Sort(field, descending=descending)
        pages = [
            store.read(org_id, list_proposals, sort=sort, page=PageRequest(number=number, size=3)) for number in (1, 2)
        ]
        assert {page.total for page in pages} == {4}
        return "".join(_letters(page.rows) for page in pages)

    assert listed(descending=False) == letters
    assert listed(descending=True) == letters[::-1]
