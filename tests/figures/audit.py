"""What must hold of everything that ``writing.py`` has written, whenever it was stopped, and however."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

from attrs import define, field
from tests.figures.writing import BILLED_SERVICES, Cast, tags

from service_engine.domain.invoices import Invoice, InvoiceStatus, invoice_number
from service_engine.domain.orders import Order
from service_engine.domain.payments import PaymentStatus
from service_engine.ports.lists import PageRequest
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.usecases.invoices import list_invoices
from service_engine.usecases.orders import list_orders
from service_engine.usecases.tickets import get_ticket, list_tickets

__all__ = ["Acknowledged", "Findings", "audit", "read_lines"]

_PAGE = 100


@define
class Acknowledged:
    """What a writer has said."""

    ids: dict[str, set[UUID]] = field(factory=lambda: defaultdict(set))
    errors: list[str] = field(factory=list)

    @property
    def total(self) -> int:
        """How much was acknowledged."""
        return sum(map(len, self.ids.values()))


def read_lines(lines: Iterable[str]) -> Acknowledged:
    """Return what the lines say; one that was cut off by the writer's death says nothing."""
    said = Acknowledged()
    for line in lines:
        what, _, rest = line.partition(" ")
        if not line.endswith("\n"):
            continue
        if what == "error":
            said.errors.append(rest.strip())
        else:
            said.ids[what].add(UUID(rest.split()[0]))
    return said


@define
class Findings:
    """What is wrong; nothing, if all three are empty."""

    lost: list[str] = field(factory=list)
    twice: list[str] = field(factory=list)
    half: list[str] = field(factory=list)
    stored: int = 0

    def __iter__(self) -> Iterator[str]:
        yield from self.lost
        yield from self.twice
        yield from self.half

    def expect(self, what: str, expected: object, actual: object) -> None:
        """Note that something is not whole, unless it is as expected."""
        if expected != actual:
            self.half.append(f"{what}: {actual!r} instead of {expected!r}")


def audit(store: Store, cast: Cast, said: Acknowledged, *, unanswered: int) -> Findings:
    """Compare what is stored in an organisation with what was acknowledged, and see that each thing is whole.

    Args:
        store: Where it is.
        cast: The organisation, in which nothing else was written.
        said: What the writer acknowledged.
        unanswered: How many operations may have been committed without an acknowledgement: those that were in flight
            at the writer's death, or whose error leaves it open.
    """
    found = Findings()
    orders = [row.order for row in _everything(store, cast, list_orders)]
    invoices = [row.invoice for row in _everything(store, cast, list_invoices)]
    tickets = _check_tickets(store, cast, found)
    placed = [order for order in orders if order.invoice_id is None]
    _check_orders(placed, cast, found)
    _check_invoices(store, cast, invoices, orders, found)
    stored = {
        "ticket": tickets,
        "order": {order.id for order in placed},
        "invoice": {invoice.id for invoice in invoices},
        "paid": {invoice.id for invoice in invoices if invoice.status is InvoiceStatus.PAID},
    }
    for what, ids in said.ids.items():
        found.lost += [f"{what} {each} was acknowledged and is not there" for each in ids - stored[what]]
    found.stored = sum(map(len, stored.values()))
    unasked = sum(len(ids - said.ids[what]) for what, ids in stored.items())
    if unasked > unanswered:
        found.twice.append(f"{unasked} are stored that nobody acknowledged; {unanswered} can be explained")
    return found


def _everything(store: Store, cast: Cast, query: Callable[..., Any]) -> list[Any]:
    rows: list[Any] = []
    for number in range(1, 10_000):
        page = store.read(cast.org_id, query, page=PageRequest(number=number, size=_PAGE))
        rows += page.rows
        if len(page.rows) < _PAGE:
            break
    return rows


def _once(what: str, keys: Iterable[str], found: Findings) -> None:
    found.twice += [f"{what} {key} is there {times} times" for key, times in Counter(keys).items() if times > 1]


