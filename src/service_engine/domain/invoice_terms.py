"""What an invoice says besides its items: tax, where the bill goes, and whether it comes again.

Source: contract sections 2.7 and 6; part A "Rules" (invoices).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from attrs import Attribute, field, frozen

from service_engine.domain.addresses import Address, PostalAddress
from service_engine.domain.arithmetic import CONTEXT
from service_engine.domain.evolution import across_fields
from service_engine.domain.kinds import is_a
from service_engine.domain.money import MAX_AMOUNT, MAX_DECIMALS, Money, exact, money
from service_engine.domain.numbers import INTEGER, SMALL_INTEGER, optional_within, within
from service_engine.domain.text import optional_bounded
from service_engine.errors import RuleViolationError

__all__ = ["BILLING_UNITS", "MAX_PERCENT", "NO_TAX", "PERCENTAGE", "BillingAddress", "BillingPeriod", "Tax"]

BILLING_UNITS: Final = ("D", "W", "M")
"""Day, week, month."""
PERCENTAGE: Final = 2
"""The type of a tax whose number is per cent of the subtotal; with every other type it is the amount."""
MAX_PERCENT: Final = Decimal("999.99")
_NAME: Final = "Tax"
_THOUSANDTH: Final = Decimal("0.001")


def _in_thousandths(number: Decimal) -> Decimal:
    """Write a number as it comes out of every store. What is no such number stays as it is, and is refused."""
    given: object = number  # whoever checks no types may give anything
    if not isinstance(given, Decimal) or not given.is_finite() or given.copy_abs() > MAX_AMOUNT:
        return number
    written = number.quantize(_THOUSANDTH, context=CONTEXT)
    if written != number:
        return number
    return written.copy_abs() if written.is_zero() else written


def _is_a_number(tax: Tax, _: Attribute[Decimal], number: object) -> None:
    if not isinstance(number, Decimal):
        msg = f"the number of a tax is a Decimal, not a {type(number).__name__}"
        raise TypeError(msg)
    highest = MAX_PERCENT if tax.is_percentage else MAX_AMOUNT
    if not number.is_finite() or not 0 <= number <= highest:
        raise RuleViolationError("tax", f"The tax must be between 0 and {highest}.")
    exact(number, places=MAX_DECIMALS, field="tax")


@frozen(kw_only=True)
class Tax:
    """The tax on an invoice: a fixed amount, or a percentage of its subtotal.

    Args:
        type: 2 for a percentage; 0, 1, any other small number or None for an amount.
        number: The amount in units of the invoice's currency, or per cent with up to three decimals; at least 0.

    Raises:
        RuleViolationError: The type or the number is out of bounds.

    Example:
        >>> str(Tax(type=2, number=Decimal(12)).on(money(600, "USD")))
        '72.00 USD'
        >>> str(Tax(number=Decimal(12)).on(money(600, "USD")))
        '12.00 USD'
    """

    type: int | None = field(default=None, validator=optional_within(0, SMALL_INTEGER))
    number: Decimal = field(default=Decimal(0), converter=_in_thousandths, validator=across_fields(_is_a_number))

    @property
    def is_percentage(self) -> bool:
        """Whether the number is per cent."""
        return self.type == PERCENTAGE

    @property
    def name(self) -> str | None:
        """What the invoice calls it; None where no type is given."""
        return _NAME if self.type else None

    @property
    def percent(self) -> Decimal:
        """How many per cent; 0 for a fixed amount."""
        return self.number if self.is_percentage else Decimal(0)

    def on(self, subtotal: Money) -> Money:
        """Return the tax on a subtotal: a percentage is rounded once, half up, to the currency's decimals.

        Raises:
            RuleViolationError: A fixed amount has more decimals than the currency, or the result is out of bounds.

        Source:
            Contract section 6; part A "Rules".
        """
        if not self.is_percentage:
            return money(self.number, subtotal.currency, field="tax")
        try:
            return subtotal.percent(self.number)
        except RuleViolationError as error:
            raise RuleViolationError("tax", error.message) from None


NO_TAX: Final = Tax()


def _is_a_unit(_: object, attribute: Attribute[Any], value: str) -> None:
    if value not in BILLING_UNITS:
        raise RuleViolationError(attribute.name, f"The {attribute.name} must be D, W or M.")


@frozen(kw_only=True)
class BillingPeriod:
    """How often a recurring invoice comes again.

    Args:
        length: How many units, at least 1.
        unit: ``D``, ``W`` or ``M``.

    Raises:
        RuleViolationError: The length or the unit is out of bounds.

    Example:
        >>> BillingPeriod(length=1, unit="M").length
        1
    """

    length: int = field(validator=within(1, INTEGER))
    unit: str = field(validator=_is_a_unit)


@frozen(kw_only=True)
class BillingAddress:
    """Where a bill goes, as it was when the invoice was issued: later changes of the client do not touch it.

    Args:
        place: Where it is.
        first_name: Up to 255 characters.
        last_name: Up to 255 characters.
        company_name: Up to 255 characters.

    Example:
        >>> from service_engine.testing.examples import john
        >>> BillingAddress.of(john.address).place.city
        'York'
    """

    place: PostalAddress = field(validator=is_a(PostalAddress))
    first_name: str | None = field(default=None, validator=optional_bounded())
    last_name: str | None = field(default=None, validator=optional_bounded())
    company_name: str | None = field(default=None, validator=optional_bounded())

    @classmethod
    def of(cls, address: Address | None) -> BillingAddress | None:
        """Return the snapshot of a client's address; None when they have none.

        Source:
            Contract section 2.7 (billing_address): tax and VAT numbers are not part of it.

        Example:
            >>> BillingAddress.of(None) is None
            True
        """
        if address is None:
            return None
        return cls(
            place=address.place,
            first_name=address.first_name,
            last_name=address.last_name,
            company_name=address.company_name,
        )
