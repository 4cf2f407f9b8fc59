"""Everything that is stored: the state of each organisation, and what a unit of work has in hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from threading import Lock
from typing import Final, NoReturn, TypeAlias, TypeGuard
from uuid import UUID

from service_engine.adapters.memory.lists import sort_key
from service_engine.adapters.memory.tables import Claim, Grouping, Table
from service_engine.domain.access import Role, is_staff
from service_engine.domain.api_tokens import ApiToken
from service_engine.domain.change import Event
from service_engine.domain.clients import Client
from service_engine.domain.coupons import Coupon
from service_engine.domain.employees import Employee
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import ApiTokenId, ClientId, OrganizationId
from service_engine.domain.invoices import Invoice
from service_engine.domain.order_messages import OrderMessage
from service_engine.domain.order_tasks import OrderTask
from service_engine.domain.orders import Order
from service_engine.domain.organizations import Organization
from service_engine.domain.payments import Payment, PaymentStatus
from service_engine.domain.proposals import Proposal
from service_engine.domain.service_folders import ServiceFolder
from service_engine.domain.services import Service
from service_engine.domain.subscriptions import Subscription
from service_engine.domain.tags import Tag
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket
from service_engine.errors import ConflictError
from service_engine.ports.invoices import InvoiceRow
from service_engine.ports.order_messages import OrderMessageRow
from service_engine.ports.order_tasks import OrderTaskRow
from service_engine.ports.orders import OrderRow
from service_engine.ports.proposals import ProposalSummary
from service_engine.ports.tickets import TicketRow

__all__ = ["Person", "Published", "State", "Work"]

Person: TypeAlias = Client | Employee
"""Clients and employees share one space of ids and of e-mail addresses; the role tells who is what."""


_OLDEST_FIRST: Final = sort_key("created_at")


def _place_of_task(task: OrderTask) -> tuple[int, datetime, int]:
    return task.sort_order, task.created_at, task.id.int


def _claims_of_person(person: Person) -> Sequence[Claim]:
    if isinstance(person, Employee):
        return (("email", person.email),)
    claims: list[Claim] = []
    if person.deleted_at is None:
        claims.append(("email", person.email))
    if person.affiliate_id is not None:
        claims.append(("affiliate_id", person.affiliate_id))
    if person.affiliate_link is not None:
        claims.append(("affiliate_link", person.affiliate_link))
    if person.address is not None:
        claims.append(("address", person.address.id))
    return claims


def _claims_of_proposal(proposal: Proposal) -> Sequence[Claim]:
    return tuple(("item", item.id) for item in proposal.items)


def _claims_of_invoice(invoice: Invoice) -> Sequence[Claim]:
    return ("number", invoice.number), *(("item", item.id) for item in invoice.items)


def _claims_of_payment(payment: Payment) -> Sequence[Claim]:
    return (("pending", payment.invoice_id),) if payment.status is PaymentStatus.PENDING else ()


def _claims_of_subscription(subscription: Subscription) -> Sequence[Claim]:
    claims: list[Claim] = []
    if subscription.number is not None:
        claims.append(("number", subscription.number))
    if subscription.invoice_id is not None:
        claims.append(("invoice_id", subscription.invoice_id))
    return claims


class State:
    """Everything that one organisation has. Once it is published it never changes; it only remembers rows it built.

    ``documents.dump`` writes all of it but ``proposal_summaries``, ``spent`` and whatever ends in ``_rows``: these hold
    what was built of the rest for somebody who asked, and may be empty at any time.
    """

    __slots__ = (
        "api_tokens",
        "coupons",
        "invoice_count",
        "invoice_rows",
        "invoices",
        "order_message_rows",
        "order_messages",
        "order_rows",
        "order_task_rows",
        "order_tasks",
        "orders",
        "organization",
        "payments",
        "people",
        "proposal_summaries",
        "proposals",
        "roles",
        "service_folders",
        "services",
        "spent",
        "subscriptions",
        "tags",
        "ticket_messages",
        "ticket_rows",
        "tickets",
        "token_uses",
    )

    def __init__(self) -> None:
        self.organization: Organization | None = None
        self.roles: Table[Role] = Table()
        self.people: Table[Person] = Table(_claims_of_person)
        self.api_tokens: Table[ApiToken] = Table(lambda token: (("token_hash", token.token_hash),))
        self.token_uses: dict[ApiTokenId, datetime] = {}
        self.tags: Table[Tag] = Table(lambda tag: (("name", tag.name),))
        self.service_folders: Table[ServiceFolder] = Table()
        self.services: Table[Service] = Table()
        self.orders: Table[Order] = Table(lambda order: (("number", order.number),))
        self.order_rows: dict[UUID, tuple[Order, OrderRow]] = {}
        self.order_tasks: Table[OrderTask] = Table(grouping=Grouping(lambda task: task.order_id, _place_of_task))
        self.order_task_rows: dict[UUID, tuple[OrderTask, OrderTaskRow]] = {}
        self.order_messages: Table[OrderMessage] = Table(
            grouping=Grouping(lambda message: message.order_id, _OLDEST_FIRST)
        )
        self.order_message_rows: dict[UUID, tuple[OrderMessage, OrderMessageRow]] = {}
        self.proposals: Table[Proposal] = Table(_claims_of_proposal)
        self.proposal_summaries: dict[UUID, tuple[Proposal, ProposalSummary]] = {}
        self.coupons: Table[Coupon] = Table(lambda coupon: (("code", coupon.code),))
        self.invoice_count: int = 0
        self.invoices: Table[Invoice] = Table(
            _claims_of_invoice, Grouping(lambda invoice: invoice.client_id, _OLDEST_FIRST)
        )
        self.invoice_rows: dict[UUID, tuple[Invoice, InvoiceRow]] = {}
        self.spent: dict[UUID, tuple[tuple[Invoice, ...], Decimal | None]] = {}
        self.payments: Table[Payment] = Table(
            _claims_of_payment, Grouping(lambda payment: payment.invoice_id, _OLDEST_FIRST)
        )
        self.subscriptions: Table[Subscription] = Table(
            _claims_of_subscription, Grouping(lambda subscription: subscription.client_id, _OLDEST_FIRST)
        )
        self.tickets: Table[Ticket] = Table()
        self.ticket_rows: dict[UUID, tuple[Ticket, TicketRow]] = {}
        self.ticket_messages: Table[TicketMessage] = Table(
            grouping=Grouping(lambda message: message.ticket_id, _OLDEST_FIRST)
        )

    def fork(self) -> State:
        """Return a state with the same content, which can be written to without changing this one."""
        fork = State.__new__(State)
        fork.organization = self.organization
        fork.roles = self.roles.fork()
        fork.people = self.people.fork()
        fork.api_tokens = self.api_tokens.fork()
        fork.token_uses = self.token_uses
        fork.tags = self.tags.fork()
        fork.service_folders = self.service_folders.fork()
        fork.services = self.services.fork()
        fork.orders = self.orders.fork()
        fork.order_rows = self.order_rows
        fork.order_tasks = self.order_tasks.fork()
        fork.order_task_rows = self.order_task_rows
        fork.order_messages = self.order_messages.fork()
        fork.order_message_rows = self.order_message_rows
        fork.proposals = self.proposals.fork()
        fork.proposal_summaries = self.proposal_summaries
        fork.coupons = self.coupons.fork()
        fork.invoice_count = self.invoice_count
        fork.invoices = self.invoices.fork()
        fork.invoice_rows = self.invoice_rows
        fork.spent = self.spent
        fork.payments = self.payments.fork()
        fork.subscriptions = self.subscriptions.fork()
        fork.tickets = self.tickets.fork()
        fork.ticket_rows = self.ticket_rows
        fork.ticket_messages = self.ticket_messages.fork()
        return fork

    def role_of(self, person: Person) -> Role:
        """Return somebody's role."""
        return self.roles.rows[person.role.id if isinstance(person, Employee) else person.role_id]

    def live_client(self, client_id: ClientId) -> Client | None:
        """Return the live client of this id, if there is one."""
        person = self.people.rows.get(client_id)
        return person if person is not None and self._is_live_client(person) else None

    def put_person(self, kind: str, person: Person, *, new: bool = False) -> None:
        """Store somebody; the lists of people show live clients only.

        Args:
            kind: What to call them in an error.
            person: Whom.
            new: Whether their id must be free.

        Raises:
            ConflictError: Their id, e-mail, affiliate id or link, or address's id is taken.
        """
        put = self.people.add if new else self.people.put
        put(kind, person, listed=self._is_live_client(person))
        self.order_rows = {}
        self.order_task_rows = {}
        self.order_message_rows = {}
        self.invoice_rows = {}
        self.ticket_rows = {}

    def _is_live_client(self, person: Person) -> TypeGuard[Client]:
        if isinstance(person, Employee) or person.deleted_at is not None:
            return False
        return not is_staff(self.role_of(person).levels)


