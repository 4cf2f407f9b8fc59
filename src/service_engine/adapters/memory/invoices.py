"""An organisation's invoices, one at a time and as they are shown; and what its clients have spent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal
from functools import reduce
from typing import Final

from service_engine.adapters.memory import aggregates
from service_engine.adapters.memory.listed import MemoryListed
from service_engine.adapters.memory.people import as_client
from service_engine.adapters.memory.rows import row_of
from service_engine.adapters.memory.state import State, Work
from service_engine.adapters.memory.tables import is_live
from service_engine.domain.change import Change
from service_engine.domain.ids import ClientId, InvoiceId
from service_engine.domain.invoice_status import InvoiceStatus
from service_engine.domain.invoices import Invoice
from service_engine.ports.invoices import InvoiceFilter, InvoiceRow, InvoiceSort

__all__ = ["MemoryInvoiceQueries", "MemoryInvoices", "spent_by"]

_WIDE: Final = Context(prec=64)
"""Room for any sum of amounts, whatever precision the host has set for its thread."""
_NOUGHT: Final = Decimal("0.000")
"""With as many decimals as any currency has, so that a sum looks the same in every store."""


class MemoryInvoices:
    """``ports.invoices.Invoices`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, invoice_id: InvoiceId) -> Invoice:
        """Return a live invoice, items included."""
        return aggregates.live("invoice", self._work.state.invoices, invoice_id)

    def add(self, change: Change[Invoice]) -> Invoice:
        """Store a new invoice, items included."""
        return aggregates.add(self._work, "invoice", self._work.state.invoices, change, _links)

    def save(self, change: Change[Invoice]) -> Invoice:
        """Store a changed invoice with those items that it has now; a change without events writes nothing."""
        return aggregates.save(self._work, "invoice", self._work.state.invoices, change, _links)

    def next_in_sequence(self) -> int:
        """Count one invoice more, and return how many that makes; what is rolled back was never counted."""
        self._work.require_links("organization", self._work.org_id)
        self._work.state.invoice_count += 1
        return self._work.state.invoice_count


class MemoryInvoiceQueries(MemoryListed[InvoiceFilter, InvoiceSort, Invoice, InvoiceRow]):
    """``ports.invoices.InvoiceQueries`` in memory."""

    def __init__(self, work: Work) -> None:
        super().__init__(work, lambda state, field: state.invoices.ordered(field), _listed)

    def get(self, invoice_id: InvoiceId) -> InvoiceRow:
        """Return one live invoice."""
        state = self._work.state
        return row_of(state, state.invoice_rows, aggregates.live("invoice", state.invoices, invoice_id), _row)


def _listed(state: State, invoice: Invoice) -> InvoiceRow:
    return row_of(state, state.invoice_rows, invoice, _row)


def spent_by(state: State, client_id: ClientId) -> Decimal | None:
    """Return the sum of a client's live invoices that are paid, whatever their currencies; None when there is none."""
    # Remembered together with the very invoices that it is the sum of: whatever changes one of them makes a new group.
    invoices = state.invoices.group(client_id)
    remembered = state.spent.get(client_id)
    if remembered is not None and remembered[0] is invoices:
        return remembered[1]
    paid = [each.total.amount for each in invoices if each.status is InvoiceStatus.PAID and is_live(each)]
    spent = reduce(_WIDE.add, paid, _NOUGHT) if paid else None
    state.spent[client_id] = (invoices, spent)
    return spent


def _row(state: State, invoice: Invoice) -> InvoiceRow:
    person = state.people.rows[invoice.client_id]
    return InvoiceRow(invoice=invoice, client=as_client(person), role=state.role_of(person))


def _links(state: State, invoice: Invoice) -> Iterator[bool]:
    yield invoice.client_id in state.people.rows
    yield invoice.employee_id is None or invoice.employee_id in state.people.rows
    yield invoice.coupon_id is None or invoice.coupon_id in state.coupons.rows
    for item in invoice.items:
        yield item.service_id is None or item.service_id in state.services.rows
        yield item.order_id is None or item.order_id in state.orders.rows
