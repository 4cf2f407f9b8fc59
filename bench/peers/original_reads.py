"""What the original's shape reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, Final

import orjson
from sqlalchemy import TextClause

from bench.contenders import Noun, Operation, Task
from bench.peers.original_sql import ADDRESS, PERSON, PERSON_JOINS, ROLE, USER, Asking, Links, lines_of, statement

__all__ = ["ORDER_EMPLOYEES", "ORDER_TAGS", "READS", "TICKET_EMPLOYEES", "TICKET_TAGS", "client_of"]

TICKET_EMPLOYEES: Final = Links.of("ticket_employees", "ticket_id", "employee_id")
TICKET_TAGS: Final = Links.of("ticket_tags", "ticket_id", "tag_id")
ORDER_EMPLOYEES: Final = Links.of("order_employees", "order_id", "employee_id")
ORDER_TAGS: Final = Links.of("order_tags", "order_id", "tag_id")

_PAGE: Final = "ORDER BY {0}created_at DESC, {0}id DESC LIMIT :size OFFSET :skipped"
_PAGES: Final = {
    noun: statement(f"SELECT * FROM {noun} WHERE org_id = :org_id AND deleted_at IS NULL {_PAGE.format('')}")  # noqa: S608
    for noun in (Noun.TICKETS, Noun.ORDERS)
}
_ONE: Final = {
    noun: statement(f"SELECT * FROM {noun} WHERE org_id = :org_id AND id = :id AND deleted_at IS NULL")  # noqa: S608
    for noun in (Noun.TICKETS, Noun.ORDERS)
}
_COUNTS: Final = {
    noun: statement(f"SELECT count(*) FROM {noun} WHERE org_id = :org_id AND deleted_at IS NULL")  # noqa: S608
    for noun in Noun
}
_LINKS: Final = {
    Noun.TICKETS: (TICKET_EMPLOYEES, TICKET_TAGS),
    Noun.ORDERS: (ORDER_EMPLOYEES, ORDER_TAGS),
}
_CLIENT: Final = statement(f"SELECT {PERSON} FROM users AS u {PERSON_JOINS} WHERE u.org_id = :org_id AND u.id = :id")  # noqa: S608
_EMPLOYEES: Final = statement(
    "SELECT id, first_name, last_name, role_id FROM users WHERE org_id = :org_id AND id IN :ids"
)
_TAGS: Final = statement("SELECT id, name FROM tags WHERE org_id = :org_id AND id IN :ids")
_MESSAGES: Final = statement(
    "SELECT * FROM ticket_messages WHERE org_id = :org_id AND ticket_id = :id ORDER BY created_at, id"
)


@lru_cache
def _invoices(dialect: str, condition: str) -> TextClause:
    return statement(
        f"SELECT i.*, {PERSON}, {lines_of(dialect)} FROM invoices AS i"  # noqa: S608
        f" JOIN users AS u ON u.org_id = i.org_id AND u.id = i.client_id {PERSON_JOINS}"
        f" WHERE i.org_id = :org_id AND i.deleted_at IS NULL {condition}"
    )


def client_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the client with role and address out of a row's columns."""
    client = _under(USER, row)
    client["role"] = _under(ROLE, row)
    client["address"] = None if client["address_id"] is None else _under(ADDRESS, row)
    return client


def _under(prefix: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}


def _page(noun: Noun, asking: Asking) -> tuple[int, list[dict[str, Any]]]:
    given = asking.given
    wanted = {"size": given.size, "skipped": (given.number - 1) * given.size}
    if noun is Noun.INVOICES:
        found = asking.all(_invoices(asking.dialect, _PAGE.format("i.")), **wanted)
        rows = [_with_embedded(row) for row in found]
    else:
        rows = [_filled(noun, asking, row) for row in asking.all(_PAGES[noun], **wanted)]
    total: int = asking.run(_COUNTS[noun]).scalar_one()
    return total, rows


def _one(noun: Noun, asking: Asking) -> dict[str, Any]:
    key = asking.stored(asking.given.id)
    if noun is Noun.INVOICES:
        return _with_embedded(asking.one(_invoices(asking.dialect, "AND i.id = :id"), id=key))
    row = _filled(noun, asking, asking.one(_ONE[noun], id=key))
    if noun is Noun.TICKETS:
        found = [] if row["order_id"] is None else asking.all(_ONE[Noun.ORDERS], id=row["order_id"])
        row["order"] = found[0] if found else None
        row["messages"] = asking.all(_MESSAGES, id=key)
    return row


def _filled(noun: Noun, asking: Asking, row: dict[str, Any]) -> dict[str, Any]:
    employees, tags = _LINKS[noun]
    row["client"] = client_of(asking.one(_CLIENT, id=row["client_id"]))
    row["employees"] = _linked(asking, employees, _EMPLOYEES, row["id"])
    row["tags"] = _linked(asking, tags, _TAGS, row["id"])
    return row


def _linked(asking: Asking, links: Links, query: TextClause, key: Any) -> list[dict[str, Any]]:
    ids = asking.run(links.find, id=key).scalars().all()
    if not ids:
        return []
    found = {row["id"]: row for row in asking.all(query, ids=ids)}
    return [found[id_] for id_ in ids]


def _with_embedded(row: dict[str, Any]) -> dict[str, Any]:
    lines = orjson.loads(row["items"]) if isinstance(row["items"], str) else row["items"]
    row["items"] = sorted(lines or (), key=lambda line: line["position"])
    row["client"] = client_of(row)
    return row


_TASKS: Final = {Task.LIST: _page, Task.OFFSET: _page, Task.RETRIEVE: _one}
READS: Final[Mapping[Operation, Callable[[Asking], Any]]] = {
    Operation(noun, task): partial(read, noun) for noun in Noun for task, read in _TASKS.items()
}
