"""Lists in memory against the plainest way to say the same, and tables against a list that is sorted anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from operator import attrgetter
from uuid import UUID

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from service_engine import ConflictError
from service_engine.adapters.memory.lists import page_of, slice_of, sort_key
from service_engine.adapters.memory.tables import Grouping, Table
from service_engine.domain.money import Money, money
from service_engine.ports.lists import Condition, Field, Operator, PageRequest, SliceRequest, Sort
from service_engine.testing.builders import NOON

ONE = money(1, "USD")


class By(Field):
    NAME = "name", str
    NUMBER = "number", int
    PRICE = "price", Decimal
    PARENT = "parent", UUID
    AT = "at", datetime


@frozen(kw_only=True)
class Row:
    id: UUID
    name: str = "a"
    number: int | None = None
    price: Money = ONE
    parent: UUID | None = None
    at: datetime = NOON


VALUES = {
    By.NAME: st.sampled_from(["", "A", "a", "b", "é", "😀", "\uffff"]),
    By.NUMBER: st.integers(-2, 2),
    By.PRICE: st.sampled_from([Decimal("0.5"), Decimal(900), Decimal("900.000"), 900]),
    By.PARENT: st.integers(1, 3).map(lambda number: UUID(int=number)),
    By.AT: st.sampled_from([NOON, NOON + timedelta(seconds=1)]),
}
ROWS = st.lists(
    st.builds(
        Row,
        id=st.integers(1, 50).map(lambda number: UUID(int=number)),
        name=VALUES[By.NAME],
        number=st.none() | VALUES[By.NUMBER],
        price=st.sampled_from([money("0.5", "KWD"), money(900, "JPY"), money("900.00", "USD"), money(1000, "USD")]),
        parent=st.none() | VALUES[By.PARENT],
        at=VALUES[By.AT],
    ),
    max_size=30,
    unique_by=attrgetter("id"),
)


COMPARED = {
    Operator.EQ: lambda value, other: value == other,
    Operator.IN: lambda value, other: any(value == each for each in other),
    Operator.LT: lambda value, other: value < other,
    Operator.GT: lambda value, other: value > other,
}


@st.composite
def conditions(draw):
    """Draw a filter that fits its field."""
    field = draw(st.sampled_from(By))
    operator = draw(st.sampled_from(Operator))
    if operator is Operator.IN:
        return Condition(field, operator, tuple(draw(st.lists(VALUES[field], max_size=3))))
    return Condition(field, operator, draw(VALUES[field] | st.none() if operator is Operator.EQ else VALUES[field]))


def plain(value):
    """Return what is compared of a value."""
    return value.amount if isinstance(value, Money) else value


def passes(row, condition):
    """Tell whether a filter lets a row through, as SQL does."""
    value, other = plain(getattr(row, condition.field.value)), condition.value
    if value is None or other is None:
        return condition.operator is Operator.EQ and value is other
    return COMPARED[condition.operator](value, other)


def in_order(rows, sort):
    """Sort by id first, then stably by the field among those who have it; nulls at the end of the ascending order."""
    by_id = sorted(rows, key=attrgetter("id"), reverse=sort.descending)

    def read(row):
        return plain(getattr(row, sort.field.value))

    known = sorted((row for row in by_id if read(row) is not None), key=read, reverse=sort.descending)
    if sort.descending:  # sorted() keeps equal ones in place also when it is reversed
        return [row for row in by_id if read(row) is None] + known
    return known + [row for row in by_id if read(row) is None]


@given(
    rows=ROWS,
    filters=st.lists(conditions(), max_size=2),
    sort=st.builds(Sort, st.sampled_from(By), descending=st.booleans()),
    size=st.integers(1, 7),
)
def test_pages_together_are_the_whole(rows, filters, sort, size):
    """Every row that passes, once, in order, with the same total on each page, and nothing beyond the end."""
    ordered = sorted(rows, key=sort_key(sort.field.value))
    wanted = in_order([row for row in rows if all(passes(row, each) for each in filters)], sort)
    pages = [page_of(ordered, filters, sort, PageRequest(number=number, size=size)) for number in range(1, 33)]
    assert [row for chosen, _ in pages for row in chosen] == wanted
    assert {total for _, total in pages} == {len(wanted)}
    assert all(len(chosen) == size for chosen, _ in pages[: len(wanted) // size])


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [
        (Condition(By.NUMBER, Operator.EQ, None), [None]),
        (Condition(By.NUMBER, Operator.EQ, 0), [0]),
        (Condition(By.NUMBER, Operator.LT, 1), [0]),
        (Condition(By.NUMBER, Operator.GT, 0), [1, 2]),
        (Condition(By.NUMBER, Operator.IN, (2, 0, 7)), [0, 2]),
        (Condition(By.NUMBER, Operator.IN, ()), []),
    ],
)
def test_null_is_equal_to_null_only(condition, numbers):
    """It is never less than, greater than or among anything."""
    rows = [Row(id=UUID(int=index), number=number) for index, number in enumerate([0, 1, 2, None])]
    chosen, total = page_of(rows, [condition], Sort(By.NUMBER, descending=False), PageRequest())
    assert ([row.number for row in chosen], total) == (numbers, len(numbers))


@pytest.mark.parametrize(
    ("field", "among"),
    [
        (By.PARENT, (UUID(int=7), UUID(int=8))),
        (By.PRICE, (Decimal(900), 3)),
        (By.AT, (NOON.astimezone(timezone(timedelta(hours=5))),)),
    ],
)
def test_what_is_among_values_is_compared_as_everywhere(field, among):
    """Ids as ids, money by amount whatever the currency, times as instants."""
    row = Row(id=UUID(int=1), parent=UUID(int=8), price=money("900.00", "USD"))
    condition = Condition(field, Operator.IN, among)
    assert page_of([row], [condition], Sort(By.NAME), PageRequest()) == ([row], 1)
    other = Row(id=UUID(int=2), parent=UUID(int=9), price=money(1, "USD"), at=NOON + timedelta(seconds=1))
    assert page_of([other], [condition], Sort(By.NAME), PageRequest()) == ([], 0)


@pytest.mark.parametrize("descending", [True, False])
def test_a_page_far_beyond_the_end_is_empty(descending):
    """However far."""
    rows = [Row(id=UUID(int=1))]
    page = PageRequest(number=2**53, size=100)
    chosen, total = page_of(rows, [], Sort(By.NAME, descending=descending), page)
    assert (list(chosen), total) == ([], 1)


def test_times_are_compared_as_instants():
    """In whatever zone a filter gives them; a naive one is a mistake, also where there is nothing to compare with."""
    noon_elsewhere = Condition(By.AT, Operator.EQ, NOON.astimezone(timezone(timedelta(hours=5))))
    assert page_of([Row(id=UUID(int=1))], [noon_elsewhere], Sort(By.AT), PageRequest())[1] == 1
    naive = Condition(By.AT, Operator.LT, datetime(2026, 2, 7, tzinfo=UTC).replace(tzinfo=None))
    with pytest.raises(ValueError, match="no zone"):
        page_of([], [naive], Sort(By.AT), PageRequest())


@given(
    count=st.integers(0, 8),
    size=st.integers(1, 4),
    number=st.integers(1, 5),
)
def test_a_slice_tells_whether_there_is_more(count, size, number):
    """Without counting: exactly when the next slice is not empty."""
    values = list(range(count))
    chosen, more = slice_of(values, SliceRequest(number=number, size=size))
    following, _ = slice_of(values, SliceRequest(number=number + 1, size=size))
    assert chosen == [each for each in values if each // size == number - 1]
    assert more == bool(following)


PARENTS = [UUID(int=number) for number in range(4)]


def parent_of(row):
    """Return what a row belongs to; those without a parent belong to one of their own."""
    return row.parent or PARENTS[0]


@given(
    steps=st.lists(st.tuples(ROWS, st.booleans(), st.sets(st.integers(1, 50)), st.booleans()), max_size=5),
    asked=st.sets(st.sampled_from(By)),
)
def test_a_forked_table_stays_in_order(steps, asked):
    """Whatever is put where, listed or not, or removed: kept lists and groups are what sorting anew would give.

    Origins stay as they are. ``asked`` are the lists that exist from the beginning; the others are made at the end, of
    every origin, too.
    """
    table: Table[Row] = Table(grouping=Grouping(parent_of, sort_key("name")))
    listed: dict[UUID, Row] = {}
    stored: dict[UUID, Row] = {}
    tables = [(table, listed, stored)]
    for rows, listing, gone, keep in steps:
        fork, wanted, kept = table.fork(), dict(listed), dict(stored)
        for field in asked:
            fork.ordered(field.value)
        for row in rows:
            fork.put("row", row, listed=listing)
            kept[row.id] = row
            wanted.pop(row.id, None)
            if listing:
                wanted[row.id] = row
        for id_ in kept.keys() & {UUID(int=number) for number in gone}:
            fork.remove("row", id_)
            del kept[id_]
            wanted.pop(id_, None)
        tables.append((fork, wanted, kept))
        if keep:
            table, listed, stored = fork, wanted, kept
    for each, wanted, kept in tables:
        assert each.rows == kept
        for field in By:
            assert list(each.ordered(field.value)) == sorted(wanted.values(), key=sort_key(field.value))
        for parent in PARENTS:
            group = sorted((row for row in kept.values() if parent_of(row) == parent), key=sort_key("name"))
            assert list(each.group(parent)) == group


def test_what_is_removed_gives_back_what_it_claimed():
    """Its id and its unique keys are free again; removing it twice is a conflict that changes nothing."""
    origin: Table[Row] = Table(lambda row: (("name", row.name),), Grouping(parent_of, sort_key("name")))
    one = Row(id=UUID(int=1), name="one", parent=PARENTS[1])
    origin.add("row", one)
    table = origin.fork()
    table.remove("row", one.id)
    assert (table.rows, table.claims, table.group(PARENTS[1])) == ({}, {}, ())
    with pytest.raises(ConflictError) as refused:
        table.remove("row", one.id)
    assert (refused.value.kind, refused.value.key) == ("row", one.id)
    assert (origin.rows, origin.group(PARENTS[1])) == ({one.id: one}, (one,))
    table.add("row", one)
    table.add("row", Row(id=UUID(int=2), name="two", parent=PARENTS[1]))
    assert [row.name for row in table.group(PARENTS[1])] == ["one", "two"]


def test_a_value_may_be_listed_again():
    """And be taken out again, whether the list was asked for before or after."""
    row = Row(id=UUID(int=1))
    for asked in (True, False):
        table: Table[Row] = Table()
        if asked:
            table.ordered("name")
        for listed in (True, False, True, False, True):
            origin, table = table, table.fork()
            table.put("row", row, listed=listed)
        assert list(table.ordered("name")) == [row]
        assert list(origin.ordered("name")) == []


def test_a_refused_value_changes_nothing():
    """A claim of another's is refused before anything is written; a claim that is given up can be taken."""
    table: Table[Row] = Table(lambda row: (("name", row.name),))
    one, two = Row(id=UUID(int=1), name="one"), Row(id=UUID(int=2), name="two")
    table.add("row", one)
    table.add("row", two)
    for refused in (Row(id=UUID(int=1), name="three"), Row(id=UUID(int=3), name="one")):
        with pytest.raises(ConflictError):
            table.add("row", refused)
    with pytest.raises(ConflictError):
        table.put("row", Row(id=UUID(int=2), name="one"))
    assert list(table.ordered("name")) == [one, two]
    table.put("row", Row(id=UUID(int=1), name="three"))
    table.put("row", Row(id=UUID(int=2), name="one"))
    assert table.claims == {("name", "three"): UUID(int=1), ("name", "one"): UUID(int=2)}


def test_reading_copies_nothing():
    """A fork shares the rows until its first write."""
    table: Table[Row] = Table()
    table.add("row", Row(id=UUID(int=1)))
    fork = table.fork()
    assert fork.rows is table.rows
    assert fork.ordered("name") is table.ordered("name")
    with pytest.raises(ConflictError):
        fork.remove("row", UUID(int=2))
    assert fork.rows is table.rows
    fork.put("row", Row(id=UUID(int=2)))
    assert (len(fork.rows), len(table.rows)) == (2, 1)
