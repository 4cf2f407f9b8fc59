"""How every store must list services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from service_engine.domain.ids import ServiceFolderId, ServiceId
from service_engine.domain.services import Recurrence, Service, ServicePatch, delete_service
from service_engine.ports.lists import Page, PageRequest, Sort
from service_engine.ports.services import ServiceFilter, ServiceSort
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract
from service_engine.testing.contracts.lists import check_filters, check_pages, check_sorts, conditions, expected
from service_engine.usecases.services import NEWEST_FIRST, list_services

__all__ = ["ServiceListContract"]

NAMES = ("a", "B", "Z", "aa", "É", "é", "\uffff", "\U0001f600", "a")
PRICES = ("5.00 USD", "5 JPY", "0.500 KWD", None, "5.001 KWD", "9999999999.99 USD")
"""Compared by amount, whatever the currency; None is a price that is agreed on each time."""


def fill(agency: Agency) -> list[Service]:
    """Store services of every kind, in no order, one of them deleted; return those that are to be shown."""
    folder = agency.folder()
    services = []
    for number, name in enumerate(NAMES):
        amount, currency = (PRICES[number % len(PRICES)] or " EUR").split(" ")
        details = ServicePatch(
            price=Decimal(amount) if amount else None,
            public=number % 2 == 0,
            sort_order=number % 4 - 1,
            folder_id=folder.id if number % 3 else None,
        )
        services.append(
            agency.service(
                name=name,
                currency=currency,
                recurrence=tuple(Recurrence)[number % len(Recurrence)],
                at=NOON + timedelta(microseconds=number * 7 % 5),
                employee_ids=[agency.administrator.id] if number % 2 else [],
                details=details,
            )
        )
    gone = agency.service()
    with agency.begin() as uow:
        uow.services.save(delete_service(gone, at=NOON))
    return services


def listing(agency: Agency) -> Any:
    """Return the list of one organisation's services, as a function."""

    def lists(*, filters: Sequence[Any], sort: Sort[ServiceSort], page: PageRequest) -> Page[Service]:
        return agency.read(list_services, filters=filters, sort=sort, page=page)

    return lists


class ServiceListContract(Contract):
    """Filters, sorts and pages of services. Another organisation has the same, and a deleted service is there.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> ServiceListContract().test_a_list_of_no_services_is_empty(acme)
    """

    @pytest.fixture
    def services(self, acme: Agency, rival: Agency) -> list[Service]:
        """Give what must be listed."""
        fill(rival)
        return fill(acme)

    def test_services_come_newest_first(self, acme: Agency, services: list[Service]) -> None:
        """Unless somebody wants it otherwise, in a unit of work and out of it."""
        page = acme.read(list_services)
        assert page == expected(services, (), NEWEST_FIRST, PageRequest())
        with acme.begin() as uow:
            assert list_services(uow) == page

    def test_services_by_every_filter(self, acme: Agency, rival: Agency, services: list[Service]) -> None:
        """Filters hold for the rows and for the total; a foreign id is an unknown one."""
        foreign = rival.read(list_services).rows[0]
        some: dict[ServiceFilter, list[Any]] = {
            ServiceFilter.ID: [services[0].id, services[3].id, foreign.id, ServiceId(acme.new_id())],
            ServiceFilter.NAME: ["a", "A", "B", "", "%", "\U0010ffff"],
            ServiceFilter.RECURRENCE: [0, 1, 2, 99],
            ServiceFilter.PUBLIC: [True, False],
            ServiceFilter.PRICE: [Decimal(5), Decimal("5.00"), Decimal("0.5"), Decimal("5.0005"), Decimal(-1)],
            ServiceFilter.CURRENCY: ["USD", "usd", "JPY", ""],
            ServiceFilter.FOLDER_ID: [services[1].folder_id, rival.folder().id, ServiceFolderId(acme.new_id())],
            ServiceFilter.CREATED_AT: [NOON, NOON + timedelta(microseconds=2), NOON.replace(year=1)],
        }
        assert set(some) == set(ServiceFilter)
        filters = [each for field, values in some.items() for each in conditions(field, values)]
        check_filters(listing(acme), services, Sort(ServiceSort.ID), filters)

    def test_services_by_every_sort(self, acme: Agency, services: list[Service]) -> None:
        """Equal ones by id, nulls last ascending and first descending, text by code points, money by amount."""
        check_sorts(listing(acme), services, ServiceSort)

    @pytest.mark.parametrize("field", [ServiceSort.PRICE, ServiceSort.SORT_ORDER])
    def test_pages_of_services_together_are_the_whole(
        self, acme: Agency, services: list[Service], field: ServiceSort
    ) -> None:
        """Nothing comes twice and nothing is left out, whatever the size of a page; beyond the end is nothing."""
        for descending in (True, False):
            check_pages(listing(acme), services, Sort(field, descending), id_of=lambda service: service.id)

    def test_a_list_of_no_services_is_empty(self, acme: Agency) -> None:
        """No rows, and none in total."""
        assert acme.read(list_services) == Page((), 0)
