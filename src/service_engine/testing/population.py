"""A whole organisation on any store, with something of everything: for tests, demonstrations and measurements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final, TypeAlias

from attrs import frozen

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain.clients import Client, ClientPatch
from service_engine.domain.coupons import Coupon
from service_engine.domain.employees import Employee
from service_engine.domain.ids import InvoiceId, OrganizationId, ProposalId, TicketId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import NO_TAX, BillingPeriod, Tax
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.json_values import freeze
from service_engine.domain.money import money
from service_engine.domain.orders import Order, OrderStatus
from service_engine.domain.proposals import Proposal
from service_engine.domain.services import Recurrence, Service, ServicePatch
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.ports.unit_of_work import Store
from service_engine.testing.builders import NOON, build
from service_engine.usecases.charging import charge_invoice
from service_engine.usecases.clients import create_client
from service_engine.usecases.coupons import create_coupon
from service_engine.usecases.invoices import InvoicePatch, create_invoice, delete_invoice, update_invoice
from service_engine.usecases.orders import create_order, delete_order
from service_engine.usecases.organizations import Bootstrap, add_employee, bootstrap_organization
from service_engine.usecases.payments import mark_paid, record_part_payment
from service_engine.usecases.proposals import (
    ProposedService,
    delete_proposal,
    draft_proposal,
    reject_proposal,
    send_proposal,
    sign_proposal,
)
from service_engine.usecases.services import create_service, delete_service
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
        orders: The orders that were placed; a deleted one is not among them, nor those that proposals and invoices
            became.
        services: The catalogue; a deleted one, which old things still name, is the last.
        coupon: A coupon.
        proposals: The proposals that are there, of every status; a deleted one is not among them.
        invoices: The invoices that are there; a deleted one is not among them.
        tickets: The tickets that are there; a deleted one is not among them.
        until: A time after everything that happened.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = populate(MemoryStore(), clients=2, orders=3)
        >>> len(acme.clients), len(acme.orders), acme.coupon.code
        (2, 3, 'WELCOME')
    """

    org_id: OrganizationId
    bootstrap: Bootstrap
    employees: tuple[Employee, ...]
    clients: tuple[Client, ...]
    orders: tuple[Order, ...]
    services: tuple[Service, ...]
    coupon: Coupon
    proposals: tuple[Proposal, ...]
    invoices: tuple[Invoice, ...]
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
    proposals: int = 4,
    invoices: int = 8,
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
        proposals: How many proposals, besides one that is deleted.
        invoices: How many invoices, besides one that is deleted.
        at: When it was founded; a minute passes from one thing to the next.

    Returns:
        What was made.

    Example:
        >>> from service_engine import MemoryStore
        >>> len(populate(MemoryStore(), tickets=3).tickets)
        3
    """
    org = OrganizationId(store.entropy.new_id()) if org_id is None else org_id
    return _Population(store, org, seed, at).fill(
        name=name, clients=clients, orders=orders, tickets=tickets, proposals=proposals, invoices=invoices
    )


_SUBJECTS: Final = ("Help with order", "Cannot sign in", "Übergrößen fehlen", "Invoice is wrong", "ticket 100% _done_")
_SERVICES: Final = ("Web Development", "SEO Audit", "Logo Design", "Hosting")
_TAGS: Final = ("urgent", "billing", "Urgent", "日本語", "follow-up")
_CURRENCIES: Final = ("USD", "EUR", "JPY", "KWD")


_Step: TypeAlias = Callable[[Store, OrganizationId, InvoiceId, datetime], None]


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

    def fill(self, *, name: str, clients: int, orders: int, tickets: int, proposals: int, invoices: int) -> Populated:
        founded = self.store.run(self.org_id, bootstrap_organization, name=name, at=self.tick())
        staff = (founded.administrator, *(self.employee(number) for number in (1, 2)))
        people = tuple(self.client(number) for number in range(clients))
        bought = tuple(self.order(people) for _ in range(orders + 1))
        *asked, spare = (self.ticket(people, bought, staff) for _ in range(tickets + 1))
        self.store.run(self.org_id, delete_order, bought[-1].id, at=self.tick())
        self.store.run(self.org_id, delete_ticket, spare, at=self.tick())
        catalogue = tuple(self.service(each) for each in _SERVICES)
        coupon = self.store.run(self.org_id, create_coupon, code="WELCOME", at=self.tick())
        *offered, unwanted = (self.proposal(number, people, catalogue) for number in range(proposals + 1))
        *billed, mistaken = (self.invoice(number, people, catalogue, coupon) for number in range(invoices + 1))
        self.store.run(self.org_id, delete_proposal, unwanted, at=self.tick())
        self.store.run(self.org_id, delete_invoice, mistaken, at=self.tick())
        self.store.run(self.org_id, delete_service, catalogue[-1].id, at=self.tick())
        return Populated(
            org_id=self.org_id,
            bootstrap=founded,
            employees=staff,
            clients=people,
            orders=bought[:-1],
            services=catalogue,
            coupon=coupon,
            proposals=self.store.run(self.org_id, lambda uow: tuple(map(uow.proposals.get, offered))),
            invoices=self.store.run(self.org_id, lambda uow: tuple(map(uow.invoices.get, billed))),
            tickets=self.store.run(self.org_id, lambda uow: tuple(map(uow.tickets.get, asked))),
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

    def service(self, name: str) -> Service:
        recurrence = self.random.choice(list(Recurrence))
        return self.store.run(
            self.org_id,
            create_service,
            name=name,
            currency="USD",
            recurrence=recurrence,
            details=ServicePatch(price=Decimal(self.random.randint(1, 2000))),
            at=self.tick(),
        )

    def proposal(self, number: int, people: Sequence[Client], catalogue: Sequence[Service]) -> ProposalId:
        wanted = [
            ProposedService(
                service_id=each.id,
                quantity=self.random.randint(1, 3),
                price=Decimal(self.random.randint(0, 200_000)).scaleb(-2),
            )
            for each in self.random.sample(catalogue, self.random.randint(1, len(catalogue)))
        ]
        client = self.random.choice(people)
        drafted = self.store.run(
            self.org_id,
            draft_proposal,
            client_email=client.email,
            client_first_name=client.first_name,
            client_last_name=client.last_name,
            client_company=client.company,
            items=wanted,
            notes=self.random.choice((None, "As we discussed.")),
            at=self.tick(),
        )
        for step in _PROPOSAL_STEPS[number % len(_PROPOSAL_STEPS)]:
            self.store.run(self.org_id, step, drafted.id, at=self.tick())
        return drafted.id

    def invoice(self, number: int, people: Sequence[Client], catalogue: Sequence[Service], coupon: Coupon) -> InvoiceId:
        lines = [
            InvoiceItemDraft(
                name=f"{each.name}, as agreed",
                quantity=self.random.randint(1, 3),
                amount=Decimal(self.random.randint(100, 200_000)).scaleb(-2),
                discount=Decimal(self.random.randint(0, 1)).scaleb(-2),
                service_id=self.random.choice((None, each.id)),
            )
            for each in self.random.sample(catalogue, self.random.randint(1, len(catalogue)))
        ]
        issued = self.store.run(
            self.org_id,
            create_invoice,
            payer=self.random.choice(people).id,
            items=lines,
            currency="USD",
            tax=self.random.choice((NO_TAX, Tax(type=2, number=Decimal(19)), Tax(type=1, number=Decimal(5)))),
            recurring=self.random.choice((None, BillingPeriod(length=1, unit="M"))),
            coupon_id=self.random.choice((None, coupon.id)),
            at=self.tick(),
        )
        for step in _INVOICE_STEPS[number % len(_INVOICE_STEPS)]:
            step(self.store, self.org_id, issued.id, self.tick())
        return issued.id


def _mark_paid(store: Store, org_id: OrganizationId, invoice_id: InvoiceId, at: datetime) -> None:
    store.run(org_id, mark_paid, invoice_id, at=at)


def _pay_a_part(store: Store, org_id: OrganizationId, invoice_id: InvoiceId, at: datetime) -> None:
    store.run(org_id, record_part_payment, invoice_id, Decimal("0.01"), at=at)


def _charge(store: Store, org_id: OrganizationId, invoice_id: InvoiceId, at: datetime) -> None:
    charge_invoice(store, SimulatedGateway(), org_id, invoice_id, payment_method_id="pm_1", at=at)


def _move_to(status: InvoiceStatus) -> _Step:
    def move(store: Store, org_id: OrganizationId, invoice_id: InvoiceId, at: datetime) -> None:
        store.run(org_id, update_invoice, invoice_id, InvoicePatch(status=status), at=at)

    return move


_PROPOSAL_STEPS: Final = ((send_proposal, sign_proposal), (), (send_proposal,), (send_proposal, reject_proposal))
_INVOICE_STEPS: Final[tuple[tuple[_Step, ...], ...]] = (
    (_mark_paid,),
    (),
    (_charge,),
    (_pay_a_part,),
    (_move_to(InvoiceStatus.DRAFT),),
    (_pay_a_part, _charge),
    (_mark_paid, _move_to(InvoiceStatus.REFUNDED)),
    (_move_to(InvoiceStatus.CANCELLED),),
)
