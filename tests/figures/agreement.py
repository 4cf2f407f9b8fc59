"""Agreement: how many random steps were taken on two stores side by side, and how often they differed.

Memory and SQLite, memory and PostgreSQL, by turns, in runs of 100 steps, until there were so many. ``--fault NAME``
compares memory with one of the faulty stores of ``tests/faults.py``, to see that it is found.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from random import SystemRandom
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import invariant, run_state_machine_as_test
from sqlalchemy import Engine
from tests.faults import FAULTS, FaultyStore
from tests.figures import Figure, arguments, conclude, stopwatch
from tests.figures.databases import KINDS, new_database_url

from service_engine import MemoryStore, SqlStore
from service_engine.testing.agreement import DisagreementError
from service_engine.testing.agreement.machine import AgreementMachine
from service_engine.testing.agreement.outcomes import Side
from service_engine.testing.entropy import SeededEntropy
from service_engine.testing.postgres import PostgresServer
from service_engine.testing.scope_audit import ScopeAudit

__all__ = ["main"]

_LENGTH = 100
_RUNS = 20


def settings(runs: int, length: int) -> hypothesis.settings:
    """Return settings for so many runs of so many steps; a difference is reported as it was found."""
    return hypothesis.settings(
        max_examples=runs,
        stateful_step_count=length,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def _other(kind: str, fault: str | None) -> Iterator[Callable[[Any], Any]]:
    """Give what opens the store that memory is compared with; every statement of a database is audited."""
    if fault is not None:
        yield lambda entropy: FaultyStore(FAULTS[fault], entropy)
        return
    with new_database_url(kind) as url, ScopeAudit(Engine):
        yield lambda entropy: SqlStore.from_url(url, entropy=entropy)


def compare(kind: str, fault: str | None, seed: int, runs: int, length: int) -> tuple[int, str | None]:
    """Let both do the same; return how many steps were taken, and the difference if there was one."""
    steps = 0

    class Counted(AgreementMachine):
        begun = False

        @invariant()
        def a_step_was_taken(self) -> None:
            nonlocal steps
            steps += self.begun  # the first check is before the first step
            self.begun = True

    sides = []
    try:
        with _other(kind, fault) as open_other:
            for open_store in (MemoryStore, open_other):
                entropy = SeededEntropy()
                sides.append(Side(open_store(entropy), entropy))
            machine = hypothesis.seed(seed)(type("Agreement", (Counted,), {"sides": tuple(sides)}))
            run_state_machine_as_test(machine, settings=settings(runs, length))
    except DisagreementError as error:
        return steps, f"{kind}, seed {seed}: {error}"
    finally:
        for side in sides:
            side.store.close()
    return steps, None


def main(argv: Sequence[str] | None = None) -> int:
    """Compare, print the count, and return 0 if nothing differed."""
    parser = arguments(__doc__)
    parser.add_argument("--steps", type=int, default=100_000, help="how many, on all pairs together")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6), help="repeats a run")
    parser.add_argument(
        "--stores", nargs="+", choices=KINDS[1:], default=KINDS[1:], help="what memory is compared with"
    )
    parser.add_argument("--fault", choices=sorted(FAULTS))
    chosen = parser.parse_args(argv)
    problems: list[str] = []
    elapsed, steps, rounds = stopwatch(), 0, 0
    length = min(_LENGTH, max(chosen.steps // len(chosen.stores), 1))
    with ExitStack() as stack:
        if "postgres" in chosen.stores and "SERVICE_ENGINE_TEST_POSTGRES" not in os.environ:
            os.environ["SERVICE_ENGINE_TEST_POSTGRES"] = stack.enter_context(PostgresServer()).url
            stack.callback(os.environ.pop, "SERVICE_ENGINE_TEST_POSTGRES")
        while steps < chosen.steps and not problems:
            kind = chosen.stores[rounds % len(chosen.stores)]
            runs = max(1, min(_RUNS, (chosen.steps - steps) // length))
            taken, difference = compare(kind, chosen.fault, chosen.seed * 1_000 + rounds, runs, length)
            steps, rounds = steps + taken, rounds + 1
            problems += [difference] if difference else []
    figure = Figure(
        name="steps of agreement",
        reached=steps,
        goal=f"{chosen.steps:,} with 0 differences",
        holds=not problems and steps >= chosen.steps,
        seconds=elapsed(),
        details={"differences": len(problems), "seed": chosen.seed},
    )
    return conclude(figure, chosen.json, problems)


if __name__ == "__main__":
    sys.exit(main())
