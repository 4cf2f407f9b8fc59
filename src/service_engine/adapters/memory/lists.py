"""Filtering, sorting and paging of any noun's values, exactly as the SQL stores do it.

Null is never less than, greater than or among anything, and comes last ascending, first descending. Equal values are
ordered by id in the direction of the sort, so that descending is ascending read backwards. Text compares by code
points, money by its amount.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from service_engine.domain.instants import utc
from service_engine.domain.money import Money
from service_engine.ports.lists import Condition, Operator, PageRequest, SliceRequest, Sort

__all__ = ["page_of", "slice_of", "sort_key"]

V = TypeVar("V")
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
    for condition in filters:
        test = _test(condition)
        ordered = [value for value in ordered if test(value)]
    total = len(ordered)
    if not sort.descending:
        return ordered[page.offset : page.offset + page.size], total
    end = max(total - page.offset, 0)
    return ordered[max(end - page.size, 0) : end][::-1], total


def slice_of(values: Sequence[V], page: SliceRequest) -> tuple[Sequence[V], bool]:
    """Cut a part out of a list that is not counted; return it, and whether others come after it."""
    end = page.offset + page.size
    return values[page.offset : end], len(values) > end


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
