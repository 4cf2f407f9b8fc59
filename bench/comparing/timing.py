"""Times, taken so that a machine whose speed drifts treats all contenders alike.

Round by round every contender does the same thing once, in an order that is rotated each time, so that nobody always
runs in a cache that the same other one has warmed. What is compared is the shortest time of each, and besides the
median. The garbage collector is left as it is: whoever makes more garbage pays for it.

What is read is not equally much for every input. So reads go through a few inputs in turns, and what counts is the mean
of the shortest times of each input, not the shortest time of the one that happens to be the least work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from statistics import fmean, median
from time import perf_counter
from typing import Any, Final

from attrs import evolve, frozen

from bench.contenders import Given
from bench.report.results import Spread

__all__ = ["Effort", "time_interleaved"]

_WARM_UP: Final = 3
_MOST_INPUTS: Final = 20
_LEAST_REPEATS: Final = 10
"""How often each input should be there at least, so that its shortest time is one."""


@frozen(kw_only=True)
class Effort:
    """How long to measure.

    Args:
        rounds: How often each contender does it.
        seconds: Stop after so many, unless there were only a few rounds.
        least_rounds: But not before so many rounds.
    """

    rounds: int = 200
    seconds: float = 60.0
    least_rounds: int = 10

    def at_most(self, runs: int | None) -> Effort:
        """Return the effort that can be made where something can be done only so often; None: any number of times."""
        return self if runs is None else evolve(self, rounds=max(1, min(self.rounds, runs - _WARM_UP)))

    @property
    def inputs(self) -> int:
        """Among how many inputs the rounds of a read take turns."""
        return max(1, min(_MOST_INPUTS, self.rounds // _LEAST_REPEATS))


def time_interleaved(
    calls: Mapping[str, Callable[[Given], Any]],
    given: Callable[[str, int], Given],
    effort: Effort,
    advance: Callable[[float], None],
    *,
    turns: Mapping[str, int],
) -> dict[str, Spread]:
    """Time several ways to do one thing.

    Args:
        calls: The ways, by the name of the contender.
        given: What to do it with, by the name of the contender and the number of the round, from 0. For reads the
            name makes no difference; writes must not meet.
        effort: How long.
        advance: Told how much of the work has been done, 0 to 1.
        turns: By the name of the contender: after how many rounds the inputs are the same again, as far as the work
            goes. 1 for writes, each of which is another one, but the same work.
    """
    names = list(calls)
    times: dict[str, dict[int, list[float]]] = {name: defaultdict(list) for name in names}
    started = perf_counter()
    for number in range(-_WARM_UP, effort.rounds):
        for turn in range(len(names)):
            name = names[(turn + number) % len(names)]
            call, what = calls[name], given(name, number + _WARM_UP)
            begin = perf_counter()
            answer = call(what)
            end = perf_counter()
            del answer  # whoever is next does not pay for it
            if number >= 0:
                times[name][(number + _WARM_UP) % turns[name]].append(end - begin)
        spent = perf_counter() - started
        advance(min(1.0, max((number + 1) / effort.rounds, spent / effort.seconds)))
        if spent > effort.seconds and number + 1 >= max(effort.least_rounds, *turns.values()):
            break
    advance(1.0)
    return {name: _spread(by_input.values()) for name, by_input in times.items()}


def _spread(times: Collection[list[float]]) -> Spread:
    return Spread(
        minimum=fmean(map(min, times)), median=fmean(map(median, times)), rounds=sum(len(each) for each in times)
    )
