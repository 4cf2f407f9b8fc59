"""Drives two stores side by side, and fails on the first thing that they say differently.

A host's own store is compared with the memory store, which is the model of what every store must do::

    from service_engine import MemoryStore
    from service_engine.testing.agreement import assert_agreement


    def test_my_store_agrees_with_memory():
        assert_agreement(
            lambda entropy: MemoryStore(entropy=entropy),
            lambda entropy: MyStore(..., entropy=entropy),
        )

Two organisations do whatever can be done, with the same ids, random values and times on both stores, foreign ids,
unknown ids, ids of deleted things and bad input among them. Compared are results, refusals with everything that they
carry, events, rows, details, totals and pages; in the end, everything that there is. Hypothesis then finds the shortest
way to a difference.

Source: design section 8, kind 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from service_engine.ports.entropy import Entropy
from service_engine.ports.unit_of_work import Store
from service_engine.testing.agreement.machine import AgreementMachine
from service_engine.testing.agreement.outcomes import DisagreementError, Side
from service_engine.testing.entropy import SeededEntropy

__all__ = ["DisagreementError", "StoreFactory", "assert_agreement"]

StoreFactory: TypeAlias = Callable[[Entropy], Store]
"""Opens a store whose ids and random values come from the entropy that it is given."""


def assert_agreement(first: StoreFactory, second: StoreFactory, *, settings: hypothesis.settings | None = None) -> None:
    """Fail if two stores disagree about anything.

    Args:
        first: Opens the one store, usually the memory store.
        second: Opens the other. Neither need be empty: every run founds organisations of its own.
        settings: How many runs, and of how many steps; the present Hypothesis profile by default.

    Raises:
        DisagreementError: They do.

    Example:
        >>> from service_engine import MemoryStore
        >>> short = hypothesis.settings(max_examples=2, stateful_step_count=5, deadline=None, database=None)
        >>> assert_agreement(MemoryStore, MemoryStore, settings=short)
    """
    sides = []
    try:
        for open_store in (first, second):
            entropy = SeededEntropy()
            sides.append(Side(open_store(entropy), entropy))
        machine = type("Agreement", (AgreementMachine,), {"sides": tuple(sides)})
        run_state_machine_as_test(machine, settings=settings)
    finally:
        for side in sides:
            side.store.close()
