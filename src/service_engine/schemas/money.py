"""Amounts of money as the wire writes them.

Source: contract section 1.6; part A "Responses".
"""

from __future__ import annotations

from decimal import Decimal

__all__ = ["amount_text"]


def amount_text(amount: Decimal) -> str:
    """Return the amount with two decimals, or with three where the currency has three.

    Example:
        >>> amount_text(Decimal("299")), amount_text(Decimal("0.00")), amount_text(Decimal("1.500"))
        ('299.00', '0.00', '1.500')
    """
    exponent = amount.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    return f"{amount:.{max(2, places)}f}"
