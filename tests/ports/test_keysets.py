"""Cursors, and what is asked with them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.money import money
from service_engine.domain.tickets import TicketStatus
from service_engine.errors import RuleViolationError
from service_engine.ports.clients import ClientSort
from service_engine.ports.invoices import InvoiceSort
from service_engine.ports.keysets import CappedTotal, Counting, Cursor, ExactTotal, KeysetRequest, read_cursor
from service_engine.ports.lists import Sort, SortField
from service_engine.ports.orders import OrderSort
from service_engine.ports.proposals import ProposalSort
from service_engine.ports.services import ServiceSort
from service_engine.ports.tickets import TicketSort
from service_engine.testing.strategies import lines

KEY = UUID("0190163d-8694-739b-aea5-966c26f8ad91")
NOON = datetime(2026, 2, 7, 12, tzinfo=UTC)
FIELDS: list[SortField] = [
    field for sorts in (ClientSort, InvoiceSort, OrderSort, ProposalSort, ServiceSort, TicketSort) for field in sorts
]
VALUES: dict[type, st.SearchStrategy[Any]] = {
    UUID: st.uuids(),
    str: lines(),
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    Decimal: st.integers(-(10**17), 10**17).map(lambda thousandths: Decimal(thousandths).scaleb(-3)),
    datetime: st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.timezones()),  # noqa: DTZ001
}


@st.composite
def cursors(draw: st.DrawFn) -> Cursor[Any]:
    """Make cursors of every order."""
    field, key = draw(st.sampled_from(FIELDS)), draw(st.uuids())
    value = key if field.value == "id" else draw(st.none() | VALUES[field.kind])
    return Cursor(Sort(field, draw(st.booleans())), value, key)


def token_of(value: object) -> str:
    """Return whatever it is in the clothes of a cursor."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(written.encode(errors="surrogatepass")).decode().rstrip("=")


@given(cursor=cursors())
def test_a_cursor_comes_back_from_its_token(cursor: Cursor[Any]):
    """Equal, and of the same types; the token can stand in an address as it is."""
    token = cursor.token
    again = read_cursor(token, cursor.sort)
    assert (again, type(again.value)) == (cursor, type(cursor.value))
    assert token.isascii()
    assert token.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("character", ["a", "\x01", '"', "\\", "é", "\U0001f600"])
def test_the_longest_text_has_a_token(character: str):
    """Whatever it is made of; the list's own cursor is never refused."""
    cursor = Cursor(Sort(TicketSort.SUBJECT), character * 255, KEY)
    assert read_cursor(cursor.token, cursor.sort) == cursor


@given(cursor=cursors(), other=cursors())
def test_a_token_is_good_for_its_own_order_only(cursor: Cursor[Any], other: Cursor[Any]):
    """Neither for another field nor for the other direction."""
    for sort in {other.sort, Sort(cursor.sort.field, not cursor.sort.descending)} - {cursor.sort}:
        if sort.field.value == cursor.sort.field.value and sort.descending == cursor.sort.descending:
            continue  # two nouns' fields of the same name
        with pytest.raises(RuleViolationError, match=r"^cursor: this is not the cursor of a page of this list$"):
            read_cursor(cursor.token, sort)


@given(
    token=st.text()
    | st.text("abcDEF019-_=", max_size=80)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=5)
    ).map(token_of)
)
def test_what_is_no_token_is_refused(token: str):
    """In one way, whatever it is."""
    with pytest.raises(RuleViolationError, match=r"^cursor: this is not the cursor of a page of this list$"):
        read_cursor(token, Sort(TicketSort.SUBJECT))


@given(cursor=cursors(), more=st.text("aZ0-_= ~", min_size=1, max_size=9), place=st.integers(0, 40))
def test_a_token_has_one_spelling(cursor: Cursor[Any], more: str, place: int):
    """Nothing is passed over in it: neither what base64 would skip, nor what comes after its end."""
    for changed in (cursor.token + more, cursor.token[:place] + "~" + cursor.token[place:], cursor.token + "A" * 5_000):
        with pytest.raises(RuleViolationError, match=r"^cursor: this is not the cursor of a page of this list$"):
            read_cursor(changed, cursor.sort)


