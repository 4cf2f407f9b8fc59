"""What the use cases need of payments, and the payment gateway, which is somebody else's machine.

A gateway is asked between two transactions, never inside one. It may take seconds, answer twice or not at all, so every
question carries the payment's id as its key, and a gateway acts once for a key however often it is asked.

Source: design decision 3; decision 16.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeAlias

from attrs import field, frozen

from service_engine.domain.change import Change
from service_engine.domain.ids import InvoiceId, PaymentId
from service_engine.domain.money import Money
from service_engine.domain.payments import Payment
from service_engine.domain.text import bounded

__all__ = [
    "Approved",
    "AsyncPaymentGateway",
    "ChargeAnswer",
    "ChargeRequest",
    "Declined",
    "PaymentGateway",
    "Payments",
]


@frozen(kw_only=True)
class ChargeRequest:
    """What a payment gateway is asked to take.

    Args:
        key: The payment's id. Asked again under the same key, the gateway takes nothing more.
        amount: How much.
        payment_method_id: The gateway's own name for the client's card or account; never stored, never shown.
        at: Now, UTC.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> request = ChargeRequest(key=payment.id, amount=payment.amount, payment_method_id="pm_1", at=later)
        >>> "pm_1" in repr(request)
        False
    """

    key: PaymentId
    amount: Money
    payment_method_id: str = field(repr=False)
    at: datetime


@frozen(kw_only=True)
class Approved:
    """The gateway took the money.

    Args:
        transaction_id: Its name for that, 1 to 255 characters.

    Raises:
        RuleViolationError: The name is out of bounds.

    Example:
        >>> Approved(transaction_id="txn_1770465600_1a2b3c4d").transaction_id
        'txn_1770465600_1a2b3c4d'
    """

    transaction_id: str = field(validator=bounded())


@frozen(kw_only=True)
class Declined:
    """The gateway refused, and took nothing.

    Args:
        reason: Why, for people.

    Example:
        >>> Declined(reason="The card was declined.").reason
        'The card was declined.'
    """

    reason: str


ChargeAnswer: TypeAlias = Approved | Declined


class PaymentGateway(Protocol):
    """Takes money from clients, and gives it back. Safe to share among threads.

    Example:
        >>> from service_engine.adapters.simulated_gateway import SimulatedGateway
        >>> from service_engine.testing.examples import later, payment
        >>> gateway: PaymentGateway = SimulatedGateway()
        >>> request = ChargeRequest(key=payment.id, amount=payment.amount, payment_method_id="pm_1", at=later)
        >>> gateway.charge(request) == gateway.charge(request)
        True
    """

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money, once for the request's key, however often it is asked.

        Returns:
            What became of it; the same every time.

        Raises:
            PaymentPendingError: Nobody knows what became of it. Asking again under the same key is safe.
        """
        ...

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Return what became of a charge, without charging; None when it never arrived.

        Raises:
            PaymentPendingError: Nobody knows what became of it.
        """
        ...

    def refund(self, key: PaymentId) -> None:
        """Give back what was taken under this key, once, however often it is asked.

        Raises:
            PaymentPendingError: Nobody knows whether it was given back. Asking again is safe.
        """
        ...


class AsyncPaymentGateway(Protocol):
    """A payment gateway that is awaited. What its methods promise is what those of ``PaymentGateway`` do.

    Example:
        >>> import asyncio
        >>> from service_engine.testing.examples import payment
        >>> class Closed:
        ...     async def charge(self, request: ChargeRequest) -> ChargeAnswer:
        ...         return Declined(reason="We are closed.")
        ...
        ...     async def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        ...         return None
        ...
        ...     async def refund(self, key: PaymentId) -> None: ...
        >>> gateway: AsyncPaymentGateway = Closed()
        >>> asyncio.run(gateway.outcome(payment.id)) is None
        True
    """

    async def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money, once for the request's key; see ``PaymentGateway.charge``."""
        ...

    async def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Return what became of a charge, without charging; see ``PaymentGateway.outcome``."""
        ...

    async def refund(self, key: PaymentId) -> None:
        """Give back what was taken under this key, once; see ``PaymentGateway.refund``."""
        ...


class Payments(Protocol):
    """The organisation's payments.

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice
        >>> with agency().begin(acme.id) as uow:
        ...     uow.payments.of_invoice(invoice.id), uow.payments.pending_of(invoice.id)
        ((), None)
    """

    def get(self, payment_id: PaymentId) -> Payment:
        """Return a payment.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def add(self, change: Change[Payment]) -> Payment:
        """Store a new payment.

        Raises:
            ConflictError: Its id was taken, the invoice is not in the organisation, or it is Pending and the invoice
                has a pending payment already.
        """
        ...

    def save(self, change: Change[Payment]) -> Payment:
        """Store a changed payment; a change without events writes nothing.

        Returns:
            The payment as stored: one version later.

        Raises:
            ConflictError: It was changed since it was read.
        """
        ...

    def of_invoice(self, invoice_id: InvoiceId) -> tuple[Payment, ...]:
        """Return the payments on an invoice, oldest first, equally old ones by id."""
        ...

    def pending_of(self, invoice_id: InvoiceId) -> Payment | None:
        """Return the payment on an invoice whose outcome is not known; there is at most one."""
        ...

    def pending(self, until: datetime) -> tuple[Payment, ...]:
        """Return the Pending payments last asked about until then (``updated_at``), oldest first, then by id."""
        ...

    def surplus(self) -> tuple[Payment, ...]:
        """Return the payments that are still to be given back, oldest first, equally old ones by id."""
        ...
