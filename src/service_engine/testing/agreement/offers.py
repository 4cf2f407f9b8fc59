"""The rules of proposals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, rule

from service_engine.domain.proposals import Proposal, ProposalStatus
from service_engine.ports.lists import Sort
from service_engine.ports.proposals import ProposalSort
from service_engine.testing.agreement import billing_inputs, inputs
from service_engine.testing.agreement.asking import EVERYTHING
from service_engine.testing.agreement.books import BooksMachine
from service_engine.testing.agreement.bundles import (
    any_proposal,
    any_service,
    at_home,
    orders,
    proposal_ids,
    proposals,
)
from service_engine.testing.agreement.inputs import Choice, Ref
from service_engine.testing.builders import NOON
from service_engine.usecases import proposals as proposal_cases
from service_engine.usecases.proposals import ProposedService

__all__ = ["OfferRules"]


class OfferRules(BooksMachine):
    """Every use case of proposals, as a rule.

    Example:
        >>> {"draft_proposal", "move_proposal", "sign_proposal"} <= set(vars(OfferRules))
        True
    """

    @initialize(target=proposals)
    def first_proposals(self) -> Any:
        """Give each organisation a proposal that was sent, and whose client is nobody yet."""
        return multiple(*(Ref(org, proposal.id) for org, proposal in enumerate(self.first_proposal)))

    @cached_property
    def first_proposal(self) -> list[Proposal]:
        """A proposal of each of the two."""
        return [self._first_proposal(org) for org in (0, 1)]

    def _first_proposal(self, org: int) -> Any:
        drafted = self.both(
            org,
            proposal_cases.draft_proposal,
            client_email="new@example.com",
            client_first_name="New",
            client_last_name="Client",
            items=[
                ProposedService(service_id=self.first_service[org].id, quantity=quantity, price=Decimal(100))
                for quantity in (2, 1)
            ],
            at=NOON,
        )
        self.kept(org, drafted)
        return self.both(org, proposal_cases.send_proposal, drafted.id, at=NOON)

    @rule(
        target=proposals,
        org=st.integers(0, 1),
        client_email=billing_inputs.people(),
        client_first_name=billing_inputs.first_names(),
        client_last_name=billing_inputs.first_names(),
        client_company=inputs.mostly(st.none(), inputs.names()),
        offered=billing_inputs.offers(),
        chosen=st.none() | inputs.choices(any_service),
        notes=inputs.mostly(st.just("Two sites."), inputs.notes()),
        at=inputs.times(),
    )
    def draft_proposal(self, org: int, offered: list[Any], chosen: Choice | None, **given: Any) -> Any:
        """Write a proposal, of foreign, deleted and unknown services once in a while."""
        service_ids = [self.first_service[org].id] if chosen is None else chosen.ids(org)
        items = [
            ProposedService(service_id=service_id, quantity=quantity, price=price)
            for service_id, (quantity, price) in zip(service_ids, offered, strict=False)
        ]
        return self.kept(org, self.both(org, proposal_cases.draft_proposal, items=items, **given))

    @rule(
        proposal=any_proposal,
        home=at_home,
        use_case=st.sampled_from(
            (proposal_cases.send_proposal,) * 3 + (proposal_cases.reject_proposal, proposal_cases.delete_proposal)
        ),
        at=inputs.times(),
    )
    def move_proposal(self, proposal: Ref, home: bool, use_case: Callable[..., Any], at: datetime) -> None:
        """Send, reject or delete a proposal, again and again."""
        self.both(proposal.org if home else 1 - proposal.org, use_case, proposal.id, at=at)

    @rule(target=orders, proposal=any_proposal, home=at_home, at=inputs.times())
    def sign_proposal(self, proposal: Ref, home: bool, at: datetime) -> Any:
        """Sign a proposal, again and again; its client may be one already, or somebody of the staff."""
        org = proposal.org if home else 1 - proposal.org
        signed = self.both(org, proposal_cases.sign_proposal, proposal.id, at=at)
        if signed is None:
            return multiple()
        assert signed.proposal.status is ProposalStatus.SIGNED
        assert signed.proposal.converted_order_id == signed.order.id
        self.note(org, signed.order.client_id)
        return self.placed(org, signed.order.id)

    @rule(proposal=any_proposal, home=at_home)
    def get_proposal(self, proposal: Ref, home: bool) -> None:
        """Show a proposal."""
        self.read(proposal.org if home else 1 - proposal.org, proposal_cases.get_proposal, proposal.id)

    @rule(
        org=st.integers(0, 1),
        questions=st.lists(
            st.tuples(billing_inputs.proposal_filters(proposal_ids), billing_inputs.proposal_sorts(), inputs.pages()),
            min_size=1,
            max_size=4,
        ),
    )
    def list_proposals(self, org: int, questions: list[Any]) -> None:
        """List some of them, a few times over."""
        self.look_through(org, proposal_cases.list_proposals, proposal_cases.scroll_proposals, questions)

    def shown(self, org: int) -> set[Any]:
        """Compare all proposals."""
        written = self.read(org, proposal_cases.list_proposals, sort=Sort(ProposalSort.ID), page=EVERYTHING)
        for row in written.rows:
            self.read(org, proposal_cases.get_proposal, row.id)
            assert (row.status is ProposalStatus.SIGNED) == (row.converted_order_id is not None)
        return super().shown(org) | {row.id for row in written.rows}
