"""Strategies for the nouns: valid aggregates and values, each by itself. What they refer to need not exist."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from service_engine.domain.access import Role
from service_engine.domain.api_tokens import ApiToken, hash_token
from service_engine.domain.clients import Client
from service_engine.domain.employees import Employee
from service_engine.domain.ids import (
    ApiTokenId,
    ClientId,
    EmployeeId,
    OrderId,
    OrganizationId,
    RoleId,
    TagId,
    TicketId,
    TicketMessageId,
    UserId,
)
from service_engine.domain.numbers import INTEGER
from service_engine.domain.orders import MAX_NUMBER, Order, OrderStatus
from service_engine.domain.organizations import Organization
from service_engine.domain.tags import Tag
from service_engine.domain.text import NOTE
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.testing.strategies.values import (
    addresses,
    emails,
    ids,
    instants,
    json_objects,
    levels,
    lines,
    monies,
    notes,
    optional_lines,
    settings_of_roles,
    slugs,
)

__all__ = [
    "api_tokens",
    "clients",
    "employees",
    "messages",
    "orders",
    "organizations",
    "roles",
    "tags",
    "tickets",
]

_VERSIONS = st.integers(1, 2**31 - 1)


def organizations() -> SearchStrategy[Organization]:
    """Make organisations."""
    return _dated(Organization, id=ids().map(OrganizationId), name=lines(), slug=slugs(), version=_VERSIONS)


def roles(*, staff: bool | None = None) -> SearchStrategy[Role]:
    """Make roles.

    Args:
        staff: True for roles with dashboard access, False for roles without, None for both.
    """
    access = {True: st.integers(1, 3), False: st.just(0), None: None}[staff]
    return _dated(
        Role,
        id=ids().map(RoleId),
        name=lines(),
        levels=levels(dashboard_access=access),
        settings=settings_of_roles(),
        version=_VERSIONS,
    )


def employees() -> SearchStrategy[Employee]:
    """Make employees, each in a role of their own with dashboard access."""
    return _dated(
        Employee,
        id=ids().map(UserId).map(EmployeeId),
        email=emails(),
        first_name=lines(),
        last_name=lines(),
        role=roles(staff=True),
        status=st.integers(0, 1),
        version=_VERSIONS,
    )


def api_tokens() -> SearchStrategy[ApiToken]:
    """Make API tokens as they are stored; nobody knows their secrets."""
    return st.builds(
        ApiToken,
        id=ids().map(ApiTokenId),
        employee_id=ids().map(UserId).map(EmployeeId),
        token_hash=st.text(max_size=40).map(hash_token),
        name=lines(),
        created_at=instants(),
        expires_at=st.none() | instants(),
        last_used_at=st.none() | instants(),
    )


def clients() -> SearchStrategy[Client]:
    """Make clients, deleted ones among them.

    Example:
        >>> from hypothesis import find
        >>> find(clients(), lambda client: client.deleted_at is None).status
        0
    """
    return _dated(
        Client,
        id=ids().map(UserId).map(ClientId),
        email=emails(),
        first_name=lines(),
        last_name=lines(),
        company=optional_lines(),
        phone=optional_lines(50),
        tax_id=optional_lines(100),
        address=st.none() | addresses(),
        note=notes(),
        balance=monies(),
        optin=optional_lines(50),
        stripe_id=optional_lines(),
        custom_fields=json_objects("custom_fields"),
        status=st.integers(0, 32_767),
        affiliate_id=st.none() | st.integers(100_000, 2**53),
        affiliate_link=optional_lines(),
        google_id=optional_lines(),
        role_id=ids().map(RoleId),
        deleted_at=st.none() | instants(),
        version=_VERSIONS,
    )


def orders() -> SearchStrategy[Order]:
    """Make orders, deleted ones among them."""
    return _dated(
        Order,
        id=ids().map(OrderId),
        number=lines(MAX_NUMBER),
        client_id=ids().map(UserId).map(ClientId),
        service_name=lines(),
        status=st.sampled_from(OrderStatus),
        price=monies(negative=False),
        quantity=st.integers(1, 5) | st.integers(1, INTEGER),
        note=notes(),
        deleted_at=st.none() | instants(),
        version=_VERSIONS,
    )


def tags() -> SearchStrategy[Tag]:
    """Make tags.

    Example:
        >>> from hypothesis import find
        >>> find(tags(), lambda tag: True).name
        '0'
    """
    return st.builds(Tag, ids().map(TagId), lines())


@st.composite
def tickets(draw: DrawFn, status: TicketStatus | None = None) -> Ticket:
    """Make tickets, deleted ones among them.

    Args:
        draw: Given by Hypothesis.
        status: Where they stand; anywhere by default.

    Example:
        >>> from hypothesis import find
        >>> find(tickets(status=TicketStatus.CLOSED), lambda ticket: True).date_closed is None
        False
    """
    chosen = draw(st.sampled_from(TicketStatus)) if status is None else status
    closed: SearchStrategy[datetime | None] = instants() if chosen is TicketStatus.CLOSED else st.none()
    made: SearchStrategy[Ticket] = _dated(
        Ticket,
        id=ids().map(TicketId),
        client_id=ids().map(UserId).map(ClientId),
        order_id=st.none() | ids().map(OrderId),
        subject=lines(),
        status=st.just(chosen),
        source=optional_lines(50),
        note=notes(),
        form_data=json_objects("form_data"),
        metadata=json_objects(),
        employee_ids=st.lists(ids().map(UserId).map(EmployeeId), max_size=3, unique=True).map(tuple),
        tags=st.lists(tags(), max_size=3, unique_by=lambda tag: tag.name).map(tuple),
        last_message_at=st.none() | instants(),
        date_closed=closed,
        deleted_at=st.none() | instants(),
        version=_VERSIONS,
    )
    return draw(made)


def messages() -> SearchStrategy[TicketMessage]:
    """Make messages on tickets."""
    return st.builds(
        TicketMessage,
        id=ids().map(TicketMessageId),
        ticket_id=ids().map(TicketId),
        author_id=st.none() | ids().map(UserId),
        text=lines() | st.just("x" * NOTE),
        staff_only=st.booleans(),
        files=st.lists(lines(2048), max_size=3).map(tuple),
        created_at=instants(),
    )


def _dated(target: Any, **parts: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.builds(target, **parts, created_at=instants(), updated_at=instants())
