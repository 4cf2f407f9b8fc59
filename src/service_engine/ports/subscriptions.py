"""What the use cases need of subscriptions."""

from __future__ import annotations

from typing import Protocol

from service_engine.domain.change import Change
from service_engine.domain.ids import InvoiceId
from service_engine.domain.subscriptions import Subscription

__all__ = ["Subscriptions"]


class Subscriptions(Protocol):
    """The organisation's subscriptions.

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice
        >>> with agency().begin(acme.id) as uow:
        ...     uow.subscriptions.of_invoice(invoice.id) is None
        True
    """

    def add(self, change: Change[Subscription]) -> Subscription:
        """Store a new subscription.

        Raises:
            ConflictError: Its id, its number or its invoice was taken, or something that it refers to is not in the
                organisation.
        """
        ...

    def of_invoice(self, invoice_id: InvoiceId) -> Subscription | None:
        """Return the subscription that the payment of an invoice started; None if it started none."""
        ...
