"""Payments, subscriptions and coupons on both databases: kept whole, and only one where there may be one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import attrs
import pytest

from service_engine.adapters.sql import SqlStore
from service_engine.domain.change import Change
from service_engine.domain.ids import CouponId, PaymentId, SubscriptionId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.invoices import Invoice
from service_engine.domain.money import money
from service_engine.domain.payments import Payment, PaymentStatus, set_aside, succeed
from service_engine.domain.subscriptions import Subscription
from service_engine.errors import ConflictError, NotFoundError
from service_engine.ports.lists import Condition, Operator
from service_engine.ports.orders import OrderFilter
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, happened
from service_engine.testing.statements import counting
from service_engine.usecases.coupons import create_coupon
from service_engine.usecases.invoices import create_invoice, get_invoice
from service_engine.usecases.orders import list_orders
from service_engine.usecases.payments import begin_charge, mark_paid

both = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)
postgres = pytest.mark.parametrize("store", ["postgres"], indirect=True)

LATER = NOON + timedelta(hours=1, microseconds=500_000)


@pytest.fixture
def sql_store(store: Any) -> SqlStore:
    """Give the store as what it is."""
    assert isinstance(store, SqlStore)
    return store


@pytest.fixture
def acme(store: Any) -> Agency:
    """Give an organisation."""
    return Agency(store)


def issued(acme: Agency, **given: Any) -> Invoice:
    """Issue an invoice over two services, to a new client."""
    service = acme.service()
    items = [InvoiceItemDraft(name=name, amount=Decimal(10), service_id=service.id) for name in ("A", "B")]
    return acme.run(create_invoice, payer=acme.client().id, items=items, at=NOON, **given)


def payment_on(acme: Agency, invoice: Invoice, **given: Any) -> Payment:
    """Return a payment, a Pending one by default; not stored."""
    usual: dict[str, Any] = {"amount": money(20, "USD"), "paysys": "Stripe", "created_at": NOON, "updated_at": NOON}
    return Payment(id=acme.new_id(), invoice_id=invoice.id, **(usual | given))


@both
def test_a_payment_is_kept_whole(acme: Agency) -> None:
    """Every field comes back as it went in, and as it was changed."""
    payment = payment_on(
        acme,
        issued(acme),
        amount=money("1.999", "KWD"),
        status=PaymentStatus.DECLINED,
        transaction_id="txn_1",
        reason="Nö",
        updated_at=LATER,
    )
    with acme.begin() as uow:
        uow.payments.add(happened(payment))
    with acme.begin() as uow:
        assert uow.payments.get(payment.id) == payment
        bare = attrs.evolve(payment, status=PaymentStatus.REFUNDED, transaction_id=None, reason=None)
        stored = uow.payments.save(happened(bare))
    with acme.begin() as uow:
        assert uow.payments.get(payment.id) == stored == attrs.evolve(bare, version=2)
        with pytest.raises(NotFoundError):
            uow.payments.get(PaymentId(acme.new_id()))


@both
def test_payments_are_found_by_invoice_and_by_what_is_open(acme: Agency) -> None:
    """Oldest first, of this organisation only; each list is one statement."""
    rival = Agency(acme.store, "Rival")
    for agency in (rival, acme):
        first, second = issued(agency), issued(agency)
        kinds = (
            (first, PaymentStatus.SURPLUS, LATER),
            (first, PaymentStatus.PENDING, LATER),
            (second, PaymentStatus.SURPLUS, NOON),
            (second, PaymentStatus.PENDING, NOON),
            (second, PaymentStatus.SUCCEEDED, LATER),
        )
        made = [payment_on(agency, each, status=status, created_at=at, updated_at=at) for each, status, at in kinds]
        with agency.begin() as uow:
            for payment in made:
                uow.payments.add(happened(payment))
    with acme.begin() as uow:
        assert uow.payments.of_invoice(first.id) == tuple(sorted(made[:2], key=lambda payment: payment.id))
        assert uow.payments.of_invoice(second.id) == (*sorted(made[2:4], key=lambda each: each.id), made[4])
        assert (uow.payments.pending_of(first.id), uow.payments.pending_of(second.id)) == (made[1], made[3])
        assert uow.payments.surplus() == (made[2], made[0])
        assert uow.payments.pending(LATER) == (made[3], made[1])
        assert uow.payments.pending(LATER - timedelta(microseconds=1)) == (made[3],)
        uow.payments.save(succeed(made[1], at=LATER))
        assert uow.payments.pending_of(first.id) is None
        assert uow.payments.pending_of(acme.new_id()) is None


@both
def test_an_invoice_has_one_pending_payment(acme: Agency) -> None:
    """The database refuses a second one, whoever forgot to look, until the outcome of the first is known (D29)."""
    invoice = issued(acme)
    pending = acme.run(begin_charge, invoice.id, at=NOON)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.payments.add(happened(payment_on(acme, invoice)))
    with acme.begin() as uow:
        uow.payments.add(happened(payment_on(acme, invoice, status=PaymentStatus.SUCCEEDED)))
        uow.payments.save(set_aside(pending, transaction_id="txn_1", at=LATER))
        uow.payments.add(happened(payment_on(acme, invoice)))
    foreign = payment_on(acme, issued(Agency(acme.store, "Rival")))
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.payments.add(happened(foreign))


@both
def test_charges_that_begin_at_once_are_one(acme: Agency) -> None:
    """Whoever was second is run again, and finds the first one's payment (D29)."""
    for _ in range(5):
        invoice, start = issued(acme), Barrier(6)

        def charge(_: int, invoice: Invoice = invoice, start: Barrier = start) -> Payment:
            start.wait()
            return acme.run(begin_charge, invoice.id, at=NOON)

        with ThreadPoolExecutor(6) as threads:
            begun = list(threads.map(charge, range(6)))
        with acme.begin() as uow:
            assert uow.payments.of_invoice(invoice.id) == tuple(set(begun))


