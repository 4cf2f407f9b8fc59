"""A table: all values of one noun in one organisation, with its unique keys and its sorted lists.

A table that others can see never changes. A unit of work writes to a fork, which shares everything with its origin
until its first write, so that reading in a large organisation copies nothing.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

from service_engine.adapters.memory.lists import sort_key
from service_engine.errors import ConflictError

__all__ = ["Claim", "Deletable", "Identified", "Table", "no_claims", "require_current"]


class Identified(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> UUID:
        """Its id."""
        ...


class Deletable(Identified, Protocol):
    """An aggregate that counts how often it was stored and stays stored when it is deleted."""

    @property
    def version(self) -> int:
        """How often it was stored."""
        ...

    @property
    def deleted_at(self) -> datetime | None:
        """When it was deleted."""
        ...


V = TypeVar("V", bound=Identified)

Claim: TypeAlias = tuple[str, Hashable]
"""What only one value of a table may have at a time: ``("email", "john@example.com")``."""


def no_claims(_: object) -> tuple[Claim, ...]:
    """Return the claims of a noun with no unique key but its id."""
    return ()


def require_current(kind: str, stored: Deletable | None, state: Deletable) -> None:
    """Refuse to save what was changed or deleted since it was read, as ``version`` in an UPDATE's WHERE does.

    Raises:
        ConflictError: It was, or it was never stored.
    """
    if stored is None or stored.deleted_at is not None or stored.version != state.version:
        raise ConflictError(kind, state.id)


class Table(Generic[V]):
    """The values of one noun, by id.

    Args:
        claims_of: Returns what must be unique about a value, besides its id.
    """

    __slots__ = ("_claims_of", "_orders", "_shared", "_unlisted", "claims", "rows")

    def __init__(self, claims_of: Callable[[V], Sequence[Claim]] = no_claims) -> None:
        self.rows: dict[UUID, V] = {}
        self.claims: dict[Claim, UUID] = {}
        self._unlisted: set[UUID] = set()
        self._orders: dict[str, list[V]] = {}
        self._claims_of = claims_of
        self._shared = False

    def fork(self) -> Table[V]:
        """Return a table with the same content, which can be written to without changing this one."""
        fork: Table[V] = Table.__new__(Table)
        fork.rows = self.rows
        fork.claims = self.claims
        fork._unlisted = self._unlisted
        fork._orders = self._orders
        fork._claims_of = self._claims_of
        fork._shared = True
        return fork

    def ordered(self, attribute: str) -> Sequence[V]:
        """Return the listed values in ascending order of an attribute; sorted once, then kept in order by ``put``."""
        order = self._orders.get(attribute)
        if order is None:
            listed = [value for key, value in self.rows.items() if key not in self._unlisted]
            order = self._orders[attribute] = sorted(listed, key=sort_key(attribute))
        return order

    def add(self, kind: str, value: V, *, listed: bool = True) -> None:
        """Store a new value.

        Raises:
            ConflictError: Its id, or something that it claims, is taken.
        """
        if value.id in self.rows:
            raise ConflictError(kind, value.id)
        self.put(kind, value, listed=listed)

    def put(self, kind: str, value: V, *, listed: bool = True) -> None:
        """Store a value in place of the one of the same id.

        Args:
            kind: What to call it in an error.
            value: The value.
            listed: Whether lists show it.

        Raises:
            ConflictError: Something that it claims is another's. Nothing was stored.
        """
        claims = self._claims_of(value)
        if any(self.claims.get(claim, value.id) != value.id for claim in claims):
            raise ConflictError(kind, value.id)
        if self._shared:
            self._copy()
        stored = self.rows.get(value.id)
        if stored is not None:
            self._withdraw(stored)
        self.rows[value.id] = value
        self.claims.update((claim, value.id) for claim in claims)
        if not listed:
            self._unlisted.add(value.id)
            return
        for attribute, order in self._orders.items():
            insort(order, value, key=sort_key(attribute))

    def _withdraw(self, stored: V) -> None:
        for claim in self._claims_of(stored):
            del self.claims[claim]
        if stored.id in self._unlisted:
            self._unlisted.remove(stored.id)
            return
        for attribute, order in self._orders.items():
            key = sort_key(attribute)
            del order[bisect_left(order, key(stored), key=key)]

    def _copy(self) -> None:
        self.rows = self.rows.copy()
        self.claims = self.claims.copy()
        self._unlisted = self._unlisted.copy()
        # Whoever reads the origin may add a sorted list to it at any time; copy() takes all of them in one step.
        self._orders = {attribute: order.copy() for attribute, order in self._orders.copy().items()}
        self._shared = False
