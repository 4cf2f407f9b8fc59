"""The certificate of a payment gateway: a right one gets it, awaited or not; each fault that loses money is caught."""

# ruff: noqa: D102  # what a faulty gateway does otherwise stands at its class

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from service_engine.adapters.entropy import SystemEntropy
from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain.ids import PaymentId
from service_engine.domain.money import Money, money
from service_engine.errors import PaymentPendingError
from service_engine.ports.payments import ChargeAnswer, ChargeRequest, Declined
from service_engine.testing.contracts import AsyncGatewayContract, GatewayContract


class End:
    """The other end: the simulated gateway, seen as a bank."""

    def __init__(self) -> None:
        self.bank = SimulatedGateway(declines=["pm_declined"])
        self.down = self.bank.down
        self.losing_answers = self.bank.losing_answers

    def held(self) -> list[Money]:
        """Return what the bank holds."""
        return list(self.bank.held.values())


class TestSimulatedGateway(GatewayContract):
    """It keeps the contract that it helps to test with."""

    @pytest.fixture
    def other_end(self) -> End:
        """Give the other end."""
        return End()

    @pytest.fixture
    def gateway(self, other_end: End) -> SimulatedGateway:
        """Give the gateway."""
        return other_end.bank


class AwaitedGateway:
    """The same gateway, awaited."""

    def __init__(self, bank: SimulatedGateway) -> None:
        self._bank = bank

    async def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money."""
        return self._bank.charge(request)

    async def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Say what became of it."""
        return self._bank.outcome(key)

    async def refund(self, key: PaymentId) -> None:
        """Give it back."""
        self._bank.refund(key)


class TestAwaitedGateway(AsyncGatewayContract):
    """One that is awaited is held to the same."""

    @pytest.fixture
    def other_end(self) -> End:
        """Give the other end."""
        return End()

    @pytest.fixture
    def async_gateway(self, other_end: End) -> AwaitedGateway:
        """Give the gateway."""
        return AwaitedGateway(other_end.bank)


# ---------------------------------------------------------------------------------------------------- planted faults


class Right:
    """A gateway that asks the bank what it is asked; what is wrong with those below is what they do otherwise."""

    def __init__(self, bank: SimulatedGateway) -> None:
        self.bank = bank

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money."""
        return self.bank.charge(request)

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Say what became of it."""
        return self.bank.outcome(key)

    def refund(self, key: PaymentId) -> None:
        """Give it back."""
        self.bank.refund(key)


class Keyless(Right):
    """Sends no key of ours: the bank takes the money anew each time; what it knows, it knows from itself."""

    def __init__(self, bank: SimulatedGateway) -> None:
        super().__init__(bank)
        self._known: dict[PaymentId, PaymentId] = {}

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        self._known[request.key] = PaymentId(SystemEntropy().new_id())
        return self.bank.charge(attrs.evolve(request, key=self._known[request.key]))

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        return self.bank.outcome(self._known.get(key, key))

    def refund(self, key: PaymentId) -> None:
        self.bank.refund(self._known.get(key, key))


class Hasty(Right):
    """Takes a timeout for a refusal."""

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        try:
            return self.bank.charge(request)
        except PaymentPendingError:
            return Declined(reason="The bank does not answer.")


class Forgetful(Right):
    """Says that a charge never arrived when it could not ask."""

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        try:
            return self.bank.outcome(key)
        except PaymentPendingError:
            return None


class Eager(Right):
    """Learns what became of a charge by charging."""

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        return self.bank.charge(ChargeRequest(key=key, amount=money("12.34", "USD"), payment_method_id="pm_1", at=NOON))


class Silent(Right):
    """Says that the money was given back when nobody knows."""

    def refund(self, key: PaymentId) -> None:
        try:
            self.bank.refund(key)
        except PaymentPendingError:
            return


class Generous(Right):
    """Gives something back each time it is asked, whosever it is."""

    def refund(self, key: PaymentId) -> None:
        self.bank.refund(key if key in self.bank.held else next(iter(self.bank.held), key))


class Stingy(Right):
    """Gives nothing back."""

    def refund(self, key: PaymentId) -> None:
        self.bank.outcome(key)


