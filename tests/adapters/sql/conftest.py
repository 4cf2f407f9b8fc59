"""A store on each database, and an organisation on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from service_engine.adapters.sql import SqlStore
from service_engine.testing.contracts.agency import Agency

DATABASES = ("sqlite", "postgres")


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the address of a database of this test's own, with our schema and no rows."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture(params=DATABASES)
def sql_store(request: pytest.FixtureRequest, lend_database: Callable[[str], Engine]) -> SqlStore:
    """Give a store on each database, with nothing in it."""
    return SqlStore(lend_database(request.param))


@pytest.fixture
def own_store(database_url: str) -> Iterator[SqlStore]:
    """Give a store on a database of its own, for tests that make tables in it."""
    store = SqlStore.from_url(database_url)
    yield store
    store.close()


@pytest.fixture
def acme(sql_store: SqlStore) -> Agency:
    """Give an organisation on it."""
    return Agency(sql_store)
