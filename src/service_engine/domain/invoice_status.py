"""Where an invoice stands, and where it can go from there: by hand, and by being paid.

Source: contract section 5.3; part A "Rules" (invoices).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from service_engine.domain.lifecycle import Lifecycle, Status

__all__ = ["EDITS", "LIFECYCLE", "LOCKED", "LOCKED_REASONS", "MOVES", "PAYABLE", "InvoiceStatus"]


class InvoiceStatus(Status):
    """Where an invoice stands. There is no 2 and no 6.

    Example:
        >>> InvoiceStatus(7).label
        'Partially Paid'
    """

    DRAFT = 0
    UNPAID = 1
    PAID = 3
    REFUNDED = 4
    CANCELLED = 5
    PARTIALLY_PAID = 7


_BY_HAND: Final[Mapping[InvoiceStatus, frozenset[InvoiceStatus]]] = {
    InvoiceStatus.DRAFT: frozenset({InvoiceStatus.UNPAID, InvoiceStatus.CANCELLED}),
    InvoiceStatus.UNPAID: frozenset({InvoiceStatus.DRAFT, InvoiceStatus.CANCELLED}),
    InvoiceStatus.PAID: frozenset({InvoiceStatus.REFUNDED}),
    InvoiceStatus.REFUNDED: frozenset(),
    InvoiceStatus.CANCELLED: frozenset({InvoiceStatus.DRAFT, InvoiceStatus.UNPAID}),
    InvoiceStatus.PARTIALLY_PAID: frozenset({InvoiceStatus.PAID, InvoiceStatus.REFUNDED, InvoiceStatus.CANCELLED}),
}
PAYABLE: Final = frozenset({InvoiceStatus.DRAFT, InvoiceStatus.UNPAID, InvoiceStatus.PARTIALLY_PAID})
"""From here an invoice can be paid, in full or in part."""
LOCKED: Final = frozenset({InvoiceStatus.PAID, InvoiceStatus.REFUNDED, InvoiceStatus.CANCELLED})
"""While it stands here, its items, tax and client stay as they are."""
LOCKED_REASONS: Final = ("While it is so, its items, its tax and its client stay as they are; its note may change.",)
"""What the refusal to change them says besides."""
_BY_PAYING: Final = frozenset({InvoiceStatus.PAID, InvoiceStatus.PARTIALLY_PAID})

MOVES: Final[Mapping[InvoiceStatus, frozenset[InvoiceStatus]]] = {
    origin: (targets | _BY_PAYING if origin in PAYABLE else targets) - {origin} for origin, targets in _BY_HAND.items()
}
LIFECYCLE: Final = Lifecycle("invoice", InvoiceStatus.UNPAID, MOVES)
"""Every move there is, those that only a payment makes among them."""
EDITS: Final = Lifecycle("invoice", InvoiceStatus.UNPAID, _BY_HAND)
"""The moves that may be made by hand."""
