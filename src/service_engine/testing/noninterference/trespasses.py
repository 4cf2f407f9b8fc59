"""What an organisation tries with an id of another one: to read it, to change it, to refer to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from service_engine.domain.ids import ClientId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.services import Recurrence, ServicePatch
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.agreement.outcomes import outcome_of
from service_engine.testing.agreement.steps import books_of
from service_engine.usecases.clients import delete_client, get_client
from service_engine.usecases.invoices import create_invoice, delete_invoice, get_invoice
from service_engine.usecases.order_messages import delete_order_message, list_order_messages, post_order_message
from service_engine.usecases.order_tasks import (
    add_order_task,
    complete_order_task,
    delete_order_task,
    list_order_tasks,
    reopen_order_task,
)
from service_engine.usecases.orders import create_order, delete_order, get_order
from service_engine.usecases.organizations import issue_api_token, note_token_use
from service_engine.usecases.payments import begin_charge, mark_paid, record_refund
from service_engine.usecases.proposals import (
    ProposedService,
    delete_proposal,
    draft_proposal,
    get_proposal,
    send_proposal,
    sign_proposal,
)
from service_engine.usecases.services import create_service, delete_service, get_service
from service_engine.usecases.tickets import close_ticket, delete_ticket, get_ticket, open_ticket

__all__ = ["trespass"]

_READS: Final[tuple[Callable[..., Any], ...]] = (
    books_of,
    get_client,
    get_invoice,
    get_order,
    get_proposal,
    get_service,
    get_ticket,
    list_order_messages,
    list_order_tasks,
)
_WRITES: Final[tuple[Callable[..., Any], ...]] = (
    begin_charge,
    close_ticket,
    delete_client,
    delete_invoice,
    delete_order,
    delete_order_message,
    delete_order_task,
    delete_proposal,
    delete_service,
    delete_ticket,
    mark_paid,
    note_token_use,
    record_refund,
    reopen_order_task,
    send_proposal,
    sign_proposal,
)


def trespass(uow: UnitOfWork, foreign: Any, client_id: ClientId, *, at: datetime) -> dict[str, Any]:
    """Use an id that the organisation must not know, wherever an id can be used; return what came of it, by attempt.

    Args:
        uow: The unit of work of the one organisation.
        foreign: An id of the other one, of whatever it may be.
        client_id: A client of the one organisation.
        at: Now.

    Example:
        >>> from uuid import UUID
        >>> from service_engine.testing.examples import acme, agency, john, later
        >>> tried = agency().run(acme.id, trespass, UUID(int=7), john.id, at=later)
        >>> tried["get_ticket"][:2]
        ('refused', 'NotFoundError')
    """
    attempts: dict[str, Callable[[], Any]] = {}
    for query in _READS:
        attempts[query.__name__] = lambda query=query: query(uow, foreign)  # type: ignore[misc]
    for use_case in _WRITES:
        attempts[use_case.__name__] = lambda use_case=use_case: use_case(uow, foreign, at=at)  # type: ignore[misc]
    attempts |= _references(uow, foreign, client_id, at)
    return {name: outcome_of(attempt).seen for name, attempt in attempts.items()}


def _references(uow: UnitOfWork, foreign: Any, client_id: ClientId, at: datetime) -> dict[str, Callable[[], Any]]:
    order: dict[str, Any] = {"client_id": client_id, "service": "SEO", "at": at}
    ticket: dict[str, Any] = {"client_id": client_id, "subject": "Help", "at": at}
    service: dict[str, Any] = {"name": "SEO", "currency": "EUR", "recurrence": Recurrence.ONE_TIME, "at": at}
    line = InvoiceItemDraft(name="SEO", quantity=1, amount=Decimal(1))
    invoice: dict[str, Any] = {"payer": client_id, "items": [line], "at": at}
    offer = ProposedService(service_id=foreign, quantity=1, price=Decimal(1))
    somebody = {"client_email": "new@example.com", "client_first_name": "New", "client_last_name": "Client"}
    named: dict[str, Any] = {"items": [InvoiceItemDraft(name="SEO", quantity=1, amount=Decimal(1), service_id=foreign)]}
    return {
        "open_ticket for a client": lambda: open_ticket(uow, **ticket | {"client_id": foreign}),
        "open_ticket about an order": lambda: open_ticket(uow, **ticket, order_id=foreign),
        "open_ticket with an employee": lambda: open_ticket(uow, **ticket, employee_ids=[foreign]),
        "create_order for a client": lambda: create_order(uow, **order | {"client_id": foreign}),
        "create_order of a service": lambda: create_order(uow, **order, service_id=foreign),
        "create_order with an employee": lambda: create_order(uow, **order, employee_ids=[foreign]),
        "add_order_task": lambda: add_order_task(uow, foreign, name="Draft", at=at),
        "complete_order_task": lambda: complete_order_task(uow, foreign, by=client_id, at=at),
        "post_order_message": lambda: post_order_message(uow, foreign, author_id=client_id, text="Hi", at=at),
        "create_service in a folder": lambda: create_service(uow, **service, details=ServicePatch(folder_id=foreign)),
        "create_service with an employee": lambda: create_service(uow, **service, employee_ids=[foreign]),
        "draft_proposal of a service": lambda: draft_proposal(uow, **somebody, items=[offer], at=at),
        "create_invoice for a client": lambda: create_invoice(uow, **invoice | {"payer": foreign}),
        "create_invoice with a coupon": lambda: create_invoice(uow, **invoice, coupon_id=foreign),
        "create_invoice with an employee": lambda: create_invoice(uow, **invoice, employee_id=foreign),
        "create_invoice of a service": lambda: create_invoice(uow, **invoice | named),
        "issue_api_token": lambda: issue_api_token(uow, foreign, name="Laptop", at=at),
    }
