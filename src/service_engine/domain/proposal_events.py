"""What can happen to a proposal.

Source: design decision 2.
"""

from __future__ import annotations

from attrs import frozen

from service_engine.domain.change import Event
from service_engine.domain.ids import OrderId, ProposalId

__all__ = ["ProposalDeleted", "ProposalDrafted", "ProposalRejected", "ProposalSent", "ProposalSigned"]


@frozen(kw_only=True)
class ProposalDrafted(Event):
    """Somebody wrote a proposal.

    Example:
        >>> from service_engine.testing.examples import now, proposal
        >>> ProposalDrafted(proposal_id=proposal.id, at=now).proposal_id == proposal.id
        True
    """

    proposal_id: ProposalId


@frozen(kw_only=True)
class ProposalSent(Event):
    """A proposal was sent: its client may sign it now.

    Example:
        >>> from service_engine.domain.proposals import send
        >>> from service_engine.testing.examples import later, proposal
        >>> send(proposal, at=later).events == (ProposalSent(proposal_id=proposal.id, at=later),)
        True
    """

    proposal_id: ProposalId


@frozen(kw_only=True)
class ProposalSigned(Event):
    """A proposal was signed, and became an order.

    Args:
        proposal_id: Which proposal.
        order_id: The order that was placed.

    Example:
        >>> from service_engine.domain.proposals import send, sign
        >>> from service_engine.testing.examples import later, proposal, website
        >>> signed = send(proposal, at=later).then(sign, order_id=website.id, at=later)
        >>> signed.events[-1].order_id == website.id
        True
    """

    proposal_id: ProposalId
    order_id: OrderId


@frozen(kw_only=True)
class ProposalRejected(Event):
    """The client does not want what was proposed.

    Example:
        >>> from service_engine.domain.proposals import reject, send
        >>> from service_engine.testing.examples import later, proposal
        >>> [_, event] = send(proposal, at=later).then(reject, at=later).events
        >>> event == ProposalRejected(proposal_id=proposal.id, at=later)
        True
    """

    proposal_id: ProposalId


@frozen(kw_only=True)
class ProposalDeleted(Event):
    """A proposal was deleted; the order that it became, if any, stays.

    Example:
        >>> from service_engine.domain.proposals import delete
        >>> from service_engine.testing.examples import later, proposal
        >>> delete(proposal, at=later).events == (ProposalDeleted(proposal_id=proposal.id, at=later),)
        True
    """

    proposal_id: ProposalId
