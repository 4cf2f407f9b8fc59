"""What must be right about invoices and their money after every step, in every store."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

import attrs
from hypothesis.stateful import invariant

from service_engine.domain.ids import InvoiceId, InvoiceItemId, OrderId, SubscriptionId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.payments import PaymentStatus
from service_engine.testing.agreement.founding import FoundedMachine
from service_engine.testing.agreement.inputs import Ref
from service_engine.testing.agreement.steps import Books, books_of, issue_and_abandon
from service_engine.testing.builders import NOON
from service_engine.usecases import invoices as invoice_cases
from service_engine.usecases import orders as order_cases

__all__ = ["BooksMachine"]


class BooksMachine(FoundedMachine):
    """Keeps account of the invoices, and checks those that a step was about.

    Example:
        >>> [name for name in vars(BooksMachine) if "books" in name]  # checked after every step
        ['the_books_are_right']
    """

    def __init__(self) -> None:
        super().__init__()
        self.issued: list[int] = [0, 0]
        """How many invoices each organisation has issued."""
        self.lines: dict[InvoiceId, tuple[InvoiceItemId, ...]] = {}
        """The lines of every invoice, as they were last seen."""
        self._touched: dict[Ref, None] = {}
        self._fresh: list[tuple[Ref, InvoiceId | None]] = []
        self._started: dict[InvoiceId, SubscriptionId] = {}

    @cached_property
    def first_invoice(self) -> list[Invoice]:
        """An invoice of each of the two, with a service and without, which comes again every month.

        It is the second that is issued: what was rolled back before it has left no number.
        """
        lines = [InvoiceItemDraft(name=name, quantity=2, amount=Decimal(100)) for name in ("SEO", "Advice")]
        for org, client in enumerate(self.first_client):
            self.both(org, issue_and_abandon, payer=client.id, items=lines, at=NOON)
        return [
            self.issue(
                org,
                payer=client.id,
                items=[attrs.evolve(lines[0], service_id=self.first_service[org].id), lines[1]],
                recurring=BillingPeriod(length=1, unit="M"),
                at=NOON,
            )
            for org, client in enumerate(self.first_client)
        ]

    def issue(self, org: int, **given: Any) -> Any:
        """Issue an invoice: each has the number after the one before."""
        invoice = self.both(org, invoice_cases.create_invoice, **given)
        if invoice is not None:
            self.issued[org] += 1
            assert invoice.number == f"INV-{self.issued[org]:05}", f"{invoice.number} is number {self.issued[org]}"
            self.billed(org, invoice)
        return invoice

    def billed(self, org: int, invoice: Invoice | None) -> list[Ref]:
        """Note an invoice as it is now; return the orders that were not known yet."""
        if invoice is None:
            return []
        made = [item.order_id for item in invoice.items if item.order_id not in {None, *self.made[org]}]
        assert len(set(made)) == len(made), "two items became one order"
        self.note(org, invoice.id, invoice.client_id)
        self.lines[invoice.id] = tuple(item.id for item in invoice.items)
        self.touch(org, invoice.id)
        return [self.placed(org, order_id, invoice.id) for order_id in made if order_id is not None]

    def placed(self, org: int, order_id: OrderId, invoice_id: InvoiceId | None = None) -> Ref:
        """Note an order that a step has placed, because a proposal was signed or an invoice was paid."""
        self.note(org, order_id)
        ref = Ref(org, order_id)
        self._fresh.append((ref, invoice_id))
        return ref

    def touch(self, org: int, invoice_id: InvoiceId) -> None:
        """Have an invoice checked after this step."""
        self._touched[Ref(org, invoice_id)] = None

    @invariant()
    def the_books_are_right(self) -> None:
        """Check what the step was about: the invoices, and that the orders are there."""
        touched, self._touched = self._touched, {}
        for ref in touched:
            self.check(ref.org, ref.id)
        self._touched.clear()  # what the check has noted is checked
        fresh, self._fresh = self._fresh, []
        for ref, invoice_id in fresh:
            row = self.read(ref.org, order_cases.get_order, ref.id)
            assert row is not None, f"order {ref.id} does not exist"
            assert row.order.invoice_id == invoice_id, f"order {ref.id} names invoice {row.order.invoice_id}"

    def check(self, org: int, invoice_id: InvoiceId) -> None:
        """Compare everything that there is about an invoice, and see that it is right."""
        books = self.both(org, books_of, invoice_id)
        self.billed(org, books.invoice)
        self.note(org, *(payment.id for payment in books.payments))
        _check_payments(books)
        if books.subscription is not None:
            known = self._started.setdefault(invoice_id, books.subscription.id)
            self.note(org, known)
            assert known == books.subscription.id, f"invoice {invoice_id} started two subscriptions"
            assert books.subscription.invoice_id == invoice_id


def _check_payments(books: Books) -> None:
    pending = [each for each in books.payments if each.status is PaymentStatus.PENDING]
    assert pending == ([] if books.pending is None else [books.pending]), f"pending are {pending}"
    invoice = books.invoice
    if invoice is None:
        return
    taken = [each.amount for each in books.payments if each.status is PaymentStatus.SUCCEEDED]
    assert {each.currency for each in taken} <= {invoice.currency}
    assert sum(each.amount for each in taken) == invoice.paid.amount, f"{invoice.paid} were paid by {taken}"
    if invoice.status is InvoiceStatus.PAID:
        assert invoice.date_paid is not None
        assert all((item.service_id is None) == (item.order_id is None) for item in invoice.items)
