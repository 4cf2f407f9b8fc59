"""Lists: typed filters, a typed sort, and pages.

Filters, sorts and pages are parsed once, at the edge; behind it nothing is a string that could be wrong.

Source: contract sections 1.7 to 1.9, part A "Responses" (lists); design decision 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Final, Generic, Self, TypeAlias, TypeVar
from uuid import UUID

import attrs
from attrs import Attribute, frozen

from service_engine.domain.id_checks import require_id

__all__ = [
    "FIRST_PAGE",
    "FIRST_SLICE",
    "MAX_CONDITIONS",
    "MAX_PAGE_SIZE",
    "MAX_SLICE_SIZE",
    "Condition",
    "Field",
    "Operator",
    "Page",
    "PageRequest",
    "Scalar",
    "Slice",
    "SliceRequest",
    "Sort",
    "SortField",
    "bounded",
    "up_to",
]

MAX_PAGE_SIZE: Final = 100
MAX_SLICE_SIZE: Final = 500
MAX_CONDITIONS: Final = 100
"""How many filters one list may have: what is asked must be bounded, and SQLite cannot read a thousand of them."""
_MAX_PAGE_NUMBER: Final = 2**53

_NOUNS: Final = {"folder": "service_folder"}
"""The nouns that a field calls by a part of their name."""

Scalar: TypeAlias = UUID | str | int | Decimal | datetime

_WANTED: Final[dict[type[Scalar], str]] = {
    bool: "True or False",
    int: "a whole number",
    str: "a text",
    Decimal: "an amount, a Decimal or a whole number",
    datetime: "a datetime",
    UUID: "an id",
}


class Field(Enum):
    """A field that a list can be filtered or sorted by. The value is the aggregate's attribute.

    It knows what kind of value it holds, beside nothing at all.

    Example:
        >>> from service_engine.ports.tickets import TicketSort
        >>> TicketSort("subject"), TicketSort.SUBJECT.kind
        (<TicketSort.SUBJECT: 'subject'>, <class 'str'>)
    """

    kind: type[Scalar]

    def __new__(cls, value: str, kind: type[Scalar] = str) -> Self:
        """Make a member; what it is looked up by is the attribute's name alone."""
        member = object.__new__(cls)
        member._value_ = value
        member.kind = kind
        return member


class SortField(Field):
    """A field that a list can be sorted by.

    Example:
        >>> from service_engine.ports.tickets import TicketSort
        >>> TicketSort.SUBJECT.kind
        <class 'str'>
    """


class Operator(Enum):
    """How a filter compares.

    Example:
        >>> Operator("$eq")
        <Operator.EQ: '$eq'>
    """

    EQ = "$eq"
    LT = "$lt"
    GT = "$gt"
    IN = "$in"


F = TypeVar("F", bound=Field)
S = TypeVar("S", bound=SortField)
R = TypeVar("R")


def _fits_the_operator(instance: Condition[Any], _: Attribute[Any], value: object) -> None:
    if (instance.operator is Operator.IN) != isinstance(value, tuple):
        msg = f"{instance.operator.value} takes {'a tuple' if instance.operator is Operator.IN else 'one value'}"
        raise ValueError(msg)
    if value is None and instance.operator is not Operator.EQ:
        msg = f"{instance.operator.value} cannot compare with None"
        raise ValueError(msg)
    if value is not None:
        for each in value if isinstance(value, tuple) else (value,):
            _require_kind(instance.field, each)


def _require_kind(field: Field, value: object) -> None:
    kind = field.kind
    if kind is UUID and not isinstance(value, UUID):
        require_id(_noun_of(field), value)
    # A store would compare it all the same, each in a way of its own, or find nothing.
    if not isinstance(value, (Decimal, int) if kind is Decimal else kind) or isinstance(value, bool) != (kind is bool):
        msg = f"{field.value} is compared with {_WANTED[kind]}, {type(value).__name__!r} was given: {value!r}"
        raise TypeError(msg)


@cache
def _noun_of(field: Field) -> str:
    """Return whose id a field holds: ``client`` for ``client_id``, the noun of the list for ``id``."""
    name: str = field.value
    if name == "id":
        return type(field).__name__.removesuffix("Filter").lower()
    noun = name.removesuffix("_id")
    return _NOUNS.get(noun, noun)


