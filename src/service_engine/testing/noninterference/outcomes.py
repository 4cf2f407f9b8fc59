"""What the two runs of one organisation are compared by, and where their randomness comes from."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final
from uuid import UUID

from attrs import define, field

from service_engine.testing.entropy import SeededEntropy

__all__ = ["AppFailedError", "InterferenceError", "SeparateEntropy", "Tally"]

_REFUSED: Final = 400
"""From this status on, a request was not done."""


class InterferenceError(AssertionError):
    """An organisation was answered differently because another one was at work.

    Args:
        question: What it asked.
        alone: What it is answered when nobody else works.
        together: What it is answered when the other organisation works, too.

    Example:
        >>> print(InterferenceError("how many tickets", 3, 4))
        how many tickets
          alone:    3
          together: 4
    """

    def __init__(self, question: str, alone: Any, together: Any) -> None:
        super().__init__(question, alone, together)
        self.question = question
        self.alone = alone
        self.together = together

    def __str__(self) -> str:
        where, alone, together = _difference(self.alone, self.together)
        return f"{self.question}{where}\n  alone:    {alone}\n  together: {together}"


class AppFailedError(AssertionError):
    """An application answered a request with 500 or more: it failed, and nothing was shown by that answer.

    Args:
        question: What it was asked.
        answer: What it answered, and what it raised.

    Example:
        >>> print(AppFailedError("GET /notes of organisation 0", b"500"))
        the application failed at GET /notes of organisation 0
          answer: b'500'
    """

    def __init__(self, question: str, answer: bytes) -> None:
        super().__init__(question, answer)
        self.question = question
        self.answer = answer

    def __str__(self) -> str:
        return f"the application failed at {self.question}\n  answer: {self.answer!r}"


def _difference(alone: Any, together: Any) -> tuple[str, Any, Any]:
    """Return the first place in which two answers differ, and what each has there."""
    pairs: list[tuple[str, Any, Any]] = []
    if isinstance(alone, dict) and isinstance(together, dict) and alone.keys() == together.keys():
        pairs = [(f", {key}", alone[key], together[key]) for key in alone]
    elif isinstance(alone, list | tuple) and isinstance(together, list | tuple) and len(alone) == len(together):
        pairs = [
            (f", {_name(one, at)}", one, other) for at, (one, other) in enumerate(zip(alone, together, strict=True))
        ]
    for where, one, other in pairs:
        if one != other:
            deeper, one_there, other_there = _difference(one, other)
            return where + deeper, one_there, other_there
    return "", alone, together


def _name(part: Any, at: int) -> str:
    # A field of a value is a pair of its name and what it holds.
    return str(part[0]) if isinstance(part, tuple) and part and isinstance(part[0], str) else str(at)


@define
class Tally:
    """How much was tried.

    Args:
        runs: How often two organisations began anew.
        steps: How many random steps they took.
        comparisons: How many answers were compared.
        answers: Of an application: how often each of the two callers was answered with which status by which operation.
        public: Of an application: the operations that answer anybody alike, whoever asks.

    Example:
        >>> str(Tally(runs=1, steps=50, comparisons=210))
        '1 runs, 50 steps, 210 comparisons'
    """

    runs: int = 0
    steps: int = 0
    comparisons: int = 0
    answers: Counter[tuple[int, str, int]] = field(factory=Counter)
    public: set[str] = field(factory=set)

    def require_answers(self) -> None:
        """Fail if one of the two callers of an application was refused whatever it asked.

        What answers anybody does not count, unless all of it does: a caller who is not known is answered there, too.

        Raises:
            ValueError: One of them was never answered.

        Example:
            >>> Tally(answers=Counter({(0, "GET /notes", 200): 8, (1, "GET /notes", 401): 45})).require_answers()
            Traceback (most recent call last):
                ...
            ValueError: caller 1 was never answered: 45 requests, 45 x 401
        """
        for caller in (0, 1):
            given = {key: times for key, times in self.answers.items() if key[0] == caller}
            own = {key: times for key, times in given.items() if key[1] not in self.public}
            statuses: Counter[int] = Counter()
            for (_, _, status), times in (own or given).items():
                statuses[status] += times
            if not any(status < _REFUSED for status in statuses):
                but = ", but by what answers anybody" if len(own) < len(given) else ""
                counted = "".join(f", {times} x {status}" for status, times in sorted(statuses.items()))
                msg = f"caller {caller} was never answered{but}: {statuses.total()} requests{counted}"
                raise ValueError(msg)

    def __str__(self) -> str:
        classes: Counter[int] = Counter()
        for (_, _, status), times in self.answers.items():
            classes[status // 100] += times
        counted = ", ".join(f"{times} x {first}xx" for first, times in sorted(classes.items()))
        told = f"{self.runs} runs, {self.steps} steps, {self.comparisons} comparisons"
        return f"{told}: {counted}" if counted else told


class SeparateEntropy(SeededEntropy):
    """A repeatable source for each of two organisations: what one of them draws does not move what the other will.

    Without it, the next id of an organisation would tell how many ids the other one has drawn.

    Args:
        seed: Whatever tells this run from another.

    Example:
        >>> busy, quiet = SeparateEntropy(1), SeparateEntropy(1)
        >>> busy.turn_to(1)
        >>> drawn = busy.new_id()
        >>> busy.turn_to(0)
        >>> busy.new_id() == quiet.new_id()
        True
    """

    def restart(self, seed: int | str) -> None:
        """Begin anew with both, on behalf of the first.

        Example:
            >>> entropy = SeparateEntropy(1)
            >>> first = entropy.integer(1, 100)
            >>> entropy.restart(1)
            >>> entropy.integer(1, 100) == first
            True
        """
        self._sources = tuple(SeededEntropy(f"{seed}/{org}") for org in (0, 1))
        self._source = self._sources[0]

    def turn_to(self, org: int) -> None:
        """Draw on behalf of this organisation from now on: 0 or 1.

        Example:
            >>> entropy = SeparateEntropy(1)
            >>> entropy.turn_to(1)
            >>> entropy.new_id() == SeparateEntropy(1).new_id()
            False
        """
        self._source = self._sources[org]

    def new_id(self) -> UUID:
        """Return the next id of the organisation, a UUID of version 7."""
        return self._source.new_id()

    def characters(self, alphabet: str, length: int) -> str:
        """Return so many characters, each drawn from the alphabet."""
        return self._source.characters(alphabet, length)

    def integer(self, lowest: int, highest: int) -> int:
        """Return a whole number, both ends included."""
        return self._source.integer(lowest, highest)
