"""Events of proposals: each names what and when, in UTC, and cannot be changed."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import attrs
import pytest

from service_engine.domain import proposal_events, proposals
from service_engine.domain.change import Event
from service_engine.testing.examples import now, proposal, website

PROPOSAL = {"proposal_id": proposal.id}
DETAILS: dict[type[Event], dict[str, Any]] = {
    proposals.ProposalDrafted: PROPOSAL,
    proposals.ProposalSent: PROPOSAL,
    proposals.ProposalSigned: PROPOSAL | {"order_id": website.id},
    proposals.ProposalRejected: PROPOSAL,
    proposals.ProposalDeleted: PROPOSAL,
}


@pytest.mark.parametrize(("kind", "details"), DETAILS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_every_event_says_what_and_when(kind: type[Event], details: dict[str, Any]):
    """The time is kept in UTC; the event is a value, which can be compared, hashed and not changed."""
    event = kind(at=now.astimezone(timezone(timedelta(hours=3))), **details)
    assert event == kind(at=now, **details)
    assert event.at.utcoffset() == timedelta(0)
    assert hash(event) == hash(kind(at=now, **details))
    assert attrs.asdict(event, recurse=False) == {"at": now} | details
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.at = now  # type: ignore[misc]


def test_no_event_is_left_out():
    """Every event of the module is tried above, and shown by the noun, too."""
    assert {kind.__name__ for kind in DETAILS} == set(proposal_events.__all__)
    for name in proposal_events.__all__:
        assert getattr(proposals, name) is getattr(proposal_events, name)
        assert name in proposals.__all__
