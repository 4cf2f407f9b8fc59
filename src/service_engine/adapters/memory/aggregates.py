"""How the aggregates of any noun are read, added and saved: each rule of it once.

Nouns that stay stored when they are deleted are listed as long as they are live; the others are removed for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeAlias, TypeVar
from uuid import UUID

from service_engine.adapters.memory.state import State, Work
from service_engine.adapters.memory.tables import Identified, Stored, Table, is_live, missing, require_current
from service_engine.domain.change import Change, next_version
from service_engine.domain.ids import OrderId
from service_engine.domain.orders import Order

__all__ = ["Links", "PartOfOrder", "add", "live", "live_part", "no_links", "save"]

I = TypeVar("I", bound=Identified)  # noqa: E741 - one of the usual one-letter names of types
S = TypeVar("S", bound=Stored)


class PartOfOrder(Identified, Protocol):
    """Anything that is hidden with its order."""

    @property
    def order_id(self) -> OrderId:
        """The order."""
        ...


P = TypeVar("P", bound=PartOfOrder)

Links: TypeAlias = Callable[[State, I], Iterable[bool]]
"""Tells, for each thing that an aggregate refers to, whether the organisation has it."""


def live(kind: str, table: Table[I], key: UUID) -> I:
    """Return what has this id and is not deleted.

    Args:
        kind: What to call it in an error.
        table: Where to look.
        key: Its id.

    Raises:
        TypeError: The key is no id.
        NotFoundError: There is no such thing, or it is deleted.
    """
    value = table.rows.get(key)
    if value is None or not is_live(value):
        raise missing(kind, key)
    return value


def live_part(kind: str, table: Table[P], key: UUID, *, of: Table[Order]) -> P:
    """Return what has this id and belongs to a live order.

    Args:
        kind: What to call it in an error.
        table: Where to look.
        key: Its id.
        of: The orders.

    Raises:
        TypeError: The key is no id.
        NotFoundError: There is no such thing, or its order is deleted.
    """
    part = live(kind, table, key)
    if not is_live(of.rows[part.order_id]):
        raise missing(kind, key)
    return part


def no_links(_: State, __: object) -> tuple[bool, ...]:
    """Return the links of a noun that refers to nothing but its organisation."""
    return ()


def add(work: Work, kind: str, table: Table[I], change: Change[I], links: Links[I]) -> I:
    """Store something new.

    Args:
        work: The unit of work.
        kind: What to call it in an error.
        table: Where to.
        change: What, and what happened.
        links: What it refers to.

    Raises:
        ConflictError: Its id, or something that it claims, is taken; or it refers to something that is not there.
    """
    value = change.state
    work.require_links(kind, value.id, *links(work.state, value))
    table.add(kind, value, listed=is_live(value))
    work.events.extend(change.events)
    return value


def save(work: Work, kind: str, table: Table[S], change: Change[S], links: Links[S]) -> S:
    """Store something that changed; a change without events writes nothing.

    Args:
        work: The unit of work.
        kind: What to call it in an error.
        table: Where to.
        change: The new state, and what happened.
        links: What it refers to.

    Returns:
        It as stored: one version later.

    Raises:
        ConflictError: It was changed or deleted since it was read, or refers to something that is not there.
    """
    value = change.state
    if not change.events:
        return value
    require_current(kind, table.rows.get(value.id), value)
    work.require_links(kind, value.id, *links(work.state, value))
    saved = next_version(value)
    table.put(kind, saved, listed=is_live(saved))
    work.events.extend(change.events)
    return saved
