"""The store in SQL: opens units of work on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from threading import get_ident
from time import sleep
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine

from service_engine.adapters.entropy import RecordedEntropy, SystemEntropy
from service_engine.adapters.plain import require_plain, require_plain_hook
from service_engine.adapters.retries import DEFAULT_RETRIES, Retries
from service_engine.adapters.sql.api_tokens import ApiTokenStatements, find_grant
from service_engine.adapters.sql.attempts import Attempts, Patience
from service_engine.adapters.sql.engines import has_one_connection, open_engine, read_options, require_configured
from service_engine.adapters.sql.joined_here import refuse_inside_joined
from service_engine.adapters.sql.tables import Tables, own_tables
from service_engine.adapters.sql.unit_of_work import (
    BeforeCommit,
    SqlUnitOfWork,
    announce,
    read_once,
    statements_for,
)
from service_engine.domain.api_tokens import TokenGrant
from service_engine.domain.ids import OrganizationId
from service_engine.ports.api_tokens import Directory
from service_engine.ports.entropy import Entropy
from service_engine.ports.unit_of_work import UnitOfWork, View

__all__ = ["SqlStore"]

P = ParamSpec("P")
R = TypeVar("R")

_Question = Callable[[Connection], TokenGrant | None]


class SqlStore:
    """Keeps everything in a database. Safe to share among threads.

    The schema has to be there: ``service_engine.adapters.sql.migrations.upgrade`` makes it.

    Args:
        engine: The host's. An SQLite engine must have been prepared with ``configure_sqlite``.
        tables: Where everything is stored; by default tables without prefix, which all stores without their own share.
            A host whose tables refer to ours gives those that ``build_tables`` has put into its metadata.
        prefix: Without ``tables``: stands before the name of every table.
        schema: Without ``tables``: the database schema that they are in; None for the connection's own.
        entropy: Where new ids and random values come from; the system's by default.
        retries: How often ``run`` and ``read`` try, and how long they pause.
        before_commit: Called with each unit of work that has events, right before its COMMIT; see ``how-to/outbox``.
            What it writes on ``uow.connection`` is committed, tried again and rolled back with the rest, and so is all
            of it when it raises. Reads, and units of work that changed nothing, do not call it.

    Raises:
        TypeError: ``before_commit`` is an ``async def``.
        ValueError: The SQLite engine would lose updates.

    Example:
        >>> from datetime import UTC, datetime
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from service_engine.adapters.sql.migrations import upgrade
        >>> from service_engine.usecases.clients import create_client, list_clients
        >>> from service_engine.usecases.organizations import bootstrap_organization
        >>> now = datetime(2026, 2, 7, tzinfo=UTC)
        >>> with TemporaryDirectory() as directory:
        ...     upgrade(f"sqlite:///{Path(directory) / 'agency.db'}")
        ...     store = SqlStore.from_url(f"sqlite:///{Path(directory) / 'agency.db'}")
        ...     acme = OrganizationId(store.entropy.new_id())
        ...     with store.begin(acme) as uow:
        ...         founded = bootstrap_organization(uow, name="Acme", at=now)
        ...         john = create_client(uow, email="john@example.com", first_name="John", last_name="Doe", at=now)
        ...     print(store.read(acme, list_clients).total)
        ...     store.close()
        1
    """

    def __init__(
        self,
        engine: Engine,
        *,
        tables: Tables | None = None,
        prefix: str = "",
        schema: str | None = None,
        entropy: Entropy | None = None,
        retries: Retries = DEFAULT_RETRIES,
        before_commit: BeforeCommit | None = None,
    ) -> None:
        require_configured(engine)
        require_plain_hook(before_commit)
        self.engine = engine
        self.tables: Tables = tables or own_tables(prefix, schema)
        self._entropy = entropy or SystemEntropy()
        self._retries = retries
        self._before_commit = before_commit
        self._owns_engine = False
        self._reads = engine.execution_options(**read_options(engine.dialect))
        self._open_units: dict[int, OrganizationId] = {}
        self._is_closed = False

    @classmethod
    def from_url(
        cls,
        url: str | URL,
        *,
        tables: Tables | None = None,
        prefix: str = "",
        schema: str | None = None,
        entropy: Entropy | None = None,
        retries: Retries = DEFAULT_RETRIES,
        before_commit: BeforeCommit | None = None,
        engine_options: Mapping[str, Any] | None = None,
    ) -> SqlStore:
        """Open a store with an engine of its own. Nothing is created in the database.

        Args:
            url: ``sqlite:///file.db`` or ``postgresql://…``. A database in memory, ``sqlite://``, is in its one
                connection: whoever wants that waits, and whoever has it already is refused.
            tables: Where everything is stored, as in the constructor.
            prefix: Without ``tables``: stands before the name of every table.
            schema: Without ``tables``: the database schema that they are in; None for the connection's own.
            entropy: Where new ids and random values come from; the system's by default.
            retries: How often ``run`` and ``read`` try, and how long they pause.
            before_commit: Called right before each COMMIT of something that happened, as in the constructor.
            engine_options: For ``sqlalchemy.create_engine``.
        """
        store = cls(
            open_engine(url, **(engine_options or {})),
            tables=tables,
            prefix=prefix,
            schema=schema,
            entropy=entropy,
            retries=retries,
            before_commit=before_commit,
        )
        store._owns_engine = True
        return store

    @property
    def directory(self) -> Directory:
        """The questions that are asked before the organisation is known. They raise what ``read`` raises."""
        return _SqlDirectory(statements_for(self.tables).api_tokens, self._look)

    @property
    def entropy(self) -> Entropy:
        """Where new ids and random values come from."""
        return self._entropy

    def begin(self, org_id: OrganizationId) -> AbstractContextManager[UnitOfWork]:
        """Open one organisation and one transaction: committed at the end of the block, rolled back on an exception.

        Args:
            org_id: The organisation.

        Raises:
            RuntimeError: The store is closed, or this thread has a unit of work of this store open already, or, on
                SQLite, has joined a transaction of the host's that is still open.
            ConflictError: Inside the block: see the repositories.
        """
        return self._begin(org_id)

    def run(
        self,
        org_id: OrganizationId,
        use_case: Callable[Concatenate[UnitOfWork, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a use case in a transaction of its own; run it again, a bounded number of times, when it collides.

        It is run again after a conflict, a deadlock, a serialisation failure, a busy database and a lost connection.
        When the connection is lost during COMMIT, ``adapters.sql.attempts`` finds out whether it took place.

        Args:
            org_id: The organisation.
            use_case: A function of a unit of work; may run several times, so it must have no other effect. Each time
                it draws the same ids and random values.
            args: Handed on to the use case.
            kwargs: Handed on to the use case.

        Returns:
            What the use case returned in the run that was committed.

        Raises:
            TypeError: The use case is an ``async def``.
            ConflictError: It still collided at the last try. Nothing was written.
            sqlalchemy.exc.DBAPIError: The database could not be reached at the last try.
            RuntimeError: The store is closed, or this thread has a unit of work of this store open already, or, on
                SQLite, has joined a transaction of the host's that is still open.
        """
        require_plain(use_case)
        tries = Attempts(
            org_id,
            self.tables,
            RecordedEntropy(self._entropy),
            lambda uow: use_case(uow, *args, **kwargs),
            self._before_commit,
        )
        with self._only_one(org_id):
            return self._insist(self.engine, tries.attempt)

    def read(
        self, org_id: OrganizationId, query: Callable[Concatenate[View, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a query that writes nothing, without opening a transaction; run it again when the connection is lost.

        Args:
            org_id: The organisation.
            query: A function of a view.
            args: Handed on to the query.
            kwargs: Handed on to the query.

        Raises:
            sqlalchemy.exc.DBAPIError: The database could not be reached at the last try.
            RuntimeError: The store is closed, or its engine has one connection only, as for a database in memory, and
                this thread has a unit of work open, which holds it.
        """
        return self._look(lambda connection: read_once(connection, org_id, self.tables, query, *args, **kwargs))

    def close(self) -> None:
        """Let go of every connection. The store cannot be used afterwards; an engine of the host's stays open."""
        self._is_closed = True
        if self._owns_engine:
            self.engine.dispose()

    @contextmanager
    def _begin(self, org_id: OrganizationId) -> Iterator[SqlUnitOfWork]:
        self._require_open()
        with self._only_one(org_id), self.engine.connect() as connection:
            uow = SqlUnitOfWork(connection, org_id, self.tables, self._entropy)
            try:
                connection.begin()
                yield uow
                announce(uow, self._before_commit)
                connection.commit()
            except BaseException:
                uow.transaction.events.clear()
                connection.rollback()
                raise
            finally:
                uow.close()

    @contextmanager
    def _only_one(self, org_id: OrganizationId) -> Iterator[None]:
        """Refuse a second unit of work in one thread: it would wait for the first one's locks, which wait for it."""
        thread = get_ident()
        if thread in self._open_units:
            msg = (
                f"this thread has a unit of work on organisation {self._open_units[thread]} open already: use that "
                "one, or end it first; a transaction belongs to one organisation"
            )
            raise RuntimeError(msg)
        refuse_inside_joined(self.engine)
        self._open_units[thread] = org_id
        try:
            yield
        finally:
            del self._open_units[thread]

    def _look(self, ask: Callable[[Connection], R]) -> R:
        held_by = self._open_units.get(get_ident())
        if held_by is not None and has_one_connection(self.engine):
            msg = (
                f"the engine has one connection, which this thread's unit of work on organisation {held_by} holds: "
                "read with that unit of work, or end it first"
            )
            raise RuntimeError(msg)
        return self._insist(self._reads, ask)

    def _insist(self, engine: Engine, ask: Callable[[Connection], R]) -> R:
        patience = Patience(self._retries)
        while True:
            self._require_open()
            try:
                with engine.connect() as connection:
                    return ask(connection)
            except Exception as error:  # noqa: BLE001  # raised again unless another try helps
                pause = patience.pause_after(error)
            sleep(pause)

    def _require_open(self) -> None:
        if self._is_closed:
            msg = "this store is closed"
            raise RuntimeError(msg)


class _SqlDirectory:
    """``ports.api_tokens.Directory`` on a store."""

    def __init__(self, statements: ApiTokenStatements, ask: Callable[[_Question], TokenGrant | None]) -> None:
        self._statements = statements
        self._ask = ask

    def token_grant(self, token_hash: str) -> TokenGrant | None:
        """Return whose token has this hash, in one read; None when nobody's has."""
        return self._ask(lambda connection: find_grant(connection, self._statements, token_hash))
