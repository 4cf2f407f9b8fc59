"""Charging and reconciling on the awaited store, with an awaited gateway, on the real databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from service_engine.adapters.aio import AsyncSqlStore
from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain.ids import OrganizationId, PaymentId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.payments import PaymentStatus
from service_engine.errors import IllegalMoveError, PaymentPendingError
from service_engine.ports.payments import ChargeAnswer, ChargeRequest
from service_engine.testing.builders import NOON
from service_engine.usecases.charging import charge_invoice_async, reconcile_payments_async
from service_engine.usecases.invoices import NewPayer, create_invoice, get_invoice
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.payments import begin_charge

TOMORROW = NOON + timedelta(days=1)


class AwaitedGateway:
    """The simulated gateway, awaited; of one payment it may know nothing."""

    def __init__(self) -> None:
        self.bank = SimulatedGateway()
        self.unclear: PaymentId | None = None

    async def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money."""
        await asyncio.sleep(0.01)
        return self.bank.charge(request)

    async def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Say what became of it."""
        await asyncio.sleep(0)
        if key == self.unclear:
            raise PaymentPendingError(key)
        return self.bank.outcome(key)

    async def refund(self, key: PaymentId) -> None:
        """Give it back."""
        await asyncio.sleep(0)
        self.bank.refund(key)


async def issue(store: AsyncSqlStore, org_id: OrganizationId, amount: int) -> Invoice:
    """Issue an invoice."""
    line, payer = InvoiceItemDraft(name="Advice", amount=Decimal(amount)), NewPayer(email="john@example.com")
    return await store.run(org_id, create_invoice, payer=payer, items=[line], at=NOON)


def test_many_callers_charge_once_and_what_is_left_is_finished(database_url: str) -> None:
    """One of four callers at once hears that it is paid by him; reconciling goes on after what is unclear (D23)."""

    async def work() -> None:
        store, gateway = AsyncSqlStore.from_url(database_url), AwaitedGateway()
        org_id = OrganizationId(store.entropy.new_id())
        await store.run(org_id, bootstrap_organization, name="Acme", at=NOON)
        first, second, third = [await issue(store, org_id, amount) for amount in (1, 2, 3)]

        calls = [
            charge_invoice_async(store, gateway, org_id, first.id, payment_method_id="pm_1", at=NOON) for _ in range(4)
        ]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert [each.status for each in answers if isinstance(each, Invoice)] == [InvoiceStatus.PAID]
        assert {type(each) for each in answers if not isinstance(each, Invoice)} == {IllegalMoveError}
        assert list(gateway.bank.held.values()) == [first.total]

        begun = [await store.run(org_id, begin_charge, each.id, at=NOON) for each in (second, third)]
        gateway.unclear = begun[0].id
        with pytest.raises(PaymentPendingError):
            await reconcile_payments_async(store, gateway, org_id, at=TOMORROW)
        gateway.unclear = None
        (declined,) = await reconcile_payments_async(store, gateway, org_id, at=TOMORROW)
        assert (declined.id, declined.status) == (begun[0].id, PaymentStatus.DECLINED)
        free = await issue(store, org_id, 0)
        paid = await charge_invoice_async(store, gateway, org_id, free.id, payment_method_id="pm_1", at=NOON)
        assert (await store.read(org_id, get_invoice, free.id)).invoice == paid
        assert (paid.status, len(gateway.bank.held)) == (InvoiceStatus.PAID, 1)
        await store.close()

    asyncio.run(work())
