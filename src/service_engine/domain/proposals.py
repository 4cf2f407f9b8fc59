"""Proposals: an offer to somebody who may not be a client yet; signing it makes one order of it.

Prices are agreed on in the proposal, not taken from the catalogue. All of its services share one currency.

Source: contract sections 2.6, 5.2 and 6; part A "Rules" (proposals).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import Attribute, Factory, field, frozen

from service_engine.domain.change import Change
from service_engine.domain.emails import is_an_email, normalise_email
from service_engine.domain.evolution import across_fields, evolve
from service_engine.domain.ids import OrderId, ProposalId, ProposalItemId, ServiceId
from service_engine.domain.instants import optional_utc, utc
from service_engine.domain.kinds import is_a
from service_engine.domain.lifecycle import Lifecycle, Status
from service_engine.domain.money import Money, is_no_debt, total_of
from service_engine.domain.numbers import INTEGER, within
from service_engine.domain.proposal_events import (
    ProposalDeleted,
    ProposalDrafted,
    ProposalRejected,
    ProposalSent,
    ProposalSigned,
)
from service_engine.domain.sequences import holds_parts
from service_engine.domain.text import NOTE, bounded, clean, optional_bounded
from service_engine.errors import RuleViolationError, WrongStatusError

__all__ = [
    "LIFECYCLE",
    "MAX_ITEMS",
    "MAX_NOTES",
    "MOVES",
    "ORDER_NOTE",
    "Proposal",
    "ProposalDeleted",
    "ProposalDrafted",
    "ProposalItem",
    "ProposalRejected",
    "ProposalSent",
    "ProposalSigned",
    "ProposalStatus",
    "delete",
    "draft_proposal",
    "reject",
    "send",
    "sign",
]

NAME: Final = 100
"""Characters in a first or last name."""
MAX_ITEMS: Final = 200
ORDER_NOTE: Final = "Created from proposal. "
"""What the note of the order begins with; the proposal's notes follow."""
MAX_NOTES: Final = NOTE - len(ORDER_NOTE)
"""Characters in the notes, so that the order's note holds them."""


class ProposalStatus(Status):
    """Where a proposal stands.

    Example:
        >>> ProposalStatus(1).label
        'Sent'
    """

    DRAFT = 0
    SENT = 1
    SIGNED = 2
    REJECTED = 3


MOVES: Final[Mapping[ProposalStatus, frozenset[ProposalStatus]]] = {
    ProposalStatus.DRAFT: frozenset({ProposalStatus.SENT}),
    ProposalStatus.SENT: frozenset({ProposalStatus.SIGNED, ProposalStatus.REJECTED}),
    ProposalStatus.SIGNED: frozenset(),
    ProposalStatus.REJECTED: frozenset(),
}
LIFECYCLE: Final = Lifecycle("proposal", ProposalStatus.DRAFT, MOVES)


def _is_a_price(item: ProposalItem, attribute: Attribute[Money], price: Money) -> None:
    is_no_debt(item, attribute, price)
    try:
        _ = price * item.quantity
    except RuleViolationError as error:
        raise RuleViolationError(attribute.name, error.message) from None


@frozen(kw_only=True)
class ProposalItem:
    """One service of a proposal, for a price of its own.

    Args:
        id: Its id.
        service_id: The service of the catalogue.
        quantity: How many, at least 1.
        price: What one of them costs, at least 0.
        created_at: When it was written, UTC.

    Raises:
        RuleViolationError: The quantity, the price or what all of them cost is out of bounds.

    Example:
        >>> from service_engine.testing.examples import proposal
        >>> [(item.quantity, str(item.price), str(item.total)) for item in proposal.items]
        [(2, '1200.00 USD', '2400.00 USD')]
    """

    id: ProposalItemId
    service_id: ServiceId
    quantity: int = field(default=1, validator=within(1, INTEGER))
    price: Money = field(validator=across_fields(_is_a_price))
    created_at: datetime = field(converter=utc)

    @property
    def total(self) -> Money:
        """What all of them cost."""
        return self.price * self.quantity


def _total(proposal: Proposal) -> Money:
    currency = proposal.items[0].price.currency if proposal.items else "USD"  # no items are refused right after
    return total_of([item.total for item in proposal.items], currency, field="items")


