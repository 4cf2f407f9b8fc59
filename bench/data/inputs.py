"""What is given to whom: the inputs of a dataset, chosen so that every round is the same amount of work."""

from __future__ import annotations

from itertools import islice
from typing import Final

from attrs import define, field

from bench.comparing.checking import WRITES
from bench.contenders import Contender, Given, Operation, Task
from bench.data.datasets import Dataset

__all__ = ["Inputs"]

_TRIED: Final = 200
_VARIED: Final = frozenset({Task.KEYSET, Task.RETRIEVE})
"""What is not the same work for every input. A list is given nothing else each time, a write always as much."""


@define
class Inputs:
    """The inputs of one operation on one dataset.

    Args:
        dataset: The dataset.
        operation: The operation.
        judge: Who can do it; asked which pages are full.
        wanted: Among how many inputs they take turns, where that matters.
    """

    dataset: Dataset
    operation: Operation
    judge: Contender
    wanted: int
    _numbers: list[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        if self.operation.task is Task.KEYSET:
            # After one of the oldest rows come fewer than a page's.
            full = (each for each in range(_TRIED) if self._is_full(self.dataset.given(self.operation, each)))
            self._numbers = list(islice(full, self.wanted)) or [0]
        else:
            self._numbers = list(range(self.wanted))

    @property
    def turns(self) -> int:
        """After how many rounds the inputs are the same again."""
        return len(self._numbers) if self.operation.task in _VARIED else 1

    def given(self, number: int, lane: int, lanes: int) -> Given:
        """Return what is given to a contender in a round."""
        if self.operation.task in WRITES:
            return self.dataset.given(self.operation, number, lane=lane, lanes=lanes)
        return self.dataset.given(self.operation, self._numbers[number % len(self._numbers)])

    def _is_full(self, given: Given) -> bool:
        answer = self.judge.operations()[self.operation](given)
        return len(self.judge.plain(self.operation, answer)["rows"]) == given.size
