"""What the repositories of one unit of work share: the connection, the organisation, and what was written so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from attrs import define, field, frozen
from sqlalchemy import (
    Connection,
    CursorResult,
    Delete,
    Executable,
    Insert,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    select,
)

from service_engine.adapters.sql.compiled import found_by_identity
from service_engine.adapters.sql.failures import refusing_collisions
from service_engine.adapters.sql.scope import KEY, own
from service_engine.domain.change import Event
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import OrganizationId
from service_engine.errors import ConflictError, NotFoundError

__all__ = ["AnyRow", "Transaction", "Witness"]

AnyRow: TypeAlias = "Row[*tuple[Any, ...]]"
AnyResult: TypeAlias = "CursorResult[*tuple[Any, ...]]"


@frozen
class Witness:
    """A row that is in the database exactly if the transaction that wrote it was committed.

    Args:
        statement: Finds the row.
        values: The statement's.
        exact: Whether nobody else can have written it: it was inserted under an id of its own. An updated row is
            recognised by its version and the time of its change, as long as nobody has changed it again.
    """

    statement: Select[Any]
    values: Mapping[str, Any]
    exact: bool


def _is_an_organization(_: object, __: object, org_id: OrganizationId) -> None:
    require_id("organization", org_id)


@define(eq=False)
class Transaction:
    """A connection that is bound to an organisation.

    Args:
        connection: Never committed or rolled back here.
        org_id: Goes into every statement.
        contended: Whether an earlier try collided: then what is loaded to be changed is locked first.
        events: What was stored, oldest first.
        seen: The version of each aggregate that was loaded or stored so far.
        unlocked: What locks the aggregate that was loaded last, and its id; None when it is locked.
        witness: What can tell later whether the transaction was committed.
        closed: Whether it is over.
    """

    connection: Connection
    org_id: OrganizationId = field(validator=_is_an_organization)
    contended: bool = False
    events: list[Event] = field(factory=list)
    seen: dict[UUID, int] = field(factory=dict)
    unlocked: tuple[Select[Any], UUID] | None = None
    witness: Witness | None = None
    closed: bool = False

    def read(self, statement: Executable, **values: Any) -> AnyResult:
        """Run a query; ``org_id`` is bound to it."""
        return self._execute(self.open_connection(), statement, {"org_id": self.org_id, **values})

    def find(self, statement: Executable, kind: str, key: UUID) -> AnyRow:
        """Return the one row that a query finds by an id, ``key``; ``org_id`` is bound to it, too.

        Raises:
            TypeError: The key is no id.
            NotFoundError: There is no such row.
        """
        require_id(kind, key)
        row = self.read(statement, key=key).one_or_none()
        if row is None:
            raise NotFoundError(kind, key)
        return row

    def saw(self, kind: str, key: UUID, version: int) -> None:
        """Note the version of an aggregate that was loaded.

        Raises:
            ConflictError: It was loaded before, and somebody else has changed it since. What was decided on the first
                sight must not be stored on top of the second.
        """
        if self.seen.setdefault(key, version) != version:
            raise ConflictError(kind, key)

    def take_unlocked(self) -> tuple[Select[Any], UUID] | None:
        """Return what locks the aggregate that was loaded last, and its id, for a statement that locks it now.

        Returns:
            None if it is locked already. SQLite locks no rows: it has one writer at a time.
        """
        unlocked, self.unlocked = self.unlocked, None
        return None if self.connection.dialect.name == "sqlite" else unlocked

    def insert(self, table: Table, statement: Insert, kind: str, row: Mapping[str, Any]) -> None:
        """Insert one row that has an id.

        Raises:
            ConflictError: The id or something else in it was taken, or what it refers to is gone.
        """
        # The organisation itself has no org_id: its id is the organisation's.
        values = {"org_id": self.org_id, **row} if "org_id" in table.c else dict(row)
        self._write(statement, values, kind, row["id"])
        self.note_insert(table, row["id"])

    def insert_all(self, statement: Insert, kind: str, key: object, rows: Sequence[Mapping[str, Any]]) -> AnyResult:
        """Insert several rows by one statement.

        Args:
            statement: The INSERT.
            kind: What a collision is blamed on.
            key: Its id, or whatever else collides.
            rows: What is inserted; ``org_id`` is added to each.

        Raises:
            ConflictError: Something in a row was taken, or what it refers to is gone.
        """
        return self._write(statement, [{"org_id": self.org_id, **row} for row in rows], kind, key)

    def count_on(self, statement: Insert, kind: str, key: object, **values: Any) -> AnyResult:
        """Insert a counter or count it on; ``org_id`` is bound to the statement.

        Raises:
            ConflictError: What the counter belongs to is not there.
        """
        return self._write(statement, {"org_id": self.org_id, **values}, kind, key)

    def update(
        self, table: Table, statement: Update, kind: str, key: UUID, version: int, row: Mapping[str, Any]
    ) -> None:
        """Update one aggregate, if it still has the version that was loaded.

        Raises:
            ConflictError: It was changed or deleted since, or something in the row was taken.
        """
        values = {"updated_org_id": self.org_id, "key": key, "loaded_version": version, **row, "version": version + 1}
        if self._write(statement, values, kind, key).rowcount != 1:
            raise ConflictError(kind, key)
        self.seen[key] = version + 1
        if self.witness is None:
            found = {"key": key, "witness_version": version + 1, "witness_at": row["updated_at"]}
            self.witness = Witness(_updated(table), found, exact=False)

    def write(self, statement: Update | Delete, **values: Any) -> None:
        """Run an UPDATE or DELETE that cannot collide; the organisation is bound to it."""
        name = "updated_org_id" if isinstance(statement, Update) else "org_id"
        self._execute(self.open_connection(), statement, {name: self.org_id, **values})

    def remove(self, statement: Delete, kind: str, key: UUID, **values: Any) -> None:
        """Delete one row for good; the organisation and the key are bound to the statement.

        Raises:
            ConflictError: It was changed or removed since it was read.
        """
        found = {"org_id": self.org_id, "key": key, **values}
        if self._execute(self.open_connection(), statement, found).rowcount != 1:
            raise ConflictError(kind, key)

    def note_insert(self, table: Table, key: UUID) -> None:
        """Keep in mind that this row will be there if, and only if, the transaction is committed."""
        if self.witness is None or not self.witness.exact:
            self.witness = Witness(_inserted(table), {"key": key}, exact=True)

    def note(self, events: Sequence[Event]) -> None:
        """Keep what happened."""
        self.events.extend(events)

    def _write(self, statement: Insert | Update, values: Any, kind: str, key: object) -> AnyResult:
        # Not below: what a host has pending may collide, too, and is no conflict of ours.
        connection = self.open_connection()
        with refusing_collisions(kind, key):
            return self._execute(connection, statement, values)

    @staticmethod
    def _execute(connection: Connection, statement: Executable, values: Any) -> AnyResult:
        return connection.execute(statement, values, execution_options=found_by_identity(connection.dialect))

    def open_connection(self) -> Connection:
        """Return the connection, ready for a statement.

        Raises:
            RuntimeError: The unit of work is closed.
        """
        if self.closed:
            msg = "this unit of work is closed; open another one with Store.begin or Store.run"
            raise RuntimeError(msg)
        return self.connection


@lru_cache(maxsize=256)
def _inserted(table: Table) -> Select[Any]:
    return select(table.c.id).where(own(table) if "org_id" in table.c else table.c.id == KEY, table.c.id == KEY)


@lru_cache(maxsize=256)
def _updated(table: Table) -> Select[Any]:
    return _inserted(table).where(
        table.c.version == bindparam("witness_version"), table.c.updated_at == bindparam("witness_at")
    )
