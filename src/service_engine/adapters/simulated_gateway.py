"""A payment gateway that moves no money, and can fail like a real one. It ships as the reference API's gateway.

Source: contract part A "Rules" (charge); section 2.7 (``txn_<unix seconds>_<8 hex>``).
"""

from __future__ import annotations

from collections.abc import Collection
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

    @property
    def held(self) -> dict[PaymentId, Money]:
        """What it took and has not given back, by payment."""
        with self._lock:
            return dict(self._held)

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money, once for the request's key; see ``ports.payments.PaymentGateway``."""
        if request.payment_method_id in self._is_unreachable:
            raise PaymentPendingError(request.key)
        with self._lock:
            known = self._answers.get(request.key)
            if known is not None:
                return known
            answer = self._answers[request.key] = self._answer(request)
            if isinstance(answer, Approved):
                self._held[request.key] = request.amount
        if request.payment_method_id in self._loses_answers:
            raise PaymentPendingError(request.key)
        return answer

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Return what became of a charge; see ``ports.payments.PaymentGateway``."""
        with self._lock:
            return self._answers.get(key)

    def refund(self, key: PaymentId) -> None:
        """Give back what was taken under this key, once; see ``ports.payments.PaymentGateway``."""
        with self._lock:
            self._held.pop(key, None)

    def _answer(self, request: ChargeRequest) -> ChargeAnswer:
        if request.payment_method_id in self._declines:
            return Declined(reason=DECLINED)
        digest = sha256(request.key.bytes).hexdigest()
        return Approved(transaction_id=f"txn_{int(request.at.timestamp())}_{digest[:8]}")
