"""Invoices that change, besides having them paid: updated, moved, deleted. Send a command, look at the store."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.usecases.invoicing import MONTHLY, NOBODY, created, foreign_invoice, line, numbers, shown, updated

from service_engine.domain.ids import ClientId, InvoiceId, InvoiceItemId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import Tax
from service_engine.domain.invoices import (
    Invoice,
    InvoiceDeleted,
    InvoicePaid,
    InvoiceRevised,
    InvoiceStatus,
    InvoiceStatusChanged,
)
from service_engine.domain.money import money
from service_engine.errors import IllegalMoveError, NotFoundError, RuleViolationError
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, coupon, invoice, jane, john, later, now
from service_engine.usecases.clients import create_client, get_client
from service_engine.usecases.invoices import InvoicePatch, create_invoice, delete_invoice, get_invoice, update_invoice
from service_engine.usecases.orders import get_order, list_orders
from service_engine.usecases.payments import mark_paid, record_part_payment

# ------------------------------------------------------------------------------------------------------ updating


@pytest.mark.usefixtures("store")
def test_updating_everything_at_once(agency: Store):
    """One save, one version, one event for what it says and one for where it stands; number and address stay."""
    ann = agency.run(acme.id, create_client, email="ann@example.com", first_name="Ann", last_name="Lee", at=now)
    first, second = invoice.items
    patch = InvoicePatch(
        status=InvoiceStatus.DRAFT,
        client_id=ann.id,
        items=[line("Hosting", "6", id=second.id, quantity=12), line("New", "28")],
        tax=Decimal(10),
        tax_type=2,
        coupon_id=coupon.id,
        recurring=MONTHLY,
        note=" Thanks ",
    )
    with agency.begin(acme.id) as uow:
        revised = update_invoice(uow, invoice.id, patch, at=later)
        assert uow.events == (
            InvoiceRevised(
                invoice_id=invoice.id,
                fields=("client_id", "coupon_id", "items", "note", "recurring", "tax"),
                at=later,
            ),
            InvoiceStatusChanged(
                invoice_id=invoice.id, origin=InvoiceStatus.UNPAID, status=InvoiceStatus.DRAFT, at=later
            ),
        )
    assert (revised.subtotal, revised.tax_amount, revised.total) == tuple(money(each, "USD") for each in (100, 10, 110))
    hosting, new = revised.items
    assert (hosting.id, hosting.created_at, hosting.updated_at, hosting.total) == (
        second.id,
        now,
        later,
        money(72, "USD"),
    )
    assert new.id not in {first.id, second.id}
    assert (revised.client_id, revised.note, revised.version) == (ann.id, "Thanks", 2)
    assert (revised.number, revised.billing_address) == (invoice.number, invoice.billing_address)
    assert shown(agency).invoice == revised


@pytest.mark.usefixtures("store")
def test_what_is_absent_stays(agency: Store):
    """An empty patch, and one that says what is there already, write nothing."""
    items = [
        InvoiceItemDraft(
            id=item.id,
            name=item.name,
            quantity=item.quantity,
            amount=item.amount.amount,
            discount=item.discount.amount,
            service_id=item.service_id,
        )
        for item in invoice.items
    ]
    same = InvoicePatch(status=invoice.status, client_id=john.id, items=items, tax=Decimal(0), note=None)
    with agency.begin(acme.id) as uow:
        for patch in (InvoicePatch(), same):
            assert update_invoice(uow, invoice.id, patch, at=later) == invoice
        assert uow.events == ()


@pytest.mark.usefixtures("store")
def test_none_clears(agency: Store):
    """Coupon, recurrence, note and the tax's type; the tax's number stays, and counts as an amount again (D12)."""
    updated(agency, coupon_id=coupon.id, recurring=MONTHLY, note="x", tax=Decimal(10), tax_type=2)
    assert updated(agency, tax=Decimal(20)).tax_amount == money(192, "USD")
    cleared = updated(agency, coupon_id=None, recurring=None, note=None, tax_type=None)
    assert (cleared.coupon_id, cleared.recurring, cleared.note) == (None, None, None)
    assert (cleared.tax, cleared.total) == (Tax(number=Decimal(20)), money(980, "USD"))
    assert shown(agency).invoice == cleared


@pytest.mark.usefixtures("store")
def test_a_rewritten_line_keeps_its_id_and_its_order(agency: Store):
    """Paid lines keep the orders that were made of them, whatever else about the invoice changes (D28)."""
    paid = agency.run(acme.id, mark_paid, invoice.id, at=now)
    noted = updated(agency, note="Thanks")
    assert [(item.id, item.order_id) for item in noted.items] == [(item.id, item.order_id) for item in paid.items]
    refunded = updated(agency, status=InvoiceStatus.REFUNDED)
    assert (refunded.items, refunded.date_paid) == (paid.items, now)
    with pytest.raises(IllegalMoveError):
        updated(agency, items=[line()])
    assert agency.read(acme.id, list_orders).total == 2


def test_an_id_that_names_no_line_counts_as_none(agency: Store):
    """Also when it is the id of a line of another invoice: that one keeps it."""
    other = created(agency)
    revised = updated(agency, items=[line(id=other.items[0].id), line(id=InvoiceItemId(UUID(int=404)))])
    assert {item.id for item in revised.items}.isdisjoint({other.items[0].id, UUID(int=404)})
    assert shown(agency, other.id).invoice == other


@pytest.mark.usefixtures("store")
def test_the_last_of_a_part_paid_invoice_by_hand(agency: Store):
    """From Partially Paid to Paid is what marking it does: date, payment, orders, with what else changes (D30)."""
    agency.run(acme.id, record_part_payment, invoice.id, Decimal(100), at=now)
    with agency.begin(acme.id) as uow:
        paid = update_invoice(
            uow, invoice.id, InvoicePatch(status=InvoiceStatus.PAID, tax=Decimal(40), recurring=MONTHLY), at=later
        )
        assert InvoicePaid(invoice_id=invoice.id, amount=money(900, "USD"), at=later) in uow.events
        assert [str(each.amount) for each in uow.payments.of_invoice(invoice.id)] == ["100.00 USD", "900.00 USD"]
        assert uow.subscriptions.of_invoice(invoice.id) is not None
    assert (paid.status, paid.date_paid, paid.paysys) == (InvoiceStatus.PAID, later, "Manual")
    assert (paid.total, paid.paid) == (money(1000, "USD"),) * 2
    order_id = paid.items[0].order_id
    assert order_id is not None
    assert agency.read(acme.id, get_order, order_id).order.invoice_id == invoice.id
    assert shown(agency).invoice == paid


@pytest.mark.parametrize(
    ("target", "label"),
    [
        (InvoiceStatus.PAID, "Paid"),
        (InvoiceStatus.REFUNDED, "Refunded"),
        (InvoiceStatus.PARTIALLY_PAID, "Partially Paid"),
    ],
)
def test_a_move_that_is_not_in_the_table(agency: Store, target: InvoiceStatus, label: str):
    """Refused in the contract's words before anything else is looked at; nothing changes."""
    with pytest.raises(IllegalMoveError) as refused:
        updated(agency, status=target, client_id=NOBODY, note="x")
    assert (refused.value.field, refused.value.message) == ("status", f"Cannot transition from Unpaid to {label}.")
    assert shown(agency).invoice == invoice


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"client_id": NOBODY}, "client_id"),
        ({"client_id": ClientId(jane.id)}, "client_id"),
        ({"items": []}, "items"),
        ({"items": [line(discount=Decimal(-1))]}, "items.0.discount"),
        ({"items": [line(amount="-1")]}, "items"),
        ({"tax": Decimal(-1)}, "tax"),
        ({"tax_type": 2, "tax": Decimal(1000)}, "tax"),
        ({"tax_type": -1}, "type"),
        ({"note": "x" * 65_536}, "note"),
    ],
)
def test_a_refused_patch_changes_nothing(agency: Store, parts: dict[str, Any], field: str):
    """All of it or nothing, where it stands included (D20)."""
    with pytest.raises(RuleViolationError) as refused:
        updated(agency, **({"status": InvoiceStatus.CANCELLED} | parts))
    assert refused.value.field == field
    assert shown(agency).invoice == invoice


