"""Filtering, sorting and paging of any noun's values, exactly as the SQL stores do it.

Null is never less than, greater than or among anything, and comes last ascending, first descending. Equal values are
ordered by id in the direction of the sort, so that descending is ascending read backwards. Text compares by code
points, money by its amount.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from service_engine.domain.instants import utc
from service_engine.domain.money import Money
from service_engine.ports.keysets import Counting, Cursor, KeysetPage, KeysetRequest
from service_engine.ports.lists import Condition, Operator, PageRequest, SliceRequest, Sort, SortField

__all__ = ["keyset_of", "page_of", "slice_of", "sort_key"]

V = TypeVar("V")
S = TypeVar("S", bound=SortField)
Key: TypeAlias = Callable[[Any], tuple[bool, Any, int]]
Test: TypeAlias = Callable[[Any], bool]


@cache
def sort_key(attribute: str) -> Key:
    """Make the key that puts values in ascending order of an attribute, nulls last, equal ones by id."""
    read = attrgetter(attribute)

    def key(value: Any) -> tuple[bool, Any, int]:
        compared = _comparable(read(value))
        return compared is None, compared, value.id.int

    return key


def page_of(
    ordered: Sequence[V], filters: Sequence[Condition[Any]], sort: Sort[Any], page: PageRequest
) -> tuple[Sequence[V], int]:
    """Cut one page out of a list.

    Args:
        ordered: All values, in ascending order of the sort's field.
        filters: Those that do not pass all of them are left out.
        sort: Its direction decides from which end pages are counted.
        page: Which page.

    Returns:
        The page's values, and how many values pass the filters.

    Raises:
        ValueError: A filter compares with a naive time.
    """
    ordered = _fitting(ordered, filters)
    total = len(ordered)
    if not sort.descending:
        return ordered[page.offset : page.offset + page.size], total
    end = max(total - page.offset, 0)
    return ordered[max(end - page.size, 0) : end][::-1], total


def keyset_of(
    ordered: Sequence[V], filters: Sequence[Condition[Any]], sort: Sort[S], wanted: KeysetRequest[S]
) -> KeysetPage[V, S]:
    """Cut the page after a cursor out of a list; the arguments are those of ``page_of``.

    Raises:
        ValueError: A filter compares with a naive time, or the cursor is one of another order.
    """
    ordered = _fitting(ordered, filters)
    left, cursor, field = ordered, wanted.start(sort), sort.field.value
    if cursor is not None:
        value = _comparable(cursor.value)
        place = value is None, value, cursor.id.int
        if sort.descending:
            left = left[: bisect_left(left, place, key=sort_key(field))]
        else:
            left = left[bisect_right(left, place, key=sort_key(field)) :]
    rows = tuple(left[: -wanted.size - 1 : -1] if sort.descending else left[: wanted.size])
    last: Any = rows[-1] if len(left) > len(rows) else None
    following = None if last is None else Cursor(sort, attrgetter(field)(last), last.id)
    return KeysetPage(rows, following, None if wanted.counting is Counting.NONE else wanted.total(len(ordered)))


def slice_of(values: Sequence[V], page: SliceRequest) -> tuple[Sequence[V], bool]:
    """Cut a part out of a list that is not counted; return it, and whether others come after it."""
    end = page.offset + page.size
    return values[page.offset : end], len(values) > end


def _fitting(values: Sequence[V], filters: Sequence[Condition[Any]]) -> Sequence[V]:
    for condition in filters:
        test = _test(condition)
        values = [value for value in values if test(value)]
    return values


def _comparable(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.int  # the same order, compared in C
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, datetime):
        return utc(value)  # refuses naive times also where there is nothing to compare with
    return value


def _test(condition: Condition[Any]) -> Test:
    read = attrgetter(condition.field.value)
    if isinstance(condition.value, tuple):
        among = {_comparable(each) for each in condition.value}
        return lambda value: read(value) is not None and _comparable(read(value)) in among
    if condition.value is None:
        return lambda value: read(value) is None
    other = _comparable(condition.value)
    if condition.operator is Operator.EQ:
        return lambda value: bool(_comparable(read(value)) == other)
    if condition.operator is Operator.LT:
        return lambda value: read(value) is not None and bool(_comparable(read(value)) < other)
    return lambda value: read(value) is not None and bool(_comparable(read(value)) > other)