@frozen(kw_only=True)
class Proposal:
    """An offer of services at a price.

    Args:
        id: Its id.
        client_email: Normalised; whom it is for, a client or not yet.
        client_first_name: 1 to 100 characters.
        client_last_name: 1 to 100 characters.
        client_company: Up to 255 characters.
        status: Where it stands.
        items: What is offered, in order; at least one, all in one currency. They never change.
        total: What all of it costs, computed.
        notes: Up to ``MAX_NOTES`` characters.
        converted_order_id: The order that it became; set exactly while the status is Signed.
        sent_at: When it was sent, UTC; set exactly from Sent on.
        signed_at: When it was signed, UTC; set exactly while the status is Signed.
        created_at: When it was written, UTC.
        updated_at: When it last changed, UTC.
        deleted_at: When it was deleted, UTC.
        version: How often it was stored.

    Raises:
        RuleViolationError: A text, the number of items or their total is out of bounds.
        ValueError: The items are in several currencies, or a time or the order does not fit the status.

    Example:
        >>> from service_engine.testing.examples import proposal
        >>> proposal.client_email, proposal.status.label, str(proposal.total)
        ('ann@example.com', 'Draft', '2400.00 USD')
    """

    id: ProposalId
    client_email: str = field(validator=is_an_email)
    client_first_name: str = field(validator=bounded(NAME))
    client_last_name: str = field(validator=bounded(NAME))
    client_company: str | None = field(default=None, validator=optional_bounded())
    status: ProposalStatus = field(default=ProposalStatus.DRAFT, validator=is_a(ProposalStatus))
    items: tuple[ProposalItem, ...] = field(validator=holds_parts(MAX_ITEMS))
    total: Money = field(init=False, default=Factory(_total, takes_self=True))
    notes: str | None = field(default=None, validator=optional_bounded(MAX_NOTES))
    converted_order_id: OrderId | None = None
    sent_at: datetime | None = field(default=None, converter=optional_utc)
    signed_at: datetime | None = field(default=None, converter=optional_utc)
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    deleted_at: datetime | None = field(default=None, converter=optional_utc)
    version: int = 1

    def __attrs_post_init__(self) -> None:
        was_sent = self.status is not ProposalStatus.DRAFT
        is_signed = self.status is ProposalStatus.SIGNED
        fits = {
            "sent_at": (self.sent_at is not None) == was_sent,
            "signed_at": (self.signed_at is not None) == is_signed,
            "converted_order_id": (self.converted_order_id is not None) == is_signed,
        }
        for name, is_right in fits.items():
            if not is_right:
                msg = f"a proposal that is {self.status.label} cannot have {name}={getattr(self, name)}"
                raise ValueError(msg)


def draft_proposal(
    proposal_id: ProposalId,
    *,
    client_email: str,
    client_first_name: str,
    client_last_name: str,
    items: Sequence[ProposalItem],
    at: datetime,
    client_company: str | None = None,
    notes: str | None = None,
) -> Change[Proposal]:
    """Write a proposal.

    Args:
        proposal_id: Its id.
        client_email: Stripped and lower-cased here.
        client_first_name: 1 to 100 characters after stripping.
        client_last_name: 1 to 100 characters after stripping.
        items: What is offered, in order; at least one, all in one currency.
        at: Now.
        client_company: Up to 255 characters.
        notes: Up to ``MAX_NOTES`` characters.

    Returns:
        The proposal, with one event: ``ProposalDrafted``.

    Raises:
        RuleViolationError: A text, the number of items or their total is out of bounds.

    Source:
        Contract section 2.6, "create".

    Example:
        >>> from uuid import UUID
        >>> from service_engine.testing.examples import now, proposal
        >>> drafted = draft_proposal(
        ...     ProposalId(UUID(int=1)),
        ...     client_email=" Ann@Example.com",
        ...     client_first_name="Ann",
        ...     client_last_name="Lee",
        ...     items=proposal.items,
        ...     at=now,
        ... )
        >>> drafted.state.client_email, drafted.state.status.label
        ('ann@example.com', 'Draft')
    """
    proposal = Proposal(
        id=proposal_id,
        client_email=normalise_email(client_email, field="client_email"),
        client_first_name=clean(client_first_name, field="client_first_name", max_length=NAME),
        client_last_name=clean(client_last_name, field="client_last_name", max_length=NAME),
        client_company=_optional(client_company, field="client_company"),
        items=tuple(items),
        notes=_optional(notes, field="notes", max_length=MAX_NOTES),
        created_at=at,
        updated_at=at,
    )
    return Change(proposal, (ProposalDrafted(proposal_id=proposal_id, at=at),))


