"""What the use cases need of proposals, and the rows in which they are read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from attrs import frozen

from service_engine.domain.change import Change
from service_engine.domain.ids import OrderId, ProposalId
from service_engine.domain.money import Money
from service_engine.domain.proposals import Proposal, ProposalItem, ProposalStatus
from service_engine.ports.keysets import Listed
from service_engine.ports.lists import Field, SortField

__all__ = [
    "ProposalFilter",
    "ProposalItemRow",
    "ProposalQueries",
    "ProposalRow",
    "ProposalSort",
    "ProposalSummary",
    "Proposals",
]


class ProposalFilter(Field):
    """What a list of proposals can be filtered by. Source: contract section 1.9.

    Example:
        >>> ProposalFilter("client_email")
        <ProposalFilter.CLIENT_EMAIL: 'client_email'>
    """

    ID = "id", UUID
    STATUS = "status", int
    CLIENT_EMAIL = "client_email", str
    CREATED_AT = "created_at", datetime


class ProposalSort(SortField):
    """What a list of proposals can be sorted by. Source: contract section 1.8.

    Example:
        >>> ProposalSort("signed_at")
        <ProposalSort.SIGNED_AT: 'signed_at'>
    """

    ID = "id", UUID
    CLIENT_EMAIL = "client_email", str
    STATUS = "status", int
    TOTAL = "total", Decimal
    CREATED_AT = "created_at", datetime
    SENT_AT = "sent_at", datetime
    SIGNED_AT = "signed_at", datetime


@frozen(kw_only=True)
class ProposalSummary:
    """A proposal as a list shows it: without its items.

    Args:
        id: Its id.
        client_email: Whom it is for.
        client_first_name: Their first name.
        client_last_name: Their last name.
        client_company: Their company.
        status: Where it stands.
        total: What all of it costs.
        notes: Its notes.
        converted_order_id: The order that it became.
        sent_at: When it was sent, UTC.
        signed_at: When it was signed, UTC.
        created_at: When it was written, UTC.
        updated_at: When it last changed, UTC.

    Example:
        >>> from service_engine.ports.lists import PageRequest, Sort
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     [row] = uow.proposal_queries.page([], Sort(ProposalSort.CREATED_AT), PageRequest()).rows
        >>> row.client_email, str(row.total)
        ('ann@example.com', '2400.00 USD')
    """

    id: ProposalId
    client_email: str
    client_first_name: str
    client_last_name: str
    client_company: str | None
    status: ProposalStatus
    total: Money
    notes: str | None
    converted_order_id: OrderId | None
    sent_at: datetime | None
    signed_at: datetime | None
    created_at: datetime
    updated_at: datetime


@frozen(kw_only=True)
class ProposalItemRow:
    """An item of a proposal with the name of its service as it is today, deleted or not.

    Args:
        item: The item.
        service_name: What the service is called.
        service_description: What it is.

    Example:
        >>> from service_engine.testing.examples import acme, agency, proposal
        >>> agency().read(acme.id, lambda view: view.proposal_queries.get(proposal.id)).items[0].service_name
        'Web Development'
    """

    item: ProposalItem
    service_name: str
    service_description: str | None


@frozen(kw_only=True)
class ProposalRow:
    """A proposal as it is shown alone.

    Args:
        proposal: The proposal.
        items: Its items, in order, with the names of their services.

    Example:
        >>> from service_engine.testing.examples import acme, agency, proposal
        >>> row = agency().read(acme.id, lambda view: view.proposal_queries.get(proposal.id))
        >>> row.proposal == proposal, [each.item for each in row.items] == list(proposal.items)
        (True, True)
    """

    proposal: Proposal
    items: tuple[ProposalItemRow, ...]


class Proposals(Protocol):
    """The organisation's proposals, one at a time.

    Example:
        >>> from service_engine.domain.proposals import send
        >>> from service_engine.testing.examples import acme, agency, later, proposal
        >>> with agency().begin(acme.id) as uow:
        ...     uow.proposals.save(send(uow.proposals.get(proposal.id), at=later)).version
        2
    """

    def get(self, proposal_id: ProposalId) -> Proposal:
        """Return a live proposal, items included.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def add(self, change: Change[Proposal]) -> Proposal:
        """Store a new proposal, items included.

        Raises:
            ConflictError: An id was taken, or a service is not in the organisation.
        """
        ...

    def save(self, change: Change[Proposal]) -> Proposal:
        """Store a changed proposal, whose items never change; a change without events writes nothing.

        Returns:
            The proposal as stored: one version later.

        Raises:
            ConflictError: It was changed or deleted since it was read, or its order is not in the organisation.
        """
        ...


class ProposalQueries(Listed[ProposalFilter, ProposalSort, ProposalSummary], Protocol):
    """Proposals as they are shown: one statement for one, two for a page of any size.

    Example:
        >>> from service_engine.ports.lists import PageRequest, Sort
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     uow.proposal_queries.page([], Sort(ProposalSort.CREATED_AT), PageRequest()).total
        1
    """

    def get(self, proposal_id: ProposalId) -> ProposalRow:
        """Return one live proposal with its items.

        Raises:
            NotFoundError: There is none.
        """
        ...
