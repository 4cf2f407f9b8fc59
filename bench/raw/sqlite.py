"""The practical limit on SQLite: hand-written SQL on ``sqlite3``, on one connection as durable as the library's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson
from uuid_utils.compat import uuid7

from bench.contenders import Given, Noun, Operation, Task
from bench.data.datasets import ITEM_AMOUNT, ITEM_NAME
from bench.raw.sql import Dialect, Reads, build_invoice, build_order, build_ticket, build_ticket_details, newest_first
from bench.raw.terms import InvoiceTerms, needed, random_number
from service_engine.domain.invoices import NUMBER_PREFIX, PAYMENT_TERM, invoice_number

__all__ = ["RawSqlite"]

_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
)
_BUILDERS: Final = {Noun.TICKETS: build_ticket, Noun.ORDERS: build_order, Noun.INVOICES: build_invoice}
_PARAMETERS: Final = {"org": "?1", "id": "?2", "at": "?3"}


def _objects(columns: Mapping[str, str], source: str, order: str) -> str:
    # This SQLite's aggregates take no ORDER BY; it reads a subquery's rows in the subquery's order.
    chosen = ", ".join(f"{column} AS {name}" for name, column in columns.items())
    pairs = ", ".join(f"'{name}', {_NESTED.get(name, name)}" for name in columns)
    ordered = f"SELECT {chosen} FROM {source} ORDER BY {order}"  # noqa: S608
    return f"(SELECT json_group_array(json_object({pairs})) FROM ({ordered}))"  # noqa: S608


def _values(column: str, source: str, order: str) -> str:
    ordered = f"SELECT {column} AS its FROM {source} ORDER BY {order}"  # noqa: S608
    return f"(SELECT json_group_array(its) FROM ({ordered}))"  # noqa: S608


_NESTED: Final = {"options": "json(options)", "files": "json(files)"}
_DIALECT: Final = Dialect(objects=_objects, values=_values, parameter=_PARAMETERS.__getitem__)

_ADD_TICKET: Final = """
INSERT INTO tickets (org_id, id, client_id, subject, status, source, created_at, updated_at)
SELECT ?1, ?2, u.id, ?4, 1, 'API', ?5, ?5
FROM users u JOIN roles r ON r.org_id = ?1 AND r.id = u.role_id
WHERE u.org_id = ?1 AND u.id = ?3 AND u.deleted_at IS NULL AND r.dashboard_access = 0
"""
_CLOSE_TICKET: Final = """
UPDATE tickets SET date_closed = CASE status WHEN 3 THEN date_closed ELSE ?3 END, status = 3, updated_at = ?3,
version = version + 1
WHERE org_id = ?1 AND id = ?2 AND deleted_at IS NULL
"""
_ADD_ORDER: Final = """
INSERT INTO orders (org_id, id, number, client_id, service_id, service_name, status, price, quantity, currency, note,
created_at, updated_at)
SELECT ?1, ?2, ?3, u.id, s.id, s.name, 0, COALESCE(s.price, 0), 1, s.currency, ?6, ?7, ?7
FROM users u JOIN roles r ON r.org_id = ?1 AND r.id = u.role_id JOIN services s ON s.org_id = ?1 AND s.id = ?5
WHERE u.org_id = ?1 AND u.id = ?4 AND u.deleted_at IS NULL AND r.dashboard_access = 0 AND s.deleted_at IS NULL
"""
_COMPLETE_ORDER: Final = """
UPDATE orders SET date_completed = CASE status WHEN 2 THEN date_completed ELSE COALESCE(date_completed, ?3) END,
status = 2, updated_at = ?3, version = version + 1
WHERE org_id = ?1 AND id = ?2 AND deleted_at IS NULL
"""
_COUNT_ON: Final = """
INSERT INTO counters (org_id, name, value) VALUES (?1, 'invoices', 1)
ON CONFLICT (org_id, name) DO UPDATE SET value = counters.value + 1 RETURNING value
"""
_ADD_INVOICE: Final = """
INSERT INTO invoices (org_id, id, number, number_prefix, client_id, billing_address, status, currency, subtotal, total,
tax_percent_thousandths, date_due, note, created_at, updated_at)
SELECT ?1, ?2, ?3, ?4, u.id, CASE WHEN a.id IS NOT NULL THEN json_object('line_1', a.line_1, 'line_2', a.line_2,
'city', a.city, 'state', a.state, 'country', a.country, 'postcode', a.postcode, 'first_name', a.first_name,
'last_name', a.last_name, 'company_name', a.company_name) END, 1, s.currency, ?7, ?7, 0, ?8, ?9, ?10, ?10
FROM users u JOIN roles r ON r.org_id = ?1 AND r.id = u.role_id JOIN services s ON s.org_id = ?1 AND s.id = ?6
LEFT JOIN addresses a ON a.org_id = ?1 AND a.id = u.address_id
WHERE u.org_id = ?1 AND u.id = ?5 AND u.deleted_at IS NULL AND r.dashboard_access = 0 AND s.deleted_at IS NULL
"""
_TERMS: Final = """
SELECT i.currency, i.tax_type, i.tax, i.tax_percent_thousandths, i.credit, i.paid
FROM invoices i JOIN services s ON s.org_id = ?1 AND s.id = ?3
WHERE i.org_id = ?1 AND i.id = ?2 AND i.deleted_at IS NULL AND i.status NOT IN (3, 4, 5) AND s.deleted_at IS NULL
"""
_BILL_ANEW: Final = """
UPDATE invoices SET subtotal = ?3, tax = ?4, total = ?5, updated_at = ?6, version = version + 1
WHERE org_id = ?1 AND id = ?2
"""
_ADD_ITEM: Final = """
INSERT INTO invoice_items (org_id, id, invoice_id, service_id, position, name, amount, total, quantity, created_at,
updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)
"""
_ADD_TAG: Final = """
INSERT INTO tags (org_id, id, name, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)
ON CONFLICT (org_id, name) DO NOTHING
"""


class RawSqlite:
    """Hand-written SQL on ``sqlite3``.

    Args:
        path: The file.
    """

    name: str = "raw driver"

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in _PRAGMAS:
            self._connection.execute(pragma)
        self._execute = self._connection.execute
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

    def _list(self, totals: Mapping[Noun, str], noun: Noun, given: Given) -> tuple[int, list[dict[str, Any]]]:
        org = given.org_id.hex
        statement = self._reads.page(noun, given.size, (given.number - 1) * given.size)
        rows = self._rows(noun, statement, (org,))
        return self._execute(totals[noun], (org,)).fetchone()[0], rows

    def _after(self, noun: Noun, given: Given) -> tuple[None, list[dict[str, Any]]]:
        at, id_ = needed(given.after)
        return None, self._rows(noun, self._reads.after(noun, given.size), (given.org_id.hex, _hex(id_), _text(at)))

    def _rows(self, noun: Noun, statement: str, values: tuple[str, ...]) -> list[dict[str, Any]]:
        build = _BUILDERS[noun]
        return [build(row, orjson.loads) for row in newest_first(noun, self._execute(statement, values))]

    def _retrieve(self, noun: Noun, given: Given) -> dict[str, Any]:
        row = self._execute(self._reads.details[noun], (given.org_id.hex, _hex(given.id))).fetchone()
        if row is None:
            raise LookupError(given.id)
        return (build_ticket_details if noun is Noun.TICKETS else _BUILDERS[noun])(row, orjson.loads)

    def _open_ticket(self, given: Given) -> str:
        org, id_, at = given.org_id.hex, uuid7().hex, _text(given.at)
        with self._transaction():
            self._write(_ADD_TICKET, (org, id_, _hex(given.client_id), given.text, at))
            self._link("ticket", org, id_, given, at)
        return id_

    def _close_ticket(self, given: Given) -> str:
        org, id_, at = given.org_id.hex, _hex(given.id), _text(given.at)
        with self._transaction():
            self._write(_CLOSE_TICKET, (org, id_, at))
            self._unlink("ticket", org, id_)
            self._link("ticket", org, id_, given, at)
        return id_

    def _place_order(self, given: Given) -> str:
        org, id_, at = given.org_id.hex, uuid7().hex, _text(given.at)
        values = (org, id_, random_number(), _hex(given.client_id), _hex(given.service_id), given.text, at)
        with self._transaction():
            self._write(_ADD_ORDER, values)
            self._link("order", org, id_, given, at)
        return id_

    def _complete_order(self, given: Given) -> str:
        org, id_, at = given.org_id.hex, _hex(given.id), _text(given.at)
        with self._transaction():
            self._write(_COMPLETE_ORDER, (org, id_, at))
            self._unlink("order", org, id_)
            self._link("order", org, id_, given, at)
        return id_

    def _issue_invoice(self, given: Given) -> str:
        org, id_, at, due = given.org_id.hex, uuid7().hex, _text(given.at), _text(needed(given.at) + PAYMENT_TERM)
        total = ITEM_AMOUNT * sum(given.quantities)
        people = (_hex(given.client_id), _hex(given.service_id))
        with self._transaction():
            number = invoice_number(self._execute(_COUNT_ON, (org,)).fetchone()[0])
            self._write(_ADD_INVOICE, (org, id_, number, NUMBER_PREFIX, *people, total, due, given.text, at))
            self._add_items(org, id_, given, at)
        return id_

    def _bill_anew(self, given: Given) -> str:
        org, id_, at = given.org_id.hex, _hex(given.id), _text(given.at)
        with self._transaction():
            found = self._execute(_TERMS, (org, id_, _hex(given.service_id))).fetchone()
            if found is None:
                raise LookupError(id_)
            amounts = InvoiceTerms(*found).amounts(ITEM_AMOUNT * sum(given.quantities))
            self._write(_BILL_ANEW, (org, id_, *amounts, at))
            self._execute("DELETE FROM invoice_items WHERE org_id = ?1 AND invoice_id = ?2", (org, id_))
            self._add_items(org, id_, given, at)
        return id_

    def _add_items(self, org: str, id_: str, given: Given, at: str) -> None:
        service = _hex(given.service_id)
        rows = [
            (org, uuid7().hex, id_, service, position, ITEM_NAME, ITEM_AMOUNT, ITEM_AMOUNT * quantity, quantity, at)
            for position, quantity in enumerate(given.quantities)
        ]
        self._connection.executemany(_ADD_ITEM, rows)

    def _unlink(self, noun: str, org: str, id_: str) -> None:
        for table in (f"{noun}_employees", f"{noun}_tags"):
            self._execute(f"DELETE FROM {table} WHERE org_id = ?1 AND {noun}_id = ?2", (org, id_))  # noqa: S608

    def _link(self, noun: str, org: str, id_: str, given: Given, at: str) -> None:
        many = self._connection.executemany
        assigned = [(org, id_, each.hex, position) for position, each in enumerate(given.employee_ids)]
        if many(_ASSIGN[noun], assigned).rowcount != len(assigned):
            raise LookupError(given.employee_ids)
        many(_ADD_TAG, [(org, uuid7().hex, name, at) for name in sorted(given.tags)])
        many(_TAG[noun], [(org, id_, name, position) for position, name in enumerate(given.tags)])

    def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        if self._execute(statement, values).rowcount != 1:
            raise LookupError(values)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._execute("ROLLBACK")
            raise
        self._execute("COMMIT")


_ASSIGN: Final = {
    noun: f"""
    INSERT INTO {noun}_employees (org_id, {noun}_id, employee_id, position)
    SELECT ?1, ?2, u.id, ?4 FROM users u JOIN roles r ON r.org_id = ?1 AND r.id = u.role_id
    WHERE u.org_id = ?1 AND u.id = ?3 AND u.deleted_at IS NULL AND r.dashboard_access > 0
    """  # noqa: S608
    for noun in ("ticket", "order")
}
_TAG: Final = {
    noun: f"""
    INSERT INTO {noun}_tags (org_id, {noun}_id, tag_id, position)
    SELECT ?1, ?2, id, ?4 FROM tags WHERE org_id = ?1 AND name = ?3
    """  # noqa: S608
    for noun in ("ticket", "order")
}


def _hex(id_: UUID | None) -> str:
    return needed(id_).hex


def _text(at: datetime | None) -> str:
    return needed(at).astimezone(UTC).isoformat(timespec="microseconds")
