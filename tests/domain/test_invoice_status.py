"""Where an invoice stands, and where it can go: by hand, and by being paid."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.change import Change
from service_engine.domain.invoice_payments import pay_in_part
from service_engine.domain.invoice_status import EDITS, LIFECYCLE, LOCKED, MOVES, PAYABLE, InvoiceStatus
from service_engine.domain.invoices import Invoice, InvoiceStatusChanged, change_invoice_status
from service_engine.domain.money import money
from service_engine.errors import IllegalMoveError
from service_engine.testing import strategies
from service_engine.testing.examples import invoice, later

DRAFT, UNPAID, PAID, REFUNDED, CANCELLED, PARTIALLY_PAID = InvoiceStatus
BY_HAND: dict[int, set[int]] = {0: {1, 5}, 1: {0, 5}, 3: {4}, 4: set(), 5: {0, 1}, 7: {3, 4, 5}}
"""Contract section 5.3, "allowed by PUT (besides itself)", copied by hand."""
MARK_PAID: dict[int, bool] = {0: True, 1: True, 3: False, 4: False, 5: False, 7: True}
"""The same section, whether mark_paid leads to 3."""
LABELS = {0: "Draft", 1: "Unpaid", 3: "Paid", 4: "Refunded", 5: "Cancelled", 7: "Partially Paid"}
ILLEGAL = [(origin, target) for origin, target in product(BY_HAND, LABELS) if target not in {origin, *BY_HAND[origin]}]


def test_the_statuses_and_their_labels():
    """The contract's numbers and words; 2 and 6 do not exist."""
    assert {status.value: status.label for status in InvoiceStatus} == LABELS
    for unknown in (2, 6, 8, -1):
        with pytest.raises(ValueError, match="is not a valid InvoiceStatus"):
            InvoiceStatus(unknown)


def test_the_edits_are_the_contracts():
    """Table 5.3, written out again."""
    assert EDITS.moves == BY_HAND
    assert (EDITS.noun, EDITS.initial) == ("invoice", UNPAID)


def test_the_moves_are_the_edits_and_the_payments():
    """Every edit is a move; what is payable can be paid, in full and in part; and there is nothing else."""
    paying = {origin: {3, 7} - {origin} if MARK_PAID[origin] else set() for origin in MARK_PAID}
    assert {origin: BY_HAND[origin] | paying[origin] for origin in BY_HAND} == MOVES
    assert (LIFECYCLE.noun, LIFECYCLE.initial, LIFECYCLE.moves) == ("invoice", UNPAID, MOVES)


def test_what_is_payable_and_what_is_locked():
    """From 0, 1 and 7 an invoice is paid; 3, 4 and 5 cannot be edited; every status is one or the other."""
    assert {status.value for status in PAYABLE} == {origin for origin, leads in MARK_PAID.items() if leads}
    assert {status.value for status in LOCKED} == {3, 4, 5}
    assert set(InvoiceStatus) == PAYABLE | LOCKED
    assert set() == PAYABLE & LOCKED


@pytest.mark.parametrize(("origin", "target"), ILLEGAL)
def test_an_illegal_edit_is_refused_with_the_contracts_sentence(origin: int, target: int):
    """Also Unpaid to Paid: that is what mark_paid is for (D30)."""
    with pytest.raises(IllegalMoveError) as refused:
        EDITS.check(InvoiceStatus(origin), InvoiceStatus(target))
    sentence = f"Cannot transition from {LABELS[origin]} to {LABELS[target]}."
    assert (refused.value.field, refused.value.message) == ("status", sentence)


def test_nothing_is_paid_without_a_payment():
    """The table has the move from Partially Paid to Paid; it is made by recording the rest as paid (D30)."""
    partly = pay_in_part(invoice, money(1, "USD"), at=later).state
    with pytest.raises(ValueError, match="an invoice becomes Paid by pay_in_full"):
        change_invoice_status(partly, PAID, at=later)


@given(strategies.invoices(), st.sampled_from(InvoiceStatus))
def test_an_edit_is_made_or_refused_as_the_table_says(there: Invoice, status: InvoiceStatus):
    """It changes the status and nothing else; staying is allowed everywhere and changes nothing."""
    if status == there.status:
        assert change_invoice_status(there, status, at=later) == Change(there)
        assert change_invoice_status(there, status, at=later).state is there
    elif status not in BY_HAND[there.status]:
        with pytest.raises(IllegalMoveError, match=f"from {there.status.label} to {status.label}\\."):
            change_invoice_status(there, status, at=later)
    elif status is PAID:
        with pytest.raises(ValueError, match="an invoice becomes Paid by pay_in_full"):
            change_invoice_status(there, status, at=later)
    else:
        moved = change_invoice_status(there, status, at=later)
        event = InvoiceStatusChanged(invoice_id=there.id, origin=there.status, status=status, at=later)
        assert moved.events == (event,)
        assert (moved.state.status, moved.state.updated_at) == (status, later)
        kept = (
            "items",
            "total",
            "paid",
            "date_paid",
            "tax",
            "credit",
            "client_id",
            "number",
            "created_at",
            "deleted_at",
        )
        assert [getattr(moved.state, name) for name in kept] == [getattr(there, name) for name in kept]
