"""What the contract classes stand on: a fixture for each of two organisations, and shortcuts to fill them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest

from service_engine.domain.access import Role
from service_engine.domain.change import Change, Event
from service_engine.domain.clients import Client
from service_engine.domain.coupons import Coupon
from service_engine.domain.employees import Employee
from service_engine.domain.ids import OrganizationId
from service_engine.domain.invoices import Invoice
from service_engine.domain.orders import Order
from service_engine.domain.organizations import Organization
from service_engine.domain.payments import Payment
from service_engine.domain.proposals import Proposal
from service_engine.domain.service_folders import ServiceFolder, create_folder
from service_engine.domain.services import Recurrence, Service, offer_service
from service_engine.domain.subscriptions import Subscription
from service_engine.domain.tags import Tag, TagCreated
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket
from service_engine.errors import NotFoundError
from service_engine.ports.unit_of_work import Store, UnitOfWork, View
from service_engine.testing.builders import NOON, Build
from service_engine.usecases.organizations import ADMINISTRATOR, CLIENT, bootstrap_organization

__all__ = ["Agency", "Contract", "happened", "missing"]

P = ParamSpec("P")
T = TypeVar("T")


def happened(state: T) -> Change[T]:
    """Return the state as a change that did change something.

    Example:
        >>> len(happened("anything").events)
        1
    """
    return Change(state, (Event(at=NOON),))


@contextmanager
def missing(kind: str, key: object) -> Iterator[None]:
    """Expect the answer that there is no such thing; a foreign one gets the very same.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> with missing("ticket", acme.id), agency().begin(acme.id) as uow:
        ...     uow.tickets.get(acme.id)
    """
    with pytest.raises(NotFoundError) as refusal:
        yield
    assert (refusal.value.kind, refusal.value.key) == (kind, key)


class Agency:
    """A new organisation on a store, with an administrator, and shortcuts that store what they make.

    Args:
        store: Any store.
        name: What it is called.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())
        >>> ticket = acme.ticket(subject="Help")  # of a new client, too
        >>> with acme.undone() as uow:
        ...     uow.clients.dependents(ticket.client_id)
        ('tickets',)
    """

    def __init__(self, store: Store, name: str = "Acme") -> None:
        self.store = store
        self.build: Build = Build(store.entropy)
        self.org_id: OrganizationId = OrganizationId(self.new_id())
        founded = store.run(self.org_id, bootstrap_organization, name=name, at=NOON)
        self.organization: Organization = founded.organization
        self.administrator: Employee = founded.administrator
        self.secret: str = founded.token
        self.admin_role: Role = founded.roles[ADMINISTRATOR]
        self.client_role: Role = founded.roles[CLIENT]

    def new_id(self) -> Any:
        """Return an id that nothing has, as an id of whatever kind is wanted."""
        return self.store.entropy.new_id()

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work on this organisation."""
        return self.store.begin(self.org_id)

    def read(self, query: Callable[Concatenate[View, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query on this organisation, without a transaction."""
        return self.store.read(self.org_id, query, *args, **kwargs)

    def run(self, use_case: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case on this organisation, in a transaction of its own."""
        return self.store.run(self.org_id, use_case, *args, **kwargs)

    @contextmanager
    def undone(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that is rolled back in the end, whatever happened in it."""
        try:
            with self.begin() as uow:
                yield uow
                raise _Undone  # noqa: TRY301  # it has to come from inside the block
        except _Undone:
            return

    def client(self, **given: Any) -> Client:
        """Store a new client."""
        usual: dict[str, Any] = {"role_id": self.client_role.id}
        client = self.build.client(**usual | given)
        with self.begin() as uow:
            return uow.clients.add(happened(client))

    def employee(self, **given: Any) -> Employee:
        """Store a new employee, an administrator by default."""
        usual: dict[str, Any] = {"role": self.admin_role}
        employee = self.build.employee(**usual | given)
        with self.begin() as uow:
            return uow.employees.add(happened(employee))

    def order(self, **given: Any) -> Order:
        """Store a new order, of a new client by default."""
        client_id = given.pop("client_id", None) or self.client().id
        with self.begin() as uow:
            return uow.orders.add(happened(self.build.order(client_id=client_id, **given)))

    def build_service(self, **given: Any) -> Service:
        """Make a service, a one-time one in dollars by default, without storing it."""
        usual: dict[str, Any] = {
            "name": "Web Development",
            "currency": "USD",
            "recurrence": Recurrence.ONE_TIME,
            "at": NOON,
        }
        return offer_service(self.new_id(), **(usual | given)).state

    def service(self, **given: Any) -> Service:
        """Store a new service."""
        with self.begin() as uow:
            return uow.services.add(happened(self.build_service(**given)))

    def folder(self, name: str = "Websites", sort_order: int = 0) -> ServiceFolder:
        """Store a new folder of the catalogue."""
        with self.begin() as uow:
            return uow.service_folders.add(create_folder(self.new_id(), name=name, sort_order=sort_order, at=NOON))

    def coupon(self, **given: Any) -> Coupon:
        """Store a new coupon."""
        with self.begin() as uow:
            return uow.coupons.add(happened(self.build.coupon(**given)))

    def proposal(self, **given: Any) -> Proposal:
        """Store a new proposal, of a new service by default."""
        return self._add_proposal(self.build.proposal(**self._with_a_service(given)))

    def sent_proposal(self, **given: Any) -> Proposal:
        """Store a new proposal that can be signed, of a new service by default."""
        return self._add_proposal(self.build.sent_proposal(**self._with_a_service(given)))

    def invoice(self, **given: Any) -> Invoice:
        """Store a new invoice, to a new client by default; its one line names no service."""
        return self._add_invoice(self.build.invoice(**self._with_a_client(given)))

    def paid_invoice(self, **given: Any) -> Invoice:
        """Store a new invoice as paid, with nothing that comes of it, to a new client by default."""
        return self._add_invoice(self.build.paid_invoice(**self._with_a_client(given)))

    def payment(self, invoice: Invoice, **given: Any) -> Payment:
        """Store a new payment whose outcome is not known."""
        with self.begin() as uow:
            return uow.payments.add(happened(self.build.payment(invoice, **given)))

    def subscription(self, invoice: Invoice) -> Subscription:
        """Store a new subscription."""
        with self.begin() as uow:
            return uow.subscriptions.add(happened(self.build.subscription(invoice)))

    def tags(self, *names: str) -> tuple[Tag, ...]:
        """Store new tags of these names."""
        changes = [Change(tag, (TagCreated(tag=tag, at=NOON),)) for tag in map(self.build.tag, names)]
        with self.begin() as uow:
            return uow.tags.add_missing(changes)

    def ticket(self, **given: Any) -> Ticket:
        """Store a new ticket, of a new client by default."""
        client_id = given.pop("client_id", None) or self.client().id
        with self.begin() as uow:
            return uow.tickets.add(happened(self.build.ticket(client_id=client_id, **given)))

    def message(self, ticket: Ticket, **given: Any) -> TicketMessage:
        """Store a new message on a ticket, by the administrator by default."""
        author_id = given.pop("author_id", self.administrator.id)
        with self.begin() as uow:
            return uow.ticket_messages.add(happened(self.build.message(ticket, author_id=author_id, **given)))

    def _with_a_service(self, given: dict[str, Any]) -> dict[str, Any]:
        return given if given.keys() & {"items", "service_id"} else given | {"service_id": self.service().id}

    def _with_a_client(self, given: dict[str, Any]) -> dict[str, Any]:
        return given if "client_id" in given else given | {"client_id": self.client().id}

    def _add_proposal(self, proposal: Proposal) -> Proposal:
        with self.begin() as uow:
            return uow.proposals.add(happened(proposal))

    def _add_invoice(self, invoice: Invoice) -> Invoice:
        with self.begin() as uow:
            return uow.invoices.add(happened(invoice))


class _Undone(Exception):  # noqa: N818  # not an error: the way to roll back on purpose
    pass


class Contract:
    """The beginning of every contract class. Whoever inherits one gives a fixture ``store``.

    Example:
        >>> from service_engine import MemoryStore
        >>> from service_engine.usecases.clients import list_clients
        >>> class TestMyStore(Contract):
        ...     store = pytest.fixture(lambda self: MemoryStore())  # yours instead
        ...
        ...     def test_a_new_organization_has_no_clients(self, acme: Agency) -> None:
        ...         assert acme.read(list_clients).total == 0
        >>> TestMyStore().test_a_new_organization_has_no_clients(Agency(MemoryStore()))  # pytest hands it in
    """

    @pytest.fixture
    def acme(self, store: Store) -> Agency:
        """Give an organisation."""
        return Agency(store)

    @pytest.fixture
    def rival(self, store: Store) -> Agency:
        """Give another organisation on the same store, whose things must not be seen."""
        return Agency(store, "Rival")
