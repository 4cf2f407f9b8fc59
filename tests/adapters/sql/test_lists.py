"""Filters and sorts at the edges of what a column can hold."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest

from service_engine.domain.money import money
from service_engine.ports.clients import ClientFilter, ClientSort
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.tickets import TicketFilter, TicketSort
from service_engine.testing.contracts.agency import Agency, happened
from service_engine.usecases.clients import list_clients
from service_engine.usecases.tickets import list_tickets

HUGE = 10**30
BALANCES = (("-0.01", "USD"), ("0", "USD"), ("0.005", "KWD"), ("10", "JPY"))


@pytest.fixture
def savers(acme: Agency) -> Agency:
    """Give four clients with balances in three currencies; each is called as the amount."""
    for amount, currency in BALANCES:
        client = attrs.evolve(
            acme.build.client(role_id=acme.client_role.id, first_name=amount), balance=money(amount, currency)
        )
        with acme.begin() as uow:
            uow.clients.add(happened(client))
    return acme


def _found(agency: Agency, operator: Operator, value: Any) -> list[str]:
    page = agency.read(
        list_clients,
        filters=[Condition(ClientFilter.BALANCE, operator, value)],
        sort=Sort(ClientSort.BALANCE, descending=False),
    )
    assert page.total == len(page.rows)
    return [row.client.first_name for row in page.rows]


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        (Operator.EQ, Decimal(0), ["0"]),
        (Operator.EQ, Decimal("0.005"), ["0.005"]),
        (Operator.EQ, Decimal("0.0051"), []),
        (Operator.EQ, Decimal(HUGE), []),
        (Operator.LT, Decimal("0.0051"), ["-0.01", "0", "0.005"]),
        (Operator.LT, Decimal("0.005"), ["-0.01", "0"]),
        (Operator.LT, Decimal("0.0049"), ["-0.01", "0"]),
        (Operator.LT, Decimal(HUGE), ["-0.01", "0", "0.005", "10"]),
        (Operator.LT, Decimal(-HUGE), []),
        (Operator.GT, Decimal("0.0049"), ["0.005", "10"]),
        (Operator.GT, Decimal("0.005"), ["10"]),
        (Operator.GT, Decimal("-0.0101"), ["-0.01", "0", "0.005", "10"]),
        (Operator.GT, Decimal(-HUGE), ["-0.01", "0", "0.005", "10"]),
        (Operator.LT, Decimal("1e999999"), ["-0.01", "0", "0.005", "10"]),
        (Operator.EQ, Decimal("-1e999999"), []),
        (Operator.EQ, Decimal("10." + 40 * "0" + "1"), []),
        (Operator.IN, (Decimal("10.000"), Decimal("0.0001"), Decimal(HUGE)), ["10"]),
        (Operator.IN, (), []),
    ],
)
def test_amounts_compare_as_the_numbers_that_they_are(
    savers: Agency, operator: Operator, value: Any, found: list[str]
) -> None:
    """Across currencies, whatever their decimals, and however many the filter has."""
    assert _found(savers, operator, value) == found


@pytest.mark.parametrize(
    ("operator", "value", "total"),
    [
        (Operator.EQ, HUGE, 0),
        (Operator.EQ, 70_000, 0),
        (Operator.LT, HUGE, 2),
        (Operator.GT, -HUGE, 2),
        (Operator.GT, HUGE, 0),
        (Operator.IN, (1, 70_000, HUGE), 2),
    ],
)
def test_a_status_may_be_compared_with_any_number(acme: Agency, operator: Operator, value: Any, total: int) -> None:
    """One too large for the column is no error."""
    acme.ticket()
    acme.ticket()
    assert acme.read(list_tickets, filters=[Condition(TicketFilter.STATUS, operator, value)]).total == total


def test_a_naive_time_is_refused(acme: Agency) -> None:
    """Nobody knows which instant it means."""
    naive = Condition(TicketFilter.CREATED_AT, Operator.LT, datetime(2026, 2, 7))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no zone"):
        acme.read(list_tickets, filters=[naive])


def test_several_conditions_on_one_field(acme: Agency) -> None:
    """All of them hold, and each has its own value."""
    first, second = acme.ticket(), acme.ticket()
    both = [Condition(TicketFilter.STATUS, Operator.GT, 0), Condition(TicketFilter.STATUS, Operator.LT, 3)]
    one = [*both, Condition(TicketFilter.CLIENT_ID, Operator.EQ, second.client_id)]
    assert {row.id for row in acme.read(list_tickets, filters=both).rows} == {first.id, second.id}
    assert [row.id for row in acme.read(list_tickets, filters=one).rows] == [second.id]


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("field", list(TicketSort))
def test_pages_together_are_the_whole(acme: Agency, field: TicketSort, descending: bool) -> None:
    """In the same order, nulls and equals included."""
    order = acme.order()
    for number in range(7):
        acme.ticket(subject=f"é{number % 3}", order_id=order.id if number % 2 else None)
    sort = Sort(field, descending=descending)
    whole = acme.read(list_tickets, sort=sort).rows
    pages = [acme.read(list_tickets, sort=sort, page=PageRequest(number=each, size=3)).rows for each in (1, 2, 3, 4)]
    assert [row for page in pages for row in page] == list(whole)
    backwards = acme.read(list_tickets, sort=Sort(field, descending=not descending)).rows
    assert backwards == whole[::-1]


def test_the_farthest_page_is_empty(acme: Agency) -> None:
    """The greatest number that a page can have is no error."""
    acme.ticket()
    page = acme.read(list_tickets, page=PageRequest(number=2**53, size=100))
    assert (page.rows, page.total) == ((), 1)
