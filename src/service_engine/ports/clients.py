"""What the use cases need of clients, and the rows in which they are read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from attrs import frozen

from service_engine.domain.access import Role
from service_engine.domain.addresses import Address
from service_engine.domain.change import Change
from service_engine.domain.clients import Client
from service_engine.domain.ids import ClientId, UserId
from service_engine.domain.money import Money
from service_engine.ports.keysets import Listed
from service_engine.ports.lists import Field, SortField

__all__ = ["ClientFilter", "ClientQueries", "ClientRow", "ClientSort", "ClientSummary", "Clients"]


class ClientFilter(Field):
    """What a list of clients can be filtered by. Source: contract section 1.9.

    Example:
        >>> ClientFilter("email")
        <ClientFilter.EMAIL: 'email'>
    """

    ID = "id", UUID
    EMAIL = "email", str
    STATUS = "status", int
    BALANCE = "balance", Decimal
    CREATED_AT = "created_at", datetime


class ClientSort(SortField):
    """What a list of clients can be sorted by. Source: contract section 1.8.

    Example:
        >>> ClientSort("last_name")
        <ClientSort.LAST_NAME: 'last_name'>
    """

    ID = "id", UUID
    EMAIL = "email", str
    FIRST_NAME = "first_name", str
    LAST_NAME = "last_name", str
    STATUS = "status", int
    BALANCE = "balance", Decimal
    CREATED_AT = "created_at", datetime


@frozen(kw_only=True)
class ClientRow:
    """A client as they are shown.

    Args:
        client: The client.
        role: Their role.
        spent: The sum of the totals of their Paid invoices that are not deleted; None when there is none.

    Example:
        >>> from service_engine.testing.examples import client_role, john
        >>> ClientRow(client=john, role=client_role, spent=None).role.name
        'Client'
    """

    client: Client
    role: Role
    spent: Decimal | None


@frozen(kw_only=True)
class ClientSummary:
    """A client as tickets and orders show them.

    Args:
        id: Their id.
        first_name: Their first name.
        last_name: Their last name.
        email: Their e-mail address.
        company: Their company.
        phone: Their phone number.
        balance: What the organisation owes them.
        address: Their address, or None.
        role: Their role.

    Example:
        >>> from service_engine.testing.examples import acme, agency, ticket
        >>> with agency().begin(acme.id) as uow:
        ...     uow.ticket_queries.get(ticket.id).client.email
        'john@example.com'
    """

    id: ClientId
    first_name: str
    last_name: str
    email: str
    company: str | None
    phone: str | None
    balance: Money
    address: Address | None
    role: Role


class Clients(Protocol):
    """The organisation's clients, one at a time.

    Example:
        >>> from service_engine.testing.examples import acme, agency, john
        >>> with agency().begin(acme.id) as uow:
        ...     uow.clients.email_owner("john@example.com") == john.id, uow.clients.dependents(john.id)
        (True, ('orders', 'invoices', 'tickets'))
    """

    def get(self, client_id: ClientId, *, for_deletion: bool = False) -> Client:
        """Return a live client.

        Args:
            client_id: Whose.
            for_deletion: Keep everybody else from newly referring to them until the transaction ends.

        Raises:
            NotFoundError: There is none, or it is somebody of the staff.
        """
        ...

    def add(self, change: Change[Client]) -> Client:
        """Store a new client, address included.

        Raises:
            ConflictError: The id, the e-mail, the affiliate id or the affiliate link was taken in the meantime.
        """
        ...

    def save(self, change: Change[Client]) -> Client:
        """Store a changed client; a change without events writes nothing.

        Returns:
            The client as stored: one version later.

        Raises:
            ConflictError: It was changed or deleted since it was read, or the e-mail was taken in the meantime.
        """
        ...

    def email_owner(self, email: str) -> UserId | None:
        """Return who of the organisation's live people, staff included, has this normalised e-mail."""
        ...

    def affiliation_is_taken(self, affiliate_id: int, affiliate_link: str) -> bool:
        """Tell whether somebody, deleted people counted, has this affiliate id or this affiliate link: one question."""
        ...

    def dependents(self, client_id: ClientId) -> tuple[str, ...]:
        """Return what refers to the client, deleted things counted.

        Of ``orders``, ``invoices``, ``tickets``, ``subscriptions``, in this order.
        """
        ...


class ClientQueries(Listed[ClientFilter, ClientSort, ClientRow], Protocol):
    """Clients as they are shown: one statement for one, two for a page of any size.

    Example:
        >>> from service_engine.testing.examples import acme, agency, john
        >>> with agency().begin(acme.id) as uow:
        ...     uow.client_queries.get(john.id).client.first_name
        'John'
    """

    def get(self, client_id: ClientId) -> ClientRow:
        """Return one live client.

        Raises:
            NotFoundError: There is none, or it is somebody of the staff.
        """
        ...
