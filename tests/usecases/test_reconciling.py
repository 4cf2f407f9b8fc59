"""Reconciling when one payment cannot be finished: none of the others waits for it, awaited or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

import pytest
from tests.usecases.paying import recorded, stored

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain.ids import InvoiceId, PaymentId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoices import InvoiceStatus
from service_engine.domain.payments import PaymentStatus
from service_engine.errors import ConflictError, PaymentPendingError
from service_engine.ports.payments import Approved, ChargeAnswer, ChargeRequest
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, john, later, now, web_development
from service_engine.usecases.charging import (
    PATIENCE,
    charge_invoice,
    charge_invoice_async,
    reconcile_payments,
    reconcile_payments_async,
)
from service_engine.usecases.invoices import create_invoice
from service_engine.usecases.payments import begin_charge, mark_paid, settle_charge

AT = now + PATIENCE


class UnclearGateway(SimulatedGateway):
    """Knows of some payments no more than that it was asked; what it is asked is noted.

    Args:
        unclear: The payments.
        error: What it raises of them.
    """

    def __init__(
        self, unclear: Collection[PaymentId] = (), error: Callable[[object], Exception] = PaymentPendingError
    ) -> None:
        super().__init__()
        self.unclear = set(unclear)
        self._error = error
        self.asked: list[PaymentId] = []

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Say what became of a charge, if that is clear."""
        self._require_clear(key)
        return super().outcome(key)

    def refund(self, key: PaymentId) -> None:
        """Give back what was taken, if that is clear."""
        self._require_clear(key)
        super().refund(key)

    def _require_clear(self, key: PaymentId) -> None:
        self.asked.append(key)
        if key in self.unclear:
            raise self._error(key)


def issued(store: Store, amount: int) -> InvoiceId:
    """Issue an invoice."""
    line = InvoiceItemDraft(name="Advice", amount=Decimal(amount), service_id=web_development.id)
    return store.run(acme.id, create_invoice, payer=john.id, items=[line], at=now).id


def taken(store: Store, gateway: SimulatedGateway, invoice_id: InvoiceId) -> PaymentId:
    """Have the gateway take the money, and nobody hear of it."""
    payment = store.run(acme.id, begin_charge, invoice_id, at=now)
    gateway.charge(ChargeRequest(key=payment.id, amount=payment.amount, payment_method_id="pm_1", at=now))
    return payment.id


def status_of(store: Store, invoice_id: InvoiceId) -> list[PaymentStatus]:
    """Return where the payments on an invoice stand."""
    return sorted(payment.status for payment in recorded(store, invoice_id))


@pytest.mark.usefixtures("store")
def test_an_unclear_charge_keeps_no_other_waiting(agency: Store):
    """The oldest one is unclear for days: the later one is settled all the same, and the first is raised."""
    gateway = UnclearGateway()
    invoices = [issued(agency, amount) for amount in (1, 2, 3)]
    keys = [taken(agency, gateway, each) for each in invoices]
    gateway.unclear = {keys[0], keys[1]}
    with pytest.raises(PaymentPendingError) as unclear:
        reconcile_payments(agency, gateway, acme.id, at=AT)
    assert (unclear.value.key, gateway.asked) == (keys[0], keys)
    assert [stored(agency, each).status for each in invoices] == [
        InvoiceStatus.UNPAID,
        InvoiceStatus.UNPAID,
        InvoiceStatus.PAID,
    ]
    gateway.unclear.clear()
    finished = reconcile_payments(agency, gateway, acme.id, at=AT)
    assert [payment.id for payment in finished] == keys[:2]


@pytest.mark.usefixtures("store")
def test_a_refund_that_fails_keeps_no_other_waiting(agency: Store):
    """Neither a charge before it nor a surplus after it."""
    gateway = UnclearGateway()
    first, second, third = (issued(agency, amount) for amount in (1, 2, 3))
    keys = [taken(agency, gateway, each) for each in (first, second, third)]
    for overtaken in (first, third):
        agency.run(acme.id, mark_paid, overtaken, at=later)
    gateway.unclear = {keys[0]}
    with pytest.raises(PaymentPendingError) as unclear:
        reconcile_payments(agency, gateway, acme.id, at=AT)
    assert unclear.value.key == keys[0]
    assert stored(agency, second).status is InvoiceStatus.PAID
    assert status_of(agency, third) == [PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED]
    assert set(gateway.held) == {keys[0], keys[1]}


