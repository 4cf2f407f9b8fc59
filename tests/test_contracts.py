"""The contract of stores, on each of the library's own; and stores that break it, which it finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import Phase, settings
from tests.billing_faults import BILLING_FAULTS
from tests.faults import FAULTS, FOUND_BY

from service_engine.testing.contracts import StoreContract
from service_engine.testing.contracts.agency import Contract

pytest_plugins = ["pytester"]


class TestStore(StoreContract):
    """Memory, SQLite and PostgreSQL do what every store must do."""

    @pytest.fixture
    def store(self, shared_store):
        """Hand on the store that all of the tests share: the contract needs no empty one."""
        return shared_store


def test_no_contract_class_hides_a_test_of_another():
    """Two tests of one name would be one test, and nobody would notice."""
    names = Counter(name for part in StoreContract.__mro__ for name in vars(part) if name.startswith("test_"))
    assert [name for name, times in names.items() if times > 1] == []


def outcomes_of(pytester, fault: str, test: str | None = None) -> dict[str, int]:
    """Run the contract, or one test of it, on a store with a fault, as a host's author would; stop at a failure."""
    part = StoreContract if test is None else part_with(test)
    written = pytester.makepyfile(
        f"""
        import pytest
        from {part.__module__} import {part.__name__}
        from tests.billing_faults import BILLING_FAULTS
        from tests.faults import FAULTS, Fault, FaultyStore

        class TestFaultyStore({part.__name__}):
            @pytest.fixture
            def store(self):
                return FaultyStore({fault})
        """
    )
    chosen = [] if test is None else [f"{written}::TestFaultyStore::{test}"]
    with no_shrinking():
        run = pytester.runpytest_inprocess("-q", "-x", "--tb=no", "-p", "no:cacheprovider", *chosen)
    outcomes: dict[str, int] = run.parseoutcomes()
    return outcomes


def part_with(test: str) -> type[Contract]:
    """Return the part of the contract that has a test: the others need not be collected for each fault."""
    name, _, _ = test.partition("[")
    return next(each for each in StoreContract.__mro__ if name in vars(each))


@contextmanager
def no_shrinking() -> Iterator[None]:
    """Let Hypothesis be content with a failure as it finds it: whether there is one is all that is asked."""
    before = settings.get_current_profile_name()
    settings.register_profile("not shrunk", settings(), phases=set(settings().phases) - {Phase.shrink})
    settings.load_profile("not shrunk")
    try:
        yield
    finally:
        settings.load_profile(before)


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
