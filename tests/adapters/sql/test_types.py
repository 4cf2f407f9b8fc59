"""Values on their way to the database and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from service_engine.adapters.sql import SqlStore
from service_engine.adapters.sql.types import ID, INSTANT, JSON_TEXT, MONEY, dump_json, json_of, money_of, thousandths
from service_engine.domain.json_values import EMPTY, freeze, thaw
from service_engine.domain.money import MAX_AMOUNT, money

TABLE = Table(
    "values",
    MetaData(),
    Column("key", Integer, primary_key=True),
    Column("id", ID),
    Column("at", INSTANT),
    Column("amount", MONEY),
    Column("json", JSON_TEXT),
)


@pytest.mark.parametrize("name", ["id", "at", "amount", "json"])
def test_nothing_stays_nothing(own_store: SqlStore, name: str) -> None:
    """On every database."""
    with own_store.engine.begin() as connection:
        TABLE.create(connection)
        connection.execute(insert(TABLE), {"key": 1, name: None})
        assert connection.execute(select(TABLE.c[name])).scalar_one() is None


@pytest.mark.parametrize(
    "number",
    [1e16, -4.662588426898035e16, 1e22, 1.7976931348623157e308, 5e-324, 1.5, 0.1, 2**63 - 1, -(2**63) + 1, True],
)
def test_a_number_in_json_stays_what_it_is(own_store: SqlStore, number: float) -> None:
    """A float a float, an integer an integer, to the last digit: JSONB would turn the one into the other."""
    with own_store.engine.begin() as connection:
        TABLE.create(connection)
        connection.execute(insert(TABLE), {"key": 1, "json": {"e+1": [number]}})
        (found,) = connection.execute(select(TABLE.c.json)).scalar_one()["e+1"]
    assert (found, type(found)) == (number, type(number))


def test_instants_sort_as_text(own_store: SqlStore) -> None:
    """Whatever their zone and their fraction."""
    times = [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 2, 7, 12, tzinfo=UTC),
        datetime(2026, 2, 7, 13, 0, 0, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ]
    with own_store.engine.begin() as connection:
        TABLE.create(connection)
        connection.execute(insert(TABLE), [{"key": key, "at": at} for key, at in enumerate(reversed(times))])
        found = connection.execute(select(TABLE.c.at).order_by(TABLE.c.at)).scalars().all()
    assert list(found) == times
    assert all(each.tzinfo is UTC for each in found)


def test_a_naive_time_is_refused(own_store: SqlStore) -> None:
    """The database would take it for the session's."""
    with own_store.engine.begin() as connection:
        TABLE.create(connection)
        with pytest.raises(StatementError, match="no zone"):
            connection.execute(insert(TABLE), {"key": 1, "at": datetime(2026, 2, 7)})  # noqa: DTZ001


@given(st.decimals(-MAX_AMOUNT, MAX_AMOUNT, places=2))
def test_money_is_exact(amount: Decimal) -> None:
    """Through an integer and back."""
    assert money_of(thousandths(amount), "USD") == money(amount, "USD")


@pytest.mark.parametrize(("amount", "currency"), [("7", "JPY"), ("7.50", "USD"), ("7.505", "KWD")])
def test_money_has_the_decimals_of_its_currency(amount: str, currency: str) -> None:
    """As the domain writes it."""
    assert str(money_of(thousandths(Decimal(amount)), currency).amount) == amount


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
        st.floats(allow_nan=False, allow_infinity=False),
    )
)
def test_json_is_kept(value: dict[str, float]) -> None:
    """As text and back, frozen."""
    found = json_of(dump_json(freeze(value)))
    assert thaw(found) == value


def test_the_empty_object_is_one() -> None:
    """It is by far the most frequent."""
    assert json_of("{}") is EMPTY
