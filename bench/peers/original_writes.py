"""What the original's shape writes: people are looked up one by one, tags found or made one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import TextClause
from uuid_utils.compat import uuid7

from bench.contenders import Noun, Operation, Task
from bench.peers.original_reads import ORDER_EMPLOYEES, ORDER_TAGS, TICKET_EMPLOYEES, TICKET_TAGS, client_of
from bench.peers.original_sql import PERSON, PERSON_JOINS, Asking, Links, insert, statement
from bench.peers.rules import (
    CLOSED,
    COMPLETED,
    COUNTER,
    LOCKED,
    SOURCE,
    Refusal,
    billing_address_of,
    due,
    invoice_number,
    items_of,
    needed,
    new_order_number,
    totals_of,
)

__all__ = ["WRITES"]

_LIVE: Final = "WHERE org_id = :org_id AND id = :id AND deleted_at IS NULL"
_EMPLOYEE: Final = statement(
    "SELECT u.id FROM users AS u JOIN roles AS r ON r.org_id = u.org_id AND r.id = u.role_id"
    " WHERE u.org_id = :org_id AND u.id = :id AND u.deleted_at IS NULL AND r.dashboard_access > 0"
)
_CLIENT: Final = statement(
    f"SELECT {PERSON} FROM users AS u {PERSON_JOINS}"  # noqa: S608
    " WHERE u.org_id = :org_id AND u.id = :id AND u.deleted_at IS NULL AND r.dashboard_access = 0"
)
_SERVICE: Final = statement(f"SELECT id, name, price, currency FROM services {_LIVE}")  # noqa: S608
_TAG: Final = statement("SELECT id FROM tags WHERE org_id = :org_id AND name = :name")
_ADD_TAG: Final = insert("tags", "id name created_at updated_at")
_FIND: Final = {noun: statement(f"SELECT * FROM {noun} {_LIVE}") for noun in Noun}  # noqa: S608
_ADD_TICKET: Final = insert("tickets", "id client_id subject source created_at updated_at")
_ADD_ORDER: Final = insert(
    "orders", "id number client_id service_id service_name price currency note created_at updated_at"
)
_TAKEN: Final = statement("SELECT id FROM orders WHERE org_id = :org_id AND number = :number")
_ADD_INVOICE: Final = insert(
    "invoices",
    "id number number_prefix client_id billing_address status currency subtotal total tax_percent_thousandths"
    " date_due note created_at updated_at",
)
_ADD_ITEM: Final = insert(
    "invoice_items", "id invoice_id service_id position name amount quantity total created_at updated_at"
)
_CLEAR_ITEMS: Final = statement("DELETE FROM invoice_items WHERE org_id = :org_id AND invoice_id = :id")
_COUNT_ON: Final = statement(
    "INSERT INTO counters (org_id, name, value) VALUES (:org_id, :name, 1)"
    " ON CONFLICT (org_id, name) DO UPDATE SET value = counters.value + 1 RETURNING value"
)


def _changing(noun: Noun, columns: str) -> TextClause:
    sets = ", ".join(f"{name} = :{name}" for name in (*columns.split(), "updated_at"))
    return statement(f"UPDATE {noun} SET {sets}, version = version + 1 {_LIVE}")  # noqa: S608


_CLOSE: Final = _changing(Noun.TICKETS, "status date_closed")
_COMPLETE: Final = _changing(Noun.ORDERS, "status date_completed")
_TOTAL: Final = _changing(Noun.INVOICES, "subtotal tax total")


def _open_ticket(asking: Asking) -> UUID:
    key, at = uuid7(), asking.stored(asking.given.at)
    client = _client(asking)
    _require_employees(asking)
    asking.run(
        _ADD_TICKET,
        id=asking.stored(key),
        client_id=client["id"],
        subject=asking.given.text,
        source=SOURCE,
        created_at=at,
        updated_at=at,
    )
    _assign(asking, TICKET_EMPLOYEES, "ticket_id", key)
    _tag(asking, TICKET_TAGS, "ticket_id", key)
    return key


def _close_ticket(asking: Asking) -> UUID:
    given = asking.given
    ticket = _found(asking, Noun.TICKETS)
    _require_employees(asking)
    closed = ticket["date_closed"] if ticket["status"] == CLOSED else asking.stored(given.at)
    asking.run(_CLOSE, id=ticket["id"], status=CLOSED, date_closed=closed, updated_at=asking.stored(given.at))
    _replace(asking, "ticket_id", (TICKET_EMPLOYEES, TICKET_TAGS))
    return needed(given.id)


def _create_order(asking: Asking) -> UUID:
    key, at = uuid7(), asking.stored(asking.given.at)
    client = _client(asking)
    service = _service(asking)
    _require_employees(asking)
    asking.run(
        _ADD_ORDER,
        id=asking.stored(key),
        number=_new_number(asking),
        client_id=client["id"],
        service_id=service["id"],
        service_name=service["name"],
        price=service["price"] or 0,
        currency=service["currency"],
        note=asking.given.text,
        created_at=at,
        updated_at=at,
    )
    _assign(asking, ORDER_EMPLOYEES, "order_id", key)
    _tag(asking, ORDER_TAGS, "order_id", key)
    return key


def _complete_order(asking: Asking) -> UUID:
    given = asking.given
    order = _found(asking, Noun.ORDERS)
    _require_employees(asking)
    at = asking.stored(given.at)
    completed = order["date_completed"] or (None if order["status"] == COMPLETED else at)
    asking.run(_COMPLETE, id=order["id"], status=COMPLETED, date_completed=completed, updated_at=at)
    _replace(asking, "order_id", (ORDER_EMPLOYEES, ORDER_TAGS))
    return needed(given.id)


def _create_invoice(asking: Asking) -> UUID:
    given, key, at = asking.given, uuid7(), asking.stored(asking.given.at)
    client = _client(asking)
    service = _service(asking)
    items = items_of(given)
    subtotal = sum(each["total"] for each in items)
    address = billing_address_of(client["address"] and SimpleNamespace(**client["address"]))
    asking.run(
        _ADD_INVOICE,
        id=asking.stored(key),
        number=invoice_number(asking.run(_COUNT_ON, name=COUNTER).scalar_one()),
        number_prefix="INV-",
        client_id=client["id"],
        billing_address=None if address is None else orjson.dumps(address).decode(),
        status=1,
        currency=service["currency"],
        subtotal=subtotal,
        total=subtotal,
        tax_percent_thousandths=0,
        date_due=asking.stored(due(needed(given.at))),
        note=given.text,
        created_at=at,
        updated_at=at,
    )
    _add_items(asking, key, items)
    return key


def _bill_anew(asking: Asking) -> UUID:
    given = asking.given
    invoice = _found(asking, Noun.INVOICES)
    _service(asking)
    if invoice["status"] in LOCKED:
        msg = "an invoice that is paid, refunded or cancelled cannot be edited"
        raise Refusal(msg)
    items = items_of(given)
    totals = totals_of(items, SimpleNamespace(**invoice))
    asking.run(_CLEAR_ITEMS, id=invoice["id"])
    _add_items(asking, needed(given.id), items)
    asking.run(_TOTAL, id=invoice["id"], **totals, updated_at=asking.stored(given.at))
    return needed(given.id)


def _client(asking: Asking) -> dict[str, Any]:
    return client_of(asking.one(_CLIENT, id=asking.stored(asking.given.client_id)))


def _service(asking: Asking) -> dict[str, Any]:
    return asking.one(_SERVICE, id=asking.stored(asking.given.service_id))


def _found(asking: Asking, noun: Noun) -> dict[str, Any]:
    return asking.one(_FIND[noun], id=asking.stored(asking.given.id))


def _require_employees(asking: Asking) -> None:
    for id_ in asking.given.employee_ids:
        asking.one(_EMPLOYEE, id=asking.stored(id_))


def _new_number(asking: Asking) -> str:
    while True:
        number = new_order_number()
        if not asking.all(_TAKEN, number=number):
            return number


def _replace(asking: Asking, owner: str, links: tuple[Links, Links]) -> None:
    employees, tags = links
    key = needed(asking.given.id)
    asking.run(employees.clear, id=asking.stored(key))
    _assign(asking, employees, owner, key)
    asking.run(tags.clear, id=asking.stored(key))
    _tag(asking, tags, owner, key)


def _assign(asking: Asking, links: Links, owner: str, key: UUID) -> None:
    asking.run_all(
        links.add,
        [
            {owner: asking.stored(key), "employee_id": asking.stored(id_), "position": position}
            for position, id_ in enumerate(asking.given.employee_ids)
        ],
    )


def _tag(asking: Asking, links: Links, owner: str, key: UUID) -> None:
    at = asking.stored(asking.given.at)
    for position, name in enumerate(asking.given.tags):
        tag_id = asking.run(_TAG, name=name).scalar()
        if tag_id is None:
            tag_id = asking.stored(uuid7())
            asking.run(_ADD_TAG, id=tag_id, name=name, created_at=at, updated_at=at)
        asking.run(links.add, **{owner: asking.stored(key)}, tag_id=tag_id, position=position)


def _add_items(asking: Asking, key: UUID, items: Sequence[Mapping[str, Any]]) -> None:
    stored = [{name: asking.stored(value) for name, value in each.items()} for each in items]
    asking.run_all(
        _ADD_ITEM, [{"id": asking.stored(uuid7()), "invoice_id": asking.stored(key), **each} for each in stored]
    )


WRITES: Final[Mapping[Operation, Callable[[Asking], UUID]]] = {
    Operation(Noun.TICKETS, Task.CREATE): _open_ticket,
    Operation(Noun.TICKETS, Task.CHANGE): _close_ticket,
    Operation(Noun.ORDERS, Task.CREATE): _create_order,
    Operation(Noun.ORDERS, Task.CHANGE): _complete_order,
    Operation(Noun.INVOICES, Task.CREATE): _create_invoice,
    Operation(Noun.INVOICES, Task.CHANGE): _bill_anew,
}
