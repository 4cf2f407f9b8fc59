"""What Django's ORM reads; imported by ``django_orm`` once Django is set up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from django.db.models import Prefetch, Q, QuerySet

from bench.contenders import CAP, Given, Noun, Operation, Task
from bench.peers.django_models import (
    Invoice,
    InvoiceItem,
    Order,
    OrderEmployee,
    OrderTag,
    Ticket,
    TicketEmployee,
    TicketMessage,
    TicketTag,
)

__all__ = ["READS"]

_COLLEAGUE: Final = ("employee__first_name", "employee__last_name", "employee__role_id")


def _tickets(given: Given) -> QuerySet[Any]:
    return _work(Ticket, TicketEmployee, TicketTag, "ticket_id", given)


def _orders(given: Given) -> QuerySet[Any]:
    return _work(Order, OrderEmployee, OrderTag, "order_id", given)


def _invoices(given: Given) -> QuerySet[Any]:
    items = InvoiceItem.objects.filter(org_id=given.org_id).order_by("position")
    return (
        _live(Invoice, given)
        .select_related("client__role", "client__address")
        .prefetch_related(Prefetch("lines", items, to_attr="shown_items"))
    )


def _work(model: Any, employee_link: Any, tag_link: Any, owner: str, given: Given) -> QuerySet[Any]:
    links = employee_link.objects.filter(org_id=given.org_id).select_related("employee").order_by("position")
    tags = tag_link.objects.filter(org_id=given.org_id).select_related("tag").order_by("position")
    return (
        _live(model, given)
        .select_related("client__role", "client__address")
        .prefetch_related(
            Prefetch("employee_links", links.only(owner, *_COLLEAGUE), to_attr="shown_employees"),
            Prefetch("tag_links", tags.only(owner, "tag__name"), to_attr="shown_tags"),
        )
    )


def _ticket_details(given: Given) -> QuerySet[Any]:
    messages = TicketMessage.objects.filter(org_id=given.org_id).order_by("created_at", "id")
    return (
        _tickets(given)
        .select_related("linked_order")
        .prefetch_related(Prefetch("written", messages, to_attr="shown_messages"))
    )


def _live(model: Any, given: Given) -> QuerySet[Any]:
    return model.objects.filter(org_id=given.org_id, deleted_at__isnull=True)


_SHOWN: Final[Mapping[Noun, tuple[Any, Callable[[Given], QuerySet[Any]], Callable[[Given], QuerySet[Any]]]]] = {
    Noun.TICKETS: (Ticket, _tickets, _ticket_details),
    Noun.ORDERS: (Order, _orders, _orders),
    Noun.INVOICES: (Invoice, _invoices, _invoices),
}


def _newest(noun: Noun, given: Given) -> QuerySet[Any]:
    _, shown, _ = _SHOWN[noun]
    return shown(given).order_by("-created_at", "-id")


def _page(noun: Noun, given: Given) -> tuple[int, list[Any]]:
    start = (given.number - 1) * given.size
    rows = list(_newest(noun, given)[start : start + given.size])
    return _live(_SHOWN[noun][0], given).count(), rows


def _capped(noun: Noun, given: Given) -> tuple[int, list[Any]]:
    rows = list(_newest(noun, given)[: given.size])
    return _live(_SHOWN[noun][0], given)[: CAP + 1].count(), rows


def _far_page(noun: Noun, given: Given) -> tuple[int, list[Any]]:
    # The ids first: otherwise clients are joined to every row that is skipped, which takes 20 times as long.
    model, shown, _ = _SHOWN[noun]
    start = (given.number - 1) * given.size
    ids = _live(model, given).order_by("-created_at", "-id").values("id")[start : start + given.size]
    rows = list(shown(given).filter(id__in=ids).order_by("-created_at", "-id"))
    return _live(model, given).count(), rows


def _after(noun: Noun, given: Given) -> tuple[None, list[Any]]:
    if given.after is None:
        msg = "the row that the page comes after is not given"
        raise ValueError(msg)
    at, id_ = given.after
    # The first condition alone is what an index can be searched by.
    older = _newest(noun, given).filter(Q(created_at__lt=at) | Q(id__lt=id_), created_at__lte=at)
    return None, list(older[: given.size])


def _one(noun: Noun, given: Given) -> Any:
    _, _, details = _SHOWN[noun]
    return details(given).get(id=given.id)


_TASKS: Final = {
    Task.LIST: _page,
    Task.OFFSET: _far_page,
    Task.CAPPED: _capped,
    Task.KEYSET: _after,
    Task.RETRIEVE: _one,
}
READS: Final[Mapping[Operation, Callable[[Given], Any]]] = {
    Operation(noun, task): partial(read, noun) for noun in Noun for task, read in _TASKS.items()
}
