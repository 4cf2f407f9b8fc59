"""What the machine starts with: two organisations, each with its people, services, orders and tickets."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any

from hypothesis.stateful import initialize, multiple

from service_engine.domain.clients import Client
from service_engine.domain.employees import Employee
from service_engine.domain.money import money
from service_engine.domain.orders import Order
from service_engine.domain.services import Service
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.testing.agreement.asking import AskingMachine
from service_engine.testing.agreement.bundles import clients, employees, memories, orders, tickets
from service_engine.testing.agreement.inputs import Ref
from service_engine.testing.builders import NOON
from service_engine.usecases import clients as client_cases
from service_engine.usecases import orders as order_cases
from service_engine.usecases import organizations as organization_cases
from service_engine.usecases import services as service_cases
from service_engine.usecases import tickets as ticket_cases
from service_engine.usecases.organizations import Bootstrap

__all__ = ["FoundedMachine"]


class FoundedMachine(AskingMachine):
    """Founds two organisations.

    Example:
        >>> [name for name in vars(FoundedMachine) if name.startswith("first_") and name.endswith("s")]
        ['first_employees', 'first_clients', 'first_orders', 'first_tickets', 'first_memories']
    """

    # Hypothesis runs these in any order; each founds the organisations, unless another has.

    @initialize(target=employees)
    def first_employees(self) -> Any:
        """Give each organisation its administrator, and somebody else."""
        return multiple(*(Ref(org, each.id) for org in (0, 1) for each in self.staff[org]))

    @initialize(target=clients)
    def first_clients(self) -> Any:
        """Give each organisation a client who has tickets, and one who can be deleted."""
        spare = {"email": "spare@example.com", "first_name": "Spare", "last_name": "Client"}
        spares = [self.both(org, client_cases.create_client, **spare, at=NOON) for org, _ in enumerate(self.founded)]
        return multiple(
            *(Ref(org, client.id) for org, client in enumerate(self.first_client)),
            *(self.kept(org, client) for org, client in enumerate(spares)),
        )

    @initialize(target=orders)
    def first_orders(self) -> Any:
        """Give each organisation an order."""
        return multiple(*(Ref(org, order.id) for org, order in enumerate(self.first_order)))

    @initialize(target=tickets)
    def first_tickets(self) -> Any:
        """Give each organisation a few tickets, of all kinds."""
        return multiple(*(Ref(org, ticket.id) for org, ticket in self.opened))

    @initialize(target=memories)
    def first_memories(self) -> Any:
        """Remember the first tickets as they were opened."""
        return multiple(*(Ref(org, ticket) for org, ticket in self.opened))

    @cached_property
    def opened(self) -> list[tuple[int, Ticket]]:
        """The first tickets, each with its organisation."""
        opened = [(org, self._first_ticket(org, number)) for number in range(3) for org in (0, 1)]
        for org, ticket in opened:
            self.kept(org, ticket)
        return opened

    @cached_property
    def first_service(self) -> list[Service]:
        """A service of each of the two."""
        offered = [
            self.both(org, service_cases.create_service, name="SEO", currency="EUR", at=NOON)
            for org, _ in enumerate(self.founded)
        ]
        for org, service in enumerate(offered):
            self.kept(org, service)
        return offered

    def _first_ticket(self, org: int, number: int) -> Any:
        return self.both(
            org,
            ticket_cases.open_ticket,
            client_id=self.first_client[org].id,
            subject="aBa"[number],
            status=TicketStatus(number + 1),
            employee_ids=[each.id for each in self.staff[org][:number]],
            tags=["urgent", "billing"][number:],
            at=NOON + timedelta(microseconds=number % 2),
        )

    @cached_property
    def founded(self) -> list[Bootstrap]:
        """The two organisations. They have one name, and only one of them gets the slug that is wanted."""
        name = f"Agency {self.seed}"
        founded = [self.both(org, organization_cases.bootstrap_organization, name=name, at=NOON) for org in (0, 1)]
        for org, each in enumerate(founded):
            self.kept(org, each.administrator)
        return founded

    @cached_property
    def staff(self) -> list[list[Employee]]:
        """Two employees of each of the two, the later one first."""
        named = {"email": "jane@example.com", "first_name": "Jane", "last_name": "Smith"}
        return [
            [self.both(org, organization_cases.add_employee, **named, at=NOON), founded.administrator]
            for org, founded in enumerate(self.founded)
        ]

    @cached_property
    def first_client(self) -> list[Client]:
        """A client of each of the two."""
        named = {"email": "first@example.com", "first_name": "First", "last_name": "Client"}
        first = [self.both(org, client_cases.create_client, **named, at=NOON) for org, _ in enumerate(self.founded)]
        for org, client in enumerate(first):
            self.kept(org, client)
        return first

    @cached_property
    def first_order(self) -> list[Order]:
        """An order of each of the two."""
        placed = [
            self.both(org, order_cases.create_order, client_id=client.id, service="SEO", price=money(5, "JPY"), at=NOON)
            for org, client in enumerate(self.first_client)
        ]
        for org, order in enumerate(placed):
            self.kept(org, order)
        return placed
