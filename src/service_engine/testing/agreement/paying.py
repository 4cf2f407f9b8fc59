"""The rules of payment: by hand, in parts, and through a payment gateway that fails once in a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, rule

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain.invoices import InvoiceRevision
from service_engine.domain.payments import PaymentStatus
from service_engine.ports.payments import Approved, ChargeAnswer
from service_engine.testing.agreement import billing_inputs, inputs
from service_engine.testing.agreement.books import BooksMachine
from service_engine.testing.agreement.bundles import any_invoice, any_payment, at_home, orders, payments
from service_engine.testing.agreement.inputs import Ref
from service_engine.testing.agreement.outcomes import Side
from service_engine.testing.agreement.steps import books_of, revise_and_settle, unfinished_payments
from service_engine.testing.builders import NOON
from service_engine.usecases import charging as charging_cases
from service_engine.usecases import payments as payment_cases

__all__ = ["PayingRules"]


class PayingRules(BooksMachine):
    """Every use case of payments and of charging, as a rule.

    Example:
        >>> [name for name in vars(PayingRules) if "charge" in name]
        ['begin_charge', 'settle_charge', 'charge_invoice']
    """

    @initialize(target=payments)
    def first_payments(self) -> Any:
        """Leave a charge of each organisation's first invoice without an outcome."""
        begun = [
            self.both(org, payment_cases.begin_charge, invoice.id, at=NOON)
            for org, invoice in enumerate(self.first_invoice)
        ]
        return multiple(*(self.kept(org, payment) for org, payment in enumerate(begun)))

    @cached_property
    def gateways(self) -> list[SimulatedGateway]:
        """A payment gateway for each store: what one of them does depends on nothing but what it is asked."""
        return [
            SimulatedGateway(
                declines=[billing_inputs.DECLINES],
                loses_answers=[billing_inputs.LOSES_ANSWERS],
                is_unreachable=[billing_inputs.UNREACHABLE],
            )
            for _ in self.sides
        ]

    def gateway_of(self, side: Side) -> SimulatedGateway:
        """Return the payment gateway of a store."""
        return self.gateways[self.sides.index(side)]

    # ------------------------------------------------------------------------------------------------- by hand

    @rule(target=orders, invoice=any_invoice, home=at_home, at=inputs.times())
    def mark_paid(self, invoice: Ref, home: bool, at: datetime) -> Any:
        """Mark an invoice as paid, again and again."""
        org = invoice.org if home else 1 - invoice.org
        self.touch(org, invoice.id)
        return multiple(*self.billed(org, self.both(org, payment_cases.mark_paid, invoice.id, at=at)))

    @rule(target=orders, invoice=any_invoice, home=at_home, note=inputs.notes(), at=inputs.times())
    def settle_by_hand(self, invoice: Ref, home: bool, note: str | None, at: datetime) -> Any:
        """Change an invoice and have it paid, in one change."""
        org = invoice.org if home else 1 - invoice.org
        self.touch(org, invoice.id)
        settled = self.both(org, revise_and_settle, invoice.id, InvoiceRevision(note=note), at=at)
        return multiple(*self.billed(org, settled))

    @rule(target=orders, invoice=any_invoice, home=at_home, part=billing_inputs.parts(), at=inputs.times())
    def record_part_payment(self, invoice: Ref, home: bool, part: Decimal | None, at: datetime) -> Any:
        """Pay a part of what is due, or all of it."""
        org = invoice.org if home else 1 - invoice.org
        books = self.both(org, books_of, invoice.id)
        due = Decimal(1) if books.invoice is None else books.invoice.due.amount
        self.touch(org, invoice.id)
        amount = due if part is None else part
        paid = self.both(org, payment_cases.record_part_payment, invoice.id, amount, at=at)
        return multiple(*self.billed(org, paid))

    # ---------------------------------------------------------------------------------------------- in two steps

    @rule(target=payments, invoice=any_invoice, home=at_home, at=inputs.times())
    def begin_charge(self, invoice: Ref, home: bool, at: datetime) -> Any:
        """Intend to charge an invoice; while that is open, again and again. One on which nothing is due is paid."""
        org = invoice.org if home else 1 - invoice.org
        self.touch(org, invoice.id)
        begun = self.both(org, payment_cases.begin_charge, invoice.id, at=at)
        if begun is not None and begun.status is PaymentStatus.SUCCEEDED:
            self.billed(org, self.both(org, books_of, invoice.id).invoice)
        return self.kept(org, begun)

    @rule(
        target=orders,
        payment=any_payment,
        home=at_home,
        answer=billing_inputs.answers(),
        ip_address=inputs.bad_or(st.sampled_from((None, "192.0.2.1", "2001:db8::1")), "x" * 46, "NUL \x00"),
        at=inputs.times(),
    )
    def settle_charge(self, payment: Ref, home: bool, answer: ChargeAnswer, **given: Any) -> Any:
        """Record an answer, also when another one is recorded already, and when the invoice has changed meanwhile."""
        org = payment.org if home else 1 - payment.org
        outcome = self.both(org, payment_cases.settle_charge, payment.id, answer, **given)
        if outcome is None:
            return multiple()
        assert outcome.payment.status is not PaymentStatus.PENDING
        self.touch(org, outcome.payment.invoice_id)
        return multiple(*self.billed(org, outcome.invoice))

    @rule(target=payments, invoice=any_invoice, home=at_home, refunded=st.booleans(), at=inputs.times())
    def pay_twice(self, invoice: Ref, home: bool, refunded: bool, at: datetime) -> Any:
        """Mark an invoice as paid while it is charged: what the gateway took then is a surplus."""
        org = invoice.org if home else 1 - invoice.org
        self.touch(org, invoice.id)
        begun = self.both(org, payment_cases.begin_charge, invoice.id, at=at)
        if begun is not None and begun.status is PaymentStatus.SUCCEEDED:  # nothing was due, so nothing is taken
            self.billed(org, self.both(org, books_of, invoice.id).invoice)
            return self.kept(org, begun)
        if begun is None or (paid := self.both(org, payment_cases.mark_paid, invoice.id, at=at)) is None:
            return multiple()
        self.billed(org, paid)
        taken = Approved(transaction_id="txn_3")
        outcome = self.both(org, payment_cases.settle_charge, begun.id, taken, at=at)
        assert (outcome.payment.status, outcome.invoice) == (PaymentStatus.SURPLUS, None)
        if refunded:
            self.both(org, payment_cases.record_refund, begun.id, at=at)
        return self.kept(org, begun)

    @rule(payment=any_payment, home=at_home, at=inputs.times())
    def record_refund(self, payment: Ref, home: bool, at: datetime) -> None:
        """Record that a surplus was given back, and try so with payments that are none."""
        self.both(payment.org if home else 1 - payment.org, payment_cases.record_refund, payment.id, at=at)

    # ------------------------------------------------------------------------------------------ all the way through

    @rule(
        target=orders,
        invoice=any_invoice,
        home=at_home,
        payment_method_id=billing_inputs.payment_methods(),
        ip_address=st.sampled_from((None, "192.0.2.1")),
        at=inputs.times(),
    )
    def charge_invoice(self, invoice: Ref, home: bool, **given: Any) -> Any:
        """Charge an invoice through the gateway of each store."""
        org = invoice.org if home else 1 - invoice.org
        org_id = self.organizations[org]
        self.touch(org, invoice.id)
        charged = self.ask(
            f"charge_invoice in organisation {org} with {invoice.id} {given}",
            lambda side: charging_cases.charge_invoice(side.store, self.gateway_of(side), org_id, invoice.id, **given),
            org=org,
        )
        self.ask("what is held", lambda side: self.gateway_of(side).held, org=org)
        return multiple(*self.billed(org, charged))

    @rule(org=st.integers(0, 1), patience=billing_inputs.patience(), at=inputs.times())
    def reconcile_payments(self, org: int, patience: timedelta, at: datetime) -> None:
        """Finish what was left open."""
        org_id = self.organizations[org]
        finished = self.ask(
            f"reconcile_payments in organisation {org} at {at} after {patience}",
            lambda side: charging_cases.reconcile_payments(
                side.store, self.gateway_of(side), org_id, at=at, patience=patience
            ),
            org=org,
        )
        for payment in finished or ():
            assert payment.status not in {PaymentStatus.PENDING, PaymentStatus.SURPLUS}
            self.touch(org, payment.invoice_id)
        self.ask("what is held", lambda side: self.gateway_of(side).held, org=org)

    def shown(self, org: int) -> set[Any]:
        """Compare all payments that are not finished; the others are compared with their invoices."""
        for payments_left in self.both(org, unfinished_payments):
            assert {each.id for each in payments_left} <= self.made[org]
        return super().shown(org)
