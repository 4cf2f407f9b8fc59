"""The figures of reliability: programs that count what was tried, print one line, and fail unless the goal was met.

::

    python -m tests.figures.probes
    python -m tests.figures.inputs --json figures.json

Each takes ``--json FILE``, to which the figure is appended as one more element of a list. ``nox -s figures`` runs them
with what they need; ``docs/reliability.md`` has what they last reached. Their short forms are ordinary tests.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs
from attrs import field, frozen

__all__ = ["Figure", "arguments", "conclude", "stopwatch"]


@frozen(kw_only=True)
class Figure:
    """One thing that was measured.

    Args:
        name: What.
        reached: The number; with more numbers in ``details``.
        goal: What it should be, in words that begin with a number.
        holds: Whether it is.
        seconds: How long it took.
        details: What else to print, by its name.
    """

    name: str
    reached: int | float
    goal: str
    holds: bool
    seconds: float
    details: dict[str, Any] = field(factory=dict)

    def __str__(self) -> str:
        more = "".join(f", {name} {value}" for name, value in self.details.items())
        met = "met" if self.holds else "NOT met"
        return f"{self.name}: {self.reached:,} (goal {self.goal}: {met}) in {self.seconds:.1f} s{more}"


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return what reads the command line of a figure; every one takes ``--json FILE``."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="append the figure to the list in this file")
    return parser


def conclude(figure: Figure, file: Path | None = None, problems: Sequence[str] = ()) -> int:
    """Print the figure, and what stands against it; append it to the file; return the exit code."""
    for each in problems:
        print(f"  {each}")  # noqa: T201
    print(figure, flush=True)  # noqa: T201
    if file is not None:
        earlier = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
        file.write_text(json.dumps([*earlier, attrs.asdict(figure)], indent=2) + "\n", encoding="utf-8")
    return 0 if figure.holds else 1


def stopwatch() -> Callable[[], float]:
    """Return a function that tells how many seconds ago it was made."""
    begun = time.perf_counter()
    return lambda: time.perf_counter() - begun