@postgres
def test_a_payment_that_changes_between_two_looks_is_a_conflict(acme: Agency) -> None:
    """What was decided on the first sight of it is not stored on top of the second."""
    invoice = issued(acme)
    pending = acme.run(begin_charge, invoice.id, at=NOON)

    def settle() -> None:
        with acme.begin() as uow:
            uow.payments.save(happened(uow.payments.get(pending.id)))

    with acme.begin() as uow:
        assert uow.payments.pending_of(invoice.id) == pending
        with ThreadPoolExecutor(1) as thread:
            thread.submit(settle).result()
        with pytest.raises(ConflictError):
            uow.payments.get(pending.id)


@both
def test_paying_at_once_pays_once(acme: Agency) -> None:
    """One subscription, one order for each item, one payment, however many do it (D10, D11)."""
    for _ in range(5):
        invoice, start = issued(acme, recurring=BillingPeriod(length=1, unit="M")), Barrier(6)

        def pay(_: int, invoice: Invoice = invoice, start: Barrier = start) -> Invoice:
            start.wait()
            return acme.run(mark_paid, invoice.id, at=LATER)

        with ThreadPoolExecutor(6) as threads:
            paid = list(threads.map(pay, range(6)))
        shown = acme.read(get_invoice, invoice.id).invoice
        assert paid == [shown] * 6
        of_it = [Condition(OrderFilter.INVOICE_ID, Operator.EQ, invoice.id)]
        orders = [row.order for row in acme.read(list_orders, filters=of_it).rows]
        assert {order.id for order in orders} == {item.order_id for item in shown.items}
        with acme.begin() as uow:
            subscription = uow.subscriptions.of_invoice(invoice.id)
            assert [each.amount for each in uow.payments.of_invoice(invoice.id)] == [invoice.total]
        assert subscription is not None
        assert {order.subscription_id for order in orders} == {subscription.id}


@both
def test_paying_writes_each_thing_once(acme: Agency, sql_store: SqlStore) -> None:
    """Load, subscription, free numbers all at once, an order for each item, the invoice with its items, the payment."""
    invoice = issued(acme, recurring=BillingPeriod(length=1, unit="M"))
    with counting(sql_store.engine) as counts:
        acme.run(mark_paid, invoice.id, at=LATER)
    assert counts.statements == 1 + 1 + 1 + 2 + 3 + 1
    assert (counts.begins, counts.commits, counts.rollbacks) == (1, 1, 0)


@both
def test_a_subscription_is_kept_whole(acme: Agency) -> None:
    """Every field comes back as it went in; an invoice starts one at most, and a number is taken once."""
    invoice = issued(acme)
    whole = Subscription(
        id=acme.new_id(),
        number="S-1",
        client_id=invoice.client_id,
        invoice_id=invoice.id,
        status=4,
        period=BillingPeriod(length=2, unit="D"),
        processor_id="sub_1",
        current_period_end=LATER,
        payment_count=7,
        created_at=NOON,
        updated_at=LATER,
    )
    other = issued(acme)
    bare = Subscription(
        id=acme.new_id(), client_id=invoice.client_id, invoice_id=other.id, created_at=NOON, updated_at=NOON
    )
    with acme.begin() as uow:
        assert uow.subscriptions.of_invoice(invoice.id) is None
        uow.subscriptions.add(happened(whole))
        uow.subscriptions.add(happened(bare))
        assert (uow.subscriptions.of_invoice(invoice.id), uow.subscriptions.of_invoice(other.id)) == (whole, bare)
        uow.subscriptions.add(happened(attrs.evolve(bare, id=SubscriptionId(acme.new_id()), invoice_id=None)))
    for change in ({"number": "S-2"}, {"invoice_id": None}, {"number": "S-2", "invoice_id": acme.new_id()}):
        strange = attrs.evolve(whole, id=SubscriptionId(acme.new_id()), **change)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.subscriptions.add(happened(strange))


@both
def test_a_code_is_taken_once(acme: Agency, sql_store: SqlStore) -> None:
    """By a deleted coupon too, and in this organisation only; a deleted one cannot be named any longer."""
    rival = Agency(acme.store, "Rival")
    coupon = acme.run(create_coupon, code="WELCOME", kind="Percent", description="10 % off", at=NOON)
    gone = attrs.evolve(coupon, id=CouponId(acme.new_id()), code="GONE", deleted_at=LATER)
    with acme.begin() as uow:
        uow.coupons.add(happened(gone))
        assert [uow.coupons.code_is_taken(code) for code in ("WELCOME", "GONE", "welcome")] == [True, True, False]
        found = [uow.references.look_up(coupon_id=each.id).coupon for each in (coupon, gone)]
        assert found == [True, False]
        assert uow.coupons.add(Change(attrs.evolve(coupon, id=CouponId(acme.new_id()), code="C"))).code == "C"
    with rival.begin() as uow:
        assert not uow.coupons.code_is_taken("WELCOME")
        assert not uow.references.look_up(coupon_id=coupon.id).coupon
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.coupons.add(happened(attrs.evolve(coupon, id=CouponId(acme.new_id()))))
    coupons = sql_store.tables.coupons
    with sql_store.engine.connect() as connection:
        stored = connection.execute(
            coupons.select().where(coupons.c.org_id == acme.org_id, coupons.c.id == coupon.id)
        ).one()
    assert (stored.type, stored.description, dict(stored.discounts)) == ("Percent", "10 % off", {})
