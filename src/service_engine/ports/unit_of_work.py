"""The unit of work: one organisation, one transaction. And the store, which opens it.

Whoever opened a unit of work commits it; use cases never do, so that two of them, or one and the host's own writes, can
share a transaction.

Source: design decisions 3, 4 and 6.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from service_engine.domain.change import Event
from service_engine.domain.ids import OrganizationId
from service_engine.ports.api_tokens import ApiTokens, Directory
from service_engine.ports.clients import ClientQueries, Clients
from service_engine.ports.coupons import Coupons
from service_engine.ports.employees import Employees
from service_engine.ports.entropy import Entropy
from service_engine.ports.invoices import InvoiceQueries, Invoices
from service_engine.ports.order_messages import OrderMessageQueries, OrderMessages
from service_engine.ports.order_tasks import OrderTaskQueries, OrderTasks
from service_engine.ports.orders import OrderQueries, Orders
from service_engine.ports.organizations import Organizations, Roles
from service_engine.ports.payments import Payments
from service_engine.ports.proposals import ProposalQueries, Proposals
from service_engine.ports.references import References
from service_engine.ports.services import ServiceFolders, ServiceQueries, Services
from service_engine.ports.subscriptions import Subscriptions
from service_engine.ports.tags import Tags
from service_engine.ports.tickets import TicketMessages, TicketQueries, Tickets

__all__ = ["AsyncStore", "Store", "UnitOfWork", "View"]

P = ParamSpec("P")
R = TypeVar("R")


class View(Protocol):
    """What may be read of one organisation, without a transaction.

    Example:
        >>> from service_engine.testing.examples import acme, agency, ticket
        >>> agency().read(acme.id, lambda view: view.ticket_queries.get(ticket.id).subject)
        'Help with order'
    """

    @property
    def org_id(self) -> OrganizationId:
        """The organisation that everything here is bound to."""
        ...

    @property
    def client_queries(self) -> ClientQueries:
        """Clients as they are shown."""
        ...

    @property
    def service_queries(self) -> ServiceQueries:
        """Services as they are shown."""
        ...

    @property
    def order_queries(self) -> OrderQueries:
        """Orders as they are shown."""
        ...

    @property
    def order_task_queries(self) -> OrderTaskQueries:
        """Tasks of orders as they are shown."""
        ...

    @property
    def order_message_queries(self) -> OrderMessageQueries:
        """Messages on orders as they are shown."""
        ...

    @property
    def proposal_queries(self) -> ProposalQueries:
        """Proposals as they are shown."""
        ...

    @property
    def invoice_queries(self) -> InvoiceQueries:
        """Invoices as they are shown."""
        ...

    @property
    def ticket_queries(self) -> TicketQueries:
        """Tickets as they are shown."""
        ...


class UnitOfWork(View, Protocol):
    """What may be read and written of one organisation, in one transaction.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket
        >>> from service_engine.domain.tickets import close
        >>> with agency().begin(acme.id) as uow:
        ...     _ = uow.tickets.save(close(uow.tickets.get(ticket.id), at=later))
        ...     [type(event).__name__ for event in uow.events]
        ['TicketClosed']
    """

    @property
    def entropy(self) -> Entropy:
        """Where new ids and random values come from."""
        ...

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that was stored so far, as events, oldest first."""
        ...

    @property
    def organizations(self) -> Organizations:
        """The organisation itself."""
        ...

    @property
    def roles(self) -> Roles:
        """Its roles."""
        ...

    @property
    def employees(self) -> Employees:
        """Its employees."""
        ...

    @property
    def api_tokens(self) -> ApiTokens:
        """Its API tokens."""
        ...

    @property
    def clients(self) -> Clients:
        """Its clients."""
        ...

    @property
    def services(self) -> Services:
        """Its services."""
        ...

    @property
    def service_folders(self) -> ServiceFolders:
        """The folders of its services."""
        ...

    @property
    def orders(self) -> Orders:
        """Its orders."""
        ...

    @property
    def order_tasks(self) -> OrderTasks:
        """The tasks of its orders."""
        ...

    @property
    def order_messages(self) -> OrderMessages:
        """The messages on its orders."""
        ...

    @property
    def proposals(self) -> Proposals:
        """Its proposals."""
        ...

    @property
    def coupons(self) -> Coupons:
        """Its coupons."""
        ...

    @property
    def invoices(self) -> Invoices:
        """Its invoices."""
        ...

    @property
    def payments(self) -> Payments:
        """The payments on its invoices."""
        ...

    @property
    def subscriptions(self) -> Subscriptions:
        """Its clients' subscriptions."""
        ...

    @property
    def tags(self) -> Tags:
        """Its tags."""
        ...

    @property
    def tickets(self) -> Tickets:
        """Its tickets."""
        ...

    @property
    def ticket_messages(self) -> TicketMessages:
        """The messages on its tickets."""
        ...

    @property
    def references(self) -> References:
        """One look-up for everything that a request refers to."""
        ...


