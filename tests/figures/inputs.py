"""Random input: how many requests the API took or refused as it should, and how many made it fail.

Half of them valid by construction, half broken; some of our own making (Hypothesis), some of Schemathesis', with all
its checks, which needs the dependency group ``figures``. ``--failing`` tries a store that fails now and then, to see
that it is found.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from random import SystemRandom
from typing import Any

from attrs import frozen
from tests.figures import Figure, arguments, conclude, stopwatch
from tests.figures.databases import KINDS, new_store
from tests.figures.requesting import calling, send_ours, send_schemathesis

from service_engine.testing.postgres import PostgresServer

__all__ = ["main"]

_SHARES = {"memory": 8, "sqlite": 1, "postgres": 1}
_CHUNK = 1_000


@frozen
class Chunk:
    """Some of the requests: on one store, of one seed."""

    store: str
    maker: str
    number: int
    seed: int
    failing: bool


class Failing:
    """A store that has a bug, which shows once in a while."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def read(self, *args: Any, **kwargs: Any) -> Any:
        """Do what the store does, or divide by nothing."""
        self._asked += 1
        if self._asked % 2 == 0:
            raise ZeroDivisionError
        return self._inner.read(*args, **kwargs)


def send(chunk: Chunk) -> tuple[Chunk, Counter[int], list[str]]:
    """Send them; return the answers by status, and what is wrong with them."""
    with new_store(chunk.store) as store, calling(store, chunk.seed) as caller:
        if chunk.failing:
            caller.use(Failing(store))
        caller.watch.start_again()
        (send_ours if chunk.maker == "ours" else send_schemathesis)(caller, chunk.number, chunk.seed)
        return chunk, caller.watch.answers, caller.watch.problems


def _chunks(chosen: Any, seed: int) -> Iterator[Chunk]:
    """Share the requests out among the stores, and the makers."""
    total = sum(_SHARES[store] for store in chosen.stores)
    for store in chosen.stores:
        for maker, share in (("ours", 1 - chosen.schemathesis), ("schemathesis", chosen.schemathesis)):
            left = round(chosen.count * _SHARES[store] / total * share)
            while left > 0:
                seed += 1
                yield Chunk(store, maker, min(_CHUNK, left), seed, chosen.failing)
                left -= _CHUNK


def main(argv: Sequence[str] | None = None) -> int:
    """Send, print the count, and return 0 if nothing failed."""
    parser = arguments(__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="how many requests")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6), help="repeats a run")
    parser.add_argument("--stores", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--schemathesis", type=float, default=0.3, metavar="SHARE", help="made by Schemathesis")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--failing", action="store_true", help="try a store with a bug")
    chosen = parser.parse_args(argv)
    elapsed, statuses, makers, problems = stopwatch(), Counter[int](), Counter[str](), []
    with ExitStack() as stack:
        if "postgres" in chosen.stores and "SERVICE_ENGINE_TEST_POSTGRES" not in os.environ:
            os.environ["SERVICE_ENGINE_TEST_POSTGRES"] = stack.enter_context(PostgresServer()).url
            stack.callback(os.environ.pop, "SERVICE_ENGINE_TEST_POSTGRES")
        chunks = sorted(_chunks(chosen, chosen.seed * 1_000), key=lambda chunk: chunk.store == "memory")
        pool = ProcessPoolExecutor(chosen.workers, multiprocessing.get_context("spawn"))
        for chunk, answers, wrong in stack.enter_context(pool).map(send, chunks):
            statuses += answers
            makers[chunk.maker] += answers.total()
            problems += [f"{chunk.store}, seed {chunk.seed}: {each}" for each in wrong]
    classes = Counter[str]()
    for status, number in statuses.items():
        classes[f"{status // 100}xx"] += number
    figure = Figure(
        name="generated requests",
        reached=statuses.total(),
        goal=f"{chosen.count:,} with 0 answers of 5xx and 0 out of shape",
        holds=not problems and not classes["5xx"] and statuses.total() >= chosen.count,
        seconds=elapsed(),
        details={**dict(sorted(classes.items())), **makers, "problems": len(problems), "seed": chosen.seed},
    )
    return conclude(figure, chosen.json, problems)


if __name__ == "__main__":
    sys.exit(main())
