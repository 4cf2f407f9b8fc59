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
from threading import local
from typing import Any, Final, Protocol
from uuid import UUID
from weakref import WeakSet

from attrs import define, field, frozen
from sqlalchemy import Connection, Dialect, NestedTransaction, RootTransaction, event
from sqlalchemy.orm import Session, SessionTransaction, scoped_session

from service_engine.adapters.sql.borrowing import require_transaction
from service_engine.adapters.sql.engines import READS, is_prepared
from service_engine.adapters.sql.tables import Tables, own_tables
from service_engine.adapters.sql.transaction import Transaction, Witness
from service_engine.adapters.sql.unit_of_work import SqlUnitOfWork
from service_engine.domain.ids import OrganizationId
from service_engine.ports.entropy import Entropy

__all__ = ["JoinedUnitOfWork", "join", "refuse_inside_joined"]

_JOINED: Final = "service_engine_joined"
_here: Final = local()
"""Of each thread: the connections that it has joined. A unit of work may be gone while its transaction is open."""


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
    _joined_here().add(joined.connection)
    return JoinedUnitOfWork(joined, org_id, chosen, entropy)


def refuse_inside_joined(dialect: Dialect) -> None:
    """Refuse to open a transaction of our own in SQLite beside one of the host's that this thread has joined.

    It would wait for the host's, which waits for it.

    Raises:
        RuntimeError: There is one.
    """
    if any(each.dialect is dialect and not each.closed and each.in_transaction() for each in _joined_here()):
        msg = "this thread has joined a transaction of yours that is still open: give its unit of work to the use case"
        raise RuntimeError(msg)


class JoinedUnitOfWork(SqlUnitOfWork):
    """A unit of work in a transaction of the host's; made by ``join``.

    After the transaction has ended, ``events`` tells what was stored, nothing if a session rolled it back; all else is
    refused with a ``RuntimeError``.

    Example:
        >>> issubclass(JoinedUnitOfWork, SqlUnitOfWork)
        True
    """

    def __init__(self, host: _Host, org_id: OrganizationId, tables: Tables, entropy: Entropy | None) -> None:
        super().__init__(host.connection, org_id, tables, entropy)
        self._host = host
        self._joined = _JoinedTransaction(host.connection, org_id, host=host)
        self.transaction: Transaction = self._joined
        host.announce(self._joined)

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
        with self._host.begin_nested(), self.inside_savepoint():
            yield self

    def require_open(self) -> None:
        """Refuse to go on when the transaction has ended.

        Raises:
            RuntimeError: The transaction that was joined has ended.
        """
        self._host.require_open()

    @contextmanager
    def inside_savepoint(self) -> Iterator[None]:
        """Follow a savepoint that was opened just now: what ``savepoint`` does, for whoever opens it in another way."""
        before = self._joined.remember()
        self._host.enter()
        try:
            yield
        except BaseException:
            self._joined.go_back(before)
            raise
        finally:
            self._host.leave()


@frozen
class _Memory:
    events: int = 0
    seen: dict[Any, int] = field(factory=dict)
    witness: Witness | None = None


class _Host(Protocol):
    """What a unit of work needs to know of the session or connection that it has joined."""

    @property
    def connection(self) -> Connection: ...

    def announce(self, transaction: _JoinedTransaction) -> None: ...
    def require_open(self) -> None: ...
    def prepare(self) -> None: ...
    def begin_nested(self) -> Any: ...
    def enter(self) -> None: ...
    def leave(self) -> None: ...


@define(eq=False)
class _JoinedTransaction(Transaction):
    host: _Host = field(kw_only=True)

    def remember(self) -> _Memory:
        return _Memory(len(self.events), dict(self.seen), self.witness)

    def go_back(self, memory: _Memory) -> None:
        del self.events[memory.events :]
        self.seen: dict[UUID, int] = dict(memory.seen)
        self.witness: Witness | None = memory.witness

    def _connection(self) -> Connection:
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

    def enter(self) -> None:
        """Do nothing: the session tells of its savepoints."""

    def leave(self) -> None:
        """Do nothing, as above."""


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
    """A connection, with the savepoints that were opened through the unit of work, the innermost last."""

    connection: Connection
    root: RootTransaction
    savepoints: list[NestedTransaction | None]

    @classmethod
    def begin(cls, connection: Connection) -> _HostConnection:
        require_transaction(connection)
        root = connection.get_transaction() or connection.begin()
        if not root.is_active:
            raise _failed()
        return cls(connection, root, [connection.get_nested_transaction()])

    def announce(self, transaction: _JoinedTransaction) -> None:
        """Do nothing: a connection tells nobody of its savepoints."""

    def require_open(self) -> None:
        if self.connection.closed or self.connection.get_transaction() is not self.root:
            raise _ended()
        if self.connection.get_nested_transaction() is not self.savepoints[-1]:
            msg = "this savepoint is not the unit of work's: open it with uow.savepoint(), or join again inside"
            raise RuntimeError(msg)
        require_transaction(self.connection)

    def prepare(self) -> None:
        """Do nothing: a connection holds nothing back."""

    def begin_nested(self) -> NestedTransaction:
        return self.connection.begin_nested()

    def enter(self) -> None:
        self.savepoints.append(self.connection.get_nested_transaction())

    def leave(self) -> None:
        self.savepoints.pop()


def _begin_connection(connection: object) -> _HostConnection:
    if not isinstance(connection, Connection):
        kind = type(connection).__name__
        hint = "take join_async for it" if kind.lower().startswith("async") else "open one, and join that"
        msg = f"join takes a Session or a Connection of SQLAlchemy, not {kind}: {hint}"
        raise TypeError(msg)
    return _HostConnection.begin(connection)


def _joined_here() -> WeakSet[Connection]:
    joined: WeakSet[Connection] | None = getattr(_here, "joined", None)
    if joined is None:
        joined = _here.joined = WeakSet()
    return joined


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