def send(proposal: Proposal, *, at: datetime) -> Change[Proposal]:
    """Send a draft, so that it can be signed.

    Raises:
        WrongStatusError: It is no draft.

    Source:
        Contract section 5.2; part A "Errors".

    Example:
        >>> from service_engine.testing.examples import later, proposal
        >>> sent = send(proposal, at=later)
        >>> sent.state.status.label, sent.state.sent_at == later
        ('Sent', True)
        >>> send(sent.state, at=later)
        Traceback (most recent call last):
            ...
        service_engine.errors.WrongStatusError: Cannot send proposal with status Sent
    """
    _require_move(proposal, ProposalStatus.SENT, "send")
    sent = evolve(proposal, status=ProposalStatus.SENT, sent_at=at, updated_at=at)
    return Change(sent, (ProposalSent(proposal_id=proposal.id, at=at),))


def sign(proposal: Proposal, *, order_id: OrderId, at: datetime) -> Change[Proposal]:
    """Sign a proposal that was sent; it becomes an order, once and for all.

    Args:
        proposal: The proposal.
        order_id: The order that it becomes.
        at: Now.

    Raises:
        WrongStatusError: It was not sent, or is signed or rejected already.

    Source:
        Contract section 5.2; part A "Errors" and "Rules".

    Example:
        >>> from service_engine.testing.examples import later, proposal, website
        >>> signed = send(proposal, at=later).then(sign, order_id=website.id, at=later).state
        >>> signed.status.label, signed.converted_order_id == website.id
        ('Signed', True)
    """
    _require_move(proposal, ProposalStatus.SIGNED, "sign")
    signed = evolve(proposal, status=ProposalStatus.SIGNED, signed_at=at, converted_order_id=order_id, updated_at=at)
    return Change(signed, (ProposalSigned(proposal_id=proposal.id, order_id=order_id, at=at),))


def reject(proposal: Proposal, *, at: datetime) -> Change[Proposal]:
    """Note that the client does not want what was sent.

    Raises:
        WrongStatusError: It was not sent, or is signed or rejected already.

    Example:
        >>> from service_engine.testing.examples import later, proposal
        >>> send(proposal, at=later).then(reject, at=later).state.status.label
        'Rejected'
    """
    _require_move(proposal, ProposalStatus.REJECTED, "reject")
    rejected = evolve(proposal, status=ProposalStatus.REJECTED, updated_at=at)
    return Change(rejected, (ProposalRejected(proposal_id=proposal.id, at=at),))


def delete(proposal: Proposal, *, at: datetime) -> Change[Proposal]:
    """Delete a proposal; it stays stored, and hidden. Deleting a deleted one changes nothing.

    Example:
        >>> from service_engine.testing.examples import later, proposal
        >>> delete(proposal, at=later).state.deleted_at == later
        True
    """
    if proposal.deleted_at is not None:
        return Change(proposal)
    deleted = evolve(proposal, deleted_at=at, updated_at=at)
    return Change(deleted, (ProposalDeleted(proposal_id=proposal.id, at=at),))


def _require_move(proposal: Proposal, target: ProposalStatus, verb: str) -> None:
    if target not in LIFECYCLE.allowed(proposal.status):
        label = proposal.status.label
        reasons = (LIFECYCLE.outlook(proposal.status),)
        raise WrongStatusError("proposal", proposal.id, f"Cannot {verb} proposal with status {label}", reasons)


def _optional(value: str | None, *, field: str, max_length: int = 255) -> str | None:
    return None if value is None else clean(value, field=field, max_length=max_length, required=False)
