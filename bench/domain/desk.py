"""A small agency on any store, for what needs rows but no large dataset: the domain's figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import frozen

from service_engine.domain.clients import Client, ClientPatch, PostalAddress
from service_engine.domain.employees import Employee
from service_engine.domain.ids import OrganizationId, TicketId
from service_engine.domain.money import money
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.usecases.clients import create_client
from service_engine.usecases.orders import create_order
from service_engine.usecases.organizations import add_employee, bootstrap_organization
from service_engine.usecases.tickets import open_ticket, post_ticket_message

__all__ = ["NOW", "Desk", "fill"]

NOW: Final = datetime(2026, 2, 7, 12, tzinfo=UTC)
_MESSAGES: Final = 5
_TAGS: Final = ("urgent", "billing", "website", "follow-up", "bug", "question", "hosting", "design")


@frozen
class Desk:
    """What ``fill`` made.

    Args:
        org_id: The organisation.
        ticket_ids: Its tickets, oldest first.
    """

    org_id: OrganizationId
    ticket_ids: tuple[TicketId, ...]


def fill(store: Store, *, tickets: int) -> Desk:
    """Found an organisation with so many tickets.

    Each is of a client with an address, and has 2 employees, 3 tags, an order and 5 messages.
    """
    org_id = OrganizationId(store.entropy.new_id())
    with store.begin(org_id) as uow:
        bootstrap_organization(uow, name="Acme Web Agency", at=NOW)
        staff = [_employee(uow, number) for number in range(5)]
        people = [_client(uow, number) for number in range(max(1, tickets // 10))]
        ids = tuple(_ticket(uow, number, people[number % len(people)], staff) for number in range(tickets))
    return Desk(org_id, ids)


def _employee(uow: UnitOfWork, number: int) -> Employee:
    return add_employee(uow, email=f"staff{number}@example.com", first_name="Jane", last_name=f"Smith {number}", at=NOW)


def _client(uow: UnitOfWork, number: int) -> Client:
    details = ClientPatch(
        company=f"Client {number} Ltd",
        phone="+44 20 7946 0000",
        address=PostalAddress(line_1=f"{number} High Street", city="York", postcode="YO1 7HH", country="GB"),
    )
    email = f"client{number}@example.com"
    return create_client(uow, email=email, first_name="John", last_name=f"Doe {number}", details=details, at=NOW)


def _ticket(uow: UnitOfWork, number: int, client: Client, staff: Sequence[Employee]) -> TicketId:
    at = NOW + timedelta(minutes=number)
    order = create_order(uow, client_id=client.id, service="Web Development", price=money("299.50", "USD"), at=at)
    opened = open_ticket(
        uow,
        client_id=client.id,
        subject=f"Help with order number {number}",
        order_id=order.id,
        employee_ids=[staff[(number + each) % len(staff)].id for each in range(2)],
        tags=[_TAGS[(number + each) % len(_TAGS)] for each in range(3)],
        note="Called twice, prefers e-mail.",
        metadata={"source": "shop", "priority": number % 5},
        at=at,
    )
    for each in range(_MESSAGES):
        text = f"Message {each}: we are looking into it, and will be back with you."
        post_ticket_message(uow, opened.id, author_id=client.id, text=text, at=at + timedelta(seconds=each))
    return opened.id
