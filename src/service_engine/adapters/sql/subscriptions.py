"""Subscriptions in SQL."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Insert, Select, Table, insert, select

from service_engine.adapters.sql.scope import KEY, own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.domain.change import Change
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import InvoiceId
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.subscriptions import Subscription

__all__ = ["SqlSubscriptions", "SubscriptionStatements"]

_PLAIN: Final = (
    "id",
    "number",
    "client_id",
    "invoice_id",
    "status",
    "processor_id",
    "current_period_end",
    "payment_count",
    "created_at",
    "updated_at",
    "version",
)
_PERIOD: Final = ("recurring_period_length", "recurring_period_unit")


def _subscription_of(row: AnyRow) -> Subscription:
    *plain, length, unit = row
    period = None if length is None else BillingPeriod(length=length, unit=unit)
    return Subscription(**dict(zip(_PLAIN, plain, strict=True)), period=period)


def _row_of(subscription: Subscription) -> dict[str, Any]:
    period = subscription.period
    stored = (None, None) if period is None else (period.length, period.unit)
    return {name: getattr(subscription, name) for name in _PLAIN} | dict(zip(_PERIOD, stored, strict=True))


class SubscriptionStatements:
    """What is asked of subscriptions, built once."""

    def __init__(self, tables: Tables) -> None:
        subscriptions = tables.subscriptions
        self.table: Table = subscriptions
        columns = [subscriptions.c[name] for name in (*_PLAIN, *_PERIOD)]
        self.of_invoice: Select[Any] = select(*columns).where(own(subscriptions), subscriptions.c.invoice_id == KEY)
        self.add: Insert = insert(subscriptions)


class SqlSubscriptions:
    """The organisation's subscriptions."""

    def __init__(self, transaction: Transaction, statements: SubscriptionStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def add(self, change: Change[Subscription]) -> Subscription:
        """Store a new subscription; see ``ports.subscriptions.Subscriptions``."""
        subscription = change.state
        self._transaction.insert(self._statements.table, self._statements.add, "subscription", _row_of(subscription))
        self._transaction.note(change.events)
        return subscription

    def of_invoice(self, invoice_id: InvoiceId) -> Subscription | None:
        """Return the subscription that an invoice started; see ``ports.subscriptions.Subscriptions``."""
        require_id("invoice", invoice_id)
        row = self._transaction.read(self._statements.of_invoice, key=invoice_id).one_or_none()
        return None if row is None else _subscription_of(row)
