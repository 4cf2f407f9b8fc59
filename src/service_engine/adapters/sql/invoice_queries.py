"""Invoices as they are shown, in SQL: one statement for one, two for a page."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import CTE, FromClause, Select, select

from service_engine.adapters.sql.clients import (
    ADDRESS_WIDTH,
    CLIENT_WIDTH,
    address_columns,
    client_columns,
    client_of,
)
from service_engine.adapters.sql.invoices import INVOICE_WIDTH, invoice_columns, invoice_of
from service_engine.adapters.sql.lists import ListStatements, SqlListed
from service_engine.adapters.sql.organizations import ROLE_WIDTH, role_columns, role_of
from service_engine.adapters.sql.people import with_client
from service_engine.adapters.sql.scope import KEY, live, own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.domain.ids import InvoiceId
from service_engine.ports.invoices import InvoiceFilter, InvoiceRow, InvoiceSort

__all__ = ["InvoiceQueryStatements", "SqlInvoiceQueries"]

_CLIENT: Final = slice(INVOICE_WIDTH, INVOICE_WIDTH + CLIENT_WIDTH)
_ADDRESS: Final = slice(_CLIENT.stop, _CLIENT.stop + ADDRESS_WIDTH)
_ROLE: Final = slice(_ADDRESS.stop, _ADDRESS.stop + ROLE_WIDTH)


class InvoiceQueryStatements:
    """What is asked about invoices, built once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        invoices = tables.invoices
        self.get: Select[Any] = self._shown(invoices).where(live(invoices), invoices.c.id == KEY)
        fields = {each.value for each in (*InvoiceFilter, *InvoiceSort)}
        self.list: ListStatements[InvoiceFilter] = ListStatements(
            source=invoices,
            conditions=(live(invoices),),
            columns={name: invoices.c[name] for name in fields},
            details=self._details,
        )

    def _details(self, page: CTE) -> Select[Any]:
        invoices = self._tables.invoices
        return self._shown(page.join(invoices, (invoices.c.id == page.c.id) & own(invoices)))

    def _shown(self, source: FromClause) -> Select[Any]:
        tables = self._tables
        return select(
            *invoice_columns(tables),
            *client_columns(tables.users),
            *address_columns(tables.addresses),
            *role_columns(tables.roles),
        ).select_from(with_client(tables, source, tables.invoices))


def _row_of(row: AnyRow) -> InvoiceRow:
    return InvoiceRow(invoice=invoice_of(row), client=client_of(row[_CLIENT], row[_ADDRESS]), role=role_of(row[_ROLE]))


class SqlInvoiceQueries(SqlListed[InvoiceFilter, InvoiceSort, InvoiceRow]):
    """The organisation's invoices as they are shown."""

    def __init__(self, transaction: Transaction, statements: InvoiceQueryStatements) -> None:
        super().__init__(transaction, statements.list, _row_of)
        self._statements = statements

    def get(self, invoice_id: InvoiceId) -> InvoiceRow:
        """Return one live invoice; see ``ports.invoices.InvoiceQueries``."""
        row = self._transaction.find(self._statements.get, "invoice", invoice_id)
        return _row_of(row)
