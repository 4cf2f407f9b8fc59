"""An organisation's proposals, one at a time and as they are shown."""

from __future__ import annotations

from collections.abc import Iterator

from service_engine.adapters.memory import aggregates
from service_engine.adapters.memory.listed import MemoryListed
from service_engine.adapters.memory.rows import row_of
from service_engine.adapters.memory.state import State, Work
from service_engine.domain.change import Change
from service_engine.domain.ids import ProposalId
from service_engine.domain.proposals import Proposal, ProposalItem
from service_engine.ports.proposals import (
    ProposalFilter,
    ProposalItemRow,
    ProposalRow,
    ProposalSort,
    ProposalSummary,
)

__all__ = ["MemoryProposalQueries", "MemoryProposals"]


class MemoryProposals:
    """``ports.proposals.Proposals`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, proposal_id: ProposalId) -> Proposal:
        """Return a live proposal, items included."""
        return aggregates.live("proposal", self._work.state.proposals, proposal_id)

    def add(self, change: Change[Proposal]) -> Proposal:
        """Store a new proposal, items included."""
        return aggregates.add(self._work, "proposal", self._work.state.proposals, change, _links)

    def save(self, change: Change[Proposal]) -> Proposal:
        """Store a changed proposal; a change without events writes nothing."""
        return aggregates.save(self._work, "proposal", self._work.state.proposals, change, _links)


class MemoryProposalQueries(MemoryListed[ProposalFilter, ProposalSort, Proposal, ProposalSummary]):
    """``ports.proposals.ProposalQueries`` in memory."""

    def __init__(self, work: Work) -> None:
        super().__init__(work, lambda state, field: state.proposals.ordered(field), _listed)

    def get(self, proposal_id: ProposalId) -> ProposalRow:
        """Return one live proposal with its items."""
        # Not remembered: nothing makes the state forget when a service is renamed.
        state = self._work.state
        proposal = aggregates.live("proposal", state.proposals, proposal_id)
        return ProposalRow(proposal=proposal, items=tuple(_item_row(state, item) for item in proposal.items))


def _listed(state: State, proposal: Proposal) -> ProposalSummary:
    return row_of(state, state.proposal_summaries, proposal, _summary)


def _item_row(state: State, item: ProposalItem) -> ProposalItemRow:
    service = state.services.rows[item.service_id]
    return ProposalItemRow(item=item, service_name=service.name, service_description=service.description)


def _summary(_: State, proposal: Proposal) -> ProposalSummary:
    return ProposalSummary(
        id=proposal.id,
        client_email=proposal.client_email,
        client_first_name=proposal.client_first_name,
        client_last_name=proposal.client_last_name,
        client_company=proposal.client_company,
        status=proposal.status,
        total=proposal.total,
        notes=proposal.notes,
        converted_order_id=proposal.converted_order_id,
        sent_at=proposal.sent_at,
        signed_at=proposal.signed_at,
        created_at=proposal.created_at,
        updated_at=proposal.updated_at,
    )


def _links(state: State, proposal: Proposal) -> Iterator[bool]:
    yield proposal.converted_order_id is None or proposal.converted_order_id in state.orders.rows
    yield all(item.service_id in state.services.rows for item in proposal.items)
