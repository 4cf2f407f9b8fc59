"""Events of invoices, payments, subscriptions and coupons: each names what and when, in UTC, and cannot be changed."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import attrs
import pytest

from service_engine.domain import coupons, invoice_events, invoices, payments, subscriptions
from service_engine.domain.change import Event
from service_engine.domain.invoice_status import InvoiceStatus
from service_engine.domain.money import money
from service_engine.testing.examples import coupon, invoice, now, payment, subscription

INVOICE, PAYMENT = {"invoice_id": invoice.id}, {"payment_id": payment.id}
AMOUNT: dict[str, Any] = {"amount": money(960, "USD")}
DETAILS: dict[type[Event], dict[str, Any]] = {
    invoices.InvoiceIssued: INVOICE | {"number": "INV-00001"},
    invoices.InvoiceRevised: INVOICE | {"fields": ("note",)},
    invoices.InvoiceStatusChanged: INVOICE | {"origin": InvoiceStatus.UNPAID, "status": InvoiceStatus.CANCELLED},
    invoices.InvoicePartlyPaid: INVOICE | AMOUNT,
    invoices.InvoicePaid: INVOICE | AMOUNT,
    invoices.InvoiceDeleted: INVOICE,
    payments.PaymentIntended: PAYMENT | INVOICE,
    payments.PaymentSucceeded: PAYMENT,
    payments.PaymentDeclined: PAYMENT | {"reason": "The card was declined."},
    payments.PaymentSetAside: PAYMENT,
    payments.PaymentRefunded: PAYMENT,
    payments.PaymentResumed: PAYMENT,
    subscriptions.SubscriptionStarted: {"subscription_id": subscription.id},
    coupons.CouponCreated: {"coupon_id": coupon.id},
}


@pytest.mark.parametrize(("kind", "details"), DETAILS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_every_event_says_what_and_when(kind: type[Event], details: dict[str, Any]):
    """The time is kept in UTC; the event is a value, which can be compared, hashed and not changed."""
    event = kind(at=now.astimezone(timezone(timedelta(hours=3))), **details)
    assert event == kind(at=now, **details)
    assert event.at.utcoffset() == timedelta(0)
    assert hash(event) == hash(kind(at=now, **details))
    assert attrs.asdict(event, recurse=False) == {"at": now} | details
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.at = now  # type: ignore[misc]


@pytest.mark.parametrize("module", [invoice_events, invoices, payments, subscriptions, coupons])
def test_no_event_is_left_out(module: Any):
    """Every event that the module knows is tried above."""
    known = {value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Event)}
    assert known - {Event} <= set(DETAILS)


def test_every_event_is_shown_by_its_noun_too():
    """Whoever knows invoices finds their events there."""
    for name in invoice_events.__all__:
        assert getattr(invoices, name) is getattr(invoice_events, name)
        assert name in invoices.__all__
