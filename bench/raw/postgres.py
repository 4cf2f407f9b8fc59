"""The practical limit on PostgreSQL: hand-written SQL on ``psycopg``, on one connection.

What a write refers to is held FOR SHARE until it commits, as the library does: without that, an employee could lose
their access between the check and the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
from psycopg.types.json import set_json_loads
from uuid_utils.compat import uuid7

from bench.contenders import Given, Noun, Operation, Task
from bench.data.datasets import ITEM_AMOUNT, ITEM_NAME
from bench.raw.sql import Dialect, Reads, build_invoice, build_order, build_ticket, build_ticket_details, newest_first
from bench.raw.terms import InvoiceTerms, needed, random_number
from service_engine.domain.invoices import NUMBER_PREFIX, PAYMENT_TERM, invoice_number

__all__ = ["RawPostgres"]

_BUILDERS: Final = {Noun.TICKETS: build_ticket, Noun.ORDERS: build_order, Noun.INVOICES: build_invoice}


def _objects(columns: Mapping[str, str], source: str, order: str) -> str:
    pairs = ", ".join(f"'{name}', {column}" for name, column in columns.items())
    return f"(SELECT json_agg(json_build_object({pairs}) ORDER BY {order}) FROM {source})"  # noqa: S608


def _values(column: str, source: str, order: str) -> str:
    return f"(SELECT json_agg({column} ORDER BY {order}) FROM {source})"  # noqa: S608


_DIALECT: Final = Dialect(objects=_objects, values=_values, parameter="%({})s".format)

_ADD_TICKET: Final = """
INSERT INTO tickets (org_id, id, client_id, subject, status, source, created_at, updated_at)
SELECT %(org)s, %(id)s, u.id, %(text)s, 1, 'API', %(at)s, %(at)s
FROM users u JOIN roles r ON r.org_id = %(org)s AND r.id = u.role_id
WHERE u.org_id = %(org)s AND u.id = %(client)s AND u.deleted_at IS NULL AND r.dashboard_access = 0
FOR SHARE OF u, r
"""
_CLOSE_TICKET: Final = """
UPDATE tickets SET date_closed = CASE status WHEN 3 THEN date_closed ELSE %(at)s END, status = 3, updated_at = %(at)s,
version = version + 1
WHERE org_id = %(org)s AND id = %(id)s AND deleted_at IS NULL
"""
_ADD_ORDER: Final = """
INSERT INTO orders (org_id, id, number, client_id, service_id, service_name, status, price, quantity, currency, note,
created_at, updated_at)
SELECT %(org)s, %(id)s, %(number)s, u.id, s.id, s.name, 0, COALESCE(s.price, 0), 1, s.currency, %(text)s, %(at)s, %(at)s
FROM users u JOIN roles r ON r.org_id = %(org)s AND r.id = u.role_id
JOIN services s ON s.org_id = %(org)s AND s.id = %(service)s
WHERE u.org_id = %(org)s AND u.id = %(client)s AND u.deleted_at IS NULL AND r.dashboard_access = 0
AND s.deleted_at IS NULL
FOR SHARE OF u, r, s
"""
_COMPLETE_ORDER: Final = """
UPDATE orders SET date_completed = CASE status WHEN 2 THEN date_completed ELSE COALESCE(date_completed, %(at)s) END,
status = 2, updated_at = %(at)s, version = version + 1
WHERE org_id = %(org)s AND id = %(id)s AND deleted_at IS NULL
"""
_COUNT_ON: Final = """
INSERT INTO counters (org_id, name, value) VALUES (%(org)s, 'invoices', 1)
ON CONFLICT (org_id, name) DO UPDATE SET value = counters.value + 1 RETURNING value
"""
_ADD_INVOICE: Final = """
INSERT INTO invoices (org_id, id, number, number_prefix, client_id, billing_address, status, currency, subtotal, total,
tax_percent_thousandths, date_due, note, created_at, updated_at)
SELECT %(org)s, %(id)s, %(number)s, %(prefix)s, u.id, CASE WHEN a.id IS NOT NULL THEN jsonb_build_object(
'line_1', a.line_1, 'line_2', a.line_2, 'city', a.city, 'state', a.state, 'country', a.country,
'postcode', a.postcode, 'first_name', a.first_name, 'last_name', a.last_name, 'company_name', a.company_name) END,
1, s.currency, %(total)s, %(total)s, 0, %(due)s, %(text)s, %(at)s, %(at)s
FROM users u JOIN roles r ON r.org_id = %(org)s AND r.id = u.role_id
JOIN services s ON s.org_id = %(org)s AND s.id = %(service)s
LEFT JOIN addresses a ON a.org_id = %(org)s AND a.id = u.address_id
WHERE u.org_id = %(org)s AND u.id = %(client)s AND u.deleted_at IS NULL AND r.dashboard_access = 0
AND s.deleted_at IS NULL
FOR SHARE OF u, r, s
"""
_TERMS: Final = """
SELECT i.currency, i.tax_type, i.tax, i.tax_percent_thousandths, i.credit, i.paid
FROM invoices i JOIN services s ON s.org_id = %(org)s AND s.id = %(service)s
WHERE i.org_id = %(org)s AND i.id = %(id)s AND i.deleted_at IS NULL AND i.status NOT IN (3, 4, 5)
AND s.deleted_at IS NULL
FOR NO KEY UPDATE OF i FOR SHARE OF s
"""
_BILL_ANEW: Final = """
UPDATE invoices SET subtotal = %(subtotal)s, tax = %(tax)s, total = %(total)s, updated_at = %(at)s,
version = version + 1
WHERE org_id = %(org)s AND id = %(id)s
"""
_CLEAR_ITEMS: Final = "DELETE FROM invoice_items WHERE org_id = %(org)s AND invoice_id = %(id)s"
_ADD_ITEMS: Final = """
INSERT INTO invoice_items (org_id, id, invoice_id, service_id, position, name, amount, total, quantity, created_at,
updated_at)
SELECT %(org)s, its.id, %(id)s, %(service)s, its.position - 1, %(name)s, %(amount)s, %(amount)s * its.quantity,
its.quantity, %(at)s, %(at)s
FROM unnest(%(items)s::uuid[], %(quantities)s::int[]) WITH ORDINALITY AS its (id, quantity, position)
"""
_ADD_TAGS: Final = """
INSERT INTO tags (org_id, id, name, created_at, updated_at)
SELECT %(org)s, its.id, its.name, %(at)s, %(at)s
FROM unnest(%(tag_ids)s::uuid[], %(tags)s::text[]) AS its (id, name) ORDER BY its.name
ON CONFLICT (org_id, name) DO NOTHING
"""


class RawPostgres:
    """Hand-written SQL on ``psycopg``.

    Args:
        url: The database.
    """

    name: str = "raw driver"

    def __init__(self, url: str) -> None:
        # Reads stand alone; psycopg prepares what it has executed five times.
        self._connection = psycopg.connect(url, autocommit=True)
        set_json_loads(orjson.loads, self._connection)
        self._cursor = self._connection.cursor(binary=True)
        self._reads = Reads(_DIALECT)

    def operations(self) -> Mapping[Operation, Callable[[Given], Any]]:
        """Return what it can do: everything."""
        reads: dict[Task, Callable[[Noun, Given], Any]] = {
            Task.LIST: partial(self._list, self._reads.total),
            Task.OFFSET: partial(self._list, self._reads.total),
            Task.CAPPED: partial(self._list, self._reads.capped),
            Task.KEYSET: self._after,
            Task.RETRIEVE: self._retrieve,
        }
        return {Operation(noun, task): partial(read, noun) for noun in Noun for task, read in reads.items()} | {
            Operation(Noun.TICKETS, Task.CREATE): self._open_ticket,
            Operation(Noun.TICKETS, Task.CHANGE): self._close_ticket,
            Operation(Noun.ORDERS, Task.CREATE): self._place_order,
            Operation(Noun.ORDERS, Task.CHANGE): self._complete_order,
            Operation(Noun.INVOICES, Task.CREATE): self._issue_invoice,
            Operation(Noun.INVOICES, Task.CHANGE): self._bill_anew,
        }

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _execute(self, statement: str, values: Mapping[str, Any]) -> psycopg.Cursor[Any]:
        return self._cursor.execute(statement, values)

    def _list(self, totals: Mapping[Noun, str], noun: Noun, given: Given) -> tuple[int, list[dict[str, Any]]]:
        values = {"org": given.org_id}
        rows = self._rows(noun, self._reads.page(noun, given.size, (given.number - 1) * given.size), values)
        [(total,)] = self._execute(totals[noun], values).fetchall()
        return total, rows

    def _after(self, noun: Noun, given: Given) -> tuple[None, list[dict[str, Any]]]:
        at, id_ = needed(given.after)
        values = {"org": given.org_id, "at": at, "id": id_}
        return None, self._rows(noun, self._reads.after(noun, given.size), values)

    def _rows(self, noun: Noun, statement: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        build = _BUILDERS[noun]
        return [build(row, _parsed) for row in newest_first(noun, self._execute(statement, values).fetchall())]

    def _retrieve(self, noun: Noun, given: Given) -> dict[str, Any]:
        row = self._execute(self._reads.details[noun], {"org": given.org_id, "id": given.id}).fetchone()
        if row is None:
            raise LookupError(given.id)
        return (build_ticket_details if noun is Noun.TICKETS else _BUILDERS[noun])(row, _parsed)

    def _open_ticket(self, given: Given) -> UUID:
        id_ = uuid7()
        values = _values_of(given, id_) | {"client": given.client_id, "text": given.text}
        with self._connection.transaction():
            self._write(_ADD_TICKET, values)
            self._link("ticket", values)
        return id_

    def _close_ticket(self, given: Given) -> UUID:
        id_ = needed(given.id)
        values = _values_of(given, id_)
        with self._connection.transaction():
            self._write(_CLOSE_TICKET, values)
            self._unlink("ticket", values)
            self._link("ticket", values)
        return id_

    def _place_order(self, given: Given) -> UUID:
        id_ = uuid7()
        bought = {"client": given.client_id, "service": given.service_id, "text": given.text}
        values = _values_of(given, id_) | bought | {"number": random_number()}
        with self._connection.transaction():
            self._write(_ADD_ORDER, values)
            self._link("order", values)
        return id_

    def _complete_order(self, given: Given) -> UUID:
        id_ = needed(given.id)
        values = _values_of(given, id_)
        with self._connection.transaction():
            self._write(_COMPLETE_ORDER, values)
            self._unlink("order", values)
            self._link("order", values)
        return id_

    def _issue_invoice(self, given: Given) -> UUID:
        id_ = uuid7()
        values = _billed(given, id_) | {
            "client": given.client_id,
            "total": ITEM_AMOUNT * sum(given.quantities),
            "due": needed(given.at) + PAYMENT_TERM,
            "text": given.text,
            "prefix": NUMBER_PREFIX,
        }
        with self._connection.transaction():
            [(sequence,)] = self._execute(_COUNT_ON, values).fetchall()
            self._write(_ADD_INVOICE, values | {"number": invoice_number(sequence)})
            self._execute(_ADD_ITEMS, values)
        return id_

    def _bill_anew(self, given: Given) -> UUID:
        id_ = needed(given.id)
        values = _billed(given, id_)
        with self._connection.transaction():
            found = self._execute(_TERMS, values).fetchone()
            if found is None:
                raise LookupError(id_)
            subtotal, tax, total = InvoiceTerms(*found).amounts(ITEM_AMOUNT * sum(given.quantities))
            self._write(_BILL_ANEW, values | {"subtotal": subtotal, "tax": tax, "total": total})
            self._execute(_CLEAR_ITEMS, values)
            self._execute(_ADD_ITEMS, values)
        return id_

    def _unlink(self, noun: str, values: Mapping[str, Any]) -> None:
        for statement in _CLEAR[noun]:
            self._execute(statement, values)

    def _link(self, noun: str, values: Mapping[str, Any]) -> None:
        if self._execute(_ASSIGN[noun], values).rowcount != len(values["employees"]):
            raise LookupError(values["employees"])
        self._execute(_ADD_TAGS, values)
        self._execute(_TAG[noun], values)

    def _write(self, statement: str, values: Mapping[str, Any]) -> None:
        if self._execute(statement, values).rowcount != 1:
            raise LookupError(values["id"])


def _values_of(given: Given, id_: UUID) -> dict[str, Any]:
    return {
        "org": given.org_id,
        "id": id_,
        "at": given.at,
        "employees": list(given.employee_ids),
        "tags": list(given.tags),
        "tag_ids": [uuid7() for _ in given.tags],
    }


def _billed(given: Given, id_: UUID) -> dict[str, Any]:
    return {
        "org": given.org_id,
        "id": id_,
        "at": given.at,
        "service": given.service_id,
        "items": [uuid7() for _ in given.quantities],
        "quantities": list(given.quantities),
        "name": ITEM_NAME,
        "amount": ITEM_AMOUNT,
    }


def _parsed(children: Any) -> Any:
    """Return what psycopg has parsed already; an empty list where there is nothing."""
    return children or []


_CLEAR: Final = {
    noun: [
        f"DELETE FROM {noun}_{its} WHERE org_id = %(org)s AND {noun}_id = %(id)s"  # noqa: S608
        for its in ("employees", "tags")
    ]
    for noun in ("ticket", "order")
}
_ASSIGN: Final = {
    noun: f"""
    INSERT INTO {noun}_employees (org_id, {noun}_id, employee_id, position)
    SELECT %(org)s, %(id)s, u.id, its.position - 1
    FROM unnest(%(employees)s::uuid[]) WITH ORDINALITY AS its (id, position)
    JOIN users u ON u.org_id = %(org)s AND u.id = its.id
    JOIN roles r ON r.org_id = %(org)s AND r.id = u.role_id
    WHERE u.deleted_at IS NULL AND r.dashboard_access > 0
    FOR SHARE OF u, r
    """  # noqa: S608
    for noun in ("ticket", "order")
}
_TAG: Final = {
    noun: f"""
    INSERT INTO {noun}_tags (org_id, {noun}_id, tag_id, position)
    SELECT %(org)s, %(id)s, g.id, its.position - 1
    FROM unnest(%(tags)s::text[]) WITH ORDINALITY AS its (name, position)
    JOIN tags g ON g.org_id = %(org)s AND g.name = its.name
    """  # noqa: S608
    for noun in ("ticket", "order")
}
