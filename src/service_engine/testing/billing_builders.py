"""Builders of what is offered, billed and paid: proposals, coupons, invoices, payments, subscriptions.

They are a part of ``Build``, which makes everything else, too::

    from service_engine.testing import build

    invoice = build.paid_invoice(currency="EUR")  # date_paid and what was paid are set, as they must be
    payment = build.payment(invoice)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from service_engine.domain import coupons, invoice_items, invoices, payments, proposals, subscriptions
from service_engine.domain.coupons import Coupon
from service_engine.domain.ids import (
    ClientId,
    CouponId,
    InvoiceId,
    InvoiceItemId,
    OrderId,
    PaymentId,
    ProposalId,
    ProposalItemId,
    ServiceId,
    SubscriptionId,
    UserId,
)
from service_engine.domain.invoice_items import InvoiceItem, InvoiceItemDraft
from service_engine.domain.invoice_payments import MANUAL, STRIPE, pay_in_full
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.invoices import Invoice
from service_engine.domain.money import Money, money
from service_engine.domain.payments import Payment
from service_engine.domain.proposals import Proposal, ProposalItem
from service_engine.domain.subscriptions import Subscription
from service_engine.ports.entropy import Entropy
from service_engine.testing.entropy import SeededEntropy

__all__ = ["NOON", "BuildBilling"]

NOON: Final = datetime(2026, 2, 7, 12, tzinfo=UTC)
"""The time at which everything happens, unless a test says otherwise."""

_MONTHLY: Final = BillingPeriod(length=1, unit="M")


class BuildBilling:
    """Makes what is offered, billed and paid; everything that is not given is filled in.

    Args:
        entropy: Where ids come from.
        at: When everything happens, unless a call says otherwise.

    Example:
        >>> BuildBilling(SeededEntropy(1)).coupon(code="SPRING").code
        'SPRING'
    """

    def __init__(self, entropy: Entropy | None = None, *, at: datetime = NOON) -> None:
        self.entropy: Entropy = SeededEntropy() if entropy is None else entropy
        self.at = at

    def proposal_item(
        self,
        *,
        service_id: ServiceId | None = None,
        price: Money | None = None,
        quantity: int = 1,
        at: datetime | None = None,
    ) -> ProposalItem:
        """Make what a proposal offers.

        Example:
            >>> from service_engine.testing import build
            >>> str(build.proposal_item(quantity=2).total)
            '3000.00 USD'
        """
        return ProposalItem(
            id=ProposalItemId(self.entropy.new_id()),
            service_id=ServiceId(self.entropy.new_id()) if service_id is None else service_id,
            price=money(1500, "USD") if price is None else price,
            quantity=quantity,
            created_at=at or self.at,
        )

    def proposal(
        self,
        *,
        client_email: str | None = None,
        client_first_name: str = "Ann",
        client_last_name: str = "Lee",
        items: Sequence[ProposalItem] = (),
        service_id: ServiceId | None = None,
        client_company: str | None = None,
        notes: str | None = None,
        at: datetime | None = None,
    ) -> Proposal:
        """Make a draft of a proposal, by default of one item, to somebody whom nobody knows.

        Example:
            >>> from service_engine.testing import build
            >>> build.proposal(notes="Two sites.").status.label
            'Draft'
        """
        id_ = ProposalId(self.entropy.new_id())
        return proposals.draft_proposal(
            id_,
            client_email=f"ann.{id_.hex}@example.com" if client_email is None else client_email,
            client_first_name=client_first_name,
            client_last_name=client_last_name,
            client_company=client_company,
            items=items or (self.proposal_item(service_id=service_id, at=at),),
            notes=notes,
            at=at or self.at,
        ).state

    def sent_proposal(self, *, at: datetime | None = None, **given: Any) -> Proposal:
        """Make a proposal that can be signed; give what ``proposal`` takes.

        Example:
            >>> from service_engine.testing import build
            >>> build.sent_proposal().sent_at == NOON
            True
        """
        return proposals.send(self.proposal(at=at, **given), at=at or self.at).state

    def signed_proposal(self, *, order_id: OrderId | None = None, at: datetime | None = None, **given: Any) -> Proposal:
        """Make a proposal that became an order; give what ``proposal`` takes.

        Example:
            >>> from service_engine.testing import build
            >>> build.signed_proposal().status.label
            'Signed'
        """
        order_id = OrderId(self.entropy.new_id()) if order_id is None else order_id
        return proposals.sign(self.sent_proposal(at=at, **given), order_id=order_id, at=at or self.at).state

    def coupon(
        self,
        *,
        code: str | None = None,
        kind: str = "Fixed",
        description: str | None = None,
        at: datetime | None = None,
    ) -> Coupon:
        """Make a coupon, by default under a code that nobody else has.

        Example:
            >>> from service_engine.testing import build
            >>> build.coupon(code="WELCOME").code
            'WELCOME'
        """
        id_ = CouponId(self.entropy.new_id())
        code = id_.hex if code is None else code
        return coupons.create_coupon(id_, code=code, kind=kind, description=description, at=at or self.at).state

    def invoice_item(
        self, *, name: str = "Landing page", amount: Money | None = None, at: datetime | None = None, **given: Any
    ) -> InvoiceItem:
        """Make a line of an invoice; give what a draft takes.

        Example:
            >>> from service_engine.testing import build
            >>> str(build.invoice_item(quantity=2).total)
            '3000.00 USD'
        """
        amount = money(1500, "USD") if amount is None else amount
        draft = InvoiceItemDraft(name=name, amount=amount.amount, **given)
        new_ids = iter([InvoiceItemId(self.entropy.new_id())])
        return invoice_items.write_items([draft], currency=amount.currency, new_ids=new_ids, at=at or self.at)[0]

    def invoice(
        self,
        *,
        client_id: ClientId | None = None,
        number: str | None = None,
        items: Sequence[InvoiceItem] = (),
        service_id: ServiceId | None = None,
        currency: str = "USD",
        at: datetime | None = None,
        **given: Any,
    ) -> Invoice:
        """Make an unpaid invoice, by default of one line, under a number that is free.

        Args:
            client_id: Who owes it.
            number: Unlike those of ``invoices.invoice_number``, which the organisation counts.
            items: What is billed.
            service_id: The service of the one line, if no items are given.
            currency: Of every amount.
            at: When it was issued.
            given: What else ``invoices.issue_invoice`` takes.

        Example:
            >>> from service_engine.testing import build
            >>> str(build.invoice(currency="EUR").total)
            '1500.00 EUR'
        """
        id_ = InvoiceId(self.entropy.new_id())
        line = self.invoice_item(amount=money(1500, currency), service_id=service_id, at=at)
        return invoices.issue_invoice(
            id_,
            number=f"{invoices.NUMBER_PREFIX}{id_.hex}" if number is None else number,
            client_id=self._client_id(client_id),
            items=items or (line,),
            currency=currency,
            at=at or self.at,
            **given,
        ).state

    def paid_invoice(self, *, at: datetime | None = None, **given: Any) -> Invoice:
        """Make an invoice that was marked as paid, without the orders that come of it; give what ``invoice`` takes.

        Example:
            >>> from service_engine.testing import build
            >>> invoice = build.paid_invoice()
            >>> invoice.status.label, str(invoice.paid), invoice.date_paid == NOON
            ('Paid', '1500.00 USD', True)
        """
        return pay_in_full(self.invoice(at=at, **given), paysys=MANUAL, order_ids={}, at=at or self.at).state

    def payment(
        self,
        invoice: Invoice | None = None,
        *,
        amount: Money | None = None,
        paysys: str = STRIPE,
        at: datetime | None = None,
    ) -> Payment:
        """Make a payment whose outcome is not known, by default of all that is due.

        Example:
            >>> from service_engine.testing import build
            >>> build.payment().status.label
            'Pending'
        """
        invoice = self.invoice(at=at) if invoice is None else invoice
        return payments.intend_payment(
            PaymentId(self.entropy.new_id()),
            invoice_id=invoice.id,
            amount=invoice.due if amount is None else amount,
            paysys=paysys,
            at=at or self.at,
        ).state

    def subscription(
        self, invoice: Invoice | None = None, *, period: BillingPeriod = _MONTHLY, at: datetime | None = None
    ) -> Subscription:
        """Make a subscription that the payment of an invoice started.

        Example:
            >>> from service_engine.testing import build
            >>> build.subscription().period.unit
            'M'
        """
        invoice = self.invoice(at=at) if invoice is None else invoice
        return subscriptions.start_subscription(
            SubscriptionId(self.entropy.new_id()),
            client_id=invoice.client_id,
            invoice_id=invoice.id,
            period=period,
            at=at or self.at,
        ).state

    def _client_id(self, client_id: ClientId | None) -> ClientId:
        return ClientId(UserId(self.entropy.new_id())) if client_id is None else client_id
