"""Charging an invoice through a payment gateway: two transactions, and between them somebody else's machine.

The one module of this room that opens transactions, because no transaction may wait for a gateway. An asyncio host does
the same three steps with its own awaited gateway: ``begin_charge``, the gateway, ``settle_charge``.

Source: design decision 3; decision 16; contract section 2.7, "charge".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from service_engine.domain.ids import InvoiceId, OrganizationId
from service_engine.domain.instants import utc
from service_engine.domain.invoice_payments import require_chargeable
from service_engine.domain.invoices import MAX_IP_ADDRESS, Invoice
from service_engine.domain.payments import Payment, PaymentStatus, decline
from service_engine.domain.text import clean
from service_engine.errors import IllegalMoveError, PaymentDeclinedError
from service_engine.ports.payments import ChargeRequest, PaymentGateway
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.usecases.payments import begin_charge, record_refund, settle_charge

__all__ = ["PATIENCE", "charge_invoice", "reconcile_payments"]

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

    Safe to call again after any failure, and at the same time: the money is taken once, the invoice is paid once.

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
    if ip_address is not None:  # refused before any money moves, because nothing may stop its being recorded
        ip_address = clean(ip_address, field="ip_address", max_length=MAX_IP_ADDRESS)
    payment = store.run(org_id, begin_charge, invoice_id, at=at)
    request = ChargeRequest(key=payment.id, amount=payment.amount, payment_method_id=payment_method_id, at=at)
    answer = gateway.charge(request)
    outcome = store.run(org_id, settle_charge, payment.id, answer, at=at, ip_address=ip_address)
    if outcome.invoice is not None:
        return outcome.invoice
    if outcome.payment.status is PaymentStatus.DECLINED:
        raise PaymentDeclinedError(_BLAMED, outcome.payment.reason or "The payment was declined.")
    _give_back(store, gateway, org_id, outcome.payment, at=at)
    invoice = store.read(org_id, lambda view: view.invoice_queries.get(invoice_id).invoice)
    require_chargeable(invoice)
    if outcome.payment.status is PaymentStatus.SUCCEEDED:
        return invoice  # partly paid, by this very payment: another caller has recorded it
    raise IllegalMoveError(_BLAMED, "The invoice has changed meanwhile; nothing was charged.")


def reconcile_payments(
    store: Store, gateway: PaymentGateway, org_id: OrganizationId, *, at: datetime, patience: timedelta = PATIENCE
) -> tuple[Payment, ...]:
    """Finish what a process that died, or a gateway that did not answer, has left: call this now and then.

    Charges of which the gateway was last asked longer ago than the patience are settled by what it says of them, and
    those that never reached it are declined. Every surplus is given back.

    Args:
        store: Where the organisation is.
        gateway: Who takes the money.
        org_id: The organisation.
        at: Now.
        patience: How long a charge may be on its way to the gateway.

    Returns:
        The payments that were settled or given back, as they are recorded now.

    Raises:
        PaymentPendingError: The gateway does not answer; what was finished until then stays finished.
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
    at = utc(at)
    finished = []
    for payment in store.run(org_id, lambda uow: uow.payments.pending(at - patience)):
        answer = gateway.outcome(payment.id)
        if answer is None:
            settled = store.run(org_id, _give_up, payment, at=at)
        else:
            settled = store.run(org_id, settle_charge, payment.id, answer, at=at).payment
        if settled.status in {PaymentStatus.SUCCEEDED, PaymentStatus.DECLINED}:
            finished.append(settled)
    surplus = store.run(org_id, lambda uow: uow.payments.surplus())
    return (*finished, *(_give_back(store, gateway, org_id, payment, at=at) for payment in surplus))


def _give_up(uow: UnitOfWork, payment: Payment, *, at: datetime) -> Payment:
    """Decline a charge that never arrived, unless somebody has asked the gateway again in the meantime."""
    present = uow.payments.get(payment.id)
    if present != payment:
        return present
    return uow.payments.save(decline(present, reason="The charge never reached the payment gateway.", at=at))


def _give_back(
    store: Store, gateway: PaymentGateway, org_id: OrganizationId, payment: Payment, *, at: datetime
) -> Payment:
    if payment.status is not PaymentStatus.SURPLUS:
        return payment
    gateway.refund(payment.id)
    return store.run(org_id, record_refund, payment.id, at=at)
