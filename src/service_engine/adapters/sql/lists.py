"""Lists: the statements for every combination of filters and sort, built once each.

A page is two statements whatever its size: the page's ids first, joined to everything else only then (so that what
comes before the page is skipped by the index alone), and the total. Values are always bound; LIMIT and OFFSET are
literals.

Source: design decision 5 and section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from attrs import frozen
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    bindparam,
    func,
    select,
    type_coerce,
)

from service_engine.adapters.sql.scope import LIMIT, OFFSET
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.adapters.sql.types import Amount
from service_engine.domain.instants import utc
from service_engine.ports.lists import Condition, Field, Operator, PageRequest, Sort

__all__ = ["ListStatements"]

F = TypeVar("F", bound=Field)
_Shape = tuple[tuple[F, Operator, bool], ...]

_SHAPES: Final = 256
_LOWEST: Final = -(2**63)
_HIGHEST: Final = 2**63 - 1
_NOWHERE: Final = _LOWEST
"""An integer that no column holds."""


@frozen
class _PageStatements:
    rows: Select[Any]
    total: Select[Any]


class ListStatements(Generic[F]):
    """The statements of one list.

    Args:
        source: The table whose rows are listed.
        conditions: What every row fulfils.
        columns: The column of each field that can be filtered or sorted by.
        details: Makes the query for everything that is shown from the subquery with the page's ids. Two columns are
            added behind its own.
    """

    def __init__(
        self,
        *,
        source: FromClause,
        conditions: Sequence[ColumnElement[bool]],
        columns: Mapping[str, ColumnElement[Any]],
        details: Callable[[Subquery], Select[Any]],
    ) -> None:
        self._source = source
        self._conditions = conditions
        self._columns = columns
        self._details = details
        self._statements = lru_cache(maxsize=_SHAPES)(self._build)

    def page(
        self, transaction: Transaction, filters: Sequence[Condition[F]], sort: Sort[Any], page: PageRequest
    ) -> tuple[Sequence[AnyRow], int]:
        """Return the rows of a page, in order, as ``details`` selects them, and the number of rows on all pages.

        Raises:
            ValueError: A filter compares with a naive time.
        """
        shape = tuple((each.field, each.operator, each.value is None) for each in filters)
        statements = self._statements(shape, sort)
        values = {
            _name(position): _bound(self._columns[each.field.value], each)
            for position, each in enumerate(filters)
            if each.value is not None
        }
        rows = transaction.read(statements.rows, limit=page.size, offset=page.offset, **values).all()
        # The index chose the page's rows in order; the joins may have shuffled them. Sorting at most 100 here costs
        # less than the database's sort of everything that is joined to them.
        ordered = sorted(rows, key=_rank, reverse=sort.descending)
        return ordered, transaction.read(statements.total, **values).scalar_one()

    def _build(self, shape: _Shape[F], sort: Sort[Any]) -> _PageStatements:
        conditions = [*self._conditions, *(self._compare(each, n) for n, each in enumerate(shape))]
        key, column = self._source.c.id, self._columns[sort.field.value]
        ids = select(key, column.label("sorted_by")).select_from(self._source).where(*conditions)
        ids = ids.order_by(*_order(column, key, descending=sort.descending)).limit(LIMIT).offset(OFFSET)
        page = ids.subquery("page")
        return _PageStatements(
            rows=self._details(page).add_columns(page.c.sorted_by, page.c.id),
            total=select(func.count()).select_from(self._source).where(*conditions),
        )

    def _compare(self, form: tuple[F, Operator, bool], position: int) -> ColumnElement[bool]:
        field, operator, is_null = form
        column = self._columns[field.value]
        if is_null:
            return column.is_(None)
        # Whole numbers are compared as 64 bits, so that one too large for the column is no error.
        kind = BigInteger() if isinstance(column.type, Integer | Amount) else column.type
        column = type_coerce(column, kind)
        if operator is Operator.IN:
            return column.in_(bindparam(_name(position), type_=kind, expanding=True))
        value: BindParameter[Any] = bindparam(_name(position), type_=kind)
        if operator is Operator.EQ:
            return column == value
        return column < value if operator is Operator.LT else column > value


def _name(position: int) -> str:
    return f"filter_{position}"


def _order(column: ColumnElement[Any], key: ColumnElement[Any], *, descending: bool) -> list[ColumnElement[Any]]:
    if column is key:
        return [key.desc() if descending else key.asc()]
    if not getattr(column, "nullable", True):
        return [column.desc(), key.desc()] if descending else [column.asc(), key.asc()]
    # PostgreSQL's own order, which SQLite has to be told.
    return [column.desc().nulls_first(), key.desc()] if descending else [column.asc().nulls_last(), key.asc()]


def _rank(row: AnyRow) -> tuple[bool, Any, Any]:
    """Return what a row is sorted by: its last two columns, nulls last (and so first when it is reversed)."""
    sorted_by = row[-2]
    return sorted_by is None, sorted_by, row[-1]


def _bound(column: ColumnElement[Any], condition: Condition[Any]) -> Any:
    operator, value = condition.operator, condition.value
    if isinstance(value, tuple):
        return [_comparable(column, operator, each) for each in value]
    return _comparable(column, operator, value)


def _comparable(column: ColumnElement[Any], operator: Operator, value: Any) -> Any:
    if isinstance(column.type, Amount):
        return _thousandths(value, operator)
    if isinstance(value, datetime):
        return utc(value)
    return _whole(value) if isinstance(column.type, Integer) else value


def _whole(value: Any) -> int:
    return max(_LOWEST, min(int(value), _HIGHEST))


def _thousandths(value: Any, operator: Operator) -> int:
    """Return the whole number of thousandths that compares with stored ones as the amount itself would."""
    exact = Decimal(value).scaleb(3)
    if operator in (Operator.EQ, Operator.IN):
        whole = int(exact)
        return _whole(whole) if whole == exact else _NOWHERE
    rounding = ROUND_CEILING if operator is Operator.LT else ROUND_FLOOR
    return _whole(exact.to_integral_value(rounding))
