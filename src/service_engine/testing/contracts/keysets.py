"""How every store must go on after a row, in any list.

The measure are its pages by number, which have a contract of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Any
from uuid import UUID

import pytest
from attrs import frozen

from service_engine.domain.invoices import InvoiceStatus
from service_engine.ports.clients import ClientFilter, ClientSort
from service_engine.ports.invoices import InvoiceFilter, InvoiceSort
from service_engine.ports.keysets import (
    CappedTotal,
    Counting,
    Cursor,
    ExactTotal,
    KeysetPage,
    KeysetRequest,
    read_cursor,
)
from service_engine.ports.lists import MAX_CONDITIONS, Condition, Field, Operator, PageRequest, Sort, SortField
from service_engine.ports.orders import OrderFilter, OrderSort
from service_engine.ports.proposals import ProposalFilter, ProposalSort
from service_engine.ports.services import ServiceFilter, ServiceSort
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
    filters: type[Field]


LISTINGS = {
    "clients": Listing(client_lists.fill, list_clients, scroll_clients, ClientSort, ClientFilter),
    "services": Listing(service_lists.fill, list_services, scroll_services, ServiceSort, ServiceFilter),
    "orders": Listing(order_lists.fill, list_orders, scroll_orders, OrderSort, OrderFilter),
    "proposals": Listing(proposal_lists.fill, list_proposals, scroll_proposals, ProposalSort, ProposalFilter),
    "invoices": Listing(invoice_lists.fill, list_invoices, scroll_invoices, InvoiceSort, InvoiceFilter),
    "tickets": Listing(ticket_lists.fill, list_tickets, scroll_tickets, TicketSort, TicketFilter),
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

    @pytest.mark.parametrize("noun", LISTINGS)
    def test_the_filters_of_a_list_are_bounded(self, acme: Agency, noun: str) -> None:
        """A hundred of them can be asked together, by number and by keyset; more is wrong use, and asks nothing."""
        listing = LISTINGS[noun]
        early = Condition(listing.filters["CREATED_AT"], Operator.LT, NOON)
        for query in (listing.by_number, listing.by_keyset):
            assert acme.read(query, filters=[early] * MAX_CONDITIONS).rows == ()
            with pytest.raises(ValueError, match="a list takes at most 100 filters, not 101"):
                acme.read(query, filters=[early] * (MAX_CONDITIONS + 1))

    @pytest.mark.parametrize("noun", LISTINGS)
    def test_a_filter_of_another_kind_is_refused(self, acme: Agency, noun: str) -> None:
        """Every field says what it is compared with; what it takes, the list can be asked, by number and by keyset."""
        listing = LISTINGS[noun]
        taken: dict[type, list[Any]] = {
            UUID: [acme.org_id],
            str: ["1"],
            int: [1, InvoiceStatus.UNPAID],
            bool: [True],
            Decimal: [Decimal("1.5"), 1],
            datetime: [NOON],
        }
        everything = {*(value for some in taken.values() for value in some), 1.5, NOON.date()}
        for field in listing.filters:
            for value in taken[field.kind]:
                some = [Condition(field, how, value) for how in (Operator.EQ, Operator.LT, Operator.GT)]
                for each in (*some, Condition(field, Operator.IN, (value,))):
                    assert acme.read(listing.by_number, filters=[each]).total == 0
                    assert acme.read(listing.by_keyset, filters=[each]).rows == ()
            for value in everything:
                if not any(value == each and type(value) is type(each) for each in taken[field.kind]):
                    self._is_refused(field, value)

    def _is_refused(self, field: Field, value: Any) -> None:
        if isinstance(value, IntEnum) and field.kind is Decimal:
            return  # a whole number
        for how, given in ((Operator.EQ, value), (Operator.GT, value), (Operator.IN, (value,))):
            with pytest.raises(TypeError, match=f"{type(value).__name__!r} was given"):
                Condition(field, how, given)

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
