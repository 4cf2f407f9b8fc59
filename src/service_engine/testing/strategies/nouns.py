"""Strategies for the nouns: valid aggregates and values, each by itself. What they refer to need not exist."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service_engine.domain.access import Role
from service_engine.domain.api_tokens import ApiToken, hash_token
from service_engine.domain.clients import Client
from service_engine.domain.employees import Employee
from service_engine.domain.ids import (
    ApiTokenId,
    ClientId,
    EmployeeId,
    InvoiceId,
    OrderId,
    OrderMessageId,
    OrderTaskId,
    OrganizationId,
    RoleId,
    ServiceFolderId,
    ServiceId,
    SubscriptionId,
    TagId,
    TicketId,
    TicketMessageId,
    UserId,
)
from service_engine.domain.numbers import INTEGER, SMALL_INTEGER
from service_engine.domain.order_messages import OrderMessage
from service_engine.domain.order_tasks import OrderTask
from service_engine.domain.orders import MAX_NUMBER, Order, OrderStatus
from service_engine.domain.organizations import Organization
from service_engine.domain.service_folders import ServiceFolder
from service_engine.domain.services import PERIOD_UNITS, Recurrence, Service
from service_engine.domain.tags import Tag
from service_engine.domain.text import NOTE
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.testing.strategies.values import (
    CURRENCIES,
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
    "order_messages",
    "order_tasks",
    "orders",
    "organizations",
    "roles",
    "service_folders",
    "services",
    "tags",
    "tickets",
]

_VERSIONS = st.integers(1, 2**31 - 1)


def organizations() -> SearchStrategy[Organization]:
    """Make organisations.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> find(organizations(), lambda _: True, settings=settings(phases=[Phase.generate])).version > 0
        True
    """
    return _dated(Organization, id=ids().map(OrganizationId), name=lines(), slug=slugs(), version=_VERSIONS)


def roles(*, staff: bool | None = None) -> SearchStrategy[Role]:
    """Make roles.

    Args:
        staff: True for roles with dashboard access, False for roles without, None for both.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> find(roles(staff=False), lambda _: True, settings=settings(phases=[Phase.generate])).levels.dashboard_access
        0
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
    """Make employees, each in a role of their own with dashboard access.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> jane = find(employees(), lambda _: True, settings=settings(phases=[Phase.generate]))
        >>> jane.role.levels.dashboard_access > 0
        True
    """
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
    """Make API tokens as they are stored; nobody knows their secrets.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> len(find(api_tokens(), lambda _: True, settings=settings(phases=[Phase.generate])).token_hash)
        64
    """
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
        >>> from hypothesis import Phase, find, settings
        >>> "@" in find(clients(), lambda _: True, settings=settings(phases=[Phase.generate])).email
        True
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


def service_folders() -> SearchStrategy[ServiceFolder]:
    """Make folders of a catalogue.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> 1 <= len(find(service_folders(), lambda _: True, settings=settings(phases=[Phase.generate])).name) <= 255
        True
    """
    return _dated(ServiceFolder, id=ids().map(ServiceFolderId), name=lines(), sort_order=st.integers(-INTEGER, INTEGER))


def services() -> SearchStrategy[Service]:
    """Make services, deleted ones among them.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> find(services(), lambda _: True, settings=settings(phases=[Phase.generate])).recurrence in Recurrence
        True
    """
    return st.sampled_from(CURRENCIES).flatmap(_services)


@cache
def _services(currency: str) -> SearchStrategy[Service]:
    prices = st.none() | monies(negative=False, currency=currency)
    lengths, units = st.none() | st.integers(1, INTEGER), st.none() | st.sampled_from(PERIOD_UNITS)
    counts, numbers = st.none() | st.integers(0, INTEGER), st.none() | st.integers(-INTEGER, INTEGER)
    return _dated(
        Service,
        id=ids().map(ServiceId),
        name=lines(),
        description=notes(),
        image=optional_lines(500),
        recurrence=st.sampled_from(Recurrence),
        currency=st.just(currency),
        **dict.fromkeys(("price", "first_price", "recurring_price"), prices),
        **dict.fromkeys(("first_period_length", "recurring_period_length"), lengths),
        **dict.fromkeys(("first_period_unit", "recurring_period_unit"), units),
        recurring_action=st.none() | st.integers(0, SMALL_INTEGER),
        **dict.fromkeys(("multi_order", "request_orders", "public", "group_quantities"), st.booleans()),
        **dict.fromkeys(("max_active_requests", "deadline"), counts),
        sort_order=st.integers(-INTEGER, INTEGER),
        folder_id=st.none() | ids().map(ServiceFolderId),
        metadata=json_objects(),
        **dict.fromkeys(("braintree_plan_id", "hoth_product_key", "hoth_package_name"), optional_lines()),
        **dict.fromkeys(("provider_id", "provider_service_id"), numbers),
        employee_ids=_several_employees(),
        deleted_at=st.none() | instants(),
        version=_VERSIONS,
    )


