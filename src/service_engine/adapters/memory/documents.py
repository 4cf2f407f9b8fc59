"""Everything that an organisation has, as one JSON document, and back.

For whoever keeps organisations as documents: in files, in blobs, in a key-value server. All of a state is in its
document but what a state remembers only to be quick, and builds anew when it is asked.

Values and states cannot be pickled, because they hold read-only mappings and functions: this is the way.

A document begins with the number of its format, and another number than ours is refused: see ``FORMAT``.

Source: docs/own-store.md.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from service_engine.adapters.memory.codec import exactly, from_json, to_json
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

__all__ = ["FORMAT", "TABLES", "dump", "load"]

FORMAT: Final = 1
"""The number of the format that ``dump`` writes, and the only one that ``load`` reads.

It goes up whenever a document of before would no longer be read, or would mean something else: a table or a field that
is added, removed or renamed, or a kind of value that is written in another way. The order of fields, and what a state
only remembers to be quick, are no part of it.
"""
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
"""The tables of a state that hold values of one type, by name. Clients and employees share one, and are two here."""

_PEOPLE: Final[dict[str, type[Any]]] = {"clients": Client, "employees": Employee}


def dump(state: State) -> str:
    """Return everything that an organisation has as JSON text: one object, with its format and a list for each table.

    The same state gives the same text.

    Args:
        state: ``work.state`` of a unit of work; an empty one will do.

    Example:
        >>> document = json.loads(dump(State()))
        >>> document["format"], document["tickets"]
        (1, [])
    """
    people = state.people.rows.values()
    document: dict[str, Any] = {
        "format": FORMAT,
        "organization": to_json(state.organization),
        "invoice_count": state.invoice_count,
        "token_uses": {str(key): to_json(at) for key, at in state.token_uses.items()},
        **{name: [to_json(each) for each in getattr(state, name).rows.values()] for name in TABLES},
        **{name: [to_json(each) for each in people if isinstance(each, kind)] for name, kind in _PEOPLE.items()},
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def load(document: str) -> State:
    """Return the state that ``dump`` made this of. It belongs to nobody else, so no fork of it is needed.

    Deleted things are there and are in no list; whatever must be unique is taken again.

    Args:
        document: What ``dump`` returned.

    Raises:
        ArithmeticError, TypeError, ValueError: It is not JSON, or something in it is no value of its type; a
            ValueError, too, that its format is another one, or that it has no number of it.
        ConflictError: Two things in it have what only one may have.
        KeyError: A table or a field is missing.
        ServiceEngineError: Something in it breaks a rule of the domain.

    Example:
        >>> from service_engine.testing.examples import acme
        >>> state = State()
        >>> state.organization = acme
        >>> load(dump(state)).organization == acme
        True
    """
    read, state = json.loads(document), State()
    _require_format(read)
    state.organization = from_json(Organization | None, read["organization"])
    state.invoice_count = from_json(int, read["invoice_count"])
    uses = exactly(dict, read["token_uses"])
    state.token_uses = {ApiTokenId(UUID(key)): from_json(datetime, at) for key, at in uses.items()}
    for name, kind in TABLES.items():
        for value in (from_json(kind, each) for each in exactly(list, read[name])):
            getattr(state, name).add(name, value, listed=is_live(value))
    for name, kind in _PEOPLE.items():  # after the roles, which tell who is staff
        for each in exactly(list, read[name]):
            state.put_person(name, from_json(kind, each), new=True)
    return state


def _require_format(read: Any) -> None:
    if "format" not in read:
        msg = f"the document has no format number; this version reads format {FORMAT}"
        raise ValueError(msg)
    found = read["format"]
    if type(found) is not int or found != FORMAT:  # to Python, true is 1, and so is 1.0
        msg = f"the document has format {json.dumps(found)}; this version reads format {FORMAT}"
        raise ValueError(msg)
