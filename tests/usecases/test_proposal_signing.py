"""Signing proposals, which places an order: send a command, look at the store."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from tests.usecases.proposing import drafted, offered, offering, shown, signed

from service_engine import MemoryStore
from service_engine.domain.clients import ClientRegistered
from service_engine.domain.ids import OrganizationId
from service_engine.domain.money import money
from service_engine.domain.orders import OrderPlaced, OrderStatus
from service_engine.domain.organizations import found_organization
from service_engine.domain.proposals import ProposalSigned, ProposalStatus
from service_engine.domain.services import ServicePatch
from service_engine.errors import InvalidReferenceError, NotFoundError, WrongStatusError
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, client_role, jane, john, later, now, proposal, web_development
from service_engine.usecases.clients import create_client, get_client, list_clients
from service_engine.usecases.orders import get_order, list_orders
from service_engine.usecases.proposals import get_proposal, reject_proposal, send_proposal, sign_proposal
from service_engine.usecases.services import delete_service, update_service


@pytest.mark.usefixtures("store")
def test_signing_registers_whoever_is_no_client_yet(agency: Store):
    """In the role for clients, with all that the proposal knows of them, and an affiliate id (D32)."""
    written = drafted(agency, client_company="Ray Ltd")
    agency.run(acme.id, send_proposal, written.id, at=now)
    with agency.begin(acme.id) as uow:
        done = sign_proposal(uow, written.id, at=later)
        assert uow.events == (
            ClientRegistered(client_id=done.order.client_id, at=later),
            OrderPlaced(order_id=done.order.id, at=later),
            ProposalSigned(proposal_id=written.id, order_id=done.order.id, at=later),
        )
    eve = agency.read(acme.id, get_client, done.order.client_id).client
    assert (eve.email, eve.first_name, eve.last_name, eve.company) == ("eve@example.com", "Eve", "Ray", "Ray Ltd")
    assert (eve.role_id, eve.status, eve.address) == (client_role.id, 1, None)
    assert eve.affiliate_id is not None
    assert (done.proposal.status, done.proposal.signed_at) == (ProposalStatus.SIGNED, later)
    assert shown(agency, written.id).proposal == done.proposal


@pytest.mark.usefixtures("store")
def test_signing_places_one_order_for_all_of_it(agency: Store):
    """Unpaid, for the total, named after the first service; its metadata tell every item, in order (D32)."""
    advice = offered(agency)
    items = [offering(advice, "9.99", 2), offering(price="100")]
    done = signed(agency, items=items, client_email="JOHN@example.com", notes="Soon.")
    order = done.order
    assert agency.read(acme.id, get_order, order.id).order == order
    assert (order.client_id, order.service_id, order.service_name) == (john.id, advice, "Advice")
    assert (order.price, order.quantity, order.status) == (money("119.98", "USD"), 1, OrderStatus.UNPAID)
    assert (order.note, order.form_data, order.created_at) == ("Created from proposal. Soon.", {}, later)
    assert (len(order.number), order.invoice_id, order.tags, order.employee_ids) == (8, None, (), ())
    assert order.metadata["proposal_id"] == str(done.proposal.id)
    assert [dict(each) for each in order.metadata["proposal_items"]] == [
        {"service_id": str(advice), "service_name": "Advice", "quantity": 2, "price": "9.99"},
        {"service_id": str(web_development.id), "service_name": "Web Development", "quantity": 1, "price": "100.00"},
    ]
    assert done.proposal.converted_order_id == order.id
    assert agency.read(acme.id, list_clients).total == 1
    assert agency.read(acme.id, list_orders).total == 2


def test_an_order_of_a_proposal_without_notes(agency: Store):
    """The note has no blank at its end."""
    assert signed(agency).order.note == "Created from proposal."


@pytest.mark.usefixtures("store")
def test_a_service_that_changed_or_went_after_the_offer(agency: Store):
    """The order says what the service is called now; the agreed price and currency stay (D32)."""
    in_euros = offered(agency, name="Old name", currency="EUR")
    written = drafted(agency, items=[offering(in_euros, "50")])
    agency.run(acme.id, send_proposal, written.id, at=now)
    agency.run(acme.id, update_service, in_euros, ServicePatch(name="New name", price=Decimal(70)), at=now)
    agency.run(acme.id, delete_service, in_euros, at=now)
    order = agency.run(acme.id, sign_proposal, written.id, at=later).order
    assert (order.service_name, order.service_id, order.price) == ("New name", in_euros, money(50, "EUR"))


@pytest.mark.usefixtures("store")
def test_signing_twice_makes_one_order(agency: Store):
    """The second one is refused, in the same transaction as well as in another (D22)."""
    agency.run(acme.id, send_proposal, proposal.id, at=now)
    with agency.begin(acme.id) as uow:
        sign_proposal(uow, proposal.id, at=later)
        with pytest.raises(WrongStatusError):
            sign_proposal(uow, proposal.id, at=later)
    with pytest.raises(WrongStatusError, match="Cannot sign proposal with status Signed"):
        agency.run(acme.id, sign_proposal, proposal.id, at=later)
    assert agency.read(acme.id, list_orders).total == 2


def test_two_proposals_for_one_new_client(agency: Store):
    """The second one finds whom the first one registered, in whatever letters the e-mail is written."""
    first, second = signed(agency), signed(agency, client_email="EVE@EXAMPLE.COM", client_first_name="Eva")
    assert first.order.client_id == second.order.client_id
    assert agency.read(acme.id, get_client, first.order.client_id).client.first_name == "Eve"


@pytest.mark.usefixtures("store")
def test_staff_do_not_sign(agency: Store):
    """An employee's e-mail makes no client and no order; the proposal can still be rejected (D32, D53)."""
    written = drafted(agency, client_email=jane.email)
    agency.run(acme.id, send_proposal, written.id, at=now)
    with pytest.raises(InvalidReferenceError) as refused:
        agency.run(acme.id, sign_proposal, written.id, at=later)
    assert (refused.value.field, refused.value.message) == ("client_email", "The specified client does not exist.")
    assert agency.read(acme.id, list_orders).total == 1
    assert agency.run(acme.id, reject_proposal, written.id, at=later).status is ProposalStatus.REJECTED


