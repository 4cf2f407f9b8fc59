"""The comparison on one database: first whether all do the same, then how fast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from attrs import evolve, field, frozen
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench.comparing.checking import WRITES, Verdict, answers_differ, writes_differ
from bench.comparing.library import Library
from bench.comparing.lineup import LIBRARY, Team, opened
from bench.comparing.plans import plan_of
from bench.comparing.rehearsal import Rehearsal, rehearse
from bench.comparing.timing import Effort, time_interleaved
from bench.contenders import Operation, Task
from bench.data.datasets import SIZES, Dataset, Kind, open_dataset
from bench.data.inputs import Inputs
from bench.report.goals import TASKS
from bench.report.results import Comparison, Measurement, machine

__all__ = ["VERSIONS", "Wanted", "compare", "progress_bar"]

VERSIONS: Final = ("service-engine", "SQLAlchemy", "Django", "psycopg", "orjson")
_CHECKED: Final = 5
"""How many answers of each read are compared."""
_PLANNED: Final = frozenset({Task.LIST, Task.OFFSET, Task.CAPPED, Task.KEYSET})


@frozen(kw_only=True)
class Wanted:
    """What to measure, and how long.

    Args:
        size: Of the dataset.
        names: The contenders.
        operations: What they do; those that the library cannot do are left out.
        effort: How long.
        console: Where it is told.
    """

    size: str
    names: Sequence[str]
    operations: Sequence[Operation] = field(factory=lambda: list(TASKS))
    effort: Effort = field(factory=Effort)
    console: Console = field(factory=Console)


def compare(kind: Kind, place: str | Path, wanted: Wanted) -> tuple[Comparison, list[Verdict]]:
    """Compare the contenders on one database.

    Args:
        kind: Which.
        place: Where its datasets are: see ``open_dataset``.
        wanted: What to do.

    Returns:
        What was measured, and what was found wrong. Who is wrong in an operation is not timed in it.
    """
    rehearsals = _rehearse(kind, place, wanted)
    verdicts = _verdicts(rehearsals)
    with (
        open_dataset(kind, wanted.size, place) as dataset,
        opened(dataset.url, wanted.names) as team,
        progress_bar(wanted.console) as progress,
    ):
        library = team.contenders[LIBRARY].operations()
        operations = [each for each in wanted.operations if each in library]
        verdicts += _answers(team, dataset, operations)
        plans = _plans(dataset, operations)
        measurements = [
            _with_counts(
                _measure(operation, dataset, team, verdicts, wanted.effort, progress), rehearsals, plans.get(operation)
            )
            for operation in operations
        ]
        comparison = Comparison(
            database=kind,
            size=wanted.size,
            tickets=SIZES[wanted.size].tickets,
            contenders=tuple(team.contenders),
            missing=team.missing,
            measurements=tuple(measurements),
            machine=machine(VERSIONS),
            on=datetime.now(UTC).date().isoformat(),
        )
    return comparison, verdicts


def progress_bar(console: Console) -> Progress:
    """Make the bar that shows how far the measuring is."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _rehearse(kind: Kind, place: str | Path, wanted: Wanted) -> dict[str, Rehearsal]:
    rehearsals = {}
    with progress_bar(wanted.console) as progress:
        for name in progress.track(wanted.names, description=f"{kind}: rehearsal"):
            rehearsals[name] = rehearse(name, kind, place, wanted.operations)
    return rehearsals


def _verdicts(rehearsals: Mapping[str, Rehearsal]) -> list[Verdict]:
    there = {name: each for name, each in rehearsals.items() if each.missing is None}
    verdicts = writes_differ({name: each.written for name, each in there.items()}, LIBRARY)
    for name, each in there.items():
        if each.careless is not None:
            verdicts += [Verdict(name, operation, each.careless) for operation in each.written]
    return verdicts


def _answers(team: Team, dataset: Dataset, operations: Iterable[Operation]) -> list[Verdict]:
    verdicts = []
    for operation in operations:
        if operation.task not in WRITES:
            given = [dataset.given(operation, n) for n in range(_CHECKED)]
            verdicts += answers_differ(team.contenders, LIBRARY, operation, given)
    return verdicts


def _plans(dataset: Dataset, operations: Iterable[Operation]) -> dict[Operation, str]:
    # One of its own: an engine that was listened to once asks for listeners around every statement, for ever.
    library = Library.open(dataset.url)
    calls = library.operations()
    plans = {
        each: str(plan_of(library.store.engine, calls[each], dataset.given(each, 0), each.noun))
        for each in operations
        if each.task in _PLANNED
    }
    library.close()
    return plans


def _measure(
    operation: Operation,
    dataset: Dataset,
    team: Team,
    verdicts: Sequence[Verdict],
    effort: Effort,
    progress: Progress,
) -> Measurement:
    left_out = {each.contender: each.difference for each in verdicts if each.operation == operation}
    calls = {}
    for name, contender in team.contenders.items():
        call = contender.operations().get(operation)
        if call is None:
            left_out[name] = "does not do this"
        elif name not in left_out:
            calls[name] = call
    lanes = list(calls)
    inputs = Inputs(dataset, operation, team.contenders[LIBRARY], effort.inputs)
    task = progress.add_task(f"{dataset.kind} {dataset.size}: {operation}", total=1.0)
    times = time_interleaved(
        calls,
        lambda name, number: inputs.given(number, lanes.index(name), len(lanes)),
        effort.at_most(dataset.runs(operation, lanes=len(lanes))),
        lambda done: progress.update(task, completed=done),
        turns=dict.fromkeys(calls, inputs.turns),
    )
    progress.remove_task(task)
    return Measurement(operation=operation, times=times, left_out=left_out)


def _with_counts(measurement: Measurement, rehearsals: Mapping[str, Rehearsal], plan: str | None) -> Measurement:
    operation = measurement.operation
    counts = {name: each.statements[operation] for name, each in rehearsals.items() if operation in each.statements}
    return evolve(measurement, plan=plan, statements=counts)
