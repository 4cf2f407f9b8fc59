"""How every store must list invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from service_engine.domain.clients import ClientPatch
from service_engine.domain.ids import ClientId, InvoiceId, UserId
from service_engine.domain.invoice_terms import Tax
from service_engine.domain.invoices import Invoice, InvoiceStatus, delete_invoice
from service_engine.domain.money import money
from service_engine.ports.invoices import InvoiceFilter, InvoiceSort
from service_engine.ports.lists import Page, PageRequest, Sort
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened
from service_engine.testing.contracts.lists import check_filters, check_pages, check_sorts, conditions, expected
from service_engine.usecases.clients import update_client
from service_engine.usecases.invoices import NEWEST_FIRST, list_invoices

__all__ = ["InvoiceListContract"]

NUMBERS = ("a", "B", "Z", "aa", "É", "é", "\uffff", "\U0001f600", "100%", "INV-1", "INV-10", "INV-2")
PRICES = ("5.00 USD", "5 JPY", "0.500 KWD", "5.001 KWD", "4999999999.99 USD")
"""Compared by amount, whatever the currency."""
TAXED = 2
"""How many of these are taxed, so that totals are in another order than subtotals."""


def fill(agency: Agency) -> list[Invoice]:
    """Store invoices of every kind, in no order, one of them deleted; return those that are to be shown."""
    clients = [agency.client(), agency.client()]
    service = agency.service()
    invoices = []
    with agency.begin() as uow:
        for number, name in enumerate(NUMBERS):
            amount, currency = PRICES[number % len(PRICES)].split()
            invoice = _at_a_status(
                agency.build.invoice(
                    client_id=clients[number % 2].id,
                    number=name,
                    items=_lines(agency, number, money(amount, currency), service.id),
                    currency=currency,
                    tax=Tax(type=2, number=Decimal(100)) if number % len(PRICES) < TAXED else Tax(),
                    at=NOON + timedelta(microseconds=number * 7 % 5),
                ),
                number,
            )
            invoices.append(uow.invoices.add(happened(invoice)))
        gone = uow.invoices.add(happened(agency.build.invoice(client_id=clients[0].id)))
        uow.invoices.save(delete_invoice(gone, at=NOON))
    return invoices


def _lines(agency: Agency, number: int, amount: Any, service_id: Any) -> list[Any]:
    """Return one to three lines, whose ids say nothing of their order."""
    lines = [
        agency.build.invoice_item(name=f"Line {line}", amount=amount, service_id=service_id if line % 2 else None)
        for line in range(number % 3)
    ]
    return [agency.build.invoice_item(name="Last", amount=amount), *lines][::-1]


def _at_a_status(invoice: Invoice, number: int) -> Invoice:
    status = tuple(InvoiceStatus)[number % len(InvoiceStatus)]
    date_due = None if number % 3 else NOON + timedelta(microseconds=number * 3 % 4)
    if status is not InvoiceStatus.PAID:
        return attrs.evolve(invoice, status=status, date_due=date_due)
    date_paid = NOON + timedelta(microseconds=number % 7)
    return attrs.evolve(invoice, status=status, date_due=date_due, date_paid=date_paid, paid=invoice.total)


def listing(agency: Agency) -> Any:
    """Return the list of one organisation's invoices, as a function that gives bare invoices."""

    def lists(*, filters: Sequence[Any], sort: Sort[InvoiceSort], page: PageRequest) -> Page[Invoice]:
        found = agency.read(list_invoices, filters=filters, sort=sort, page=page)
        for row in found.rows:
            assert (row.client.id, row.role) == (row.invoice.client_id, agency.client_role)
        return Page(tuple(row.invoice for row in found.rows), found.total)

    return lists


class InvoiceListContract(Contract):
    """Filters, sorts and pages of invoices. Another organisation has the same, and a deleted invoice is there.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> InvoiceListContract().test_a_change_of_an_invoice_or_its_client_is_seen_in_the_list(acme)
    """

    @pytest.fixture
    def invoices(self, acme: Agency, rival: Agency) -> list[Invoice]:
        """Give what must be listed."""
        fill(rival)
        return fill(acme)

    def test_invoices_come_newest_first(self, acme: Agency, invoices: list[Invoice]) -> None:
        """Unless somebody wants it otherwise, in a unit of work and out of it; a row is what shows one."""
        page = acme.read(list_invoices)
        assert tuple(row.invoice for row in page.rows) == expected(invoices, (), NEWEST_FIRST, PageRequest()).rows
        assert page.total == len(invoices)
        with acme.begin() as uow:
            assert list_invoices(uow) == page
            assert [uow.invoice_queries.get(row.invoice.id) for row in page.rows] == list(page.rows)

    def test_invoices_by_every_filter(self, acme: Agency, rival: Agency, invoices: list[Invoice]) -> None:
        """Filters hold for the rows and for the total (D56); a foreign id is an unknown one."""
        foreign = rival.read(list_invoices).rows[0].invoice
        some: dict[InvoiceFilter, list[Any]] = {
            InvoiceFilter.ID: [invoices[0].id, invoices[3].id, foreign.id, InvoiceId(acme.new_id())],
            InvoiceFilter.STATUS: [0, 1, 2, 3, 7, 99, 2**40],
            InvoiceFilter.CLIENT_ID: [invoices[0].client_id, foreign.client_id, ClientId(UserId(acme.new_id()))],
            InvoiceFilter.CREATED_AT: [NOON, NOON + timedelta(microseconds=2), NOON.replace(year=1)],
            InvoiceFilter.DATE_DUE: [invoices[3].date_due, NOON, NOON.replace(year=9999)],
        }
        assert set(some) == set(InvoiceFilter)
        filters = [each for field, values in some.items() for each in conditions(field, values)]
        check_filters(listing(acme), invoices, Sort(InvoiceSort.ID), filters)

    def test_invoices_by_every_sort(self, acme: Agency, invoices: list[Invoice]) -> None:
        """Equal ones by id, nulls last ascending and first descending, text by code points, money by amount (D62)."""
        check_sorts(listing(acme), invoices, InvoiceSort)

    @pytest.mark.parametrize("field", [InvoiceSort.STATUS, InvoiceSort.DATE_PAID])
    def test_pages_of_invoices_together_are_the_whole(
        self, acme: Agency, invoices: list[Invoice], field: InvoiceSort
    ) -> None:
        """Nothing comes twice and nothing is left out, whatever the size of a page; beyond the end is nothing."""
        for descending in (True, False):
            check_pages(listing(acme), invoices, Sort(field, descending), id_of=lambda invoice: invoice.id)

    def test_a_list_of_no_invoices_is_empty(self, acme: Agency) -> None:
        """No rows, and none in total."""
        assert acme.read(list_invoices) == Page((), 0)

    def test_a_change_of_an_invoice_or_its_client_is_seen_in_the_list(self, acme: Agency) -> None:
        """At once, also by whoever changed it and has not committed."""
        invoice = acme.invoice()
        acme.read(list_invoices)  # so that whoever remembers rows has one
        with acme.begin() as uow:
            changed = uow.invoices.save(happened(attrs.evolve(invoice, note="Changed")))
            client = update_client(uow, invoice.client_id, ClientPatch(company="Changed"), at=NOON)
            (row,) = uow.invoice_queries.page((), NEWEST_FIRST, PageRequest()).rows
            assert (row.invoice, row.client) == (changed, client)
        assert acme.read(list_invoices).rows == (row,)