def test_the_total_does_not_fall_below_what_was_paid(agency: Store):
    """Nobody owes less than they have paid already."""
    part = agency.run(acme.id, record_part_payment, invoice.id, Decimal(100), at=now)
    with pytest.raises(RuleViolationError) as refused:
        updated(agency, items=[line(amount="99.99")])
    assert refused.value.field == "items"
    assert shown(agency).invoice == part
    assert updated(agency, items=[line(amount="100")]).due == money(0, "USD")


@pytest.mark.parametrize("parts", [{"items": [line()]}, {"tax": Decimal(1)}, {"tax_type": 2}, {"client_id": True}])
@pytest.mark.parametrize("status", [InvoiceStatus.PAID, InvoiceStatus.REFUNDED, InvoiceStatus.CANCELLED])
def test_what_is_settled_cannot_be_edited(agency: Store, status: InvoiceStatus, parts: dict[str, Any]):
    """Lines, tax and client of a Paid, Refunded or Cancelled invoice stay; its note may change (D28, D29)."""
    if status is InvoiceStatus.CANCELLED:
        updated(agency, status=status)
    else:
        agency.run(acme.id, mark_paid, invoice.id, at=now)
        updated(agency, status=status)
    if "client_id" in parts:
        other = agency.run(acme.id, create_client, email="b@example.com", first_name="B", last_name="C", at=now)
        parts = {"client_id": other.id}
    if "tax_type" in parts:
        parts = {"tax_type": 2, "tax": Decimal(5)}
    before = shown(agency).invoice
    with pytest.raises(IllegalMoveError) as refused:
        updated(agency, **parts)
    assert (refused.value.field, refused.value.message) == (
        "items",
        f"A {status.label} invoice cannot be edited.",
    )
    assert shown(agency).invoice == before
    assert updated(agency, note="Thanks").note == "Thanks"


