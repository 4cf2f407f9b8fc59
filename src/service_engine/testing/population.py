"""A whole organisation on any store, with something of everything: for tests, demonstrations and measurements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

from attrs import frozen

from service_engine.domain.clients import Client, ClientPatch
from service_engine.domain.employees import Employee
from service_engine.domain.ids import OrganizationId, TicketId
from service_engine.domain.json_values import freeze
from service_engine.domain.money import money
from service_engine.domain.orders import Order, OrderStatus
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.builders import NOON, build
from service_engine.usecases.clients import create_client
from service_engine.usecases.orders import create_order, delete_order
from service_engine.usecases.organizations import Bootstrap, add_employee, bootstrap_organization
from service_engine.usecases.tickets import delete_ticket, open_ticket, post_ticket_message

__all__ = ["Populated", "populate"]


@frozen(kw_only=True)
class Populated:
    """What ``populate`` put into a store.

    Args:
        org_id: The organisation.
        bootstrap: What it was founded with: roles, administrator, token.
        employees: The administrator, and the others.
        clients: The clients.
        orders: The orders that are there; a deleted one is not among them.
        tickets: The tickets that are there; a deleted one is not among them.
        until: A time after everything that happened.
    """

    org_id: OrganizationId
    bootstrap: Bootstrap
    employees: tuple[Employee, ...]
    clients: tuple[Client, ...]
    orders: tuple[Order, ...]
    tickets: tuple[Ticket, ...]
    until: datetime


def populate(
    store: Store,
    *,
    seed: int = 0,
    org_id: OrganizationId | None = None,
    name: str = "Acme Web Agency",
    clients: int = 5,
    orders: int = 8,
    tickets: int = 20,
    at: datetime = NOON,
) -> Populated:
    """Fill a store with an organisation that has something of everything, deleted things included.

    Args:
        store: Any store; what is in it already does not matter.
        seed: Decides what the organisation looks like. Its ids come from the store: give that a ``SeededEntropy`` to
            have the same ones each time.
        org_id: The organisation's id; a fresh one by default.
        name: The organisation's name.
        clients: How many clients, at least 1.
        orders: How many orders, besides one that is deleted.
        tickets: How many tickets, besides one that is deleted.
        at: When it was founded; a minute passes from one thing to the next.

    Returns:
        What was made.

    Example:
        >>> from service_engine import MemoryStore
        >>> len(populate(MemoryStore(), tickets=3).tickets)
        3
    """
    org = OrganizationId(store.entropy.new_id()) if org_id is None else org_id
    return _Population(store, org, seed, at).fill(name=name, clients=clients, orders=orders, tickets=tickets)


_SUBJECTS: Final = ("Help with order", "Cannot sign in", "Übergrößen fehlen", "Invoice is wrong", "ticket 100% _done_")
_SERVICES: Final = ("Web Development", "SEO Audit", "Logo Design", "Hosting")
_TAGS: Final = ("urgent", "billing", "Urgent", "日本語", "follow-up")
_CURRENCIES: Final = ("USD", "EUR", "JPY", "KWD")


class _Population:
    """One run of ``populate``: a store, a clock that ticks with each thing, and choices drawn from a seed."""

    def __init__(self, store: Store, org_id: OrganizationId, seed: int, at: datetime) -> None:
        self.store = store
        self.org_id = org_id
        self.random = Random(seed)  # noqa: S311  # repeatable on purpose
        self.now = at

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def fill(self, *, name: str, clients: int, orders: int, tickets: int) -> Populated:
        founded = self.store.run(self.org_id, bootstrap_organization, name=name, at=self.tick())
        staff = (founded.administrator, *(self.employee(number) for number in (1, 2)))
        people = tuple(self.client(number) for number in range(clients))
        bought = tuple(self.order(people) for _ in range(orders + 1))
        *asked, spare = (self.ticket(people, bought, staff) for _ in range(tickets + 1))
        self.store.run(self.org_id, delete_order, bought[-1].id, at=self.tick())
        self.store.run(self.org_id, delete_ticket, spare, at=self.tick())
        return Populated(
            org_id=self.org_id,
            bootstrap=founded,
            employees=staff,
            clients=people,
            orders=bought[:-1],
            tickets=self.store.run(self.org_id, _as_they_are, asked),
            until=self.tick(),
        )

    def employee(self, number: int) -> Employee:
        return self.store.run(
            self.org_id,
            add_employee,
            email=f"employee{number}@example.com",
            first_name=self.random.choice(("Jane", "Zoë", "Omar")),
            last_name="Smith",
            at=self.tick(),
        )

    def client(self, number: int) -> Client:
        details = ClientPatch(
            company=self.random.choice((None, "Acme Corp")),
            address=self.random.choice((None, build.place(city=f"City {number}"))),
            custom_fields=freeze({"size": number, "vip": bool(number % 2)}),
        )
        return self.store.run(
            self.org_id,
            create_client,
            email=f"client{number}@example.com",
            first_name=self.random.choice(("John", "Ånd", "李")),
            last_name=self.random.choice(("Doe", "de Vries", "小龍")),
            details=details,
            at=self.tick(),
        )

    def order(self, people: Sequence[Client]) -> Order:
        return self.store.run(
            self.org_id,
            create_order,
            client_id=self.random.choice(people).id,
            service=self.random.choice(_SERVICES),
            price=money(self.random.randint(0, 2000), self.random.choice(_CURRENCIES)),
            quantity=self.random.randint(1, 5),
            status=self.random.choice(list(OrderStatus)),
            at=self.tick(),
        )

    def ticket(self, people: Sequence[Client], bought: Sequence[Order], staff: Sequence[Employee]) -> TicketId:
        opened = self.store.run(
            self.org_id,
            open_ticket,
            client_id=self.random.choice(people).id,
            subject=self.random.choice(_SUBJECTS),
            status=self.random.choice(list(TicketStatus)),
            order_id=self.random.choice((None, self.random.choice(bought).id)),
            employee_ids=[each.id for each in self.random.sample(staff, self.random.randint(0, len(staff)))],
            tags=self.random.sample(_TAGS, self.random.randint(0, 3)),
            metadata={"n": self.random.randint(0, 9)},
            at=self.tick(),
        )
        for number in range(self.random.randint(0, 2)):
            self.store.run(
                self.org_id,
                post_ticket_message,
                opened.id,
                author_id=self.random.choice(staff).id,
                text=f"Message {number}",
                staff_only=bool(number),
                at=self.tick(),
            )
        return opened.id


def _as_they_are(uow: UnitOfWork, ticket_ids: Sequence[TicketId]) -> tuple[Ticket, ...]:
    return tuple(uow.tickets.get(each) for each in ticket_ids)
