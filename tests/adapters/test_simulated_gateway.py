"""The gateway that moves no money: takes once for a key, and fails as it is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import attrs
import pytest

from service_engine.adapters.simulated_gateway import DECLINED, SimulatedGateway
from service_engine.domain.ids import PaymentId
from service_engine.errors import PaymentPendingError
from service_engine.ports.payments import Approved, ChargeRequest, Declined, PaymentGateway
from service_engine.testing.entropy import SeededEntropy
from service_engine.testing.examples import later, payment

REQUEST = ChargeRequest(key=payment.id, amount=payment.amount, payment_method_id="pm_1", at=later)


def asking(**changes: Any) -> ChargeRequest:
    """Return a request that differs in the given parts."""
    return attrs.evolve(REQUEST, **changes)


def test_it_is_a_gateway():
    """The type checker agrees."""
    gateway: PaymentGateway = SimulatedGateway()
    assert gateway.outcome(payment.id) is None


def test_it_approves():
    """Under a name of the contract's form, made from the time and the key (contract section 4)."""
    gateway = SimulatedGateway()
    answer = gateway.charge(REQUEST)
    assert isinstance(answer, Approved)
    prefix, seconds, digits = answer.transaction_id.split("_")
    assert (prefix, int(seconds), len(digits), set(digits) <= set("0123456789abcdef")) == (
        "txn",
        int(later.timestamp()),
        8,
        True,
    )
    assert (gateway.held, gateway.outcome(payment.id)) == ({payment.id: payment.amount}, answer)


def test_it_acts_once_for_a_key():
    """Whatever else is asked for under it later, the first answer is repeated, and nothing more is taken."""
    gateway = SimulatedGateway(declines=["pm_empty"])
    first = gateway.charge(REQUEST)
    for changes in (
        {},
        {"amount": payment.amount * 2},
        {"payment_method_id": "pm_empty"},
        {"at": later + timedelta(days=1)},
    ):
        assert gateway.charge(asking(**changes)) == first
    assert gateway.held == {payment.id: payment.amount}


def test_other_keys_are_other_charges():
    """Each is taken, under a name of its own."""
    gateway, other = SimulatedGateway(), PaymentId(SeededEntropy(1).new_id())
    assert gateway.charge(REQUEST) != gateway.charge(asking(key=other))
    assert set(gateway.held) == {payment.id, other}


def test_it_declines_what_it_is_told_to():
    """Nothing is taken, and it says so again under the same key."""
    gateway = SimulatedGateway(declines=["pm_empty"])
    for _ in range(2):
        assert gateway.charge(asking(payment_method_id="pm_empty")) == Declined(reason=DECLINED)
    assert (gateway.held, gateway.outcome(payment.id)) == ({}, Declined(reason=DECLINED))


@pytest.mark.parametrize("is_declined", [False, True])
def test_an_answer_that_is_lost(is_declined: bool):
    """The first question is not answered, though something was done; every later one is."""
    gateway = SimulatedGateway(loses_answers=["pm_slow"], declines=["pm_slow"] if is_declined else [])
    slow = asking(payment_method_id="pm_slow")
    with pytest.raises(PaymentPendingError) as unknown:
        gateway.charge(slow)
    assert unknown.value.key == payment.id
    assert (len(gateway.held), isinstance(gateway.outcome(payment.id), Declined)) == (not is_declined, is_declined)
    assert gateway.charge(slow) == gateway.outcome(payment.id)


def test_a_question_that_never_arrives():
    """Nothing is taken or remembered, however often it is asked."""
    gateway = SimulatedGateway(is_unreachable=["pm_far"])
    for _ in range(2):
        with pytest.raises(PaymentPendingError):
            gateway.charge(asking(payment_method_id="pm_far"))
    assert (gateway.held, gateway.outcome(payment.id)) == ({}, None)
    assert isinstance(gateway.charge(REQUEST), Approved)


def test_giving_back():
    """Once, however often it is asked; what was given back is not taken again under the same key."""
    gateway = SimulatedGateway()
    answer = gateway.charge(REQUEST)
    for _ in range(2):
        gateway.refund(payment.id)
        assert gateway.held == {}
    assert (gateway.charge(REQUEST), gateway.held) == (answer, {})


def test_what_it_holds_is_a_copy():
    """Nobody takes money out of it by the side door."""
    gateway = SimulatedGateway()
    gateway.charge(REQUEST)
    gateway.held.clear()
    assert gateway.held == {payment.id: payment.amount}


def test_many_threads_with_one_key():
    """All get the same answer, and the money is taken once."""
    gateway = SimulatedGateway()
    with ThreadPoolExecutor(16) as threads:
        answers = set(threads.map(lambda _: gateway.charge(REQUEST), range(200)))
    assert (len(answers), len(gateway.held)) == (1, 1)