@pytest.mark.usefixtures("store")
def test_another_organisations_client_does_not_matter(agency: Store, neighbour):
    """Their e-mail is free here: somebody of our own is registered under it, and they are untouched (D32, D48)."""
    done = signed(agency, client_email=neighbour.client.email)
    assert done.order.client_id != neighbour.client.id
    assert agency.read(acme.id, get_client, done.order.client_id).client.email == neighbour.client.email
    assert agency.read(neighbour.org_id, get_client, neighbour.client.id).client == neighbour.client


def test_an_organisation_without_a_role_for_clients():
    """Nobody can be registered: no order, no client, and the proposal stays as it was (D32)."""
    store, org_id = MemoryStore(), OrganizationId(UUID(int=500))
    with store.begin(org_id) as uow:
        uow.organizations.add(found_organization(org_id, name="Bare", slug="bare", at=now))
    service_id = offered(store, org_id=org_id)
    written = drafted(store, org_id, items=[offering(service_id)])
    sent = store.run(org_id, send_proposal, written.id, at=now)
    with pytest.raises(NotFoundError) as refused:
        store.run(org_id, sign_proposal, written.id, at=later)
    assert (refused.value.kind, refused.value.key) == ("role", "without dashboard access")
    assert store.read(org_id, get_proposal, written.id).proposal == sent
    assert (store.read(org_id, list_orders).total, store.read(org_id, list_clients).total) == (0, 0)


def test_a_client_who_was_there_before_signs(agency: Store):
    """Somebody registered between the draft and the signature is found, not made a second time."""
    written = drafted(agency)
    agency.run(acme.id, send_proposal, written.id, at=now)
    eve = agency.run(acme.id, create_client, email="eve@example.com", first_name="E", last_name="R", at=now)
    assert agency.run(acme.id, sign_proposal, written.id, at=later).order.client_id == eve.id