class Work:
    """What a unit of work has in hand: a fork of its organisation's state, and the events so far.

    Closing takes the state away. Repositories and queries reach it through here, so each of them refuses from then on.

    Args:
        org_id: The organisation.
        state: What is read, and written to if it is a fork.
        published: What every organisation has; only for what must be unique among all of them.
    """

    __slots__ = ("events", "founded", "new_tokens", "org_id", "published", "state")

    def __init__(self, org_id: OrganizationId, state: State, published: Published) -> None:
        require_id("organization", org_id)
        self.org_id: OrganizationId = org_id
        self.state: State = state
        self.published: Published = published
        self.events: list[Event] = []
        self.founded: Organization | None = None
        self.new_tokens: list[ApiToken] = []

    def __getattr__(self, name: str) -> NoReturn:
        if name == "state":
            msg = f"this unit of work on organisation {self.org_id} is closed; open another one with store.begin"
            raise RuntimeError(msg)
        raise AttributeError(name)

    def close(self) -> None:
        """Refuse every use from now on."""
        del self.state

    def require_links(self, kind: str, key: object, *links: bool) -> None:
        """Refuse to store what refers to something outside the organisation, as the database's foreign keys do.

        Args:
            kind: What is being stored.
            key: Its id.
            links: For each thing that it refers to, whether the organisation has it.

        Raises:
            ConflictError: It refers to something that is not there, or the organisation itself is not.
        """
        if self.state.organization is None or not all(links):
            raise ConflictError(kind, key)


