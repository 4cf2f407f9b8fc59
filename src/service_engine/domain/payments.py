"""Payments: what was paid, or is being paid, on an invoice. A record of money, never of cards.

A charge is written down before the payment gateway is asked (Pending), and its outcome afterwards; the id of the
payment is the key by which the gateway knows it, so asking again takes nothing twice.

Source: design decision 3 (charging in two steps); decision 16.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import field, frozen

from service_engine.domain.change import Change, Event
from service_engine.domain.evolution import evolve
from service_engine.domain.ids import InvoiceId, PaymentId
from service_engine.domain.instants import utc
from service_engine.domain.kinds import is_a
from service_engine.domain.lifecycle import Lifecycle, Status
from service_engine.domain.money import Money, is_no_debt
from service_engine.domain.text import bounded, optional_bounded
from service_engine.errors import IllegalMoveError

__all__ = [
    "LIFECYCLE",
    "MOVES",
    "Payment",
    "PaymentDeclined",
    "PaymentIntended",
    "PaymentRefunded",
    "PaymentResumed",
    "PaymentSetAside",
    "PaymentStatus",
    "PaymentSucceeded",
    "decline",
    "intend_payment",
    "refund",
    "resume",
    "set_aside",
    "succeed",
]


class PaymentStatus(Status):
    """Where a payment stands.

    Pending: the gateway may or may not have taken the money. Surplus: it took it, though it was not owed any longer.
    A payment that was Declined because the gateway had not heard of it can still arrive there.

    Example:
        >>> PaymentStatus(3).label
        'Surplus'
    """

    PENDING = 0
    SUCCEEDED = 1
    DECLINED = 2
    SURPLUS = 3
    REFUNDED = 4


MOVES: Final[Mapping[PaymentStatus, frozenset[PaymentStatus]]] = {
    PaymentStatus.PENDING: frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.DECLINED, PaymentStatus.SURPLUS}),
    PaymentStatus.SUCCEEDED: frozenset(),
    PaymentStatus.DECLINED: frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.SURPLUS}),
    PaymentStatus.SURPLUS: frozenset({PaymentStatus.REFUNDED}),
    PaymentStatus.REFUNDED: frozenset(),
}
LIFECYCLE: Final = Lifecycle("payment", PaymentStatus.PENDING, MOVES)
_MAX_REASON: Final = 255


@frozen(kw_only=True)
class Payment:
    """One payment on an invoice.

    Args:
        id: Its id, and the payment gateway's key for it.
        invoice_id: What is paid.
        amount: How much, at least 0.
        paysys: How: ``Manual`` or ``Stripe``; 1 to 50 characters.
        status: Where it stands.
        transaction_id: The gateway's name for it, up to 255 characters.
        reason: Why it was declined, up to 255 characters.
        created_at: When it was intended, UTC.
        updated_at: When it last changed, UTC.
        version: How often it was stored.

    Raises:
        RuleViolationError: A text or the amount is out of bounds.

    Example:
        >>> from service_engine.testing.examples import payment
        >>> str(payment.amount), payment.paysys, payment.status.label
        ('960.00 USD', 'Stripe', 'Pending')
    """

    id: PaymentId
    invoice_id: InvoiceId
    amount: Money = field(validator=is_no_debt)
    paysys: str = field(validator=bounded(50))
    status: PaymentStatus = field(default=PaymentStatus.PENDING, validator=is_a(PaymentStatus))
    transaction_id: str | None = field(default=None, validator=optional_bounded())
    reason: str | None = field(default=None, validator=optional_bounded(_MAX_REASON))
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    version: int = 1


@frozen(kw_only=True)
class PaymentIntended(Event):
    """A payment is about to be made.

    Example:
        >>> from service_engine.testing.examples import invoice, now, payment
        >>> PaymentIntended(payment_id=payment.id, invoice_id=invoice.id, at=now).invoice_id == invoice.id
        True
    """

    payment_id: PaymentId
    invoice_id: InvoiceId


@frozen(kw_only=True)
class PaymentResumed(Event):
    """Somebody asks the gateway again about a payment whose outcome is not known.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> resume(payment, at=later).events == (PaymentResumed(payment_id=payment.id, at=later),)
        True
    """

    payment_id: PaymentId


@frozen(kw_only=True)
class PaymentSucceeded(Event):
    """The money was taken, and counts towards the invoice.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> [event] = succeed(payment, at=later).events
        >>> event == PaymentSucceeded(payment_id=payment.id, at=later)
        True
    """

    payment_id: PaymentId


@frozen(kw_only=True)
class PaymentDeclined(Event):
    """The payment gateway refused; no money was taken.

    Args:
        payment_id: Which payment.
        reason: Why.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> [event] = decline(payment, reason="The card was declined.", at=later).events
        >>> event.reason
        'The card was declined.'
    """

    payment_id: PaymentId
    reason: str


@frozen(kw_only=True)
class PaymentSetAside(Event):
    """The money was taken, but the invoice did not need it any longer: it is to be given back.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> [event] = set_aside(payment, transaction_id="txn_1", at=later).events
        >>> event == PaymentSetAside(payment_id=payment.id, at=later)
        True
    """

    payment_id: PaymentId


@frozen(kw_only=True)
class PaymentRefunded(Event):
    """Money that was not owed was given back.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> [_, event] = set_aside(payment, transaction_id="txn_1", at=later).then(refund, at=later).events
        >>> event == PaymentRefunded(payment_id=payment.id, at=later)
        True
    """

    payment_id: PaymentId


def intend_payment(
    payment_id: PaymentId, *, invoice_id: InvoiceId, amount: Money, paysys: str, at: datetime
) -> Change[Payment]:
    """Write down that a payment is about to be made.

    Args:
        payment_id: Its id, and the gateway's key for it.
        invoice_id: What is paid.
        amount: How much, at least 0.
        paysys: How.
        at: Now.

    Raises:
        RuleViolationError: The amount is negative.

    Example:
        >>> from service_engine.testing.examples import invoice, now, payment
        >>> intended = intend_payment(payment.id, invoice_id=invoice.id, amount=invoice.due, paysys="Stripe", at=now)
        >>> intended.state == payment
        True
    """
    payment = Payment(id=payment_id, invoice_id=invoice_id, amount=amount, paysys=paysys, created_at=at, updated_at=at)
    return Change(payment, (PaymentIntended(payment_id=payment_id, invoice_id=invoice_id, at=at),))


def resume(payment: Payment, *, at: datetime) -> Change[Payment]:
    """Note that the gateway is about to be asked again; who reconciles waits for as long as after the first time.

    Raises:
        IllegalMoveError: Its outcome is recorded already.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> resume(payment, at=later).state.updated_at == later
        True
    """
    if payment.status is not PaymentStatus.PENDING:
        outlook = LIFECYCLE.outlook(payment.status)
        raise IllegalMoveError("status", f"The payment is {payment.status.label}.", (outlook,))
    if at <= payment.updated_at:
        return Change(payment)
    return Change(evolve(payment, updated_at=at), (PaymentResumed(payment_id=payment.id, at=at),))


def succeed(payment: Payment, *, at: datetime, transaction_id: str | None = None) -> Change[Payment]:
    """Record that the money was taken, and counts.

    Raises:
        IllegalMoveError: Its outcome is recorded already.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> succeed(payment, transaction_id="txn_1", at=later).state.status.label
        'Succeeded'
    """
    taken = _moved(payment, PaymentStatus.SUCCEEDED, at, transaction_id=transaction_id)
    return Change(taken, (PaymentSucceeded(payment_id=payment.id, at=at),))


def decline(payment: Payment, *, reason: str, at: datetime) -> Change[Payment]:
    """Record that the gateway refused.

    Args:
        payment: The payment.
        reason: Why; what cannot be printed is left out, and what is beyond 255 characters.
        at: Now.

    Raises:
        IllegalMoveError: Its outcome is recorded already.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> decline(payment, reason="The card was declined.", at=later).state.status.label
        'Declined'
    """
    # A gateway's own words: what cannot be stored is left out, because the outcome has to be recorded.
    reason = "".join(filter(str.isprintable, reason)).strip()[:_MAX_REASON]
    declined = _moved(payment, PaymentStatus.DECLINED, at, reason=reason)
    return Change(declined, (PaymentDeclined(payment_id=payment.id, reason=reason, at=at),))


def set_aside(payment: Payment, *, transaction_id: str, at: datetime) -> Change[Payment]:
    """Record that the money was taken though it was not owed any longer.

    Raises:
        IllegalMoveError: Its outcome is recorded already.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> set_aside(payment, transaction_id="txn_1", at=later).state.status.label
        'Surplus'
    """
    surplus = _moved(payment, PaymentStatus.SURPLUS, at, transaction_id=transaction_id)
    return Change(surplus, (PaymentSetAside(payment_id=payment.id, at=at),))


def refund(payment: Payment, *, at: datetime) -> Change[Payment]:
    """Record that a surplus was given back. Recording it again changes nothing.

    Raises:
        IllegalMoveError: It is no surplus.

    Example:
        >>> from service_engine.testing.examples import later, payment
        >>> surplus = set_aside(payment, transaction_id="txn_1", at=later)
        >>> surplus.then(refund, at=later).state.status.label
        'Refunded'
    """
    if payment.status is PaymentStatus.REFUNDED:
        return Change(payment)
    return Change(
        _moved(payment, PaymentStatus.REFUNDED, at, transaction_id=payment.transaction_id),
        (PaymentRefunded(payment_id=payment.id, at=at),),
    )


def _moved(
    payment: Payment,
    status: PaymentStatus,
    at: datetime,
    *,
    transaction_id: str | None = None,
    reason: str | None = None,
) -> Payment:
    if status not in LIFECYCLE.allowed(payment.status):  # an outcome is recorded once: staying is refused, too
        refusal = f"Cannot transition from {payment.status.label} to {status.label}."
        raise IllegalMoveError("status", refusal, (LIFECYCLE.outlook(payment.status),))
    return evolve(payment, status=status, transaction_id=transaction_id, reason=reason, updated_at=at)
