"""How every list must filter, sort and page: an oracle in plain Python, which the lists are compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Protocol, TypeVar

from service_engine.domain.money import Money
from service_engine.ports.lists import Condition, Field, Operator, Page, PageRequest, Sort, SortField

__all__ = ["check_filters", "check_pages", "check_sorts", "conditions", "expected"]

F = TypeVar("F", bound=Field)
R = TypeVar("R")


class Lists(Protocol):
    """A query that lists: ``list_tickets`` on one store and one organisation, for example."""

    def __call__(self, *, filters: Sequence[Any], sort: Any, page: PageRequest) -> Page[Any]:
        """Return the page."""
        ...


def value_of(row: Any, field: Field) -> Any:
    """Return what a row is compared by: money by its amount, statuses by their number."""
    value = getattr(row, field.value)
    return value.amount if isinstance(value, Money) else value


def lets_through(condition: Condition[Any], row: Any) -> bool:
    """Tell whether a condition holds for a row. Null is never less than, greater than or among anything."""
    value, wanted = value_of(row, condition.field), condition.value
    if condition.operator is Operator.EQ:
        return bool(value == wanted)
    if value is None:
        return False
    if isinstance(wanted, tuple):
        return value in wanted
    return bool(value < wanted) if condition.operator is Operator.LT else bool(value > wanted)


def ordered(rows: Sequence[Any], sort: Sort[Any]) -> list[Any]:
    """Return the rows sorted: nulls greatest, equal ones by id, all of it turned round when descending."""

    def key(row: Any) -> tuple[bool, Any, Any]:
        value = value_of(row, sort.field)
        return value is None, 0 if value is None else value, row.id

    return sorted(rows, key=key, reverse=sort.descending)


def expected(rows: Sequence[R], filters: Sequence[Condition[Any]], sort: Sort[Any], page: PageRequest) -> Page[R]:
    """Return the page that a list must give of these rows.

    Example:
        >>> from service_engine.ports.clients import ClientSort
        >>> from service_engine.testing.examples import john
        >>> expected([john], (), Sort(ClientSort.EMAIL), PageRequest(number=2)) == Page((), 1)
        True
    """
    left = ordered([row for row in rows if all(lets_through(each, row) for each in filters)], sort)
    return Page(tuple(left[page.offset : page.offset + page.size]), len(left))


def conditions(field: F, values: Sequence[Any]) -> list[Condition[F]]:
    """Return every operator on a field with every one of the values, null and nothing at all included.

    Example:
        >>> from service_engine.ports.tickets import TicketFilter
        >>> [(each.operator.value, each.value) for each in conditions(TicketFilter.STATUS, [2])]
        [('$eq', 2), ('$lt', 2), ('$gt', 2), ('$eq', None), ('$in', ()), ('$in', (2,)), ('$in', (2,))]
    """
    singles = [
        Condition(field, operator, value) for operator in (Operator.EQ, Operator.LT, Operator.GT) for value in values
    ]
    several = [Condition(field, Operator.IN, some) for some in ((), tuple(values[:1]), tuple(values))]
    return [*singles, Condition(field, Operator.EQ, None), *several]


def check_filters(lists: Lists, rows: Sequence[Any], sort: Sort[Any], filters: Sequence[Condition[Any]]) -> None:
    """Compare each filter alone, and each with the next one, on the rows and on the total.

    Example:
        >>> from functools import partial
        >>> from service_engine.ports.clients import ClientFilter, ClientSort
        >>> from service_engine.testing.examples import john
        >>> filters = conditions(ClientFilter.EMAIL, [john.email, "ann@example.com"])
        >>> check_filters(partial(expected, [john]), [john], Sort(ClientSort.ID), filters)
    """
    everything = PageRequest(size=100)
    together = [[first, second] for first, second in pairwise(filters)]
    for some in [*([each] for each in filters), *together]:
        assert lists(filters=some, sort=sort, page=everything) == expected(rows, some, sort, everything), some
    one = PageRequest(size=1)
    for each in filters:
        assert lists(filters=[each], sort=sort, page=one) == expected(rows, [each], sort, one), each


def check_sorts(lists: Lists, rows: Sequence[Any], fields: type[SortField]) -> None:
    """Compare every sort in both directions.

    Example:
        >>> from functools import partial
        >>> from service_engine.ports.clients import ClientSort
        >>> from service_engine.testing.examples import john
        >>> check_sorts(partial(expected, [john]), [john], ClientSort)
    """
    everything = PageRequest(size=100)
    for field in fields:
        for descending in (True, False):
            sort = Sort(field, descending)
            assert lists(filters=(), sort=sort, page=everything) == expected(rows, (), sort, everything), sort


def check_pages(lists: Lists, rows: Sequence[Any], sort: Sort[Any], *, id_of: Callable[[Any], Any]) -> None:
    """Put pages of several sizes together, and look beyond the end.

    Example:
        >>> import pytest
        >>> from service_engine.ports.clients import ClientSort
        >>> from service_engine.testing.examples import john
        >>> with pytest.raises(AssertionError):  # every page shows the same
        ...     check_pages(lambda **asked: Page((john,), 1), [john], Sort(ClientSort.ID), id_of=lambda row: row.id)
    """
    whole = [id_of(row) for row in ordered(rows, sort)]
    for size in (1, 2, 3, len(rows), 100):
        found: list[Any] = []
        for number in range(1, len(rows) + 2):
            page = lists(filters=(), sort=sort, page=PageRequest(number=number, size=size))
            assert page.total == len(rows)
            assert len(page.rows) <= size
            found.extend(id_of(row) for row in page.rows)
        assert found == whole
    far = lists(filters=(), sort=sort, page=PageRequest(number=2**53, size=100))
    assert far == Page((), len(rows))
