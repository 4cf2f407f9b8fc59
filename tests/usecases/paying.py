"""What the tests of payments share: ways to bring an invoice into a status, and what is on record of it."""

from __future__ import annotations

from decimal import Decimal

from service_engine.domain.ids import InvoiceId
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.orders import Order
from service_engine.domain.payments import Payment
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, invoice, now
from service_engine.usecases.invoices import InvoicePatch, get_invoice, update_invoice
from service_engine.usecases.orders import list_orders
from service_engine.usecases.payments import mark_paid, record_part_payment

HALF = Decimal(480)


def stored(store: Store, invoice_id: InvoiceId = invoice.id) -> Invoice:
    """Return an invoice as it is stored."""
    return store.read(acme.id, get_invoice, invoice_id).invoice


def recorded(store: Store, invoice_id: InvoiceId = invoice.id) -> tuple[Payment, ...]:
    """Return the payments on an invoice."""

    def load(uow: UnitOfWork) -> tuple[Payment, ...]:
        return uow.payments.of_invoice(invoice_id)

    return store.run(acme.id, load)


def made(store: Store, invoice_id: InvoiceId = invoice.id) -> list[Order]:
    """Return the orders that the payment of an invoice has made, oldest first."""
    orders = [row.order for row in store.read(acme.id, list_orders).rows[::-1]]
    return [order for order in orders if order.invoice_id == invoice_id]


def moved(store: Store, status: InvoiceStatus) -> Invoice:
    """Bring the invoice into a status, by the ways that there are."""
    if status in {InvoiceStatus.PAID, InvoiceStatus.REFUNDED}:
        store.run(acme.id, mark_paid, invoice.id, at=now)
    if status is InvoiceStatus.PARTIALLY_PAID:
        store.run(acme.id, record_part_payment, invoice.id, HALF, at=now)
        return stored(store)
    return store.run(acme.id, update_invoice, invoice.id, InvoicePatch(status=status), at=now)
