"""Charging an invoice through a payment gateway: two transactions, and between them somebody else's machine.

The one module of this room that opens transactions, because no transaction may wait for a gateway. Each of the two is
written once, awaited; the plain one runs the same steps with a store and a gateway that nobody has to wait for.

Source: design decision 3; decision 16; contract section 2.7, "charge".
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from service_engine.domain.ids import InvoiceId, OrganizationId, PaymentId
from service_engine.domain.instants import utc
from service_engine.domain.invoice_payments import require_chargeable
from service_engine.domain.invoices import MAX_IP_ADDRESS, Invoice
from service_engine.domain.payments import Payment, PaymentStatus, decline
from service_engine.domain.text import clean
from service_engine.errors import IllegalMoveError, PaymentDeclinedError, ServiceEngineError
from service_engine.ports.payments import AsyncPaymentGateway, ChargeAnswer, ChargeRequest, PaymentGateway
from service_engine.ports.unit_of_work import AsyncStore, Store, UnitOfWork, View
from service_engine.usecases.payments import begin_charge, record_refund, settle_charge

__all__ = ["PATIENCE", "charge_invoice", "charge_invoice_async", "reconcile_payments", "reconcile_payments_async"]

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE: Final = timedelta(hours=1)
"""How long a charge may be on its way to the gateway."""
_BLAMED: Final = "payment_method_id"


def charge_invoice(
    store: Store,
    gateway: PaymentGateway,
    org_id: OrganizationId,
    invoice_id: InvoiceId,
    *,
    payment_method_id: str,
    at: datetime,
    ip_address: str | None = None,
) -> Invoice:
    """Charge what is due on an invoice: write the intent down, ask the gateway, record its answer.

    Safe to call again after any failure, and at the same time: the money is taken once, the invoice is paid once. Where
    nothing is due, the invoice is paid without asking the gateway.

    Args:
        store: Where the organisation is; each of the two steps is a transaction of its own.
        gateway: Who takes the money.
        org_id: The organisation.
        invoice_id: The invoice.
        payment_method_id: The gateway's name for the client's card or account; never stored.
        at: Now.
        ip_address: Where the client pays from; up to 45 characters.

    Returns:
        The invoice: Paid, or Partially Paid if more became due while the gateway was at work.

    Raises:
        NotFoundError: The organisation has no such invoice.
        IllegalMoveError: It is Paid, Refunded or Cancelled, or changed meanwhile; nothing was taken, or it was given
            back.
        PaymentDeclinedError: The gateway refused; nothing was taken.
        PaymentPendingError: The gateway did not answer. Charge again to learn the outcome.
        RuleViolationError: The address is blank or too long.

    Source:
        Contract section 2.7, "charge"; part A "Rules" (charge); section 9, D23 and D29.

    Example:
        >>> from service_engine.adapters.simulated_gateway import SimulatedGateway
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> paid = charge_invoice(agency(), SimulatedGateway(), acme.id, invoice.id, payment_method_id="pm_1", at=later)
        >>> paid.status.label, paid.paysys, paid.transaction_id[:4]
        ('Paid', 'Stripe', 'txn_')
    """
    return _at_once(
        charge_invoice_async(
            _PlainStore(store),
            _PlainGateway(gateway),
            org_id,
            invoice_id,
            payment_method_id=payment_method_id,
            at=at,
            ip_address=ip_address,
        )
    )


async def charge_invoice_async(
    store: AsyncStore,
    gateway: AsyncPaymentGateway,
    org_id: OrganizationId,
    invoice_id: InvoiceId,
    *,
    payment_method_id: str,
    at: datetime,
    ip_address: str | None = None,
) -> Invoice:
    """Charge what is due on an invoice, with an awaited store and gateway; otherwise the same as ``charge_invoice``.

    A task that is cancelled leaves what a process leaves that dies: charge again, or let it be reconciled.

    Example:
        >>> from service_engine import AsyncSqlStore
        >>> from service_engine.testing.examples import acme, invoice, later
        >>> async def take(store: AsyncSqlStore, gateway: AsyncPaymentGateway) -> None:
        ...     paid = await charge_invoice_async(
        ...         store, gateway, acme.id, invoice.id, payment_method_id="pm_1", at=later
        ...     )
    """
    if ip_address is not None:  # refused before any money moves, because nothing may stop its being recorded
        ip_address = clean(ip_address, field="ip_address", max_length=MAX_IP_ADDRESS)
    payment = await store.run(org_id, begin_charge, invoice_id, at=at)
    if payment.status is PaymentStatus.SUCCEEDED:  # nothing was due: the gateway is not asked for nothing
        return await store.read(org_id, _present, invoice_id)
    request = ChargeRequest(key=payment.id, amount=payment.amount, payment_method_id=payment_method_id, at=at)
    answer = await gateway.charge(request)
    outcome = await store.run(org_id, settle_charge, payment.id, answer, at=at, ip_address=ip_address)
    if outcome.invoice is not None:
        return outcome.invoice
    if outcome.payment.status is PaymentStatus.DECLINED:
        raise PaymentDeclinedError(_BLAMED, outcome.payment.reason or "The payment was declined.")
    await _give_back(store, gateway, org_id, outcome.payment, at=at)
    invoice = await store.read(org_id, _present, invoice_id)
    require_chargeable(invoice)
    if outcome.payment.status is PaymentStatus.SUCCEEDED:
        return invoice  # partly paid, by this very payment: another caller has recorded it
    raise IllegalMoveError(_BLAMED, "The invoice has changed meanwhile; nothing was charged.")


def reconcile_payments(
    store: Store, gateway: PaymentGateway, org_id: OrganizationId, *, at: datetime, patience: timedelta = PATIENCE
) -> tuple[Payment, ...]:
    """Finish what a process that died, or a gateway that did not answer, has left: call this now and then.

    Charges of which the gateway was last asked longer ago than the patience are settled by what it says of them, and
    those that never reached it are declined. Every surplus is given back. A payment that cannot be finished yet is left
    for the next time, and keeps none of the others waiting.

    Args:
        store: Where the organisation is.
        gateway: Who takes the money.
        org_id: The organisation.
        at: Now.
        patience: How long a charge may be on its way to the gateway.

    Returns:
        The payments that were settled or given back, as they are recorded now.

    Raises:
        PaymentPendingError: Of a payment the gateway does not know, or does not say. Raised at the end, for the first
            of them: all the others were tried, and what was finished stays finished.
        ServiceEngineError: The same, where one payment met any other refusal, such as a ``ConflictError``. Every other
            exception is a bug, of a gateway perhaps, and ends the work at once.
        ValueError: The time is naive; nothing was asked and nothing was done.

    Example:
        >>> from service_engine.adapters.simulated_gateway import SimulatedGateway
        >>> from service_engine.testing.examples import acme, agency, invoice, later, now
        >>> store = agency()
        >>> _ = store.run(acme.id, begin_charge, invoice.id, at=now)  # and then the process dies
        >>> [payment] = reconcile_payments(store, SimulatedGateway(), acme.id, at=later)
        >>> payment.status.label, payment.reason
        ('Declined', 'The charge never reached the payment gateway.')
    """
    return _at_once(
        reconcile_payments_async(_PlainStore(store), _PlainGateway(gateway), org_id, at=at, patience=patience)
    )


async def reconcile_payments_async(
    store: AsyncStore,
    gateway: AsyncPaymentGateway,
    org_id: OrganizationId,
    *,
    at: datetime,
    patience: timedelta = PATIENCE,
) -> tuple[Payment, ...]:
    """Finish what was left, with an awaited store and gateway; otherwise the same as ``reconcile_payments``.

    Example:
        >>> from service_engine import AsyncSqlStore
        >>> from service_engine.testing.examples import acme, later
        >>> async def tidy_up(store: AsyncSqlStore, gateway: AsyncPaymentGateway) -> int:
        ...     return len(await reconcile_payments_async(store, gateway, acme.id, at=later))
    """
    at = utc(at)
    finished: list[Payment] = []
    left: list[ServiceEngineError] = []
    for payment in await store.run(org_id, lambda uow: uow.payments.pending(at - patience)):
        try:
            settled = await _learn(store, gateway, org_id, payment, at=at)
        except ServiceEngineError as error:
            left.append(error)
        else:
            if settled.status in {PaymentStatus.SUCCEEDED, PaymentStatus.DECLINED}:
                finished.append(settled)
    for payment in await store.run(org_id, lambda uow: uow.payments.surplus()):
        try:
            finished.append(await _give_back(store, gateway, org_id, payment, at=at))
        except ServiceEngineError as error:
            left.append(error)
    if left:
        raise left[0]
    return tuple(finished)


async def _learn(
    store: AsyncStore, gateway: AsyncPaymentGateway, org_id: OrganizationId, payment: Payment, *, at: datetime
) -> Payment:
    """Record what the gateway says of a charge, or that it never arrived."""
    answer = await gateway.outcome(payment.id)
    if answer is None:
        return await store.run(org_id, _give_up, payment, at=at)
    return (await store.run(org_id, settle_charge, payment.id, answer, at=at)).payment


def _give_up(uow: UnitOfWork, payment: Payment, *, at: datetime) -> Payment:
    """Decline a charge that never arrived, unless somebody has asked the gateway again in the meantime."""
    present = uow.payments.get(payment.id)
    if present != payment:
        return present
    return uow.payments.save(decline(present, reason="The charge never reached the payment gateway.", at=at))


async def _give_back(
    store: AsyncStore, gateway: AsyncPaymentGateway, org_id: OrganizationId, payment: Payment, *, at: datetime
) -> Payment:
    if payment.status is not PaymentStatus.SURPLUS:
        return payment
    await gateway.refund(payment.id)
    return await store.run(org_id, record_refund, payment.id, at=at)


def _present(view: View, invoice_id: InvoiceId) -> Invoice:
    return view.invoice_queries.get(invoice_id).invoice


class _PlainStore:
    """A store in the form of an awaited one. It never lets anybody wait."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(
        self,
        org_id: OrganizationId,
        use_case: Callable[Concatenate[UnitOfWork, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a use case in a transaction of its own."""
        return self._store.run(org_id, use_case, *args, **kwargs)

    async def read(
        self, org_id: OrganizationId, query: Callable[Concatenate[View, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a query on what is committed."""
        return self._store.read(org_id, query, *args, **kwargs)


class _PlainGateway:
    """A gateway in the form of an awaited one; the thread waits for it, as it always did."""

    def __init__(self, gateway: PaymentGateway) -> None:
        self._gateway = gateway

    async def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money, once for the request's key."""
        return self._gateway.charge(request)

    async def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Return what became of a charge."""
        return self._gateway.outcome(key)

    async def refund(self, key: PaymentId) -> None:
        """Give back what was taken under this key."""
        self._gateway.refund(key)


def _at_once(steps: Coroutine[Any, Any, R]) -> R:
    """Go through steps that wait for nothing, without an event loop."""
    try:
        while True:
            steps.send(None)
    except StopIteration as done:
        result: R = done.value
        return result
