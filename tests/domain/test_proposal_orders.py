"""The order of a signed proposal: one, for the total, that remembers every item."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.ids import ProposalItemId
from service_engine.domain.json_values import MAX_BYTES, thaw
from service_engine.domain.orders import OrderPlaced, OrderStatus
from service_engine.domain.proposal_orders import place_proposed_order
from service_engine.domain.proposals import MAX_ITEMS, MAX_NOTES, Proposal, ProposalStatus
from service_engine.testing import strategies
from service_engine.testing.examples import john, later, proposal, website


def placed(there: Proposal, names: list[str]) -> Any:
    """Place the order of a proposal whose services are called so."""
    return place_proposed_order(
        there, order_id=website.id, number="A1B2C3D4", client_id=john.id, service_names=names, at=later
    )


@given(strategies.proposals(status=ProposalStatus.SENT), st.data())
def test_the_order_is_for_all_of_the_proposal(there: Proposal, data: Any):
    """Its price is the total, its quantity one; no item is forgotten (D32), and prices are text, exact (D34)."""
    count = len(there.items)
    names = data.draw(st.lists(strategies.lines(), min_size=count, max_size=count))
    change = placed(there, names)
    order = change.state
    assert (order.price, order.quantity, order.status) == (there.total, 1, OrderStatus.UNPAID)
    assert (order.service_id, order.service_name, order.client_id) == (there.items[0].service_id, names[0], john.id)
    assert (order.number, order.created_at, order.paysys, order.invoice_id) == ("A1B2C3D4", later, None, None)
    assert order.note == f"Created from proposal. {there.notes or ''}".strip()
    assert thaw(order.metadata) == {
        "proposal_id": str(there.id),
        "proposal_items": [
            {
                "service_id": str(item.service_id),
                "service_name": name,
                "quantity": item.quantity,
                "price": str(item.price.amount),
            }
            for item, name in zip(there.items, names, strict=True)
        ],
    }
    assert change.events == (OrderPlaced(order_id=website.id, at=later),)


def test_the_largest_proposal_becomes_an_order():
    """The most items with the longest names are more than a request may write, and yet they are kept."""
    [item] = proposal.items
    most = attrs.evolve(
        proposal,
        items=tuple(attrs.evolve(item, id=ProposalItemId(UUID(int=number))) for number in range(MAX_ITEMS)),
        notes="x" * MAX_NOTES,
    )
    order = placed(most, ["é" * 255] * MAX_ITEMS).state
    kept = thaw(order.metadata)["proposal_items"]
    assert (len(kept), len(order.note)) == (MAX_ITEMS, 65_535)
    assert len(str(kept)) > MAX_BYTES


def test_every_item_needs_the_name_of_its_service():
    """One too many is wrong use: it would name nothing."""
    with pytest.raises(ValueError, match="argument 2 is longer"):
        placed(proposal, ["One", "Two"])
