"""A payment gateway that moves no money, and can fail like a real one. It ships as the reference API's gateway.

Source: contract part A "Rules" (charge); section 2.7 (``txn_<unix seconds>_<8 hex>``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from hashlib import sha256
from threading import Lock
from typing import Final

from service_engine.domain.ids import PaymentId
from service_engine.domain.money import Money
from service_engine.errors import PaymentPendingError
from service_engine.ports.payments import Approved, ChargeAnswer, ChargeRequest, Declined

__all__ = ["DECLINED", "SimulatedGateway"]

DECLINED: Final = "The payment method was declined."


class SimulatedGateway:
    """Approves every charge, except with the payment methods that it is told to fail. Safe to share among threads.

    Like a real gateway, it acts once for a key, and remembers what it did when its answer was lost.

    Args:
        declines: The payment methods that it refuses.
        loses_answers: The payment methods with which it takes the money, but nobody hears of it: the first question
            under a key times out, later ones are answered.
        is_unreachable: The payment methods with which the question never arrives, whenever it is asked.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> gateway = SimulatedGateway(declines=["pm_empty"])
        >>> request = ChargeRequest(key=payment.id, amount=payment.amount, payment_method_id="pm_empty", at=later)
        >>> gateway.charge(request).reason, gateway.held
        ('The payment method was declined.', {})
    """

    def __init__(
        self,
        *,
        declines: Collection[str] = (),
        loses_answers: Collection[str] = (),
        is_unreachable: Collection[str] = (),
    ) -> None:
        self._declines = frozenset(declines)
        self._loses_answers = frozenset(loses_answers)
        self._is_unreachable = frozenset(is_unreachable)
        self._lock = Lock()
        self._answers: dict[PaymentId, ChargeAnswer] = {}
        self._held: dict[PaymentId, Money] = {}
        self._is_down = False
        self._goes_unheard = False

    @property
    def held(self) -> dict[PaymentId, Money]:
        """What it took and has not given back, by payment."""
        with self._lock:
            return dict(self._held)

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money, once for the request's key; see ``ports.payments.PaymentGateway``."""
        if request.payment_method_id in self._is_unreachable:
            raise PaymentPendingError(request.key)
        self._require_reachable(request.key)
        with self._lock:
            answer = self._answers.get(request.key)
            is_new = answer is None
            if answer is None:
                answer = self._answers[request.key] = self._answer(request)
                if isinstance(answer, Approved):
                    self._held[request.key] = request.amount
        if is_new and request.payment_method_id in self._loses_answers:
            raise PaymentPendingError(request.key)
        self._require_heard(request.key)
        return answer

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Return what became of a charge; see ``ports.payments.PaymentGateway``."""
        self._require_reachable(key)
        self._require_heard(key)
        with self._lock:
            return self._answers.get(key)

    def refund(self, key: PaymentId) -> None:
        """Give back what was taken under this key, once; see ``ports.payments.PaymentGateway``."""
        self._require_reachable(key)
        with self._lock:
            self._held.pop(key, None)
        self._require_heard(key)

    @contextmanager
    def down(self) -> Iterator[None]:
        """Let no question arrive inside the block, whatever it is about and whoever asks."""
        self._is_down = True
        try:
            yield
        finally:
            self._is_down = False

    @contextmanager
    def losing_answers(self) -> Iterator[None]:
        """Let everything be done inside the block, and nobody hear of it."""
        self._goes_unheard = True
        try:
            yield
        finally:
            self._goes_unheard = False

    def _require_reachable(self, key: PaymentId) -> None:
        if self._is_down:
            raise PaymentPendingError(key)

    def _require_heard(self, key: PaymentId) -> None:
        if self._goes_unheard:
            raise PaymentPendingError(key)

    def _answer(self, request: ChargeRequest) -> ChargeAnswer:
        if request.payment_method_id in self._declines:
            return Declined(reason=DECLINED)
        digest = sha256(request.key.bytes).hexdigest()
        return Approved(transaction_id=f"txn_{int(request.at.timestamp())}_{digest[:8]}")
