"""The one order that a signed proposal becomes; it remembers all of the items.

Source: contract section 2.6, "sign"; part A "Rules" (proposals).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service_engine.domain.change import Change
from service_engine.domain.evolution import evolve
from service_engine.domain.ids import ClientId, OrderId
from service_engine.domain.json_values import freeze
from service_engine.domain.orders import Order, OrderDetails, place_order
from service_engine.domain.proposals import ORDER_NOTE, Proposal

__all__ = ["place_proposed_order"]


def place_proposed_order(
    proposal: Proposal,
    *,
    order_id: OrderId,
    number: str,
    client_id: ClientId,
    service_names: Sequence[str],
    at: datetime,
) -> Change[Order]:
    """Place the order of a proposal: one, for its total, named after its first service.

    Args:
        proposal: The proposal.
        order_id: The order's id.
        number: Free in the organisation.
        client_id: Who signed.
        service_names: What the service of each item is called now.
        at: Now.

    Returns:
        The order; its metadata tell the proposal and all of the items.

    Example:
        >>> from service_engine.testing.examples import john, later, proposal, website
        >>> order = place_proposed_order(
        ...     proposal,
        ...     order_id=website.id,
        ...     number="A1B2C3D4",
        ...     client_id=john.id,
        ...     service_names=["Web Development"],
        ...     at=later,
        ... ).state
        >>> order.service_name, str(order.price), order.metadata["proposal_items"][0]["price"]
        ('Web Development', '2400.00 USD', '1200.00')
    """
    placed = place_order(
        order_id,
        number=number,
        client_id=client_id,
        service_id=proposal.items[0].service_id,
        service_name=service_names[0],
        price=proposal.total,
        details=OrderDetails(note=f"{ORDER_NOTE}{proposal.notes or ''}"),
        at=at,
    )
    items = [
        {
            "service_id": str(item.service_id),
            "service_name": name,
            "quantity": item.quantity,
            "price": str(item.price.amount),
        }
        for item, name in zip(proposal.items, service_names, strict=True)
    ]
    # Not bounded like a request's metadata: the number of items and the lengths of names are.
    metadata = freeze({"proposal_id": str(proposal.id), "proposal_items": items}, max_bytes=None)
    return Change(evolve(placed.state, metadata=metadata), placed.events)
