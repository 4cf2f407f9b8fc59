"""What is found out before anything is timed, about each contender by itself, on a small dataset of its own.

What it writes (to be compared with what the others write), and how many statements everything takes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, Final

import attrs
from attrs import define, field

from bench.comparing.checking import WRITES, Written, written_by
from bench.comparing.counting import Tally, counting_calls
from bench.comparing.lineup import open_contender
from bench.contenders import Contender, Given, Operation, Task
from bench.data.datasets import OURS, Dataset, Kind, open_dataset

__all__ = ["DATASET", "Rehearsal", "rehearse"]

DATASET: Final = "small"
"""The size of that dataset."""
_SIZES: Final = (1, 20, 100)
_SETTINGS: Final = {"synchronous": 2, "foreign_keys": 1, "journal_mode": "wal"}
"""What the library's connections to SQLite have: an acknowledged write is on the disk, and refers to what is there."""


@define
class Rehearsal:
    """What was found out.

    Args:
        written: By operation: what it writes, or what went wrong.
        statements: By operation: how many it sends; of a list for 1, for 20 and for 100 rows.
        careless: What makes its writes cheaper than the library's: a setting of its connections to SQLite.
        missing: Why the contender is not there.
    """

    written: dict[Operation, Written | str] = field(factory=dict)
    statements: dict[Operation, list[int]] = field(factory=dict)
    careless: str | None = None
    missing: str | None = None


def rehearse(
    name: str, kind: Kind, place: str | Path, operations: Collection[Operation], *, prefix: str = OURS
) -> Rehearsal:
    """Let a contender do everything once on a small dataset of its own.

    Args:
        name: The contender's.
        kind: Which database.
        place: Where its dataset is: see ``open_dataset``.
        operations: What it does.
        prefix: Begins the name of its dataset: see ``open_dataset``.
    """
    found = Rehearsal()
    with open_dataset(kind, DATASET, place, quiet=True, prefix=prefix) as dataset, counting_calls() as tally:
        contender = open_contender(name, dataset.url)
        if isinstance(contender, str):
            found.missing = contender
            return found
        try:
            writes = [each for each in operations if each.task in WRITES]
            first = {operation: dataset.given(operation, 0, lanes=1) for operation in operations}
            found.written = dict(written_by(contender, dataset.url, first.__getitem__, writes))
            _count(found, contender, tally, dataset, operations)
            found.careless = _careless(tally) if found.written else None
        finally:
            contender.close()
    return found


def _count(
    found: Rehearsal, contender: Contender, tally: Tally, dataset: Dataset, operations: Iterable[Operation]
) -> None:
    calls = contender.operations()
    for operation in operations:
        call = calls.get(operation)
        if call is None or isinstance(found.written.get(operation), str):
            continue
        given = dataset.given(operation, 1, lanes=1)
        if operation.task not in WRITES:
            call(given)  # whatever is asked once for each connection has been asked then
        sizes = _SIZES if operation.task is Task.LIST else (given.size,)
        found.statements[operation] = [_statements(tally, call, attrs.evolve(given, size=size)) for size in sizes]


def _careless(tally: Tally) -> str | None:
    for name, wanted in _SETTINGS.items():
        if (values := tally.settings(name)) - {wanted}:
            return f"its connections have {name} = {sorted(values)} instead of {wanted}"
    return None


def _statements(tally: Tally, call: Callable[[Given], Any], given: Given) -> int:
    tally.statements.clear()
    call(given)
    return len(tally.statements)
