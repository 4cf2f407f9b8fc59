"""Invoices on the wire, outwards: 30 keys, and what their list can be filtered and sorted by.

Source: contract section 2.7.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import with_config
from typing_extensions import TypedDict

from service_engine.domain.access import Role
from service_engine.domain.clients import Client, full_name
from service_engine.domain.invoice_items import InvoiceItem
from service_engine.domain.invoice_terms import BillingAddress, BillingPeriod
from service_engine.domain.invoices import Invoice
from service_engine.domain.json_values import thaw
from service_engine.domain.money import Money
from service_engine.ports.invoices import InvoiceFilter, InvoiceRow, InvoiceSort
from service_engine.schemas import filters
from service_engine.schemas.addresses import AddressWire, address_wire
from service_engine.schemas.errors import EXACT
from service_engine.schemas.lists import Listing
from service_engine.schemas.money import amount_text, number_text
from service_engine.schemas.pages import KeysetPageWire, PageWire
from service_engine.schemas.roles import RoleWire, role_wire

__all__ = [
    "INVOICE_LIST",
    "BillingAddressWire",
    "BillingPeriodWire",
    "InvoiceClientWire",
    "InvoiceItemWire",
    "InvoicePageWire",
    "InvoiceWire",
    "invoice_details_wire",
    "invoice_wire",
]

INVOICE_LIST: Final = Listing(
    filters={
        "id": (InvoiceFilter.ID, filters.identifier),
        "status": (InvoiceFilter.STATUS, filters.small_integer),
        "user_id": (InvoiceFilter.CLIENT_ID, filters.identifier),
        "created_at": (InvoiceFilter.CREATED_AT, filters.moment),
        "date_due": (InvoiceFilter.DATE_DUE, filters.moment),
    },
    sorts={
        "id": InvoiceSort.ID,
        "number": InvoiceSort.NUMBER,
        "status": InvoiceSort.STATUS,
        "user_id": InvoiceSort.CLIENT_ID,
        "total": InvoiceSort.TOTAL,
        "subtotal": InvoiceSort.SUBTOTAL,
        "created_at": InvoiceSort.CREATED_AT,
        "date_due": InvoiceSort.DATE_DUE,
        "date_paid": InvoiceSort.DATE_PAID,
    },
    newest=InvoiceSort.CREATED_AT,
)


@with_config(EXACT)
class InvoiceItemWire(TypedDict):
    """One line of an invoice."""

    id: UUID
    invoice_id: UUID
    name: str
    description: str | None
    quantity: int
    amount: str
    discount: str
    discount2: str | None
    total: str
    service_id: UUID | None
    order_id: UUID | None
    options: dict[str, Any]
    created_at: datetime
    updated_at: datetime


@with_config(EXACT)
class InvoiceClientWire(TypedDict):
    """Who owes an invoice. Account and affiliate are shown only where the invoice is retrieved, null elsewhere."""

    id: UUID
    name: str
    name_f: str
    name_l: str
    email: str
    company: str | None
    phone: str | None
    tax_id: str | None
    aff_id: int | None
    stripe_id: str | None
    balance: str | None
    custom_fields: dict[str, Any] | None
    status: int | None
    address: AddressWire | None
    role: RoleWire


@with_config(EXACT)
class BillingAddressWire(TypedDict):
    """Where a bill goes, as it was when the invoice was issued."""

    line_1: str | None
    line_2: str | None
    city: str | None
    state: str | None
    postcode: str | None
    country: str | None
    name_f: str | None
    name_l: str | None
    company_name: str | None
    company_vat: None
    tax_id: None


@with_config(EXACT)
class BillingPeriodWire(TypedDict):
    """How often an invoice comes again."""

    r_period_l: int
    r_period_t: str


@with_config(EXACT)
class InvoiceWire(TypedDict):
    """An invoice, with client and items."""

    id: UUID
    number: str
    number_prefix: str | None
    client: InvoiceClientWire
    items: list[InvoiceItemWire]
    billing_address: BillingAddressWire | None
    status: str
    status_id: int
    created_at: datetime
    date_due: datetime | None
    date_paid: datetime | None
    credit: str
    tax: str
    tax_name: str | None
    tax_percent: str
    currency: str
    reason: str | None
    note: str | None
    ip_address: str | None
    loc_confirm: bool
    recurring: BillingPeriodWire | None
    coupon_id: UUID | None
    transaction_id: str | None
    paysys: str | None
    subtotal: str
    total: str
    employee_id: UUID | None
    view_link: None
    download_link: None
    thanks_link: None


InvoicePageWire = PageWire[InvoiceWire] | KeysetPageWire[InvoiceWire]


def invoice_wire(row: InvoiceRow) -> InvoiceWire:
    """Return an invoice as everything but a retrieve shows it.

    Source:
        Contract section 2.7, "Invoice object" (30 keys).

    Example:
        >>> from service_engine.schemas.example_rows import INVOICE
        >>> wire = invoice_wire(INVOICE)
        >>> wire["number"], wire["status"], wire["subtotal"], wire["tax"], wire["total"]
        ('INV-00001', 'Unpaid', '1400.00', '168.00', '1568.00')
        >>> wire["client"]["balance"] is None
        True
    """
    return _invoice_wire(row.invoice, _client_wire(row.client, row.role))


def invoice_details_wire(row: InvoiceRow) -> InvoiceWire:
    """Return an invoice as a retrieve shows it: with the client's account.

    Source:
        Contract section 2.7, "client"; section 9, D6.

    Example:
        >>> from service_engine.schemas.example_rows import INVOICE
        >>> invoice_details_wire(INVOICE)["client"]["balance"]
        '0.00'
    """
    client = row.client
    account: InvoiceClientWire = {
        **_client_wire(client, row.role),
        "aff_id": client.affiliate_id,
        "stripe_id": client.stripe_id,
        "balance": amount_text(client.balance.amount),
        "custom_fields": thaw(client.custom_fields),
        "status": client.status,
    }
    return _invoice_wire(row.invoice, account)


def _invoice_wire(invoice: Invoice, client: InvoiceClientWire) -> InvoiceWire:
    return {
        "id": invoice.id,
        "number": invoice.number,
        "number_prefix": invoice.number_prefix,
        "client": client,
        "items": [_item_wire(invoice, item) for item in invoice.items],
        "billing_address": _billing_address_wire(invoice.billing_address),
        "status": invoice.status.label,
        "status_id": invoice.status,
        "created_at": invoice.created_at,
        "date_due": invoice.date_due,
        "date_paid": invoice.date_paid,
        "credit": _amount(invoice.credit),
        "tax": _amount(invoice.tax_amount),
        "tax_name": invoice.tax.name,
        "tax_percent": number_text(invoice.tax.percent),
        "currency": invoice.currency,
        "reason": invoice.reason,
        "note": invoice.note,
        "ip_address": invoice.ip_address,
        "loc_confirm": invoice.loc_confirm,
        "recurring": _period_wire(invoice.recurring),
        "coupon_id": invoice.coupon_id,
        "transaction_id": invoice.transaction_id,
        "paysys": invoice.paysys,
        "subtotal": _amount(invoice.subtotal),
        "total": _amount(invoice.total),
        "employee_id": invoice.employee_id,
        "view_link": None,
        "download_link": None,
        "thanks_link": None,
    }


def _item_wire(invoice: Invoice, item: InvoiceItem) -> InvoiceItemWire:
    return {
        "id": item.id,
        "invoice_id": invoice.id,
        "name": item.name,
        "description": item.description,
        "quantity": item.quantity,
        "amount": _amount(item.amount),
        "discount": _amount(item.discount),
        "discount2": _amount(item.discount2) if item.discount2 is not None and item.discount2.amount else None,
        "total": _amount(item.total),
        "service_id": item.service_id,
        "order_id": item.order_id,
        "options": thaw(item.options),
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }


def _client_wire(client: Client, role: Role) -> InvoiceClientWire:
    return {
        "id": client.id,
        "name": full_name(client.first_name, client.last_name),
        "name_f": client.first_name,
        "name_l": client.last_name,
        "email": client.email,
        "company": client.company,
        "phone": client.phone,
        "tax_id": client.tax_id,
        "aff_id": None,
        "stripe_id": None,
        "balance": None,
        "custom_fields": None,
        "status": None,
        "address": address_wire(client.address),
        "role": role_wire(role),
    }


def _billing_address_wire(address: BillingAddress | None) -> BillingAddressWire | None:
    if address is None:
        return None
    place = address.place
    return {
        "line_1": place.line_1,
        "line_2": place.line_2,
        "city": place.city,
        "state": place.state,
        "postcode": place.postcode,
        "country": place.country,
        "name_f": address.first_name,
        "name_l": address.last_name,
        "company_name": address.company_name,
        "company_vat": None,
        "tax_id": None,
    }


def _period_wire(period: BillingPeriod | None) -> BillingPeriodWire | None:
    return None if period is None else {"r_period_l": period.length, "r_period_t": period.unit}


def _amount(money: Money) -> str:
    return amount_text(money.amount)
