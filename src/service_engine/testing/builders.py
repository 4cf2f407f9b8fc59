"""Builders: one valid thing in one line.

A test names only what it is about; everything else is filled in, by the library's own rules::

    from service_engine.testing import build

    ticket = build.ticket(subject="Help", status=TicketStatus.CLOSED)  # date_closed is set, as it must be
    client = build.client(email="john@example.com")

``build`` makes its ids from a seed: the first ticket of a process is always the same. Make a ``Build`` of your own
where the ids must come from somewhere else, a store's entropy for example: ``Build(store.entropy)``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from service_engine.domain import (
    access,
    api_tokens,
    clients,
    employees,
    orders,
    organizations,
    ticket_messages,
    tickets,
)
from service_engine.domain.access import Levels, Role, Settings
from service_engine.domain.api_tokens import ApiToken
from service_engine.domain.clients import Address, Client, ClientPatch, PostalAddress
from service_engine.domain.employees import Employee
from service_engine.domain.ids import (
    AddressId,
    ApiTokenId,
    ClientId,
    EmployeeId,
    OrderId,
    OrganizationId,
    RoleId,
    ServiceId,
    TagId,
    TicketId,
    TicketMessageId,
    UserId,
)
from service_engine.domain.json_values import freeze
from service_engine.domain.money import Money, money
from service_engine.domain.orders import Order, OrderDetails, OrderStatus
from service_engine.domain.organizations import Organization
from service_engine.domain.tags import Tag
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.testing.billing_builders import NOON, BuildBilling

__all__ = ["NOON", "Build", "build"]

_NO_DETAILS: Final = ClientPatch()
_NO_ORDER_DETAILS: Final = OrderDetails()


class Build(BuildBilling):
    """Makes valid values of every noun; everything that is not given is filled in.

    Args:
        entropy: Where ids come from.
        at: When everything happens, unless a call says otherwise.

    Example:
        >>> from service_engine.testing.entropy import SeededEntropy
        >>> build = Build(SeededEntropy(1))
        >>> build.client(first_name="Zoë").first_name
        'Zoë'
    """

    def organization(self, *, name: str = "Acme", slug: str | None = None, at: datetime | None = None) -> Organization:
        """Make an organisation, by default under a slug that nobody else has."""
        id_ = OrganizationId(self.entropy.new_id())
        return organizations.found_organization(
            id_, name=name, slug=f"acme-{id_.hex}" if slug is None else slug, at=at or self.at
        ).state

    def role(
        self,
        *,
        name: str = "Administrator",
        levels: Levels = access.ALL_LEVELS,
        settings: Settings = access.ALL_SETTINGS,
        at: datetime | None = None,
    ) -> Role:
        """Make a role, by default one that may do everything.

        Example:
            >>> build.role().levels.dashboard_access
            3
        """
        return access.define_role(
            RoleId(self.entropy.new_id()), name=name, levels=levels, settings=settings, at=at or self.at
        ).state

    def client_role(self, *, name: str = "Client", at: datetime | None = None) -> Role:
        """Make a role without any access: a client's."""
        return self.role(name=name, levels=access.NO_LEVELS, settings=access.NO_SETTINGS, at=at)

    def employee(
        self,
        *,
        email: str | None = None,
        first_name: str = "Jane",
        last_name: str = "Smith",
        role: Role | None = None,
        at: datetime | None = None,
    ) -> Employee:
        """Make an employee, by default an administrator with an e-mail address that nobody else has.

        Example:
            >>> build.employee(first_name="Ann").first_name
            'Ann'
        """
        id_ = EmployeeId(UserId(self.entropy.new_id()))
        return employees.hire_employee(
            id_,
            email=f"jane.{id_.hex}@example.com" if email is None else email,
            first_name=first_name,
            last_name=last_name,
            role=self.role(at=at) if role is None else role,
            at=at or self.at,
        ).state

    def client(
        self,
        *,
        email: str | None = None,
        first_name: str = "John",
        last_name: str = "Doe",
        role_id: RoleId | None = None,
        affiliate_id: int | None = None,
        affiliate_link: str | None = None,
        details: ClientPatch = _NO_DETAILS,
        at: datetime | None = None,
    ) -> Client:
        """Make a client, by default with an e-mail address, an affiliate id and a link that nobody else has.

        Example:
            >>> build.client(details=ClientPatch(company="Acme Corp")).company
            'Acme Corp'
        """
        id_ = ClientId(UserId(self.entropy.new_id()))
        return clients.register_client(
            id_,
            email=f"john.{id_.hex}@example.com" if email is None else email,
            first_name=first_name,
            last_name=last_name,
            role_id=RoleId(self.entropy.new_id()) if role_id is None else role_id,
            affiliate_id=self.entropy.integer(10**15, 10**16) if affiliate_id is None else affiliate_id,
            affiliate_link=f"https://example.com/r/{id_.hex}" if affiliate_link is None else affiliate_link,
            address_id=AddressId(self.entropy.new_id()),
            details=details,
            at=at or self.at,
        ).state

    def place(self, **parts: str | None) -> PostalAddress:
        """Make the place of an address; give the parts that matter.

        Example:
            >>> build.place(city="Zürich").country
            'US'
        """
        usual: dict[str, str | None] = {"line_1": "123 Main St", "city": "Springfield", "state": "IL", "country": "US"}
        return PostalAddress(**(usual | {"postcode": "62701"} | parts))

    def address(self, **parts: Any) -> Address:
        """Make an address; give the attributes that matter."""
        usual: dict[str, Any] = {"id": AddressId(self.entropy.new_id()), "place": self.place()}
        return Address(**(usual | parts))

    def money(self, amount: int | str = "1500.00", currency: str = "USD") -> Money:
        """Make money.

        Example:
            >>> str(build.money())
            '1500.00 USD'
        """
        return money(amount, currency)

    def order(
        self,
        *,
        client_id: ClientId | None = None,
        number: str | None = None,
        service_name: str = "Web Development",
        price: Money | None = None,
        service_id: ServiceId | None = None,
        quantity: int = 1,
        status: OrderStatus = OrderStatus.UNPAID,
        employee_ids: Sequence[EmployeeId] = (),
        tags: Sequence[Tag] = (),
        details: OrderDetails = _NO_ORDER_DETAILS,
        at: datetime | None = None,
    ) -> Order:
        """Make an order, by default under a number that is free.

        Example:
            >>> build.order(quantity=3).quantity
            3
        """
        return orders.place_order(
            OrderId(self.entropy.new_id()),
            client_id=self._client_id(client_id),
            number=self.entropy.characters(orders.NUMBER_ALPHABET, 16) if number is None else number,
            service_name=service_name,
            price=self.money() if price is None else price,
            service_id=service_id,
            quantity=quantity,
            status=status,
            employee_ids=employee_ids,
            tags=tags,
            details=details,
            at=at or self.at,
        ).state

    def tag(self, name: str = "urgent") -> Tag:
        """Make a tag.

        Example:
            >>> build.tag("billing").name
            'billing'
        """
        return Tag(TagId(self.entropy.new_id()), name)

    def ticket(
        self,
        *,
        client_id: ClientId | None = None,
        subject: str = "Help with order",
        status: TicketStatus = TicketStatus.OPEN,
        order_id: OrderId | None = None,
        employee_ids: Sequence[EmployeeId] = (),
        tags: Sequence[Tag] = (),
        note: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        form_data: Mapping[str, Any] | None = None,
        source: str = "API",
        at: datetime | None = None,
    ) -> Ticket:
        """Make a ticket.

        Example:
            >>> build.ticket(status=TicketStatus.CLOSED).date_closed == NOON
            True
        """
        return tickets.open_ticket(
            TicketId(self.entropy.new_id()),
            client_id=self._client_id(client_id),
            subject=subject,
            status=status,
            order_id=order_id,
            employee_ids=employee_ids,
            tags=tags,
            note=note,
            metadata=freeze(metadata or {}),
            form_data=freeze(form_data or {}, field="form_data"),
            source=source,
            at=at or self.at,
        ).state

    def message(
        self,
        ticket: Ticket | None = None,
        *,
        author_id: UserId | None = None,
        text: str = "We are looking into it.",
        staff_only: bool = False,
        files: Sequence[str] = (),
        at: datetime | None = None,
    ) -> TicketMessage:
        """Make a message on a ticket.

        Example:
            >>> build.message(text="Done.").text
            'Done.'
        """
        return ticket_messages.post_message(
            TicketMessageId(self.entropy.new_id()),
            self.ticket() if ticket is None else ticket,
            author_id=UserId(self.entropy.new_id()) if author_id is None else author_id,
            text=text,
            staff_only=staff_only,
            files=files,
            at=at or self.at,
        ).state

    def api_token(
        self,
        *,
        employee_id: EmployeeId | None = None,
        secret: str | None = None,
        name: str = "test",
        expires_at: datetime | None = None,
        at: datetime | None = None,
    ) -> ApiToken:
        """Make an API token, by default of a secret that nobody will ever know.

        Example:
            >>> build.api_token(secret="x" * 32).token_hash == api_tokens.hash_token("x" * 32)
            True
        """
        return api_tokens.issue_api_token(
            ApiTokenId(self.entropy.new_id()),
            employee_id=EmployeeId(UserId(self.entropy.new_id())) if employee_id is None else employee_id,
            secret=self.entropy.characters("abcdefghijklmnopqrstuvwxyz", 43) if secret is None else secret,
            name=name,
            expires_at=expires_at,
            at=at or self.at,
        ).state


build: Final = Build()
"""Builders whose ids come from seed 0."""
