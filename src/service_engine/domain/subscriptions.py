"""Subscriptions: what a client pays for again and again; started by the payment of a recurring invoice.

Source: contract section 3 (subscriptions); part A "Rules" (charge).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import field, frozen

from service_engine.domain.change import Change, Event
from service_engine.domain.ids import ClientId, InvoiceId, SubscriptionId
from service_engine.domain.instants import optional_utc, utc
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.kinds import is_a_or_none
from service_engine.domain.numbers import INTEGER, within
from service_engine.domain.text import optional_bounded

__all__ = ["ACTIVE", "Subscription", "SubscriptionStarted", "start_subscription"]

ACTIVE: Final = 1
_HIGHEST_STATUS: Final = 4


@frozen(kw_only=True)
class Subscription:
    """What a client pays for again and again.

    Args:
        id: Its id.
        number: Up to 50 characters, unique in the organisation.
        client_id: Who pays.
        invoice_id: The invoice whose payment started it; none starts two.
        status: 1 active; 0 and 2 to 4 are the organisation's own.
        period: How often it is paid; None if that is not known.
        processor_id: The payment processor's name for it, up to 255 characters.
        current_period_end: Until when it is paid, UTC.
        payment_count: How many renewals were paid.
        created_at: When it was started, UTC.
        updated_at: When it last changed, UTC.
        version: How often it was stored.

    Raises:
        RuleViolationError: A text or a number is out of bounds.

    Example:
        >>> from service_engine.testing.examples import invoice, john, now, subscription
        >>> subscription.client_id == john.id, subscription.invoice_id == invoice.id, subscription.period.unit
        (True, True, 'M')
    """

    id: SubscriptionId
    number: str | None = field(default=None, validator=optional_bounded(50))
    client_id: ClientId
    invoice_id: InvoiceId | None = None
    status: int = field(default=ACTIVE, validator=within(0, _HIGHEST_STATUS))
    period: BillingPeriod | None = field(default=None, validator=is_a_or_none(BillingPeriod))
    processor_id: str | None = field(default=None, validator=optional_bounded())
    current_period_end: datetime | None = field(default=None, converter=optional_utc)
    payment_count: int = field(default=0, validator=within(0, INTEGER))
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    version: int = 1


@frozen(kw_only=True)
class SubscriptionStarted(Event):
    """A client began to pay for something again and again.

    Example:
        >>> from service_engine.testing.examples import now, subscription
        >>> SubscriptionStarted(subscription_id=subscription.id, at=now).at == now
        True
    """

    subscription_id: SubscriptionId


def start_subscription(
    subscription_id: SubscriptionId, *, client_id: ClientId, invoice_id: InvoiceId, period: BillingPeriod, at: datetime
) -> Change[Subscription]:
    """Start a subscription, because a recurring invoice was paid.

    Example:
        >>> from service_engine.testing.examples import invoice, john, now, subscription
        >>> started = start_subscription(
        ...     subscription.id, client_id=john.id, invoice_id=invoice.id, period=subscription.period, at=now
        ... )
        >>> started.state == subscription
        True
    """
    subscription = Subscription(
        id=subscription_id, client_id=client_id, invoice_id=invoice_id, period=period, created_at=at, updated_at=at
    )
    return Change(subscription, (SubscriptionStarted(subscription_id=subscription_id, at=at),))
