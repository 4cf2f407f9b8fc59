"""Examples for the API's description: real rows, shown by the same functions as everything else.

Source: the seed's example.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from service_engine.domain.order_tasks import complete_order_task
from service_engine.ports.lists import Page
from service_engine.ports.order_tasks import OrderTaskRow
from service_engine.schemas import example_rows as rows
from service_engine.schemas.about import health_wire, index_wire
from service_engine.schemas.clients import CLIENT_LIST, client_wire
from service_engine.schemas.encoding import encode
from service_engine.schemas.example_rows import (
    CLIENT_ID,
    EMPLOYEE_ID,
    FOLDER_ID,
    INVOICE_ID,
    INVOICE_ITEM_ID,
    ORDER_ID,
    ORDER_MESSAGE_ID,
    ORDER_TASK_ID,
    PROPOSAL_ID,
    SERVICE_ID,
    TICKET_ID,
)
from service_engine.schemas.invoices import INVOICE_LIST, invoice_details_wire, invoice_wire
from service_engine.schemas.lists import read_list
from service_engine.schemas.order_messages import order_message_wire
from service_engine.schemas.order_tasks import order_task_wire
from service_engine.schemas.orders import ORDER_LIST, order_details_wire, order_wire
from service_engine.schemas.pages import linked_page_wire, page_wire
from service_engine.schemas.proposals import (
    PROPOSAL_LIST,
    proposal_summary_wire,
    proposal_wire,
    signed_proposal_wire,
)
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
    "INVOICE",
    "INVOICE_CHANGE",
    "INVOICE_CHARGE",
    "INVOICE_DETAILS",
    "INVOICE_ID",
    "INVOICE_ITEM_ID",
    "INVOICE_PAGE",
    "NEW_CLIENT",
    "NEW_INVOICE",
    "NEW_ORDER",
    "NEW_ORDER_MESSAGE",
    "NEW_ORDER_TASK",
    "NEW_PROPOSAL",
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
    "PAID_INVOICE",
    "PROPOSAL",
    "PROPOSAL_ID",
    "PROPOSAL_PAGE",
    "SENT_PROPOSAL",
    "SERVICE",
    "SERVICE_CHANGE",
    "SERVICE_ID",
    "SERVICE_PAGE",
    "SIGNED_PROPOSAL",
    "TICKET",
    "TICKET_CHANGE",
    "TICKET_ID",
    "TICKET_PAGE",
]


def _sent(wire: Any) -> Any:
    return orjson.loads(encode(wire))


_API: Final = "http://localhost:8000/api"
HEALTH: Final = _sent(health_wire("1.0.0", rows.AT))
INDEX: Final = _sent(index_wire("Service Engine X API", "1.0.0", "/api"))
CLIENT: Final = _sent(client_wire(rows.CLIENT))
CLIENT_PAGE: Final = _sent(
    page_wire(Page((rows.CLIENT,), 1), read_list(CLIENT_LIST, []), client_wire, path=f"{_API}/clients")
)
SERVICE: Final = _sent(service_wire(rows.SERVICE))
SERVICE_PAGE: Final = _sent(
    page_wire(Page((rows.SERVICE,), 1), read_list(SERVICE_LIST, []), service_wire, path=f"{_API}/services")
)
ORDER: Final = _sent(order_details_wire(rows.ORDER))
ORDER_PAGE: Final = _sent(
    page_wire(Page((rows.ORDER,), 1), read_list(ORDER_LIST, []), order_wire, path=f"{_API}/orders")
)
ORDER_TASK: Final = _sent(order_task_wire(OrderTaskRow(task=rows.TASK, employees=(rows.JANE,))))
COMPLETED_ORDER_TASK: Final = _sent(
    order_task_wire(
        OrderTaskRow(task=complete_order_task(rows.TASK, by=EMPLOYEE_ID, at=rows.AT).state, employees=(rows.JANE,))
    )
)
ORDER_MESSAGE: Final = _sent(order_message_wire(rows.MESSAGE))
TICKET: Final = _sent(ticket_wire(rows.TICKET))
TICKET_PAGE: Final = _sent(
    page_wire(Page((rows.TICKET,), 1), read_list(TICKET_LIST, []), ticket_item_wire, path=f"{_API}/tickets")
)
PROPOSAL: Final = _sent(proposal_wire(rows.PROPOSAL))
PROPOSAL_PAGE: Final = _sent(
    linked_page_wire(
        Page((rows.PROPOSAL.proposal,), 1),
        read_list(PROPOSAL_LIST, []),
        proposal_summary_wire,
        path=f"{_API}/proposals",
    )
)
SENT_PROPOSAL: Final = _sent(proposal_wire(rows.SENT_PROPOSAL))
SIGNED_PROPOSAL: Final = _sent(signed_proposal_wire(rows.SIGNED_PROPOSAL, rows.SIGNED_ORDER))
INVOICE: Final = _sent(invoice_wire(rows.INVOICE))
INVOICE_DETAILS: Final = _sent(invoice_details_wire(rows.INVOICE))
INVOICE_PAGE: Final = _sent(
    page_wire(Page((rows.INVOICE,), 1), read_list(INVOICE_LIST, []), invoice_wire, path=f"{_API}/invoices")
)
PAID_INVOICE: Final = _sent(invoice_wire(rows.PAID_INVOICE))

NEW_CLIENT: Final[dict[str, Any]] = {
    "name_f": "John",
    "name_l": "Doe",
    "email": "john@example.com",
    "company": "Acme",
    "address": {"line_1": "1 Main Street", "city": "Springfield", "country": "US", "postcode": "12345"},
}
CLIENT_CHANGE: Final[dict[str, Any]] = {"phone": "+1 555 0100", "note": None}
NEW_SERVICE: Final[dict[str, Any]] = {
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
SERVICE_CHANGE: Final[dict[str, Any]] = {"price": "1750.00", "description": None, "sort_order": 1}
NEW_ORDER: Final[dict[str, Any]] = {
    "user_id": str(CLIENT_ID),
    "service_id": str(SERVICE_ID),
    "status": 1,
    "employees": [str(EMPLOYEE_ID)],
    "tags": ["urgent"],
    "note": "The client likes blue",
    "metadata": [{"title": "campaign", "value": "spring"}],
    "date_due": "2026-03-09T12:00:00+00:00",
}
ORDER_CHANGE: Final[dict[str, Any]] = {"status": 4, "tags": ["urgent"], "note": None}
NEW_ORDER_TASK: Final[dict[str, Any]] = {
    "name": "Draft the front page",
    "deadline": 48,
    "employee_ids": [str(EMPLOYEE_ID)],
}
ORDER_TASK_CHANGE: Final[dict[str, Any]] = {"deadline": None, "due_at": "2026-02-09T12:00:00+00:00"}
NEW_ORDER_MESSAGE: Final[dict[str, Any]] = {
    "message": "The first draft is ready.",
    "staff_only": False,
    "files": ["https://example.com/draft.pdf"],
}
NEW_TICKET: Final[dict[str, Any]] = {
    "user_id": str(CLIENT_ID),
    "subject": "Help with order",
    "order_id": str(ORDER_ID),
    "employees": [str(EMPLOYEE_ID)],
    "tags": ["urgent", "billing"],
    "note": "Customer needs assistance",
}
TICKET_CHANGE: Final[dict[str, Any]] = {"status": 3, "employees": [str(EMPLOYEE_ID)], "tags": ["urgent"], "note": None}
NEW_PROPOSAL: Final[dict[str, Any]] = {
    "client_email": "ann@example.com",
    "client_name_f": "Ann",
    "client_name_l": "Lee",
    "client_company": "Lee Ltd",
    "items": [{"service_id": str(SERVICE_ID), "quantity": 2, "price": 1200}],
    "notes": "Two sites.",
}
_LINE: Final[dict[str, Any]] = {
    "name": "Web Development",
    "description": "A website, from the first draft to the launch",
    "quantity": 1,
    "amount": 1500,
    "discount": 100,
    "service_id": str(SERVICE_ID),
    "options": {"color": "blue"},
}
NEW_INVOICE: Final[dict[str, Any]] = {
    "user_id": str(CLIENT_ID),
    "items": [_LINE],
    "tax": 12,
    "tax_type": 2,
    "recurring": {"r_period_l": 1, "r_period_t": "M"},
    "note": "Thank you",
}
INVOICE_CHANGE: Final[dict[str, Any]] = {
    "items": [{**_LINE, "id": str(INVOICE_ITEM_ID), "amount": "1600.00"}],
    "status": 1,
    "note": None,
}
INVOICE_CHARGE: Final = {"payment_method_id": "pm_1"}
