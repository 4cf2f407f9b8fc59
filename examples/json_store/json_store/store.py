"""The store: a lock, a state read from its file, and the library's own units of work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import get_ident
from typing import Concatenate, ParamSpec, TypeVar

from json_store.files import Files
from service_engine import ConflictError
from service_engine.adapters.entropy import RecordedEntropy, SystemEntropy
from service_engine.adapters.memory.api_tokens import MemoryDirectory
from service_engine.adapters.memory.state import Work
from service_engine.adapters.memory.unit_of_work import MemoryUnitOfWork, MemoryView
from service_engine.adapters.retries import DEFAULT_RETRIES
from service_engine.domain.ids import OrganizationId
from service_engine.ports.api_tokens import Directory
from service_engine.ports.entropy import Entropy
from service_engine.ports.unit_of_work import UnitOfWork, View

__all__ = ["JsonStore"]

P = ParamSpec("P")
R = TypeVar("R")


class JsonStore:
    """Keeps each organisation in a JSON file. Safe to share among threads and among processes of one machine.

    Args:
        root: The directory of all organisations; made if it is not there.
        entropy: Where new ids and random values come from; the system's by default.
    """

    def __init__(self, root: Path, entropy: Entropy | None = None) -> None:
        self._entropy = entropy or SystemEntropy()
        self._files = Files(root)
        self._busy: set[int] = set()

    @property
    def directory(self) -> Directory:
        """The questions that are asked before the organisation is known."""
        return MemoryDirectory(self._files)

    @property
    def entropy(self) -> Entropy:
        """Where new ids and random values come from."""
        return self._entropy

    def begin(self, org_id: OrganizationId) -> AbstractContextManager[UnitOfWork]:
        """Open one organisation and one transaction: committed at the end of the block, rolled back on an exception."""
        return self._begin(org_id, self._entropy)

    def run(
        self,
        org_id: OrganizationId,
        use_case: Callable[Concatenate[UnitOfWork, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a use case in a transaction of its own; run it again, with the same ids, when it collides."""
        entropy = RecordedEntropy(self._entropy)
        for tries_left in reversed(range(DEFAULT_RETRIES.tries)):
            entropy.rewind()
            try:
                with self._begin(org_id, entropy) as uow:
                    return use_case(uow, *args, **kwargs)
            except ConflictError:
                if not tries_left:
                    raise
        raise AssertionError  # the last try returned, or raised

    def read(
        self, org_id: OrganizationId, query: Callable[Concatenate[View, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a query on what is committed now."""
        self._files.require_open()
        work = Work(org_id, self._files.state(org_id), self._files)
        try:
            return query(MemoryView(work), *args, **kwargs)
        finally:
            work.close()

    def close(self) -> None:
        """Refuse everything from now on."""
        self._files.close()

    @contextmanager
    def _begin(self, org_id: OrganizationId, entropy: Entropy) -> Iterator[UnitOfWork]:
        self._files.require_open()
        if get_ident() in self._busy:
            msg = "this thread has a unit of work open already, and would wait for itself"
            raise RuntimeError(msg)
        self._busy.add(get_ident())
        try:
            with self._files.locked(org_id):
                work = Work(org_id, self._files.state(org_id), self._files)
                try:
                    yield MemoryUnitOfWork(work, entropy)
                    self._files.publish(work)  # nothing is written before this line
                except BaseException:
                    work.events.clear()
                    raise
                finally:
                    work.close()
        finally:
            self._busy.discard(get_ident())
