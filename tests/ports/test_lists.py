"""Lists: filters, sorts and pages that could be wrong cannot be made."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.tickets import TicketStatus
from service_engine.ports.clients import ClientFilter, ClientSort
from service_engine.ports.lists import (
    FIRST_PAGE,
    FIRST_SLICE,
    MAX_PAGE_SIZE,
    MAX_SLICE_SIZE,
    Condition,
    Operator,
    PageRequest,
    SliceRequest,
    Sort,
)
from service_engine.ports.services import ServiceFilter
from service_engine.ports.tickets import TicketFilter, TicketSort
from service_engine.testing import build

ONE = [Operator.EQ, Operator.LT, Operator.GT]


def test_the_operators_are_the_contracts():
    """Four, by their names on the wire."""
    assert [operator.value for operator in Operator] == ["$eq", "$lt", "$gt", "$in"]


@pytest.mark.parametrize("operator", ONE)
def test_one_value_or_several(operator: Operator):
    """A comparison takes one value, $in a tuple, which may be empty; the message says which."""
    assert Condition(TicketFilter.STATUS, operator, 1).value == 1
    assert Condition(TicketFilter.STATUS, Operator.IN, ()).value == ()
    with pytest.raises(ValueError, match=rf"\{operator.value} takes one value"):
        Condition(TicketFilter.STATUS, operator, (1, 2))
    for wrong in (1, None):
        with pytest.raises(ValueError, match=r"\$in takes a tuple"):
            Condition(TicketFilter.STATUS, Operator.IN, wrong)


def test_only_eq_compares_with_none():
    """None means IS NULL; less or greater than nothing is wrong use."""
    assert Condition(TicketFilter.ORDER_ID, Operator.EQ, None).value is None
    for operator in (Operator.LT, Operator.GT):
        with pytest.raises(ValueError, match=rf"\{operator.value} cannot compare with None"):
            Condition(TicketFilter.ORDER_ID, operator, None)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (TicketFilter.STATUS, "1", "status is compared with a whole number, 'str' was given: '1'"),
        (TicketFilter.STATUS, True, "status is compared with a whole number, 'bool' was given: True"),
        (TicketFilter.STATUS, Decimal(1), "status is compared with a whole number, 'Decimal' was given: Decimal('1')"),
        (TicketFilter.CREATED_AT, "2026", "created_at is compared with a datetime, 'str' was given: '2026'"),
        (ClientFilter.EMAIL, 7, "email is compared with a text, 'int' was given: 7"),
        (
            ClientFilter.BALANCE,
            1.5,
            "balance is compared with an amount, a Decimal or a whole number, 'float' was given: 1.5",
        ),
        (ServiceFilter.PUBLIC, 1, "public is compared with True or False, 'int' was given: 1"),
        (TicketFilter.CLIENT_ID, "7", "a ClientId is wanted, 'str' was given: ClientId(UserId(UUID('7')))"),
    ],
)
def test_a_filter_takes_what_its_field_holds(field: Any, value: Any, message: str):
    """Field, wanted and given are said; one among several is refused, too."""
    for operator, given_value in ((Operator.EQ, value), (Operator.LT, value), (Operator.IN, (value,))):
        with pytest.raises(TypeError, match=re.escape(message)):
            Condition(field, operator, given_value)


def test_a_status_is_its_number_and_an_amount_may_be_whole():
    """As the API's description and the stores compare them."""
    assert Condition(TicketFilter.STATUS, Operator.EQ, TicketStatus.OPEN).value == 1
    assert Condition(ClientFilter.BALANCE, Operator.IN, (900, Decimal("1.5"))).value == (900, Decimal("1.5"))


def test_a_sort_is_descending_unless_told_otherwise():
    """The contract's default direction."""
    assert Sort(TicketSort.CREATED_AT).descending
    assert not Sort(TicketSort.CREATED_AT, descending=False).descending


@given(st.integers(1, 2**53), st.integers(1, 100))
def test_the_offset_counts_the_rows_before_the_page(number: int, size: int):
    """Page by page, no row twice and none left out; never beyond 64 bits."""
    page = PageRequest(number=number, size=size)
    assert page.offset == (number - 1) * size
    assert page.offset + size <= 2**63 - 1


def test_the_first_page_is_the_contracts():
    """Twenty rows."""
    assert PageRequest() == FIRST_PAGE == PageRequest(number=1, size=20)
    assert (FIRST_PAGE.offset, MAX_PAGE_SIZE) == (0, 100)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"number": 0}, "a page's number must be between 1 and 9007199254740992, not 0"),
        ({"number": 2**53 + 1}, "a page's number must be between 1 and 9007199254740992, not 9007199254740993"),
        ({"size": 0}, "a page's size must be between 1 and 100, not 0"),
        ({"size": 101}, "a page's size must be between 1 and 100, not 101"),
    ],
    ids=["number 0", "number too large", "size 0", "size 101"],
)
def test_a_page_out_of_range_is_wrong_use(arguments: dict[str, int], message: str):
    """The message says the range."""
    with pytest.raises(ValueError, match=message):
        PageRequest(**arguments)


@given(st.integers(1, 2**53), st.integers(1, 500))
def test_a_slice_may_be_longer_than_a_page(number: int, size: int):
    """Part by part, no row twice and none left out; never beyond 64 bits."""
    part = SliceRequest(number=number, size=size)
    assert part.offset == (number - 1) * size
    assert part.offset + size <= 2**63 - 1


def test_the_first_slice_is_the_contracts():
    """A hundred rows, at most five hundred."""
    assert SliceRequest() == FIRST_SLICE == SliceRequest(number=1, size=100)
    assert (FIRST_SLICE.offset, MAX_SLICE_SIZE) == (0, 500)


@pytest.mark.parametrize("arguments", [{"number": 0}, {"number": 2**53 + 1}, {"size": 0}, {"size": 501}])
def test_a_slice_out_of_range_is_wrong_use(arguments: dict[str, int]):
    """The message says the range."""
    with pytest.raises(ValueError, match=r"a page's \w+ must be between 1 and (500|9007199254740992), not"):
        SliceRequest(**arguments)


AGGREGATES: list[tuple[Any, Any]] = [
    (TicketFilter, build.ticket()),
    (TicketSort, build.ticket()),
    (ClientFilter, build.client()),
    (ClientSort, build.client()),
]


@pytest.mark.parametrize(("fields", "aggregate"), AGGREGATES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_field_is_an_attribute_of_its_aggregate(fields: Any, aggregate: Any):
    """The value of a field names what is compared, in the domain's own word."""
    assert [field for field in fields if not hasattr(aggregate, field.value)] == []


def test_the_fields_are_the_contracts():
    """Sections 1.8 and 1.9, in the library's words."""
    assert {field.value for field in TicketFilter} == {
        "client_id",
        "status",
        "order_id",
        "created_at",
        "last_message_at",
    }
    assert {field.value for field in TicketSort} == {
        "id",
        "subject",
        "status",
        "client_id",
        "order_id",
        "created_at",
        "last_message_at",
    }
    assert {field.value for field in ClientFilter} == {"id", "email", "status", "balance", "created_at"}
    assert {field.value for field in ClientSort} == {
        "id",
        "email",
        "first_name",
        "last_name",
        "status",
        "balance",
        "created_at",
    }
