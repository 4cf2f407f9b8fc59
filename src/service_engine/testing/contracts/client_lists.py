"""How every store must list clients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from service_engine.domain.clients import Client, ClientPatch, delete_client
from service_engine.domain.ids import ClientId, UserId
from service_engine.domain.money import money
from service_engine.ports.clients import ClientFilter, ClientRow, ClientSort
from service_engine.ports.lists import Page, PageRequest, Sort
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened
from service_engine.testing.contracts.lists import check_filters, check_pages, check_sorts, conditions, expected
from service_engine.usecases.clients import NEWEST_FIRST, get_client, list_clients

__all__ = ["ClientListContract"]

NAMES = ("a", "B", "Z", "aa", "É", "é", "\uffff", "\U0001f600", "a")
BALANCES = ("5.00 USD", "5 JPY", "0.500 KWD", "5.001 KWD", "-3.25 EUR", "9999999999.99 USD", "0 JPY", "0.00 USD")
"""Compared by amount, whatever the currency."""


def fill(agency: Agency) -> list[Client]:
    """Store clients of every kind, in no order, one of them deleted; return those that are to be shown."""
    clients = []
    with agency.begin() as uow:
        for number, name in enumerate(NAMES):
            amount, currency = BALANCES[number % len(BALANCES)].split()
            details = ClientPatch(
                status=(1, 0, 7)[number % 3],
                address=agency.build.place() if number % 2 else None,
                created_at=NOON + timedelta(microseconds=number * 7 % 5),
            )
            client = agency.build.client(
                email=f"{'cab'[number % 3]}{number}@example.com",
                first_name=name,
                last_name=NAMES[-number],
                role_id=agency.client_role.id,
                details=details,
            )
            clients.append(uow.clients.add(happened(attrs.evolve(client, balance=money(amount, currency)))))
        gone = uow.clients.add(happened(agency.build.client(role_id=agency.client_role.id)))
        uow.clients.save(delete_client(gone, dependents=(), at=NOON))
    return clients


def listing(agency: Agency) -> Any:
    """Return the list of one organisation's clients, as a function that gives bare clients."""

    def lists(*, filters: Sequence[Any], sort: Sort[ClientSort], page: PageRequest) -> Page[Client]:
        found = agency.read(list_clients, filters=filters, sort=sort, page=page)
        assert all((row.role, row.spent) == (agency.client_role, None) for row in found.rows)
        return Page(tuple(row.client for row in found.rows), found.total)

    return lists


class ClientListContract(Contract):
    """Filters, sorts and pages of clients. Another organisation has the same; staff are no clients.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> ClientListContract().test_clients_come_newest_first(acme, fill(acme))
    """

    @pytest.fixture
    def clients(self, acme: Agency, rival: Agency) -> list[Client]:
        """Give who must be listed."""
        fill(rival)
        return fill(acme)

    def test_clients_come_newest_first(self, acme: Agency, clients: list[Client]) -> None:
        """Unless somebody wants it otherwise, in a unit of work and out of it; a row is what shows one."""
        rows = [ClientRow(client=client, role=acme.client_role, spent=None) for client in clients]
        page = acme.read(list_clients)
        assert [row.client for row in page.rows] == list(expected(clients, (), NEWEST_FIRST, PageRequest()).rows)
        with acme.begin() as uow:
            assert list_clients(uow) == page
        assert sorted(map(repr, page.rows)) == sorted(map(repr, rows))
        for row in rows:
            assert acme.read(get_client, row.client.id) == row

    def test_clients_by_every_filter(self, acme: Agency, rival: Agency, clients: list[Client]) -> None:
        """Filters hold for the rows and for the total; money is compared by its amount."""
        foreign = rival.read(list_clients).rows[0].client
        some: dict[ClientFilter, list[Any]] = {
            ClientFilter.ID: [clients[0].id, clients[3].id, foreign.id, ClientId(UserId(acme.new_id()))],
            ClientFilter.EMAIL: ["b2@example.com", "B2@example.com", "b", "", "%", "\U0010ffff"],
            ClientFilter.STATUS: [0, 1, 7, -1, 2**40],
            ClientFilter.BALANCE: [Decimal(5), Decimal("5.00"), Decimal("0.5"), Decimal("-3.25"), Decimal("5.0005")],
            ClientFilter.CREATED_AT: [NOON, NOON + timedelta(microseconds=2), NOON.replace(year=1)],
        }
        assert set(some) == set(ClientFilter)
        filters = [each for field, values in some.items() for each in conditions(field, values)]
        check_filters(listing(acme), clients, Sort(ClientSort.ID), filters)

    def test_clients_by_every_sort(self, acme: Agency, clients: list[Client]) -> None:
        """Equal ones by id, text by code points, money by amount."""
        check_sorts(listing(acme), clients, ClientSort)

    @pytest.mark.parametrize("field", [ClientSort.STATUS, ClientSort.CREATED_AT])
    def test_pages_of_clients_together_are_the_whole(
        self, acme: Agency, clients: list[Client], field: ClientSort
    ) -> None:
        """Nothing comes twice and nothing is left out, whatever the size of a page; beyond the end is nothing."""
        for descending in (True, False):
            check_pages(listing(acme), clients, Sort(field, descending), id_of=lambda client: client.id)

    def test_a_list_of_nobody_is_empty(self, acme: Agency) -> None:
        """The administrator is no client."""
        assert acme.read(list_clients) == Page((), 0)
