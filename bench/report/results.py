"""What was measured, kept as JSON, so that the page is drawn from everything that was ever run into one directory."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
from attrs import field, frozen

from bench.contenders import Noun, Operation, Task

__all__ = ["Comparison", "Machine", "Measurement", "Spread", "load", "machine", "save"]

_FOLDER: Final = "results"


@frozen(kw_only=True)
class Spread:
    """The times of one contender in one operation, in seconds.

    Args:
        minimum: The shortest.
        median: The one in the middle.
        rounds: How many there were.
    """

    minimum: float
    median: float
    rounds: int


@frozen(kw_only=True)
class Measurement:
    """One operation on one database.

    Args:
        operation: Which.
        times: By the name of the contender.
        statements: By the name of the contender: how many it sends, BEGIN and COMMIT not counted; of a list for 1, for
            20 and for 100 rows.
        plan: How the database answers the library's statement: the index, and whether something is sorted.
        left_out: By the name of the contender: why it was not timed.
    """

    operation: Operation
    times: Mapping[str, Spread]
    statements: Mapping[str, Sequence[int]] = field(factory=dict)
    plan: str | None = None
    left_out: Mapping[str, str] = field(factory=dict)

    def ratio(self, contender: str, to: str) -> float | None:
        """Return the ratio of two contenders' minima; None when one of them was not timed."""
        return self._ratio(contender, to, "minimum")

    def ratio_of_medians(self, contender: str, to: str) -> float | None:
        """Return the ratio of two contenders' medians; None when one of them was not timed."""
        return self._ratio(contender, to, "median")

    def _ratio(self, contender: str, to: str, what: str) -> float | None:
        one, other = self.times.get(contender), self.times.get(to)
        if one is None or other is None:
            return None
        return float(getattr(one, what) / getattr(other, what))


@frozen(kw_only=True)
class Machine:
    """Where it was measured.

    Args:
        python: The version of Python.
        system: The operating system and the processor's kind.
        cores: How many this process may use.
        versions: Of the libraries that were compared, by name.
    """

    python: str
    system: str
    cores: int
    versions: Mapping[str, str]


@frozen(kw_only=True)
class Comparison:
    """Everything that was measured on one database of one size.

    Args:
        database: ``sqlite`` or ``postgres``.
        size: ``small``, ``medium`` or ``large``.
        tickets: How many tickets it holds.
        contenders: Everybody who was timed, in order.
        missing: By the name of the contender: why it could not take part at all.
        measurements: In the order of the report.
        machine: Where.
        on: The day, ISO.
    """

    database: str
    size: str
    tickets: int
    contenders: tuple[str, ...]
    missing: Mapping[str, str]
    measurements: tuple[Measurement, ...]
    machine: Machine
    on: str


def machine(versions: Iterable[str]) -> Machine:
    """Return what there is to say about this machine.

    Args:
        versions: The distributions whose versions matter; those that are not installed are left out.
    """
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # here only

    found = {}
    for name in versions:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return Machine(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        versions=found,
    )


def save(directory: Path, name: str, content: Any) -> None:
    """Keep a result under a name, instead of what was kept under it before."""
    folder = directory / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    plain = attrs.asdict(content) if attrs.has(type(content)) else content
    (folder / f"{name}.json").write_text(json.dumps(plain, indent=1) + "\n")


def load(directory: Path, name: str) -> Any:
    """Return what was kept under a name, as plain JSON; None when nothing was."""
    path = directory / _FOLDER / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def comparison_from(stored: Mapping[str, Any]) -> Comparison:
    """Return a comparison from its JSON."""
    return Comparison(
        **{
            **stored,
            "contenders": tuple(stored["contenders"]),
            "measurements": tuple(map(_measurement, stored["measurements"])),
            "machine": Machine(**stored["machine"]),
        }
    )


def _measurement(stored: Mapping[str, Any]) -> Measurement:
    operation = stored["operation"]
    return Measurement(
        **{
            **stored,
            "operation": Operation(Noun(operation["noun"]), Task(operation["task"])),
            "times": {name: Spread(**each) for name, each in stored["times"].items()},
        }
    )
