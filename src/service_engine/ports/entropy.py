"""Where new ids and random values come from; an argument of every store, so that tests and retries can repeat them."""

from typing import Protocol
from uuid import UUID

__all__ = ["Entropy"]


class Entropy(Protocol):
    """A source of ids and of randomness fit for secrets.

    Example:
        >>> from service_engine.testing.examples import agency
        >>> entropy = agency().entropy
        >>> entropy.new_id().version, len(entropy.characters("AB", 8)), entropy.integer(5, 5)
        (7, 8, 5)
    """

    def new_id(self) -> UUID:
        """Return a fresh UUID of version 7: unique, and later than the ones before."""
        ...

    def characters(self, alphabet: str, length: int) -> str:
        """Return so many characters, each drawn from the alphabet."""
        ...

    def integer(self, lowest: int, highest: int) -> int:
        """Return a whole number, both ends included."""
        ...
