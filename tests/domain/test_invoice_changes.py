"""Invoices that change: all transitions, revised while they are open, moved by the contract's table, deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.invoicing import (
    CANCELLED,
    DRAFT,
    ID,
    MONTHLY,
    PAID,
    PARTIALLY_PAID,
    REFUNDED,
    UNPAID,
    evolved,
    expected_totals,
    line,
)

from service_engine.domain import invoices
from service_engine.domain.change import UNSET, Change
from service_engine.domain.ids import ClientId, CouponId, EmployeeId, InvoiceItemId, UserId
from service_engine.domain.invoice_items import InvoiceItemDraft, write_items
from service_engine.domain.invoice_payments import pay_in_full, pay_in_part
from service_engine.domain.invoice_status import LOCKED, InvoiceStatus
from service_engine.domain.invoice_terms import NO_TAX, BillingPeriod, Tax
from service_engine.domain.invoices import (
    Invoice,
    InvoiceDeleted,
    InvoiceRevised,
    InvoiceRevision,
    change_invoice_status,
    delete_invoice,
    revise_invoice,
)
from service_engine.domain.money import Money, money
from service_engine.errors import IllegalMoveError, RuleViolationError, WrongStatusError
from service_engine.testing import strategies
from service_engine.testing.examples import coupon, invoice, john, later, now
from service_engine.testing.strategies.values import in_units, of_units

BOB = ClientId(UserId(UUID(int=77)))
TEN_PER_CENT = Tax(type=2, number=Decimal(10))
Transition = Callable[[Invoice], Change[Invoice]]


def revisions() -> st.SearchStrategy[dict[str, Any]]:
    """Make what may be revised besides the items, each field named or not."""
    return st.fixed_dictionaries(
        {
            "client_id": st.sampled_from((UNSET, john.id, BOB)),
            "tax": st.sampled_from((UNSET, NO_TAX, TEN_PER_CENT, Tax(type=1, number=Decimal(5)))),
            "coupon_id": st.sampled_from((UNSET, None, coupon.id)),
            "recurring": st.sampled_from((UNSET, None, MONTHLY)),
            "note": st.sampled_from((UNSET, None, "", "Thanks")),
            "reason": st.sampled_from((UNSET, None, "Late")),
        }
    )


@st.composite
def transitions(draw: st.DrawFn) -> Transition:
    """Any transition of an invoice, with any argument it takes, at any time."""
    at, wanted, fields = draw(strategies.instants()), draw(st.sampled_from(InvoiceStatus)), draw(revisions())
    share, keep = draw(st.integers(1, 99)), draw(st.booleans())

    def revise(there: Invoice) -> Change[Invoice]:
        items = there.items if keep else there.items[:1]
        return revise_invoice(there, InvoiceRevision(items=items, **fields), at=at)

    def pay_a_part(there: Invoice) -> Change[Invoice]:
        return pay_in_part(there, of_units(in_units(there.due) * share // 100, there.currency), at=at)

    every: list[Transition] = [
        lambda there: change_invoice_status(there, wanted, at=at),
        revise,
        pay_a_part,
        lambda there: pay_in_full(there, paysys="Manual", order_ids={}, at=at),
        lambda there: delete_invoice(there, at=at),
    ]
    return draw(st.sampled_from(every))


def attempt(transition: Transition, there: Invoice) -> Change[Invoice] | None:
    """Return the change, or None if the transition was refused."""
    try:
        return transition(there)
    except (RuleViolationError, WrongStatusError):
        return None
    except ValueError as wrong_use:
        assert str(wrong_use) == "an invoice becomes Paid by pay_in_full, which records the payment"  # noqa: PT017
        return None


# ----------------------------------------------------------------------------------------------- all transitions


@given(strategies.invoices(), transitions())
def test_there_are_no_events_exactly_when_nothing_changed(there: Invoice, transition: Transition):
    """A transition that changes something says so once; one that does not returns the very same invoice."""
    change = attempt(transition, there) or Change(there)
    undated = evolved(change.state, updated_at=there.updated_at)
    assert len(change.events) == (undated != there)
    assert change.events or change.state is there
    for event in change.events:
        assert change.state.updated_at == event.at


@given(strategies.invoices(), st.lists(transitions(), max_size=8))
def test_whatever_happens_the_money_is_right(there: Invoice, steps: list[Transition]):
    """Totals are what the items say, never negative (D33), and never less than what was paid."""
    state = there
    for step in steps:
        change = attempt(step, state)
        state = state if change is None else change.state
        amounts = (state.subtotal.amount, state.tax_amount.amount, state.total.amount)
        assert expected_totals(state) == tuple(map(Fraction, amounts))
        assert 0 <= state.paid.amount <= state.total.amount
        assert state.due == state.total - state.paid
        assert {each.currency for each in (state.subtotal, state.tax_amount, state.total, state.paid, state.due)} == {
            there.currency
        }
        assert (state.status is not PAID) or (state.paid == state.total and state.date_paid is not None)


@given(strategies.invoices(), st.lists(transitions(), max_size=6))
def test_what_no_transition_touches(there: Invoice, steps: list[Transition]):
    """Number, currency, address and dates of issue never change; a date of payment is set once (D30)."""
    change = Change(there)
    for step in steps:
        after = attempt(step, change.state)
        change = change if after is None else Change(after.state, change.events + after.events)
    kept = ("id", "number", "number_prefix", "currency", "billing_address", "credit", "date_due", "created_at")
    assert [getattr(change.state, name) for name in kept] == [getattr(there, name) for name in kept]
    assert (change.state.version, change.state.employee_id) == (there.version, there.employee_id)
    if there.date_paid is not None:
        assert change.state.date_paid == there.date_paid
    assert {event.invoice_id for event in change.events} <= {there.id}  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------------------------- revising


def test_revising_everything_at_once():
    """One event that names every changed field, sorted; texts are stripped; the totals follow (D33)."""
    revision = InvoiceRevision(
        client_id=BOB,
        items=[line(50)],
        tax=TEN_PER_CENT,
        coupon_id=coupon.id,
        recurring=MONTHLY,
        note=" Thanks ",
        reason=" Late ",
    )
    change = revise_invoice(invoice, revision, at=later)
    fields = tuple(sorted(each.name for each in attrs.fields(InvoiceRevision)))
    assert change.events == (InvoiceRevised(invoice_id=invoice.id, fields=fields, at=later),)
    assert change.state == evolved(
        invoice,
        client_id=BOB,
        items=(line(50),),
        tax=TEN_PER_CENT,
        coupon_id=coupon.id,
        recurring=MONTHLY,
        note="Thanks",
        reason="Late",
        updated_at=later,
    )
    assert str(change.state.total) == "55.00 USD"


@given(strategies.invoices(), revisions())
def test_revising_changes_what_is_named_and_nothing_else(there: Invoice, fields: dict[str, Any]):
    """Everything that was given is in the result, everything else as before; doing it again changes nothing."""
    change = attempt(lambda it: revise_invoice(it, InvoiceRevision(**fields), at=later), there)
    if change is None:
        return
    wanted = {name: value for name, value in fields.items() if value is not UNSET}
    assert change.state == evolved(there, **wanted, updated_at=change.state.updated_at)
    again = revise_invoice(change.state, InvoiceRevision(**fields), at=now)
    assert (again.events, again.state is change.state) == ((), True)


@given(strategies.invoices())
def test_revising_with_what_is_there_changes_nothing(there: Invoice):
    """In any status, also a locked one: the same items, tax and client are no change."""
    named = ("client_id", "items", "tax", "coupon_id", "recurring")
    same = InvoiceRevision(**{name: getattr(there, name) for name in named})
    for revision in (same, InvoiceRevision()):
        change = revise_invoice(there, revision, at=later)
        assert (change.events, change.state is there) == ((), True)


@given(st.sampled_from(sorted(LOCKED)).flatmap(lambda status: strategies.invoices(status=status)))
def test_a_locked_invoice_keeps_items_tax_and_client(there: Invoice):
    """The contract's sentence, on ``items``, whichever of them it is; note, reason, coupon and period may change."""
    other_tax = Tax(type=99, number=there.tax.number)
    for change in ({"items": (*there.items[1:], line(1, 5, there.currency))}, {"tax": other_tax}, {"client_id": BOB}):
        with pytest.raises(IllegalMoveError) as refused:
            revise_invoice(there, InvoiceRevision(note="Paid", **change), at=later)
        sentence = f"A {there.status.label} invoice cannot be edited."
        assert (refused.value.field, refused.value.message) == ("items", sentence)
    free: dict[str, Any] = {"coupon_id": CouponId(ID), "recurring": BillingPeriod(length=7, unit="D")}
    revised = revise_invoice(there, InvoiceRevision(note="Thanks!", reason="Because", **free), at=later)
    assert revised.state == evolved(there, note="Thanks!", reason="Because", **free, updated_at=later)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (PAID, "A Paid invoice cannot be edited."),
        (REFUNDED, "A Refunded invoice cannot be edited."),
        (CANCELLED, "A Cancelled invoice cannot be edited."),
    ],
)
def test_the_contracts_sentences_about_locked_invoices(status: InvoiceStatus, sentence: str):
    """Literally."""
    paid = {} if status is CANCELLED else {"paid": invoice.total, "date_paid": now}
    with pytest.raises(IllegalMoveError) as refused:
        revise_invoice(evolved(invoice, status=status, **paid), InvoiceRevision(client_id=BOB), at=later)
    assert refused.value.message == sentence


