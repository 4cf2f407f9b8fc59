"""Decimal arithmetic of our own: the host may have set another precision, rounding or traps for its thread.

Whatever computes with amounts does it through these; comparing and copying need no context.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Final

__all__ = ["CONTEXT", "WIDE", "shifted"]

_TRAPS: Final = [InvalidOperation, DivisionByZero, Overflow]
CONTEXT: Final = Context(prec=28, traps=_TRAPS)
"""For amounts that were found to be within their bounds."""
WIDE: Final = Context(prec=64, rounding=ROUND_DOWN, traps=_TRAPS)
"""Room for what is rounded afterwards; what does not fit even here is cut off, so that nothing is rounded twice."""


def shifted(number: Decimal, places: int) -> Decimal:
    """Return a finite number times 10 to the power of ``places``, exactly, however many digits it has.

    Example:
        >>> shifted(Decimal("299.50"), 3), shifted(Decimal(299500), -3)
        (Decimal('2.9950E+5'), Decimal('299.500'))
    """
    sign, digits, exponent = number.as_tuple()
    return Decimal((sign, digits, int(exponent) + places))
