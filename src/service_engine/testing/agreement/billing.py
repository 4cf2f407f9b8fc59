"""The rules of billing: coupons and invoices. How invoices get paid is in ``paying``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, rule
from hypothesis.strategies import SearchStrategy

from service_engine.domain.ids import InvoiceId, InvoiceItemId
from service_engine.ports.invoices import InvoiceSort
from service_engine.ports.lists import Sort
from service_engine.testing.agreement import billing_inputs, inputs
from service_engine.testing.agreement.asking import EVERYTHING
from service_engine.testing.agreement.books import BooksMachine
from service_engine.testing.agreement.bundles import (
    any_client,
    any_coupon,
    any_employee,
    any_invoice,
    any_service,
    at_home,
    client_ids,
    coupons,
    invoice_ids,
    invoices,
    orders,
)
from service_engine.testing.agreement.inputs import Choice, Ref
from service_engine.testing.agreement.steps import code_is_taken, issue_and_abandon
from service_engine.testing.builders import NOON
from service_engine.usecases import coupons as coupon_cases
from service_engine.usecases import invoices as invoice_cases
from service_engine.usecases.invoices import InvoicePatch, NewPayer

__all__ = ["BillingRules"]


def _named(*refs: SearchStrategy[Ref]) -> SearchStrategy[list[Choice]]:
    """Choose things of several kinds to refer to, nothing of a kind half of the time."""
    nothing = st.just(Choice((), loose=False))
    return st.tuples(*(nothing | inputs.choices(each) for each in refs)).map(list)


class BillingRules(BooksMachine):
    """Every use case of coupons and invoices, as a rule.

    Example:
        >>> [name for name in vars(BillingRules) if name.endswith("_invoice")]
        ['create_invoice', 'update_invoice', 'delete_invoice', 'get_invoice', 'abandon_an_invoice']
    """

    @initialize(target=coupons)
    def first_coupons(self) -> Any:
        """Give each organisation a coupon, under one code."""
        made = [
            self.both(org, coupon_cases.create_coupon, code="WELCOME", at=NOON) for org, _ in enumerate(self.founded)
        ]
        return multiple(*(self.kept(org, coupon) for org, coupon in enumerate(made)))

    @initialize(target=invoices)
    def first_invoices(self) -> Any:
        """Give each organisation an invoice."""
        return multiple(*(Ref(org, invoice.id) for org, invoice in enumerate(self.first_invoice)))

    @rule(
        target=coupons,
        org=st.integers(0, 1),
        code=billing_inputs.codes(),
        kind=inputs.bad_or(st.sampled_from(("Fixed", "Percent")), "", "x" * 51),
        description=inputs.notes(),
        at=inputs.times(),
    )
    def create_coupon(self, org: int, code: str, **given: Any) -> Any:
        """Make a coupon."""
        made = self.both(org, coupon_cases.create_coupon, code=code, **given)
        if made is not None:
            assert self.both(org, code_is_taken, made.code)
        return self.kept(org, made)

    @rule(
        target=invoices,
        client=any_client,
        home=at_home,
        somebody=st.none() | billing_inputs.payers(),
        drafts=billing_inputs.item_drafts(),
        named=_named(any_service, any_coupon, any_employee),
        terms=billing_inputs.invoice_terms(),
        at=inputs.times(),
    )
    def create_invoice(
        self, client: Ref, home: bool, somebody: NewPayer | None, drafts: list[Any], named: list[Choice], **given: Any
    ) -> Any:
        """Issue an invoice to a client, or to somebody by e-mail; what it names is foreign once in a while."""
        org = client.org if home else 1 - client.org
        services, coupon, employee = named
        issued = self.issue(
            org,
            payer=client.id if somebody is None else somebody,
            items=billing_inputs.billed(drafts, services, org),
            coupon_id=coupon.id(org),
            employee_id=employee.id(org),
            **given.pop("terms"),
            **given,
        )
        return self.kept(org, issued)

    @rule(
        target=orders,
        invoice=any_invoice,
        home=at_home,
        patch=billing_inputs.invoice_patches(),
        lines=st.none() | st.tuples(billing_inputs.item_drafts(), billing_inputs.line_picks()),
        named=_named(any_service, any_client, any_coupon),
        at=inputs.times(),
    )
    def update_invoice(
        self, invoice: Ref, home: bool, patch: InvoicePatch, lines: Any, named: list[Choice], **given: Any
    ) -> Any:
        """Change an invoice, its lines among it: rewritten ones, new ones, and such as name lines of other invoices."""
        org = invoice.org if home else 1 - invoice.org
        services, client, coupon = named
        if lines is not None:
            drafts, picks = lines
            present, other = self.lines.get(invoice.id, ()), self._line_of_another(invoice.id)
            items = billing_inputs.billed(drafts, services, org, picks, present, other)
            patch = attrs.evolve(patch, items=items)
        if client.ids(org):
            patch = attrs.evolve(patch, client_id=client.id(org))
        if coupon.refs:
            patch = attrs.evolve(patch, coupon_id=coupon.id(org))
        self.touch(org, invoice.id)
        changed = self.both(org, invoice_cases.update_invoice, invoice.id, patch, **given)
        return multiple(*self.billed(org, changed))

    @rule(invoice=any_invoice, home=at_home, sure=st.integers(0, 3).map(lambda roll: roll == 0), at=inputs.times())
    def delete_invoice(self, invoice: Ref, home: bool, sure: bool, at: datetime) -> None:
        """Delete an invoice, also one that is deleted already; seldom, because the others have more to tell."""
        org = invoice.org if home else 1 - invoice.org
        if sure:
            self.both(org, invoice_cases.delete_invoice, invoice.id, at=at)
        self.touch(org, invoice.id)

    @rule(invoice=any_invoice, home=at_home)
    def get_invoice(self, invoice: Ref, home: bool) -> None:
        """Show an invoice."""
        self.read(invoice.org if home else 1 - invoice.org, invoice_cases.get_invoice, invoice.id)

    @rule(
        org=st.integers(0, 1),
        questions=st.lists(
            st.tuples(
                billing_inputs.invoice_filters(invoice_ids, client_ids),
                billing_inputs.invoice_sorts(),
                inputs.pages(),
            ),
            min_size=1,
            max_size=4,
        ),
    )
    def list_invoices(self, org: int, questions: list[Any]) -> None:
        """List some of them, a few times over."""
        self.look_through(org, invoice_cases.list_invoices, invoice_cases.scroll_invoices, questions)

    @rule(
        org=st.integers(0, 1),
        payer=billing_inputs.payers(),
        drafts=billing_inputs.item_drafts(),
        at=inputs.times(),
    )
    def abandon_an_invoice(self, org: int, payer: NewPayer, drafts: list[Any], at: datetime) -> None:
        """Issue an invoice, and roll it back: the next one has its number."""
        self.both(org, issue_and_abandon, payer=payer, items=drafts, at=at)

    def shown(self, org: int) -> set[Any]:
        """Compare all invoices, and what was paid on them."""
        issued = self.read(org, invoice_cases.list_invoices, sort=Sort(InvoiceSort.NUMBER), page=EVERYTHING)
        numbers = [row.invoice.number for row in issued.rows]
        assert len(set(numbers)) == len(numbers), f"the numbers are {numbers}"
        assert set(numbers) <= {f"INV-{number + 1:05}" for number in range(self.issued[org])}
        for row in issued.rows:
            self.read(org, invoice_cases.get_invoice, row.invoice.id)
        for invoice_id in self.lines:
            if invoice_id in self.made[org]:
                self.check(org, invoice_id)
        return super().shown(org) | {row.invoice.id for row in issued.rows}

    def _line_of_another(self, invoice_id: InvoiceId) -> InvoiceItemId | None:
        return next((lines[0] for other, lines in self.lines.items() if other != invoice_id), None)
