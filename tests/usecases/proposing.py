"""How the tests of proposals draft one, sign it, and look at it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from service_engine.domain.ids import OrganizationId, ProposalId, ServiceId
from service_engine.domain.proposals import Proposal
from service_engine.ports.proposals import ProposalRow
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, later, now, proposal, web_development
from service_engine.usecases.proposals import (
    ProposedService,
    SignedProposal,
    draft_proposal,
    get_proposal,
    send_proposal,
    sign_proposal,
)
from service_engine.usecases.services import create_service


def offering(service_id: ServiceId = web_development.id, price: str = "100", quantity: int = 1) -> ProposedService:
    """Propose a service, one for a hundred unless told otherwise."""
    return ProposedService(service_id=service_id, price=Decimal(price), quantity=quantity)


def drafted(store: Store, org_id: OrganizationId = acme.id, **arguments: Any) -> Proposal:
    """Draft a proposal for Eve that differs in the given arguments."""
    usual: dict[str, Any] = {
        "client_email": " Eve@Example.com",
        "client_first_name": " Eve ",
        "client_last_name": "Ray",
        "items": [offering()],
        "at": now,
    }
    return store.run(org_id, draft_proposal, **(usual | arguments))


def signed(store: Store, org_id: OrganizationId = acme.id, **arguments: Any) -> SignedProposal:
    """Draft, send and sign a proposal that differs in the given arguments."""
    written = drafted(store, org_id, **arguments)
    store.run(org_id, send_proposal, written.id, at=now)
    return store.run(org_id, sign_proposal, written.id, at=later)


def shown(store: Store, proposal_id: ProposalId = proposal.id) -> ProposalRow:
    """Return a proposal as it is shown alone."""
    return store.read(acme.id, get_proposal, proposal_id)


def offered(store: Store, name: str = "Advice", currency: str = "USD", org_id: OrganizationId = acme.id) -> ServiceId:
    """Offer a service."""
    return store.run(org_id, create_service, name=name, currency=currency, at=now).id
