"""The subscriptions of an organisation's clients."""

from __future__ import annotations

from collections.abc import Iterator

from service_engine.adapters.memory import aggregates
from service_engine.adapters.memory.state import State, Work
from service_engine.domain.change import Change
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import InvoiceId
from service_engine.domain.subscriptions import Subscription

__all__ = ["MemorySubscriptions"]


class MemorySubscriptions:
    """``ports.subscriptions.Subscriptions`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, change: Change[Subscription]) -> Subscription:
        """Store a new subscription."""
        return aggregates.add(self._work, "subscription", self._work.state.subscriptions, change, _links)

    def of_invoice(self, invoice_id: InvoiceId) -> Subscription | None:
        """Return the subscription that the payment of an invoice started; None if it started none."""
        require_id("invoice", invoice_id)
        subscriptions = self._work.state.subscriptions
        subscription_id = subscriptions.claims.get(("invoice_id", invoice_id))
        return None if subscription_id is None else subscriptions.rows[subscription_id]


def _links(state: State, subscription: Subscription) -> Iterator[bool]:
    yield subscription.client_id in state.people.rows
    yield subscription.invoice_id is None or subscription.invoice_id in state.invoices.rows