def orders() -> SearchStrategy[Order]:
    """Make orders with everything that they carry, deleted ones among them.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> find(orders(), lambda _: True, settings=settings(phases=[Phase.generate])).quantity > 0
        True
    """
    return _dated(
        Order,
        id=ids().map(OrderId),
        number=lines(MAX_NUMBER),
        client_id=ids().map(UserId).map(ClientId),
        service_id=st.none() | ids().map(ServiceId),
        service_name=lines(),
        status=st.sampled_from(OrderStatus),
        price=monies(negative=False),
        quantity=st.integers(1, 5) | st.integers(1, INTEGER),
        note=notes(),
        form_data=json_objects("form_data"),
        metadata=json_objects(),
        paysys=optional_lines(50),
        invoice_id=st.none() | ids().map(InvoiceId),
        subscription_id=st.none() | ids().map(SubscriptionId),
        employee_ids=_several_employees(),
        tags=_several_tags(),
        **dict.fromkeys(
            ("date_started", "date_completed", "date_due", "last_message_at", "deleted_at"), st.none() | instants()
        ),
        version=_VERSIONS,
    )


def order_tasks() -> SearchStrategy[OrderTask]:
    """Make tasks of orders: for the client or for employees, with a deadline, a due time or neither, open and complete.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> task = find(order_tasks(), lambda _: True, settings=settings(phases=[Phase.generate]))
        >>> task.is_complete == (task.completed_at is not None)
        True
    """
    kinds = st.tuples(st.booleans(), st.booleans(), st.sampled_from(("deadline", "due_at", None)))
    return kinds.flatmap(lambda kind: _order_tasks(*kind))


@cache
def _order_tasks(for_client: bool, is_complete: bool, end: str | None) -> SearchStrategy[OrderTask]:
    return _dated(
        OrderTask,
        id=ids().map(OrderTaskId),
        order_id=ids().map(OrderId),
        name=lines(),
        description=notes(),
        sort_order=st.integers(-INTEGER, INTEGER),
        is_public=st.booleans(),
        for_client=st.just(for_client),
        completed_by=ids().map(UserId) if is_complete else st.none(),
        completed_at=instants() if is_complete else st.none(),
        deadline=st.integers(0, INTEGER) if end == "deadline" else st.none(),
        due_at=instants() if end == "due_at" else st.none(),
        employee_ids=st.just(()) if for_client else _several_employees(),
        version=_VERSIONS,
    )


def tags() -> SearchStrategy[Tag]:
    """Make tags.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> 1 <= len(find(tags(), lambda _: True, settings=settings(phases=[Phase.generate])).name) <= 255
        True
    """
    return st.builds(Tag, ids().map(TagId), lines())


def tickets(status: TicketStatus | None = None) -> SearchStrategy[Ticket]:
    """Make tickets, deleted ones among them.

    Args:
        status: Where they stand; anywhere by default.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(tickets(status=TicketStatus.CLOSED), lambda ticket: True, settings=quick).date_closed is None
        False
    """
    return st.sampled_from(TicketStatus).flatmap(_tickets) if status is None else _tickets(status)


@cache
def _tickets(status: TicketStatus) -> SearchStrategy[Ticket]:
    return _dated(
        Ticket,
        id=ids().map(TicketId),
        client_id=ids().map(UserId).map(ClientId),
        order_id=st.none() | ids().map(OrderId),
        subject=lines(),
        status=st.just(status),
        source=optional_lines(50),
        note=notes(),
        form_data=json_objects("form_data"),
        metadata=json_objects(),
        employee_ids=_several_employees(),
        tags=_several_tags(),
        last_message_at=st.none() | instants(),
        date_closed=instants() if status is TicketStatus.CLOSED else st.none(),
        deleted_at=st.none() | instants(),
        version=_VERSIONS,
    )


def messages() -> SearchStrategy[TicketMessage]:
    """Make messages on tickets.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> len(find(messages(), lambda _: True, settings=settings(phases=[Phase.generate])).text) > 0
        True
    """
    return _written(TicketMessage, id=ids().map(TicketMessageId), ticket_id=ids().map(TicketId))


def order_messages() -> SearchStrategy[OrderMessage]:
    """Make messages on orders.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> find(order_messages(), lambda _: True, settings=settings(phases=[Phase.generate])).staff_only
        False
    """
    return _written(OrderMessage, id=ids().map(OrderMessageId), order_id=ids().map(OrderId))


def _written(target: Any, **parts: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.builds(
        target,
        **parts,
        author_id=st.none() | ids().map(UserId),
        text=lines() | st.just("x" * NOTE),
        staff_only=st.booleans(),
        files=st.lists(lines(2048), max_size=3).map(tuple),
        created_at=instants(),
    )


def _several_employees() -> SearchStrategy[tuple[EmployeeId, ...]]:
    return st.lists(ids().map(UserId).map(EmployeeId), max_size=3, unique=True).map(tuple)


def _several_tags() -> SearchStrategy[tuple[Tag, ...]]:
    return st.lists(tags(), max_size=3, unique_by=lambda tag: tag.name).map(tuple)


def _dated(target: Any, **parts: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.builds(target, **parts, created_at=instants(), updated_at=instants())
