"""What an order says besides its service, its people and its tags; and how it was paid.

Source: contract section 2.4.
"""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from service_engine.domain.change import UNSET, Unset
from service_engine.domain.ids import InvoiceId, ServiceId, SubscriptionId
from service_engine.domain.json_values import JsonObject

__all__ = ["OrderDetails", "PaidWith"]


@frozen(kw_only=True)
class OrderDetails:
    """What to change of an order besides status, people and tags. ``UNSET`` leaves a field as it is, None clears it.

    Args:
        service_id: The service of the catalogue; price, currency and name of the order stay.
        service_name: 1 to 255 characters after stripping: renames the snapshot.
        note: Up to 65,535 characters.
        form_data: Free JSON; replaces the old one whole.
        metadata: Free JSON; replaces the old one whole.
        date_started: When work on it began.
        date_completed: When it was completed.
        date_due: When it has to be completed.
        created_at: When it was placed.

    Example:
        >>> OrderDetails(note=None).note is None, OrderDetails().note
        (True, UNSET)
    """

    service_id: ServiceId | Unset | None = UNSET
    service_name: str | Unset = UNSET
    note: str | Unset | None = UNSET
    form_data: JsonObject | Unset = field(default=UNSET, hash=False)
    metadata: JsonObject | Unset = field(default=UNSET, hash=False)
    date_started: datetime | Unset | None = UNSET
    date_completed: datetime | Unset | None = UNSET
    date_due: datetime | Unset | None = UNSET
    created_at: datetime | Unset = UNSET


@frozen(kw_only=True)
class PaidWith:
    """How an order that a payment makes was paid.

    Args:
        invoice_id: The invoice.
        subscription_id: The subscription that the same payment started.
        paysys: ``Manual`` or ``Stripe``.

    Example:
        >>> from service_engine.testing.examples import invoice
        >>> PaidWith(invoice_id=invoice.id, paysys="Manual").subscription_id is None
        True
    """

    invoice_id: InvoiceId
    subscription_id: SubscriptionId | None = None
    paysys: str
