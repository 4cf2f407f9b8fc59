"""Payments: intended before the gateway is asked, with one outcome, and a surplus that is given back once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.change import Change
from service_engine.domain.ids import PaymentId
from service_engine.domain.money import money
from service_engine.domain.payments import (
    LIFECYCLE,
    MOVES,
    Payment,
    PaymentDeclined,
    PaymentIntended,
    PaymentRefunded,
    PaymentResumed,
    PaymentSetAside,
    PaymentStatus,
    PaymentSucceeded,
    decline,
    intend_payment,
    refund,
    resume,
    set_aside,
    succeed,
)
from service_engine.errors import IllegalMoveError, RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import invoice, later, now, payment

ID = PaymentId(UUID(int=1))
PENDING, SUCCEEDED, DECLINED, SURPLUS, REFUNDED = PaymentStatus
TABLE = {
    PENDING: {SUCCEEDED, DECLINED, SURPLUS},
    SUCCEEDED: set(),
    DECLINED: {SUCCEEDED, SURPLUS},
    SURPLUS: {REFUNDED},
    REFUNDED: set(),
}
TAKEN = {SUCCEEDED, SURPLUS, REFUNDED}
"""Where the money has left the client, once."""
LABELS = {0: "Pending", 1: "Succeeded", 2: "Declined", 3: "Surplus", 4: "Refunded"}
Transition = Callable[[Payment], Change[Payment]]


def evolved(value: Payment, **changes: Any) -> Payment:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def at_any(at: datetime) -> dict[PaymentStatus, Transition]:
    """Return the transition that leads to each status but the first, at a time."""
    return {
        SUCCEEDED: lambda it: succeed(it, transaction_id="txn_1", at=at),
        DECLINED: lambda it: decline(it, reason="No.", at=at),
        SURPLUS: lambda it: set_aside(it, transaction_id="txn_1", at=at),
        REFUNDED: lambda it: refund(it, at=at),
    }


# ------------------------------------------------------------------------------------------------------- intending


@given(strategies.monies(negative=False), strategies.instants())
def test_intending(amount: Any, at: datetime):
    """Pending, with the amount to the last digit, and one event; nothing is known of the outcome."""
    intended = intend_payment(ID, invoice_id=invoice.id, amount=amount, paysys="Stripe", at=at)
    assert intended.state == Payment(
        id=ID, invoice_id=invoice.id, amount=amount, paysys="Stripe", status=PENDING, created_at=at, updated_at=at
    )
    assert (intended.state.transaction_id, intended.state.reason, intended.state.version) == (None, None, 1)
    assert intended.events == (PaymentIntended(payment_id=ID, invoice_id=invoice.id, at=at),)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"amount": money("-0.01", "USD")}, "amount", "The amount must not be negative."),
        ({"paysys": ""}, "paysys", "The paysys must not be blank."),
        ({"paysys": "x" * 51}, "paysys", "The paysys must have at most 50 characters, not 51."),
        (
            {"transaction_id": "x" * 256},
            "transaction_id",
            "The transaction_id must have at most 255 characters, not 256.",
        ),
        ({"reason": "x" * 256}, "reason", "The reason must have at most 255 characters, not 256."),
    ],
    ids=["debt", "no way", "long way", "long transaction", "long reason"],
)
def test_a_payment_is_bounded(changes: dict[str, Any], field: str, message: str):
    """However it came about (D64)."""
    with pytest.raises(RuleViolationError) as refused:
        evolved(payment, **changes)
    assert (refused.value.field, refused.value.message) == (field, message)


def test_an_invoice_of_nothing_is_paid_with_nothing():
    """Nought is an amount."""
    intended = intend_payment(ID, invoice_id=invoice.id, amount=money(0, "JPY"), paysys="x" * 50, at=now)
    assert intended.state.amount == money(0, "JPY")


@given(strategies.payments(), strategies.instants())
def test_asking_again(there: Payment, at: datetime):
    """A pending payment notes when it was last asked about; nothing else changes, and no time runs backwards."""
    if there.status is not PENDING:
        with pytest.raises(IllegalMoveError, match=rf"status: The payment is {there.status.label}\."):
            resume(there, at=at)
        return
    resumed = resume(there, at=at)
    assert resumed.state == evolved(there, updated_at=max(at, there.updated_at))
    assert resumed.events == ((PaymentResumed(payment_id=there.id, at=at),) if at > there.updated_at else ())


# --------------------------------------------------------------------------------------------------------- outcomes


def test_the_statuses_and_their_labels():
    """Numbers and words; a bare number is no status."""
    assert {status.value: status.label for status in PaymentStatus} == LABELS
    with pytest.raises(TypeError, match="status must be of PaymentStatus, not 1"):
        evolved(payment, status=1)


def test_the_moves():
    """Written out again; a new one is pending, what was declined may have been taken after all, and no more moves."""
    assert MOVES == TABLE
    assert (LIFECYCLE.noun, LIFECYCLE.initial, LIFECYCLE.moves) == ("payment", PENDING, MOVES)


@given(strategies.payments(), st.sampled_from([SUCCEEDED, DECLINED, SURPLUS, REFUNDED]), strategies.instants())
def test_a_move_is_made_or_refused_as_the_table_says(there: Payment, target: PaymentStatus, at: datetime):
    """It changes what it says and nothing else; money is taken once."""
    move = at_any(at)[target]
    if there.status is target is REFUNDED:
        assert move(there).state is there
        assert move(there).events == ()
    elif target in TABLE[there.status]:
        said: dict[PaymentStatus, dict[str, Any]] = {
            SUCCEEDED: {"transaction_id": "txn_1", "reason": None},
            DECLINED: {"transaction_id": None, "reason": "No."},
            SURPLUS: {"transaction_id": "txn_1", "reason": None},
            REFUNDED: {"reason": None},
        }
        events = {
            SUCCEEDED: PaymentSucceeded(payment_id=there.id, at=at),
            DECLINED: PaymentDeclined(payment_id=there.id, reason="No.", at=at),
            SURPLUS: PaymentSetAside(payment_id=there.id, at=at),
            REFUNDED: PaymentRefunded(payment_id=there.id, at=at),
        }
        assert move(there).state == evolved(there, status=target, updated_at=at, **said[target])
        assert move(there).events == (events[target],)
    else:
        with pytest.raises(IllegalMoveError):
            move(there)


ILLEGAL = [
    (origin, target)
    for origin, target in product(PaymentStatus, [SUCCEEDED, DECLINED, SURPLUS, REFUNDED])
    if target not in TABLE[origin] and (origin, target) != (REFUNDED, REFUNDED)
]


@pytest.mark.parametrize(("origin", "target"), ILLEGAL, ids=lambda status: status.name)
def test_an_illegal_move_is_refused_with_a_sentence(origin: PaymentStatus, target: PaymentStatus):
    """Also the same outcome once more: money that was taken is not taken again (D23)."""
    with pytest.raises(IllegalMoveError) as refused:
        at_any(later)[target](evolved(payment, status=origin))
    sentence = f"Cannot transition from {LABELS[origin]} to {LABELS[target]}."
    assert (refused.value.field, refused.value.message) == ("status", sentence)


def test_what_is_paid_by_hand_has_no_transaction():
    """Nobody else knows of it."""
    assert succeed(payment, at=later).state.transaction_id is None


@given(st.text(st.characters(), min_size=1) | st.just("x" * 1000))
def test_a_gateway_may_say_what_it_likes(reason: str):
    """The outcome is recorded whatever the words: NUL and the like are left out, and 255 characters are kept."""
    declined = decline(payment, reason=reason, at=later)
    kept = declined.state.reason
    assert kept is not None
    assert kept.isprintable()
    assert len(kept) <= 255
    assert declined.events == (PaymentDeclined(payment_id=payment.id, reason=kept, at=later),)


def test_words_that_can_be_kept_are_kept():
    """Blanks around them go, and what is too long is cut off."""
    assert decline(payment, reason=" Declined: 5 €\x00 ", at=later).state.reason == "Declined: 5 €"
    assert decline(payment, reason="x" * 1000, at=later).state.reason == "x" * 255


@given(strategies.payments(status=SURPLUS), strategies.instants(), strategies.instants())
def test_refunding_twice_is_refunding_once(there: Payment, first: datetime, second: datetime):
    """The second time changes nothing and says nothing; the gateway's name for it stays."""
    refunded = refund(there, at=first)
    assert refunded.state == evolved(there, status=REFUNDED, reason=None, updated_at=first)
    assert refunded.events == (PaymentRefunded(payment_id=there.id, at=first),)
    again = refund(refunded.state, at=second)
    assert (again.events, again.state is refunded.state) == ((), True)


@given(strategies.payments(), st.lists(st.sampled_from([SUCCEEDED, DECLINED, SURPLUS, REFUNDED]), max_size=6))
def test_there_are_no_events_exactly_when_nothing_changed(there: Payment, wanted: list[PaymentStatus]):
    """And whatever happens, money is taken once (D23), and the amount, the invoice and the date stay."""
    change = Change(there)
    for each in wanted:
        try:
            step = at_any(later)[each](change.state)
        except IllegalMoveError:
            continue
        assert (step.events == ()) == (step.state is change.state)
        change = Change(step.state, change.events + step.events)
    taken = sum(isinstance(event, PaymentSucceeded | PaymentSetAside) for event in change.events)
    assert taken == (there.status not in TAKEN and change.state.status in TAKEN)
    kept = ("id", "invoice_id", "amount", "paysys", "created_at", "version")
    assert [getattr(change.state, name) for name in kept] == [getattr(there, name) for name in kept]
