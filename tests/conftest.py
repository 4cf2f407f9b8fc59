"""Fixtures and settings for all tests.

``SERVICE_ENGINE_PROFILE`` says how hard the property tests try: ``dev`` (the default by hand), ``ci`` (the default in
nox; the same examples each time), ``brief`` (the first of those, which is enough to measure coverage) or ``deep``.
``SERVICE_ENGINE_STORES`` names the stores that the fixture ``store`` goes through, by commas; all of them without it.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, Phase, settings

from service_engine import MemoryStore
from service_engine.ports.unit_of_work import Store

settings.register_profile("dev", deadline=None, max_examples=20, stateful_step_count=20)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=50,
    stateful_step_count=30,
    derandomize=True,
    print_blob=True,
    phases=set(Phase) - {Phase.explain},  # which traces every line, for minutes: a failure is to be named soon
)
settings.register_profile("brief", parent=settings.get_profile("ci"), max_examples=20, stateful_step_count=20)
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

    opened = SqlStore.from_url(request.getfixturevalue(f"{request.param}_database_url"))
    with ScopeAudit(opened.engine, opened.tables.all()):
        yield opened
    opened.close()


@pytest.fixture(scope="session", params=STORES)
def shared_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Give a store of each kind that others use, too: for tests that found organisations of their own, and are many."""
    if request.param == "memory":
        yield MemoryStore()
        return
    from service_engine import SqlStore
    from service_engine.testing.scope_audit import ScopeAudit

    with session_database(request, request.param) as url:
        opened = SqlStore.from_url(url)
        with ScopeAudit(opened.engine, opened.tables.all()):
            yield opened
        opened.close()


@contextmanager
def session_database(request: pytest.FixtureRequest, kind: str) -> Iterator[str]:
    """Make a database with our schema and no rows, for a fixture that lives longer than a test."""
    if kind == "postgres":
        from service_engine.testing.postgres import new_database

        server, template = request.getfixturevalue("postgres_url"), request.getfixturevalue("_postgres_template")
        with new_database(server, template=template) as url:
            yield url
        return
    file = request.getfixturevalue("tmp_path_factory").mktemp("shared") / "service-engine.db"
    shutil.copyfile(request.getfixturevalue("_sqlite_template"), file)
    yield f"sqlite:///{file}"
