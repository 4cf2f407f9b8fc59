"""One organisation's view and unit of work in memory."""

from __future__ import annotations

from service_engine.adapters.memory.api_tokens import MemoryApiTokens
from service_engine.adapters.memory.clients import MemoryClientQueries, MemoryClients
from service_engine.adapters.memory.coupons import MemoryCoupons
from service_engine.adapters.memory.employees import MemoryEmployees
from service_engine.adapters.memory.invoices import MemoryInvoiceQueries, MemoryInvoices
from service_engine.adapters.memory.order_messages import MemoryOrderMessageQueries, MemoryOrderMessages
from service_engine.adapters.memory.order_tasks import MemoryOrderTaskQueries, MemoryOrderTasks
from service_engine.adapters.memory.orders import MemoryOrderQueries, MemoryOrders
from service_engine.adapters.memory.organizations import MemoryOrganizations, MemoryRoles
from service_engine.adapters.memory.payments import MemoryPayments
from service_engine.adapters.memory.proposals import MemoryProposalQueries, MemoryProposals
from service_engine.adapters.memory.references import MemoryReferences
from service_engine.adapters.memory.services import MemoryServiceFolders, MemoryServiceQueries, MemoryServices
from service_engine.adapters.memory.state import Work
from service_engine.adapters.memory.subscriptions import MemorySubscriptions
from service_engine.adapters.memory.tags import MemoryTags
from service_engine.adapters.memory.ticket_messages import MemoryTicketMessages
from service_engine.adapters.memory.tickets import MemoryTicketQueries, MemoryTickets
from service_engine.domain.change import Event
from service_engine.domain.ids import OrganizationId
from service_engine.ports.entropy import Entropy

__all__ = ["MemoryUnitOfWork", "MemoryView"]


class MemoryView:
    """``ports.unit_of_work.View`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.client_queries: MemoryClientQueries = MemoryClientQueries(work)
        self.service_queries: MemoryServiceQueries = MemoryServiceQueries(work)
        self.order_queries: MemoryOrderQueries = MemoryOrderQueries(work)
        self.order_task_queries: MemoryOrderTaskQueries = MemoryOrderTaskQueries(work)
        self.order_message_queries: MemoryOrderMessageQueries = MemoryOrderMessageQueries(work)
        self.proposal_queries: MemoryProposalQueries = MemoryProposalQueries(work)
        self.invoice_queries: MemoryInvoiceQueries = MemoryInvoiceQueries(work)
        self.ticket_queries: MemoryTicketQueries = MemoryTicketQueries(work)

    @property
    def org_id(self) -> OrganizationId:
        """The organisation that everything here is bound to."""
        return self._work.org_id


class MemoryUnitOfWork(MemoryView):
    """``ports.unit_of_work.UnitOfWork`` in memory; opened by ``MemoryStore.begin``."""

    def __init__(self, work: Work, entropy: Entropy) -> None:
        super().__init__(work)
        self.entropy = entropy
        self.organizations: MemoryOrganizations = MemoryOrganizations(work)
        self.roles: MemoryRoles = MemoryRoles(work)
        self.employees: MemoryEmployees = MemoryEmployees(work)
        self.api_tokens: MemoryApiTokens = MemoryApiTokens(work)
        self.clients: MemoryClients = MemoryClients(work)
        self.services: MemoryServices = MemoryServices(work)
        self.service_folders: MemoryServiceFolders = MemoryServiceFolders(work)
        self.orders: MemoryOrders = MemoryOrders(work)
        self.order_tasks: MemoryOrderTasks = MemoryOrderTasks(work)
        self.order_messages: MemoryOrderMessages = MemoryOrderMessages(work)
        self.proposals: MemoryProposals = MemoryProposals(work)
        self.coupons: MemoryCoupons = MemoryCoupons(work)
        self.invoices: MemoryInvoices = MemoryInvoices(work)
        self.payments: MemoryPayments = MemoryPayments(work)
        self.subscriptions: MemorySubscriptions = MemorySubscriptions(work)
        self.tags: MemoryTags = MemoryTags(work)
        self.tickets: MemoryTickets = MemoryTickets(work)
        self.ticket_messages: MemoryTicketMessages = MemoryTicketMessages(work)
        self.references: MemoryReferences = MemoryReferences(work)

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that was stored so far, oldest first; after the block, everything that was committed."""
        return tuple(self._work.events)
