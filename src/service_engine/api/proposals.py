"""The five operations on proposals. None of them edits one: what was offered stays as it was offered.

Source: contract section 2.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service_engine.api.bodies import Body
from service_engine.api.gate import Gate, path_id
from service_engine.api.listing import answer_list
from service_engine.api.queries import id_in_path, list_parameters
from service_engine.api.routes import Operation, answer, build_resource
from service_engine.domain.ids import ProposalId
from service_engine.domain.orders import Order
from service_engine.ports.proposals import ProposalRow
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.schemas import examples
from service_engine.schemas.pages import linked_page_wire
from service_engine.schemas.proposals import (
    PROPOSAL_LIST,
    ProposalCreate,
    ProposalPageWire,
    ProposalWire,
    SignedProposalWire,
    proposal_summary_wire,
    proposal_wire,
    signed_proposal_wire,
)
from service_engine.usecases import proposals

__all__ = ["OPERATIONS", "ProposalOperations", "build_router"]

_IN_PATH: Final = id_in_path("The proposal's id.", examples.PROPOSAL_ID)


@frozen
class ProposalOperations:
    """The operations on proposals.

    Args:
        gate: Where requests come in.
    """

    gate: Gate

    def list_proposals(self, request: Request) -> Response:
        """Answer a page of proposals without their items."""
        return answer_list(
            self.gate,
            request,
            PROPOSAL_LIST,
            by_number=proposals.list_proposals,
            by_keyset=proposals.scroll_proposals,
            show=proposal_summary_wire,
            wire=linked_page_wire,
        )

    def create_proposal(self, request: Request, sent: Body) -> Response:
        """Write a proposal and answer it."""
        caller, body = self.gate.receive(request, sent, ProposalCreate)
        row = self.gate.store.run(caller.organization_id, _create, body.arguments(), at=self.gate.now())
        return answer(proposal_wire(row), status=201)

    def retrieve_proposal(self, request: Request, key: str) -> Response:
        """Answer a proposal with its items."""
        caller = self.gate.admit(request)
        row = self.gate.store.read(caller.organization_id, proposals.get_proposal, _id(key))
        return answer(proposal_wire(row))

    def send_proposal(self, request: Request, key: str) -> Response:
        """Send a draft and answer it; no mail is sent."""
        caller = self.gate.admit(request)
        row = self.gate.store.run(caller.organization_id, _send, _id(key), at=self.gate.now())
        return answer(proposal_wire(row))

    def sign_proposal(self, request: Request, key: str) -> Response:
        """Sign a proposal that was sent; answer it and the order that it became."""
        caller = self.gate.admit(request)
        base = self.gate.settings.affiliate_link
        row, order = self.gate.store.run(caller.organization_id, _sign, _id(key), base, at=self.gate.now())
        return answer(signed_proposal_wire(row, order))


_NO_ITEMS = {"items": ["List should have at least 1 item after validation, not 0"]}
_NO_SERVICE = {"items": ["Service with ID 0190163d-8694-739b-aea5-966c26f8ad91 does not exist."]}
OPERATIONS: Final = {
    "list_proposals": Operation(
        method="GET",
        summary="List proposals",
        shows=ProposalPageWire,
        example=examples.PROPOSAL_PAGE,
        parameters=list_parameters(PROPOSAL_LIST),
        refuses={400: {"query.filters[status][$eq]": ["Input should be a valid integer"]}},
    ),
    "create_proposal": Operation(
        method="POST",
        summary="Create a proposal",
        status=201,
        shows=ProposalWire,
        example=examples.PROPOSAL,
        takes=ProposalCreate,
        sends=examples.NEW_PROPOSAL,
        refuses={400: _NO_ITEMS, 422: _NO_SERVICE},
    ),
    "retrieve_proposal": Operation(
        method="GET",
        path="/{id}",
        parameters=(_IN_PATH,),
        summary="Retrieve a proposal",
        shows=ProposalWire,
        example=examples.PROPOSAL,
        refuses={404: {}},
    ),
    "send_proposal": Operation(
        method="POST",
        path="/{id}/send",
        parameters=(_IN_PATH,),
        summary="Send a proposal",
        shows=ProposalWire,
        example=examples.SENT_PROPOSAL,
        refuses={400: "Cannot send proposal with status Sent", 404: {}},
    ),
    "sign_proposal": Operation(
        method="POST",
        path="/{id}/sign",
        parameters=(_IN_PATH,),
        summary="Sign a proposal",
        shows=SignedProposalWire,
        example=examples.SIGNED_PROPOSAL,
        refuses={
            400: "Cannot sign proposal with status Draft",
            404: {},
            422: {"client_email": ["The specified client does not exist."]},
        },
    ),
}


def build_router(gate: Gate, *, prefix: str = "") -> APIRouter:
    """Return the router of these operations, which are under the prefix."""
    return build_resource(f"{prefix}/proposals", "Proposals", OPERATIONS, ProposalOperations(gate), gate.terms)


def _id(text: str) -> ProposalId:
    return ProposalId(path_id(text, "proposal"))


def _create(uow: UnitOfWork, arguments: Mapping[str, Any], *, at: datetime) -> ProposalRow:
    return proposals.get_proposal(uow, proposals.draft_proposal(uow, **arguments, at=at).id)


def _send(uow: UnitOfWork, key: ProposalId, *, at: datetime) -> ProposalRow:
    proposals.send_proposal(uow, key, at=at)
    return proposals.get_proposal(uow, key)


def _sign(uow: UnitOfWork, key: ProposalId, affiliate_link: str, *, at: datetime) -> tuple[ProposalRow, Order]:
    signed = proposals.sign_proposal(uow, key, affiliate_link=affiliate_link, at=at)
    return proposals.get_proposal(uow, key), signed.order
