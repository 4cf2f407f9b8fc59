"""The pytest plugin: databases for tests, each test its own.

Installed with the package, so its fixtures are there without an import:

- ``postgres_url``: a PostgreSQL server, started at its first use and stopped with the session. Set
  ``SERVICE_ENGINE_TEST_POSTGRES`` to the address of a database to use its server instead; its user must be allowed to
  create databases. No server is an error, never a skip.
- ``postgres_database_url``: a new database with our schema, a copy of one that was migrated once.
- ``empty_postgres_database_url``: a new database without it.
- ``sqlite_database_url``: a new file with our schema, a copy of one that was migrated once.

Source: design section 8.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from service_engine.testing.postgres import PostgresServer, new_database

__all__ = [
    "empty_postgres_database_url",
    "postgres_database_url",
    "postgres_url",
    "sqlite_database_url",
]

_GIVEN = "SERVICE_ENGINE_TEST_POSTGRES"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the address of a PostgreSQL server on which databases can be made."""
    given = os.environ.get(_GIVEN)
    if given:
        yield urlsplit(given)._replace(scheme="postgresql").geturl()
        return
    with PostgresServer() as server:
        yield server.url


@pytest.fixture
def postgres_database_url(postgres_url: str, _postgres_template: str) -> Iterator[str]:
    """Give the address of a PostgreSQL database of this test's own, with our schema and no rows."""
    with new_database(postgres_url, template=_postgres_template) as url:
        yield url


@pytest.fixture
def empty_postgres_database_url(postgres_url: str) -> Iterator[str]:
    """Give the address of a PostgreSQL database of this test's own, with nothing in it."""
    with new_database(postgres_url) as url:
        yield url


@pytest.fixture
def sqlite_database_url(tmp_path: Path, _sqlite_template: Path) -> str:
    """Give the address of an SQLite file of this test's own, with our schema and no rows."""
    file = tmp_path / "service-engine.db"
    shutil.copyfile(_sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def _postgres_template(postgres_url: str) -> Iterator[str]:
    with new_database(postgres_url) as url:
        _migrate(url)
        yield urlsplit(url).path.removeprefix("/")


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("service-engine") / "template.db"
    _migrate(f"sqlite:///{file}")
    left = file.with_name(f"{file.name}-wal")
    if left.exists():
        msg = f"{left} was left behind: the migration did not close its connections"
        raise RuntimeError(msg)
    return file


def _migrate(url: str) -> None:
    from service_engine.adapters.sql.migrations import upgrade  # needs the extra `sql`

    upgrade(url)