@given(strategies.invoices(status=UNPAID).filter(lambda each: each.paid.amount == 0), st.data())
def test_an_open_invoice_takes_other_items(there: Invoice, data: Any):
    """Rewritten under their ids they keep order and first date (D28); the totals are those of the new items."""
    kept = data.draw(st.lists(st.sampled_from(there.items), min_size=1, unique_by=lambda item: item.id))
    drafts = [
        InvoiceItemDraft(id=item.id, name="New", quantity=2, amount=money(number + 1, there.currency).amount)
        for number, item in enumerate(kept)
    ]
    new_ids = (InvoiceItemId(UUID(int=number)) for number in count(1))
    items = write_items(drafts, currency=there.currency, new_ids=new_ids, at=later, instead_of=there.items)
    open_again = evolved(there, tax=NO_TAX, credit=money(0, there.currency))
    revised = revise_invoice(open_again, InvoiceRevision(items=items), at=later).state
    assert [(item.id, item.order_id, item.created_at) for item in revised.items] == [
        (item.id, item.order_id, item.created_at) for item in kept
    ]
    assert revised.total == money(len(kept) * (len(kept) + 1), there.currency)


def test_a_revision_cannot_make_an_invoice_cheaper_than_what_was_paid():
    """What was taken is not owed back silently."""
    partly = pay_in_part(invoice, money(900, "USD"), at=now).state
    exactly = revise_invoice(partly, InvoiceRevision(items=[invoice.items[0]]), at=later).state
    assert (str(exactly.due), exactly.status) == ("0.00 USD", PARTIALLY_PAID)
    with pytest.raises(RuleViolationError) as refused:
        revise_invoice(partly, InvoiceRevision(items=[invoice.items[1]]), at=later)
    assert refused.value.field == "items"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"note": "x" * 65_536}, "note"),
        ({"note": "a\x00"}, "note"),
        ({"reason": "x" * 256}, "reason"),
        ({"items": []}, "items"),
        ({"items": [line(-1)]}, "items"),
        ({"tax": Tax(number=Decimal("0.001"))}, "tax"),
    ],
    ids=["long note", "nul", "long reason", "no items", "debt", "fine tax"],
)
def test_revising_refuses_what_is_out_of_bounds(changes: dict[str, Any], field: str):
    """Each field has its bound, and the refusal names it (D64)."""
    with pytest.raises(RuleViolationError) as refused:
        revise_invoice(invoice, InvoiceRevision(**changes), at=later)
    assert refused.value.field == field
    assert len(revise_invoice(invoice, InvoiceRevision(reason="x" * 255), at=later).state.reason or "") == 255


