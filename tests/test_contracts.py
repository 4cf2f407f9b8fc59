"""The contract of stores, on each of the library's own; and stores that break it, which it finds."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.faults import FAULTS

from service_engine.testing.contracts import StoreContract

pytest_plugins = ["pytester"]


class TestStore(StoreContract):
    """Memory, SQLite and PostgreSQL do what every store must do."""


def test_no_contract_class_hides_a_test_of_another():
    """Two tests of one name would be one test, and nobody would notice."""
    names = Counter(name for part in StoreContract.__mro__ for name in vars(part) if name.startswith("test_"))
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_the_contract_finds_a_planted_fault(pytester, fault):
    """Each of these stores does one thing wrong; a host's author would see a failing test."""
    pytester.makepyfile(
        f"""
        import pytest
        from service_engine.testing.contracts import StoreContract
        from tests.faults import FAULTS, FaultyStore

        class TestFaultyStore(StoreContract):
            @pytest.fixture
            def store(self):
                return FaultyStore(FAULTS[{fault!r}])
        """
    )
    result = pytester.runpytest_inprocess("-q", "-x", "-p", "no:cacheprovider")
    assert result.parseoutcomes().get("failed") == 1
