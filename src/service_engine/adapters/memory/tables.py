"""A table: all values of one noun in one organisation, with its unique keys, its sorted lists and its groups.

A table that others can see never changes. A unit of work writes to a fork, which shares everything with its origin
until its first write, so that reading in a large organisation copies nothing.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

from attrs import frozen

from service_engine.adapters.memory.lists import sort_key
from service_engine.domain.id_checks import require_id
from service_engine.errors import ConflictError, NotFoundError

__all__ = ["Claim", "Grouping", "Identified", "Stored", "Table", "is_live", "missing", "no_claims", "require_current"]


class Identified(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> UUID:
        """Its id."""
        ...


class Stored(Identified, Protocol):
    """An aggregate that counts how often it was stored."""

    @property
    def version(self) -> int:
        """How often it was stored."""
        ...


V = TypeVar("V", bound=Identified)

Claim: TypeAlias = tuple[str, Hashable]
"""What only one value of a table may have at a time: ``("email", "john@example.com")``."""


def no_claims(_: object) -> tuple[Claim, ...]:
    """Return the claims of a noun with no unique key but its id."""
    return ()


def is_live(value: object) -> bool:
    """Tell whether a value is not deleted. What is only ever removed for good has no ``deleted_at``."""
    return getattr(value, "deleted_at", None) is None


def missing(kind: str, key: object) -> NotFoundError:
    """Return the error that nothing has this id. Only here it matters whether it is one at all: no text has a value.

    Raises:
        TypeError: It is no id.
    """
    require_id(kind, key)
    return NotFoundError(kind, key)


def require_current(kind: str, stored: Stored | None, state: Stored) -> None:
    """Refuse to write over what was changed or deleted since it was read, as ``version`` in a statement's WHERE does.

    Raises:
        ConflictError: It was, or it was never stored.
    """
    if stored is None or not is_live(stored) or stored.version != state.version:
        raise ConflictError(kind, state.id)


@frozen
class Grouping(Generic[V]):
    """Which values of a table stand together, and in which order.

    Args:
        owner: Returns the id of what a value belongs to.
        key: Returns what a value is ordered by among those of the same owner. No two have the same.
    """

    owner: Callable[[V], UUID]
    key: Callable[[V], Any]


class Table(Generic[V]):
    """The values of one noun, by id.

    Args:
        claims_of: Returns what must be unique about a value, besides its id.
        grouping: Which values stand together; None where nothing is asked for by what it belongs to.
    """

    __slots__ = ("_claims_of", "_grouping", "_groups", "_orders", "_shared", "_unlisted", "claims", "rows")

    def __init__(
        self, claims_of: Callable[[V], Sequence[Claim]] = no_claims, grouping: Grouping[V] | None = None
    ) -> None:
        self.rows: dict[UUID, V] = {}
        self.claims: dict[Claim, UUID] = {}
        self._unlisted: set[UUID] = set()
        self._orders: dict[str, list[V]] = {}
        self._groups: dict[UUID, tuple[V, ...]] = {}
        self._claims_of = claims_of
        self._grouping = grouping
        self._shared = False

    def fork(self) -> Table[V]:
        """Return a table with the same content, which can be written to without changing this one."""
        fork: Table[V] = Table.__new__(Table)
        fork.rows = self.rows
        fork.claims = self.claims
        fork._unlisted = self._unlisted
        fork._orders = self._orders
        fork._groups = self._groups
        fork._claims_of = self._claims_of
        fork._grouping = self._grouping
        fork._shared = True
        return fork

    def ordered(self, attribute: str) -> Sequence[V]:
        """Return the listed values in ascending order of an attribute; sorted once, then kept in order by ``put``."""
        order = self._orders.get(attribute)
        if order is None:
            listed = [value for key, value in self.rows.items() if key not in self._unlisted]
            order = self._orders[attribute] = sorted(listed, key=sort_key(attribute))
        return order

    def group(self, owner: UUID) -> tuple[V, ...]:
        """Return the values that belong to something, in the order of the table's grouping."""
        return self._groups.get(owner, ())

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
        if self._grouping is not None:
            self._join(self._grouping, value)
        if not listed:
            self._unlisted.add(value.id)
            return
        for attribute, order in self._orders.items():
            insort(order, value, key=sort_key(attribute))

    def remove(self, kind: str, key: UUID) -> None:
        """Take a value away for good; its id and what it claimed are free again.

        Raises:
            ConflictError: There is no such value.
        """
        if key not in self.rows:
            raise ConflictError(kind, key)
        if self._shared:
            self._copy()
        self._withdraw(self.rows.pop(key))

    def _join(self, grouping: Grouping[V], value: V) -> None:
        owner = grouping.owner(value)
        group = list(self.group(owner))
        insort(group, value, key=grouping.key)
        self._groups[owner] = tuple(group)

    def _leave(self, grouping: Grouping[V], stored: V) -> None:
        owner = grouping.owner(stored)
        self._groups[owner] = tuple(value for value in self._groups[owner] if value is not stored)
        if not self._groups[owner]:
            del self._groups[owner]

    def _withdraw(self, stored: V) -> None:
        for claim in self._claims_of(stored):
            del self.claims[claim]
        if self._grouping is not None:
            self._leave(self._grouping, stored)
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
        self._groups = self._groups.copy()
        # Whoever reads the origin may add a sorted list to it at any time; copy() takes all of them in one step.
        self._orders = {attribute: order.copy() for attribute, order in self._orders.copy().items()}
        self._shared = False