def _check_tickets(store: Store, cast: Cast, found: Findings) -> set[UUID]:
    rows = _everything(store, cast, list_tickets)
    _once("ticket", [row.subject for row in rows], found)
    for row in rows:
        ticket = store.read(cast.org_id, get_ticket, row.id)
        name = f"ticket {ticket.subject}"
        found.expect(f"{name}, employees", [cast.employee_id], [each.id for each in ticket.employees])
        found.expect(f"{name}, tags", tags(ticket.subject), list(ticket.tags))
        found.expect(f"{name}, messages", [ticket.subject], [message.text for message in ticket.messages])
        found.expect(f"{name}, last message", [ticket.last_message_at], [each.created_at for each in ticket.messages])
    return {row.id for row in rows}


def _check_orders(placed: list[Order], cast: Cast, found: Findings) -> None:
    _once("order", [order.service_name for order in placed], found)
    for order in placed:
        name = f"order {order.service_name}"
        found.expect(f"{name}, employees", (cast.employee_id,), order.employee_ids)
        found.expect(f"{name}, tags", tags(order.service_name), [tag.name for tag in order.tags])


def _check_invoices(store: Store, cast: Cast, invoices: list[Invoice], orders: list[Order], found: Findings) -> None:
    _once("invoice", [invoice.note or "" for invoice in invoices], found)
    numbers = sorted(invoice.number for invoice in invoices)
    found.expect("invoice numbers", sorted(invoice_number(each + 1) for each in range(len(invoices))), numbers)
    found.expect("the counter", len(invoices), _counted(store, cast))
    by_invoice: dict[Any, list[Order]] = defaultdict(list)
    for order in orders:
        by_invoice[order.invoice_id].append(order)
    for invoice in invoices:
        _check_invoice(store, cast, invoice, by_invoice[invoice.id], found)
    ours = {invoice.id for invoice in invoices}
    found.half += [f"an order of no invoice: {each}" for each in by_invoice if each is not None and each not in ours]


def _check_invoice(store: Store, cast: Cast, invoice: Invoice, orders: list[Order], found: Findings) -> None:
    name = f"invoice {invoice.note}"
    found.expect(f"{name}, lines", BILLED_SERVICES + 1, len(invoice.items))
    payments, subscription = store.run(
        cast.org_id, lambda uow: (uow.payments.of_invoice(invoice.id), uow.subscriptions.of_invoice(invoice.id))
    )
    ordered = {item.order_id for item in invoice.items if item.order_id is not None}
    if invoice.status is not InvoiceStatus.PAID:
        found.expect(f"{name}, unpaid", InvoiceStatus.UNPAID, invoice.status)
        comes_of_it = (invoice.paid.amount, payments, subscription, ordered, orders)
        found.expect(f"{name}, what comes of it", (0, (), None, set(), []), comes_of_it)
        return
    found.expect(f"{name}, orders", ordered, {order.id for order in orders})
    found.expect(f"{name}, number of orders", BILLED_SERVICES, len(orders))
    paid = [(each.status, each.amount) for each in payments]
    found.expect(f"{name}, payments", [(PaymentStatus.SUCCEEDED, invoice.total)], paid)
    found.expect(f"{name}, paid", invoice.total, invoice.paid)
    of_subscription = {order.subscription_id for order in orders}
    found.expect(f"{name}, subscription", {None if subscription is None else subscription.id}, of_subscription)


class _Undone(Exception):  # noqa: N818  # not an error: the way to roll back on purpose
    pass


def _counted(store: Store, cast: Cast) -> int:
    """Return how many invoices the counter has counted; it can only be asked by counting on, which is undone."""
    counted: list[int] = []

    def count_on(uow: UnitOfWork) -> None:
        counted.append(uow.invoices.next_in_sequence() - 1)
        raise _Undone

    with suppress(_Undone):
        store.run(cast.org_id, count_on)
    return counted[-1]
