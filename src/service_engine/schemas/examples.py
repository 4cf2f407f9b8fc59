"""Examples for the API's description: real rows, shown by the same functions as everything else.

Source: the seed's example.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from service_engine.domain.access import ALL_LEVELS, ALL_SETTINGS, Role
from service_engine.domain.clients import Address, Client, PostalAddress
from service_engine.domain.ids import (
    AddressId,
    ClientId,
    EmployeeId,
    OrderId,
    OrderMessageId,
    OrderTaskId,
    RoleId,
    ServiceFolderId,
    ServiceId,
    TagId,
    TicketId,
    TicketMessageId,
    UserId,
)
from service_engine.domain.money import money
from service_engine.domain.order_messages import OrderMessage
from service_engine.domain.order_tasks import OrderTask, complete_order_task
from service_engine.domain.orders import Order, OrderStatus
from service_engine.domain.services import Recurrence, Service
from service_engine.domain.tags import Tag
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import TicketStatus
from service_engine.ports.clients import ClientRow, ClientSummary
from service_engine.ports.employees import EmployeeRow
from service_engine.ports.lists import Page
from service_engine.ports.order_messages import AuthorRow, OrderMessageRow
from service_engine.ports.order_tasks import OrderTaskRow
from service_engine.ports.orders import OrderRow, OrderSummary
from service_engine.ports.tickets import TicketDetails
from service_engine.schemas.about import health_wire, index_wire
from service_engine.schemas.clients import CLIENT_LIST, client_wire
from service_engine.schemas.encoding import encode
from service_engine.schemas.lists import page_wire, read_list
from service_engine.schemas.order_messages import order_message_wire
from service_engine.schemas.order_tasks import order_task_wire
from service_engine.schemas.orders import ORDER_LIST, order_details_wire, order_wire
from service_engine.schemas.services import SERVICE_LIST, service_wire
from service_engine.schemas.tickets import TICKET_LIST, ticket_item_wire, ticket_wire

__all__ = [
    "CLIENT",
    "CLIENT_CHANGE",
    "CLIENT_ID",
    "CLIENT_PAGE",
    "COMPLETED_ORDER_TASK",
    "EMPLOYEE_ID",
    "FOLDER_ID",
    "HEALTH",
    "INDEX",
    "NEW_CLIENT",
    "NEW_ORDER",
    "NEW_ORDER_MESSAGE",
    "NEW_ORDER_TASK",
    "NEW_SERVICE",
    "NEW_TICKET",
    "ORDER",
    "ORDER_CHANGE",
    "ORDER_ID",
    "ORDER_MESSAGE",
    "ORDER_MESSAGE_ID",
    "ORDER_PAGE",
    "ORDER_TASK",
    "ORDER_TASK_CHANGE",
    "ORDER_TASK_ID",
    "SERVICE",
    "SERVICE_CHANGE",
    "SERVICE_ID",
    "SERVICE_PAGE",
    "TICKET",
    "TICKET_CHANGE",
    "TICKET_ID",
    "TICKET_PAGE",
]

_AT: Final = datetime(2026, 2, 7, 12, tzinfo=UTC)


def _uuid(last: int) -> UUID:
    return UUID(f"0190163d-8694-739b-aea5-{last:012x}")


CLIENT_ID: Final = ClientId(UserId(_uuid(1)))
EMPLOYEE_ID: Final = EmployeeId(UserId(_uuid(2)))
ORDER_ID: Final = OrderId(_uuid(3))
TICKET_ID: Final = TicketId(_uuid(4))
SERVICE_ID: Final = ServiceId(_uuid(9))
FOLDER_ID: Final = ServiceFolderId(_uuid(10))
ORDER_TASK_ID: Final = OrderTaskId(_uuid(11))
ORDER_MESSAGE_ID: Final = OrderMessageId(_uuid(12))

_STAFF: Final = Role(
    id=RoleId(_uuid(5)), name="Administrator", levels=ALL_LEVELS, settings=ALL_SETTINGS, created_at=_AT, updated_at=_AT
)
_CLIENTS: Final = Role(id=RoleId(_uuid(6)), name="Client", created_at=_AT, updated_at=_AT)
_ADDRESS: Final = Address(
    id=AddressId(_uuid(7)),
    place=PostalAddress(line_1="1 Main Street", city="Springfield", country="US", postcode="12345"),
    first_name="John",
    last_name="Doe",
    company_name="Acme",
)
_CLIENT: Final = Client(
    id=CLIENT_ID,
    email="john@example.com",
    first_name="John",
    last_name="Doe",
    company="Acme",
    address=_ADDRESS,
    affiliate_id=123_456,
    affiliate_link="https://example.com/r/A1B2C3",
    role_id=_CLIENTS.id,
    created_at=_AT,
    updated_at=_AT,
)
_SUMMARY: Final = ClientSummary(
    id=CLIENT_ID,
    first_name="John",
    last_name="Doe",
    email="john@example.com",
    company="Acme",
    phone=None,
    balance=money(0, "USD"),
    address=_ADDRESS,
    role=_CLIENTS,
)
_JANE: Final = EmployeeRow(id=EMPLOYEE_ID, first_name="Jane", last_name="Smith", role_id=_STAFF.id)
_SERVICE: Final = Service(
    id=SERVICE_ID,
    name="Web Development",
    description="A website, from the first draft to the launch",
    recurrence=Recurrence.ONE_TIME,
    currency="USD",
    price=money(1500, "USD"),
    deadline=30,
    folder_id=FOLDER_ID,
    metadata={"category": "websites"},
    employee_ids=(EMPLOYEE_ID,),
    created_at=_AT,
    updated_at=_AT,
)
_ORDER: Final = OrderRow(
    order=Order(
        id=ORDER_ID,
        number="A1B2C3D4",
        client_id=CLIENT_ID,
        service_id=SERVICE_ID,
        service_name="Web Development",
        status=OrderStatus.IN_PROGRESS,
        price=money(1500, "USD"),
        note="The client likes blue",
        metadata={"campaign": "spring"},
        employee_ids=(EMPLOYEE_ID,),
        tags=(Tag(TagId(_uuid(13)), "urgent"),),
        date_started=_AT,
        date_due=_AT + timedelta(days=30),
        created_at=_AT,
        updated_at=_AT,
    ),
    client=_SUMMARY,
    employees=(_JANE,),
)
_TASK: Final = OrderTask(
    id=ORDER_TASK_ID,
    order_id=ORDER_ID,
    name="Draft the front page",
    deadline=48,
    employee_ids=(EMPLOYEE_ID,),
    created_at=_AT,
    updated_at=_AT,
)
_MESSAGE: Final = OrderMessageRow(
    message=OrderMessage(
        id=ORDER_MESSAGE_ID,
        order_id=ORDER_ID,
        author_id=EMPLOYEE_ID,
        text="The first draft is ready.",
        files=("https://example.com/draft.pdf",),
        created_at=_AT,
    ),
    author=AuthorRow(id=EMPLOYEE_ID, first_name="Jane", last_name="Smith", email="jane@example.com"),
)
_TICKET: Final = TicketDetails(
    id=TICKET_ID,
    subject="Help with order",
    client_id=CLIENT_ID,
    order_id=ORDER_ID,
    status=TicketStatus.OPEN,
    source="API",
    note="Customer needs assistance",
    form_data={},
    metadata={},
    tags=("urgent", "billing"),
    employees=(_JANE,),
    client=_SUMMARY,
    created_at=_AT,
    updated_at=_AT,
    last_message_at=_AT,
    date_closed=None,
    order=OrderSummary(
        id=ORDER_ID,
        status=OrderStatus.IN_PROGRESS,
        service_name="Web Development",
        price=money(1500, "USD"),
        quantity=1,
        created_at=_AT,
    ),
    messages=(
        TicketMessage(
            id=TicketMessageId(_uuid(8)),
            ticket_id=TICKET_ID,
            author_id=CLIENT_ID,
            text="I need help with my order",
            created_at=_AT,
        ),
    ),
)


def _sent(wire: Any) -> Any:
    return orjson.loads(encode(wire))


_API: Final = "http://localhost:8000/api"
HEALTH: Final = _sent(health_wire("1.0.0", _AT))
INDEX: Final = _sent(index_wire("Service Engine X API", "1.0.0", "/api"))
_CLIENT_ROW: Final = ClientRow(client=_CLIENT, role=_CLIENTS, spent=None)
CLIENT: Final = _sent(client_wire(_CLIENT_ROW))
CLIENT_PAGE: Final = _sent(
    page_wire(Page((_CLIENT_ROW,), 1), read_list(CLIENT_LIST, []), client_wire, path=f"{_API}/clients")
)
SERVICE: Final = _sent(service_wire(_SERVICE))
SERVICE_PAGE: Final = _sent(
    page_wire(Page((_SERVICE,), 1), read_list(SERVICE_LIST, []), service_wire, path=f"{_API}/services")
)
ORDER: Final = _sent(order_details_wire(_ORDER))
ORDER_PAGE: Final = _sent(page_wire(Page((_ORDER,), 1), read_list(ORDER_LIST, []), order_wire, path=f"{_API}/orders"))
ORDER_TASK: Final = _sent(order_task_wire(OrderTaskRow(task=_TASK, employees=(_JANE,))))
COMPLETED_ORDER_TASK: Final = _sent(
    order_task_wire(OrderTaskRow(task=complete_order_task(_TASK, by=EMPLOYEE_ID, at=_AT).state, employees=(_JANE,)))
)
ORDER_MESSAGE: Final = _sent(order_message_wire(_MESSAGE))
TICKET: Final = _sent(ticket_wire(_TICKET))
TICKET_PAGE: Final = _sent(
    page_wire(Page((_TICKET,), 1), read_list(TICKET_LIST, []), ticket_item_wire, path=f"{_API}/tickets")
)

NEW_CLIENT: Final = {
    "name_f": "John",
    "name_l": "Doe",
    "email": "john@example.com",
    "company": "Acme",
    "address": {"line_1": "1 Main Street", "city": "Springfield", "country": "US", "postcode": "12345"},
}
CLIENT_CHANGE: Final = {"phone": "+1 555 0100", "note": None}
NEW_SERVICE: Final = {
    "name": "Web Development",
    "description": "A website, from the first draft to the launch",
    "recurring": 0,
    "currency": "USD",
    "price": 1500,
    "deadline": 30,
    "folder_id": str(FOLDER_ID),
    "employees": [str(EMPLOYEE_ID)],
    "metadata": [{"title": "category", "value": "websites"}],
}
SERVICE_CHANGE: Final = {"price": "1750.00", "description": None, "sort_order": 1}
NEW_ORDER: Final = {
    "user_id": str(CLIENT_ID),
    "service_id": str(SERVICE_ID),
    "status": 1,
    "employees": [str(EMPLOYEE_ID)],
    "tags": ["urgent"],
    "note": "The client likes blue",
    "metadata": [{"title": "campaign", "value": "spring"}],
    "date_due": "2026-03-09T12:00:00+00:00",
}
ORDER_CHANGE: Final = {"status": 4, "tags": ["urgent"], "note": None}
NEW_ORDER_TASK: Final = {"name": "Draft the front page", "deadline": 48, "employee_ids": [str(EMPLOYEE_ID)]}
ORDER_TASK_CHANGE: Final = {"deadline": None, "due_at": "2026-02-09T12:00:00+00:00"}
NEW_ORDER_MESSAGE: Final = {
    "message": "The first draft is ready.",
    "staff_only": False,
    "files": ["https://example.com/draft.pdf"],
}
NEW_TICKET: Final = {
    "user_id": str(CLIENT_ID),
    "subject": "Help with order",
    "order_id": str(ORDER_ID),
    "employees": [str(EMPLOYEE_ID)],
    "tags": ["urgent", "billing"],
    "note": "Customer needs assistance",
}
TICKET_CHANGE: Final = {"status": 3, "employees": [str(EMPLOYEE_ID)], "tags": ["urgent"], "note": None}
