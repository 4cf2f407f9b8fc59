"""Non-interference: how many random steps two organisations took, and how often the one learned of the other.

On memory mostly, and on SQLite and PostgreSQL, until there were so many. ``--leak NAME`` tries a store with one of the
leaks of ``tests/leaks.py``, to see that it is found.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import hypothesis
from hypothesis.stateful import run_state_machine_as_test
from tests.faults import FaultyStore
from tests.figures import Figure, arguments, conclude, stopwatch
from tests.figures.agreement import settings
from tests.figures.databases import KINDS, new_database_url
from tests.leaks import LEAKS

from service_engine import MemoryStore, SqlStore
from service_engine.testing.noninterference import InterferenceError, Tally
from service_engine.testing.noninterference.stores import NoninterferenceMachine
from service_engine.testing.postgres import PostgresServer, new_database

__all__ = ["main"]

_SHARES = {"memory": 8, "sqlite": 1, "postgres": 1}
_LENGTH = 50
_RUNS = 20


@contextmanager
def _opener(kind: str, leak: str | None) -> Iterator[Callable[[Any], Any]]:
    """Give what opens an empty store that shares nothing with any other."""
    with ExitStack() as stack:
        if leak is not None:
            yield lambda entropy: FaultyStore(LEAKS[leak][0], entropy)
        elif kind == "memory":
            yield lambda entropy: MemoryStore(entropy=entropy)
        else:
            template = stack.enter_context(new_database_url(kind))
            copy = _new_file if kind == "sqlite" else _new_database
            yield lambda entropy: SqlStore.from_url(copy(template, stack), entropy=entropy)


def _new_file(template: str, stack: ExitStack) -> str:
    file = Path(stack.enter_context(TemporaryDirectory())) / "figures.db"
    shutil.copyfile(template.removeprefix("sqlite:///"), file)
    return f"sqlite:///{file}"


def _new_database(template: str, stack: ExitStack) -> str:
    server = os.environ["SERVICE_ENGINE_TEST_POSTGRES"]
    return stack.enter_context(new_database(server, template=urlsplit(template).path.removeprefix("/")))


def observe(kind: str, leak: str | None, seed: int, runs: int, length: int) -> tuple[Tally, str | None]:
    """Let two organisations work together and alone; return how much was tried, and the difference if there was one."""
    tally = Tally()
    with _opener(kind, leak) as open_store:
        machine = type(
            "Noninterference", (NoninterferenceMachine,), {"open_store": staticmethod(open_store), "tally": tally}
        )
        try:
            run_state_machine_as_test(hypothesis.seed(seed)(machine), settings=settings(runs, length))
        except InterferenceError as error:
            return tally, f"{kind}, seed {seed}: {error}"
    return tally, None


def main(argv: Sequence[str] | None = None) -> int:
    """Observe, print the count, and return 0 if nothing was learned."""
    parser = arguments(__doc__)
    parser.add_argument("--steps", type=int, default=20_000, help="how many, on all stores together")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6), help="repeats a run")
    parser.add_argument("--stores", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--leak", choices=sorted(LEAKS))
    chosen = parser.parse_args(argv)
    problems: list[str] = []
    elapsed, steps, comparisons, rounds = stopwatch(), 0, 0, 0
    stores = ["memory"] if chosen.leak else chosen.stores
    with ExitStack() as stack:
        if "postgres" in stores and "SERVICE_ENGINE_TEST_POSTGRES" not in os.environ:
            os.environ["SERVICE_ENGINE_TEST_POSTGRES"] = stack.enter_context(PostgresServer()).url
            stack.callback(os.environ.pop, "SERVICE_ENGINE_TEST_POSTGRES")
        for kind in stores:
            left = -(-chosen.steps * _SHARES[kind] // sum(_SHARES[each] for each in stores))
            length = min(_LENGTH, left)
            while left > 0 and not problems:
                runs = max(1, min(_RUNS, left // length))
                tally, difference = observe(kind, chosen.leak, chosen.seed * 1_000 + rounds, runs, length)
                rounds, left = rounds + 1, left - max(tally.steps, 1)
                steps, comparisons = steps + tally.steps, comparisons + tally.comparisons
                problems += [difference] if difference else []
    figure = Figure(
        name="steps of two organisations",
        reached=steps,
        goal=f"{chosen.steps:,} with 0 leaks",
        holds=not problems and steps >= chosen.steps,
        seconds=elapsed(),
        details={"comparisons": comparisons, "leaks": len(problems), "seed": chosen.seed},
    )
    return conclude(figure, chosen.json, problems)


if __name__ == "__main__":
    sys.exit(main())
