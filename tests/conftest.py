"""Fixtures and settings for all tests.

``SERVICE_ENGINE_PROFILE`` says how hard the property tests try: ``dev`` (the default by hand), ``ci`` (the default in
nox; the same examples each time), ``brief`` (the first of those, which is enough to measure coverage) or ``deep``.
``SERVICE_ENGINE_STORES`` names the stores that the fixture ``store`` goes through, by commas; all of them without it.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from tests.databases import delete_everything, session_engine

from service_engine import MemoryStore
from service_engine.ports.unit_of_work import Store

if TYPE_CHECKING:
    from sqlalchemy import Engine

settings.register_profile("dev", deadline=None, max_examples=20, stateful_step_count=20)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=30,
    stateful_step_count=30,
    derandomize=True,
    print_blob=True,
    phases=set(Phase) - {Phase.explain},  # which traces every line, for minutes: a failure is to be named soon
)
settings.register_profile("brief", parent=settings.get_profile("ci"), max_examples=10, stateful_step_count=20)
settings.register_profile(
    "deep",
    deadline=None,
    max_examples=2_000,
    stateful_step_count=100,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("SERVICE_ENGINE_PROFILE", "dev"))


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over the thousands of tests, and look less often: a tenth of the time is its."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


STORES = os.environ.get("SERVICE_ENGINE_STORES", "memory,sqlite,postgres").split(",")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Give a store of each kind, with our schema and no rows; every statement is audited for its organisation."""
    if request.param == "memory":
        yield MemoryStore()
        return
    from service_engine import SqlStore
    from service_engine.testing.scope_audit import ScopeAudit

    engine = request.getfixturevalue("lend_database")(request.param)
    opened = SqlStore(engine)
    with ScopeAudit(engine, opened.tables.all()):
        yield opened


@pytest.fixture(scope="session", params=STORES)
def shared_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Give a store of each kind that others use, too: for tests that found organisations of their own, and are many."""
    if request.param == "memory":
        yield MemoryStore()
        return
    from service_engine import SqlStore
    from service_engine.testing.scope_audit import ScopeAudit

    with session_engine(request, request.param) as engine:
        opened = SqlStore(engine)
        with ScopeAudit(engine, opened.tables.all()):
            yield opened


@pytest.fixture
def lend_database(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Engine]]:
    """Give what lends an engine of SQLite or PostgreSQL, on our schema without rows, until the end of the test.

    Everything is deleted then. That takes a quarter of the time of a new database, and on the same engine statements
    need not be compiled again. A test that touches the schema, or the engine, takes ``…_database_url``.
    """
    lent: list[Engine] = []

    def lend(kind: str) -> Engine:
        engine: Engine = request.getfixturevalue(f"{kind}_to_lend")
        lent.append(engine)
        return engine

    yield lend
    for engine in lent:
        delete_everything(engine)


@pytest.fixture(scope="session")
def sqlite_to_lend(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Open the SQLite file that is lent to one test after the other."""
    with session_engine(request, "sqlite") as engine:
        yield engine


@pytest.fixture(scope="session")
def postgres_to_lend(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Open the PostgreSQL database that is lent to one test after the other."""
    with session_engine(request, "postgres") as engine:
        yield engine
