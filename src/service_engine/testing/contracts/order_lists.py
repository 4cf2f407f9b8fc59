"""How every store must list orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from service_engine.domain.ids import ClientId, InvoiceId, OrderId, ServiceId, UserId
from service_engine.domain.money import money
from service_engine.domain.orders import Order, OrderDetails, OrderStatus, delete_order
from service_engine.ports.lists import Page, PageRequest, Sort
from service_engine.ports.orders import OrderFilter, OrderSort
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened
from service_engine.testing.contracts.lists import check_filters, check_pages, check_sorts, conditions, expected
from service_engine.usecases.orders import NEWEST_FIRST, list_orders

__all__ = ["OrderListContract"]

NUMBERS = ("a", "B", "Z", "aa", "É", "é", "\uffff", "\U0001f600", "100%")
PRICES = ("5.00 USD", "5 JPY", "0.500 KWD", "5.001 KWD", "9999999999.99 USD")
"""Compared by amount, whatever the currency."""


def fill(agency: Agency) -> list[Order]:
    """Store orders of every kind, in no order, one of them deleted; return those that are to be shown."""
    clients = [agency.client(), agency.client()]
    services = [agency.service(), agency.service()]
    orders = []
    for number, name in enumerate(NUMBERS):
        amount, currency = PRICES[number % len(PRICES)].split()
        due = NOON + timedelta(microseconds=number * 3 % 4)
        order = agency.order(
            client_id=clients[number % 2].id,
            number=name,
            price=money(amount, currency),
            service_id=services[number % 2].id if number % 3 else None,
            quantity=number % 4 + 1,
            status=tuple(OrderStatus)[number % len(OrderStatus)],
            employee_ids=[agency.administrator.id] if number % 2 else [],
            details=OrderDetails(date_due=due if number % 2 else None),
            at=NOON + timedelta(microseconds=number * 7 % 5),
        )
        orders.append(order)
    gone = agency.order(client_id=clients[0].id)
    with agency.begin() as uow:
        uow.orders.save(delete_order(gone, at=NOON))
    return orders


def listing(agency: Agency) -> Any:
    """Return the list of one organisation's orders, as a function that gives bare orders."""

    def lists(*, filters: Sequence[Any], sort: Sort[OrderSort], page: PageRequest) -> Page[Order]:
        found = agency.read(list_orders, filters=filters, sort=sort, page=page)
        for row in found.rows:
            assert row.client.id == row.order.client_id
            assert tuple(each.id for each in row.employees) == row.order.employee_ids
        return Page(tuple(row.order for row in found.rows), found.total)

    return lists


class OrderListContract(Contract):
    """Filters, sorts and pages of orders. Another organisation has the same, and a deleted order is there.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> OrderListContract().test_a_change_of_an_order_is_seen_in_the_list(acme)
    """

    @pytest.fixture
    def orders(self, acme: Agency, rival: Agency) -> list[Order]:
        """Give what must be listed."""
        fill(rival)
        return fill(acme)

    def test_orders_come_newest_first(self, acme: Agency, orders: list[Order]) -> None:
        """Unless somebody wants it otherwise, in a unit of work and out of it."""
        page = acme.read(list_orders)
        assert tuple(row.order for row in page.rows) == expected(orders, (), NEWEST_FIRST, PageRequest()).rows
        assert page.total == len(orders)
        with acme.begin() as uow:
            assert list_orders(uow) == page
            assert [uow.order_queries.get(row.order.id) for row in page.rows] == list(page.rows)

    def test_orders_by_every_filter(self, acme: Agency, rival: Agency, orders: list[Order]) -> None:
        """Filters hold for the rows and for the total; a foreign id is an unknown one."""
        foreign = rival.read(list_orders).rows[0].order
        some: dict[OrderFilter, list[Any]] = {
            OrderFilter.ID: [orders[0].id, orders[3].id, foreign.id, OrderId(acme.new_id())],
            OrderFilter.NUMBER: ["a", "A", "B", "100%", "%", "", "\U0010ffff"],
            OrderFilter.STATUS: [0, 1, 3, 99, 2**40],
            OrderFilter.CLIENT_ID: [orders[0].client_id, foreign.client_id, ClientId(UserId(acme.new_id()))],
            OrderFilter.SERVICE_ID: [orders[1].service_id, orders[2].service_id, ServiceId(acme.new_id())],
            OrderFilter.PRICE: [Decimal(5), Decimal("5.00"), Decimal("0.5"), Decimal("5.0005"), Decimal(-1)],
            OrderFilter.INVOICE_ID: [InvoiceId(acme.new_id())],
            OrderFilter.CREATED_AT: [NOON, NOON + timedelta(microseconds=2), NOON.replace(year=1)],
            OrderFilter.DATE_DUE: [orders[1].date_due, NOON, NOON.replace(year=9999)],
        }
        assert set(some) == set(OrderFilter)
        filters = [each for field, values in some.items() for each in conditions(field, values)]
        check_filters(listing(acme), orders, Sort(OrderSort.ID), filters)

    def test_orders_by_every_sort(self, acme: Agency, orders: list[Order]) -> None:
        """Equal ones by id, nulls last ascending and first descending, money by amount."""
        check_sorts(listing(acme), orders, OrderSort)

    @pytest.mark.parametrize("field", [OrderSort.STATUS, OrderSort.DATE_DUE])
    def test_pages_of_orders_together_are_the_whole(self, acme: Agency, orders: list[Order], field: OrderSort) -> None:
        """Nothing comes twice and nothing is left out, whatever the size of a page; beyond the end is nothing."""
        for descending in (True, False):
            check_pages(listing(acme), orders, Sort(field, descending), id_of=lambda order: order.id)

    def test_a_list_of_no_orders_is_empty(self, acme: Agency) -> None:
        """No rows, and none in total."""
        assert acme.read(list_orders) == Page((), 0)

    def test_a_change_of_an_order_is_seen_in_the_list(self, acme: Agency) -> None:
        """At once, also by whoever changed it and has not committed."""
        order = acme.order()
        with acme.begin() as uow:
            changed = uow.orders.save(happened(attrs.evolve(order, note="Changed")))
            (row,) = uow.order_queries.page((), NEWEST_FIRST, PageRequest()).rows
            assert row.order == changed
        assert acme.read(list_orders).rows == (row,)