# ------------------------------------------------------------------------------------------------------ deleting


@pytest.mark.usefixtures("store")
def test_deleting(agency: Store):
    """Gone from every view, in any status; its orders stay."""
    paid = agency.run(acme.id, mark_paid, invoice.id, at=now)
    with agency.begin(acme.id) as uow:
        delete_invoice(uow, invoice.id, at=later)
        assert uow.events == (InvoiceDeleted(invoice_id=invoice.id, at=later),)
    assert numbers(agency) == []
    order_id = paid.items[0].order_id
    assert order_id is not None
    assert agency.read(acme.id, get_order, order_id).order.invoice_id == invoice.id


@pytest.mark.usefixtures("store")
def test_an_invoice_that_is_not_there(agency: Store, neighbour):
    """Unknown, foreign and deleted ones are answered alike, whatever is asked; the foreign one is untouched (D47)."""
    foreign = foreign_invoice(agency, neighbour)
    agency.run(acme.id, delete_invoice, invoice.id, at=now)
    for invoice_id in (InvoiceId(UUID(int=404)), foreign.id, invoice.id):
        for act in (
            lambda key: shown(agency, key),
            lambda key: updated(agency, key, note="x"),
            lambda key: agency.run(acme.id, delete_invoice, key, at=later),
            lambda key: agency.run(acme.id, mark_paid, key, at=later),
            lambda key: agency.run(acme.id, record_part_payment, key, Decimal(1), at=later),
        ):
            with pytest.raises(NotFoundError) as refused:
                act(invoice_id)
            assert (refused.value.kind, refused.value.key) == ("invoice", invoice_id)
    assert agency.read(neighbour.org_id, get_invoice, foreign.id).invoice == foreign


def test_what_a_client_has_spent_follows_the_invoice(agency: Store):
    """Paid ones count, until they are refunded or deleted (D39)."""

    def spent() -> Decimal | None:
        return agency.read(acme.id, get_client, john.id).spent

    def paid(uow: UnitOfWork) -> Invoice:
        return mark_paid(uow, create_invoice(uow, payer=john.id, items=[line()], at=now).id, at=now)

    second = agency.run(acme.id, paid)
    assert spent() == Decimal(100)
    agency.run(acme.id, mark_paid, invoice.id, at=now)
    assert spent() == Decimal(1060)
    updated(agency, status=InvoiceStatus.REFUNDED)
    assert spent() == Decimal(100)
    agency.run(acme.id, delete_invoice, second.id, at=later)
    assert spent() is None
