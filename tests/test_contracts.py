"""The contract of stores, on each of the library's own; and stores that break it, which it finds."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import contextmanager

import pytest
from tests.billing_faults import BILLING_FAULTS
from tests.conftest import STORES
from tests.faults import FAULTS, FOUND_BY

from service_engine import MemoryStore, SqlStore
from service_engine.testing.contracts import StoreContract
from service_engine.testing.postgres import new_database
from service_engine.testing.scope_audit import ScopeAudit

pytest_plugins = ["pytester"]


@pytest.fixture(scope="module", params=STORES)
def one_store(request):
    """Give a store of each kind for all of the contract, which needs no empty one; every statement is audited."""
    if request.param == "memory":
        yield MemoryStore()
        return
    with database_of(request, request.param) as url:
        opened = SqlStore.from_url(url)
        with ScopeAudit(opened.engine, opened.tables.all()):
            yield opened
        opened.close()


@contextmanager
def database_of(request, kind):
    """Make a database for longer than a test."""
    if kind == "postgres":
        server, template = request.getfixturevalue("postgres_url"), request.getfixturevalue("_postgres_template")
        with new_database(server, template=template) as url:
            yield url
        return
    file = request.getfixturevalue("tmp_path_factory").mktemp("contract") / "service-engine.db"
    shutil.copyfile(request.getfixturevalue("_sqlite_template"), file)
    yield f"sqlite:///{file}"


class TestStore(StoreContract):
    """Memory, SQLite and PostgreSQL do what every store must do."""

    @pytest.fixture
    def store(self, one_store):
        """Hand on the store that all of the tests share."""
        return one_store


def test_no_contract_class_hides_a_test_of_another():
    """Two tests of one name would be one test, and nobody would notice."""
    names = Counter(name for part in StoreContract.__mro__ for name in vars(part) if name.startswith("test_"))
    assert [name for name, times in names.items() if times > 1] == []


def outcomes_of(pytester, fault: str, test: str | None = None) -> dict[str, int]:
    """Run the contract, or one test of it, on a store with a fault, as a host's author would; stop at a failure."""
    written = pytester.makepyfile(
        f"""
        import pytest
        from service_engine.testing.contracts import StoreContract
        from tests.billing_faults import BILLING_FAULTS
        from tests.faults import FAULTS, Fault, FaultyStore

        class TestFaultyStore(StoreContract):
            @pytest.fixture
            def store(self):
                return FaultyStore({fault})
        """
    )
    chosen = [] if test is None else [f"{written}::TestFaultyStore::{test}"]
    run = pytester.runpytest_inprocess("-q", "-x", "-p", "no:cacheprovider", *chosen)
    outcomes: dict[str, int] = run.parseoutcomes()
    return outcomes


@pytest.mark.parametrize("fault", FAULTS)
def test_the_contract_finds_a_planted_fault(pytester, fault):
    """Each of these stores does one thing wrong; a host's author would see a failing test."""
    assert outcomes_of(pytester, f"FAULTS[{fault!r}]", FOUND_BY[fault]).get("failed") == 1


@pytest.mark.parametrize("fault", BILLING_FAULTS)
def test_the_contract_finds_a_fault_in_billing(pytester, fault):
    """It is found by the test that is there for it."""
    planted = f"BILLING_FAULTS[{fault!r}][0]"
    assert outcomes_of(pytester, planted, BILLING_FAULTS[fault][1]).get("failed") == 1


def test_a_store_without_a_fault_keeps_the_contract(pytester):
    """What is found is the fault, not the wrapping."""
    outcomes = outcomes_of(pytester, "Fault")
    assert set(outcomes) == {"passed"}
    assert outcomes["passed"] > 100
