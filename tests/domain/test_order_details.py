"""What an order says besides, and how it was paid."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain import order_details, orders
from service_engine.domain.change import UNSET
from service_engine.domain.ids import InvoiceId, OrderId, SubscriptionId
from service_engine.domain.order_details import OrderDetails, PaidWith
from service_engine.domain.orders import OrderPlaced, OrderStatus, place_order, revise_order
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import invoice, john, later, now, website

ID = OrderId(UUID(int=1))


def place(**changes: Any) -> Any:
    """Place an order that differs in the given arguments."""
    wanted: dict[str, Any] = {
        "number": "A1B2C3D4",
        "client_id": john.id,
        "service_name": "Landing page",
        "price": invoice.items[0].amount,
    }
    return place_order(ID, **(wanted | changes))


def test_details_leave_everything_as_it_is():
    """Until they name something; an order revised by them is the very same."""
    assert {getattr(OrderDetails(), each.name) for each in attrs.fields(OrderDetails)} == {UNSET}
    assert revise_order(website, OrderDetails(), at=later).state is website


def test_details_are_found_where_orders_are():
    """Whoever knows orders finds them there."""
    assert orders.OrderDetails is order_details.OrderDetails


@given(
    strategies.ids().map(InvoiceId),
    st.none() | strategies.ids().map(SubscriptionId),
    strategies.lines(50),
    strategies.instants(),
)
def test_an_order_that_a_payment_makes(invoice_id: Any, subscription_id: Any, paysys: str, at: datetime):
    """It knows its invoice, its subscription and how it was paid (D10); In Progress since then (D31)."""
    paid_with = PaidWith(invoice_id=invoice_id, subscription_id=subscription_id, paysys=paysys)
    placed = place(paid_with=paid_with, status=OrderStatus.IN_PROGRESS, at=at)
    order = placed.state
    assert (order.invoice_id, order.subscription_id, order.paysys) == (invoice_id, subscription_id, paysys)
    assert (order.status, order.date_started, order.date_completed) == (OrderStatus.IN_PROGRESS, at, None)
    assert placed.events == (OrderPlaced(order_id=ID, at=at),)
    unpaid = place(status=OrderStatus.IN_PROGRESS, at=at).state
    assert attrs.evolve(unpaid, invoice_id=invoice_id, subscription_id=subscription_id, paysys=paysys) == order


def test_an_order_that_nobody_paid():
    """Knows no invoice."""
    order = place(at=now).state
    assert (order.invoice_id, order.subscription_id, order.paysys) == (None, None, None)


def test_how_it_was_paid_is_bounded():
    """50 characters, as in the invoice."""
    with pytest.raises(RuleViolationError) as refused:
        place(paid_with=PaidWith(invoice_id=invoice.id, paysys="x" * 51), at=now)
    assert refused.value.field == "paysys"


def test_how_it_was_paid_is_a_value():
    """It compares by what it holds, and is no key of anything that changes."""
    paid_with = PaidWith(invoice_id=invoice.id, paysys="Manual")
    assert paid_with == PaidWith(invoice_id=invoice.id, subscription_id=None, paysys="Manual")
    assert len({paid_with, PaidWith(invoice_id=invoice.id, paysys="Stripe")}) == 2
