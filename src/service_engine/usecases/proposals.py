"""What can be done with proposals.

Source: contract sections 2.6 and 5.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from attrs import field, frozen

from service_engine.domain import proposals
from service_engine.domain.clients import ClientPatch
from service_engine.domain.ids import ClientId, OrderId, ProposalId, ProposalItemId, ServiceId
from service_engine.domain.money import is_an_amount, money
from service_engine.domain.numbers import is_whole
from service_engine.domain.orders import Order
from service_engine.domain.proposal_orders import place_proposed_order
from service_engine.domain.proposals import Proposal, ProposalItem
from service_engine.errors import InvalidReferenceError, RuleViolationError
from service_engine.ports.keysets import FROM_THE_START, KeysetPage, KeysetRequest
from service_engine.ports.lists import FIRST_PAGE, Condition, Page, PageRequest, Sort, bounded
from service_engine.ports.proposals import ProposalFilter, ProposalRow, ProposalSort, ProposalSummary
from service_engine.ports.references import ServiceOffer
from service_engine.ports.unit_of_work import UnitOfWork, View
from service_engine.usecases.clients import AFFILIATE_LINK, find_client, register_newcomer
from service_engine.usecases.orders import free_number

__all__ = [
    "ProposedService",
    "SignedProposal",
    "delete_proposal",
    "draft_proposal",
    "get_proposal",
    "list_proposals",
    "reject_proposal",
    "scroll_proposals",
    "send_proposal",
    "sign_proposal",
]

NEWEST_FIRST: Final = Sort(ProposalSort.CREATED_AT)


@frozen(kw_only=True)
class ProposedService:
    """What a proposal shall offer: a service of the catalogue, at a price of its own.

    Args:
        service_id: The service.
        quantity: How many, at least 1.
        price: What one of them costs, at least 0, in units of the service's currency.

    Raises:
        TypeError: The price is a float, or the quantity is no whole number.

    Example:
        >>> from service_engine.testing.examples import web_development
        >>> ProposedService(service_id=web_development.id, price=Decimal(1200)).quantity
        1
    """

    service_id: ServiceId
    quantity: int = field(default=1, validator=is_whole)
    price: Decimal = field(validator=is_an_amount)


@frozen(kw_only=True)
class SignedProposal:
    """A proposal that was signed, and the order that it became.

    Args:
        proposal: The proposal.
        order: The order.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, proposal
        >>> store = agency()
        >>> _ = store.run(acme.id, send_proposal, proposal.id, at=later)
        >>> signed = store.run(acme.id, sign_proposal, proposal.id, at=later)
        >>> signed.proposal.converted_order_id == signed.order.id
        True
    """

    proposal: Proposal
    order: Order


def draft_proposal(
    uow: UnitOfWork,
    *,
    client_email: str,
    client_first_name: str,
    client_last_name: str,
    items: Sequence[ProposedService],
    at: datetime,
    client_company: str | None = None,
    notes: str | None = None,
) -> Proposal:
    """Write a proposal for somebody, a client or not yet.

    Args:
        uow: The unit of work.
        client_email: Stripped and lower-cased.
        client_first_name: 1 to 100 characters after stripping.
        client_last_name: 1 to 100 characters after stripping.
        items: What is offered, in order; at least one, all in one currency.
        at: Now.
        client_company: Up to 255 characters.
        notes: Up to ``proposals.MAX_NOTES`` characters; become part of the order's note.

    Raises:
        InvalidReferenceError: A service is not there, or they are in several currencies; on ``items``.
        RuleViolationError: A text, a price or the total is out of bounds.

    Source:
        Contract section 2.6, "create"; part A "Rules" (proposals).

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, web_development
        >>> proposal = agency().run(
        ...     acme.id,
        ...     draft_proposal,
        ...     client_email="eve@example.com",
        ...     client_first_name="Eve",
        ...     client_last_name="Ray",
        ...     items=[ProposedService(service_id=web_development.id, quantity=3, price=Decimal("19.99"))],
        ...     at=later,
        ... )
        >>> proposal.status.label, str(proposal.total)
        ('Draft', '59.97 USD')
    """
    offers = _offers(uow, [item.service_id for item in items])
    change = proposals.draft_proposal(
        ProposalId(uow.entropy.new_id()),
        client_email=client_email,
        client_first_name=client_first_name,
        client_last_name=client_last_name,
        client_company=client_company,
        items=[_item(uow, position, *pair, at=at) for position, pair in enumerate(zip(items, offers, strict=True))],
        notes=notes,
        at=at,
    )
    return uow.proposals.add(change)


def send_proposal(uow: UnitOfWork, proposal_id: ProposalId, *, at: datetime) -> Proposal:
    """Send a draft, so that it can be signed. No mail is sent: listen for ``ProposalSent``.

    Raises:
        NotFoundError: The organisation has no such proposal.
        WrongStatusError: It is no draft.

    Source:
        Contract section 2.6, "send".

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, proposal
        >>> agency().run(acme.id, send_proposal, proposal.id, at=later).status.label
        'Sent'
    """
    return uow.proposals.save(proposals.send(uow.proposals.get(proposal_id), at=at))


def sign_proposal(
    uow: UnitOfWork, proposal_id: ProposalId, *, at: datetime, affiliate_link: str = AFFILIATE_LINK
) -> SignedProposal:
    """Sign a proposal: its client is found or registered, and one order is placed for all of it.

    Of any number of callers at once, one gets the order; the others are refused. ``affiliate_link`` is what the
    recommendation link of a client who is registered begins with.

    Raises:
        NotFoundError: The organisation has no such proposal, or no role without dashboard access for a new client.
        ConflictError: Somebody else has registered the client meanwhile: run the use case again, and find them.
        WrongStatusError: It was not sent, or is signed or rejected already.
        InvalidReferenceError: Its e-mail is that of somebody of the staff; on ``client_email``.

    Source:
        Contract section 2.6, "sign"; part A "Rules" (proposals); section 9, D22 and D32.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, proposal
        >>> store = agency()
        >>> _ = store.run(acme.id, send_proposal, proposal.id, at=later)
        >>> order = store.run(acme.id, sign_proposal, proposal.id, at=later).order
        >>> str(order.price), order.quantity, order.note
        ('2400.00 USD', 1, 'Created from proposal. Two sites.')
    """
    proposal = uow.proposals.get(proposal_id)
    order_id = OrderId(uow.entropy.new_id())
    signed = proposals.sign(proposal, order_id=order_id, at=at)
    items = uow.proposal_queries.get(proposal_id).items
    client_id = find_client(uow, proposal.client_email, field="client_email")
    if client_id is None:
        client_id = _register(uow, proposal, affiliate_link=affiliate_link, at=at)
    order = uow.orders.add(
        place_proposed_order(
            proposal,
            order_id=order_id,
            number=free_number(uow),
            client_id=client_id,
            service_names=[each.service_name for each in items],
            at=at,
        )
    )
    return SignedProposal(proposal=uow.proposals.save(signed), order=order)


def reject_proposal(uow: UnitOfWork, proposal_id: ProposalId, *, at: datetime) -> Proposal:
    """Note that the client does not want what was sent.

    Raises:
        NotFoundError: The organisation has no such proposal.
        WrongStatusError: It was not sent, or is signed or rejected already.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, proposal
        >>> store = agency()
        >>> _ = store.run(acme.id, send_proposal, proposal.id, at=later)
        >>> store.run(acme.id, reject_proposal, proposal.id, at=later).status.label
        'Rejected'
    """
    return uow.proposals.save(proposals.reject(uow.proposals.get(proposal_id), at=at))


def delete_proposal(uow: UnitOfWork, proposal_id: ProposalId, *, at: datetime) -> None:
    """Delete a proposal; it stays stored, and hidden. The order that it became stays.

    Raises:
        NotFoundError: The organisation has no such proposal, or not any longer.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, proposal
        >>> store = agency()
        >>> store.run(acme.id, delete_proposal, proposal.id, at=later)
        >>> store.read(acme.id, list_proposals).total
        0
    """
    uow.proposals.save(proposals.delete(uow.proposals.get(proposal_id), at=at))


def get_proposal(view: View, proposal_id: ProposalId) -> ProposalRow:
    """Return a proposal with its items and the names of their services, in one statement.

    Raises:
        NotFoundError: The organisation has no such proposal.

    Example:
        >>> from service_engine.testing.examples import acme, agency, proposal
        >>> agency().read(acme.id, get_proposal, proposal.id).items[0].service_name
        'Web Development'
    """
    return view.proposal_queries.get(proposal_id)


def list_proposals(
    view: View,
    *,
    filters: Sequence[Condition[ProposalFilter]] = (),
    sort: Sort[ProposalSort] = NEWEST_FIRST,
    page: PageRequest = FIRST_PAGE,
) -> Page[ProposalSummary]:
    """Return a page of proposals without their items, in two statements whatever its size.

    Raises:
        ValueError: A filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> [row.client_email for row in agency().read(acme.id, list_proposals).rows]
        ['ann@example.com']
    """
    return view.proposal_queries.page(bounded(filters), sort, page)


def scroll_proposals(
    view: View,
    *,
    filters: Sequence[Condition[ProposalFilter]] = (),
    sort: Sort[ProposalSort] = NEWEST_FIRST,
    page: KeysetRequest[ProposalSort] = FROM_THE_START,
) -> KeysetPage[ProposalSummary, ProposalSort]:
    """Return the proposals that come after those of the last page, in one statement at any depth; counting is another.

    Raises:
        ValueError: A cursor of another order, a filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> from service_engine.ports.keysets import Counting
        >>> page = agency().read(acme.id, scroll_proposals, page=KeysetRequest(size=50, counting=Counting.EXACT))
        >>> page.following, page.total  # there is no next page
        (None, ExactTotal(rows=1))
    """
    return view.proposal_queries.keyset(bounded(filters), sort, page)


def _offers(uow: UnitOfWork, service_ids: Sequence[ServiceId]) -> list[ServiceOffer]:
    found = uow.references.look_up(service_ids=service_ids).services
    for service_id in service_ids:
        if service_id not in found:
            raise InvalidReferenceError("items", f"Service with ID {service_id} does not exist.")
    if len({offer.currency for offer in found.values()}) > 1:
        raise InvalidReferenceError("items", "All services of a proposal must share one currency.")
    return [found[service_id] for service_id in service_ids]


def _item(
    uow: UnitOfWork, position: int, wanted: ProposedService, offer: ServiceOffer, *, at: datetime
) -> ProposalItem:
    try:
        return ProposalItem(
            id=ProposalItemId(uow.entropy.new_id()),
            service_id=wanted.service_id,
            quantity=wanted.quantity,
            price=money(wanted.price, offer.currency, field="price"),
            created_at=at,
        )
    except RuleViolationError as error:
        raise RuleViolationError(f"items.{position}.{error.field}", error.message) from None


def _register(uow: UnitOfWork, proposal: Proposal, *, affiliate_link: str, at: datetime) -> ClientId:
    client = register_newcomer(
        uow,
        email=proposal.client_email,
        first_name=proposal.client_first_name,
        last_name=proposal.client_last_name,
        details=ClientPatch(company=proposal.client_company),
        affiliate_link=affiliate_link,
        at=at,
    )
    return client.id
