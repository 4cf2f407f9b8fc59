"""How every store must list proposals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest

from service_engine.domain.ids import ProposalId
from service_engine.domain.money import money
from service_engine.domain.proposals import Proposal, ProposalStatus, delete, reject, send, sign
from service_engine.ports.lists import Page, PageRequest, Sort
from service_engine.ports.proposals import ProposalFilter, ProposalSort, ProposalSummary
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened
from service_engine.testing.contracts.lists import check_filters, check_pages, check_sorts, conditions, expected
from service_engine.usecases.proposals import NEWEST_FIRST, list_proposals

__all__ = ["ProposalListContract"]

EMAILS = ("a@example.com", "b@example.com", "aa@example.com", "a_@example.com", "a@example.com")
PRICES = ("5.00 USD", "5 JPY", "0.500 KWD", "5.001 KWD", "9999999999.99 USD", "0 JPY")
"""Compared by amount, whatever the currency."""
COUNT = 12


def summary_of(proposal: Proposal) -> ProposalSummary:
    """Return what a list must show of a proposal."""
    return ProposalSummary(**{each.name: getattr(proposal, each.name) for each in attrs.fields(ProposalSummary)})


def fill(agency: Agency) -> list[ProposalSummary]:
    """Store proposals of every kind, in no order, one of them deleted; return those that are to be shown."""
    service, order = agency.service(), agency.order()
    proposals = []
    with agency.begin() as uow:
        for number in range(COUNT):
            amount, currency = PRICES[number % len(PRICES)].split()
            at = NOON + timedelta(microseconds=number * 7 % 5)
            proposal = agency.build.proposal(
                client_email=EMAILS[number % len(EMAILS)],
                items=[agency.build.proposal_item(service_id=service.id, price=money(amount, currency))],
                client_company="Acme Corp" if number % 3 else None,
                notes=None if number % 4 else "Two sites.",
                at=at,
            )
            status = tuple(ProposalStatus)[number % len(ProposalStatus)]
            if status is not ProposalStatus.DRAFT:
                proposal = send(proposal, at=at + timedelta(microseconds=number % 3)).state
            if status is ProposalStatus.SIGNED:
                proposal = sign(proposal, order_id=order.id, at=at + timedelta(microseconds=number % 5)).state
            if status is ProposalStatus.REJECTED:
                proposal = reject(proposal, at=at).state
            proposals.append(uow.proposals.add(happened(proposal)))
        gone = uow.proposals.add(happened(agency.build.proposal(service_id=service.id)))
        uow.proposals.save(delete(gone, at=NOON))
    return [summary_of(proposal) for proposal in proposals]


def listing(agency: Agency) -> Any:
    """Return the list of one organisation's proposals, as a function."""

    def lists(*, filters: Sequence[Any], sort: Sort[ProposalSort], page: PageRequest) -> Page[ProposalSummary]:
        return agency.read(list_proposals, filters=filters, sort=sort, page=page)

    return lists


class ProposalListContract(Contract):
    """Filters, sorts and pages of proposals. Another organisation has the same, and a deleted proposal is there.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> ProposalListContract().test_a_change_of_a_proposal_is_seen_in_the_list(acme)
    """

    @pytest.fixture
    def proposals(self, acme: Agency, rival: Agency) -> list[ProposalSummary]:
        """Give what must be listed."""
        fill(rival)
        return fill(acme)

    def test_proposals_come_newest_first(self, acme: Agency, proposals: list[ProposalSummary]) -> None:
        """Unless somebody wants it otherwise, in a unit of work and out of it; a row is what shows one, less items."""
        page = acme.read(list_proposals)
        assert page == expected(proposals, (), NEWEST_FIRST, PageRequest())
        with acme.begin() as uow:
            assert list_proposals(uow) == page
            assert [summary_of(uow.proposal_queries.get(row.id).proposal) for row in page.rows] == list(page.rows)

    def test_proposals_by_every_filter(self, acme: Agency, rival: Agency, proposals: list[ProposalSummary]) -> None:
        """Filters hold for the rows and for the total (D56); a foreign id is an unknown one."""
        foreign = rival.read(list_proposals).rows[0]
        some: dict[ProposalFilter, list[Any]] = {
            ProposalFilter.ID: [proposals[0].id, proposals[3].id, foreign.id, ProposalId(acme.new_id())],
            ProposalFilter.STATUS: [0, 1, 2, 3, 99, 2**40],
            ProposalFilter.CLIENT_EMAIL: [
                "a@example.com",
                "A@example.com",
                "a",
                "",
                "%",
                "a_@example.com",
                "\U0010ffff",
            ],
            ProposalFilter.CREATED_AT: [NOON, NOON + timedelta(microseconds=2), NOON.replace(year=1)],
        }
        assert set(some) == set(ProposalFilter)
        filters = [each for field, values in some.items() for each in conditions(field, values)]
        check_filters(listing(acme), proposals, Sort(ProposalSort.ID), filters)

    def test_proposals_by_every_sort(self, acme: Agency, proposals: list[ProposalSummary]) -> None:
        """Equal ones by id, nulls last ascending and first descending, money by amount."""
        check_sorts(listing(acme), proposals, ProposalSort)

    @pytest.mark.parametrize("field", [ProposalSort.CLIENT_EMAIL, ProposalSort.SIGNED_AT])
    def test_pages_of_proposals_together_are_the_whole(
        self, acme: Agency, proposals: list[ProposalSummary], field: ProposalSort
    ) -> None:
        """Nothing comes twice and nothing is left out, whatever the size of a page; beyond the end is nothing."""
        for descending in (True, False):
            check_pages(listing(acme), proposals, Sort(field, descending), id_of=lambda proposal: proposal.id)

    def test_a_list_of_no_proposals_is_empty(self, acme: Agency) -> None:
        """No rows, and none in total."""
        assert acme.read(list_proposals) == Page((), 0)

    def test_a_change_of_a_proposal_is_seen_in_the_list(self, acme: Agency) -> None:
        """At once, also by whoever changed it and has not committed."""
        proposal = acme.proposal()
        with acme.begin() as uow:
            uow.proposal_queries.page((), NEWEST_FIRST, PageRequest())  # so that whoever remembers rows has one
            sent = uow.proposals.save(send(proposal, at=NOON))
            (row,) = uow.proposal_queries.page((), NEWEST_FIRST, PageRequest()).rows
            assert row == summary_of(sent)
        assert acme.read(list_proposals).rows == (row,)
