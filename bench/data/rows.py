"""What is in a dataset: the rows of every table, made in the order of time, the same ones each time.

The organisations are mixed, as they would be had the rows come over the years: a page of one of them is spread over the
table.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from attrs import frozen

from bench.data.founding import Organization, found
from bench.data.ledger import DAY, HOUR, Ledger, Row
from service_engine.domain.invoices import NUMBER_PREFIX, PAYMENT_TERM, InvoiceStatus, invoice_number
from service_engine.domain.orders import NUMBER_ALPHABET, NUMBER_LENGTH, OrderStatus
from service_engine.domain.tickets import TicketStatus

__all__ = ["Scale", "chunks"]

_SEED: Final = 20_260_207
_SPAN: Final = 3 * 365 * DAY
_LARGEST_SHARE: Final = 0.3
_CHUNK: Final = 10_000
_TERM: Final = PAYMENT_TERM // timedelta(milliseconds=1)
_EVERY: Final = 5
"""Of so many tickets the first one comes with an order and an invoice."""
_TWINS: Final = 20
"""Of so many tickets the last one is as old as the one before: equally old ones have an order, too."""
_STAFF_ONLY: Final = 3
"""The position of the message that clients do not see."""
_HALF: Final = 0.5
_DELETED: Final = 0.02
_PERCENTAGE: Final = 2

_SUBJECTS: Final = ("Help with order", "Cannot sign in", "Übergrößen fehlen", "Invoice is wrong", "100% _done_?")
_SENTENCES: Final = (
    "Thank you for getting back to us so soon.",
    "The page still shows the old prices, whatever we do; a colleague of mine sees the same on her phone.",
    "Could you have a look before Friday?",
    'We have tried it with "another" browser, and in a private window, with the same result.',
    "Das Bild im Kopf der Seite fehlt seit gestern, und die Übergrößen auch.",
    "I have attached what we agreed on. Please tell me if something is missing, and who will work on it.",
)
_NOTES: Final = (None, *_SENTENCES)
_FORMS: Final = ("{}", "{}", '{"pages": 5, "colours": ["red", "blue"]}')
_METADATA: Final = ("{}", "{}", '{"campaign": "spring"}')
_OPTIONS: Final = ("{}", "{}", '{"express": true}')
_DISCOUNTS: Final = (0, 1000, 0)
_BILLED_TO: Final = (
    '{"line_1": "1 High Street", "line_2": null, "city": "York", "state": null, "country": "GB", "postcode": "YO1 1AA",'
    ' "first_name": "John", "last_name": "Doe", "company_name": null}'
)
_TICKET_STATUSES: Final = (TicketStatus.OPEN,) * 7 + (TicketStatus.PENDING,) * 5 + (TicketStatus.CLOSED,) * 8
_ORDER_STATUSES: Final = tuple(OrderStatus)
_INVOICE_STATUSES: Final = (
    *(InvoiceStatus.DRAFT,) * 2,
    *(InvoiceStatus.UNPAID,) * 10,
    *(InvoiceStatus.PAID,) * 5,
    InvoiceStatus.REFUNDED,
    InvoiceStatus.CANCELLED,
    InvoiceStatus.PARTIALLY_PAID,
)
_SETTLED: Final = frozenset({InvoiceStatus.PAID, InvoiceStatus.REFUNDED})


@frozen
class Scale:
    """How large a dataset is.

    Args:
        tickets: Of all organisations together.
        organizations: The first has 30 % of everything, the others share the rest; at least two.
    """

    tickets: int
    organizations: int


def chunks(scale: Scale) -> Iterator[tuple[dict[str, list[Row]], int]]:
    """Yield the rows, by table, a chunk at a time, each with the number of tickets that are in it."""
    history = _History(scale)
    for start in range(0, scale.tickets, _CHUNK):
        stop = min(start + _CHUNK, scale.tickets)
        for number in range(start, stop):
            history.happen(number)
        if stop == scale.tickets:
            history.end()
        yield history.ledger.take_rows(), stop - start


class _History:
    """Everything that happens to the organisations, one ticket after the other."""

    def __init__(self, scale: Scale) -> None:
        self.ledger = ledger = Ledger(_SEED)
        self.random = ledger.random
        self.choice = ledger.choice
        self.step = _SPAN / scale.tickets
        largest = int(scale.tickets * _LARGEST_SHARE)
        other = (scale.tickets - largest) // (scale.organizations - 1)
        self.organizations = [
            found(ledger, number, other if number else largest) for number in range(scale.organizations)
        ]

    def end(self) -> None:
        """Write how many invoices each organisation has issued."""
        counters = [(each.id, "invoices", each.invoices) for each in self.organizations if each.invoices]
        self.ledger.rows["counters"] += counters

    def happen(self, number: int) -> None:
        """Open the next ticket; with every fifth, a client is billed and places an order first."""
        at = int(self.step * (number - (number % _TWINS == _TWINS - 1)))
        org = self.organization(number)
        if number % _EVERY == 0:
            client_id = self.choice(org.clients)
            self.order(org, client_id, at, self.invoice(org, client_id, at))
        self.ticket(org, at)

    def organization(self, number: int) -> Organization:
        """Return whose the next ticket is; everybody has one."""
        everybody = self.organizations
        if number < len(everybody):
            return everybody[number]
        is_largest = self.random.random() < _LARGEST_SHARE
        return everybody[0 if is_largest else self.random.randrange(1, len(everybody))]

    def ticket(self, org: Organization, at: int) -> None:
        """Open a ticket with everything that belongs to it."""
        random, when, id_ = self.random, self.ledger.when, self.ledger.new_id(at)
        status = self.choice(_TICKET_STATUSES)
        is_closed = status is TicketStatus.CLOSED
        last = self.messages("ticket_messages", org, id_, at, 5)
        changed = when(last + HOUR)
        row: Row = (
            org.id,
            id_,
            self.choice(_SUBJECTS),
            self.choice(org.clients),
            self.choice(org.orders) if org.orders and random.random() < _LARGEST_SHARE else None,
            status.value,
            "API",
            self.choice(_NOTES),
            self.choice(_FORMS),
            self.choice(_METADATA),
            when(at),
            changed,
            when(last),
            changed if is_closed else None,
            self.deleted(changed),
            7 if is_closed else 6,
        )
        self.ledger.rows["tickets"].append(row)
        self.link("ticket", org, id_)

    def order(self, org: Organization, client_id: str, at: int, invoice_id: str) -> None:
        """Place an order with everything that belongs to it."""
        random, when, id_ = self.random, self.ledger.when, self.ledger.new_id(at)
        service, status = self.choice(org.services), self.choice(_ORDER_STATUSES)
        last = self.messages("order_messages", org, id_, at, 3)
        changed = when(last + HOUR)
        row: Row = (
            org.id,
            id_,
            "".join(random.choices(NUMBER_ALPHABET, k=NUMBER_LENGTH)),
            client_id,
            service.id,
            invoice_id if random.random() < _HALF else None,
            service.name,
            status.value,
            service.price,
            random.randint(1, 5),
            org.currency,
            self.choice(_NOTES),
            self.choice(_FORMS),
            self.choice(_METADATA),
            when(at + HOUR) if status else None,
            changed if status is OrderStatus.COMPLETED else None,
            when(at + _TERM),
            when(last),
            when(at),
            changed,
            self.deleted(changed),
            4,
        )
        self.ledger.rows["orders"].append(row)
        self.link("order", org, id_)
        self.tasks(org, id_, at, org.staff[0] if status is OrderStatus.COMPLETED else None)
        org.orders = [*org.orders[-9:], id_]

    def tasks(self, org: Organization, order_id: str, at: int, completed_by: str | None) -> None:
        """Write what there is to do for an order, and whether it is done."""
        for position, name in enumerate(("Draft", "Review")):
            begun, done = self.ledger.when(at + HOUR * (position + 1)), self.ledger.when(at + DAY)
            completed = (0, None, None) if completed_by is None else (1, completed_by, done)
            task = (org.id, self.ledger.new_id(at + HOUR), order_id, name, position, *completed, begun, begun)
            self.ledger.rows["order_tasks"].append(task)

    def link(self, noun: str, org: Organization, id_: str) -> None:
        """Assign two employees, the longer-serving one first, and give three tags."""
        first, second = sorted(self.random.sample(range(len(org.staff)), 2))
        assigned = [(org.id, id_, org.staff[first], 0), (org.id, id_, org.staff[second], 1)]
        self.ledger.rows[f"{noun}_employees"] += assigned
        tags = enumerate(self.random.sample(org.tags, 3))
        self.ledger.rows[f"{noun}_tags"] += [(org.id, id_, tag_id, position) for position, tag_id in tags]

    def messages(self, table: str, org: Organization, id_: str, at: int, count: int) -> int:
        """Write messages, one in half an hour, of clients and staff in turn, and return the time of the last."""
        choice, new_id, when, rows = self.choice, self.ledger.new_id, self.ledger.when, self.ledger.rows[table]
        for number in range(count):
            at += HOUR // 2
            author = choice(org.staff if number % 2 else org.clients)
            text = f"{choice(_SENTENCES)} {choice(_SENTENCES)}"
            rows.append((org.id, new_id(at), id_, author, text, int(number == _STAFF_ONLY), when(at)))
        return at

    def invoice(self, org: Organization, client_id: str, at: int) -> str:
        """Issue an invoice of three items, and have some of them paid."""
        when, id_ = self.ledger.when, self.ledger.new_id(at)
        org.invoices += 1
        subtotal = sum(self.item(org, id_, at, position) for position in range(3))
        tax_type, percent = self.choice(((None, 0), (_PERCENTAGE, 19_000)))
        total = subtotal + subtotal * percent // 100_000  # whole cents, because the prices are whole dollars
        status, changed = self.choice(_INVOICE_STATUSES), when(at + DAY)
        paid = total if status in _SETTLED else 10_000 if status is InvoiceStatus.PARTIALLY_PAID else 0
        row: Row = (
            org.id,
            id_,
            invoice_number(org.invoices),
            NUMBER_PREFIX,
            client_id,
            _BILLED_TO if org.invoices % 3 else None,
            status.value,
            org.currency,
            subtotal,
            total - subtotal,
            total,
            paid,
            "Tax" if tax_type else None,
            tax_type,
            percent,
            when(at + _TERM),
            changed if status in _SETTLED else None,
            self.choice(_NOTES),
            "Manual" if paid else None,
            when(at),
            changed if paid else when(at),
            self.deleted(changed),
            2 if paid else 1,
        )
        self.ledger.rows["invoices"].append(row)
        if paid:
            payment = (org.id, self.ledger.new_id(at + DAY), id_, 1, paid, org.currency, "Manual", changed, changed)
            self.ledger.rows["payments"].append(payment)
        return id_

    def item(self, org: Organization, invoice_id: str, at: int, position: int) -> int:
        """Write one line of an invoice, and return its total."""
        service, quantity, when = self.choice(org.services), self.random.randint(1, 4), self.ledger.when(at)
        discount = _DISCOUNTS[position]
        total = service.price * quantity - discount
        start = (org.id, self.ledger.new_id(at), invoice_id, service.id, position, service.name, service.price)
        self.ledger.rows["invoice_items"].append((*start, discount, total, quantity, _OPTIONS[position], when, when))
        return total

    def deleted(self, when: str) -> str | None:
        """Return when something was deleted; None mostly."""
        return when if self.random.random() < _DELETED else None
