"""Subscriptions: started by the payment of a recurring invoice, active, and bounded."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given

from service_engine.domain.ids import SubscriptionId
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.subscriptions import ACTIVE, Subscription, SubscriptionStarted, start_subscription
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import invoice, john, now, subscription

ID = SubscriptionId(UUID(int=1))


@given(strategies.billing_periods(), strategies.instants())
def test_starting(period: BillingPeriod, at: datetime):
    """Active, without a renewal yet, and known by client and invoice; one event (D11, D29)."""
    started = start_subscription(ID, client_id=john.id, invoice_id=invoice.id, period=period, at=at)
    assert started.state == Subscription(
        id=ID, client_id=john.id, invoice_id=invoice.id, period=period, created_at=at, updated_at=at
    )
    state = started.state
    assert (state.status, state.payment_count, state.version) == (ACTIVE, 0, 1)
    assert (state.number, state.processor_id, state.current_period_end) == (None, None, None)
    assert started.events == (SubscriptionStarted(subscription_id=ID, at=at),)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "x" * 51}, "number"),
        ({"processor_id": "x" * 256}, "processor_id"),
        ({"status": -1}, "status"),
        ({"status": 5}, "status"),
        ({"payment_count": -1}, "payment_count"),
        ({"payment_count": 2**31}, "payment_count"),
    ],
    ids=["long number", "long processor", "status below", "status above", "negative count", "large count"],
)
def test_a_subscription_is_bounded(changes: dict[str, Any], field: str):
    """Each field fits its column (D64), and the refusal names it."""
    with pytest.raises(RuleViolationError) as refused:
        attrs.evolve(subscription, **changes)
    assert refused.value.field == field


def test_the_bounds_themselves_fit():
    """The longest texts, the outermost numbers; contract 5.5: 1 is active, 0 and 2 to 4 are free."""
    for status in range(5):
        kept = attrs.evolve(
            subscription, number="x" * 50, processor_id="x" * 255, status=status, payment_count=2_147_483_647
        )
        assert kept.status == status
    assert ACTIVE == 1


def test_until_when_it_is_paid_is_kept_in_utc():
    """A time without a zone could be any."""
    assert attrs.evolve(subscription, current_period_end=now).current_period_end == now
    with pytest.raises(ValueError, match="has no zone"):
        attrs.evolve(subscription, current_period_end=now.replace(tzinfo=None))
