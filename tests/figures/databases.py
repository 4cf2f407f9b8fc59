"""Databases for the figures: what the plugin's fixtures are to tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from service_engine import MemoryStore, SqlStore
from service_engine.adapters.sql.migrations import upgrade
from service_engine.ports.unit_of_work import Store
from service_engine.testing.postgres import PostgresServer, new_database
from service_engine.testing.scope_audit import ScopeAudit

__all__ = ["KINDS", "new_database_url", "new_store"]

KINDS = ("memory", "sqlite", "postgres")
"""The stores that there are."""


@contextmanager
def new_database_url(kind: str) -> Iterator[str]:
    """Give the address of a database with our schema and no rows: ``sqlite`` or ``postgres``; gone afterwards.

    ``SERVICE_ENGINE_TEST_POSTGRES`` names another server than one of our own, as it does for tests.
    """
    with ExitStack() as stack:
        if kind == "sqlite":
            url = f"sqlite:///{Path(stack.enter_context(TemporaryDirectory())) / 'figures.db'}"
        else:
            given = os.environ.get("SERVICE_ENGINE_TEST_POSTGRES")
            server = (
                urlsplit(given)._replace(scheme="postgresql").geturl()
                if given
                else stack.enter_context(PostgresServer()).url
            )
            url = stack.enter_context(new_database(server))
        upgrade(url)
        yield url


@contextmanager
def new_store(kind: str) -> Iterator[Store]:
    """Give an empty store of one of the ``KINDS``; each statement of a database is audited for its organisation."""
    if kind == "memory":
        yield MemoryStore()
        return
    with new_database_url(kind) as url:
        store = SqlStore.from_url(url)
        with ScopeAudit(store.engine, store.tables.all()):
            yield store
        store.close()