@pytest.mark.parametrize("field", TicketSort)
@pytest.mark.parametrize(
    "value",
    ["\x00", "\ud800", "x" * 256, 2**63, -(2**63) - 1, 1.5, True, [], "2026-02-07T12:00:00", "NaN", "1e99"],
    ids=repr,
)
def test_a_forged_value_is_refused_or_one_that_every_store_can_compare(field: TicketSort, value: object):
    """No NUL, no surrogate, nothing too long, too large, naive, or of another kind reaches a database."""
    sort = Sort(field)
    try:
        cursor = read_cursor(token_of([field.value, True, value, KEY.hex]), sort)
    except RuleViolationError as error:
        assert str(error) == "cursor: this is not the cursor of a page of this list"  # noqa: PT017 - one of two good ends
    else:
        assert (field, cursor.value) in {
            (TicketSort.SUBJECT, "2026-02-07T12:00:00"),
            (TicketSort.SUBJECT, "NaN"),
            (TicketSort.SUBJECT, "1e99"),
        }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (money("2.5", "USD"), Decimal("2.500")),
        (Decimal(7), Decimal("7.000")),
        (None, None),
    ],
)
def test_money_is_its_amount_in_thousandths(given: Any, kept: Decimal | None):
    """As every store compares it."""
    cursor = Cursor(Sort(InvoiceSort.TOTAL), given, KEY)
    assert (cursor.value, str(cursor.value)) == (kept, str(kept))


def test_a_host_may_have_set_another_precision():
    """For its thread; a cursor is exact all the same."""
    with localcontext(prec=3):
        assert Cursor(Sort(InvoiceSort.TOTAL), Decimal("123456.789"), KEY).value == Decimal("123456.789")


def test_a_status_is_its_number_and_a_time_in_utc():
    """As every store compares them."""
    assert type(Cursor(Sort(TicketSort.STATUS), TicketStatus.CLOSED, KEY).value) is int
    abroad = NOON.astimezone(timezone(timedelta(hours=9)))
    assert Cursor(Sort(TicketSort.CREATED_AT), abroad, KEY).value == NOON
    assert (
        Cursor(Sort(TicketSort.CREATED_AT), abroad, KEY).token == Cursor(Sort(TicketSort.CREATED_AT), NOON, KEY).token
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (TicketSort.SUBJECT, 1),
        (TicketSort.STATUS, True),
        (TicketSort.STATUS, "1"),
        (ServiceSort.PUBLIC, 1),
        (TicketSort.ID, KEY.hex),
        (TicketSort.ID, UUID(int=7)),
        (TicketSort.ID, None),
        (InvoiceSort.TOTAL, 1.5),
        (InvoiceSort.TOTAL, Decimal("NaN")),
        (InvoiceSort.TOTAL, Decimal(10) ** 40),
        (TicketSort.CREATED_AT, NOON.replace(tzinfo=None)),
    ],
    ids=repr,
)
def test_a_cursor_cannot_be_where_nothing_is_sorted(field: Any, value: Any):
    """A value of another kind is an error of whoever made the cursor, told at once."""
    with pytest.raises(ValueError, match=r"cannot be at|has no zone"):
        Cursor(Sort(field), value, KEY)


@pytest.mark.parametrize("wrong", [{"size": 0}, {"size": 101}, {"cap": 0}, {"cap": 1_000_001}])
def test_a_page_has_bounds(wrong: dict[str, Any]):
    """1 to 100 rows; a cap of 1 to 1,000,000."""
    with pytest.raises(ValueError, match="must be between 1 and"):
        KeysetRequest(**wrong)


def test_a_cursor_goes_on_in_its_own_order():
    """Any other order is refused before a store is asked."""
    sort = Sort(TicketSort.SUBJECT)
    wanted = KeysetRequest(after=Cursor(sort, "Help", KEY))
    assert wanted.start(sort) == wanted.after
    for other in (Sort(TicketSort.SUBJECT, descending=False), Sort(TicketSort.STATUS)):
        with pytest.raises(ValueError, match="cannot go on by"):
            wanted.start(other)
    assert KeysetRequest[TicketSort]().start(sort) is None


@pytest.mark.parametrize(
    ("counting", "counted", "total"),
    [
        (Counting.CAPPED, 3, ExactTotal(3)),
        (Counting.CAPPED, 4, CappedTotal(3)),
        (Counting.EXACT, 4, ExactTotal(4)),
    ],
)
def test_a_cap_is_no_count(counting: Counting, counted: int, total: object):
    """Only what was counted to its end is an exact total."""
    assert KeysetRequest(counting=counting, cap=3).total(counted) == total