class Rounding(Right):
    """Takes whole dollars."""

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        whole = money(int(request.amount.amount), request.amount.currency)
        return self.bank.charge(attrs.evolve(request, amount=whole))


class Insisting(Right):
    """Asks under another key after a refusal."""

    def __init__(self, bank: SimulatedGateway) -> None:
        super().__init__(bank)
        self._again: dict[PaymentId, PaymentId] = {}

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        answer = self.bank.charge(attrs.evolve(request, key=self._again.get(request.key, request.key)))
        if isinstance(answer, Declined):
            self._again[request.key] = PaymentId(SystemEntropy().new_id())
        return answer

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        return self.bank.outcome(self._again.get(key, key))


class Renewing(Right):
    """Forgets a key when its money was given back."""

    def __init__(self, bank: SimulatedGateway) -> None:
        super().__init__(bank)
        self._returned: set[PaymentId] = set()

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        if request.key in self._returned:
            return self.bank.charge(attrs.evolve(request, key=PaymentId(SystemEntropy().new_id())))
        return super().charge(request)

    def refund(self, key: PaymentId) -> None:
        super().refund(key)
        self._returned.add(key)


class Unlocked(Right):
    """Remembers keys by itself, and looks before it leaps: two threads at once leap twice."""

    def __init__(self, bank: SimulatedGateway) -> None:
        super().__init__(bank)
        self._names: dict[PaymentId, PaymentId] = {}

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        name = self._names.get(request.key)
        if name is None:
            time.sleep(0.01)
            name = self._names[request.key] = PaymentId(SystemEntropy().new_id())
        return self.bank.charge(attrs.evolve(request, key=name))

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        return self.bank.outcome(self._names.get(key, key))

    def refund(self, key: PaymentId) -> None:
        self.bank.refund(self._names.get(key, key))


class Anxious(Right):
    """Knows nothing of a key that never arrived, though the bank does answer."""

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        known = self.bank.outcome(key)
        if known is None:
            raise PaymentPendingError(key)
        return known


class Misdirected(Right):
    """Says of the wrong payment that nothing is known of it."""

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        try:
            return self.bank.charge(request)
        except PaymentPendingError:
            raise PaymentPendingError(request.payment_method_id) from None


class Careful(Right):
    """Falls over a second payment method under one key."""

    def __init__(self, bank: SimulatedGateway) -> None:
        super().__init__(bank)
        self._methods: dict[PaymentId, str] = {}

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        if self._methods.setdefault(request.key, request.payment_method_id) != request.payment_method_id:
            return Declined(reason="The key was used with another method.")
        return super().charge(request)


NOON = GatewayContract().request().at
TESTS = sorted(name for name in dir(GatewayContract) if name.startswith("test_"))


def failures(make: Callable[[SimulatedGateway], Any]) -> list[str]:
    """Return the tests of the contract that a gateway fails, each with another end of its own."""
    failed = []
    for name in TESTS:
        end = End()
        try:
            getattr(GatewayContract(), name)(make(end.bank), end)
        except (AssertionError, PaymentPendingError, pytest.fail.Exception):
            failed.append(name.removeprefix("test_"))
    return failed


CAUGHT = {
    Keyless: "the_same_key_is_one_charge",
    Hasty: "a_lost_answer_is_found",
    Forgetful: "nothing_is_known_while_it_is_down",
    Eager: "an_unknown_key_has_no_outcome",
    Silent: "a_refund_whose_answer_is_lost_is_one",
    Generous: "a_refund_gives_back_once",
    Stingy: "a_refund_gives_back_once",
    Rounding: "a_charge_takes_the_money",
    Insisting: "what_is_declined_stays_declined",
    Renewing: "what_was_given_back_is_not_taken_again",
    Unlocked: "the_same_key_at_once_is_one_charge",
    Anxious: "an_unknown_key_has_no_outcome",
    Misdirected: "a_lost_answer_is_found",
    Careful: "the_same_key_with_another_method_is_one_charge",
}


def test_a_right_gateway_fails_nothing():
    """The measure of those below."""
    assert failures(Right) == []


@pytest.mark.parametrize("fault", CAUGHT, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_caught(fault: type[Right]):
    """By the test that is about it."""
    assert CAUGHT[fault] in failures(fault)
