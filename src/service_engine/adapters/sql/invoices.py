"""Invoices in SQL, one at a time, and the counter that their numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import attrs
import orjson
from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, select, type_coerce
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from service_engine.adapters.sql.aggregates import Aggregates, AggregateStatements, Parts
from service_engine.adapters.sql.dialects import as_text, json_rows
from service_engine.adapters.sql.scope import KEY, live, own
from service_engine.adapters.sql.services import optional_money_of
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.adapters.sql.types import amount_of, instant_of, json_of, money_of, thousandths, uuid_of
from service_engine.domain.addresses import PostalAddress
from service_engine.domain.change import Change
from service_engine.domain.ids import InvoiceId, InvoiceItemId, OrderId, ServiceId
from service_engine.domain.invoice_items import InvoiceItem
from service_engine.domain.invoice_terms import PERCENTAGE, BillingAddress, BillingPeriod, Tax
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.json_values import EMPTY

__all__ = ["INVOICE_WIDTH", "InvoiceStatements", "SqlInvoices", "invoice_columns", "invoice_of"]

_PLAIN: Final = (
    "id",
    "number",
    "number_prefix",
    "client_id",
    "employee_id",
    "coupon_id",
    "currency",
    "date_due",
    "date_paid",
    "reason",
    "note",
    "ip_address",
    "loc_confirm",
    "paysys",
    "transaction_id",
    "created_at",
    "updated_at",
    "deleted_at",
    "version",
)
_TERMS: Final = ("status", "billing_address", "recurring", "tax_type", "tax_percent_thousandths")
_AMOUNTS: Final = ("tax", "credit", "paid")
INVOICE_WIDTH: Final = len(_PLAIN) + len(_TERMS) + len(_AMOUNTS) + 1
_CURRENCY: Final = _PLAIN.index("currency")
_PLACE: Final = tuple(each.name for each in attrs.fields(PostalAddress))
_ITEM: Final = ("position", "id", "service_id", "order_id", "name", "description", "quantity")
_ITEM_AMOUNTS: Final = ("amount", "discount", "discount2")
_SEQUENCE: Final = "invoices"


def invoice_columns(tables: Tables) -> list[ColumnElement[Any]]:
    """Return the columns that ``invoice_of`` reads, in its order."""
    invoices = tables.invoices
    return [
        *(invoices.c[name] for name in (*_PLAIN, *_TERMS)),
        *(type_coerce(invoices.c[name], BigInteger) for name in _AMOUNTS),
        _items(tables),
    ]


def invoice_of(row: AnyRow) -> Invoice:
    """Return the invoice of a row that begins with these columns. Subtotal, tax and total are computed, as ever."""
    *plain, status, address, recurring, tax_type, percent, tax, credit, paid, items = row[:INVOICE_WIDTH]
    currency = plain[_CURRENCY]
    return Invoice(
        **dict(zip(_PLAIN, plain, strict=True)),
        status=InvoiceStatus(status),
        billing_address=None if address is None else _address_of(address),
        recurring=None if recurring is None else BillingPeriod(**recurring),
        tax=_tax_of(tax_type, percent, tax, currency),
        credit=money_of(credit, currency),
        paid=money_of(paid, currency),
        items=_items_of(items, currency),
    )


def _items(tables: Tables) -> ScalarSelect[str]:
    invoices, items = tables.invoices, tables.invoice_items
    # The options as a text in the text: read as any other JSON object.
    columns = [items.c[name] for name in (*_ITEM, *_ITEM_AMOUNTS, "created_at", "updated_at")]
    return (
        select(json_rows(*columns, as_text(items.c.options)))
        .where(own(items), items.c.invoice_id == invoices.c.id)
        .correlate(invoices)
        .scalar_subquery()
    )


@lru_cache(maxsize=1024)
def _items_of(stored: str, currency: str) -> tuple[InvoiceItem, ...]:
    """Return the items of one text, in the order of their positions. Values are immutable: equal texts share them."""
    return tuple(_item_of(each, currency) for each in sorted(orjson.loads(stored)))


def _item_of(columns: list[Any], currency: str) -> InvoiceItem:
    _, id_, service, order, name, description, quantity, amount, discount, second, created, updated, options = columns
    return InvoiceItem(
        id=InvoiceItemId(uuid_of(id_)),
        service_id=None if service is None else ServiceId(uuid_of(service)),
        order_id=None if order is None else OrderId(uuid_of(order)),
        name=name,
        description=description,
        quantity=quantity,
        amount=money_of(amount, currency),
        discount=money_of(discount, currency),
        discount2=optional_money_of(second, currency),
        options=json_of(options) or EMPTY,
        created_at=instant_of(created),
        updated_at=instant_of(updated),
    )


def _tax_of(kind: int | None, percent: int, amount: int, currency: str) -> Tax:
    if kind == PERCENTAGE:
        return Tax(type=kind, number=amount_of(percent))
    return Tax(type=kind, number=money_of(amount, currency).amount)


def _address_of(stored: Mapping[str, Any]) -> BillingAddress:
    names = {name: value for name, value in stored.items() if name not in _PLACE}
    return BillingAddress(place=PostalAddress(**{name: stored[name] for name in _PLACE}), **names)


def _row_of_address(address: BillingAddress) -> dict[str, Any]:
    return {
        **attrs.asdict(address.place),
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company_name": address.company_name,
    }


def _row_of(invoice: Invoice) -> dict[str, Any]:
    address, recurring = invoice.billing_address, invoice.recurring
    return {
        **{name: getattr(invoice, name) for name in _PLAIN},
        "status": invoice.status.value,
        "billing_address": None if address is None else _row_of_address(address),
        "recurring": None if recurring is None else attrs.asdict(recurring),
        "tax_name": invoice.tax.name,
        "tax_type": invoice.tax.type,
        "tax_percent_thousandths": thousandths(invoice.tax.percent),
        "subtotal": invoice.subtotal.amount,
        "tax": invoice.tax_amount.amount,
        "credit": invoice.credit.amount,
        "total": invoice.total.amount,
        "paid": invoice.paid.amount,
    }


def _row_of_item(item: InvoiceItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "service_id": item.service_id,
        "order_id": item.order_id,
        "name": item.name,
        "description": item.description,
        "quantity": item.quantity,
        "amount": item.amount.amount,
        "discount": item.discount.amount,
        "discount2": None if item.discount2 is None else item.discount2.amount,
        "total": item.total.amount,
        "options": item.options,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }


class InvoiceStatements:
    """What is asked of invoices, built once."""

    def __init__(self, tables: Tables) -> None:
        invoices, counters = tables.invoices, tables.counters
        self.invoices: AggregateStatements[Invoice] = AggregateStatements(
            kind="invoice",
            table=invoices,
            get=select(*invoice_columns(tables)).where(live(invoices), invoices.c.id == KEY),
            value=invoice_of,
            row=_row_of,
            links=(
                Parts(
                    table=tables.invoice_items,
                    owner="invoice_id",
                    parts=lambda invoice: invoice.items,
                    row=_row_of_item,
                ),
            ),
        )
        # SQLite spells ON CONFLICT as PostgreSQL does, and its compiler takes PostgreSQL's construct.
        self.count_on: ReturningInsert[Any] = (
            insert(counters)
            .on_conflict_do_update(
                index_elements=[counters.c.org_id, counters.c.name], set_={"value": counters.c.value + 1}
            )
            .returning(counters.c.value)
        )


class SqlInvoices:
    """The organisation's invoices."""

    def __init__(self, transaction: Transaction, statements: InvoiceStatements) -> None:
        self._transaction = transaction
        self._statements = statements
        self._invoices = Aggregates(transaction, statements.invoices)

    def get(self, invoice_id: InvoiceId) -> Invoice:
        """Return a live invoice; see ``ports.invoices.Invoices``."""
        return self._invoices.get(invoice_id)

    def add(self, change: Change[Invoice]) -> Invoice:
        """Store a new invoice; see ``ports.invoices.Invoices``."""
        return self._invoices.add(change)

    def save(self, change: Change[Invoice]) -> Invoice:
        """Store a changed invoice; see ``ports.invoices.Invoices``."""
        return self._invoices.save(change)

    def next_in_sequence(self) -> int:
        """Count one invoice more; see ``ports.invoices.Invoices``."""
        counted = self._transaction.count_on(
            self._statements.count_on, "organization", self._transaction.org_id, name=_SEQUENCE, value=1
        )
        number: int = counted.scalar_one()
        return number
