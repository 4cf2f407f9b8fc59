"""What the raw contenders compute themselves when they write: an invoice's amounts, an order's number."""

from __future__ import annotations

from random import SystemRandom
from typing import Final, NamedTuple, TypeVar

from service_engine.domain.money import decimals
from service_engine.domain.orders import NUMBER_ALPHABET, NUMBER_LENGTH

__all__ = ["InvoiceTerms", "needed", "random_number"]

T = TypeVar("T")

_PERCENTAGE: Final = 2
_RANDOM: Final = SystemRandom()


class InvoiceTerms(NamedTuple):
    """What an invoice's amounts depend on besides its items; amounts are in thousandths."""

    currency: str
    tax_type: int | None
    tax: int
    percent: int
    credit: int
    paid: int

    def amounts(self, subtotal: int) -> tuple[int, int, int]:
        """Return subtotal, tax and total; a percentage is rounded half up to the currency's decimals.

        Raises:
            ValueError: The total would be negative, or less than what was paid.
        """
        tax, unit = self.tax, 10 ** (3 - decimals(self.currency))
        if self.tax_type == _PERCENTAGE:
            tax = (2 * subtotal * self.percent + 100_000 * unit) // (200_000 * unit) * unit
        total = subtotal + tax - self.credit
        if total < max(0, self.paid):
            msg = f"the total would be {total}, with {self.paid} paid"
            raise ValueError(msg)
        return subtotal, tax, total


def random_number() -> str:
    """Return a number for an order, as the library draws it: the database refuses one that is taken."""
    return "".join(_RANDOM.choices(NUMBER_ALPHABET, k=NUMBER_LENGTH))


def needed(value: T | None) -> T:
    """Return what an operation must have been given.

    Raises:
        ValueError: It was not.
    """
    if value is None:
        msg = "the operation was not given all that it needs"
        raise ValueError(msg)
    return value
