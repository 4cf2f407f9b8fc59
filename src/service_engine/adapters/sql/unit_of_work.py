"""One organisation's view and unit of work in SQL, on a connection that somebody else opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    NoReturn,
    ParamSpec,
    Self,
    TypeAlias,
    TypeVar,
    cast,
    overload,
)

from attrs import frozen
from sqlalchemy import Connection

from service_engine.adapters.entropy import SystemEntropy
from service_engine.adapters.sql.api_tokens import ApiTokenStatements, SqlApiTokens
from service_engine.adapters.sql.client_queries import ClientQueryStatements, SqlClientQueries
from service_engine.adapters.sql.clients import ClientStatements, SqlClients
from service_engine.adapters.sql.coupons import CouponStatements, SqlCoupons
from service_engine.adapters.sql.employees import EmployeeStatements, SqlEmployees
from service_engine.adapters.sql.engines import beginning_nothing
from service_engine.adapters.sql.invoice_queries import InvoiceQueryStatements, SqlInvoiceQueries
from service_engine.adapters.sql.invoices import InvoiceStatements, SqlInvoices
from service_engine.adapters.sql.order_messages import (
    OrderMessageQueryStatements,
    OrderMessageStatements,
    SqlOrderMessageQueries,
    SqlOrderMessages,
)
from service_engine.adapters.sql.order_queries import OrderQueryStatements, SqlOrderQueries
from service_engine.adapters.sql.order_tasks import (
    OrderTaskQueryStatements,
    OrderTaskStatements,
    SqlOrderTaskQueries,
    SqlOrderTasks,
)
from service_engine.adapters.sql.orders import OrderStatements, SqlOrders
from service_engine.adapters.sql.organizations import (
    OrganizationStatements,
    RoleStatements,
    SqlOrganizations,
    SqlRoles,
)
from service_engine.adapters.sql.payments import PaymentStatements, SqlPayments
from service_engine.adapters.sql.proposal_queries import ProposalQueryStatements, SqlProposalQueries
from service_engine.adapters.sql.proposals import ProposalStatements, SqlProposals
from service_engine.adapters.sql.references import ReferenceStatements, SqlReferences
from service_engine.adapters.sql.service_queries import ServiceQueryStatements, SqlServiceQueries
from service_engine.adapters.sql.services import (
    ServiceFolderStatements,
    ServiceStatements,
    SqlServiceFolders,
    SqlServices,
)
from service_engine.adapters.sql.subscriptions import SqlSubscriptions, SubscriptionStatements
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.tags import SqlTags, TagStatements
from service_engine.adapters.sql.ticket_messages import SqlTicketMessages, TicketMessageStatements
from service_engine.adapters.sql.ticket_queries import SqlTicketQueries, TicketQueryStatements
from service_engine.adapters.sql.tickets import SqlTickets, TicketStatements
from service_engine.adapters.sql.transaction import Transaction
from service_engine.domain.change import Event
from service_engine.domain.ids import OrganizationId
from service_engine.ports.entropy import Entropy
from service_engine.ports.unit_of_work import View

__all__ = ["BeforeCommit", "SqlUnitOfWork", "SqlView", "Statements", "announce", "read_once", "statements_for"]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


@frozen(eq=False)
class Statements:
    """Every statement on one set of tables, built once; make them with ``statements_for``."""

    organizations: OrganizationStatements
    roles: RoleStatements
    employees: EmployeeStatements
    api_tokens: ApiTokenStatements
    clients: ClientStatements
    client_queries: ClientQueryStatements
    services: ServiceStatements
    service_folders: ServiceFolderStatements
    service_queries: ServiceQueryStatements
    orders: OrderStatements
    order_queries: OrderQueryStatements
    order_tasks: OrderTaskStatements
    order_task_queries: OrderTaskQueryStatements
    order_messages: OrderMessageStatements
    order_message_queries: OrderMessageQueryStatements
    proposals: ProposalStatements
    proposal_queries: ProposalQueryStatements
    coupons: CouponStatements
    invoices: InvoiceStatements
    invoice_queries: InvoiceQueryStatements
    payments: PaymentStatements
    subscriptions: SubscriptionStatements
    tags: TagStatements
    tickets: TicketStatements
    ticket_queries: TicketQueryStatements
    ticket_messages: TicketMessageStatements
    references: ReferenceStatements


@lru_cache(maxsize=32)
def statements_for(tables: Tables) -> Statements:
    """Return the statements on these tables: building one costs more than running it."""
    return Statements(
        organizations=OrganizationStatements(tables),
        roles=RoleStatements(tables),
        employees=EmployeeStatements(tables),
        api_tokens=ApiTokenStatements(tables),
        clients=ClientStatements(tables),
        client_queries=ClientQueryStatements(tables),
        services=ServiceStatements(tables),
        service_folders=ServiceFolderStatements(tables),
        service_queries=ServiceQueryStatements(tables),
        orders=OrderStatements(tables),
        order_queries=OrderQueryStatements(tables),
        order_tasks=OrderTaskStatements(tables),
        order_task_queries=OrderTaskQueryStatements(tables),
        order_messages=OrderMessageStatements(tables),
        order_message_queries=OrderMessageQueryStatements(tables),
        proposals=ProposalStatements(tables),
        proposal_queries=ProposalQueryStatements(tables),
        coupons=CouponStatements(tables),
        invoices=InvoiceStatements(tables),
        invoice_queries=InvoiceQueryStatements(tables),
        payments=PaymentStatements(tables),
        subscriptions=SubscriptionStatements(tables),
        tags=TagStatements(tables),
        tickets=TicketStatements(tables),
        ticket_queries=TicketQueryStatements(tables),
        ticket_messages=TicketMessageStatements(tables),
        references=ReferenceStatements(tables),
    )


class _Part(Generic[T]):
    """A part of a unit of work, made when it is first asked for: there are many, and a use case needs few."""

    def __init__(self, make: Callable[[Transaction, Any], T]) -> None:
        self._make = make
        self._name = ""

    def __set_name__(self, owner: type[SqlView], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, view: None, owner: type[SqlView]) -> Self: ...
    @overload
    def __get__(self, view: SqlView, owner: type[SqlView]) -> T: ...
    def __get__(self, view: SqlView | None, owner: type[SqlView]) -> T | Self:
        if view is None:
            return self
        # Kept where Python looks first the next time.
        part = view.__dict__[self._name] = self._make(view.transaction, getattr(view.statements, self._name))
        return part


def _part(make: Callable[[Transaction, Any], T]) -> T:
    """Declare a part as what it gives: where a protocol has a property, pyright does not look through a descriptor."""
    part: Any = _Part(make)
    return cast("T", part)


class SqlView:
    """``ports.unit_of_work.View`` on a connection.

    Args:
        connection: Anybody's; only read from.
        org_id: The organisation that everything here is bound to.
        tables: Where it is stored.

    Example:
        >>> from sqlalchemy import create_engine
        >>> from service_engine.adapters.sql import configure_sqlite
        >>> from service_engine.adapters.sql.tables import own_tables
        >>> from service_engine.testing.examples import acme
        >>> from service_engine.usecases.tickets import list_tickets
        >>> with configure_sqlite(create_engine("sqlite://")).begin() as connection:
        ...     own_tables().metadata.create_all(connection)
        ...     list_tickets(SqlView(connection, acme.id, own_tables())).total
        0
    """

    client_queries: SqlClientQueries = _part(SqlClientQueries)
    service_queries: SqlServiceQueries = _part(SqlServiceQueries)
    order_queries: SqlOrderQueries = _part(SqlOrderQueries)
    order_task_queries: SqlOrderTaskQueries = _part(SqlOrderTaskQueries)
    order_message_queries: SqlOrderMessageQueries = _part(SqlOrderMessageQueries)
    proposal_queries: SqlProposalQueries = _part(SqlProposalQueries)
    invoice_queries: SqlInvoiceQueries = _part(SqlInvoiceQueries)
    ticket_queries: SqlTicketQueries = _part(SqlTicketQueries)

    def __init__(self, connection: Connection, org_id: OrganizationId, tables: Tables) -> None:
        self.transaction: Transaction = Transaction(connection, org_id)
        self.statements: Statements = statements_for(tables)

    @property
    def org_id(self) -> OrganizationId:
        """The organisation that everything here is bound to."""
        return self.transaction.org_id

    def close(self) -> None:
        """Refuse everything from now on."""
        self.transaction.closed = True

    if not TYPE_CHECKING:  # a type checker would take any name for an attribute

        def __getattr__(self, name: str) -> NoReturn:
            kind = type(self).__name__
            hint = "" if isinstance(self, SqlUnitOfWork) else ": a view only reads, so run this use case with Store.run"
            msg = f"{kind!r} object has no attribute {name!r}{hint}"
            raise AttributeError(msg)


class SqlUnitOfWork(SqlView):
    """``ports.unit_of_work.UnitOfWork`` on a connection, in whatever transaction the connection is in.

    Never commits and never rolls back: whoever opened the transaction does. A host's own writes on the same connection
    share it. In a session, or wherever a transaction may end before the unit of work does, use ``join``: it flushes,
    and refuses what would come too late.

    Args:
        connection: In a transaction, or about to begin one.
        org_id: The organisation that everything here is bound to.
        tables: Where it is stored.
        entropy: Where new ids and random values come from; the system's by default.

    Example:
        >>> from datetime import UTC, datetime
        >>> from sqlalchemy import MetaData, create_engine
        >>> from service_engine.adapters.sql import build_tables, configure_sqlite
        >>> from service_engine.usecases.organizations import bootstrap_organization
        >>> tables = build_tables(MetaData(), prefix="desk_")
        >>> engine = configure_sqlite(create_engine("sqlite://"))
        >>> with engine.begin() as connection:
        ...     tables.metadata.create_all(connection)
        ...     uow = SqlUnitOfWork(connection, OrganizationId(SystemEntropy().new_id()), tables)
        ...     bootstrap_organization(uow, name="Acme", at=datetime(2026, 2, 7, tzinfo=UTC)).organization.slug
        'acme'
    """

    organizations: SqlOrganizations = _part(SqlOrganizations)
    roles: SqlRoles = _part(SqlRoles)
    employees: SqlEmployees = _part(SqlEmployees)
    api_tokens: SqlApiTokens = _part(SqlApiTokens)
    clients: SqlClients = _part(SqlClients)
    services: SqlServices = _part(SqlServices)
    service_folders: SqlServiceFolders = _part(SqlServiceFolders)
    orders: SqlOrders = _part(SqlOrders)
    order_tasks: SqlOrderTasks = _part(SqlOrderTasks)
    order_messages: SqlOrderMessages = _part(SqlOrderMessages)
    proposals: SqlProposals = _part(SqlProposals)
    coupons: SqlCoupons = _part(SqlCoupons)
    invoices: SqlInvoices = _part(SqlInvoices)
    payments: SqlPayments = _part(SqlPayments)
    subscriptions: SqlSubscriptions = _part(SqlSubscriptions)
    tags: SqlTags = _part(SqlTags)
    tickets: SqlTickets = _part(SqlTickets)
    ticket_messages: SqlTicketMessages = _part(SqlTicketMessages)
    references: SqlReferences = _part(SqlReferences)

    def __init__(
        self, connection: Connection, org_id: OrganizationId, tables: Tables, entropy: Entropy | None = None
    ) -> None:
        super().__init__(connection, org_id, tables)
        self.entropy: Entropy = entropy or SystemEntropy()

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that was stored so far, as events, oldest first."""
        return tuple(self.transaction.events)

    @property
    def connection(self) -> Connection:
        """Where the unit of work runs, for a host's own statements in the same transaction.

        Raises:
            RuntimeError: The unit of work is closed, or the transaction that it has joined has ended.
        """
        return self.transaction.open_connection()


BeforeCommit: TypeAlias = Callable[[SqlUnitOfWork], None]
"""What a host does in a transaction of ours, right before its COMMIT, with the events in hand."""


def announce(uow: SqlUnitOfWork, before_commit: BeforeCommit | None) -> None:
    """Call the host, if there is something to tell: nothing has happened in a unit of work without events."""
    if before_commit is not None and uow.transaction.events:
        before_commit(uow)


def read_once(
    connection: Connection,
    org_id: OrganizationId,
    tables: Tables,
    query: Callable[Concatenate[View, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Run a query on a view that ends with it, outside of a transaction."""
    view = SqlView(connection, org_id, tables)
    with beginning_nothing(connection):
        try:
            return query(view, *args, **kwargs)
        finally:
            view.close()
