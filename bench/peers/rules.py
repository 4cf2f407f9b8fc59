"""The few rules that every peer's writes follow, in plain Python: what the use cases of the library do, too."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from bench.contenders import Given
from bench.data.datasets import ITEM_AMOUNT, ITEM_NAME
from service_engine.domain.money import decimals
from service_engine.domain.orders import NUMBER_ALPHABET, NUMBER_LENGTH

__all__ = [
    "CLOSED",
    "COMPLETED",
    "COUNTER",
    "ITEM_PRICE",
    "LOCKED",
    "SOURCE",
    "Refusal",
    "billing_address_of",
    "due",
    "invoice_number",
    "items_of",
    "needed",
    "new_order_number",
    "require_all",
    "totals_of",
]

T = TypeVar("T")

CLOSED: Final = 3
COMPLETED: Final = 2
LOCKED: Final = frozenset({3, 4, 5})
"""The statuses of invoices whose items stay: Paid, Refunded, Cancelled."""
SOURCE: Final = "API"
COUNTER: Final = "invoices"
ITEM_PRICE: Final = ITEM_AMOUNT
"""What one of every item costs, in thousandths."""
_PERCENTAGE: Final = 2
_ADDRESS: Final = (
    "line_1 line_2 city state country postcode first_name last_name company_name".split()  # noqa: SIM905
)


class Refusal(Exception):  # noqa: N818  # not an error of the program
    """What was asked for cannot be done."""


def needed(value: T | None) -> T:
    """Return what an operation must have been given.

    Raises:
        ValueError: It was not.
    """
    if value is None:
        msg = "the operation was not given all that it needs"
        raise ValueError(msg)
    return value


def require_all(wanted: Sequence[Any], found: Any, what: str) -> None:
    """Refuse unless everything wanted was found.

    Raises:
        Refusal: Something was not.
    """
    missing = set(wanted).difference(found)
    if missing:
        msg = f"no such {what}: {missing}"
        raise Refusal(msg)


def new_order_number() -> str:
    """Return 8 random letters and digits."""
    return "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(NUMBER_LENGTH))


def invoice_number(sequence: int) -> str:
    """Return the number of an organisation's n-th invoice."""
    return f"INV-{sequence:05d}"


def due(at: datetime) -> datetime:
    """Return when an invoice is to be paid that is issued now."""
    return at + timedelta(days=14)


def billing_address_of(address: Any) -> dict[str, Any] | None:
    """Return the snapshot of a client's address."""
    return None if address is None else {name: getattr(address, name) for name in _ADDRESS}


def items_of(given: Given) -> list[dict[str, Any]]:
    """Return the columns of an invoice's new items, without ids."""
    return [
        {
            "service_id": given.service_id,
            "position": position,
            "name": ITEM_NAME,
            "amount": ITEM_PRICE,
            "quantity": quantity,
            "total": ITEM_PRICE * quantity,
            "created_at": given.at,
            "updated_at": given.at,
        }
        for position, quantity in enumerate(given.quantities)
    ]


def totals_of(items: Sequence[Mapping[str, Any]], invoice: Any) -> dict[str, int]:
    """Return subtotal, tax and total of an invoice with other items.

    Raises:
        Refusal: The total would be negative, or less than what was paid.
    """
    subtotal = sum(each["total"] for each in items)
    tax = invoice.tax
    if invoice.tax_type == _PERCENTAGE:
        # Half up to the currency's smallest unit, which is so many thousandths.
        unit = 10 ** (3 - decimals(invoice.currency))
        tax = (subtotal * invoice.tax_percent_thousandths + 50_000 * unit) // (100_000 * unit) * unit
    total = subtotal + tax - invoice.credit
    if total < max(0, invoice.paid):
        msg = "the total would be less than what was paid"
        raise Refusal(msg)
    return {"subtotal": subtotal, "tax": tax, "total": total}
