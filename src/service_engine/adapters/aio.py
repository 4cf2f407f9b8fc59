"""The store for asyncio: the same use cases, run by ``AsyncConnection.run_sync`` on an asynchronous driver.

There is no second implementation: a use case stays a plain function, and at every wait for the database inside it the
event loop goes on with something else.

Source: design decision 3.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Concatenate, NoReturn, ParamSpec, TypeVar

from sqlalchemy import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_scoped_session, create_async_engine

from service_engine.adapters.entropy import RecordedEntropy, SystemEntropy
from service_engine.adapters.plain import require_plain, require_plain_hook
from service_engine.adapters.retries import DEFAULT_RETRIES, Retries
from service_engine.adapters.sql.api_tokens import find_grant
from service_engine.adapters.sql.attempts import Attempts, Patience
from service_engine.adapters.sql.engines import configure, driver_url, is_prepared, options_for, read_options
from service_engine.adapters.sql.joined_here import refuse_inside_joined
from service_engine.adapters.sql.joining import JoinedUnitOfWork, join
from service_engine.adapters.sql.tables import Tables, own_tables
from service_engine.adapters.sql.unit_of_work import BeforeCommit, read_once, statements_for
from service_engine.domain.api_tokens import TokenGrant
from service_engine.domain.change import Event
from service_engine.domain.ids import OrganizationId
from service_engine.ports.entropy import Entropy
from service_engine.ports.unit_of_work import UnitOfWork, View

__all__ = ["AsyncSqlStore", "AsyncUnitOfWork", "join_async"]

P = ParamSpec("P")
R = TypeVar("R")


class AsyncSqlStore:
    """Runs use cases and queries on a database, awaited. Open it with ``from_url``; it belongs to one event loop.

    A task that is cancelled rolls back, unless its COMMIT is already on its way.

    Args:
        engine: The host's, asynchronous. One for SQLite must have been prepared with
            ``configure_sqlite(engine.sync_engine)``.
        tables: Where everything is stored, for a host that has put them into its own metadata with ``build_tables``.
        prefix: Without ``tables``: stands before the name of every table.
        schema: Without ``tables``: the database schema that they are in; None for the connection's own.
        entropy: Where new ids and random values come from; the system's by default.
        retries: How often ``run`` and ``read`` try, and how long they pause.
        before_commit: As for ``SqlStore``: a plain ``def``, called where the use case runs.

    Raises:
        TypeError: ``before_commit`` is an ``async def``.
        ValueError: The SQLite engine was not prepared with ``configure_sqlite``.

    Example:
        >>> from service_engine.adapters.sql import configure_sqlite
        >>> from service_engine.testing.examples import acme, now
        >>> from service_engine.usecases.organizations import bootstrap_organization
        >>> async def found() -> str:
        ...     engine = create_async_engine("sqlite+aiosqlite://")
        ...     configure_sqlite(engine.sync_engine)
        ...     store = AsyncSqlStore(engine)
        ...     async with engine.begin() as connection:
        ...         await connection.run_sync(store.tables.metadata.create_all)
        ...     founded = await store.run(acme.id, bootstrap_organization, name="Acme", at=now)
        ...     await store.close()
        ...     await engine.dispose()  # it is ours
        ...     return founded.organization.slug
        >>> asyncio.run(found())
        'acme'
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        tables: Tables | None = None,
        prefix: str = "",
        schema: str | None = None,
        entropy: Entropy | None = None,
        retries: Retries = DEFAULT_RETRIES,
        before_commit: BeforeCommit | None = None,
    ) -> None:
        require_plain_hook(before_commit)
        if not is_prepared(engine.dialect):
            msg = "this SQLite engine is not safe; call configure_sqlite(engine.sync_engine) where you make it"
            raise ValueError(msg)
        self.engine = engine
        self.entropy: Entropy = entropy or SystemEntropy()
        self.tables: Tables = tables or own_tables(prefix, schema)
        self._reads = engine.execution_options(**read_options(engine.dialect))
        self._retries = retries
        self._before_commit = before_commit
        self._owns_engine = False
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
    ) -> AsyncSqlStore:
        """Open a store on a database, whose schema has to be there.

        Args:
            url: ``sqlite:///file.db`` or ``postgresql://…``.
            tables: Where everything is stored, as in the constructor.
            prefix: As in the constructor.
            schema: As in the constructor.
            entropy: As in the constructor.
            retries: As in the constructor.
            before_commit: As in the constructor.
            engine_options: For ``sqlalchemy.ext.asyncio.create_async_engine``; they win over ours.
        """
        target = driver_url(url, asyncio=True)
        engine = create_async_engine(target, **{**options_for(target, asyncio=True), **(engine_options or {})})
        configure(engine.sync_engine)
        store = cls(
            engine,
            tables=tables,
            prefix=prefix,
            schema=schema,
            entropy=entropy,
            retries=retries,
            before_commit=before_commit,
        )
        store._owns_engine = True
        return store

    async def run(
        self,
        org_id: OrganizationId,
        use_case: Callable[Concatenate[UnitOfWork, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a use case in a transaction of its own; the same as ``SqlStore.run``, awaited.

        Raises:
            RuntimeError: The store is closed, or, on SQLite, this task has joined a transaction of the host's that is
                still open.
            Exception: Otherwise as for ``SqlStore.run``.
        """
        require_plain(use_case)
        refuse_inside_joined(self.engine.sync_engine, awaited=True)
        tries = Attempts(
            org_id,
            self.tables,
            RecordedEntropy(self.entropy),
            lambda uow: use_case(uow, *args, **kwargs),
            self._before_commit,
        )
        return await self._insist(self.engine, tries.attempt)

    async def read(
        self, org_id: OrganizationId, query: Callable[Concatenate[View, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a query that writes nothing, without opening a transaction; the same as ``SqlStore.read``, awaited.

        Raises:
            RuntimeError: The store is closed.
            Exception: Otherwise as for ``SqlStore.read``.
        """
        return await self._insist(
            self._reads, lambda connection: read_once(connection, org_id, self.tables, query, *args, **kwargs)
        )

    async def token_grant(self, token_hash: str) -> TokenGrant | None:
        """Return whose token has this hash, in one read; None when nobody's has.

        Raises:
            RuntimeError: The store is closed.
        """
        statements = statements_for(self.tables).api_tokens
        return await self._insist(self._reads, lambda connection: find_grant(connection, statements, token_hash))

    async def close(self) -> None:
        """Let go of every connection. The store cannot be used afterwards; an engine of the host's stays open."""
        self._is_closed = True
        if self._owns_engine:
            await self.engine.dispose()

    async def _insist(self, engine: AsyncEngine, ask: Callable[[Connection], R]) -> R:
        patience = Patience(self._retries)
        while True:
            if self._is_closed:
                msg = "this store is closed"
                raise RuntimeError(msg)
            try:
                async with engine.connect() as connection:
                    return await connection.run_sync(ask)
            except Exception as error:  # noqa: BLE001  # raised again unless another try helps
                pause = patience.pause_after(error)
            await asyncio.sleep(pause)


def join_async(
    host: AsyncSession | async_scoped_session[Any] | AsyncConnection,
    org_id: OrganizationId,
    *,
    tables: Tables | None = None,
    entropy: Entropy | None = None,
) -> AsyncUnitOfWork:
    """Return a unit of work in the transaction of a host's asynchronous session or connection, as ``join`` does.

    Args:
        host: Where the host's own statements run. It stays the host's to commit, roll back and close.
        org_id: The organisation that everything in the unit of work is bound to.
        tables: Where it is stored; by default tables without a prefix.
        entropy: Where new ids and random values come from; the system's by default.

    Example:
        >>> from sqlalchemy.ext.asyncio import AsyncSession
        >>> from service_engine.testing.examples import acme, john, now
        >>> from service_engine.usecases.tickets import open_ticket
        >>> async def ask_for_help(session: AsyncSession) -> None:
        ...     async with session.begin():
        ...         uow = join_async(session, acme.id)
        ...         await uow.run(open_ticket, client_id=john.id, subject="Help", at=now)
    """
    session = host() if isinstance(host, async_scoped_session) else host
    return AsyncUnitOfWork(session, lambda opened: join(opened, org_id, tables=tables, entropy=entropy))


class AsyncUnitOfWork:
    """A unit of work in a transaction of the host's, awaited; made by ``join_async``.

    It joins with the first call, in the transaction that is open then, and ends with that transaction.

    Use cases are not called with it, it calls them: ``await uow.run(close_ticket, …)``, not ``close_ticket(uow, …)``.

    Args:
        host: The host's session or connection.
        joining: Joins what it wraps.

    Example:
        >>> [name for name in vars(AsyncUnitOfWork) if not name.startswith("_")]
        ['run', 'read', 'savepoint', 'events']
    """

    def __init__(
        self,
        host: AsyncSession | AsyncConnection,
        joining: Callable[[Any], JoinedUnitOfWork],
    ) -> None:
        self._host = host
        self._joining = joining
        self._uow: JoinedUnitOfWork | None = None

    async def run(self, use_case: Callable[Concatenate[UnitOfWork, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a use case once, in the host's transaction.

        Raises:
            ConflictError: Somebody else changed the same thing first. Whoever opened the transaction begins it anew.
            RuntimeError: The transaction that was joined has ended.
            ValueError: As for ``adapters.sql.join``.
        """
        require_plain(use_case)
        return await self._host.run_sync(lambda opened: use_case(self._joined(opened), *args, **kwargs))

    async def read(self, query: Callable[Concatenate[View, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a query in the host's transaction, which sees what was written in it.

        Raises:
            RuntimeError: The transaction that was joined has ended.
            ValueError: As for ``adapters.sql.join``.
        """
        return await self._host.run_sync(lambda opened: query(self._joined(opened), *args, **kwargs))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[AsyncUnitOfWork]:
        """Open a savepoint: an exception takes back what happened inside, and leaves the rest of the transaction whole.

        Raises:
            RuntimeError: The transaction that was joined has ended.
            ValueError: As for ``adapters.sql.join``.
        """
        await self._host.run_sync(self._joined)
        async with self._host.begin_nested():
            yield self

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that was stored so far, as events, oldest first."""
        return () if self._uow is None else self._uow.events

    def _joined(self, opened: Any) -> JoinedUnitOfWork:
        if self._uow is None:
            self._uow = self._joining(opened)
        self._uow.require_open()
        return self._uow

    if not TYPE_CHECKING:  # a type checker would take any name for an attribute

        def __getattr__(self, name: str) -> NoReturn:
            msg = f"{type(self).__name__!r} object has no attribute {name!r}"
            if hasattr(UnitOfWork, name):
                msg += ": a use case is not called with it, it calls the use case: await uow.run(close_ticket, …), "
                msg += "or await uow.read(get_ticket, …) for one that only reads"
            raise AttributeError(msg)
