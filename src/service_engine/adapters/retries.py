"""How often something is tried again, and how long the pauses are; shared by the stores that wait in different ways."""

from __future__ import annotations

import secrets
from typing import Final

from attrs import field, frozen
from attrs.validators import ge

__all__ = ["DEFAULT_RETRIES", "Retries"]

_SCALE: Final = 1 << 20
_DOUBLINGS: Final = 512
"""So often any pause may double: whoever tries thousands of times needs no longer one, and no float holds it."""


@frozen(kw_only=True)
class Retries:
    """A bounded number of tries, with pauses that double, each cut to a random part of itself.

    Without the randomness, two that collided would collide again.

    Args:
        tries: How many in all, the first one included, while the database can be reached; at least 1.
        first_pause: The longest that the first pause may be, in seconds.
        longest_pause: The longest that any pause may be, in seconds.
        outage_tries: How many may find that the database cannot be reached, counted apart; at least 1. With the usual
            pauses that is 8 to 17 seconds, which outlasts a restart.
        outage_pause: The longest that the first pause may be when the database cannot be reached, in seconds: it takes
            longer to come back than a rival takes to commit.

    Example:
        >>> patient = Retries(tries=3, first_pause=0.5)
        >>> patient.longest_before(1), 0 <= patient.pause_before(1) < 0.5
        (0.5, True)
        >>> Retries(tries=0)
        Traceback (most recent call last):
            ...
        ValueError: 'tries' must be >= 1: 0
    """

    tries: int = field(default=10, validator=ge(1))
    first_pause: float = field(default=0.002, validator=ge(0))
    longest_pause: float = field(default=1.0, validator=ge(0))
    outage_tries: int = field(default=20, validator=ge(1))
    outage_pause: float = field(default=0.1, validator=ge(0))

    def longest_before(self, retry: int, *, outage: bool = False) -> float:
        """Return the longest pause before the n-th retry of its kind, counted from 1, in seconds.

        Example:
            >>> [Retries(first_pause=0.25).longest_before(retry) for retry in (1, 2, 3, 4)]
            [0.25, 0.5, 1.0, 1.0]
        """
        first = self.outage_pause if outage else self.first_pause
        return min(self.longest_pause, first * 2.0 ** min(retry - 1, _DOUBLINGS))

    def pause_before(self, retry: int, *, outage: bool = False) -> float:
        """Return how long to wait before the n-th retry of its kind, counted from 1: a random part of the longest."""
        longest = self.longest_before(retry, outage=outage)
        part = secrets.randbelow(_SCALE) / _SCALE
        # A database that is starting needs its time; only rivals are avoided by a pause of nearly nothing.
        return longest * (0.5 + part / 2) if outage else longest * part


DEFAULT_RETRIES: Final = Retries()
