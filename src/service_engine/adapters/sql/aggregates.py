"""How the aggregates of any noun are loaded and stored: each rule of it once.

An aggregate is one row, with its links to other things (people assigned, tags) in junctions, and its parts (items) in
a table of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from attrs import Factory, field, frozen
from sqlalchemy import Delete, Insert, Select, Table, Update, delete, insert

from service_engine.adapters.sql.scope import KEY, lock, own, save
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.domain.change import Change, Versioned, next_version

__all__ = ["AggregateStatements", "Aggregates", "Links", "Parts"]


class Aggregate(Versioned, Protocol):
    """Anything with an id that counts how often it was stored."""

    @property
    def id(self) -> UUID:
        """Its id."""
        ...


A = TypeVar("A", bound=Aggregate)
P = TypeVar("P")


def _clear(owned: _Owned) -> Delete:
    return delete(owned.table).where(own(owned.table), owned.table.c[owned.owner] == KEY)


def _add(owned: _Owned | AggregateStatements[Any]) -> Insert:
    return insert(owned.table)


@frozen(kw_only=True)
class _Owned:
    """Rows that come and go with an aggregate, and are replaced all together.

    Args:
        table: Where they are.
        owner: Its column for the aggregate.
    """

    table: Table
    owner: str
    clear: Delete = field(init=False, default=Factory(_clear, takes_self=True))
    add: Insert = field(init=False, default=Factory(_add, takes_self=True))


@frozen(kw_only=True)
class Links(_Owned, Generic[A]):
    """What an aggregate is linked to, in order, in a junction.

    Args:
        other: The junction's column for the other side.
        ids: Returns the ids of what an aggregate is linked to.
    """

    other: str
    ids: Callable[[A], Sequence[UUID]]

    def rows(self, aggregate: A) -> list[dict[str, Any]]:
        """Return a row for each link."""
        return [
            {self.owner: aggregate.id, self.other: each, "position": position}
            for position, each in enumerate(self.ids(aggregate))
        ]


@frozen(kw_only=True)
class Parts(_Owned, Generic[A, P]):
    """What an aggregate is made of, in order: each is a row of its own, with an id.

    Args:
        parts: Returns them.
        row: Makes the row of one, without its owner and its position.
    """

    parts: Callable[[A], Sequence[P]]
    row: Callable[[P], Mapping[str, Any]]

    def rows(self, aggregate: A) -> list[dict[str, Any]]:
        """Return a row for each part."""
        return [
            {self.owner: aggregate.id, **self.row(each), "position": position}
            for position, each in enumerate(self.parts(aggregate))
        ]


def _lock(statements: AggregateStatements[Any]) -> Select[Any]:
    return lock(statements.table)


def _save(statements: AggregateStatements[Any]) -> Update:
    return save(statements.table)


@frozen(kw_only=True)
class AggregateStatements(Generic[A]):
    """What is asked of the aggregates of one noun, built once.

    Args:
        kind: What to call one in an error.
        table: Where they are.
        get: Finds the one with the id ``key``.
        value: Makes an aggregate of a row that ``get`` found.
        row: Makes the table's row of an aggregate.
        links: What they are linked to, and what they are made of.
        lock: Locks what is written first by whoever changes the one with the id ``key``: itself, or what it is part of.
    """

    kind: str
    table: Table
    get: Select[Any]
    value: Callable[[AnyRow], A]
    row: Callable[[A], Mapping[str, Any]]
    links: tuple[Links[A] | Parts[A, Any], ...] = ()
    lock: Select[Any] = field(default=Factory(_lock, takes_self=True))
    add: Insert = field(init=False, default=Factory(_add, takes_self=True))
    save: Update = field(init=False, default=Factory(_save, takes_self=True))


class Aggregates(Generic[A]):
    """The organisation's aggregates of one noun.

    Remembers those that it loaded or stored, to leave links and parts alone that did not change.
    """

    def __init__(self, transaction: Transaction, statements: AggregateStatements[A]) -> None:
        self._transaction = transaction
        self._statements = statements
        self._known: dict[UUID, A] = {}

    def get(self, key: UUID) -> A:
        """Return the live one with this id.

        Raises:
            TypeError: It is no id.
            NotFoundError: There is none.
            ConflictError: It was loaded before, and somebody else has changed it since.
        """
        its, contended = self._statements, self._transaction.contended
        if contended:
            # By itself: a statement that waits for the row sees its newest version, but older links.
            self._transaction.read(its.lock, key=key)
        found = self.seen(self._transaction.find(its.get, its.kind, key))
        self._transaction.unlocked = None if contended else (its.lock, key)
        return found

    def seen(self, row: AnyRow) -> A:
        """Return the one of a row that has the columns of ``get``.

        Raises:
            ConflictError: It was loaded before, and somebody else has changed it since.
        """
        aggregate = self._statements.value(row)
        self._transaction.saw(self._statements.kind, aggregate.id, aggregate.version)
        return self._remember(aggregate)

    def add(self, change: Change[A]) -> A:
        """Store a new one with its links.

        Raises:
            ConflictError: Its id or something else was taken, or what it refers to is not there.
        """
        aggregate, its = change.state, self._statements
        self._transaction.insert(its.table, its.add, its.kind, its.row(aggregate))
        for links in its.links:
            self._link(links, aggregate)
        self._transaction.note(change.events)
        return self._remember(aggregate)

    def save(self, change: Change[A]) -> A:
        """Store a changed one, with those of its links that changed; a change without events writes nothing.

        Returns:
            It as stored: one version later.

        Raises:
            ConflictError: It was changed or deleted since it was read.
        """
        aggregate, its = change.state, self._statements
        if not change.events:
            return aggregate
        row = dict(its.row(aggregate))
        del row["id"]
        # First of all, because it locks the row: whoever gets here with an older version waits, and is refused.
        self._transaction.update(its.table, its.save, its.kind, aggregate.id, aggregate.version, row)
        self._transaction.unlocked = None
        known = self._known.get(aggregate.id)
        for links in its.links:
            if known is None or known.version != aggregate.version or links.rows(known) != links.rows(aggregate):
                self._transaction.write(links.clear, key=aggregate.id)
                self._link(links, aggregate)
        self._transaction.note(change.events)
        return self._remember(next_version(aggregate))

    def _remember(self, aggregate: A) -> A:
        self._known[aggregate.id] = aggregate
        return aggregate

    def _link(self, links: Links[A] | Parts[A, Any], aggregate: A) -> None:
        rows = links.rows(aggregate)
        if rows:
            self._transaction.insert_all(links.add, self._statements.kind, aggregate.id, rows)
