"""How every store must go on after a row, in any list.

The measure are its pages by number, which have a contract of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from attrs import frozen

from service_engine.ports.clients import ClientSort
from service_engine.ports.invoices import InvoiceSort
from service_engine.ports.keysets import (
    CappedTotal,
    Counting,
    Cursor,
    ExactTotal,
    KeysetPage,
    KeysetRequest,
    read_cursor,
)
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort, SortField
from service_engine.ports.orders import OrderSort
from service_engine.ports.proposals import ProposalSort
from service_engine.ports.services import ServiceSort
from service_engine.ports.tickets import TicketFilter, TicketSort
from service_engine.testing.builders import NOON
from service_engine.testing.contracts import (
    client_lists,
    invoice_lists,
    order_lists,
    proposal_lists,
    service_lists,
    ticket_lists,
)
from service_engine.testing.contracts.agency import Agency, Contract
from service_engine.testing.contracts.lists import expected as expected_page
from service_engine.usecases.clients import list_clients, scroll_clients
from service_engine.usecases.invoices import list_invoices, scroll_invoices
from service_engine.usecases.orders import list_orders, scroll_orders
from service_engine.usecases.proposals import list_proposals, scroll_proposals
from service_engine.usecases.services import list_services, scroll_services
from service_engine.usecases.tickets import NEWEST_FIRST, delete_ticket, list_tickets, scroll_tickets

__all__ = ["KeysetContract"]

EVERYTHING = PageRequest(size=100)


@frozen
class Listing:
    """One noun's list, both ways, and what fills it."""

    fill: Callable[[Agency], Any]
    by_number: Callable[..., Any]
    by_keyset: Callable[..., Any]
    sorts: type[SortField]


LISTINGS = {
    "clients": Listing(client_lists.fill, list_clients, scroll_clients, ClientSort),
    "services": Listing(service_lists.fill, list_services, scroll_services, ServiceSort),
    "orders": Listing(order_lists.fill, list_orders, scroll_orders, OrderSort),
    "proposals": Listing(proposal_lists.fill, list_proposals, scroll_proposals, ProposalSort),
    "invoices": Listing(invoice_lists.fill, list_invoices, scroll_invoices, InvoiceSort),
    "tickets": Listing(ticket_lists.fill, list_tickets, scroll_tickets, TicketSort),
}


def scrolled(agency: Agency, listing: Listing, sort: Sort[Any], size: int) -> Iterator[KeysetPage[Any, Any]]:
    """Give page after page until there is none; a list that never ends is no list."""
    after = None
    for _ in range(EVERYTHING.size):
        page = agency.read(listing.by_keyset, sort=sort, page=KeysetRequest(size=size, after=after))
        yield page
        if page.following is None:
            return
        after = read_cursor(page.following.token, sort)
    pytest.fail(f"there is a page after every page, by {sort}")


