"""Events as plain JSON, for an outbox, a queue or a log of the host's.

Source: docs/how-to/outbox.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from service_engine.adapters.memory.codec import to_json
from service_engine.domain.access import RoleDefined
from service_engine.domain.api_tokens import ApiTokenIssued
from service_engine.domain.change import Event
from service_engine.domain.clients import ClientDeleted, ClientRegistered, ClientRevised
from service_engine.domain.coupons import CouponCreated
from service_engine.domain.employees import EmployeeHired
from service_engine.domain.invoice_events import (
    InvoiceDeleted,
    InvoiceIssued,
    InvoicePaid,
    InvoicePartlyPaid,
    InvoiceRevised,
    InvoiceStatusChanged,
)
from service_engine.domain.order_events import (
    OrderAssigned,
    OrderDeleted,
    OrderMessageReceived,
    OrderPlaced,
    OrderRetagged,
    OrderRevised,
    OrderStatusChanged,
    OrderTouched,
)
from service_engine.domain.order_messages import OrderMessageDeleted, OrderMessagePosted
from service_engine.domain.order_tasks import (
    OrderTaskAdded,
    OrderTaskCompleted,
    OrderTaskDeleted,
    OrderTaskReopened,
    OrderTaskRevised,
)
from service_engine.domain.organizations import OrganizationFounded
from service_engine.domain.payments import (
    PaymentDeclined,
    PaymentIntended,
    PaymentRefunded,
    PaymentResumed,
    PaymentSetAside,
    PaymentSucceeded,
)
from service_engine.domain.proposal_events import (
    ProposalDeleted,
    ProposalDrafted,
    ProposalRejected,
    ProposalSent,
    ProposalSigned,
)
from service_engine.domain.service_events import ServiceAssigned, ServiceDeleted, ServiceOffered, ServiceRevised
from service_engine.domain.service_folders import ServiceFolderCreated
from service_engine.domain.subscriptions import SubscriptionStarted
from service_engine.domain.tags import TagCreated
from service_engine.domain.ticket_events import (
    TicketAssigned,
    TicketClosed,
    TicketDeleted,
    TicketLinked,
    TicketOpened,
    TicketReopened,
    TicketRetagged,
    TicketRevised,
    TicketSetPending,
)
from service_engine.domain.ticket_messages import TicketMessagePosted, TicketMessageReceived

__all__ = ["KINDS", "dump_event"]

_ALL: Final[tuple[type[Event], ...]] = (
    OrganizationFounded,
    RoleDefined,
    EmployeeHired,
    ApiTokenIssued,
    ClientRegistered,
    ClientRevised,
    ClientDeleted,
    ServiceFolderCreated,
    ServiceOffered,
    ServiceRevised,
    ServiceAssigned,
    ServiceDeleted,
    OrderPlaced,
    OrderStatusChanged,
    OrderRevised,
    OrderAssigned,
    OrderRetagged,
    OrderTouched,
    OrderMessageReceived,
    OrderDeleted,
    OrderTaskAdded,
    OrderTaskRevised,
    OrderTaskCompleted,
    OrderTaskReopened,
    OrderTaskDeleted,
    OrderMessagePosted,
    OrderMessageDeleted,
    ProposalDrafted,
    ProposalSent,
    ProposalSigned,
    ProposalRejected,
    ProposalDeleted,
    CouponCreated,
    InvoiceIssued,
    InvoiceRevised,
    InvoiceStatusChanged,
    InvoicePartlyPaid,
    InvoicePaid,
    InvoiceDeleted,
    PaymentIntended,
    PaymentResumed,
    PaymentSucceeded,
    PaymentDeclined,
    PaymentSetAside,
    PaymentRefunded,
    SubscriptionStarted,
    TicketOpened,
    TicketClosed,
    TicketReopened,
    TicketSetPending,
    TicketAssigned,
    TicketRetagged,
    TicketLinked,
    TicketRevised,
    TicketDeleted,
    TicketMessagePosted,
    TicketMessageReceived,
    TagCreated,
)

KINDS: Final[Mapping[str, type[Event]]] = MappingProxyType({kind.__name__: kind for kind in _ALL})
"""Every kind of event that the library has, by name. A kind keeps its name and its fields; new ones may be added."""


def dump_event(event: Event) -> dict[str, Any]:
    """Return an event as what ``json.dumps`` writes: its kind, when it happened, and its fields by name.

    The kind is the name of its class. Ids, times and amounts are texts, a status is its number, a ``Money`` or a tag is
    an object. Which organisation it happened in is not in it: the unit of work knows, ``uow.org_id``.

    Args:
        event: One of ``uow.events``.

    Raises:
        TypeError: It is an event of the host's, and has a value that there is no JSON for.

    Example:
        >>> from service_engine.testing.examples import now, ticket
        >>> dump_event(TicketClosed(ticket_id=ticket.id, at=now))
        {'kind': 'TicketClosed',
         'at': '2026-02-07T12:00:00+00:00',
         'ticket_id': '00000000-0000-0000-0000-000000000008'}
    """
    return {"kind": type(event).__name__, **to_json(event)}
