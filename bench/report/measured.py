"""What was measured, beside its goal and its peers; and the race that measures it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from time import perf_counter
from typing import Final, Literal

from attrs import field, frozen
from rich import box
from rich.console import Console
from rich.table import Table

__all__ = ["Bound", "Measured", "at_least", "at_most", "race", "show", "shown"]

_WIDTH_WITHOUT_TERMINAL: Final = 160


@frozen
class Bound:
    """One part of a goal.

    Args:
        sign: Which side of it is good.
        value: The bound; with ``than`` a factor.
        than: The peer whose value is multiplied; None for an absolute bound.
    """

    sign: Literal["≥", "≤"]
    value: float
    than: str | None = None

    def __str__(self) -> str:
        return f"{self.sign} {self.value:,g}" + (f" times {self.than}" if self.than else "")

    def reached(self, ours: float, peers: Mapping[str, float | None]) -> bool | None:
        """Tell whether it is; None when the peer is missing."""
        measure = 1.0 if self.than is None else peers.get(self.than)
        if measure is None:
            return None
        return ours >= self.value * measure if self.sign == "≥" else ours <= self.value * measure


def at_least(value: float, than: str | None = None) -> Bound:
    """Make a bound that wants more."""
    return Bound("≥", value, than)


def at_most(value: float, than: str | None = None) -> Bound:
    """Make a bound that wants less."""
    return Bound("≤", value, than)


@frozen
class Measured:
    """One thing that was measured.

    Args:
        what: What.
        ours: The library's.
        unit: In what: ``µs``, ``/s``, ``ms`` …
        goal: All of them hold, or the goal is missed; empty when there is none.
        peers: The others', by name; None for one that is not installed.
        note: How it was measured, where the name alone does not say it.
    """

    what: str
    ours: float
    unit: str
    goal: tuple[Bound, ...] = ()
    peers: Mapping[str, float | None] = field(factory=dict)
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the whole goal is; None when there is none, or a peer that it names is missing."""
        answers = [bound.reached(self.ours, self.peers) for bound in self.goal]
        if False in answers:
            return False
        return None if None in answers or not answers else True

    def ratio(self, peer: str) -> float | None:
        """Return how many times better the library is than a peer, below 1 when it is worse; None for a missing one."""
        theirs = self.peers[peer]
        if not theirs or not self.ours:
            return None
        return self.ours / theirs if self.unit.endswith("/s") else theirs / self.ours


def race(runs: Mapping[str, Callable[[], object]], *, rounds: int = 100, seconds: float = 0.004) -> dict[str, float]:
    """Return the least time that one call of each took, in seconds.

    They run in turns, each for a moment, and who begins changes with the round: a machine that slows down slows all of
    them. The moments are short, so that among many there are some in which nobody else had the processor. The garbage
    collector is left as it is.

    Args:
        runs: What to call, by name.
        rounds: How many turns each has.
        seconds: How long a turn is, about.
    """
    calls = {name: _calls_within(run, seconds) for name, run in runs.items()}
    best = dict.fromkeys(runs, float("inf"))
    names = list(runs)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            best[name] = min(best[name], _time(runs[name], calls[name]) / calls[name])
    return best


def _calls_within(run: Callable[[], object], seconds: float) -> int:
    calls = 1
    # The least of several, because one that was interrupted would look long enough.
    while (taken := min(_time(run, calls) for _ in range(5))) < seconds / 4:
        calls *= 2
    return max(1, round(calls * seconds / taken))


def _time(run: Callable[[], object], calls: int) -> float:
    start = perf_counter()
    for _ in repeat(None, calls):
        run()
    return perf_counter() - start


def shown(value: float | None, unit: str) -> str:
    """Return a value as people read it.

    Example:
        >>> shown(183_402.4, "/s"), shown(5.1234, "µs"), shown(None, "µs")
        ('183,402 /s', '5.12 µs', 'missing')
    """
    if value is None:
        return "missing"
    digits = 0 if abs(value) >= 1000 or value == int(value) else 1 if abs(value) >= 100 else 2  # noqa: PLR2004
    return f"{value:,.{digits}f} {unit}".rstrip()


def show(title: str, rows: Iterable[Measured], console: Console | None = None) -> None:
    """Print a table of what was measured."""
    console = console or Console()
    if not console.is_terminal:
        console.width = max(console.width, _WIDTH_WITHOUT_TERMINAL)
    table = Table("", "ours", "goal", "", "peers, and how many times better ours is", title=title, box=box.SIMPLE_HEAD)
    for row in rows:
        mark = {True: "[green]reached[/]", False: "[bold red]missed[/]", None: ""}[row.reached]
        what = f"{row.what}\n[dim]{row.note}[/]" if row.note else row.what
        table.add_row(what, shown(row.ours, row.unit), _goal_text(row.goal), mark, _peers_text(row))
    console.print(table)


def _goal_text(goal: Sequence[Bound]) -> str:
    return "\n".join(map(str, goal))


def _peers_text(row: Measured) -> str:
    lines = []
    for name, value in row.peers.items():
        ratio = row.ratio(name)
        lines.append(f"{name} {shown(value, row.unit)}" + ("" if ratio is None else f" ({ratio:.2f})"))
    return "\n".join(lines)
