"""The store in memory: one lock and one state per organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from threading import Lock, get_ident
from typing import Concatenate, ParamSpec, TypeVar

from service_engine.adapters.entropy import RecordedEntropy, SystemEntropy
from service_engine.adapters.memory.api_tokens import MemoryDirectory
from service_engine.adapters.memory.state import Published, Work
from service_engine.adapters.memory.unit_of_work import MemoryUnitOfWork, MemoryView
from service_engine.adapters.plain import require_plain, require_plain_hook
from service_engine.adapters.retries import DEFAULT_RETRIES
from service_engine.domain.ids import OrganizationId
from service_engine.errors import ConflictError
from service_engine.ports.api_tokens import Directory
from service_engine.ports.entropy import Entropy
from service_engine.ports.unit_of_work import UnitOfWork, View

__all__ = ["MemoryStore"]

P = ParamSpec("P")
R = TypeVar("R")


class MemoryStore:
    """Keeps everything in this process. Safe to share among threads; gone when the process ends.

    Writers of one organisation wait for each other, writers of different ones do not, and readers wait for nobody.
    A thread has at most one unit of work open at a time, so that two threads cannot wait for each other in a circle.

    Args:
        entropy: Where new ids and random values come from; the system's by default.
        before_commit: Called with each unit of work that has events, when nothing stands against its commit any more:
            once for whatever is committed. If it raises, nothing is. One is called at a time, and the commits of all
            organisations wait for it.

    Raises:
        TypeError: ``before_commit`` is an ``async def``.

    Example:
        >>> from datetime import UTC, datetime
        >>> from service_engine.domain.ids import OrganizationId
        >>> from service_engine.usecases.clients import create_client, list_clients
        >>> from service_engine.usecases.organizations import bootstrap_organization
        >>> now, store = datetime(2026, 2, 7, tzinfo=UTC), MemoryStore()
        >>> acme = OrganizationId(store.entropy.new_id())
        >>> with store.begin(acme) as uow:
        ...     founded = bootstrap_organization(uow, name="Acme", at=now)
        ...     john = create_client(uow, email="john@example.com", first_name="John", last_name="Doe", at=now)
        >>> store.read(acme, list_clients).total
        1
    """

    def __init__(
        self, entropy: Entropy | None = None, *, before_commit: Callable[[UnitOfWork], None] | None = None
    ) -> None:
        require_plain_hook(before_commit)
        self._before_commit = before_commit
        self._entropy = entropy or SystemEntropy()
        self._published = Published()
        self._guard = Lock()
        self._locks: dict[OrganizationId, Lock] = {}
        self._open: dict[int, OrganizationId] = {}

    @property
    def directory(self) -> Directory:
        """The questions that are asked before the organisation is known."""
        return MemoryDirectory(self._published)

    @property
    def entropy(self) -> Entropy:
        """Where new ids and random values come from."""
        return self._entropy

    def begin(self, org_id: OrganizationId) -> AbstractContextManager[UnitOfWork]:
        """Open one organisation and one transaction: committed at the end of the block, rolled back on an exception.

        Args:
            org_id: The organisation. Whoever else writes to it waits until the block ends.

        Raises:
            ConflictError: At the end of the block: another organisation has taken the slug, or a token, meanwhile.
            RuntimeError: The store is closed, or this thread has a unit of work of this store open already.
        """
        return self._begin(org_id, self._entropy)

    def run(
        self,
        org_id: OrganizationId,
        use_case: Callable[Concatenate[UnitOfWork, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a use case in a transaction of its own; run it again when it collides, as often as the SQL stores do.

        Inside the organisation's lock nothing can collide but slugs and token hashes, which all organisations share:
        these pass at the next try. Another ``ConflictError`` comes from something stale that was handed in. It stays,
        but a store cannot tell the two apart, so it is tried as often. There are no pauses: nobody is waited for.

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
            RuntimeError: The store is closed, or this thread has a unit of work of this store open already.
        """
        require_plain(use_case)
        entropy = RecordedEntropy(self._entropy)
        tries_left = DEFAULT_RETRIES.tries
        while True:
            tries_left -= 1
            entropy.rewind()
            try:
                with self._begin(org_id, entropy) as uow:
                    return use_case(uow, *args, **kwargs)
            except ConflictError:
                if not tries_left:
                    raise

    def read(
        self, org_id: OrganizationId, query: Callable[Concatenate[View, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a query on what is committed now. It sees one moment from beginning to end, and makes nobody wait.

        Args:
            org_id: The organisation.
            query: A function of a view.
            args: Handed on to the query.
            kwargs: Handed on to the query.

        Raises:
            RuntimeError: The store is closed.
        """
        self._published.require_open()
        work = Work(org_id, self._published.state(org_id), self._published)
        try:
            return query(MemoryView(work), *args, **kwargs)
        finally:
            work.close()

    def close(self) -> None:
        """Refuse everything from now on. Units of work that are open may still end."""
        self._published.close()

    @contextmanager
    def _begin(self, org_id: OrganizationId, entropy: Entropy) -> Iterator[MemoryUnitOfWork]:
        self._published.require_open()
        thread = get_ident()
        if thread in self._open:
            msg = (
                f"this thread has a unit of work on organisation {self._open[thread]} open already: use that one, "
                "or end it first; a transaction belongs to one organisation"
            )
            raise RuntimeError(msg)
        with self._lock_of(org_id):
            work = Work(org_id, self._published.state(org_id).fork(), self._published)
            self._open[thread] = org_id
            try:
                uow = MemoryUnitOfWork(work, entropy)
                yield uow
                hook = self._before_commit
                self._published.publish(work, None if hook is None or not work.events else partial(hook, uow))
            except BaseException:
                work.events.clear()
                raise
            finally:
                del self._open[thread]
                work.close()

    def _lock_of(self, org_id: OrganizationId) -> Lock:
        lock = self._locks.get(org_id)
        if lock is None:
            with self._guard:
                lock = self._locks.setdefault(org_id, Lock())
        return lock
