"""A unit of work in a transaction of the host's: of its SQLAlchemy ``Session`` or ``Connection``.

The host commits and rolls back, its rows and ours together. What would go wrong unseen is refused or taken care of:

- A session does not flush before a Core statement. Here it does, before each of ours.
- A unit of work that outlives its transaction would write in the next one. It is refused.
- A savepoint that is rolled back takes back what happened in it. So do ``events``.
- A connection in autocommit would commit each statement by itself. It is refused, and so is an SQLite engine that was
  not prepared with ``configure_sqlite``: it begins its transactions too late.

One thing cannot be taken care of. After a ``ConflictError`` or an error of the database, PostgreSQL refuses every
further statement of the transaction: roll back the savepoint, if there is one around, else all of it, and begin anew.

Source: design decisions 4 and 7; decision 24.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

from attrs import define, field, frozen
from sqlalchemy import Connection, NestedTransaction, RootTransaction, TwoPhaseTransaction, event
from sqlalchemy.orm import Session, SessionTransaction, scoped_session

from service_engine.adapters.sql.borrowing import is_borrowed, require_transaction
from service_engine.adapters.sql.engines import is_prepared
from service_engine.adapters.sql.isolation import READS
from service_engine.adapters.sql.joined_here import note_joined
from service_engine.adapters.sql.tables import Tables, own_tables
from service_engine.adapters.sql.transaction import Transaction, Witness
from service_engine.adapters.sql.unit_of_work import SqlUnitOfWork
from service_engine.domain.ids import OrganizationId
from service_engine.ports.entropy import Entropy

__all__ = ["JoinedUnitOfWork", "join"]

_JOINED: Final = "service_engine_joined"


def join(
    host: Session | scoped_session[Any] | Connection,
    org_id: OrganizationId,
    *,
    tables: Tables | None = None,
    entropy: Entropy | None = None,
) -> JoinedUnitOfWork:
    """Return a unit of work in the transaction of a host's session or connection, which begins if there is none yet.

    Args:
        host: Where the host's own statements run. It stays the host's to commit, roll back and close.
        org_id: The organisation that everything in the unit of work is bound to.
        tables: Where it is stored; by default tables without a prefix. A host that has put them into its own metadata
            with ``build_tables`` gives those.
        entropy: Where new ids and random values come from; the system's by default.

    Raises:
        TypeError: It is neither a session nor a connection, or is one for asyncio.
        ValueError: The connection is in autocommit, or its SQLite engine was not prepared with ``configure_sqlite``.
        RuntimeError: The transaction has failed already.

    Example:
        >>> from sqlalchemy import create_engine
        >>> from sqlalchemy.orm import Session
        >>> from service_engine.adapters.sql import configure_sqlite
        >>> from service_engine.adapters.sql.migrations import upgrade
        >>> from service_engine.testing.examples import acme, now
        >>> from service_engine.usecases.organizations import bootstrap_organization
        >>> engine = configure_sqlite(create_engine("sqlite://"))
        >>> upgrade(engine)
        >>> with Session(engine) as session:
        ...     uow = join(session, acme.id)
        ...     founded = bootstrap_organization(uow, name="Acme", at=now)
        ...     session.commit()
        >>> founded.organization.slug, len(uow.events)
        ('acme', 5)
    """
    session = host() if isinstance(host, scoped_session) else host
    chosen = tables or own_tables()
    joined = _HostSession.begin(session, chosen) if isinstance(session, Session) else _begin_connection(session)
    _require_safe(joined.connection)
    note_joined(joined.connection)
    return JoinedUnitOfWork(joined, org_id, chosen, entropy)


class JoinedUnitOfWork(SqlUnitOfWork):
    """A unit of work in a transaction of the host's; made by ``join``.

    After the transaction has ended, ``events`` tells what was stored, nothing if it was rolled back; all else is
    refused with a ``RuntimeError``. Two ends are told by nobody, and leave the events: a COMMIT of a connection that
    fails with an exception, and whatever the host does with a driver's connection that it has lent with ``borrow``.

    Example:
        >>> issubclass(JoinedUnitOfWork, SqlUnitOfWork)
        True
    """

    def __init__(self, host: _Host, org_id: OrganizationId, tables: Tables, entropy: Entropy | None) -> None:
        super().__init__(host.connection, org_id, tables, entropy)
        self._host = host
        joined = _JoinedTransaction(host.connection, org_id, host=host)
        self.transaction: Transaction = joined
        host.announce(joined)

    @contextmanager
    def savepoint(self) -> Iterator[JoinedUnitOfWork]:
        """Open a savepoint: an exception takes back what happened inside, and leaves the rest of the transaction whole.

        In a session it is the session's own, so that the host's objects are taken back, too.

        Raises:
            RuntimeError: The transaction that was joined has ended.

        Example:
            >>> from service_engine.testing.examples import acme, now
            >>> from service_engine.usecases.clients import create_client
            >>> def try_to_register(uow: JoinedUnitOfWork, email: str) -> None:
            ...     with uow.savepoint():
            ...         create_client(uow, email=email, first_name="John", last_name="Doe", at=now)
        """
        self.require_open()
        with self._host.begin_nested():
            yield self

    def require_open(self) -> None:
        """Refuse to go on when the transaction has ended.

        Raises:
            RuntimeError: The transaction that was joined has ended.
        """
        self._host.require_open()


@frozen
class _Memory:
    events: int = 0
    seen: dict[Any, int] = field(factory=dict)
    witness: Witness | None = None


class _Host(Protocol):
    """What a unit of work needs to know of the session or connection that it has joined."""

    @property
    def connection(self) -> Connection: ...
    @property
    def root(self) -> object: ...

    def announce(self, transaction: _JoinedTransaction) -> None: ...
    def require_open(self) -> None: ...
    def prepare(self) -> None: ...
    def begin_nested(self) -> Any: ...


@define(eq=False)
class _JoinedTransaction(Transaction):
    host: _Host = field(kw_only=True)

    def remember(self) -> _Memory:
        return _Memory(len(self.events), dict(self.seen), self.witness)

    def go_back(self, memory: _Memory) -> None:
        del self.events[memory.events :]
        self.seen: dict[UUID, int] = dict(memory.seen)
        self.witness: Witness | None = memory.witness

    def open_connection(self) -> Connection:
        self.host.require_open()
        self.host.prepare()
        return self.connection


@define(eq=False)
class _HostSession:
    """A session in its present transaction."""

    session: Session
    bind: dict[str, Any]
    root: SessionTransaction
    connection: Connection
    savepoint: SessionTransaction | None

    @classmethod
    def begin(cls, session: Session, tables: Tables) -> _HostSession:
        if not session.is_active:
            raise _failed()
        # For one of our tables, because a session may have an engine for some tables and another one for the rest.
        bind = {"clause": tables.organizations}
        connection = session.connection(bind_arguments=bind)
        root = session.get_transaction() or session.begin()
        return cls(session, bind, root, connection, session.get_nested_transaction())

    def announce(self, transaction: _JoinedTransaction) -> None:
        if _JOINED not in self.session.info:
            # Once for each session. A listener of each unit of work could not be removed while it is being called.
            self.session.info[_JOINED] = []
            event.listen(self.session, "after_transaction_create", _note_savepoint)
            event.listen(self.session, "after_commit", _keep)
            event.listen(self.session, "after_transaction_end", _go_back)
        opened = {self.root: _Memory()}
        nested = self.session.get_nested_transaction()
        while nested is not None:
            opened[nested] = _Memory()
            nested = nested.parent
        self.session.info[_JOINED].append((transaction, opened))

    def require_open(self) -> None:
        if self.session.get_transaction() is not self.root:
            raise _ended()
        if not self.session.is_active:
            raise _failed()

    def prepare(self) -> None:
        if self.session.autoflush:
            self.session.flush()
        nested = self.session.get_nested_transaction()
        if nested is not self.savepoint:
            # A session sends its SAVEPOINT when it is next asked for the connection, not before.
            self.session.connection(bind_arguments=self.bind)
            self.savepoint = nested

    def begin_nested(self) -> SessionTransaction:
        return self.session.begin_nested()


def _note_savepoint(session: Session, created: SessionTransaction) -> None:
    if created.nested:
        for transaction, opened in session.info[_JOINED]:
            opened[created] = transaction.remember()


def _keep(session: Session) -> None:
    committed = session.get_nested_transaction() or session.get_transaction()
    for _, opened in session.info[_JOINED]:
        opened.pop(committed, None)


def _go_back(session: Session, ended: SessionTransaction) -> None:
    """Take back what was not committed; a transaction that is closed or fails tells of its end only."""
    for transaction, opened in session.info[_JOINED]:
        if ended in opened:
            transaction.go_back(opened.pop(ended))
    if ended.parent is None:
        session.info[_JOINED].clear()


@define(eq=False)
class _HostConnection:
    """A connection in its present transaction."""

    connection: Connection
    root: RootTransaction

    @classmethod
    def begin(cls, connection: Connection) -> _HostConnection:
        require_transaction(connection)
        root = connection.get_transaction() or connection.begin()
        if not root.is_active:
            raise _failed()
        return cls(connection, root)

    def announce(self, transaction: _JoinedTransaction) -> None:
        joined = _followed.get(self.connection)
        if joined is None:
            joined = _followed[self.connection] = WeakKeyDictionary()
            event.listen(self.connection, "savepoint", _begin_savepoint)
            event.listen(self.connection, "release_savepoint", _keep_savepoint)
            event.listen(self.connection, "rollback_savepoint", _take_back_savepoint)
            if not is_borrowed(self.connection):  # of which only the view ends here: the host may yet commit
                event.listen(self.connection, "rollback", _take_back_all)
        if isinstance(self.root, TwoPhaseTransaction):
            event.listen(self.connection, "rollback_twophase", _take_back_all)  # once, however often it is said
        joined[transaction] = []

    def require_open(self) -> None:
        if self.connection.closed or self.connection.get_transaction() is not self.root:
            raise _ended()
        require_transaction(self.connection)

    def prepare(self) -> None:
        """Do nothing: a connection holds nothing back."""

    def begin_nested(self) -> NestedTransaction:
        return self.connection.begin_nested()


_followed: Final[WeakKeyDictionary[Connection, WeakKeyDictionary[_JoinedTransaction, list[_Memory]]]] = (
    WeakKeyDictionary()
)
"""Of each connection: the transactions of its units of work, and what each was when the savepoints around it began.

