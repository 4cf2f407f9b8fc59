"""Memory, SQLite and PostgreSQL say the same, about everything; and a store that does not is found out."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from sqlalchemy import Engine
from tests.faults import FAULTS, Fault, FaultyStore

from service_engine import MemoryStore, SqlStore
from service_engine.testing.agreement import assert_agreement
from service_engine.testing.scope_audit import ScopeAudit

QUICK = settings(
    max_examples=200,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],
)
# A fault is mostly found at once; the rare ones need some luck, and the search ends with the first.
PATIENT = settings(QUICK, max_examples=2_000)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_the_sql_store_agrees_with_the_memory_store(request, database):
    """Results, refusals, events, details, totals and pages, in two organisations; every statement is audited."""
    url = request.getfixturevalue(f"{database}_database_url")
    with ScopeAudit(Engine) as audit:
        assert_agreement(
            lambda entropy: MemoryStore(entropy=entropy),
            lambda entropy: SqlStore.from_url(url, entropy=entropy),
        )
    assert audit.audited > 100


# No use case takes a tag that it did not ask for: only the contract sees this one.
@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"case of tags ignored"}))
def test_a_planted_fault_is_found(fault):
    """Each of these stores does one thing wrong."""
    with pytest.raises(AssertionError):
        assert_agreement(MemoryStore, lambda entropy: FaultyStore(FAULTS[fault], entropy), settings=PATIENT)


def test_a_store_without_a_fault_passes():
    """What is found is the fault, not the wrapping."""
    assert_agreement(MemoryStore, lambda entropy: FaultyStore(Fault, entropy), settings=QUICK)
