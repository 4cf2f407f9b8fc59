"""What the use cases need of invoices, and the rows in which they are read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from attrs import frozen

from service_engine.domain.access import Role
from service_engine.domain.change import Change
from service_engine.domain.clients import Client
from service_engine.domain.ids import InvoiceId
from service_engine.domain.invoices import Invoice
from service_engine.ports.keysets import Listed
from service_engine.ports.lists import Field, SortField

__all__ = ["InvoiceFilter", "InvoiceQueries", "InvoiceRow", "InvoiceSort", "Invoices"]


class InvoiceFilter(Field):
    """What a list of invoices can be filtered by. Source: contract section 1.9.

    Example:
        >>> InvoiceFilter("date_due")
        <InvoiceFilter.DATE_DUE: 'date_due'>
    """

    ID = "id", UUID
    STATUS = "status", int
    CLIENT_ID = "client_id", UUID
    CREATED_AT = "created_at", datetime
    DATE_DUE = "date_due", datetime


class InvoiceSort(SortField):
    """What a list of invoices can be sorted by. Source: contract section 8, number 33.

    Example:
        >>> InvoiceSort("subtotal")
        <InvoiceSort.SUBTOTAL: 'subtotal'>
    """

    ID = "id", UUID
    NUMBER = "number", str
    STATUS = "status", int
    CLIENT_ID = "client_id", UUID
    TOTAL = "total", Decimal
    SUBTOTAL = "subtotal", Decimal
    CREATED_AT = "created_at", datetime
    DATE_DUE = "date_due", datetime
    DATE_PAID = "date_paid", datetime


@frozen(kw_only=True)
class InvoiceRow:
    """An invoice as it is shown.

    Args:
        invoice: The invoice, items included.
        client: Who owes it, as they are today.
        role: Their role.

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice
        >>> row = agency().read(acme.id, lambda view: view.invoice_queries.get(invoice.id))
        >>> row.invoice == invoice, row.client.email, row.role.name
        (True, 'john@example.com', 'Client')
    """

    invoice: Invoice
    client: Client
    role: Role


class Invoices(Protocol):
    """The organisation's invoices, one at a time.

    Example:
        >>> from service_engine.domain.invoices import delete_invoice
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> with agency().begin(acme.id) as uow:
        ...     _ = uow.invoices.save(delete_invoice(uow.invoices.get(invoice.id), at=later))
        ...     uow.invoices.next_in_sequence()
        2
    """

    def get(self, invoice_id: InvoiceId) -> Invoice:
        """Return a live invoice, items included.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def add(self, change: Change[Invoice]) -> Invoice:
        """Store a new invoice, items included.

        Raises:
            ConflictError: An id or the number was taken, or something that it refers to is not in the organisation.
        """
        ...

    def save(self, change: Change[Invoice]) -> Invoice:
        """Store a changed invoice with those items that it has now; a change without events writes nothing.

        Returns:
            The invoice as stored: one version later.

        Raises:
            ConflictError: It was changed or deleted since it was read, or refers to something that is not there.
        """
        ...

    def next_in_sequence(self) -> int:
        """Count one invoice more, and return how many that makes: 1 for the organisation's first.

        Part of the transaction: one that is rolled back leaves no gap, and of two at once the second waits for the
        first.

        Source:
            Contract part A "Rules" (numbers); design section 5.5.
        """
        ...


class InvoiceQueries(Listed[InvoiceFilter, InvoiceSort, InvoiceRow], Protocol):
    """Invoices as they are shown: one statement for one, two for a page of any size.

    Example:
        >>> from service_engine.ports.lists import PageRequest, Sort
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     uow.invoice_queries.page([], Sort(InvoiceSort.CREATED_AT), PageRequest()).total
        1
    """

    def get(self, invoice_id: InvoiceId) -> InvoiceRow:
        """Return one live invoice.

        Raises:
            NotFoundError: There is none.
        """
        ...
