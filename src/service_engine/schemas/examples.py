"""Examples for the API's description: real rows, shown by the same functions as everything else.

Source: the seed's example.
"""

from __future__ import annotations

from datetime import UTC, datetime
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
    RoleId,
    TicketId,
    TicketMessageId,
    UserId,
)
from service_engine.domain.money import money
from service_engine.domain.orders import OrderStatus
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import TicketStatus
from service_engine.ports.clients import ClientRow
from service_engine.ports.employees import EmployeeRow
from service_engine.ports.lists import Page
from service_engine.ports.orders import OrderSummary
from service_engine.ports.tickets import TicketClient, TicketDetails
from service_engine.schemas.about import health_wire, index_wire
from service_engine.schemas.clients import CLIENT_LIST, client_wire
from service_engine.schemas.encoding import encode
from service_engine.schemas.lists import page_wire, read_list
from service_engine.schemas.tickets import TICKET_LIST, ticket_item_wire, ticket_wire

__all__ = [
    "CLIENT",
    "CLIENT_CHANGE",
    "CLIENT_ID",
    "CLIENT_PAGE",
    "EMPLOYEE_ID",
    "HEALTH",
    "INDEX",
    "NEW_CLIENT",
    "NEW_TICKET",
    "ORDER_ID",
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
    employees=(EmployeeRow(id=EMPLOYEE_ID, first_name="Jane", last_name="Smith", role_id=_STAFF.id),),
    client=TicketClient(
        id=CLIENT_ID,
        first_name="John",
        last_name="Doe",
        email="john@example.com",
        company="Acme",
        phone=None,
        balance=money(0, "USD"),
        address=_ADDRESS,
        role=_CLIENTS,
    ),
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
NEW_TICKET: Final = {
    "user_id": str(CLIENT_ID),
    "subject": "Help with order",
    "order_id": str(ORDER_ID),
    "employees": [str(EMPLOYEE_ID)],
    "tags": ["urgent", "billing"],
    "note": "Customer needs assistance",
}
TICKET_CHANGE: Final = {"status": 3, "employees": [str(EMPLOYEE_ID)], "tags": ["urgent"], "note": None}
