"""A store on each database, and an organisation on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service_engine.adapters.sql import SqlStore
from service_engine.testing.contracts.agency import Agency

DATABASES = ("sqlite", "postgres")


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the address of a database of this test's own, with our schema and no rows."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture
def sql_store(database_url: str) -> Iterator[SqlStore]:
    """Give a store on each database."""
    store = SqlStore.from_url(database_url)
    yield store
    store.close()


@pytest.fixture
def acme(sql_store: SqlStore) -> Agency:
    """Give an organisation on it."""
    return Agency(sql_store)
