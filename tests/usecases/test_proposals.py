"""What can be done with proposals, besides signing them: send a command, look at the store."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.usecases.proposing import drafted, offered, offering, shown, signed

from service_engine.domain.ids import ProposalId, ServiceId
from service_engine.domain.money import money
from service_engine.domain.proposals import (
    ProposalDeleted,
    ProposalDrafted,
    ProposalRejected,
    ProposalSent,
    ProposalStatus,
)
from service_engine.errors import InvalidReferenceError, NotFoundError, RuleViolationError, WrongStatusError
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.proposals import ProposalFilter, ProposalSort
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, later, now, proposal, web_development
from service_engine.usecases.clients import list_clients
from service_engine.usecases.orders import delete_order, get_order, list_orders
from service_engine.usecases.proposals import (
    ProposedService,
    delete_proposal,
    draft_proposal,
    get_proposal,
    list_proposals,
    reject_proposal,
    send_proposal,
    sign_proposal,
)
from service_engine.usecases.services import delete_service

NOTHING = ServiceId(UUID(int=404))
MUCH_LATER = later + timedelta(days=1)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"price": 19.99}, "the price is an amount of money: a Decimal, an int or a str, never a float"),
        ({"quantity": 1.0}, "quantity must be a whole number, not float"),
    ],
)
def test_a_float_is_refused_where_it_is_written(wrong: dict[str, Any], complaint: str):
    """When the offer is made, by the name of the field."""
    usual: dict[str, Any] = {"service_id": web_development.id, "price": Decimal(100)}
    with pytest.raises(TypeError, match=f"^{complaint}$"):
        ProposedService(**(usual | wrong))


def emails(store: Store, **arguments: Any) -> list[str]:
    """Return for whom the proposals of a page are."""
    return [row.client_email for row in store.read(acme.id, list_proposals, **arguments).rows]


# ------------------------------------------------------------------------------------------------------ drafting


@pytest.mark.usefixtures("store")
def test_a_proposal_with_the_least(agency: Store):
    """A draft for whoever it names, cleaned, and exactly as dear as its items; stored as returned; one event (D34)."""
    with agency.begin(acme.id) as uow:
        written = draft_proposal(
            uow,
            client_email=" Eve@Example.com",
            client_first_name=" Eve ",
            client_last_name="Ray",
            items=[offering(price="0.10", quantity=3)],
            at=now,
        )
        assert uow.events == (ProposalDrafted(proposal_id=written.id, at=now),)
    assert (written.client_email, written.client_first_name, written.client_last_name) == (
        "eve@example.com",
        "Eve",
        "Ray",
    )
    assert (written.status, written.total) == (ProposalStatus.DRAFT, money("0.30", "USD"))
    assert (written.client_company, written.notes, written.sent_at, written.signed_at) == (None, None, None, None)
    assert (written.created_at, written.updated_at, written.version) == (now, now, 1)
    assert shown(agency, written.id).proposal == written


@pytest.mark.usefixtures("store")
def test_a_proposal_with_everything(agency: Store):
    """The same service may be offered twice; the items stay in order, each with the name of its service."""
    advice = offered(agency)
    items = [offering(advice, "9.99", 2), offering(), offering(advice, "0")]
    written = drafted(agency, items=items, client_company=" Ray Ltd ", notes=" Soon. ")
    row = shown(agency, written.id)
    assert [each.service_name for each in row.items] == ["Advice", "Web Development", "Advice"]
    assert [(each.item.service_id, each.item.quantity, each.item.price) for each in row.items] == [
        (advice, 2, money("9.99", "USD")),
        (web_development.id, 1, money(100, "USD")),
        (advice, 1, money(0, "USD")),
    ]
    assert (row.proposal.total, row.proposal.client_company) == (money("119.98", "USD"), "Ray Ltd")
    assert row.proposal.notes == "Soon."


@pytest.mark.usefixtures("store")
def test_a_proposal_of_a_service_that_is_not_there(agency: Store, neighbour):
    """The first unknown, foreign or deleted one is named; nothing is written (D41)."""
    foreign = offered(agency, org_id=neighbour.org_id)
    gone = offered(agency)
    agency.run(acme.id, delete_service, gone, at=later)
    for service_id in (NOTHING, foreign, gone):
        with pytest.raises(InvalidReferenceError) as refused:
            drafted(agency, items=[offering(), offering(service_id), offering(ServiceId(UUID(int=405)))])
        assert (refused.value.field, refused.value.message) == (
            "items",
            f"Service with ID {service_id} does not exist.",
        )
    assert emails(agency) == [proposal.client_email]


def test_the_services_of_a_proposal_share_one_currency(agency: Store):
    """Dollars and euros are not added up (D32)."""
    in_euros = offered(agency, currency="EUR")
    with pytest.raises(InvalidReferenceError) as refused:
        drafted(agency, items=[offering(), offering(in_euros)])
    assert (refused.value.field, refused.value.message) == (
        "items",
        "All services of a proposal must share one currency.",
    )
    assert drafted(agency, items=[offering(in_euros, "1")] * 2).total == money(2, "EUR")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client_email": "eve"}, "client_email"),
        ({"client_first_name": "  "}, "client_first_name"),
        ({"client_last_name": "x" * 101}, "client_last_name"),
        ({"client_company": "x" * 256}, "client_company"),
        ({"notes": "a\x00"}, "notes"),
        ({"items": []}, "items"),
        ({"items": [offering()] * 201}, "items"),
        ({"items": [offering(price="9999999999.99"), offering()]}, "items"),
        ({"items": [offering(), offering(quantity=0)]}, "items.1.quantity"),
        ({"items": [offering(price="-0.01")]}, "items.0.price"),
        ({"items": [offering(price="0.001")]}, "items.0.price"),
        ({"items": [offering(price="NaN")]}, "items.0.price"),
    ],
)
def test_a_refused_proposal_leaves_nothing(agency: Store, changes: dict[str, Any], field: str):
    """The refusal names the field, and the item if it is in one (D18, D20)."""
    with pytest.raises(RuleViolationError) as refused:
        drafted(agency, **changes)
    assert refused.value.field == field
    assert emails(agency) == [proposal.client_email]


# ----------------------------------------------------------------------------------------- sending and rejecting


@pytest.mark.usefixtures("store")
def test_sending(agency: Store):
    """Sent, with the time; stored as returned; one event."""
    with agency.begin(acme.id) as uow:
        sent = send_proposal(uow, proposal.id, at=later)
        assert uow.events == (ProposalSent(proposal_id=proposal.id, at=later),)
    assert sent == attrs.evolve(proposal, status=ProposalStatus.SENT, sent_at=later, updated_at=later, version=2)
    assert shown(agency).proposal == sent


@pytest.mark.usefixtures("store")
def test_rejecting(agency: Store):
    """Rejected, and nothing comes of it."""
    sent = agency.run(acme.id, send_proposal, proposal.id, at=now)
    with agency.begin(acme.id) as uow:
        rejected = reject_proposal(uow, proposal.id, at=later)
        assert uow.events == (ProposalRejected(proposal_id=proposal.id, at=later),)
    assert rejected == attrs.evolve(sent, status=ProposalStatus.REJECTED, updated_at=later, version=3)
    assert shown(agency).proposal == rejected
    assert agency.read(acme.id, list_orders).total == 1


@pytest.mark.parametrize(
    ("steps", "label"),
    [
        ([], "Draft"),
        ([send_proposal], "Sent"),
        ([send_proposal, sign_proposal], "Signed"),
        ([send_proposal, reject_proposal], "Rejected"),
    ],
    ids=["draft", "sent", "signed", "rejected"],
)
def test_the_wrong_status(agency: Store, steps: list[Any], label: str):
    """What the table of the contract does not allow is refused in its words, and changes nothing."""
    for step in steps:
        agency.run(acme.id, step, proposal.id, at=now)
    before, clients = shown(agency), agency.read(acme.id, list_clients).total
    allowed = {"Draft": {"send"}, "Sent": {"sign", "reject"}}.get(label, set())
    acts: dict[str, Any] = {"send": send_proposal, "sign": sign_proposal, "reject": reject_proposal}
    for verb, act in acts.items():
        if verb not in allowed:
            with pytest.raises(WrongStatusError) as refused:
                agency.run(acme.id, act, proposal.id, at=later)
            assert str(refused.value) == f"Cannot {verb} proposal with status {label}"
            assert (refused.value.kind, refused.value.key) == ("proposal", proposal.id)
    assert (shown(agency), agency.read(acme.id, list_clients).total) == (before, clients)


# ------------------------------------------------------------------------------------------- deleting and listing


@pytest.mark.usefixtures("store")
def test_deleting(agency: Store):
    """Gone from every view, in any status; the order that it became stays, and can go by itself."""
    done = signed(agency)
    with agency.begin(acme.id) as uow:
        delete_proposal(uow, done.proposal.id, at=MUCH_LATER)
        assert uow.events == (ProposalDeleted(proposal_id=done.proposal.id, at=MUCH_LATER),)
    assert emails(agency) == [proposal.client_email]
    assert agency.read(acme.id, get_order, done.order.id).order == done.order
    agency.run(acme.id, delete_order, done.order.id, at=MUCH_LATER)


@pytest.mark.usefixtures("store")
def test_a_proposal_that_is_not_there(agency: Store, neighbour):
    """Unknown, foreign and deleted ones are answered alike, whatever is asked; the foreign one is untouched (D47)."""
    theirs = offered(agency, org_id=neighbour.org_id)
    foreign = drafted(agency, neighbour.org_id, items=[offering(theirs)])
    agency.run(acme.id, delete_proposal, proposal.id, at=now)
    for proposal_id in (ProposalId(UUID(int=404)), foreign.id, proposal.id):
        with pytest.raises(NotFoundError) as unseen:
            shown(agency, proposal_id)
        assert (unseen.value.kind, unseen.value.key) == ("proposal", proposal_id)
        for act in (send_proposal, sign_proposal, reject_proposal, delete_proposal):
            with pytest.raises(NotFoundError) as refused:
                agency.run(acme.id, act, proposal_id, at=later)
            assert (refused.value.kind, refused.value.key) == ("proposal", proposal_id)
    assert agency.read(neighbour.org_id, get_proposal, foreign.id).proposal == foreign


@pytest.mark.usefixtures("store")
def test_listing(agency: Store, neighbour):
    """Newest first by default; filters let through what they say and count it (D56); foreign ones are never there."""
    theirs = offered(agency, org_id=neighbour.org_id)
    drafted(agency, neighbour.org_id, items=[offering(theirs)])
    drafted(agency, client_email="b@example.com", at=later)
    drafted(agency, client_email="a@example.com", at=later + timedelta(hours=1), items=[offering(price="5000")])
    assert emails(agency) == ["a@example.com", "b@example.com", "ann@example.com"]
    is_b = Condition(ProposalFilter.CLIENT_EMAIL, Operator.EQ, "b@example.com")
    page = agency.read(acme.id, list_proposals, filters=[is_b])
    assert ([row.client_email for row in page.rows], page.total) == (["b@example.com"], 1)
    cheapest_first = Sort(ProposalSort.TOTAL, descending=False)
    assert emails(agency, sort=cheapest_first) == ["b@example.com", "ann@example.com", "a@example.com"]
    assert emails(agency, sort=cheapest_first, page=PageRequest(number=3, size=1)) == ["a@example.com"]
