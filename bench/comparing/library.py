"""The library as a contender: its use cases on ``SqlStore.from_url``, as its README says, with nothing tuned.

``plainly`` is what a comparable answer is: every contender's answer has to come to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar

import attrs

from bench.contenders import CAP, Given, Noun, Operation, Plain, Task
from bench.data.datasets import ITEM_AMOUNT, ITEM_NAME
from service_engine import SqlStore
from service_engine.domain.ids import (
    ClientId,
    EmployeeId,
    InvoiceId,
    OrderId,
    OrganizationId,
    ServiceId,
    TicketId,
    UserId,
)
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoices import Invoice
from service_engine.domain.money import Money
from service_engine.domain.order_details import OrderDetails
from service_engine.domain.orders import Order, OrderStatus
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.ports.keysets import CappedTotal, Counting, Cursor, KeysetPage, KeysetRequest, Total
from service_engine.ports.lists import Page, PageRequest, Sort, SortField
from service_engine.usecases import invoices, orders, tickets
from service_engine.usecases.invoices import (
    InvoicePatch,
    create_invoice,
    get_invoice,
    list_invoices,
    scroll_invoices,
    update_invoice,
)
from service_engine.usecases.orders import OrderPatch, create_order, get_order, list_orders, scroll_orders, update_order
from service_engine.usecases.tickets import (
    TicketPatch,
    get_ticket,
    list_tickets,
    open_ticket,
    scroll_tickets,
    update_ticket,
)

__all__ = ["Library", "plainly"]

S = TypeVar("S", bound=SortField)
T = TypeVar("T")
_AMOUNT: Final = Decimal(ITEM_AMOUNT).scaleb(-3)


class Library:
    """The library on one database."""

    name: str = "service_engine"

    def __init__(self, url: str) -> None:
        self.store = SqlStore.from_url(url)

    @classmethod
    def open(cls, url: str) -> Library:
        """Open it on a database that has our schema."""
        return cls(url)

    def operations(self) -> Mapping[Operation, Callable[[Given], Any]]:
        """Return what it can do: everything."""
        return {
            Operation(Noun.TICKETS, Task.LIST): self._list_tickets,
            Operation(Noun.TICKETS, Task.OFFSET): self._list_tickets,
            Operation(Noun.TICKETS, Task.CAPPED): self._scroll_tickets,
            Operation(Noun.TICKETS, Task.KEYSET): self._scroll_tickets,
            Operation(Noun.TICKETS, Task.RETRIEVE): self._get_ticket,
            Operation(Noun.TICKETS, Task.CREATE): self._open_ticket,
            Operation(Noun.TICKETS, Task.CHANGE): self._close_ticket,
            Operation(Noun.ORDERS, Task.LIST): self._list_orders,
            Operation(Noun.ORDERS, Task.OFFSET): self._list_orders,
            Operation(Noun.ORDERS, Task.CAPPED): self._scroll_orders,
            Operation(Noun.ORDERS, Task.KEYSET): self._scroll_orders,
            Operation(Noun.ORDERS, Task.RETRIEVE): self._get_order,
            Operation(Noun.ORDERS, Task.CREATE): self._create_order,
            Operation(Noun.ORDERS, Task.CHANGE): self._complete_order,
            Operation(Noun.INVOICES, Task.LIST): self._list_invoices,
            Operation(Noun.INVOICES, Task.OFFSET): self._list_invoices,
            Operation(Noun.INVOICES, Task.CAPPED): self._scroll_invoices,
            Operation(Noun.INVOICES, Task.KEYSET): self._scroll_invoices,
            Operation(Noun.INVOICES, Task.RETRIEVE): self._get_invoice,
            Operation(Noun.INVOICES, Task.CREATE): self._create_invoice,
            Operation(Noun.INVOICES, Task.CHANGE): self._replace_items,
        }

    def plain(self, operation: Operation, answer: Any) -> Plain:
        """Return an answer in comparable form; of a write, the id."""
        if operation.task in {Task.CREATE, Task.CHANGE}:
            return answer.id
        return plainly(answer)

    def close(self) -> None:
        """Give the connections back."""
        self.store.close()

    def _list_tickets(self, given: Given) -> Page[Any]:
        return self.store.read(OrganizationId(given.org_id), list_tickets, page=_page(given))

    def _list_orders(self, given: Given) -> Page[Any]:
        return self.store.read(OrganizationId(given.org_id), list_orders, page=_page(given))

    def _list_invoices(self, given: Given) -> Page[Any]:
        return self.store.read(OrganizationId(given.org_id), list_invoices, page=_page(given))

    def _scroll_tickets(self, given: Given) -> KeysetPage[Any, Any]:
        page = _scrolled(given, tickets.NEWEST_FIRST)
        return self.store.read(OrganizationId(given.org_id), scroll_tickets, page=page)

    def _scroll_orders(self, given: Given) -> KeysetPage[Any, Any]:
        page = _scrolled(given, orders.NEWEST_FIRST)
        return self.store.read(OrganizationId(given.org_id), scroll_orders, page=page)

    def _scroll_invoices(self, given: Given) -> KeysetPage[Any, Any]:
        page = _scrolled(given, invoices.NEWEST_FIRST)
        return self.store.read(OrganizationId(given.org_id), scroll_invoices, page=page)

    def _get_ticket(self, given: Given) -> Any:
        return self.store.read(OrganizationId(given.org_id), get_ticket, TicketId(_needed(given.id)))

    def _get_order(self, given: Given) -> Any:
        return self.store.read(OrganizationId(given.org_id), get_order, OrderId(_needed(given.id)))

    def _get_invoice(self, given: Given) -> Any:
        return self.store.read(OrganizationId(given.org_id), get_invoice, InvoiceId(_needed(given.id)))

    def _open_ticket(self, given: Given) -> Ticket:
        return self.store.run(
            OrganizationId(given.org_id),
            open_ticket,
            client_id=_client(given),
            subject=given.text,
            employee_ids=_employees(given),
            tags=given.tags,
            at=_needed(given.at),
        )

    def _close_ticket(self, given: Given) -> Ticket:
        patch = TicketPatch(status=TicketStatus.CLOSED, employee_ids=_employees(given), tags=given.tags)
        return self.store.run(
            OrganizationId(given.org_id), update_ticket, TicketId(_needed(given.id)), patch, at=_needed(given.at)
        )

    def _create_order(self, given: Given) -> Order:
        return self.store.run(
            OrganizationId(given.org_id),
            create_order,
            client_id=_client(given),
            service_id=ServiceId(_needed(given.service_id)),
            employee_ids=_employees(given),
            tags=given.tags,
            details=OrderDetails(note=given.text),
            at=_needed(given.at),
        )

    def _complete_order(self, given: Given) -> Order:
        patch = OrderPatch(status=OrderStatus.COMPLETED, employee_ids=_employees(given), tags=given.tags)
        return self.store.run(
            OrganizationId(given.org_id), update_order, OrderId(_needed(given.id)), patch, at=_needed(given.at)
        )

    def _create_invoice(self, given: Given) -> Invoice:
        return self.store.run(
            OrganizationId(given.org_id),
            create_invoice,
            payer=_client(given),
            items=_items(given),
            note=given.text,
            at=_needed(given.at),
        )

    def _replace_items(self, given: Given) -> Invoice:
        patch = InvoicePatch(items=_items(given))
        return self.store.run(
            OrganizationId(given.org_id), update_invoice, InvoiceId(_needed(given.id)), patch, at=_needed(given.at)
        )


def plainly(value: Any) -> Plain:
    """Return a value of the library as dictionaries, lists and what JSON's neighbours are made of.

    Attributes keep their names, computed ones are there too; ids, texts, flags, None and ``Decimal`` (of a tax) stay;
    times are in UTC, statuses plain numbers; an amount is its thousandths and its currency; a page is its total and
    its rows, and a total that is more than a cap is one more than the cap.
    """
    if isinstance(value, Money):
        return [int(value.amount.scaleb(3)), value.currency]
    if isinstance(value, Page):
        return {"total": value.total, "rows": [plainly(row) for row in value.rows]}
    if isinstance(value, KeysetPage):
        return {"total": _counted(value.total), "rows": [plainly(row) for row in value.rows]}
    if attrs.has(type(value)):
        return {each.name: plainly(getattr(value, each.name)) for each in attrs.fields(type(value))}
    if isinstance(value, Mapping):
        return {key: plainly(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plainly(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value.value if isinstance(value, Enum) else value


def _page(given: Given) -> PageRequest:
    return PageRequest(number=given.number, size=given.size)


def _scrolled(given: Given, sort: Sort[S]) -> KeysetRequest[S]:
    if given.after is None:
        return KeysetRequest(size=given.size, counting=Counting.CAPPED, cap=CAP)
    return KeysetRequest(size=given.size, after=Cursor(sort, *given.after))


def _counted(total: Total | None) -> int | None:
    return total.more_than + 1 if isinstance(total, CappedTotal) else None if total is None else total.rows


def _needed(value: T | None) -> T:
    if value is None:
        msg = "the operation was not given all that it needs"
        raise ValueError(msg)
    return value


def _client(given: Given) -> ClientId:
    return ClientId(UserId(_needed(given.client_id)))


def _employees(given: Given) -> list[EmployeeId]:
    return [EmployeeId(UserId(each)) for each in given.employee_ids]


def _items(given: Given) -> list[InvoiceItemDraft]:
    service_id = None if given.service_id is None else ServiceId(given.service_id)
    return [
        InvoiceItemDraft(name=ITEM_NAME, quantity=each, amount=_AMOUNT, service_id=service_id)
        for each in given.quantities
    ]
