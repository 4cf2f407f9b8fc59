"""Money: an exact decimal amount in one currency. No float comes in and none goes out.

Amounts are bounded (``numeric(12,2)``, as the contract's columns) *before* they are quantised, because ``Decimal``
raises on more digits than its context has.

Source: contract part A, "Requests" and "Responses"; design section 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final

from attrs import Attribute, field, frozen

from service_engine.domain.arithmetic import CONTEXT, WIDE
from service_engine.domain.evolution import across_fields
from service_engine.errors import RuleViolationError

__all__ = [
    "MAX_AMOUNT",
    "MAX_DECIMALS",
    "Money",
    "code_of",
    "decimals",
    "exact",
    "is_a_currency",
    "is_an_amount",
    "is_money",
    "is_no_debt",
    "money",
    "nought",
    "require_money",
    "total_of",
]

MAX_AMOUNT: Final = Decimal("9999999999.99")
"""The largest absolute amount, in units of the currency."""
MAX_DECIMALS: Final = 3
"""No currency has more."""

_CODE: Final = re.compile(r"[A-Z]{3}\Z")
_NO_DECIMALS: Final = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
_THREE_DECIMALS: Final = frozenset("BHD IQD JOD KWD LYD OMR TND".split())  # noqa: SIM905


def decimals(currency: str) -> int:
    """Return how many decimals the currency has: 0, 2 or 3 (ISO 4217).

    Example:
        >>> decimals("USD"), decimals("JPY"), decimals("KWD")
        (2, 0, 3)
    """
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def exact(amount: Decimal, *, places: int, field: str = "amount") -> Decimal:
    """Return the amount with exactly so many decimals, refusing to round.

    Args:
        amount: A finite decimal of at most ``MAX_AMOUNT``, in units of the currency.
        places: Decimals to have, 0 to 3.
        field: The field to blame.

    Raises:
        RuleViolationError: It is not finite, too large, or has more decimals.

    Example:
        >>> exact(Decimal("1.5"), places=2)
        Decimal('1.50')
    """
    if not amount.is_finite():
        raise RuleViolationError(field, f"The {field} must be a finite number.")
    if amount.copy_abs() > MAX_AMOUNT:
        raise RuleViolationError(field, f"The {field} must be between -{MAX_AMOUNT} and {MAX_AMOUNT}.")
    quantised = amount.quantize(Decimal((0, (1,), -places)), context=CONTEXT)
    if quantised != amount:
        raise RuleViolationError(field, f"The {field} must have at most {places} decimals.")
    return quantised.copy_abs() if quantised.is_zero() else quantised  # a negative zero becomes plain zero


def code_of(currency: str) -> str:
    """Return a currency's code without blanks around it and in capital letters, as codes are compared.

    Letters that are not ASCII stay as they are: some of them have capitals that are, and would name a currency that
    nobody asked for. ``is_a_currency`` refuses them.

    Raises:
        TypeError: It is no text.

    Example:
        >>> code_of(" usd "), code_of("uß")
        ('USD', 'uß')
    """
    given: object = currency  # whoever checks no types may give anything
    if not isinstance(given, str):
        msg = f"a currency is the text of its code, not {type(given).__name__}"
        raise TypeError(msg)
    code = currency.strip()
    return code.upper() if code.isascii() else code


def is_a_currency(_: Any, __: Attribute[str], value: str) -> None:
    """Validate that an attribute is a currency's code in its normal form.

    Raises:
        RuleViolationError: It is not, on the field ``currency``.

    Example:
        >>> is_a_currency(None, None, "USD")
        >>> is_a_currency(None, None, "usd")
        Traceback (most recent call last):
            ...
        service_engine.errors.RuleViolationError: currency: The currency must be three capital letters (ISO 4217).
    """
    if not _CODE.match(value):
        raise RuleViolationError("currency", "The currency must be three capital letters (ISO 4217).")


def _amount_is_exact(instance: Money, _: Attribute[Decimal], value: object) -> None:
    if not isinstance(value, Decimal):
        msg = f"an amount of money is a Decimal, not a {type(value).__name__}; make it with money()"
        raise TypeError(msg)
    sign, exponent = value.is_signed(), value.as_tuple().exponent
    if exponent == -decimals(instance.currency) and value.copy_abs() <= MAX_AMOUNT and (value or not sign):
        return  # as it nearly always is; what follows finds out what is wrong
    if exact(value, places=decimals(instance.currency)).as_tuple() != value.as_tuple():
        msg = f"{value} is not written with the decimals of {instance.currency}; make it with money()"
        raise ValueError(msg)


@frozen
class Money:
    """An exact amount in one currency; make one with ``money``.

    Args:
        currency: Three capital letters, ISO 4217.
        amount: In units of the currency, with exactly the currency's decimals.

    Raises:
        RuleViolationError: The code or the amount is out of bounds.
        TypeError: The amount is no Decimal.
        ValueError: The amount is written with other decimals than the currency's.

    Example:
        >>> str(money("1500", "USD"))
        '1500.00 USD'
    """

    currency: str = field(validator=is_a_currency)
    amount: Decimal = field(validator=across_fields(_amount_is_exact))

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def __add__(self, other: Money) -> Money:
        """Add an amount of the same currency.

        Raises:
            ValueError: The currencies differ.
            RuleViolationError: The sum is out of bounds.

        Example:
            >>> str(money("0.10", "USD") + money("0.20", "USD"))
            '0.30 USD'
        """
        return Money(self.currency, CONTEXT.add(self.amount, _addend(self, other)))

    def __sub__(self, other: Money) -> Money:
        """Subtract an amount of the same currency.

        Raises:
            ValueError: The currencies differ.
            RuleViolationError: The difference is out of bounds.

        Example:
            >>> str(money("0.30", "USD") - money("0.10", "USD"))
            '0.20 USD'
        """
        return Money(self.currency, CONTEXT.subtract(self.amount, _addend(self, other)))

    def __mul__(self, quantity: int) -> Money:
        """Multiply by a whole number, so that nothing has to be rounded.

        Raises:
            RuleViolationError: The product is out of bounds.
            TypeError: The factor is no whole number.

        Example:
            >>> str(money("19.99", "USD") * 3)
            '59.97 USD'
        """
        if isinstance(quantity, bool) or not isinstance(quantity, int):
            msg = f"money is multiplied by a whole number, not by a {type(quantity).__name__}"
            raise TypeError(msg)
        return Money(
            self.currency, exact(WIDE.multiply(self.amount, Decimal(quantity)), places=decimals(self.currency))
        )

    def percent(self, rate: Decimal) -> Money:
        """Return so many per cent of it, rounded once, half away from zero, to the currency's decimals.

        Args:
            rate: Per cent, finite, of at most ``MAX_AMOUNT``.

        Raises:
            RuleViolationError: The rate or the result is out of bounds.

        Source:
            Contract part A "Rules" (tax).

        Example:
            >>> str(money("0.50", "USD").percent(Decimal(1)))
            '0.01 USD'
        """
        if not rate.is_finite() or rate.copy_abs() > MAX_AMOUNT:
            raise RuleViolationError("rate", "The rate is out of bounds.")
        part = WIDE.divide(WIDE.multiply(self.amount, rate), Decimal(100))
        unit = Decimal((0, (1,), -decimals(self.currency)))
        return money(part.quantize(unit, rounding=ROUND_HALF_UP, context=WIDE), self.currency)


def require_money(given: object, *, field: str) -> None:
    """Refuse a bare number where Money is wanted: it says nothing of its currency.

    Args:
        given: What was given.
        field: The field to blame.

    Raises:
        TypeError: It is no Money.

    Example:
        >>> require_money(19.99, field="price")
        Traceback (most recent call last):
            ...
        TypeError: the price is Money, not float; make it with money()
    """
    if not isinstance(given, Money):
        msg = f"the {field} is Money, not {type(given).__name__}; make it with money()"
        raise TypeError(msg)


def is_money(_: Any, attribute: Attribute[Any], value: object) -> None:
    """Validate that an attribute is Money.

    Raises:
        TypeError: It is not.

    Example:
        >>> from attrs import field, make_class
        >>> Bill = make_class("Bill", {"price": field(validator=is_money)})
        >>> Bill(5)
        Traceback (most recent call last):
            ...
        TypeError: the price is Money, not int; make it with money()
    """
    if not isinstance(value, Money):
        require_money(value, field=attribute.name)


def is_no_debt(_: Any, attribute: Attribute[Any], value: Money) -> None:
    """Validate that an attribute is an amount of at least 0.

    Raises:
        RuleViolationError: It is less.
        TypeError: It is no Money.

    Example:
        >>> from attrs import field, make_class
        >>> Bill = make_class("Bill", {"price": field(validator=is_no_debt)})
        >>> Bill(money(-1, "USD"))
        Traceback (most recent call last):
            ...
        service_engine.errors.RuleViolationError: price: The price must not be negative.
    """
    require_money(value, field=attribute.name)
    if value.amount < 0:
        raise RuleViolationError(attribute.name, f"The {attribute.name} must not be negative.")


def is_an_amount(_: Any, attribute: Attribute[Any], value: object) -> None:
    """Validate that an attribute is an exact number or None: an amount, before the currency is known.

    Raises:
        TypeError: It is a float or a bool, or no number at all.

    Example:
        >>> from attrs import field, make_class
        >>> Offer = make_class("Offer", {"price": field(validator=is_an_amount)})
        >>> Offer(19.99)
        Traceback (most recent call last):
            ...
        TypeError: the price is an amount of money: a Decimal, an int or a str, never a float
    """
    if value is not None:
        _require_exact(value, attribute.name)


def _require_exact(amount: object, field: str) -> None:
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int | str):
        kind = type(amount).__name__
        msg = f"the {field} is an amount of money: a Decimal, an int or a str, never a {kind}"
        raise TypeError(msg)


def _addend(one: Money, other: object) -> Decimal:
    if not isinstance(other, Money):
        msg = f"money is added to money only, not to a {type(other).__name__}"
        raise TypeError(msg)
    if one.currency != other.currency:
        msg = f"{one} and {other} are in different currencies"
        raise ValueError(msg)
    return other.amount


def money(amount: Decimal | int | str, currency: str, *, field: str = "amount") -> Money:
    """Make money from an exact number.

    Args:
        amount: In units of the currency. A float is refused: it is not exact.
        currency: Three letters, ISO 4217; case and blanks around it do not matter.
        field: The field to blame for the amount.

    Raises:
        RuleViolationError: Not a number, too many decimals, out of bounds, or no currency code.
        TypeError: The amount is a float or a bool, or the currency is no text.

    Example:
        >>> money("299.5", "usd")
        Money(currency='USD', amount=Decimal('299.50'))
    """
    _require_exact(amount, field)
    try:
        value = Decimal(amount)
    except ArithmeticError:
        raise RuleViolationError(field, f"The {field} must be a number.") from None
    code = code_of(currency)
    return Money(code, exact(value, places=decimals(code), field=field))


@lru_cache(maxsize=256)
def nought(currency: str) -> Money:
    """Return no money at all, in a currency.

    Raises:
        RuleViolationError: It is no currency code.

    Example:
        >>> str(nought("JPY"))
        '0 JPY'
    """
    return money(0, currency)


def total_of(amounts: Iterable[Money], currency: str, *, field: str = "amount") -> Money:
    """Add up amounts of one currency, in any order; nothing at all is nought in that currency.

    Args:
        amounts: What to add up.
        currency: Their currency.
        field: The field to blame for the sum.

    Raises:
        ValueError: An amount is in another currency.
        RuleViolationError: The sum is out of bounds.

    Example:
        >>> str(total_of([money("1.10", "USD"), money("2.20", "USD")], "USD"))
        '3.30 USD'
    """
    nothing, total = nought(currency), Decimal(0)
    for each in amounts:
        total = WIDE.add(total, _addend(nothing, each))
    return money(total, currency, field=field)
