"""Points in time: aware ones become UTC, naive ones are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.instants import optional_utc, utc

ZONES = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES))  # noqa: DTZ001
def test_an_instant_stays_the_same_and_becomes_utc(value: datetime):
    """The same point in time, written in UTC; doing it twice changes nothing."""
    converted = utc(value)
    assert converted == value
    assert converted.tzinfo is UTC
    assert utc(converted) is converted
    assert optional_utc(value) == converted


def test_an_equal_zone_is_still_turned_into_utc_itself():
    """A zone that only looks like UTC is replaced, so that values print and pickle alike."""
    value = datetime(2026, 2, 7, tzinfo=timezone(timedelta(0), "Z"))
    assert utc(value).tzinfo is UTC
    assert utc(value).isoformat() == "2026-02-07T00:00:00+00:00"


@given(st.datetimes())
def test_a_naive_time_is_wrong_use(value: datetime):
    """A time without a zone is no point in time; the message shows it and what to do."""
    with pytest.raises(ValueError, match="has no zone; give an aware datetime") as refused:
        utc(value)
    assert value.isoformat() in str(refused.value)
    with pytest.raises(ValueError, match="has no zone"):
        optional_utc(value)


@pytest.mark.parametrize(
    "value",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-1))),
    ],
    ids=["before year 1", "after year 9999"],
)
def test_a_time_that_leaves_the_calendar_is_wrong_use(value: datetime):
    """Never an OverflowError from the depths."""
    with pytest.raises(ValueError, match="outside the years 1 to 9999 in UTC") as refused:
        utc(value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_none_stays_none():
    """Optional times may be missing."""
    assert optional_utc(None) is None


@pytest.mark.parametrize("wrong", ["2026-02-07T12:00:00Z", date(2026, 2, 7), 1770465600])
def test_what_is_no_datetime_is_told(wrong):
    """A text, a date and a number are what a hurried caller gives."""
    with pytest.raises(TypeError, match="a time is a datetime"):
        utc(wrong)
