"""How every store must list tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from service_engine.domain import tickets
from service_engine.domain.ids import ClientId, OrderId, UserId
from service_engine.domain.ticket_messages import receive_message
from service_engine.domain.tickets import TicketStatus
from service_engine.ports.lists import Condition, Operator, Page, PageRequest, Sort
from service_engine.ports.tickets import TicketFilter, TicketRow, TicketSort
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened
from service_engine.testing.contracts.lists import check_filters, check_pages, check_sorts, conditions, expected
from service_engine.testing.contracts.ticket_views import row_of
from service_engine.usecases.tickets import NEWEST_FIRST, list_tickets

__all__ = ["TicketListContract"]

SUBJECTS = ("a", "B", "Z", "aa", "É", "é", "e\u0301", "\uffff", "\U0001f600", "100%", "日本語", "a")
"""Code points, not letters, decide: capitals before small ones, and what is beyond 16 bits last."""


def fill(agency: Agency) -> list[TicketRow]:
    """Store tickets of every kind, in no order; return how each must be shown."""
    clients = [agency.client(), agency.client()]
    order = agency.order(client_id=clients[0].id)
    staff = [agency.administrator, agency.employee()]
    tags = agency.tags("x", "y")
    rows = []
    with agency.begin() as uow:
        for number, subject in enumerate(SUBJECTS):
            client = clients[number % 3 % 2]
            ticket = agency.build.ticket(
                client_id=client.id,
                subject=subject,
                status=TicketStatus(number % 3 + 1),
                order_id=order.id if number % 4 == 1 else None,
                employee_ids=[each.id for each in staff[: number % 3]],
                tags=tags[number % 3 :],
                metadata={"n": number},
                at=NOON + timedelta(microseconds=number * 7 % 5),
            )
            uow.tickets.add(happened(ticket))
            if number % 2:
                at = NOON + timedelta(microseconds=number * 3 % 4)
                message = agency.build.message(ticket, author_id=client.id, at=at)
                ticket = uow.tickets.save(receive_message(ticket, message))
                uow.ticket_messages.add(happened(message))
            rows.append(row_of(ticket, client, staff, agency))
        gone = agency.build.ticket(client_id=clients[0].id, subject="a")
        uow.tickets.add(happened(gone))
        uow.tickets.save(tickets.delete(gone, at=NOON))
    return rows


def listing(agency: Agency) -> Any:
    """Return the list of one organisation's tickets, as a function."""

    def lists(*, filters: Sequence[Any], sort: Sort[TicketSort], page: PageRequest) -> Page[TicketRow]:
        return agency.read(list_tickets, filters=filters, sort=sort, page=page)

    return lists


class TicketListContract(Contract):
    """Filters, sorts and pages of tickets. Another organisation has the same, and a deleted ticket is there.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> TicketListContract().test_a_change_is_seen_in_the_list(acme)
    """

    @pytest.fixture
    def rows(self, acme: Agency, rival: Agency) -> list[TicketRow]:
        """Give what must be listed."""
        fill(rival)
        return fill(acme)

    def test_tickets_come_newest_first(self, acme: Agency, rows: list[TicketRow]) -> None:
        """Unless somebody wants it otherwise, twenty on a page, in a unit of work and out of it."""
        page = acme.read(list_tickets)
        assert page == expected(rows, (), NEWEST_FIRST, PageRequest())
        with acme.begin() as uow:
            assert list_tickets(uow) == page

    def test_tickets_by_every_filter(self, acme: Agency, rival: Agency, rows: list[TicketRow]) -> None:
        """Filters hold for the rows and for the total; a foreign id is an unknown one."""
        foreign = rival.read(list_tickets).rows[0]
        nobody, nothing = ClientId(UserId(acme.new_id())), OrderId(acme.new_id())
        some: dict[TicketFilter, list[Any]] = {
            TicketFilter.CLIENT_ID: [rows[0].client_id, rows[1].client_id, nobody, foreign.client_id],
            TicketFilter.STATUS: [1, 2, 3, 0, 32_767, 2**40],
            TicketFilter.ORDER_ID: [rows[1].order_id, nothing],
            TicketFilter.CREATED_AT: [rows[0].created_at, NOON + timedelta(microseconds=2), NOON.replace(year=1)],
            TicketFilter.LAST_MESSAGE_AT: [rows[1].last_message_at, NOON, NOON.replace(year=9999)],
        }
        assert set(some) == set(TicketFilter)
        filters = [each for field, values in some.items() for each in conditions(field, values)]
        check_filters(listing(acme), rows, Sort(TicketSort.ID), filters)

    def test_tickets_by_every_sort(self, acme: Agency, rows: list[TicketRow]) -> None:
        """Equal ones by id, nulls last ascending and first descending, text by code points."""
        check_sorts(listing(acme), rows, TicketSort)

    @pytest.mark.parametrize("field", [TicketSort.STATUS, TicketSort.LAST_MESSAGE_AT])
    def test_pages_of_tickets_together_are_the_whole(
        self, acme: Agency, rows: list[TicketRow], field: TicketSort
    ) -> None:
        """Nothing comes twice and nothing is left out, whatever the size of a page; beyond the end is nothing."""
        for descending in (True, False):
            check_pages(listing(acme), rows, Sort(field, descending), id_of=lambda row: row.id)

    def test_tickets_by_filters_sort_and_page_together(self, acme: Agency, rows: list[TicketRow]) -> None:
        """The second page of a filtered list, sorted."""
        filters = [
            Condition(TicketFilter.STATUS, Operator.IN, (1, 3)),
            Condition(TicketFilter.LAST_MESSAGE_AT, Operator.GT, NOON),
        ]
        for number in (1, 2, 3):
            sort, page = Sort(TicketSort.SUBJECT, descending=False), PageRequest(number=number, size=1)
            assert listing(acme)(filters=filters, sort=sort, page=page) == expected(rows, filters, sort, page)

    def test_a_list_of_nothing_is_empty(self, acme: Agency) -> None:
        """No rows, and none in total."""
        assert acme.read(list_tickets) == Page((), 0)

    def test_a_change_is_seen_in_the_list(self, acme: Agency) -> None:
        """At once, also by whoever changed it and has not committed."""
        ticket = acme.ticket()
        with acme.begin() as uow:
            closed = uow.tickets.save(tickets.close(ticket, at=NOON))
            (row,) = uow.ticket_queries.page((), NEWEST_FIRST, PageRequest()).rows
            assert (row.status, row.date_closed) == (closed.status, closed.date_closed)
        assert acme.read(list_tickets).rows == (row,)
        assert row.updated_at == closed.updated_at
