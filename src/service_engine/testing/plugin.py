"""The pytest plugin: databases for tests, each test its own, and what listens to an engine.

Installed with the package, so its fixtures are there without an import:

- ``postgres_url``: a PostgreSQL server, started at its first use and stopped with the session. Set
  ``SERVICE_ENGINE_TEST_POSTGRES`` to the address of a database to use its server instead; its user must be allowed to
  create databases. No server is an error, never a skip.
- ``postgres_database_url``: a new database with our schema, a copy of one that was migrated once.
- ``empty_postgres_database_url``: a new database without it.
- ``sqlite_database_url``: a new file with our schema, a copy of one that was migrated once.

Three more are functions of any SQLAlchemy engine, ours or a host's, sync or asyncio:

- ``scope_audit(engine)`` lets fail, until the end of the test, every statement that touches a tenant table without its
  organisation; see ``testing.scope_audit``.
- ``with statement_counter(engine) as counts`` counts what is executed; see ``testing.statements``.
- ``with fault_injector(engine, Fault(...)) as record`` lets the database fail at any statement, BEGIN and COMMIT
  included; see ``testing.fault_injection``.

Hypothesis has an entry point of its own: ``st.from_type(Ticket)`` needs neither a fixture nor an import.

Source: design section 8.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

import pytest

from service_engine.testing.postgres import PostgresServer, new_database

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table
    from sqlalchemy.ext.asyncio import AsyncEngine

    from service_engine.testing.fault_injection import Fault, Injection
    from service_engine.testing.scope_audit import ScopeAudit
    from service_engine.testing.statements import Counts

__all__ = [
    "FaultInjector",
    "ScopeAuditor",
    "empty_postgres_database_url",
    "fault_injector",
    "postgres_database_url",
    "postgres_url",
    "scope_audit",
    "sqlite_database_url",
    "statement_counter",
]

_GIVEN = "SERVICE_ENGINE_TEST_POSTGRES"


class ScopeAuditor(Protocol):
    """What the fixture ``scope_audit`` is."""

    def __call__(
        self, engine: Engine | AsyncEngine | type[Engine], tables: Iterable[Table] | None = None
    ) -> ScopeAudit:
        """Audit an engine from now on, until the end of the test.

        Args:
            engine: Whose statements to look at; the class ``Engine`` for those of every engine.
            tables: The tables to watch; ours by default. Those of them with an ``org_id`` are tenant tables.

        Returns:
            The audit; ``with audit.paused():`` lets it look away.
        """
        ...


class FaultInjector(Protocol):
    """What the fixture ``fault_injector`` is."""

    def __call__(self, engine: Engine | AsyncEngine, *faults: Fault) -> AbstractContextManager[Injection]:
        """Let an engine's database fail inside the block; see ``fault_injection.injecting``."""
        ...


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


@pytest.fixture
def scope_audit() -> Iterator[ScopeAuditor]:
    """Give a function that audits an engine until the end of the test; a broken rule fails it there once more."""
    from service_engine.testing.scope_audit import ScopeAudit  # needs the extra `sql`, as those below

    with ExitStack() as stack:
        yield lambda engine, tables=None: stack.enter_context(ScopeAudit(engine, tables))


@pytest.fixture
def statement_counter() -> Callable[[Engine | AsyncEngine], AbstractContextManager[Counts]]:
    """Give a function that counts what an engine executes inside a block."""
    from service_engine.testing.statements import counting

    return counting


@pytest.fixture
def fault_injector() -> FaultInjector:
    """Give a function that lets an engine's database fail inside a block."""
    from service_engine.testing.fault_injection import injecting

    return injecting


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
