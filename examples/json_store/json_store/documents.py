"""What an organisation has, as one JSON document, and back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from json_store.codec import from_json, to_json
from service_engine.adapters.memory.state import State
from service_engine.adapters.memory.tables import is_live
from service_engine.domain.access import Role
from service_engine.domain.api_tokens import ApiToken
from service_engine.domain.clients import Client
from service_engine.domain.coupons import Coupon
from service_engine.domain.employees import Employee
from service_engine.domain.ids import ApiTokenId
from service_engine.domain.invoices import Invoice
from service_engine.domain.order_messages import OrderMessage
from service_engine.domain.order_tasks import OrderTask
from service_engine.domain.orders import Order
from service_engine.domain.organizations import Organization
from service_engine.domain.payments import Payment
from service_engine.domain.proposals import Proposal
from service_engine.domain.service_folders import ServiceFolder
from service_engine.domain.services import Service
from service_engine.domain.subscriptions import Subscription
from service_engine.domain.tags import Tag
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket

__all__ = ["TABLES", "dump", "load"]

TABLES: Final[dict[str, type[Any]]] = {
    "roles": Role,
    "api_tokens": ApiToken,
    "tags": Tag,
    "service_folders": ServiceFolder,
    "services": Service,
    "orders": Order,
    "order_tasks": OrderTask,
    "order_messages": OrderMessage,
    "proposals": Proposal,
    "coupons": Coupon,
    "invoices": Invoice,
    "payments": Payment,
    "subscriptions": Subscription,
    "tickets": Ticket,
    "ticket_messages": TicketMessage,
}
"""The tables of a state that hold values of one type, by name."""

_PEOPLE: Final[dict[str, type[Any]]] = {"clients": Client, "employees": Employee}


def dump(state: State) -> str:
    """Return everything that an organisation has as JSON."""
    people = state.people.rows.values()
    document: dict[str, Any] = {
        "organization": to_json(state.organization),
        "invoice_count": state.invoice_count,
        "token_uses": {str(key): to_json(at) for key, at in state.token_uses.items()},
        **{name: [to_json(each) for each in getattr(state, name).rows.values()] for name in TABLES},
        **{name: [to_json(each) for each in people if isinstance(each, kind)] for name, kind in _PEOPLE.items()},
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def load(text: str) -> State:
    """Return what ``dump`` made this of."""
    document, state = json.loads(text), State()
    state.organization = from_json(Organization | None, document["organization"])
    state.invoice_count = document["invoice_count"]
    state.token_uses = {ApiTokenId(UUID(key)): datetime.fromisoformat(at) for key, at in document["token_uses"].items()}
    for name, kind in TABLES.items():
        for value in (from_json(kind, each) for each in document[name]):
            getattr(state, name).add(name, value, listed=is_live(value))
    for name, kind in _PEOPLE.items():  # after the roles, which tell who is staff
        for each in document[name]:
            state.put_person(name, from_json(kind, each), new=True)
    return state
