"""What Django's ORM writes; imported by ``django_orm`` once Django is set up.

Each in one ``transaction.atomic``. What is changed is locked with ``select_for_update``; what is referred to is only
looked up, because Django has no ``FOR SHARE``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from bench.contenders import Given, Noun, Operation, Task
from bench.peers.django_models import (
    Counter,
    Invoice,
    InvoiceItem,
    Order,
    OrderEmployee,
    OrderTag,
    Service,
    Tag,
    Ticket,
    TicketEmployee,
    TicketTag,
)
from bench.peers.django_people import User
from bench.peers.rules import (
    CLOSED,
    COMPLETED,
    COUNTER,
    LOCKED,
    SOURCE,
    Refusal,
    billing_address_of,
    due,
    invoice_number,
    items_of,
    needed,
    new_order_number,
    require_all,
    totals_of,
)

__all__ = ["WRITES"]


def _open_ticket(given: Given) -> Any:
    _require_people(given)
    tags = _find_or_create_tags(given)
    ticket = Ticket.objects.create(
        org_id=given.org_id,
        client_id=given.client_id,
        subject=given.text,
        source=SOURCE,
        created_at=given.at,
        updated_at=given.at,
    )
    _add(TicketEmployee, given, _employees(given), ticket_id=ticket.id)
    _add(TicketTag, given, _tagging(tags), ticket_id=ticket.id)
    return ticket.id


def _close_ticket(given: Given) -> Any:
    ticket = _locked(Ticket, given)
    _require_people(given)
    tags = _find_or_create_tags(given)
    _save(ticket, given, {} if ticket.status == CLOSED else {"status": CLOSED, "date_closed": given.at})
    _replace(TicketEmployee, given, _employees(given), ticket_id=ticket.id)
    _replace(TicketTag, given, _tagging(tags), ticket_id=ticket.id)
    return ticket.id


def _create_order(given: Given) -> Any:
    _require_people(given)
    service = _live(Service, given).get(id=given.service_id)
    number = _new_number(given)
    tags = _find_or_create_tags(given)
    order = Order.objects.create(
        org_id=given.org_id,
        number=number,
        client_id=given.client_id,
        service_id=service.id,
        service_name=service.name,
        price=service.price or 0,
        currency=service.currency,
        note=given.text,
        created_at=given.at,
        updated_at=given.at,
    )
    _add(OrderEmployee, given, _employees(given), order_id=order.id)
    _add(OrderTag, given, _tagging(tags), order_id=order.id)
    return order.id


def _complete_order(given: Given) -> Any:
    order = _locked(Order, given)
    _require_people(given)
    tags = _find_or_create_tags(given)
    is_new = order.status != COMPLETED
    _save(order, given, {"status": COMPLETED, "date_completed": order.date_completed or given.at} if is_new else {})
    _replace(OrderEmployee, given, _employees(given), order_id=order.id)
    _replace(OrderTag, given, _tagging(tags), order_id=order.id)
    return order.id


def _create_invoice(given: Given) -> Any:
    clients = _live(User, given).filter(role__dashboard_access=0).select_related("address")
    client = clients.get(id=given.client_id)
    service = _live(Service, given).get(id=given.service_id)
    items = items_of(given)
    subtotal = sum(each["total"] for each in items)
    invoice = Invoice.objects.create(
        org_id=given.org_id,
        number=invoice_number(_next_in_sequence(given)),
        number_prefix="INV-",
        client_id=client.id,
        billing_address=billing_address_of(client.address),
        status=1,
        currency=service.currency,
        subtotal=subtotal,
        total=subtotal,
        date_due=due(needed(given.at)),
        note=given.text,
        created_at=given.at,
        updated_at=given.at,
    )
    _add(InvoiceItem, given, items, invoice_id=invoice.id)
    return invoice.id


def _bill_anew(given: Given) -> Any:
    invoice = _locked(Invoice, given)
    if not _live(Service, given).filter(id=given.service_id).exists():
        msg = "no such service"
        raise Refusal(msg)
    if invoice.status in LOCKED:
        msg = "an invoice that is paid, refunded or cancelled cannot be edited"
        raise Refusal(msg)
    items = items_of(given)
    _save(invoice, given, totals_of(items, invoice))
    _replace(InvoiceItem, given, items, invoice_id=invoice.id)
    return invoice.id


def _live(model: Any, given: Given) -> Any:
    return model.objects.filter(org_id=given.org_id, deleted_at__isnull=True)


def _locked(model: Any, given: Given) -> Any:
    return _live(model, given).select_for_update().get(id=given.id)


def _save(row: Any, given: Given, changes: Mapping[str, Any]) -> None:
    for name, value in {**changes, "updated_at": given.at, "version": row.version + 1}.items():
        setattr(row, name, value)
    row.save(update_fields=[*changes, "updated_at", "version"])


def _add(model: Any, given: Given, rows: Sequence[Mapping[str, Any]], **owner: UUID) -> None:
    model.objects.bulk_create([model(org_id=given.org_id, **owner, **row) for row in rows])


def _replace(model: Any, given: Given, rows: Sequence[Mapping[str, Any]], **owner: UUID) -> None:
    model.objects.filter(org_id=given.org_id, **owner).delete()
    _add(model, given, rows, **owner)


def _require_people(given: Given) -> None:
    wanted = {*given.employee_ids, *(() if given.client_id is None else (given.client_id,))}
    access = dict(_live(User, given).filter(id__in=wanted).values_list("id", "role__dashboard_access"))
    require_all(given.employee_ids, (id_ for id_, level in access.items() if level > 0), "employee")
    if given.client_id is not None:
        require_all([given.client_id], (id_ for id_, level in access.items() if level == 0), "client")


def _find_or_create_tags(given: Given) -> list[UUID]:
    tags = _tags(given, given.tags)
    missing = sorted(set(given.tags).difference(tags))
    if missing:
        new = [Tag(org_id=given.org_id, name=name, created_at=given.at, updated_at=given.at) for name in missing]
        Tag.objects.bulk_create(new, ignore_conflicts=True)
        # Read again, because somebody else may have just made them, with other ids.
        tags |= _tags(given, missing)
    return [tags[name] for name in given.tags]


def _tags(given: Given, names: Collection[str]) -> dict[str, UUID]:
    return dict(Tag.objects.filter(org_id=given.org_id, name__in=names).values_list("name", "id"))


def _next_in_sequence(given: Given) -> int:
    counter = Counter.objects.filter(org_id=given.org_id, name=COUNTER)
    if not counter.update(value=F("value") + 1):
        # ``get_or_create`` bears with somebody else who begins to count at the same time.
        Counter.objects.get_or_create(org_id=given.org_id, name=COUNTER)
        counter.update(value=F("value") + 1)
    value: int = counter.values_list("value", flat=True).get()
    return value


def _new_number(given: Given) -> str:
    while True:
        number = new_order_number()
        if not Order.objects.filter(org_id=given.org_id, number=number).exists():
            return number


def _employees(given: Given) -> list[dict[str, Any]]:
    return [{"employee_id": id_, "position": position} for position, id_ in enumerate(given.employee_ids)]


def _tagging(ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return [{"tag_id": id_, "position": position} for position, id_ in enumerate(ids)]


def _atomically(write: Callable[[Given], Any], given: Given) -> Any:
    with transaction.atomic():
        return write(given)


WRITES: Final[Mapping[Operation, Callable[[Given], Any]]] = {
    operation: partial(_atomically, write)
    for operation, write in {
        Operation(Noun.TICKETS, Task.CREATE): _open_ticket,
        Operation(Noun.TICKETS, Task.CHANGE): _close_ticket,
        Operation(Noun.ORDERS, Task.CREATE): _create_order,
        Operation(Noun.ORDERS, Task.CHANGE): _complete_order,
        Operation(Noun.INVOICES, Task.CREATE): _create_invoice,
        Operation(Noun.INVOICES, Task.CHANGE): _bill_anew,
    }.items()
}
