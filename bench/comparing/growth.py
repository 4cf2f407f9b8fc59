"""How the same operation gets slower with the number of tickets: one contender, several sizes, interleaved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from rich.progress import Progress

from bench.comparing.comparing import VERSIONS, Wanted, progress_bar
from bench.comparing.lineup import LIBRARY, RAW, opened
from bench.comparing.timing import Effort, time_interleaved
from bench.contenders import Given, Noun, Operation, Task
from bench.data.datasets import SIZES, Kind, open_dataset
from bench.data.inputs import Inputs
from bench.report.results import Machine, Spread, machine

__all__ = ["GROWING", "Growth", "grow", "growth_from"]

GROWING: Final = tuple(Operation(noun, task) for noun in Noun for task in Task if task is not Task.OFFSET)
"""What can be done alike at any size; page 1000 is not there in a small organisation."""

_LANES: Final = (RAW, LIBRARY)


@frozen(kw_only=True)
class Growth:
    """What was measured on one database.

    Args:
        database: ``sqlite`` or ``postgres``.
        sizes: How many tickets there are, by the name of the size, smallest first.
        times: By the operation's words, contender and size.
        machine: Where.
        on: The day, ISO.
    """

    database: str
    sizes: Mapping[str, int]
    times: Mapping[str, Mapping[str, Mapping[str, Spread]]]
    machine: Machine
    on: str

    def ratio(self, operation: str, contender: str) -> float | None:
        """Return the ratio of the times at the largest and at the smallest size; None when it was not measured."""
        times = self.times.get(operation, {}).get(contender)
        if not times:
            return None
        smallest, *_, largest = self.sizes
        return times[largest].minimum / times[smallest].minimum


def grow(kind: Kind, place: str | Path, sizes: Sequence[str], wanted: Wanted) -> Growth:
    """Measure the library, and the raw driver for comparison, at several sizes.

    Args:
        kind: Which database.
        place: Where its datasets are: see ``open_dataset``.
        sizes: Names of sizes, smallest first.
        wanted: What to do; its size and its contenders do not matter.
    """
    times = {}
    with ExitStack() as stack:
        datasets = {size: stack.enter_context(open_dataset(kind, size, place)) for size in sizes}
        teams = {size: stack.enter_context(opened(each.url, _LANES)) for size, each in datasets.items()}
        progress = stack.enter_context(progress_bar(wanted.console))
        for operation in (each for each in GROWING if each in wanted.operations):
            runners = {
                (name, size): _Runner(call, Inputs(datasets[size], operation, contender, wanted.effort.inputs), lane)
                for size, team in teams.items()
                for name, contender in team.contenders.items()
                for lane, call in [(_LANES.index(name), contender.operations().get(operation))]
                if call is not None
            }
            if runners:
                times[str(operation)] = _time(kind, operation, runners, wanted.effort, progress)
    return Growth(
        database=kind,
        sizes={size: SIZES[size].tickets for size in sizes},
        times=times,
        machine=machine(VERSIONS),
        on=datetime.now(UTC).date().isoformat(),
    )


def growth_from(stored: Mapping[str, Any]) -> Growth:
    """Return what was measured from its JSON."""
    times = {
        operation: {
            name: {size: Spread(**spread) for size, spread in by_size.items()} for name, by_size in by_name.items()
        }
        for operation, by_name in stored["times"].items()
    }
    return Growth(**{**stored, "times": times, "machine": Machine(**stored["machine"])})


@frozen
class _Runner:
    call: Callable[[Given], Any]
    inputs: Inputs
    lane: int

    def given(self, number: int) -> Given:
        return self.inputs.given(number, self.lane, len(_LANES))

    def runs(self) -> int | None:
        return self.inputs.dataset.runs(self.inputs.operation, lanes=len(_LANES))


def _time(
    kind: Kind,
    operation: Operation,
    runners: Mapping[tuple[str, str], _Runner],
    effort: Effort,
    progress: Progress,
) -> dict[str, dict[str, Spread]]:
    """Return the times of one operation, by contender and size."""
    by_name = {f"{name}@{size}": runner for (name, size), runner in runners.items()}
    limits = [each for runner in by_name.values() if (each := runner.runs()) is not None]
    task = progress.add_task(f"{kind}, all sizes: {operation}", total=1.0)
    found = time_interleaved(
        {name: runner.call for name, runner in by_name.items()},
        lambda name, number: by_name[name].given(number),
        effort.at_most(min(limits, default=None)),
        lambda done: progress.update(task, completed=done),
        turns={name: runner.inputs.turns for name, runner in by_name.items()},
    )
    progress.remove_task(task)
    times: dict[str, dict[str, Spread]] = {}
    for name, size in runners:
        times.setdefault(name, {})[size] = found[f"{name}@{size}"]
    return times