The innermost is the last. Of a savepoint that was there before the unit of work nothing is kept: rolled back, it takes
everything along.
"""


def _following(connection: Connection) -> Iterator[tuple[_JoinedTransaction, list[_Memory]]]:
    """Yield those in the transaction that is open; of an earlier one all is settled."""
    present = connection.get_transaction()
    for transaction, opened in list(_followed[connection].items()):
        if transaction.host.root is present:
            yield transaction, opened


def _begin_savepoint(connection: Connection, _name: str | None) -> None:
    for transaction, opened in _following(connection):
        opened.append(transaction.remember())


def _keep_savepoint(connection: Connection, _name: str, _context: object) -> None:
    for _, opened in _following(connection):
        if opened:
            opened.pop()


def _take_back_savepoint(connection: Connection, _name: str, _context: object) -> None:
    for transaction, opened in _following(connection):
        transaction.go_back(opened.pop() if opened else _Memory())


def _take_back_all(connection: Connection, *_: object) -> None:
    for transaction, _opened in _following(connection):
        transaction.go_back(_Memory())


def _begin_connection(connection: object) -> _HostConnection:
    if not isinstance(connection, Connection):
        kind = type(connection).__name__
        hint = "take join_async for it" if kind.lower().startswith("async") else "open one, and join that"
        msg = f"join takes a Session or a Connection of SQLAlchemy, not {kind}: {hint}"
        raise TypeError(msg)
    return _HostConnection.begin(connection)


def _require_safe(connection: Connection) -> None:
    isolation = connection.get_execution_options().get("isolation_level")
    driver = connection.connection.driver_connection
    if isolation == "AUTOCOMMIT" or READS in connection.info or getattr(driver, "autocommit", None) is True:
        msg = "this connection is in autocommit: nothing that a unit of work writes could be rolled back"
        raise ValueError(msg)
    if not is_prepared(connection.dialect):
        msg = "this SQLite engine is not safe; call configure_sqlite(engine) where you make it"
        raise ValueError(msg)


def _ended() -> RuntimeError:
    return RuntimeError("the transaction that this unit of work joined has ended; join again")


def _failed() -> RuntimeError:
    return RuntimeError("the transaction has failed: roll it back, or its savepoint, and join again")
