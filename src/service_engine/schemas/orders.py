"""Orders on the wire: the summary that a ticket shows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import with_config
from typing_extensions import TypedDict

from service_engine.ports.orders import OrderSummary
from service_engine.schemas.errors import EXACT

__all__ = ["OrderSummaryWire", "order_summary_wire"]


@with_config(EXACT)
class OrderSummaryWire(TypedDict):
    """The order that a ticket is about. The price is a number here, exact to the cent."""

    id: UUID
    status: str
    service: str
    price: float
    quantity: int
    created_at: datetime


def order_summary_wire(order: OrderSummary) -> OrderSummaryWire:
    """Return an order as a ticket shows it.

    Source:
        Contract section 2.8, "order"; section 7 (the price is a JSON number).
    """
    return {
        "id": order.id,
        "status": order.status.label,
        "service": order.service_name,
        "price": float(order.price.amount),  # at most 13 digits: a float holds up to 15 exactly
        "quantity": order.quantity,
        "created_at": order.created_at,
    }
