"""How the tests of invoices issue one, update it, and look at it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from service_engine.domain.ids import ClientId, InvoiceId, UserId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.invoices import Invoice
from service_engine.ports.invoices import InvoiceRow
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, invoice, john, later, now
from service_engine.usecases.invoices import InvoicePatch, create_invoice, get_invoice, list_invoices, update_invoice

NOBODY = ClientId(UserId(UUID(int=404)))
MONTHLY = BillingPeriod(length=1, unit="M")


def line(name: str = "Advice", amount: str = "100", **more: Any) -> InvoiceItemDraft:
    """Write a line over a hundred, unless told otherwise."""
    return InvoiceItemDraft(name=name, amount=Decimal(amount), **more)


def created(store: Store, **arguments: Any) -> Invoice:
    """Issue an invoice to John that differs in the given arguments."""
    usual: dict[str, Any] = {"payer": john.id, "items": [line()], "at": later}
    return store.run(acme.id, create_invoice, **(usual | arguments))


def updated(store: Store, invoice_id: InvoiceId = invoice.id, **parts: Any) -> Invoice:
    """Update an invoice by a patch of the given parts."""
    return store.run(acme.id, update_invoice, invoice_id, InvoicePatch(**parts), at=later)


def shown(store: Store, invoice_id: InvoiceId = invoice.id) -> InvoiceRow:
    """Return an invoice as it is shown."""
    return store.read(acme.id, get_invoice, invoice_id)


def numbers(store: Store, **arguments: Any) -> list[str]:
    """Return the numbers of the invoices of a page."""
    return [row.invoice.number for row in store.read(acme.id, list_invoices, **arguments).rows]


def foreign_invoice(store: Store, neighbour: Any) -> Invoice:
    """Issue an invoice in the other organisation."""
    return store.run(neighbour.org_id, create_invoice, payer=neighbour.client.id, items=[line()], at=now)
