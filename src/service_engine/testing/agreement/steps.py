"""Steps that no use case of the library takes, but a host might: saving an old state, rolling back, going on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from service_engine.domain import tickets as ticket_rules
from service_engine.domain.ids import InvoiceId, UserId
from service_engine.domain.invoices import Invoice, InvoiceRevision, revise_invoice
from service_engine.domain.payments import Payment
from service_engine.domain.service_folders import ServiceFolder
from service_engine.domain.subscriptions import Subscription
from service_engine.domain.tickets import Ticket
from service_engine.errors import ConflictError, NotFoundError, ServiceEngineError
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import find_client, register_newcomer
from service_engine.usecases.invoices import create_invoice
from service_engine.usecases.payments import settle_by_hand
from service_engine.usecases.tickets import TicketPatch, update_ticket

__all__ = [
    "Books",
    "all_folders",
    "books_of",
    "change_and_abandon",
    "change_twice",
    "code_is_taken",
    "find_or_register",
    "issue_and_abandon",
    "read_ticket",
    "revise_and_settle",
    "save_change",
    "unfinished_payments",
]


@frozen(kw_only=True)
class Books:
    """What there is about an invoice, deleted or not.

    Args:
        invoice: The invoice; None when it is not there, or not any longer.
        payments: What was paid on it, and was to be.
        pending: The payment whose outcome is not known.
        subscription: What its payment started.

    Example:
        >>> from service_engine.testing.examples import invoice
        >>> Books(invoice=invoice, payments=(), pending=None, subscription=None).invoice.number
        'INV-00001'
    """

    invoice: Invoice | None
    payments: tuple[Payment, ...]
    pending: Payment | None
    subscription: Subscription | None


class _AbandonedError(ServiceEngineError):
    code = "abandoned"

    def __init__(self, number: str | None = None) -> None:
        super().__init__(number)
        self.number = number


def all_folders(uow: UnitOfWork) -> tuple[ServiceFolder, ...]:
    """Read every folder of the catalogue.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> [folder.name for folder in agency().run(acme.id, all_folders)]
        ['Websites']
    """
    return uow.service_folders.all()


def read_ticket(uow: UnitOfWork, ticket_id: Any) -> Ticket:
    """Read a ticket as its aggregate.

    Example:
        >>> from service_engine.testing.examples import acme, agency, ticket
        >>> agency().run(acme.id, read_ticket, ticket.id) == ticket
        True
    """
    return uow.tickets.get(ticket_id)


def save_change(uow: UnitOfWork, ticket: Ticket, change: Callable[..., Any] | None, *, at: datetime) -> Ticket:
    """Save a change of a ticket that was read at some other time; without a change, take everything off it.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket
        >>> agency().run(acme.id, save_change, ticket, ticket_rules.close, at=later).status.label
        'Closed'
    """
    if change is None:
        return uow.tickets.save(ticket_rules.retag(ticket, (), at=at).then(ticket_rules.assign, (), at=at))
    return uow.tickets.save(change(ticket, at=at))


def change_and_abandon(uow: UnitOfWork, ticket_id: Any, patch: TicketPatch, *, at: datetime) -> None:
    """Change a ticket, and fail afterwards.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket
        >>> store = agency()
        >>> store.run(acme.id, change_and_abandon, ticket.id, TicketPatch(subject="Other"), at=later)
        Traceback (most recent call last):
            ...
        service_engine.testing.agreement.steps._AbandonedError: None
        >>> store.run(acme.id, read_ticket, ticket.id).subject
        'Help with order'
    """
    update_ticket(uow, ticket_id, patch, at=at)
    raise _AbandonedError


def change_twice(uow: UnitOfWork, ticket_id: Any, first: TicketPatch, second: TicketPatch, *, at: datetime) -> Ticket:
    """Change a ticket twice in one unit of work, whatever becomes of the first.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket
        >>> refused, good = TicketPatch(subject=""), TicketPatch(subject="Other")
        >>> agency().run(acme.id, change_twice, ticket.id, refused, good, at=later).subject
        'Other'
    """
    try:
        update_ticket(uow, ticket_id, first, at=at)
    except ConflictError:
        raise
    except ServiceEngineError:
        pass  # a refusal writes nothing but tags; the transaction goes on
    return update_ticket(uow, ticket_id, second, at=at)


def books_of(uow: UnitOfWork, invoice_id: InvoiceId) -> Books:
    """Read everything that there is about an invoice.

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice
        >>> books = agency().run(acme.id, books_of, invoice.id)
        >>> books.invoice == invoice, books.payments
        (True, ())
    """
    try:
        invoice = uow.invoices.get(invoice_id)
    except NotFoundError:
        invoice = None
    return Books(
        invoice=invoice,
        payments=uow.payments.of_invoice(invoice_id),
        pending=uow.payments.pending_of(invoice_id),
        subscription=uow.subscriptions.of_invoice(invoice_id),
    )


def unfinished_payments(uow: UnitOfWork) -> tuple[tuple[Payment, ...], tuple[Payment, ...], tuple[Payment, ...]]:
    """Read every payment whose outcome is not known, those intended by noon and before, and those to be given back.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> agency().run(acme.id, unfinished_payments)
        ((), (), ())
    """
    return (
        uow.payments.pending(NOON + timedelta(days=365)),
        uow.payments.pending(NOON) + uow.payments.pending(NOON - timedelta(microseconds=1)),
        uow.payments.surplus(),
    )


def code_is_taken(uow: UnitOfWork, code: str) -> bool:
    """Ask whether a coupon has a code.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> agency().run(acme.id, code_is_taken, "WELCOME"), agency().run(acme.id, code_is_taken, "SPRING")
        (True, False)
    """
    return uow.coupons.code_is_taken(code)


def issue_and_abandon(uow: UnitOfWork, **given: Any) -> None:
    """Issue an invoice, and fail afterwards: its number is free again, and nobody has become a client.

    Example:
        >>> from decimal import Decimal
        >>> from service_engine.domain.invoice_items import InvoiceItemDraft
        >>> from service_engine.testing.examples import acme, agency, john, later
        >>> lines = [InvoiceItemDraft(name="Logo", amount=Decimal(90))]
        >>> agency().run(acme.id, issue_and_abandon, payer=john.id, items=lines, at=later)
        Traceback (most recent call last):
            ...
        service_engine.testing.agreement.steps._AbandonedError: INV-00002
    """
    raise _AbandonedError(create_invoice(uow, **given).number)


def revise_and_settle(uow: UnitOfWork, invoice_id: InvoiceId, revision: InvoiceRevision, *, at: datetime) -> Invoice:
    """Change an invoice and have it paid by other means, in one change.

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> agency().run(acme.id, revise_and_settle, invoice.id, InvoiceRevision(note="Paid"), at=later).status.label
        'Paid'
    """
    return settle_by_hand(uow, revise_invoice(uow.invoices.get(invoice_id), revision, at=at), at=at)


def find_or_register(uow: UnitOfWork, *, email: str, first_name: str, last_name: str, at: datetime) -> UserId:
    """Return the client who has an e-mail; somebody new, if nobody has it.

    Example:
        >>> from service_engine.testing.examples import acme, agency, john, later
        >>> named = {"first_name": "J", "last_name": "D", "at": later}
        >>> agency().run(acme.id, find_or_register, email=" John@Example.com", **named) == john.id
        True
    """
    known = find_client(uow, email)
    if known is not None:
        return known
    return register_newcomer(uow, email=email, first_name=first_name, last_name=last_name, at=at).id
