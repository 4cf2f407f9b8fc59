"""What paying an invoice must do on every store, whichever way it is paid: the same, completely, and once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import attrs
import pytest

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod, Tax
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.money import total_of
from service_engine.domain.orders import Order, OrderStatus
from service_engine.domain.payments import Payment, PaymentStatus
from service_engine.domain.subscriptions import Subscription
from service_engine.errors import IllegalMoveError, NotFoundError, RuleViolationError, WrongStatusError
from service_engine.ports.lists import Condition, Operator
from service_engine.ports.orders import OrderFilter
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract
from service_engine.usecases.charging import charge_invoice
from service_engine.usecases.invoices import InvoicePatch, create_invoice, delete_invoice, get_invoice, update_invoice
from service_engine.usecases.orders import get_order, list_orders
from service_engine.usecases.payments import mark_paid, record_part_payment

__all__ = ["PayingContract"]

LATER: Final = NOON + timedelta(seconds=1)
MONTHLY: Final = BillingPeriod(length=1, unit="M")
TOTAL: Final = "3208.88"
"""Of the invoices below: 1000 - 100 + 2 x 1000 + 85, and 7.5 per cent of it, rounded half up."""


def issue(agency: Agency, **given: Any) -> Invoice:
    """Issue an invoice of three lines, two of them with a service, taxed, every month again."""
    service = agency.service()
    usual: dict[str, Any] = {
        "payer": agency.client().id,
        "items": [
            InvoiceItemDraft(name="Site", amount=Decimal(1000), discount=Decimal(100), service_id=service.id),
            InvoiceItemDraft(name="Hosting", amount=Decimal(85)),
            InvoiceItemDraft(name="Shop", amount=Decimal(1000), quantity=2, service_id=service.id),
        ],
        "tax": Tax(type=2, number=Decimal("7.5")),
        "recurring": MONTHLY,
    }
    return agency.run(create_invoice, **(usual | given), at=NOON)


def charge(agency: Agency, invoice: Invoice, gateway: SimulatedGateway | None = None, method: str = "pm_1") -> Invoice:
    """Charge an invoice, by default with a gateway that takes everything."""
    gateway = SimulatedGateway() if gateway is None else gateway
    return charge_invoice(
        agency.store, gateway, agency.org_id, invoice.id, payment_method_id=method, at=LATER, ip_address="192.0.2.1"
    )


def pay_in_parts(agency: Agency, invoice: Invoice) -> None:
    """Pay an invoice by hand, in three parts."""
    for part in ("0.01", "1000", "2208.87"):
        agency.run(record_part_payment, invoice.id, Decimal(part), at=LATER)


def pay_the_rest_by_charge(agency: Agency, invoice: Invoice) -> None:
    """Pay a part of an invoice by hand, and charge the rest."""
    agency.run(record_part_payment, invoice.id, Decimal(1), at=LATER)
    charge(agency, invoice)


def move_to_paid(agency: Agency, invoice: Invoice) -> None:
    """Pay a part of an invoice, and then write down that it is Paid."""
    agency.run(record_part_payment, invoice.id, Decimal(1), at=LATER)
    agency.run(update_invoice, invoice.id, InvoicePatch(status=InvoiceStatus.PAID), at=LATER)


WAYS: Final[dict[str, Callable[[Agency, Invoice], object]]] = {
    "marked": lambda agency, invoice: agency.run(mark_paid, invoice.id, at=LATER),
    "charged": charge,
    "in parts": pay_in_parts,
    "the rest charged": pay_the_rest_by_charge,
    "moved to Paid": move_to_paid,
}
"""Every way in which an invoice becomes Paid."""


def payments_of(agency: Agency, invoice: Invoice) -> tuple[Payment, ...]:
    """Return the payments on an invoice."""
    with agency.begin() as uow:
        return uow.payments.of_invoice(invoice.id)


def subscription_of(agency: Agency, invoice: Invoice) -> Subscription | None:
    """Return the subscription that an invoice started."""
    with agency.begin() as uow:
        return uow.subscriptions.of_invoice(invoice.id)


def orders_of(agency: Agency, invoice: Invoice) -> list[Order]:
    """Return the orders that were made of an invoice, as its lines name them; there must be no others."""
    named = [item.order_id for item in agency.read(get_invoice, invoice.id).invoice.items if item.order_id]
    made = Condition(OrderFilter.INVOICE_ID, Operator.EQ, invoice.id)
    assert {row.order.id for row in agency.read(list_orders, filters=[made]).rows} == set(named)
    return [agency.read(get_order, each).order for each in named]


def audited(agency: Agency, invoice: Invoice) -> Invoice:
    """Return an invoice as it is now, after its books were checked: what was taken for it is what was paid."""
    present = agency.read(get_invoice, invoice.id).invoice
    counted = [each for each in payments_of(agency, invoice) if each.status is PaymentStatus.SUCCEEDED]
    assert total_of([each.amount for each in counted], present.currency) == present.paid
    is_paid = present.status is InvoiceStatus.PAID
    assert len(orders_of(agency, invoice)) == (2 if is_paid else 0)
    assert (subscription_of(agency, invoice) is not None) == is_paid
    return present


def as_it_stands(agency: Agency, invoice: Invoice) -> tuple[object, ...]:
    """Return everything that paying an invoice could change."""
    return (
        agency.read(get_invoice, invoice.id),
        orders_of(agency, invoice),
        subscription_of(agency, invoice),
        payments_of(agency, invoice),
    )


class PayingContract(Contract):
    """Invoices become Paid in several ways, all of which leave the same.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> PayingContract().test_every_way_of_paying_leaves_the_same(acme)
    """

    @pytest.mark.parametrize("way", WAYS)
    def test_paying_an_invoice_makes_its_orders(self, acme: Agency, way: str) -> None:
        """In Progress, at the line's own price and quantity, numbered; none of a line without a service (D10, D31)."""
        invoice = issue(acme)
        assert invoice.total == acme.build.money(TOTAL)
        WAYS[way](acme, invoice)
        paid = audited(acme, invoice)
        assert (paid.status, paid.date_paid, paid.paid) == (InvoiceStatus.PAID, LATER, invoice.total)
        site, shop = orders_of(acme, invoice)
        assert [item.order_id for item in paid.items] == [site.id, None, shop.id]
        assert [(each.service_name, each.price, each.quantity) for each in (site, shop)] == [
            ("Site", acme.build.money(1000), 1),
            ("Shop", acme.build.money(1000), 2),
        ]
        for order in (site, shop):
            assert (order.client_id, order.service_id) == (invoice.client_id, invoice.items[0].service_id)
            assert (order.status, order.date_started) == (OrderStatus.IN_PROGRESS, LATER)
            assert order.paysys == paid.paysys
        assert site.number != shop.number

    def test_every_way_of_paying_leaves_the_same(self, acme: Agency) -> None:
        """Orders and subscription, but for ids and numbers, and for how they were paid (D10, D11, D29)."""
        payer, service = acme.client(), acme.service()
        items = [
            InvoiceItemDraft(name="Site", amount=Decimal(TOTAL), service_id=service.id),
            InvoiceItemDraft(name="Hosting", amount=Decimal(0), service_id=service.id),
        ]
        left = []
        for pay in WAYS.values():
            invoice = issue(acme, payer=payer.id, items=items, tax=Tax())
            pay(acme, invoice)
            subscription = subscription_of(acme, audited(acme, invoice))
            assert subscription is not None
            orders = orders_of(acme, invoice)
            assert {(each.invoice_id, each.subscription_id) for each in orders} == {(invoice.id, subscription.id)}
            same: dict[str, Any] = {"id": None, "invoice_id": None}
            left.append(
                [
                    *(attrs.evolve(each, **same, number="1", paysys=None, subscription_id=None) for each in orders),
                    attrs.evolve(subscription, **same),
                ]
            )
        assert left == [left[0]] * len(WAYS)

    def test_an_invoice_that_does_not_come_again_starts_no_subscription(self, acme: Agency) -> None:
        """Its orders belong to none."""
        invoice = issue(acme, recurring=None)
        acme.run(mark_paid, invoice.id, at=LATER)
        assert subscription_of(acme, invoice) is None
        assert [order.subscription_id for order in orders_of(acme, invoice)] == [None, None]

    @pytest.mark.parametrize("way", WAYS)
    def test_a_paid_invoice_is_not_paid_again(self, acme: Agency, way: str) -> None:
        """Marking it once more changes nothing, and it cannot be charged (D23)."""
        invoice = issue(acme)
        WAYS[way](acme, invoice)
        before = as_it_stands(acme, invoice)
        assert acme.run(mark_paid, invoice.id, at=LATER + timedelta(days=1)) == audited(acme, invoice)
        gateway = SimulatedGateway()
        with pytest.raises(IllegalMoveError, match="Invoice is already paid"):
            charge(acme, invoice, gateway)
        with pytest.raises(WrongStatusError):
            acme.run(record_part_payment, invoice.id, Decimal(1), at=LATER)
        assert as_it_stands(acme, invoice) == before
        assert gateway.held == {}

    def test_an_invoice_is_paid_in_parts(self, acme: Agency) -> None:
        """Each is recorded; what is due gets less, and only the last one makes orders."""
        invoice = issue(acme)
        for part, due in (("8.88", 3200), ("3199.99", "0.01")):
            paid = acme.run(record_part_payment, invoice.id, Decimal(part), at=LATER)
            assert (paid.status, paid.due) == (InvoiceStatus.PARTIALLY_PAID, acme.build.money(due))
            assert audited(acme, invoice) == paid
        for wrong in ("0.02", "0", "-1", "0.001"):
            with pytest.raises(RuleViolationError) as refusal:
                acme.run(record_part_payment, invoice.id, Decimal(wrong), at=LATER)
            assert refusal.value.field == "amount"
        assert audited(acme, invoice) == paid
        acme.run(record_part_payment, invoice.id, Decimal("0.01"), at=LATER)
        assert audited(acme, invoice).status is InvoiceStatus.PAID
        amounts = sorted(payment.amount.amount for payment in payments_of(acme, invoice))
        assert amounts == [Decimal("0.01"), Decimal("8.88"), Decimal("3199.99")]

    def test_an_invoice_over_nothing_is_paid_with_nothing(self, acme: Agency) -> None:
        """By hand or charged: there is something to deliver all the same."""
        for way in ("marked", "charged"):
            invoice = issue(acme, credit=Decimal(TOTAL))
            WAYS[way](acme, invoice)
            assert audited(acme, invoice).total == acme.build.money(0)

    def test_what_is_over_cannot_be_paid(self, acme: Agency, rival: Agency) -> None:
        """Refunded, cancelled, deleted and foreign invoices: no money, no orders (D29)."""
        invoice, paid, deleted = issue(acme), issue(acme), issue(acme)
        acme.run(update_invoice, invoice.id, InvoicePatch(status=InvoiceStatus.CANCELLED), at=LATER)
        acme.run(mark_paid, paid.id, at=LATER)
        acme.run(update_invoice, paid.id, InvoicePatch(status=InvoiceStatus.REFUNDED), at=LATER)
        acme.run(delete_invoice, deleted.id, at=LATER)
        gateway = SimulatedGateway()
        for over, label in ((invoice, "Cancelled"), (paid, "Refunded")):
            before = as_it_stands(acme, over)
            with pytest.raises(WrongStatusError, match=f"Cannot mark {label} invoice as paid"):
                acme.run(mark_paid, over.id, at=LATER)
            with pytest.raises(IllegalMoveError, match=f"Cannot charge {label} invoice"):
                charge(acme, over, gateway)
            assert as_it_stands(acme, over) == before
        for gone in (deleted, issue(rival)):
            with pytest.raises(NotFoundError):
                acme.run(mark_paid, gone.id, at=LATER)
            with pytest.raises(NotFoundError):
                charge(acme, gone, gateway)
        assert gateway.held == {}

    def test_a_payment_that_is_rolled_back_leaves_nothing(self, acme: Agency) -> None:
        """Neither orders, nor a subscription, nor a record (D10, D20); it can be paid afterwards."""
        invoice = issue(acme)
        with acme.undone() as uow:
            mark_paid(uow, invoice.id, at=LATER)
        assert audited(acme, invoice) == invoice
        assert payments_of(acme, invoice) == ()
        acme.run(mark_paid, invoice.id, at=LATER)
        assert audited(acme, invoice).status is InvoiceStatus.PAID

    def test_numbers_of_invoices_have_no_gaps(self, acme: Agency, rival: Agency) -> None:
        """What was refused or rolled back used none, and another organisation has its own (D24)."""
        numbers = [issue(acme).number]
        payer, line = acme.client().id, InvoiceItemDraft(name="Advice", amount=Decimal(1))
        with acme.undone() as uow:
            assert create_invoice(uow, payer=payer, items=[line], at=NOON).number == "INV-00002"
        with pytest.raises(RuleViolationError):
            issue(acme, items=[])
        acme.run(delete_invoice, issue(acme).id, at=LATER)
        numbers.append(issue(acme, items=[line]).number)
        assert numbers == ["INV-00001", "INV-00003"]
        assert issue(rival).number == "INV-00001"
