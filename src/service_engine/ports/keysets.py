"""Keyset pages: a list that goes on after the row where the last page ended, however deep that is.

An offset page counts from the beginning: what is added meanwhile moves every row, and what comes before the page is
read and thrown away. A keyset page knows the row that it comes after: nothing comes twice or is left out, and the
thousandth page costs what the first one costs. It has no number, and is counted only when somebody wants to know.

Source: design section 4 (keyset); an addition to the contract's section 1.7.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

import attrs
from attrs import Attribute, frozen

from service_engine.domain.arithmetic import CONTEXT
from service_engine.domain.instants import utc
from service_engine.domain.money import Money
from service_engine.domain.text import LINE, problem_with
from service_engine.errors import RuleViolationError
from service_engine.ports.lists import (
    MAX_PAGE_SIZE,
    Condition,
    Field,
    Page,
    PageRequest,
    Scalar,
    Sort,
    SortField,
    up_to,
)

__all__ = [
    "FROM_THE_START",
    "CappedTotal",
    "Counting",
    "Cursor",
    "ExactTotal",
    "KeysetPage",
    "KeysetRequest",
    "Listed",
    "Total",
    "read_cursor",
]

F = TypeVar("F", bound=Field)
S = TypeVar("S", bound=SortField)
R = TypeVar("R")
T = TypeVar("T")

_MAX_CAP: Final = 1_000_000
_MAX_TOKEN: Final = 4_096
_LEAST_WHOLE: Final = -(2**63)
_GREATEST_WHOLE: Final = 2**63 - 1
_THOUSANDTH: Final = Decimal("0.001")
_LARGEST: Final = Decimal(10) ** 15
_KEY: Final = "id"
"""The field that a list is always sorted by in the end; in a cursor by it, value and id are one."""
_NO_TOKEN: Final = "this is not the cursor of a page of this list"  # noqa: S105 - the words of an error


def _compared(value: Any) -> Scalar | None:
    """Return the value as every store compares it: numbers for statuses, thousandths for money, UTC."""
    if isinstance(value, Money):
        value = value.amount
    if isinstance(value, IntEnum):
        return int(value)
    if isinstance(value, Decimal) and value.is_finite() and value.copy_abs() < _LARGEST:
        return value.quantize(_THOUSANDTH, context=CONTEXT)
    return utc(value) if isinstance(value, datetime) else value


def _fits_the_sort(instance: Cursor[Any], _: Attribute[Any], value: Scalar | None) -> None:
    kind = instance.sort.field.kind
    fits = value is None or (isinstance(value, kind) and isinstance(value, bool) == (kind is bool))
    if instance.sort.field.value == _KEY:
        fits = value == instance.id
    elif isinstance(value, str):
        fits = fits and problem_with(value, max_length=LINE, required=False) is None
    elif isinstance(value, Decimal):
        fits = fits and value.is_finite() and value.copy_abs() < _LARGEST
    elif isinstance(value, int):
        fits = fits and _LEAST_WHOLE <= value <= _GREATEST_WHOLE
    if not fits:
        msg = f"a cursor by {instance.sort.field.value} cannot be at {value!r}"
        raise ValueError(msg)


@frozen
class Cursor(Generic[S]):
    """Where a keyset page ends: the next one comes after this row, wherever that has got to since.

    Args:
        sort: The order of the list.
        value: What the row is sorted by; None where it has nothing there. Money is its decimal amount.
        id: Its id.

    Raises:
        ValueError: The list's rows are not sorted by such a value.

    Example:
        >>> from service_engine.ports.tickets import TicketSort
        >>> last = Cursor(Sort(TicketSort.SUBJECT), "Help", UUID("0190163d-8694-739b-aea5-966c26f8ad91"))
        >>> read_cursor(last.token, last.sort) == last
        True
    """

    sort: Sort[S]
    value: Scalar | None = attrs.field(converter=_compared, validator=_fits_the_sort)
    id: UUID

    @property
    def token(self) -> str:
        """The cursor as a text that can stand in an address. It hides nothing: it holds what the row shows."""
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        plain = value if value is None or isinstance(value, bool | int) else str(value)
        parts = [self.sort.field.value, self.sort.descending, plain, self.id.hex]
        written = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return urlsafe_b64encode(written.encode()).decode().rstrip("=")


def read_cursor(token: str, sort: Sort[S]) -> Cursor[S]:
    """Return the cursor that a text stands for.

    Args:
        token: The text, from anybody.
        sort: The order of the list that goes on there.

    Raises:
        RuleViolationError: It is no cursor, or one of another order.

    Example:
        >>> from service_engine.ports.tickets import TicketSort
        >>> read_cursor("bm9uc2Vuc2U", Sort(TicketSort.SUBJECT))
        Traceback (most recent call last):
            ...
        service_engine.errors.RuleViolationError: cursor: this is not the cursor of a page of this list
    """
    if len(token) > _MAX_TOKEN:
        raise RuleViolationError("cursor", _NO_TOKEN)
    try:
        _, _, value, key = json.loads(urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4)))
        cursor = Cursor(sort, _value_of(sort.field.kind, value), UUID(key))
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise RuleViolationError("cursor", _NO_TOKEN) from None
    if cursor.token != token:  # of another order, or not as we write one
        raise RuleViolationError("cursor", _NO_TOKEN)
    return cursor


def _value_of(kind: type[Scalar], plain: Any) -> Scalar | None:
    if plain is None or kind in (bool, int):
        return plain  # type: ignore[no-any-return]
    if not isinstance(plain, str):
        raise TypeError
    if kind is datetime:
        return datetime.fromisoformat(plain)
    return kind(plain)  # type: ignore[call-arg, arg-type]


class Counting(Enum):
    """Whether the rows of a list are counted.

    Example:
        >>> Counting("capped")
        <Counting.CAPPED: 'capped'>
    """

    NONE = "none"
    """They are not: one statement less."""
    CAPPED = "capped"
    """Up to a cap, which bounds what it costs."""
    EXACT = "exact"
    """All of them, however many."""


@frozen
class ExactTotal:
    """So many rows there are, exactly.

    Example:
        >>> ExactTotal(7).rows
        7
    """

    rows: int


@frozen
class CappedTotal:
    """More rows than this there are; nobody counted how many.

    Example:
        >>> CappedTotal(1000).more_than
        1000
    """

    more_than: int


Total: TypeAlias = ExactTotal | CappedTotal
"""What a count gave. The two have no attribute in common, so that a cap is never shown as a count."""


@frozen(kw_only=True)
class KeysetRequest(Generic[S]):
    """Which page of a list.

    Args:
        size: Rows on the page, 1 to 100.
        after: The row that it comes after; None for the first page.
        counting: Whether the rows of all pages are counted.
        cap: Up to how many, when the count is capped: 1 to 1,000,000.

    Raises:
        ValueError: Out of range.

    Example:
        >>> KeysetRequest(size=50, counting=Counting.CAPPED).cap
        1000
    """

    size: int = attrs.field(default=20, validator=up_to(MAX_PAGE_SIZE))
    after: Cursor[S] | None = None
    counting: Counting = Counting.NONE
    cap: int = attrs.field(default=1000, validator=up_to(_MAX_CAP))

    def start(self, sort: Sort[S]) -> Cursor[S] | None:
        """Return where the page begins.

        Raises:
            ValueError: The cursor is one of another order.
        """
        if self.after is not None and self.after.sort != sort:
            msg = f"a cursor by {self.after.sort} cannot go on by {sort}"
            raise ValueError(msg)
        return self.after

    def total(self, counted: int) -> Total:
        """Return what a count that stops behind the cap says."""
        if self.counting is Counting.CAPPED and counted > self.cap:
            return CappedTotal(self.cap)
        return ExactTotal(counted)


FROM_THE_START: Final[KeysetRequest[Any]] = KeysetRequest()


@frozen
class KeysetPage(Generic[R, S]):
    """One page of a list.

    Args:
        rows: At most as many as were asked for.
        following: Where the next page begins; None on the last one.
        total: How many rows all pages together have, as far as it was asked for.

    Example:
        >>> KeysetPage(("a", "b"), following=None, total=ExactTotal(2)).rows
        ('a', 'b')
    """

    rows: tuple[R, ...]
    following: Cursor[S] | None
    total: Total | None

    def map(self, show: Callable[[R], T]) -> KeysetPage[T, S]:
        """Return the same page of what the rows become."""
        return KeysetPage(tuple(map(show, self.rows)), self.following, self.total)


class Listed(Protocol[F, S, R]):
    """What every list can do: pages by number, and pages by keyset.

    Example:
        >>> from service_engine.ports.tickets import TicketSort
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     uow.ticket_queries.keyset([], Sort(TicketSort.CREATED_AT), KeysetRequest()).following is None
        True
    """

    def page(self, filters: Sequence[Condition[F]], sort: Sort[S], page: PageRequest) -> Page[R]:
        """Return a page, and the number of all live ones that the filters let through: two statements, at any size.

        Raises:
            ValueError: A filter compares with a naive time.
        """
        ...

    def keyset(self, filters: Sequence[Condition[F]], sort: Sort[S], wanted: KeysetRequest[S]) -> KeysetPage[R, S]:
        """Return the page after a row: one statement, at any depth; another one if they are counted.

        Raises:
            ValueError: A filter compares with a naive time, or the cursor is one of another order.
        """
        ...
