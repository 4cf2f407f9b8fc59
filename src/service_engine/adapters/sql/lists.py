"""Lists: the statements for every combination of filters and sort, built once each.

A page is two statements whatever its size: the page's ids first, joined to everything else only then (so that what
comes before the page is skipped by the index alone), and the total. A keyset page is the first of the two, with a row
to come after instead of an offset. Values are always bound; LIMIT and OFFSET are literals.

Source: design decision 5 and section 4.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from attrs import frozen
from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from service_engine.adapters.sql.scope import LIMIT, OFFSET, chosen_first
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.adapters.sql.types import Amount
from service_engine.domain.arithmetic import shifted
from service_engine.domain.instants import utc
from service_engine.domain.money import MAX_DECIMALS
from service_engine.ports.keysets import Counting, Cursor, KeysetPage, KeysetRequest, Total
from service_engine.ports.lists import Condition, Field, Operator, Page, PageRequest, Sort, SortField

__all__ = ["ListStatements", "SqlListed"]

F = TypeVar("F", bound=Field)
S = TypeVar("S", bound=SortField)
R = TypeVar("R")
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
    capped: Select[Any]


@frozen
class _After:
    """What is known of the row that a keyset page comes after: whether it is sorted by nothing."""

    null: bool


class ListStatements(Generic[F]):
    """The statements of one list.

    Args:
        source: The table whose rows are listed.
        conditions: What every row fulfils.
        columns: The column of each field that can be filtered or sorted by.
        details: Makes the query for everything that is shown from the part with the page's ids. Two columns are
            added behind its own.
    """

    def __init__(
        self,
        *,
        source: FromClause,
        conditions: Sequence[ColumnElement[bool]],
        columns: Mapping[str, ColumnElement[Any]],
        details: Callable[[CTE], Select[Any]],
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
        statements, values = self._statements(_shape(filters), sort, None), self._values(filters)
        rows = transaction.read(statements.rows, limit=page.size, offset=page.offset, **values).all()
        return _in_order(rows, sort), transaction.read(statements.total, **values).scalar_one()

    def keyset(
        self, transaction: Transaction, filters: Sequence[Condition[F]], sort: Sort[S], wanted: KeysetRequest[S]
    ) -> KeysetPage[AnyRow, S]:
        """Return the rows of the page after a row, in order, as ``details`` selects them.

        Raises:
            ValueError: A filter compares with a naive time, or the cursor is one of another order.
        """
        cursor = wanted.start(sort)
        after = None if cursor is None else _After(cursor.value is None)
        statements, values = self._statements(_shape(filters), sort, after), self._values(filters)
        place = {} if cursor is None else self._place(cursor)
        found = transaction.read(statements.rows, limit=wanted.size + 1, offset=0, **values, **place).all()
        rows = _in_order(found, sort)[: wanted.size]
        following = Cursor(sort, *rows[-1][-2:]) if len(found) > wanted.size else None
        return KeysetPage(tuple(rows), following, _counted(transaction, statements, wanted, values))

    def _build(self, shape: _Shape[F], sort: Sort[Any], after: _After | None) -> _PageStatements:
        conditions = [*self._conditions, *(self._compare(each, n) for n, each in enumerate(shape))]
        key, column = self._source.c.id, self._columns[sort.field.value]
        left = conditions if after is None else [*conditions, _comes_after(column, key, sort, after)]
        ids = select(key, column.label("sorted_by")).select_from(self._source).where(*left)
        ids = ids.order_by(*_order(column, key, descending=sort.descending)).limit(LIMIT).offset(OFFSET)
        page = chosen_first(ids, "page")
        some = select(literal(1)).select_from(self._source).where(*conditions).limit(LIMIT).subquery("some")
        return _PageStatements(
            rows=self._details(page).add_columns(page.c.sorted_by, page.c.id),
            total=select(func.count()).select_from(self._source).where(*conditions),
            capped=select(func.count()).select_from(some),
        )

    def _values(self, filters: Sequence[Condition[F]]) -> dict[str, Any]:
        return {
            _name(position): _bound(self._columns[each.field.value], each)
            for position, each in enumerate(filters)
            if each.value is not None
        }

    def _place(self, cursor: Cursor[Any]) -> dict[str, Any]:
        column = self._columns[cursor.sort.field.value]
        if cursor.value is None or column is self._source.c.id:
            return {"after_id": cursor.id}
        return {"after": _comparable(column, Operator.EQ, cursor.value), "after_id": cursor.id}

    def _compare(self, form: tuple[F, Operator, bool], position: int) -> ColumnElement[bool]:
        field, how, is_null = form
        column = self._columns[field.value]
        if is_null:
            return column.is_(None)
        column, kind = _wide(column)
        if how is Operator.IN:
            return column.in_(bindparam(_name(position), type_=kind, expanding=True))
        value: BindParameter[Any] = bindparam(_name(position), type_=kind)
        if how is Operator.EQ:
            return column == value
        return column < value if how is Operator.LT else column > value


def _name(position: int) -> str:
    return f"filter_{position}"


def _shape(filters: Sequence[Condition[F]]) -> _Shape[F]:
    return tuple((each.field, each.operator, each.value is None) for each in filters)


def _wide(column: ColumnElement[Any]) -> tuple[ColumnElement[Any], TypeEngine[Any]]:
    """Return a column as it is compared: whole numbers as 64 bits, so that one too large for it is no error."""
    kind = BigInteger() if isinstance(column.type, Integer | Amount) else column.type
    return type_coerce(column, kind), kind


def _comes_after(
    column: ColumnElement[Any], key: ColumnElement[Any], sort: Sort[Any], after: _After
) -> ColumnElement[bool]:
    """Return the condition that a row comes after the one whose value and id are bound, in the order of ``_order``."""
    beyond: Callable[[Any, Any], ColumnElement[bool]] = operator.lt if sort.descending else operator.gt
    key_bound = bindparam("after_id", type_=key.type)
    if column is key:
        return beyond(key, key_bound)
    if after.null:  # the greatest of all
        equal = column.is_(None) & beyond(key, key_bound)
        return equal | column.is_not(None) if sort.descending else equal
    wide, kind = _wide(column)
    later = beyond(tuple_(wide, key), tuple_(bindparam("after", type_=kind), key_bound))
    return later if sort.descending or not getattr(column, "nullable", True) else later | column.is_(None)


def _counted(
    transaction: Transaction, statements: _PageStatements, wanted: KeysetRequest[Any], values: Mapping[str, Any]
) -> Total | None:
    if wanted.counting is Counting.NONE:
        return None
    if wanted.counting is Counting.CAPPED:
        return wanted.total(transaction.read(statements.capped, limit=wanted.cap + 1, **values).scalar_one())
    return wanted.total(transaction.read(statements.total, **values).scalar_one())


def _in_order(rows: Sequence[AnyRow], sort: Sort[Any]) -> list[AnyRow]:
    # The index chose the page's rows in order; the joins may have shuffled them. Sorting at most 100 here costs less
    # than the database's sort of everything that is joined to them.
    return sorted(rows, key=_rank, reverse=sort.descending)


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
    how, value = condition.operator, condition.value
    if isinstance(value, tuple):
        return [_comparable(column, how, each) for each in value]
    return _comparable(column, how, value)


def _comparable(column: ColumnElement[Any], how: Operator, value: Any) -> Any:
    if isinstance(column.type, Amount):
        return _thousandths(value, how)
    if isinstance(value, datetime):
        return utc(value)
    return _whole(value) if isinstance(column.type, Integer) else value


def _whole(value: Any) -> int:
    return max(_LOWEST, min(int(value), _HIGHEST))


def _thousandths(value: Any, how: Operator) -> int:
    """Return the whole number of thousandths that compares with stored ones as the amount itself would."""
    # Within bounds first: an integer of as many digits as an exponent may say is not made in this life.
    exact = shifted(max(Decimal(_LOWEST), min(Decimal(value), Decimal(_HIGHEST))), MAX_DECIMALS)
    if how in (Operator.EQ, Operator.IN):
        whole = int(exact)
        return _whole(whole) if whole == exact else _NOWHERE
    rounding = ROUND_CEILING if how is Operator.LT else ROUND_FLOOR
    return _whole(exact.to_integral_value(rounding))


class SqlListed(Generic[F, S, R]):
    """``ports.keysets.Listed`` in SQL.

    Args:
        transaction: Where it is read.
        statements: The list.
        show: Makes what is shown of a row.
    """

    def __init__(self, transaction: Transaction, statements: ListStatements[F], show: Callable[[AnyRow], R]) -> None:
        self._transaction = transaction
        self._lists = statements
        self._show = show

    def page(self, filters: Sequence[Condition[F]], sort: Sort[S], page: PageRequest) -> Page[R]:
        """Return a page of what is live, and the number of all that the filters let through."""
        rows, total = self._lists.page(self._transaction, filters, sort, page)
        return Page(tuple(map(self._show, rows)), total)

    def keyset(self, filters: Sequence[Condition[F]], sort: Sort[S], wanted: KeysetRequest[S]) -> KeysetPage[R, S]:
        """Return the page after a row."""
        return self._lists.keyset(self._transaction, filters, sort, wanted).map(self._show)