# ----------------------------------------------------------------------------------------------- status and deletion


@pytest.mark.parametrize("origin", [DRAFT, UNPAID, REFUNDED, CANCELLED])
def test_nobody_becomes_paid_by_hand(origin: InvoiceStatus):
    """The contract's sentence (D30)."""
    with pytest.raises(IllegalMoveError) as refused:
        change_invoice_status(evolved(invoice, status=origin), PAID, at=later)
    assert refused.value.message == f"Cannot transition from {origin.label} to Paid."


@given(strategies.invoices(status=PAID))
def test_a_refund_keeps_when_it_was_paid(there: Invoice):
    """Date, amount and items stay with it; it is final."""
    refunded = change_invoice_status(there, REFUNDED, at=later).state
    assert refunded == evolved(there, status=REFUNDED, updated_at=later)
    assert refunded.date_paid == there.date_paid
    assert change_invoice_status(refunded, REFUNDED, at=now).state is refunded


@given(strategies.invoices(), strategies.instants(), strategies.instants())
def test_deleting(there: Invoice, first: datetime, second: datetime):
    """Deleting hides it in any status, dated (D35), once; everything else stays."""
    live = evolved(there, deleted_at=None)
    deleted = delete_invoice(live, at=first)
    assert deleted.state == evolved(live, deleted_at=first, updated_at=first)
    assert deleted.events == (InvoiceDeleted(invoice_id=there.id, at=first),)
    again = delete_invoice(deleted.state, at=second)
    assert (again.events, again.state is deleted.state) == ((), True)


def test_the_noun_shows_what_belongs_to_it():
    """Statuses and moves are found where the invoice is."""
    assert {"EDITS", "LIFECYCLE", "MOVES", "InvoiceStatus"} <= set(invoices.__all__)
    assert isinstance(invoice.total, Money)
    assert evolved(invoice, employee_id=EmployeeId(UserId(UUID(int=3)))) != invoice
