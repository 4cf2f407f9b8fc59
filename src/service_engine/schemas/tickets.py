"""Tickets on the wire: two request bodies, 17 keys out in a list and 19 alone, and what a list can be filtered by.

Source: contract section 2.8.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, with_config
from typing_extensions import TypedDict

from service_engine.domain.change import Unset
from service_engine.domain.clients import full_name
from service_engine.domain.ids import ClientId, OrderId, UserId
from service_engine.domain.json_values import EMPTY, thaw
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import TicketStatus
from service_engine.ports.clients import ClientSummary
from service_engine.ports.tickets import TicketDetails, TicketFilter, TicketRow, TicketSort
from service_engine.schemas import filters
from service_engine.schemas.addresses import AddressWire, address_wire
from service_engine.schemas.errors import EXACT
from service_engine.schemas.fields import (
    FreeJson,
    Note,
    OptionalReference,
    Reference,
    References,
    RequiredLine,
    Tags,
    absent,
    employee_ids,
)
from service_engine.schemas.lists import Listing
from service_engine.schemas.money import amount_text
from service_engine.schemas.orders import OrderSummaryWire, order_summary_wire
from service_engine.schemas.pages import KeysetPageWire, PageWire
from service_engine.schemas.people import EmployeeWire, employee_wire
from service_engine.schemas.roles import RoleWire, role_wire
from service_engine.schemas.validation import Input
from service_engine.usecases.tickets import TicketPatch

__all__ = [
    "TICKET_LIST",
    "TicketCreate",
    "TicketItemWire",
    "TicketPageWire",
    "TicketUpdate",
    "TicketWire",
    "ticket_item_wire",
    "ticket_wire",
]

StatusId = Annotated[int, Field(ge=int(min(TicketStatus)), le=int(max(TicketStatus)))]
"""1 Open, 2 Pending, 3 Closed."""

TICKET_LIST: Final = Listing(
    filters={
        "user_id": (TicketFilter.CLIENT_ID, filters.identifier),
        "status": (TicketFilter.STATUS, filters.small_integer),
        "order_id": (TicketFilter.ORDER_ID, filters.identifier),
        "created_at": (TicketFilter.CREATED_AT, filters.moment),
        "last_message_at": (TicketFilter.LAST_MESSAGE_AT, filters.moment),
    },
    sorts={
        "id": TicketSort.ID,
        "subject": TicketSort.SUBJECT,
        "status": TicketSort.STATUS,
        "user_id": TicketSort.CLIENT_ID,
        "order_id": TicketSort.ORDER_ID,
        "created_at": TicketSort.CREATED_AT,
        "last_message_at": TicketSort.LAST_MESSAGE_AT,
    },
    newest=TicketSort.CREATED_AT,
)


class TicketCreate(Input):
    """A new ticket. Null means the same as leaving the field out.

    Example:
        >>> from service_engine.schemas.example_rows import CLIENT_ID
        >>> new = TicketCreate(user_id=str(CLIENT_ID), subject=" Help with order ", tags=["urgent"]).arguments()
        >>> new["client_id"] == CLIENT_ID, new["subject"], new["status"], new["tags"]
        (True, 'Help with order', <TicketStatus.OPEN: 1>, ['urgent'])
    """

    user_id: Reference
    subject: RequiredLine
    status: StatusId | None = None
    order_id: OptionalReference = None
    employees: References | None = None
    tags: Tags | None = None
    note: Note | None = None
    metadata: FreeJson | None = None

    def arguments(self) -> dict[str, Any]:
        """Return it as the arguments of the use case."""
        return {
            "client_id": ClientId(UserId(self.user_id)),
            "subject": self.subject,
            "status": TicketStatus(self.status or TicketStatus.OPEN),
            "order_id": None if self.order_id is None else OrderId(self.order_id),
            "employee_ids": employee_ids(self.employees or []),
            "tags": self.tags or [],
            "note": self.note,
            "metadata": EMPTY if self.metadata is None else self.metadata,
        }


class TicketUpdate(Input):
    """What to change of a ticket. A field left out stays as it is; null clears it where that is possible.

    Example:
        >>> patch = TicketUpdate(status=3, note=None).patch()
        >>> patch.status, patch.note, patch.subject
        (<TicketStatus.CLOSED: 3>, None, UNSET)
    """

    subject: RequiredLine = absent()
    status: StatusId = absent()
    order_id: OptionalReference = absent()
    employees: References = absent()
    tags: Tags = absent()
    note: Note | None = absent()
    metadata: FreeJson = absent()

    def patch(self) -> TicketPatch:
        """Return it as the use case takes it."""
        status: int | Unset = self.status
        employees: list[UUID] | Unset = self.employees
        order_id: UUID | Unset | None = self.order_id
        return TicketPatch(
            subject=self.subject,
            status=status if isinstance(status, Unset) else TicketStatus(status),
            order_id=OrderId(order_id) if isinstance(order_id, UUID) else order_id,
            employee_ids=employees if isinstance(employees, Unset) else employee_ids(employees),
            tags=self.tags,
            note=self.note,
            metadata=self.metadata,
        )


@with_config(EXACT)
class TicketClientWire(TypedDict):
    """The client of a ticket."""

    id: UUID
    name: str
    name_f: str
    name_l: str
    email: str
    company: str | None
    phone: str | None
    balance: str
    address: AddressWire | None
    role: RoleWire


@with_config(EXACT)
class TicketMessageWire(TypedDict):
    """A message on a ticket; user_id is null once its author is gone."""

    id: UUID
    user_id: UUID | None
    message: str
    staff_only: bool
    files: list[str]
    created_at: datetime


@with_config(EXACT)
class TicketItemWire(TypedDict):
    """A ticket as a list shows it."""

    id: UUID
    subject: str
    user_id: UUID
    order_id: UUID | None
    status: str
    status_id: int
    source: str | None
    note: str | None
    form_data: dict[str, Any]
    metadata: dict[str, Any]
    tags: list[str]
    employees: list[EmployeeWire]
    client: TicketClientWire
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime | None
    date_closed: datetime | None


@with_config(EXACT)
class TicketWire(TypedDict):
    """A ticket with everything; messages are oldest first."""

    id: UUID
    subject: str
    user_id: UUID
    order_id: UUID | None
    status: str
    status_id: int
    source: str | None
    note: str | None
    form_data: dict[str, Any]
    metadata: dict[str, Any]
    tags: list[str]
    employees: list[EmployeeWire]
    client: TicketClientWire
    order: OrderSummaryWire | None
    messages: list[TicketMessageWire]
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime | None
    date_closed: datetime | None


TicketPageWire = PageWire[TicketItemWire] | KeysetPageWire[TicketItemWire]


def ticket_item_wire(row: TicketRow) -> TicketItemWire:
    """Return a ticket as a list shows it.

    Source:
        Contract section 2.8, "Ticket object" (17 keys).

    Example:
        >>> from service_engine.schemas.example_rows import TICKET
        >>> wire = ticket_item_wire(TICKET)
        >>> wire["subject"], wire["status"], wire["client"]["name"], "messages" in wire
        ('Help with order', 'Open', 'John Doe', False)
    """
    return {
        "id": row.id,
        "subject": row.subject,
        "user_id": row.client_id,
        "order_id": row.order_id,
        "status": row.status.label,
        "status_id": row.status,
        "source": row.source,
        "note": row.note,
        "form_data": thaw(row.form_data),
        "metadata": thaw(row.metadata),
        "tags": list(row.tags),
        "employees": [employee_wire(each) for each in row.employees],
        "client": _client_wire(row.client),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "last_message_at": row.last_message_at,
        "date_closed": row.date_closed,
    }


def ticket_wire(row: TicketDetails) -> TicketWire:
    """Return a ticket with everything.

    Source:
        Contract section 2.8, "Ticket object" (19 keys); the seed's example.

    Example:
        >>> from service_engine.schemas.example_rows import TICKET
        >>> wire = ticket_wire(TICKET)
        >>> wire["order"]["service"], [message["message"] for message in wire["messages"]]
        ('Web Development', ['I need help with my order'])
    """
    return {
        "id": row.id,
        "subject": row.subject,
        "user_id": row.client_id,
        "order_id": row.order_id,
        "status": row.status.label,
        "status_id": row.status,
        "source": row.source,
        "note": row.note,
        "form_data": thaw(row.form_data),
        "metadata": thaw(row.metadata),
        "tags": list(row.tags),
        "employees": [employee_wire(each) for each in row.employees],
        "client": _client_wire(row.client),
        "order": None if row.order is None else order_summary_wire(row.order),
        "messages": [_message_wire(each) for each in row.messages],
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "last_message_at": row.last_message_at,
        "date_closed": row.date_closed,
    }


def _client_wire(row: ClientSummary) -> TicketClientWire:
    return {
        "id": row.id,
        "name": full_name(row.first_name, row.last_name),
        "name_f": row.first_name,
        "name_l": row.last_name,
        "email": row.email,
        "company": row.company,
        "phone": row.phone,
        "balance": amount_text(row.balance.amount),
        "address": address_wire(row.address),
        "role": role_wire(row.role),
    }


def _message_wire(message: TicketMessage) -> TicketMessageWire:
    return {
        "id": message.id,
        "user_id": message.author_id,
        "message": message.text,
        "staff_only": message.staff_only,
        "files": list(message.files),
        "created_at": message.created_at,
    }