class KeysetContract(Contract):
    """Keyset pages of every list. Another organisation has the same, and something deleted is there.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> KeysetContract().test_a_cursor_of_another_order_is_refused(acme)
    """

    @pytest.mark.parametrize("noun", LISTINGS)
    def test_keyset_pages_together_are_the_list(self, acme: Agency, rival: Agency, noun: str) -> None:
        """By every sort, in both directions, nulls and equal ones included; every page but the last one is full."""
        listing = LISTINGS[noun]
        listing.fill(rival)
        listing.fill(acme)
        for field in listing.sorts:
            for descending in (True, False):
                sort = Sort(field, descending)
                whole = acme.read(listing.by_number, sort=sort, page=EVERYTHING)
                for size in (1, 4) if descending else (3,):
                    pages = list(scrolled(acme, listing, sort, size))
                    assert tuple(row for page in pages for row in page.rows) == whole.rows, sort
                    assert [len(page.rows) for page in pages[:-1]] == [size] * (len(pages) - 1)
                    assert 0 < len(pages[-1].rows) <= size
                    assert {page.total for page in pages} == {None}

    def test_a_keyset_page_of_nothing_is_empty(self, acme: Agency, rival: Agency) -> None:
        """And nothing comes after it, and nothing is counted, whoever else has tickets."""
        rival.ticket()
        page = KeysetRequest[TicketSort](counting=Counting.EXACT)
        assert acme.read(scroll_tickets, page=page) == KeysetPage((), None, ExactTotal(0))

    def test_a_keyset_page_keeps_to_the_filters(self, acme: Agency) -> None:
        """Its rows and its total; the total is that of all pages."""
        rows = ticket_lists.fill(acme)
        some = [Condition(TicketFilter.STATUS, Operator.IN, (1, 3))]
        expected = [row.id for row in expected_page(rows, some, NEWEST_FIRST, EVERYTHING).rows]
        found: list[Any] = []
        after = None
        for _ in range(len(expected)):
            page = KeysetRequest[TicketSort](size=1, after=after, counting=Counting.EXACT)
            answer = acme.read(scroll_tickets, filters=some, page=page)
            assert answer.total == ExactTotal(len(expected))
            found += [row.id for row in answer.rows]
            after = answer.following
        assert (found, after) == (expected, None)

    def test_a_count_stops_at_its_cap(self, acme: Agency) -> None:
        """Up to the cap it is exact; beyond it, it says that there are more, and not how many."""
        for _ in range(3):
            acme.ticket()
        for cap, total in ((2, CappedTotal(2)), (3, ExactTotal(3)), (4, ExactTotal(3))):
            page = KeysetRequest[TicketSort](size=1, counting=Counting.CAPPED, cap=cap)
            assert acme.read(scroll_tickets, page=page).total == total

    def test_what_comes_and_goes_moves_no_page(self, acme: Agency) -> None:
        """A page goes on after its row, also when that was deleted and newer ones were opened since."""
        tickets = [acme.ticket(at=NOON + timedelta(minutes=minute)) for minute in range(4)]
        first = acme.read(scroll_tickets, page=KeysetRequest(size=2))
        assert [row.id for row in first.rows] == [tickets[3].id, tickets[2].id]
        acme.run(delete_ticket, tickets[2].id, at=NOON + timedelta(hours=1))
        acme.ticket(at=NOON + timedelta(hours=2))
        rest = acme.read(scroll_tickets, page=KeysetRequest(size=2, after=first.following))
        assert ([row.id for row in rest.rows], rest.following) == ([tickets[1].id, tickets[0].id], None)

    def test_a_cursor_of_another_organization_is_only_a_place(self, acme: Agency, rival: Agency) -> None:
        """It shows nothing of where it came from."""
        theirs = rival.ticket(at=NOON + timedelta(minutes=1))
        ours = [acme.ticket(at=NOON), acme.ticket(at=NOON + timedelta(minutes=2))]
        place = Cursor(NEWEST_FIRST, theirs.created_at, theirs.id)
        assert [row.id for row in acme.read(scroll_tickets, page=KeysetRequest(after=place)).rows] == [ours[0].id]

    def test_a_cursor_of_another_order_is_refused(self, acme: Agency) -> None:
        """Rather than that rows are left out."""
        ticket = acme.ticket()
        place = Cursor(Sort(TicketSort.CREATED_AT, descending=False), ticket.created_at, ticket.id)
        with pytest.raises(ValueError, match="cannot go on by"):
            acme.read(scroll_tickets, page=KeysetRequest(after=place))

    def test_a_cursor_may_stand_where_no_row_can_be(self, acme: Agency) -> None:
        """The greatest whole number there is, before every time, a text that sorts last."""
        ticket = acme.ticket(at=NOON)
        for field, value in (
            (TicketSort.STATUS, 2**63 - 1),
            (TicketSort.CREATED_AT, NOON.replace(year=9999)),
            (TicketSort.SUBJECT, "\U0010ffff"),
        ):
            for descending, rows in ((True, [ticket.id]), (False, [])):
                sort = Sort(field, descending)
                page = KeysetRequest(after=Cursor(sort, value, ticket.id))
                assert [row.id for row in acme.read(scroll_tickets, sort=sort, page=page).rows] == rows
