"""What is of another type than it should be is refused by its name on every store, instead of being kept by some."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from service_engine.domain.access import Levels, Settings
from service_engine.domain.clients import ClientPatch
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.order_tasks import OrderTaskPatch
from service_engine.domain.services import Recurrence, ServicePatch
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import (
    acme,
    invoice,
    jane,
    john,
    later,
    task,
    ticket,
    web_development,
    website,
)
from service_engine.usecases.clients import create_client, get_client, update_client
from service_engine.usecases.invoices import InvoicePatch, create_invoice, get_invoice, update_invoice
from service_engine.usecases.order_messages import list_order_messages, post_order_message
from service_engine.usecases.order_tasks import add_order_task, list_order_tasks, update_order_task
from service_engine.usecases.orders import OrderPatch, create_order, get_order, list_orders, update_order
from service_engine.usecases.services import create_service, get_service, list_services, update_service
from service_engine.usecases.tickets import (
    TicketPatch,
    list_tickets,
    post_ticket_message,
    update_ticket,
)

ANY: Any = {"city": "York"}
URL: Any = "https://x"
NONE: Any = None


def order(**given: Any) -> Callable[..., Any]:
    """Return what places an order of no service in the catalogue."""
    return lambda uow: create_order(uow, client_id=john.id, **({"service": "Logo"} | given), at=later)


def client(**given: Any) -> Callable[..., Any]:
    """Return what changes John."""
    return lambda uow: update_client(uow, john.id, ClientPatch(**given), at=later)


def newcomer(**given: Any) -> Callable[..., Any]:
    """Return what registers somebody."""
    ann = {"email": "ann@example.com", "first_name": "Ann", "last_name": "Lee"}
    return lambda uow: create_client(uow, **ann, details=ClientPatch(**given), at=later)


def service(**given: Any) -> Callable[..., Any]:
    """Return what changes the service."""
    return lambda uow: update_service(uow, web_development.id, ServicePatch(**given), at=later)


def offer(**given: Any) -> Callable[..., Any]:
    """Return what offers a service."""
    return lambda uow: create_service(
        uow, name="Logo", currency="USD", recurrence=Recurrence.ONE_TIME, details=ServicePatch(**given), at=later
    )


def bill(**given: Any) -> Callable[..., Any]:
    """Return what issues an invoice."""
    line = InvoiceItemDraft(name="Advice", amount=Decimal(5))
    return lambda uow: create_invoice(uow, payer=john.id, items=[line], **given, at=later)


WRONG: dict[str, tuple[Callable[..., Any], str]] = {
    "price float": (order(price=5.0), "the price is Money, not float; make it with money()"),
    "price nought": (order(price=0.0, service_id=web_development.id), "the price is Money, not float; make it with m"),
    "price decimal": (order(price=Decimal(5)), "the price is Money, not Decimal; make it with money()"),
    "order status": (order(status=9), "status must be of OrderStatus, not 9"),
    "order number": (order(number=5), "number must be text, not int"),
    "order service": (order(service=5), "service must be text, not int"),
    "order quantity": (order(quantity=None), "quantity must be a whole number, not NoneType"),
    "new order status": (
        lambda uow: update_order(uow, website.id, OrderPatch(status=9), at=later),  # type: ignore[arg-type]
        "status must be of OrderStatus, not 9",
    ),
    "ticket status": (
        lambda uow: update_ticket(uow, ticket.id, TicketPatch(status=9), at=later),  # type: ignore[arg-type]
        "status must be of TicketStatus, not 9",
    ),
    "invoice status": (
        lambda uow: update_invoice(uow, invoice.id, InvoicePatch(status=9), at=later),  # type: ignore[arg-type]
        "status must be of InvoiceStatus, not 9",
    ),
    "recurring": (bill(recurring=ANY), "recurring must be of BillingPeriod, not {"),
    "client status float": (client(status=1.5), "status must be a whole number, not float"),
    "client status text": (client(status="0"), "status must be a whole number, not str"),
    "client status none": (client(status=None), "status must be a whole number, not NoneType"),
    "newcomer status": (newcomer(status=1.5), "status must be a whole number, not float"),
    "place": (client(address=ANY), "place must be of PostalAddress, not {"),
    "place of a newcomer": (newcomer(address=ANY), "place must be of PostalAddress, not {"),
    "email": (client(email=5), "email must be text, not int"),
    "multi_order": (offer(multi_order=None), "multi_order must be True or False, not None"),
    "public": (service(public="yes"), "public must be True or False, not 'yes'"),
    "sort_order": (service(sort_order=None), "sort_order must be a whole number, not NoneType"),
    "currency": (service(currency=5), "a currency is the text of its code, not int"),
    "is_public": (
        lambda uow: add_order_task(uow, website.id, name="Draft", details=OrderTaskPatch(is_public=ANY), at=later),
        "is_public must be True or False, not {",
    ),
    "for_client": (
        lambda uow: update_order_task(uow, task.id, OrderTaskPatch(for_client=NONE, employee_ids=()), at=later),
        "for_client must be True or False, not None",
    ),
    "staff_only": (
        lambda uow: post_order_message(uow, website.id, author_id=jane.id, text="A", staff_only=ANY, at=later),
        "staff_only must be True or False, not {",
    ),
    "files": (
        lambda uow: post_order_message(uow, website.id, author_id=jane.id, text="A", files=URL, at=later),
        "files are several addresses; put 'https://x' into a list",
    ),
    "files of a ticket": (
        lambda uow: post_ticket_message(uow, ticket.id, author_id=jane.id, text="A", files=URL, at=later),
        "files are several addresses; put 'https://x' into a list",
    ),
}


@pytest.mark.usefixtures("store")
def test_what_is_of_another_type_is_refused_and_nothing_is_written(agency: Store):
    """By the type that was wanted, and the one that was given."""
    before = everything(agency)
    for name, (use_case, complaint) in WRONG.items():
        with pytest.raises(TypeError) as refused:
            agency.run(acme.id, use_case)
        assert str(refused.value).startswith(complaint), name
    assert everything(agency) == before


def everything(store: Store) -> list[object]:
    """Return what there is of what the use cases above would have written."""
    return [
        store.read(acme.id, query, *keys)  # type: ignore[arg-type]
        for query, *keys in (
            (list_orders,),
            (get_order, website.id),
            (list_tickets,),
            (list_services,),
            (get_service, web_development.id),
            (get_client, john.id),
            (get_invoice, invoice.id),
            (list_order_tasks, website.id),
            (list_order_messages, website.id),
        )
    ]


@pytest.mark.parametrize("given", [1, None, "yes"], ids=repr)
def test_a_setting_is_true_or_false(given: Any):
    """And a level a number: where roles are defined, on every store the same."""
    with pytest.raises(TypeError, match="team must be True or False"):
        Settings(team=given)
    with pytest.raises(TypeError, match="clients must be a whole number, not float"):
        Levels(clients=1.5)  # type: ignore[arg-type]