class Published:
    """What is committed: a state per organisation, and the two keys that find an organisation."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._nothing = State()
        self._states: dict[OrganizationId, State] = {}
        self._slugs: dict[str, OrganizationId] = {}
        self._tokens: dict[str, tuple[OrganizationId, ApiTokenId]] = {}
        self._closed = False

    def close(self) -> None:
        """Let ``require_open`` refuse from now on."""
        self._closed = True

    def require_open(self) -> None:
        """Refuse use of a closed store.

        Raises:
            RuntimeError: It is closed.
        """
        if self._closed:
            msg = "this store is closed"
            raise RuntimeError(msg)

    def state(self, org_id: OrganizationId) -> State:
        """Return an organisation's state; an empty one if nothing of it was ever committed."""
        return self._states.get(org_id, self._nothing)

    def slug_is_taken(self, slug: str) -> bool:
        """Tell whether a committed organisation has this slug."""
        return slug in self._slugs

    def token_place(self, token_hash: str) -> tuple[OrganizationId, ApiTokenId] | None:
        """Return in which organisation, and under which id, a committed token of this hash is."""
        return self._tokens.get(token_hash)

    def publish(self, work: Work, before: Callable[[], None] | None = None) -> None:
        """Make a unit of work's state the organisation's state, all of it or nothing.

        Args:
            work: What the unit of work has in hand.
            before: Called when nothing stands against it any more; if it raises, nothing is published.

        Raises:
            ConflictError: Another organisation has taken the slug, or a token's hash, in the meantime.
        """
        if before is None and work.founded is None and not work.new_tokens:
            self._states[work.org_id] = work.state
            return
        with self._lock:
            self._require_free(work)
            if before is not None:
                before()
                self._require_free(work)  # it may have issued a token itself
            # The state first: whoever finds a token finds the organisation that it is in.
            self._states[work.org_id] = work.state
            if work.founded is not None:
                self._slugs[work.founded.slug] = work.org_id
            self._tokens.update((token.token_hash, (work.org_id, token.id)) for token in work.new_tokens)

    def _require_free(self, work: Work) -> None:
        if work.founded is not None and work.founded.slug in self._slugs:
            raise ConflictError("organization", work.org_id)
        for token in work.new_tokens:
            if token.token_hash in self._tokens:
                raise ConflictError("api_token", token.id)
