"""What the races need: an organisation with room for everybody, and a start at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from service_engine import SqlStore
from service_engine.testing.contracts import Agency
from service_engine.testing.scope_audit import ScopeAudit

THREADS = 32


@contextmanager
def open_agency(url: str) -> Iterator[Agency]:
    """Found an organisation on a database, with enough connections for everybody."""
    store = SqlStore.from_url(url, engine_options={"pool_size": THREADS, "max_overflow": THREADS})
    with ScopeAudit(store.engine, store.tables.all()):
        yield Agency(store)
    store.close()


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run every job in a thread of its own, all from the same moment; return results, and errors as results."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        barrier.wait(timeout=60)
        try:
            return job()
        except Exception as error:  # noqa: BLE001  # an error is a result here, and is asserted on
            return error

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


def errors(results: list[Any]) -> list[Exception]:
    """Return those of the results that are errors."""
    return [each for each in results if isinstance(each, Exception)]
