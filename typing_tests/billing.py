"""The types that a user gets of proposals, invoices and payments; checked like ``api.py``, nothing runs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import assert_type
from uuid import UUID

from service_engine import (
    AsyncSqlStore,
    Change,
    ClientId,
    InvoiceId,
    InvoiceItemId,
    OrderId,
    OrganizationId,
    PaymentId,
    ProposalId,
    ServiceId,
    Store,
    UnitOfWork,
)
from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain import invoice_payments, invoices, payments, proposals
from service_engine.domain.invoice_items import InvoiceItem, InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod, Tax
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.money import Money
from service_engine.domain.orders import Order
from service_engine.domain.payments import Payment
from service_engine.domain.proposals import Proposal
from service_engine.domain.subscriptions import Subscription
from service_engine.ports.invoices import InvoiceRow
from service_engine.ports.lists import Page
from service_engine.ports.payments import Approved, ChargeAnswer, ChargeRequest, Declined, PaymentGateway
from service_engine.ports.proposals import ProposalRow, ProposalSummary
from service_engine.usecases.charging import charge_invoice, reconcile_payments
from service_engine.usecases.invoices import (
    InvoicePatch,
    NewPayer,
    create_invoice,
    get_invoice,
    list_invoices,
    update_invoice,
)
from service_engine.usecases.payments import ChargeOutcome, begin_charge, mark_paid, settle_charge
from service_engine.usecases.proposals import (
    ProposedService,
    SignedProposal,
    draft_proposal,
    get_proposal,
    list_proposals,
    sign_proposal,
)


class Bank:
    """A host's own gateway."""

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money."""
        return Approved(transaction_id=str(request.key))

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Tell what became of it."""
        return Declined(reason=str(key))

    def refund(self, key: PaymentId) -> None:
        """Give it back."""


def gateways() -> list[PaymentGateway]:
    """Anything with three methods is a gateway."""
    return [SimulatedGateway(declines=["pm_empty"]), Bank()]


def proposing(store: Store, org_id: OrganizationId, service_id: ServiceId, key: ProposalId, now: datetime) -> None:
    """From a draft to an order."""
    drafted = store.run(
        org_id,
        draft_proposal,
        client_email="a@b.example",
        client_first_name="A",
        client_last_name="B",
        items=[ProposedService(service_id=service_id, price=Decimal("9.90"))],
        at=now,
    )
    assert_type(drafted, Proposal)
    assert_type(drafted.total, Money)
    signed = store.run(org_id, sign_proposal, key, at=now)
    assert_type(signed, SignedProposal)
    assert_type(signed.order, Order)
    assert_type(store.read(org_id, get_proposal, key), ProposalRow)
    assert_type(store.read(org_id, list_proposals), Page[ProposalSummary])
    assert_type(proposals.send(drafted, at=now).then(proposals.reject, at=now), Change[Proposal])


def billing(store: Store, org_id: OrganizationId, client_id: ClientId, key: InvoiceId, now: datetime) -> None:
    """From an invoice to its payment."""
    line = InvoiceItemDraft(name="Hosting", quantity=12, amount=Decimal(5))
    invoice = store.run(org_id, create_invoice, payer=client_id, items=[line], tax=Tax(number=Decimal(1)), at=now)
    assert_type(invoice, Invoice)
    assert_type(invoice.items, tuple[InvoiceItem, ...])
    assert_type(invoice.recurring, BillingPeriod | None)
    store.run(org_id, create_invoice, payer=NewPayer(email="a@b.example"), items=[line], at=now)
    assert_type(store.run(org_id, update_invoice, key, InvoicePatch(status=InvoiceStatus.DRAFT), at=now), Invoice)
    assert_type(store.run(org_id, mark_paid, key, at=now), Invoice)
    assert_type(store.read(org_id, get_invoice, key), InvoiceRow)
    assert_type(store.read(org_id, list_invoices), Page[InvoiceRow])
    gateway = SimulatedGateway()
    assert_type(charge_invoice(store, gateway, org_id, key, payment_method_id="pm_1", at=now), Invoice)
    assert_type(reconcile_payments(store, gateway, org_id, at=now), tuple[Payment, ...])


async def charging(store: AsyncSqlStore, org_id: OrganizationId, key: InvoiceId, now: datetime) -> None:
    """An asyncio host asks its own gateway between two awaited steps."""
    payment = await store.run(org_id, begin_charge, key, at=now)
    assert_type(payment, Payment)
    answer = Approved(transaction_id="txn_1")
    assert_type(await store.run(org_id, settle_charge, payment.id, answer, at=now), ChargeOutcome)


def transitions(uow: UnitOfWork, invoice: Invoice, payment: Payment, order_id: OrderId, now: datetime) -> None:
    """A transition returns a Change, and repositories take one."""
    orders: dict[InvoiceItemId, OrderId] = {invoice.items[0].id: order_id}
    paid = invoice_payments.pay_in_full(invoice, paysys=invoice_payments.MANUAL, order_ids=orders, at=now)
    assert_type(paid, Change[Invoice])
    assert_type(uow.invoices.save(paid), Invoice)
    assert_type(uow.payments.save(payments.succeed(payment, at=now)), Payment)
    assert_type(uow.subscriptions.of_invoice(invoice.id), Subscription | None)
    assert_type(invoices.delete_invoice(invoice, at=now), Change[Invoice])
    assert_type(InvoiceId(UUID(int=1)), InvoiceId)
