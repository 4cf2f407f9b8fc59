"""Classes that certify a payment gateway: what keeps money from being taken twice, or taken and lost.

They ask the gateway alone, with no store behind it, so they are no part of ``StoreContract``. What stands at the other
end of it, a sandbox or a double, is the author's: the contract looks at what it holds, and has it fail.

Source: decision 16.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Thread
from typing import Any, ClassVar, Protocol, TypeVar

import pytest

from service_engine.adapters.entropy import SystemEntropy
from service_engine.domain.ids import PaymentId
from service_engine.domain.money import Money, money
from service_engine.errors import PaymentPendingError
from service_engine.ports.payments import (
    Approved,
    AsyncPaymentGateway,
    ChargeAnswer,
    ChargeRequest,
    Declined,
    PaymentGateway,
)
from service_engine.testing.builders import NOON

__all__ = ["AsyncGatewayContract", "GatewayContract", "OtherEnd"]

R = TypeVar("R")
_AT_ONCE = 8


class OtherEnd(Protocol):
    """What a gateway asks: somebody's sandbox, or a double of it, that can be made to fail.

    Example:
        >>> from contextlib import nullcontext
        >>> class Sandbox:
        ...     def held(self) -> list[Money]:
        ...         return [money(1, "USD")]
        ...
        ...     def down(self) -> AbstractContextManager[None]:
        ...         return nullcontext()  # yours refuses every connection inside the block
        ...
        ...     def losing_answers(self) -> AbstractContextManager[None]:
        ...         return nullcontext()  # yours drops every connection after it has done what it was asked
        >>> end: OtherEnd = Sandbox()
        >>> [str(amount) for amount in end.held()]
        ['1.00 USD']
    """

    def held(self) -> Collection[Money]:
        """Return what was taken in this test and not given back, an amount for each charge, in any order."""
        ...

    def down(self) -> AbstractContextManager[Any]:
        """Let no question arrive inside the block."""
        ...

    def losing_answers(self) -> AbstractContextManager[Any]:
        """Let everything be done inside the block, and no answer come back."""
        ...


class GatewayContract:
    """Everything that a payment gateway must do. Inherit it and give the fixtures ``other_end`` and ``gateway``.

    Attributes:
        amounts: What is charged, in currencies that the gateway takes, the first of them in most tests.
        method: A payment method that the other end approves.
        declined_method: One that it declines.

    Example:
        >>> from service_engine.adapters.simulated_gateway import SimulatedGateway
        >>> class Simulated:  # yours is the double of your bank, or its sandbox
        ...     def __init__(self) -> None:
        ...         self.gateway = SimulatedGateway(declines=["pm_declined"])
        ...         self.down, self.losing_answers = self.gateway.down, self.gateway.losing_answers
        ...
        ...     def held(self) -> list[Money]:
        ...         return list(self.gateway.held.values())
        >>> class TestMyGateway(GatewayContract):
        ...     @pytest.fixture
        ...     def other_end(self) -> Simulated:
        ...         return Simulated()
        ...
        ...     @pytest.fixture
        ...     def gateway(self, other_end: Simulated) -> PaymentGateway:
        ...         return other_end.gateway  # yours is made with its client
        >>> end = Simulated()
        >>> TestMyGateway().test_a_lost_answer_is_found(end.gateway, end)  # pytest hands them in
    """

    amounts: ClassVar[tuple[Money, ...]] = (money("12.34", "USD"), money("0.99", "USD"), money(1000, "USD"))
    method: ClassVar[str] = "pm_1"
    declined_method: ClassVar[str] = "pm_declined"

    def request(self, key: PaymentId | None = None, *, method: str | None = None) -> ChargeRequest:
        """Return what a gateway is asked to take: the first amount, under a new key, with the method that is approved.

        Args:
            key: The key, to ask again.
            method: Another payment method.
        """
        return ChargeRequest(
            key=key or PaymentId(SystemEntropy().new_id()),
            amount=self.amounts[0],
            payment_method_id=method or self.method,
            at=NOON,
        )

    # -------------------------------------------------------------------------------------------------------- charges

    def test_a_charge_takes_the_money(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """All of it, to the last digit, each amount once; every charge has a name of its own."""
        names = set()
        for number, amount in enumerate(self.amounts, start=1):
            key = PaymentId(SystemEntropy().new_id())
            answer = gateway.charge(ChargeRequest(key=key, amount=amount, payment_method_id=self.method, at=NOON))
            assert isinstance(answer, Approved)
            names.add(answer.transaction_id)
            assert _sorted(other_end.held()) == _sorted(self.amounts[:number])
        assert len(names) == len(self.amounts)

    def test_the_same_key_is_one_charge(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """However often it is asked: the same answer, and no more money. Two keys are two charges."""
        request = self.request()
        answers = [gateway.charge(request) for _ in range(3)]
        assert isinstance(answers[0], Approved)
        assert answers == answers[:1] * 3
        assert list(other_end.held()) == [self.amounts[0]]
        assert gateway.charge(self.request()) != answers[0]
        assert list(other_end.held()) == [self.amounts[0]] * 2

    def test_the_same_key_with_another_method_is_one_charge(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """Whoever charges again while the outcome is not known may do so with another card."""
        request = self.request()
        answer = gateway.charge(request)
        assert gateway.charge(self.request(request.key, method=self.declined_method)) == answer
        assert gateway.outcome(request.key) == answer
        assert list(other_end.held()) == [self.amounts[0]]

    def test_the_same_key_at_once_is_one_charge(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """Several threads ask: each hears what became of it, or that this is not known yet; none hears a refusal."""
        request = self.request()

        def ask(_: int) -> ChargeAnswer | None:
            try:
                return gateway.charge(request)
            except PaymentPendingError:
                return None

        with ThreadPoolExecutor(_AT_ONCE) as threads:
            answers = set(threads.map(ask, range(_AT_ONCE)))
        assert answers - {None} <= {gateway.charge(request)}
        assert list(other_end.held()) == [self.amounts[0]]

    def test_what_is_declined_stays_declined(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """Nothing is taken, now or later: the outcome is the same refusal, and so is the next answer."""
        request = self.request(method=self.declined_method)
        answer = gateway.charge(request)
        assert isinstance(answer, Declined)
        assert gateway.charge(request) == answer
        assert gateway.outcome(request.key) == answer
        assert gateway.charge(self.request(request.key)) == answer
        assert list(other_end.held()) == []

    # -------------------------------------------------------------------------------------------------------- outcomes

    def test_an_unknown_key_has_no_outcome(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """None, and asking takes nothing; the key can be charged afterwards."""
        request = self.request()
        assert (gateway.outcome(request.key), list(other_end.held())) == (None, [])
        assert isinstance(gateway.charge(request), Approved)

    def test_a_charge_has_an_outcome(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """The charge's own answer, however often it is asked, and asking takes nothing."""
        request, other = self.request(), self.request()
        answer, elsewhere = gateway.charge(request), gateway.charge(other)
        outcomes = [gateway.outcome(key) for key in (request.key, other.key, request.key)]
        assert outcomes == [answer, elsewhere, answer]
        assert list(other_end.held()) == [self.amounts[0]] * 2

    # ------------------------------------------------------------------------------------------------------- no answer

    def test_a_lost_answer_is_found(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """The money was taken, and nobody knows: that is said, never a refusal; later the outcome is known."""
        request = self.request()
        with other_end.losing_answers():
            _is_pending(lambda: gateway.charge(request), request.key)
            _is_pending(lambda: gateway.outcome(request.key), request.key)
        outcome = gateway.outcome(request.key)
        assert isinstance(outcome, Approved)
        assert gateway.charge(request) == outcome
        assert list(other_end.held()) == [self.amounts[0]]

    def test_a_lost_answer_is_found_by_asking_again(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """Charging under the same key takes nothing more, and tells."""
        request = self.request()
        with other_end.losing_answers():
            for _ in range(2):
                _is_pending(lambda: gateway.charge(request), request.key)
        answer = gateway.charge(request)
        assert isinstance(answer, Approved)
        assert gateway.outcome(request.key) == answer
        assert list(other_end.held()) == [self.amounts[0]]

    def test_a_lost_refusal_is_found(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """Nothing was taken, but who does not hear it does not know it."""
        request = self.request(method=self.declined_method)
        with other_end.losing_answers():
            _is_pending(lambda: gateway.charge(request), request.key)
        assert isinstance(gateway.outcome(request.key), Declined)
        assert list(other_end.held()) == []

    def test_nothing_is_known_while_it_is_down(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """Above all not that a charge never arrived. Afterwards everything is as before, and can be charged."""
        before, request = self.request(), self.request()
        answer = gateway.charge(before)
        with other_end.down():
            _is_pending(lambda: gateway.charge(request), request.key)
            _is_pending(lambda: gateway.outcome(before.key), before.key)
            _is_pending(lambda: gateway.outcome(request.key), request.key)
            _is_pending(lambda: gateway.refund(before.key), before.key)
        assert list(other_end.held()) == [self.amounts[0]]
        assert (gateway.outcome(before.key), gateway.outcome(request.key)) == (answer, None)
        assert isinstance(gateway.charge(request), Approved)
        assert list(other_end.held()) == [self.amounts[0]] * 2

    # --------------------------------------------------------------------------------------------------------- refunds

    def test_a_refund_gives_back_once(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """All that was taken under the key, and nothing else, however often it is asked."""
        request, other = self.request(), self.request()
        gateway.charge(request)
        gateway.charge(other)
        for _ in range(3):
            gateway.refund(request.key)
            assert list(other_end.held()) == [self.amounts[0]]
        gateway.refund(other.key)
        assert list(other_end.held()) == []

    def test_a_refund_whose_answer_is_lost_is_one(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """Nobody knows whether the money was given back; asking again does not give it back twice."""
        request, other = self.request(), self.request()
        gateway.charge(request)
        gateway.charge(other)
        with other_end.losing_answers():
            _is_pending(lambda: gateway.refund(request.key), request.key)
        gateway.refund(request.key)
        assert list(other_end.held()) == [self.amounts[0]]

    def test_what_was_given_back_is_not_taken_again(self, gateway: PaymentGateway, other_end: OtherEnd) -> None:
        """A caller that was slow asks under the key when the money is back already: nobody would give it back again."""
        request = self.request()
        gateway.charge(request)
        gateway.refund(request.key)
        gateway.charge(request)
        assert list(other_end.held()) == []


class AsyncGatewayContract(GatewayContract):
    """The same for a gateway that is awaited. Inherit it and give the fixtures ``other_end`` and ``async_gateway``.

    All of its calls are made on one event loop, which runs in a thread of its own.

    Example:
        >>> from service_engine.adapters.simulated_gateway import SimulatedGateway
        >>> class Simulated:  # yours is the double of your bank, or its sandbox
        ...     def __init__(self) -> None:
        ...         self.gateway = SimulatedGateway(declines=["pm_declined"])
        ...         self.down, self.losing_answers = self.gateway.down, self.gateway.losing_answers
        ...
        ...     def held(self) -> list[Money]:
        ...         return list(self.gateway.held.values())
        >>> class AwaitedGateway:
        ...     def __init__(self, end: Simulated) -> None:
        ...         self._end = end
        ...
        ...     async def charge(self, request: ChargeRequest) -> ChargeAnswer:
        ...         return self._end.gateway.charge(request)
        ...
        ...     async def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        ...         return self._end.gateway.outcome(key)
        ...
        ...     async def refund(self, key: PaymentId) -> None:
        ...         self._end.gateway.refund(key)
        >>> class TestMyGateway(AsyncGatewayContract):
        ...     @pytest.fixture
        ...     def other_end(self) -> Simulated:
        ...         return Simulated()
        ...
        ...     @pytest.fixture
        ...     def async_gateway(self, other_end: Simulated) -> AsyncPaymentGateway:
        ...         return AwaitedGateway(other_end)
        >>> sum(name.startswith("test_") for name in dir(TestMyGateway)) > 10
        True
    """

    @pytest.fixture
    def gateway(self, async_gateway: AsyncPaymentGateway) -> Iterator[PaymentGateway]:
        """Give the awaited gateway as one that need not be awaited."""
        loop = asyncio.new_event_loop()
        thread = Thread(target=loop.run_forever)
        thread.start()
        yield _Waiting(async_gateway, loop)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Waiting:
    """A gateway that waits for an awaited one, on an event loop that runs in another thread."""

    def __init__(self, gateway: AsyncPaymentGateway, loop: asyncio.AbstractEventLoop) -> None:
        self._gateway = gateway
        self._loop = loop

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money, once for the request's key."""
        return self._wait(self._gateway.charge(request))

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Return what became of a charge."""
        return self._wait(self._gateway.outcome(key))

    def refund(self, key: PaymentId) -> None:
        """Give back what was taken under this key."""
        self._wait(self._gateway.refund(key))

    def _wait(self, call: Coroutine[Any, Any, R]) -> R:
        return asyncio.run_coroutine_threadsafe(call, self._loop).result()


def _is_pending(ask: Callable[[], object], key: PaymentId) -> None:
    with pytest.raises(PaymentPendingError) as unknown:
        ask()
    assert unknown.value.key == key


def _sorted(amounts: Collection[Money]) -> list[tuple[str, str]]:
    return sorted((each.currency, str(each.amount)) for each in amounts)