@frozen
class Condition(Generic[F]):
    """One filter; a list's filters hold all together.

    Args:
        field: What is compared.
        operator: How.
        value: With what. None (only with ``$eq``) means "is null"; ``$in`` takes a tuple. Null is never less than,
            greater than or among anything. Money is compared as its decimal amount, a status as its number.

    Raises:
        ValueError: The value does not fit the operator.
        TypeError: The field holds another kind of value, ids and not texts for instance.

    Example:
        >>> from service_engine.ports.tickets import TicketFilter
        >>> Condition(TicketFilter.STATUS, Operator.IN, (1, 2)).value
        (1, 2)
    """

    field: F
    operator: Operator
    value: Scalar | tuple[Scalar, ...] | None = attrs.field(validator=_fits_the_operator)


def bounded(filters: Sequence[Condition[F]]) -> Sequence[Condition[F]]:
    """Return the filters of a list, if there are not too many of them.

    Raises:
        ValueError: There are more than 100.

    Example:
        >>> from service_engine.ports.tickets import TicketFilter
        >>> open_ones = Condition(TicketFilter.STATUS, Operator.EQ, 1)
        >>> bounded([open_ones]) == [open_ones]
        True
        >>> bounded([open_ones] * 101)
        Traceback (most recent call last):
            ...
        ValueError: a list takes at most 100 filters, not 101
    """
    if len(filters) > MAX_CONDITIONS:
        msg = f"a list takes at most {MAX_CONDITIONS} filters, not {len(filters)}"
        raise ValueError(msg)
    return filters


@frozen
class Sort(Generic[S]):
    """The order of a list. Equal ones are ordered by id, in the same direction.

    Nulls come last ascending and first descending, on every store. Text is ordered by code points.

    Args:
        field: What is compared.
        descending: Whether the greatest comes first.

    Example:
        >>> from service_engine.ports.tickets import TicketSort
        >>> Sort(TicketSort.SUBJECT, descending=False).descending
        False
    """

    field: S
    descending: bool = True


def up_to(highest: int) -> Callable[[object, Attribute[int], int], None]:
    """Make an attrs validator: a whole number from 1 to the highest.

    Example:
        >>> @frozen
        ... class Box:
        ...     size: int = attrs.field(validator=up_to(100))
        >>> Box(101)
        Traceback (most recent call last):
            ...
        ValueError: a page's size must be between 1 and 100, not 101
    """

    def validate(_: object, attribute: Attribute[int], value: int) -> None:
        if not 1 <= value <= highest:
            msg = f"a page's {attribute.name} must be between 1 and {highest}, not {value}"
            raise ValueError(msg)

    return validate


@frozen(kw_only=True)
class PageRequest:
    """Which page of a list.

    Args:
        number: 1 or more.
        size: Rows on a page, 1 to 100.

    Raises:
        ValueError: Out of range.

    Example:
        >>> PageRequest(number=3, size=20).offset
        40
    """

    number: int = attrs.field(default=1, validator=up_to(_MAX_PAGE_NUMBER))
    size: int = attrs.field(default=20, validator=up_to(MAX_PAGE_SIZE))

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.number - 1) * self.size


FIRST_PAGE: Final = PageRequest()


@frozen
class Page(Generic[R]):
    """One page of a list.

    Args:
        rows: At most as many as were asked for; none beyond the end.
        total: How many rows all pages together have.

    Example:
        >>> Page(("a", "b"), total=7).total
        7
    """

    rows: tuple[R, ...]
    total: int


@frozen(kw_only=True)
class SliceRequest:
    """Which part of a list that is not counted.

    Args:
        number: 1 or more.
        size: Rows in it, 1 to 500.

    Raises:
        ValueError: Out of range.

    Example:
        >>> SliceRequest(number=2, size=500).offset
        500
    """

    number: int = attrs.field(default=1, validator=up_to(_MAX_PAGE_NUMBER))
    size: int = attrs.field(default=100, validator=up_to(MAX_SLICE_SIZE))

    @property
    def offset(self) -> int:
        """How many rows come before it."""
        return (self.number - 1) * self.size


FIRST_SLICE: Final = SliceRequest()


@frozen
class Slice(Generic[R]):
    """A part of a list that is not counted.

    Args:
        rows: At most as many as were asked for.
        more: Whether others come after them.

    Example:
        >>> Slice(("a", "b"), more=True).more
        True
    """

    rows: tuple[R, ...]
    more: bool