def test_a_refund_alone_that_fails(agency: Store):
    """It was settled as a surplus before; the other surplus is given back, and this one the next time."""
    gateway = UnclearGateway()
    first, second = (issued(agency, amount) for amount in (1, 2))
    keys = [taken(agency, gateway, each) for each in (first, second)]
    for overtaken in (first, second):
        agency.run(acme.id, mark_paid, overtaken, at=later)
    for key in keys:
        agency.run(acme.id, settle_charge, key, Approved(transaction_id="txn_1"), at=later)
    gateway.unclear = {keys[0]}
    with pytest.raises(PaymentPendingError):
        reconcile_payments(agency, gateway, acme.id, at=AT)
    assert (status_of(agency, first)[-1], status_of(agency, second)[-1]) == (
        PaymentStatus.SURPLUS,
        PaymentStatus.REFUNDED,
    )
    gateway.unclear.clear()
    (refunded,) = reconcile_payments(agency, gateway, acme.id, at=AT)
    assert (refunded.id, gateway.held) == (keys[0], {})


def test_a_conflict_over_one_payment_keeps_no_other_waiting(agency: Store):
    """Any refusal of the library's concerns one payment."""

    def crowded(key: object) -> ConflictError:
        return ConflictError("payment", key)

    gateway = UnclearGateway(error=crowded)
    keys = [taken(agency, gateway, issued(agency, amount)) for amount in (1, 2)]
    gateway.unclear = {keys[0]}
    with pytest.raises(ConflictError):
        reconcile_payments(agency, gateway, acme.id, at=AT)
    assert gateway.asked == keys


def test_a_bug_of_the_gateway_ends_the_work(agency: Store):
    """Nobody knows what else it would do wrong; what was finished stays finished."""
    gateway = UnclearGateway(error=KeyError)
    invoices = [issued(agency, amount) for amount in (1, 2, 3)]
    keys = [taken(agency, gateway, each) for each in invoices]
    gateway.unclear = {keys[1]}
    with pytest.raises(KeyError):
        reconcile_payments(agency, gateway, acme.id, at=AT)
    assert gateway.asked == keys[:2]
    assert stored(agency, invoices[0]).status is InvoiceStatus.PAID


# --------------------------------------------------------------------------------------------------- nothing is due


@pytest.mark.usefixtures("store")
def test_a_charge_of_nothing_asks_nobody(agency: Store):
    """The invoice is paid, though the gateway takes no questions at all."""
    invoice_id = issued(agency, 0)
    gateway = SimulatedGateway(is_unreachable=["pm_1"])
    paid = charge_invoice(agency, gateway, acme.id, invoice_id, payment_method_id="pm_1", at=later)
    assert (paid.status, paid.paysys, paid) == (InvoiceStatus.PAID, "Manual", stored(agency, invoice_id))
    assert status_of(agency, invoice_id) == [PaymentStatus.SUCCEEDED]


# ---------------------------------------------------------------------------------------------------------- awaited


class Awaited:
    """A store and a gateway whose answers come later: the event loop has its turn before each."""

    def __init__(self, store: Store, gateway: SimulatedGateway) -> None:
        self._store = store
        self._gateway = gateway

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        """Run a use case."""
        await asyncio.sleep(0)
        return self._store.run(*args, **kwargs)

    async def read(self, *args: Any, **kwargs: Any) -> Any:
        """Run a query."""
        await asyncio.sleep(0)
        return self._store.read(*args, **kwargs)

    async def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money."""
        await asyncio.sleep(0)
        return self._gateway.charge(request)

    async def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Say what became of it."""
        await asyncio.sleep(0)
        return self._gateway.outcome(key)

    async def refund(self, key: PaymentId) -> None:
        """Give it back."""
        await asyncio.sleep(0)
        self._gateway.refund(key)


def test_awaited(agency: Store):
    """The same steps: four callers at once take the money once; what is unclear keeps no other waiting."""
    gateway = UnclearGateway()
    host = Awaited(agency, gateway)
    invoices = [issued(agency, amount) for amount in (1, 2, 3)]

    async def charge_all() -> list[Any]:
        one = [
            charge_invoice_async(host, host, acme.id, invoices[0], payment_method_id="pm_1", at=later) for _ in range(4)
        ]
        return await asyncio.gather(*one, return_exceptions=True)

    results = asyncio.run(charge_all())
    assert [each.status for each in results if not isinstance(each, Exception)] == [InvoiceStatus.PAID]
    assert {str(each) for each in results if isinstance(each, Exception)} == {
        "payment_method_id: Invoice is already paid."
    }
    assert len(gateway.held) == 1
    keys = [taken(agency, gateway, each) for each in invoices[1:]]
    gateway.unclear = {keys[0]}
    with pytest.raises(PaymentPendingError):
        asyncio.run(reconcile_payments_async(host, host, acme.id, at=AT))
    gateway.unclear.clear()
    (settled,) = asyncio.run(reconcile_payments_async(host, host, acme.id, at=AT))
    assert (settled.id, settled.status) == (keys[0], PaymentStatus.SUCCEEDED)
    assert asyncio.run(reconcile_payments_async(host, host, acme.id, at=AT)) == ()
