"""Strategies for what a request may ask: patches, in which every field may be left out."""

from __future__ import annotations

from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service_engine.domain.change import UNSET, Unset
from service_engine.domain.clients import ClientPatch
from service_engine.domain.ids import EmployeeId, OrderId, UserId
from service_engine.domain.tickets import TicketStatus
from service_engine.testing.strategies.values import (
    emails,
    ids,
    instants,
    json_objects,
    lines,
    notes,
    optional_lines,
    places,
)
from service_engine.usecases.tickets import TicketPatch

__all__ = ["client_patches", "optional", "ticket_patches"]

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
        >>> from hypothesis import find
        >>> find(client_patches(), lambda patch: True) == ClientPatch()
        True
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
        >>> from hypothesis import find
        >>> find(ticket_patches(), lambda patch: patch.note is None).note is None
        True
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
