"""Cross-organisation probes: every id slot of every operation, each kind of id, each store.

The slots are found in our own OpenAPI description. ``--leak NAME`` probes a store with one of the leaks of
``tests/leaks.py`` instead, to see that it is found.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.faults import FaultyStore
from tests.figures import Figure, arguments, conclude, stopwatch
from tests.figures.databases import KINDS as STORES
from tests.figures.databases import new_store
from tests.leaks import LEAKS
from tests.probing import KINDS, probing
from tests.slots import slots_of

__all__ = ["SHOWN", "main"]

SHOWN = ("a foreign client is accepted", "a foreign ticket is shown", "totals count everybody's rows")
"""The leaks that an id gives away; what the others need is work in both organisations."""


@contextmanager
def _store(name: str, leak: str | None) -> Iterator[Any]:
    if leak is None:
        with new_store(name) as store:
            yield store
    else:
        yield FaultyStore(LEAKS[leak][0])


def main(argv: Sequence[str] | None = None) -> int:
    """Probe, print the count, and return 0 if nothing leaked."""
    parser = arguments(__doc__)
    parser.add_argument("--stores", nargs="+", choices=STORES, default=STORES)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--leak", choices=SHOWN)
    chosen = parser.parse_args(argv)
    elapsed, problems, places, probes = stopwatch(), [], Counter[str](), 0
    stores = ["memory"] if chosen.leak else chosen.stores
    goal = 62 * len(chosen.kinds) * len(stores)  # 930 of all five on all three
    for name in stores:
        with _store(name, chosen.leak) as store, probing(store) as prober:
            slots = slots_of(prober.mine.http.get("/openapi.json").json())
            places = Counter(slot.place for slot in slots)
            for wrong in prober.probe(slots, chosen.kinds):
                problems += [f"{name}: {each}" for each in wrong]
                probes += 1
    figure = Figure(
        name="cross-organisation probes",
        reached=probes,
        goal=f"{goal} with 0 leaks",
        holds=not problems and probes >= goal,
        seconds=elapsed(),
        details={
            "slots": f"{places['path']} in paths, {places['body']} in bodies, {places['query']} in filters",
            "leaks": len(problems),
        },
    )
    return conclude(figure, chosen.json, problems)


if __name__ == "__main__":
    sys.exit(main())
