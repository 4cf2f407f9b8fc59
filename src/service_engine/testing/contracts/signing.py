"""What signing a proposal must do on every store: one order, for a client who is found or registered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service_engine.domain.clients import Client, ClientPatch
from service_engine.domain.money import money
from service_engine.domain.orders import OrderStatus
from service_engine.domain.proposals import Proposal, sign
from service_engine.domain.services import ServicePatch
from service_engine.errors import ConflictError, InvalidReferenceError, NotFoundError, WrongStatusError
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract
from service_engine.usecases.clients import create_client, delete_client, list_clients
from service_engine.usecases.orders import list_orders
from service_engine.usecases.proposals import (
    delete_proposal,
    get_proposal,
    reject_proposal,
    send_proposal,
    sign_proposal,
)
from service_engine.usecases.services import delete_service, update_service

__all__ = ["SigningContract"]

LATER = NOON + timedelta(seconds=1)
EMAIL = "ann@example.com"


def clients_of(agency: Agency) -> list[Client]:
    """Return the organisation's clients."""
    return [row.client for row in agency.read(list_clients).rows]


class SigningContract(Contract):
    """A proposal that was sent becomes an order, once.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> SigningContract().test_a_signed_proposal_becomes_one_order(Agency(store), Agency(store, "Rival"))
    """

    def test_a_signed_proposal_becomes_one_order(self, acme: Agency, rival: Agency) -> None:
        """Over its total, named after its first service as that is called now; all items are told (D32)."""
        web, seo = acme.service(name="Web"), acme.service(name="SEO")
        items = [
            acme.build.proposal_item(service_id=service.id, price=money(price, "USD"), quantity=quantity)
            for service, price, quantity in ((seo, "19.99", 3), (web, 1500, 1))
        ]
        proposal = acme.sent_proposal(items=items, notes="Two things.")
        acme.run(update_service, seo.id, ServicePatch(name="Audit"), at=LATER)
        acme.run(delete_service, seo.id, at=LATER)
        signed = acme.run(sign_proposal, proposal.id, at=LATER)
        order = signed.order
        assert [row.order for row in acme.read(list_orders).rows] == [order]
        assert acme.read(get_proposal, proposal.id).proposal == signed.proposal
        assert signed.proposal.converted_order_id == order.id
        assert (order.service_id, order.service_name) == (seo.id, "Audit")
        assert (order.price, order.quantity, order.status) == (money("1559.97", "USD"), 1, OrderStatus.UNPAID)
        assert order.note == "Created from proposal. Two things."
        assert order.metadata["proposal_id"] == str(proposal.id)
        told: Any = order.metadata["proposal_items"]
        assert [(each["service_name"], each["quantity"], each["price"]) for each in told] == [
            ("Audit", 3, "19.99"),
            ("Web", 1, "1500.00"),
        ]
        assert rival.read(list_orders).total == 0

    def test_a_proposal_is_signed_once(self, acme: Agency) -> None:
        """Whoever comes second is refused, and there is no second order (D22)."""
        proposal = acme.sent_proposal()
        signed = acme.run(sign_proposal, proposal.id, at=LATER)
        with pytest.raises(WrongStatusError, match="Cannot sign proposal with status Signed"):
            acme.run(sign_proposal, proposal.id, at=LATER)
        # Whoever has read it before, and is late.
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.proposals.save(sign(proposal, order_id=signed.order.id, at=LATER))
        assert acme.read(list_orders).total == acme.read(list_clients).total == 1
        assert acme.read(get_proposal, proposal.id).proposal == signed.proposal

    def test_only_what_was_sent_can_be_signed(self, acme: Agency, rival: Agency) -> None:
        """Neither a draft, nor a rejected, a deleted or a foreign proposal; nobody is registered for it."""
        draft, rejected, deleted = acme.proposal(), acme.sent_proposal(), acme.sent_proposal()
        acme.run(reject_proposal, rejected.id, at=LATER)
        acme.run(delete_proposal, deleted.id, at=LATER)
        for proposal, label in ((draft, "Draft"), (rejected, "Rejected")):
            with pytest.raises(WrongStatusError, match=f"Cannot sign proposal with status {label}"):
                acme.run(sign_proposal, proposal.id, at=LATER)
        for proposal in (deleted, rival.sent_proposal()):
            with pytest.raises(NotFoundError):
                acme.run(sign_proposal, proposal.id, at=LATER)
        assert clients_of(acme) == clients_of(rival) == []
        assert acme.read(list_orders).total == 0
        acme.run(send_proposal, draft.id, at=LATER)
        assert acme.run(sign_proposal, draft.id, at=LATER).order.price == draft.total

    def test_whoever_signs_is_found_by_email(self, acme: Agency) -> None:
        """A client keeps what is known of them; nobody is registered a second time."""
        client = acme.client(email=EMAIL, details=ClientPatch(company="Known"))
        proposal = acme.sent_proposal(client_email=" Ann@Example.COM", client_company="Proposed")
        assert acme.run(sign_proposal, proposal.id, at=LATER).order.client_id == client.id
        assert clients_of(acme) == [client]

    def test_whoever_signs_first_is_registered(self, acme: Agency, rival: Agency) -> None:
        """As any client is: role, affiliate id and link, and the company of the proposal (D32, D48)."""
        rival.client(email=EMAIL)
        proposal = acme.sent_proposal(client_email=EMAIL, client_company="Lee Ltd")
        order = acme.run(sign_proposal, proposal.id, at=LATER).order
        (client,) = clients_of(acme)
        assert (client.id, client.email, client.role_id) == (order.client_id, EMAIL, acme.client_role.id)
        assert (client.first_name, client.last_name, client.company) == ("Ann", "Lee", "Lee Ltd")
        assert client.affiliate_id is not None
        assert client.affiliate_link is not None
        with acme.begin() as uow:
            assert uow.clients.affiliation_is_taken(client.affiliate_id, "")
            assert uow.clients.affiliation_is_taken(0, client.affiliate_link)
        again = acme.sent_proposal(client_email=EMAIL)
        assert acme.run(sign_proposal, again.id, at=LATER).order.client_id == client.id

    def test_a_deleted_client_is_registered_anew(self, acme: Agency) -> None:
        """Their e-mail was free again; the order is no link to whoever had it (D32)."""
        deleted = acme.run(create_client, email=EMAIL, first_name="Old", last_name="Ann", at=NOON)
        acme.run(delete_client, deleted.id, at=NOON)
        proposal = acme.sent_proposal(client_email=EMAIL)
        order = acme.run(sign_proposal, proposal.id, at=LATER).order
        (client,) = clients_of(acme)
        assert order.client_id == client.id
        assert client.id != deleted.id

    def test_nobody_of_the_staff_signs(self, acme: Agency) -> None:
        """Staff are no clients (D32); nothing is left of the attempt."""
        proposal = acme.sent_proposal(client_email=acme.administrator.email)
        with pytest.raises(InvalidReferenceError) as refusal:
            acme.run(sign_proposal, proposal.id, at=LATER)
        assert refusal.value.field == "client_email"
        self.assert_untouched(acme, proposal)

    def test_a_signature_that_is_rolled_back_leaves_nothing(self, acme: Agency) -> None:
        """Neither order nor client (D20); it can be signed afterwards."""
        proposal = acme.sent_proposal(client_email=EMAIL)
        with acme.undone() as uow:
            sign_proposal(uow, proposal.id, at=LATER)
        self.assert_untouched(acme, proposal)
        acme.run(sign_proposal, proposal.id, at=LATER)
        assert [client.email for client in clients_of(acme)] == [EMAIL]

    @staticmethod
    def assert_untouched(agency: Agency, proposal: Proposal) -> None:
        """Check that the proposal is as it was, and that there are no orders and no clients."""
        assert agency.read(get_proposal, proposal.id).proposal == proposal
        assert agency.read(list_orders).total == 0
        assert clients_of(agency) == []