class Store(Protocol):
    """Opens units of work. Safe to share among threads.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket
        >>> from service_engine.usecases.tickets import close_ticket, get_ticket
        >>> store: Store = agency()
        >>> closed = store.run(acme.id, close_ticket, ticket.id, at=later)
        >>> store.read(acme.id, get_ticket, ticket.id).status.label
        'Closed'
    """

    @property
    def directory(self) -> Directory:
        """The questions that are asked before the organisation is known."""
        ...

    @property
    def entropy(self) -> Entropy:
        """Where new ids and random values come from."""
        ...

    def begin(self, org_id: OrganizationId) -> AbstractContextManager[UnitOfWork]:
        """Open one organisation and one transaction: committed at the end of the block, rolled back on an exception.

        Args:
            org_id: The organisation; it need not exist yet.

        Raises:
            ConflictError: At the end of the block: somebody else has taken or changed something meanwhile. Nothing was
                written.
            RuntimeError: The store is closed, or this thread has a unit of work of this store open already.
        """
        ...

    def run(
        self,
        org_id: OrganizationId,
        use_case: Callable[Concatenate[UnitOfWork, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a use case in a transaction of its own; run it again, a bounded number of times, when it collides.

        Args:
            org_id: The organisation.
            use_case: A function of a unit of work; may run several times, so it must have no other effect. Each time
                it draws the same ids and random values.
            args: Handed on to the use case.
            kwargs: Handed on to the use case.

        Returns:
            What the use case returned in the run that was committed.

        Raises:
            ConflictError: It still collided at the last try. Nothing was written.
            RuntimeError: The store is closed, or this thread has a unit of work of this store open already.
        """
        ...

    def read(
        self, org_id: OrganizationId, query: Callable[Concatenate[View, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a query on what is committed, without opening a transaction; also while a unit of work is open.

        Args:
            org_id: The organisation.
            query: A function of a view; it writes nothing.
            args: Handed on to the query.
            kwargs: Handed on to the query.

        Raises:
            RuntimeError: The store is closed, or this thread's unit of work holds the only connection that there is.
        """
        ...

    def close(self) -> None:
        """Let go of every connection. From then on ``begin``, ``run`` and ``read`` raise ``RuntimeError``."""
        ...


class AsyncStore(Protocol):
    """Runs use cases and queries, awaited: what ``AsyncSqlStore`` and an awaited store of a host's own have in common.

    Example:
        >>> from service_engine import AsyncSqlStore
        >>> def ready_to_charge(store: AsyncSqlStore) -> AsyncStore:
        ...     return store
    """

    async def run(
        self,
        org_id: OrganizationId,
        use_case: Callable[Concatenate[UnitOfWork, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a use case in a transaction of its own; see ``Store.run``."""
        ...

    async def read(
        self, org_id: OrganizationId, query: Callable[Concatenate[View, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a query on what is committed, without opening a transaction; see ``Store.read``."""
        ...
