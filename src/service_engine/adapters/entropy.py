"""Ids and randomness for real use, and a record of them so that a second try draws what the first one drew.

Source: decision 5.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from uuid_utils.compat import uuid7

from service_engine.ports.entropy import Entropy

__all__ = ["RecordedEntropy", "SystemEntropy"]

T = TypeVar("T")


class SystemEntropy:
    """UUIDs of version 7 that only grow, and the operating system's randomness. Safe to share among threads.

    Example:
        >>> entropy = SystemEntropy()
        >>> first, second = entropy.new_id(), entropy.new_id()
        >>> first.version, first < second
        (7, True)
        >>> 1 <= entropy.integer(1, 6) <= 6
        True
    """

    def new_id(self) -> UUID:
        """Return a fresh UUID of version 7: unique, and later than the ones before."""
        return uuid7()

    def characters(self, alphabet: str, length: int) -> str:
        """Return so many characters, each drawn from the alphabet, fit for secrets."""
        return "".join(secrets.choice(alphabet) for _ in range(length))

    def integer(self, lowest: int, highest: int) -> int:
        """Return a whole number, both ends included."""
        return lowest + secrets.randbelow(highest - lowest + 1)


class RecordedEntropy:
    """Hands out what a source draws, and after ``rewind`` the same again, in the same order, before anything new.

    Each question has its own record, so a second try that asks its questions in another order, because it found other
    things stored, still gets the first try's ids. Belongs to one run of one use case: not safe to share among threads.

    Args:
        source: Where new values come from.

    Example:
        >>> entropy = RecordedEntropy(SystemEntropy())
        >>> first = entropy.new_id()
        >>> entropy.rewind()
        >>> entropy.new_id() == first, entropy.new_id() == first
        (True, False)
    """

    def __init__(self, source: Entropy) -> None:
        self._source = source
        self._drawn: dict[object, list[Any]] = {}
        self._asked: dict[object, int] = {}

    def rewind(self) -> None:
        """Begin again with the first value that was drawn."""
        self._asked.clear()

    def new_id(self) -> UUID:
        """Return the next id of the record, or a fresh one."""
        return self._next("new_id", self._source.new_id)

    def characters(self, alphabet: str, length: int) -> str:
        """Return the next characters of the record, or fresh ones."""
        return self._next((alphabet, length), lambda: self._source.characters(alphabet, length))

    def integer(self, lowest: int, highest: int) -> int:
        """Return the next whole number of the record, or a fresh one."""
        return self._next((lowest, highest), lambda: self._source.integer(lowest, highest))

    def _next(self, question: object, draw: Callable[[], T]) -> T:
        drawn = self._drawn.setdefault(question, [])
        position = self._asked.get(question, 0)
        self._asked[question] = position + 1
        if position == len(drawn):
            drawn.append(draw())
        answer: T = drawn[position]
        return answer
