"""Certifies the store: with the contract of all stores, and by comparing it with the memory store."""

import pytest
from hypothesis import HealthCheck, settings
from json_store import JsonStore

from service_engine import MemoryStore
from service_engine.testing.agreement import assert_agreement
from service_engine.testing.contracts import StoreContract

BRIEF = settings(max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))


class TestJsonStore(StoreContract):
    """Whatever the library's own stores must do."""

    @pytest.fixture
    def store(self, tmp_path):
        """Give a store with nothing in it."""
        store = JsonStore(tmp_path)
        yield store
        store.close()


def test_it_agrees_with_the_memory_store(tmp_path):
    """Whatever is done, both say the same."""
    assert_agreement(MemoryStore, lambda entropy: JsonStore(tmp_path, entropy), settings=BRIEF)
