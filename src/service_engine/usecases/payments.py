"""How invoices get paid: marked by hand, in parts, or charged through a payment gateway.

All three end in the same transition with the same effects: an order for every item with a service, one subscription if
the invoice is recurring, in one transaction, once.

No use case talks to a gateway; ``usecases.charging`` does, between two of them.

Source: contract section 2.7, "charge" and "mark_paid"; part A "Rules"; design decision 3; decision 16.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from attrs import frozen

from service_engine.domain import payments
from service_engine.domain.change import Change
from service_engine.domain.ids import InvoiceId, OrderId, PaymentId, SubscriptionId
from service_engine.domain.invoice_payments import MANUAL, STRIPE, pay_in_full, pay_in_part, require_chargeable
from service_engine.domain.invoice_status import PAYABLE
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.money import Money, money
from service_engine.domain.orders import OrderStatus, PaidWith, place_order
from service_engine.domain.payments import Payment, PaymentStatus
from service_engine.domain.subscriptions import start_subscription
from service_engine.errors import NotFoundError, RuleViolationError
from service_engine.ports.payments import Approved, ChargeAnswer, Declined
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.usecases.orders import free_numbers

__all__ = [
    "ChargeOutcome",
    "begin_charge",
    "mark_paid",
    "record_part_payment",
    "record_refund",
    "settle_by_hand",
    "settle_charge",
]


@frozen(kw_only=True)
class ChargeOutcome:
    """What became of a charge.

    Args:
        payment: The payment as it is recorded now.
        invoice: The invoice that it has paid, in full or in part; None when it has not, or somebody else has recorded
            it before.

    Example:
        >>> from service_engine.testing.examples import payment
        >>> ChargeOutcome(payment=payment, invoice=None).payment.status.label
        'Pending'
    """

    payment: Payment
    invoice: Invoice | None


def mark_paid(uow: UnitOfWork, invoice_id: InvoiceId, *, at: datetime) -> Invoice:
    """Record that all that is due on an invoice was paid by other means. Marking a paid invoice changes nothing.

    Raises:
        NotFoundError: The organisation has no such invoice.
        WrongStatusError: It is Refunded or Cancelled.

    Source:
        Contract section 2.7, "mark_paid"; section 9, D10, D11 and D23.

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> paid = agency().run(acme.id, mark_paid, invoice.id, at=later)
        >>> paid.status.label, paid.paysys, [item.order_id is not None for item in paid.items]
        ('Paid', 'Manual', [True, False])
    """
    return settle_by_hand(uow, Change(uow.invoices.get(invoice_id)), at=at)


def settle_by_hand(uow: UnitOfWork, change: Change[Invoice], *, at: datetime) -> Invoice:
    """Store a change of an invoice, and with it that all that is due then was paid by other means.

    Raises:
        WrongStatusError: It is Refunded or Cancelled.

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> with agency().begin(acme.id) as uow:
        ...     settle_by_hand(uow, Change(uow.invoices.get(invoice.id)), at=later).status.label
        'Paid'
    """
    invoice = change.state
    if invoice.status is InvoiceStatus.PAID:
        return uow.invoices.save(change)
    paid, _ = _settle(uow, change, paysys=MANUAL, at=at)
    return paid


def record_part_payment(uow: UnitOfWork, invoice_id: InvoiceId, amount: Decimal, *, at: datetime) -> Invoice:
    """Record that a part of what is due was paid by other means; the last part makes the invoice Paid.

    Args:
        uow: The unit of work.
        invoice_id: The invoice.
        amount: In units of its currency; more than 0, and at most what is due.
        at: Now.

    Raises:
        NotFoundError: The organisation has no such invoice.
        WrongStatusError: It is Paid, Refunded or Cancelled.
        RuleViolationError: The amount is out of bounds, or nothing is due.

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> store = agency()
        >>> store.run(acme.id, record_part_payment, invoice.id, Decimal(100), at=later).status.label
        'Partially Paid'
        >>> store.run(acme.id, record_part_payment, invoice.id, Decimal(860), at=later).status.label
        'Paid'
    """
    invoice = uow.invoices.get(invoice_id)
    part = money(amount, invoice.currency)
    due = invoice.due.amount
    if invoice.status in PAYABLE and due > 0:  # what is left is refused by the transition, which says why
        if not 0 < part.amount <= due:
            raise RuleViolationError("amount", f"The amount must be more than 0 and at most {due}.")
        if part.amount == due:
            return settle_by_hand(uow, Change(invoice), at=at)
    paid = uow.invoices.save(pay_in_part(invoice, part, paysys=MANUAL, at=at))
    _record(uow, invoice, part, paysys=MANUAL, at=at)
    return paid


def begin_charge(uow: UnitOfWork, invoice_id: InvoiceId, *, at: datetime) -> Payment:
    """Write down that an invoice is about to be charged; commit this before asking the gateway.

    While the outcome of an earlier charge is not known, that one is returned: its id is the key by which the gateway
    knows it, so that asking again takes nothing twice.

    A gateway is not asked for nothing: where nothing is due, the invoice is paid here and now, by the way in which its
    last part was paid, or by hand if there was none.

    Returns:
        The payment to ask for, Pending; or, where nothing is due, the one over nothing that has paid it, Succeeded.

    Raises:
        NotFoundError: The organisation has no such invoice.
        IllegalMoveError: It is Paid, Refunded or Cancelled; on ``payment_method_id``.

    Source:
        Contract section 2.7, "charge"; part A "Rules" (charge).

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> store = agency()
        >>> payment = store.run(acme.id, begin_charge, invoice.id, at=later)
        >>> str(payment.amount), store.run(acme.id, begin_charge, invoice.id, at=later) == payment
        ('960.00 USD', True)
    """
    invoice = uow.invoices.get(invoice_id)
    require_chargeable(invoice)
    if invoice.due.amount == 0:  # a charge that is still on its way is a surplus then: reconciling gives it back
        return _settle(uow, Change(invoice), paysys=invoice.paysys or MANUAL, at=at)[1]
    pending = uow.payments.pending_of(invoice_id)
    if pending is not None:
        return uow.payments.save(payments.resume(pending, at=at))
    return uow.payments.add(_intent(uow, invoice, invoice.due, paysys=STRIPE, at=at))


def settle_charge(
    uow: UnitOfWork, payment_id: PaymentId, answer: ChargeAnswer, *, at: datetime, ip_address: str | None = None
) -> ChargeOutcome:
    """Record what the gateway answered. Recording it again changes nothing.

    Money that the invoice does not need any longer, because it was paid, cancelled or changed in the meantime, becomes
    a surplus, to be given back.

    Args:
        uow: The unit of work.
        payment_id: The payment that ``begin_charge`` wrote down.
        answer: The gateway's.
        at: Now.
        ip_address: Where the client paid from.

    Raises:
        NotFoundError: The organisation has no such payment.

    Source:
        Contract section 2.7, "charge"; part A "Rules" (charge).

    Example:
        >>> from service_engine.ports.payments import Approved
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> store = agency()
        >>> payment = store.run(acme.id, begin_charge, invoice.id, at=later)
        >>> outcome = store.run(acme.id, settle_charge, payment.id, Approved(transaction_id="txn_1"), at=later)
        >>> outcome.invoice.status.label, outcome.invoice.transaction_id, outcome.payment.status.label
        ('Paid', 'txn_1', 'Succeeded')
    """
    payment = uow.payments.get(payment_id)
    # Money that arrives after the charge was given up as lost was taken all the same.
    is_late = payment.status is PaymentStatus.DECLINED and isinstance(answer, Approved)
    if payment.status is not PaymentStatus.PENDING and not is_late:
        return ChargeOutcome(payment=payment, invoice=None)
    if isinstance(answer, Declined):
        declined = uow.payments.save(payments.decline(payment, reason=answer.reason, at=at))
        return ChargeOutcome(payment=declined, invoice=None)
    paid = _apply(uow, payment, answer.transaction_id, ip_address, at=at)
    if paid is None:
        surplus = payments.set_aside(payment, transaction_id=answer.transaction_id, at=at)
        return ChargeOutcome(payment=uow.payments.save(surplus), invoice=None)
    taken = payments.succeed(payment, transaction_id=answer.transaction_id, at=at)
    return ChargeOutcome(payment=uow.payments.save(taken), invoice=paid)


def record_refund(uow: UnitOfWork, payment_id: PaymentId, *, at: datetime) -> Payment:
    """Record that the gateway has given a surplus back.

    Raises:
        NotFoundError: The organisation has no such payment.
        IllegalMoveError: It is no surplus.

    Example:
        >>> from service_engine.ports.payments import Approved
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> store = agency()
        >>> payment = store.run(acme.id, begin_charge, invoice.id, at=later)
        >>> _ = store.run(acme.id, mark_paid, invoice.id, at=later)  # the client paid in cash meanwhile
        >>> outcome = store.run(acme.id, settle_charge, payment.id, Approved(transaction_id="txn_1"), at=later)
        >>> outcome.payment.status.label, store.run(acme.id, record_refund, payment.id, at=later).status.label
        ('Surplus', 'Refunded')
    """
    return uow.payments.save(payments.refund(uow.payments.get(payment_id), at=at))


def _apply(
    uow: UnitOfWork, payment: Payment, transaction_id: str, ip_address: str | None, *, at: datetime
) -> Invoice | None:
    """Let the money count towards the invoice; return None when it does not need it any longer."""
    try:
        invoice = uow.invoices.get(payment.invoice_id)
    except NotFoundError:
        return None
    if invoice.status not in PAYABLE:
        return None
    if payment.amount == invoice.due:
        change = Change(invoice)
        return _pay(uow, change, paysys=payment.paysys, transaction_id=transaction_id, ip_address=ip_address, at=at)
    if 0 < payment.amount.amount < invoice.due.amount:
        part = pay_in_part(
            invoice,
            payment.amount,
            paysys=payment.paysys,
            transaction_id=transaction_id,
            ip_address=ip_address,
            at=at,
        )
        return uow.invoices.save(part)
    return None


def _settle(uow: UnitOfWork, change: Change[Invoice], *, paysys: str, at: datetime) -> tuple[Invoice, Payment]:
    """Make an invoice Paid without a gateway, and put the payment of what was due on record."""
    invoice = change.state
    paid = _pay(uow, change, paysys=paysys, at=at)
    return paid, _record(uow, invoice, invoice.due, paysys=paysys, at=at)


def _pay(
    uow: UnitOfWork,
    change: Change[Invoice],
    *,
    paysys: str,
    at: datetime,
    transaction_id: str | None = None,
    ip_address: str | None = None,
) -> Invoice:
    """Make an invoice Paid, with everything that follows from it: the one way there is."""
    invoice = change.state
    order_ids = {
        item.id: OrderId(uow.entropy.new_id())
        for item in invoice.items
        if item.service_id is not None and item.order_id is None
    }
    paid = change.then(
        pay_in_full,
        paysys=paysys,
        order_ids=order_ids,
        transaction_id=transaction_id,
        ip_address=ip_address,
        at=at,
    )
    paid_with = PaidWith(invoice_id=invoice.id, subscription_id=_subscribe(uow, invoice, at=at), paysys=paysys)
    ordered = [item for item in invoice.items if item.id in order_ids]
    for item, number in zip(ordered, free_numbers(uow, len(ordered)), strict=True):
        uow.orders.add(
            place_order(
                order_ids[item.id],
                number=number,
                client_id=invoice.client_id,
                service_id=item.service_id,
                service_name=item.name,
                price=item.amount,
                quantity=item.quantity,
                status=OrderStatus.IN_PROGRESS,
                paid_with=paid_with,
                at=at,
            )
        )
    return uow.invoices.save(paid)


def _subscribe(uow: UnitOfWork, invoice: Invoice, *, at: datetime) -> SubscriptionId | None:
    if invoice.recurring is None:
        return None
    change = start_subscription(
        SubscriptionId(uow.entropy.new_id()),
        client_id=invoice.client_id,
        invoice_id=invoice.id,
        period=invoice.recurring,
        at=at,
    )
    return uow.subscriptions.add(change).id


def _record(uow: UnitOfWork, invoice: Invoice, amount: Money, *, paysys: str, at: datetime) -> Payment:
    return uow.payments.add(_intent(uow, invoice, amount, paysys=paysys, at=at).then(payments.succeed, at=at))


def _intent(uow: UnitOfWork, invoice: Invoice, amount: Money, *, paysys: str, at: datetime) -> Change[Payment]:
    return payments.intend_payment(
        PaymentId(uow.entropy.new_id()), invoice_id=invoice.id, amount=amount, paysys=paysys, at=at
    )
