"""Strategies for what a request may ask: patches, in which every field may be left out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service_engine.domain.change import UNSET, Unset
from service_engine.domain.clients import ClientPatch
from service_engine.domain.ids import EmployeeId, OrderId, ServiceFolderId, ServiceId, UserId
from service_engine.domain.money import MAX_AMOUNT
from service_engine.domain.numbers import INTEGER, SMALL_INTEGER
from service_engine.domain.order_tasks import OrderTaskPatch
from service_engine.domain.orders import OrderDetails, OrderStatus
from service_engine.domain.services import PERIOD_UNITS, Recurrence, ServicePatch
from service_engine.domain.tickets import TicketStatus
from service_engine.testing.strategies.values import (
    CURRENCIES,
    emails,
    ids,
    instants,
    json_objects,
    lines,
    notes,
    optional_lines,
    places,
)
from service_engine.usecases.orders import OrderPatch
from service_engine.usecases.tickets import TicketPatch

__all__ = [
    "client_patches",
    "optional",
    "order_details",
    "order_patches",
    "order_task_patches",
    "service_patches",
    "ticket_patches",
]

T = TypeVar("T")


def optional(given: SearchStrategy[T]) -> SearchStrategy[T | Unset]:
    """Make such values, or ``UNSET``.

    Example:
        >>> from hypothesis import find
        >>> find(optional(st.integers()), lambda value: True)
        UNSET
    """
    return st.just(UNSET) | given


def client_patches(**instead: SearchStrategy[Any]) -> SearchStrategy[ClientPatch]:
    """Make patches of clients.

    Args:
        instead: Strategies for some of the fields, in place of the usual ones.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(client_patches(status=st.just(1)), lambda patch: True, settings=quick).status
        1
    """
    usual: dict[str, SearchStrategy[Any]] = {
        "email": optional(emails()),
        "first_name": optional(lines()),
        "last_name": optional(lines()),
        "company": optional(optional_lines()),
        "phone": optional(optional_lines(50)),
        "tax_id": optional(optional_lines(100)),
        "address": optional(st.none() | places()),
        "note": optional(notes()),
        "optin": optional(optional_lines(50)),
        "stripe_id": optional(optional_lines()),
        "custom_fields": optional(json_objects("custom_fields")),
        "status": optional(st.integers(0, 32_767)),
        "created_at": optional(instants()),
    }
    return st.builds(ClientPatch, **(usual | instead))


def ticket_patches(**instead: SearchStrategy[Any]) -> SearchStrategy[TicketPatch]:
    """Make patches of tickets.

    Args:
        instead: Strategies for some of the fields, in place of the usual ones: ids of things that exist, for example.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(ticket_patches(tags=st.just(["urgent"])), lambda patch: True, settings=quick).tags
        ['urgent']
    """
    usual: dict[str, SearchStrategy[Any]] = {
        "subject": optional(lines()),
        "status": optional(st.sampled_from(TicketStatus)),
        "order_id": optional(st.none() | ids().map(OrderId)),
        "employee_ids": optional(st.lists(ids().map(UserId).map(EmployeeId), max_size=3)),
        "tags": optional(st.lists(lines(), max_size=3)),
        "note": optional(notes()),
        "metadata": optional(json_objects()),
    }
    return st.builds(TicketPatch, **(usual | instead))


def service_patches(**instead: SearchStrategy[Any]) -> SearchStrategy[ServicePatch]:
    """Make patches of services. Their prices are whole amounts, which every currency takes.

    Args:
        instead: Strategies for some of the fields, in place of the usual ones.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(service_patches(name=st.just("SEO")), lambda patch: True, settings=quick).name
        'SEO'
    """
    lengths, units = st.none() | st.integers(1, INTEGER), st.none() | st.sampled_from(PERIOD_UNITS)
    counts, numbers = st.none() | st.integers(0, INTEGER), st.none() | st.integers(-INTEGER, INTEGER)
    prices = st.none() | st.integers(0, int(MAX_AMOUNT)).map(Decimal)
    usual: dict[str, SearchStrategy[Any]] = {
        "name": lines(),
        "description": notes(),
        "recurrence": st.sampled_from(Recurrence),
        "currency": st.sampled_from(CURRENCIES),
        **dict.fromkeys(("price", "first_price", "recurring_price"), prices),
        **dict.fromkeys(("first_period_length", "recurring_period_length"), lengths),
        **dict.fromkeys(("first_period_unit", "recurring_period_unit"), units),
        "recurring_action": st.none() | st.integers(0, SMALL_INTEGER),
        **dict.fromkeys(("multi_order", "request_orders", "public", "group_quantities"), st.booleans()),
        **dict.fromkeys(("max_active_requests", "deadline"), counts),
        "sort_order": st.integers(-INTEGER, INTEGER),
        "folder_id": st.none() | ids().map(ServiceFolderId),
        "metadata": json_objects(),
        **dict.fromkeys(("braintree_plan_id", "hoth_product_key", "hoth_package_name"), optional_lines()),
        **dict.fromkeys(("provider_id", "provider_service_id"), numbers),
    }
    return st.builds(ServicePatch, **({name: optional(each) for name, each in usual.items()} | instead))


def order_details(**instead: SearchStrategy[Any]) -> SearchStrategy[OrderDetails]:
    """Make details of orders.

    Args:
        instead: Strategies for some of the fields, in place of the usual ones. For a new order, whose service is an
            argument of its own, ``service_id`` and ``service_name`` have to be ``st.just(UNSET)``.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(order_details(service_id=st.just(UNSET)), lambda details: True, settings=quick).service_id
        UNSET
    """
    usual: dict[str, SearchStrategy[Any]] = {
        "service_id": optional(st.none() | ids().map(ServiceId)),
        "service_name": optional(lines()),
        "note": optional(notes()),
        "form_data": optional(json_objects("form_data")),
        "metadata": optional(json_objects()),
        **dict.fromkeys(("date_started", "date_completed", "date_due"), optional(st.none() | instants())),
        "created_at": optional(instants()),
    }
    return st.builds(OrderDetails, **(usual | instead))


def order_patches(**instead: SearchStrategy[Any]) -> SearchStrategy[OrderPatch]:
    """Make patches of orders.

    Args:
        instead: Strategies for some of the fields, in place of the usual ones: ids of things that exist, for example.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(order_patches(status=st.just(OrderStatus.COMPLETED)), lambda patch: True, settings=quick).status.label
        'Completed'
    """
    usual: dict[str, SearchStrategy[Any]] = {
        "status": optional(st.sampled_from(OrderStatus)),
        "employee_ids": optional(st.lists(ids().map(UserId).map(EmployeeId), max_size=3)),
        "tags": optional(st.lists(lines(), max_size=3)),
        "details": order_details(),
    }
    return st.builds(OrderPatch, **(usual | instead))


@st.composite
def order_task_patches(draw: st.DrawFn, /, **instead: SearchStrategy[Any]) -> OrderTaskPatch:
    """Make patches of tasks, each of which every task takes: one that gives a task an end takes the other one away.

    Args:
        draw: Given by Hypothesis.
        instead: Strategies for some of the fields, in place of the usual ones.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(order_task_patches(deadline=st.just(48)), lambda patch: True, settings=quick).deadline
        48
    """
    sides: list[dict[str, SearchStrategy[Any]]] = [
        {},
        {"for_client": st.just(True), "employee_ids": st.just(())},
        {
            "for_client": st.just(False),
            "employee_ids": optional(st.lists(ids().map(UserId).map(EmployeeId), max_size=3, unique=True)),
        },
    ]
    ends: list[dict[str, SearchStrategy[Any]]] = [
        {},
        {"deadline": st.none() | st.integers(0, INTEGER), "due_at": st.none()},
        {"deadline": st.none(), "due_at": instants()},
    ]
    usual: dict[str, SearchStrategy[Any]] = {
        "name": optional(lines()),
        "description": optional(notes()),
        "sort_order": optional(st.integers(-INTEGER, INTEGER)),
        "is_public": optional(st.booleans()),
    }
    chosen = draw(st.sampled_from(sides)) | draw(st.sampled_from(ends))
    return draw(st.builds(OrderTaskPatch, **(usual | chosen | instead)))
