"""Ids and random values that come out the same each time: for tests, demonstrations and comparisons of two stores.

Give it to a store instead of the system's randomness, and a whole run can be repeated, id by id::

    store = MemoryStore(entropy=SeededEntropy(7))

Never use it where secrets are made: whoever knows the seed knows the secrets.
"""

from __future__ import annotations

from random import Random
from threading import Lock
from typing import Final
from uuid import UUID

__all__ = ["SeededEntropy"]

_FIRST_MILLISECOND: Final = 1_770_465_600_000  # 2026-02-07T12:00:00Z


class SeededEntropy:
    """A repeatable source of ids and random values, safe to share among threads.

    The ids are of version 7, each one millisecond later than the one before, so that they sort in the order in which
    they were made. Sources of different seeds do not make the same ids.

    Args:
        seed: Whatever tells this run from another.

    Example:
        >>> SeededEntropy(1).new_id() == SeededEntropy(1).new_id()
        True
        >>> entropy = SeededEntropy(1)
        >>> entropy.new_id() < entropy.new_id()
        True
    """

    def __init__(self, seed: int | str = 0) -> None:
        self._lock = Lock()
        self.restart(seed)

    def restart(self, seed: int | str) -> None:
        """Begin anew, as a fresh source of this seed.

        Example:
            >>> entropy = SeededEntropy(1)
            >>> first = entropy.integer(1, 100)
            >>> entropy.restart(1)
            >>> entropy.integer(1, 100) == first
            True
        """
        with self._lock:
            self._random = Random(seed)  # noqa: S311  # repeatable on purpose
            self._millisecond = _FIRST_MILLISECOND

    def new_id(self) -> UUID:
        """Return the next id, a UUID of version 7.

        Example:
            >>> SeededEntropy().new_id().version
            7
        """
        with self._lock:
            self._millisecond += 1
            rand_a, rand_b = self._random.getrandbits(12), self._random.getrandbits(62)
            return UUID(int=self._millisecond << 80 | 7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)

    def characters(self, alphabet: str, length: int) -> str:
        """Return so many characters, each drawn from the alphabet.

        Example:
            >>> len(SeededEntropy().characters("AB", 8))
            8
        """
        with self._lock:
            return "".join(self._random.choices(alphabet, k=length))

    def integer(self, lowest: int, highest: int) -> int:
        """Return a whole number, both ends included.

        Example:
            >>> SeededEntropy().integer(3, 3)
            3
        """
        with self._lock:
            return self._random.randint(lowest, highest)
