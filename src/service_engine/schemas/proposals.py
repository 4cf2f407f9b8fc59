"""Proposals on the wire: one request body, 15 keys out in a list and 16 alone, and the order that a signed one becomes.

Source: contract section 2.6.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, with_config
from typing_extensions import TypedDict

from service_engine.domain.clients import full_name
from service_engine.domain.ids import ServiceId
from service_engine.domain.orders import Order
from service_engine.domain.proposals import MAX_ITEMS, Proposal
from service_engine.ports.proposals import (
    ProposalFilter,
    ProposalItemRow,
    ProposalRow,
    ProposalSort,
    ProposalSummary,
)
from service_engine.schemas import filters
from service_engine.schemas.errors import EXACT
from service_engine.schemas.fields import Email, Length, Line, ProposalNotes, Reference, RequiredLine100
from service_engine.schemas.lists import Listing
from service_engine.schemas.money import Price, amount_text
from service_engine.schemas.pages import KeysetPageWire, LinkedPageWire
from service_engine.schemas.validation import Input
from service_engine.usecases.proposals import ProposedService

__all__ = [
    "PROPOSAL_LIST",
    "ProposalCreate",
    "ProposalItemInput",
    "ProposalItemWire",
    "ProposalPageWire",
    "ProposalSummaryWire",
    "ProposalWire",
    "SignedOrderWire",
    "SignedProposalWire",
    "proposal_summary_wire",
    "proposal_wire",
    "signed_proposal_wire",
]

PROPOSAL_LIST: Final = Listing(
    filters={
        "id": (ProposalFilter.ID, filters.identifier),
        "status": (ProposalFilter.STATUS, filters.small_integer),
        "client_email": (ProposalFilter.CLIENT_EMAIL, filters.email),
        "created_at": (ProposalFilter.CREATED_AT, filters.moment),
    },
    sorts={
        "id": ProposalSort.ID,
        "client_email": ProposalSort.CLIENT_EMAIL,
        "status": ProposalSort.STATUS,
        "total": ProposalSort.TOTAL,
        "created_at": ProposalSort.CREATED_AT,
        "sent_at": ProposalSort.SENT_AT,
        "signed_at": ProposalSort.SIGNED_AT,
    },
    newest=ProposalSort.CREATED_AT,
)


class ProposalItemInput(Input):
    """One service of a new proposal, for a price of its own.

    Example:
        >>> from service_engine.schemas.example_rows import SERVICE_ID
        >>> item = ProposalItemInput(service_id=str(SERVICE_ID), price="1200.50").value()
        >>> item.quantity, item.price
        (1, Decimal('1200.500'))
    """

    service_id: Reference
    quantity: Length | None = None
    price: Price

    def value(self) -> ProposedService:
        """Return it as the use case takes it."""
        return ProposedService(service_id=ServiceId(self.service_id), quantity=self.quantity or 1, price=self.price)


class ProposalCreate(Input):
    """A new proposal. Null means the same as leaving the field out.

    Example:
        >>> from service_engine.schemas.examples import NEW_PROPOSAL
        >>> new = ProposalCreate(**NEW_PROPOSAL).arguments()
        >>> new["client_first_name"], new["items"][0].quantity, new["notes"]
        ('Ann', 2, 'Two sites.')
    """

    client_email: Email
    client_name_f: RequiredLine100
    client_name_l: RequiredLine100
    client_company: Line | None = None
    items: Annotated[list[ProposalItemInput], Field(min_length=1, max_length=MAX_ITEMS)]
    notes: ProposalNotes | None = None

    def arguments(self) -> dict[str, Any]:
        """Return it as the arguments of the use case."""
        return {
            "client_email": self.client_email,
            "client_first_name": self.client_name_f,
            "client_last_name": self.client_name_l,
            "client_company": self.client_company,
            "items": [item.value() for item in self.items],
            "notes": self.notes,
        }


@with_config(EXACT)
class ProposalItemWire(TypedDict):
    """One service of a proposal, with its name and description as they are today."""

    id: UUID
    service_id: UUID
    service_name: str
    service_description: str | None
    quantity: int
    price: str
    created_at: datetime


@with_config(EXACT)
class ProposalSummaryWire(TypedDict):
    """A proposal as a list shows it."""

    id: UUID
    client_email: str
    client_name: str
    client_name_f: str
    client_name_l: str
    client_company: str | None
    status: str
    status_id: int
    total: str
    notes: str | None
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None
    signed_at: datetime | None
    converted_order_id: UUID | None


@with_config(EXACT)
class ProposalWire(ProposalSummaryWire):
    """A proposal alone: with its items."""

    items: list[ProposalItemWire]


@with_config(EXACT)
class SignedOrderWire(TypedDict):
    """The order that a signed proposal became."""

    id: UUID
    number: str
    user_id: UUID
    service_id: UUID | None
    service: str
    price: str
    currency: str
    quantity: int
    status: str
    status_id: int
    note: str | None
    created_at: datetime


@with_config(EXACT)
class SignedProposalWire(TypedDict):
    """A proposal that was signed, and the order that it became."""

    proposal: ProposalWire
    order: SignedOrderWire


ProposalPageWire = LinkedPageWire[ProposalSummaryWire] | KeysetPageWire[ProposalSummaryWire]


def proposal_summary_wire(proposal: Proposal | ProposalSummary) -> ProposalSummaryWire:
    """Return a proposal as a list shows it.

    Source:
        Contract section 2.6, "Proposal object" (16 keys, items absent in a list).

    Example:
        >>> from service_engine.testing.examples import proposal
        >>> wire = proposal_summary_wire(proposal)
        >>> wire["client_name"], wire["status"], wire["total"]
        ('Ann Lee', 'Draft', '2400.00')
    """
    return {
        "id": proposal.id,
        "client_email": proposal.client_email,
        "client_name": full_name(proposal.client_first_name, proposal.client_last_name),
        "client_name_f": proposal.client_first_name,
        "client_name_l": proposal.client_last_name,
        "client_company": proposal.client_company,
        "status": proposal.status.label,
        "status_id": proposal.status,
        "total": amount_text(proposal.total.amount),
        "notes": proposal.notes,
        "created_at": proposal.created_at,
        "updated_at": proposal.updated_at,
        "sent_at": proposal.sent_at,
        "signed_at": proposal.signed_at,
        "converted_order_id": proposal.converted_order_id,
    }


def proposal_wire(row: ProposalRow) -> ProposalWire:
    """Return a proposal alone.

    Source:
        Contract section 2.6, "Proposal object" (16 keys), "Item" (7).

    Example:
        >>> from service_engine.schemas.example_rows import PROPOSAL
        >>> [(item["service_name"], item["quantity"], item["price"]) for item in proposal_wire(PROPOSAL)["items"]]
        [('Web Development', 2, '1200.00')]
    """
    return {**proposal_summary_wire(row.proposal), "items": [_item_wire(each) for each in row.items]}


def signed_proposal_wire(row: ProposalRow, order: Order) -> SignedProposalWire:
    """Return a proposal that was signed, and the order that it became.

    Source:
        Contract section 2.6, "sign" (12 keys of the order).

    Example:
        >>> from service_engine.schemas.example_rows import SIGNED_ORDER, SIGNED_PROPOSAL
        >>> wire = signed_proposal_wire(SIGNED_PROPOSAL, SIGNED_ORDER)
        >>> wire["proposal"]["status"], wire["order"]["id"] == wire["proposal"]["converted_order_id"]
        ('Signed', True)
    """
    return {"proposal": proposal_wire(row), "order": _order_wire(order)}


def _item_wire(row: ProposalItemRow) -> ProposalItemWire:
    return {
        "id": row.item.id,
        "service_id": row.item.service_id,
        "service_name": row.service_name,
        "service_description": row.service_description,
        "quantity": row.item.quantity,
        "price": amount_text(row.item.price.amount),
        "created_at": row.item.created_at,
    }


def _order_wire(order: Order) -> SignedOrderWire:
    return {
        "id": order.id,
        "number": order.number,
        "user_id": order.client_id,
        "service_id": order.service_id,
        "service": order.service_name,
        "price": amount_text(order.price.amount),
        "currency": order.price.currency,
        "quantity": order.quantity,
        "status": order.status.label,
        "status_id": order.status,
        "note": order.note,
        "created_at": order.created_at,
    }
