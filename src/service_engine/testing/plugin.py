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
    """What the fixture ``scope_audit`` is.

    Example:
        >>> from sqlalchemy import create_engine
        >>> from service_engine.testing.scope_audit import ScopeAudit
        >>> def test_every_statement_is_scoped(scope_audit: ScopeAuditor) -> None:
        ...     scope_audit(create_engine("sqlite://"))  # and then whatever sends statements
        >>> with ExitStack() as stack:  # which pytest does
        ...     test_every_statement_is_scoped(lambda engine: stack.enter_context(ScopeAudit(engine)))
    """

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
    """What the fixture ``fault_injector`` is.

    Example:
        >>> from sqlalchemy import create_engine
        >>> from service_engine.testing.fault_injection import injecting
        >>> def test_the_host_survives(fault_injector: FaultInjector) -> None:
        ...     with fault_injector(create_engine("sqlite://")) as record:
        ...         assert record.hits == []
        >>> test_the_host_survives(injecting)  # pytest hands it in
    """

    def __call__(self, engine: Engine | AsyncEngine, *faults: Fault) -> AbstractContextManager[Injection]:
        """Let an engine's database fail inside the block; see ``fault_injection.injecting``."""
        ...


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the address of a PostgreSQL server on which databases can be made.

    Example:
        >>> def test_the_server_answers(postgres_url: str) -> None:
        ...     import psycopg
        ...
        ...     with psycopg.connect(postgres_url) as connection:
        ...         assert connection.execute("SELECT 1").fetchone() == (1,)
    """
    given = os.environ.get(_GIVEN)
    if given:
        yield urlsplit(given)._replace(scheme="postgresql").geturl()
        return
    with PostgresServer() as server:
        yield server.url


@pytest.fixture
def postgres_database_url(postgres_url: str, _postgres_template: str) -> Iterator[str]:
    """Give the address of a PostgreSQL database of this test's own, with our schema and no rows.

    Example:
        >>> def test_a_store_opens(postgres_database_url: str) -> None:
        ...     from service_engine import SqlStore
        ...
        ...     store = SqlStore.from_url(postgres_database_url)
        ...     store.close()
    """
    with new_database(postgres_url, template=_postgres_template) as url:
        yield url


@pytest.fixture
def empty_postgres_database_url(postgres_url: str) -> Iterator[str]:
    """Give the address of a PostgreSQL database of this test's own, with nothing in it.

    Example:
        >>> def test_the_schema_is_made(empty_postgres_database_url: str) -> None:
        ...     from service_engine.adapters.sql.migrations import check, upgrade
        ...
        ...     upgrade(empty_postgres_database_url)
        ...     assert check(empty_postgres_database_url) == ()
    """
    with new_database(postgres_url) as url:
        yield url


@pytest.fixture
def sqlite_database_url(tmp_path: Path, _sqlite_template: Path) -> str:
    """Give the address of an SQLite file of this test's own, with our schema and no rows.

    Example:
        >>> def test_the_schema_is_there(sqlite_database_url: str) -> None:
        ...     from service_engine.adapters.sql.migrations import check
        ...
        ...     assert check(sqlite_database_url) == ()
    """
    file = tmp_path / "service-engine.db"
    shutil.copyfile(_sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def scope_audit() -> Iterator[ScopeAuditor]:
    """Give a function that audits an engine until the end of the test; a broken rule fails it there once more.

    Example:
        >>> def test_every_statement_is_scoped(scope_audit: ScopeAuditor) -> None:
        ...     from sqlalchemy import Engine
        ...
        ...     scope_audit(Engine)  # of every engine, until the end of the test
    """
    from service_engine.testing.scope_audit import ScopeAudit  # needs the extra `sql`, as those below

    with ExitStack() as stack:
        yield lambda engine, tables=None: stack.enter_context(ScopeAudit(engine, tables))


@pytest.fixture
def statement_counter() -> Callable[[Engine | AsyncEngine], AbstractContextManager[Counts]]:
    """Give a function that counts what an engine executes inside a block.

    Example:
        >>> from sqlalchemy import create_engine, literal, select
        >>> from service_engine.testing.statements import counting
        >>> def test_it_is_one_statement(statement_counter) -> None:
        ...     engine = create_engine("sqlite://")
        ...     with statement_counter(engine) as counts, engine.connect() as connection:
        ...         assert connection.scalar(select(literal(1))) == counts.statements == 1
        >>> test_it_is_one_statement(counting)  # pytest hands it in
    """
    from service_engine.testing.statements import counting

    return counting


@pytest.fixture
def fault_injector() -> FaultInjector:
    """Give a function that lets an engine's database fail inside a block.

    Example:
        >>> from service_engine.testing.fault_injection import injecting
        >>> def test_nothing_fails_by_itself(fault_injector: FaultInjector) -> None:
        ...     from sqlalchemy import create_engine
        ...
        ...     with fault_injector(create_engine("sqlite://")) as record:
        ...         assert record.hits == []
        >>> test_nothing_fails_by_itself(injecting)  # pytest hands it in
    """
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
