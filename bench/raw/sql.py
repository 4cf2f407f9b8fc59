"""The SQL of the raw contenders' reads, and the dictionaries that they build: what both databases have in common.

Every table says its ``org_id`` at its own level. Employees, tags, items and messages come as JSON in the same row.
``:org``, ``:id``, ``:at`` are parameters; a page's limit and offset are literals, which PostgreSQL plans once and for
all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

import attrs
from attrs import frozen

from bench.contenders import CAP, Noun
from service_engine.domain.access import Levels, Settings

__all__ = ["Dialect", "Reads", "build_invoice", "build_order", "build_ticket", "build_ticket_details", "newest_first"]

Built = dict[str, Any]
Parse = Callable[[Any], Any]

_LEVELS: Final = tuple(each.name for each in attrs.fields(Levels))
_SETTINGS: Final = tuple(f"settings_{each.name}" for each in attrs.fields(Settings))


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TICKET: Final = _names(
    "id subject client_id order_id status source note form_data metadata created_at updated_at last_message_at"
    " date_closed"
)
ORDER: Final = _names(
    "id number client_id service_id invoice_id subscription_id service_name status price quantity currency note"
    " form_data metadata paysys date_started date_completed date_due last_message_at created_at updated_at deleted_at"
    " version"
)
INVOICE: Final = _names(
    "id number number_prefix client_id employee_id coupon_id billing_address status currency subtotal tax credit total"
    " paid tax_type tax_percent_thousandths date_due date_paid reason note ip_address loc_confirm recurring paysys"
    " transaction_id created_at updated_at deleted_at version"
)
SUMMARY: Final = _names("id status service_name price currency quantity created_at")
PERSON: Final = _names("id first_name last_name email company phone balance balance_currency")
CLIENT: Final = _names(
    "id email first_name last_name company phone tax_id note balance balance_currency optin stripe_id custom_fields"
    " status affiliate_id affiliate_link google_id role_id created_at updated_at deleted_at version"
)
ADDRESS: Final = _names(
    "id line_1 line_2 city state country postcode first_name last_name tax_id company_name company_vat"
)
ROLE: Final = ("id", "name", *_LEVELS, *_SETTINGS, "created_at", "updated_at", "version")
EMPLOYEE: Final = ("id", "first_name", "last_name", "role_id")
ITEM: Final = _names(
    "id service_id order_id name description quantity amount discount discount2 total options created_at updated_at"
)
MESSAGE: Final = ("id", "author_id", "text", "staff_only", "files", "created_at")

_TICKET_END: Final = len(TICKET) + 2
_TICKET_CLIENT_END: Final = _TICKET_END + len(PERSON) + len(ADDRESS) + len(ROLE)
_ORDER_END: Final = len(ORDER) + 2
_INVOICE_END: Final = len(INVOICE) + 1


@frozen
class Dialect:
    """What the two databases spell differently.

    Args:
        objects: Makes an expression for a JSON array of objects: of columns, from a source, in an order.
        values: Makes an expression for a JSON array of one column.
        parameter: Makes the placeholder of a parameter's name.
    """

    objects: Callable[[Mapping[str, str], str, str], str]
    values: Callable[[str, str, str], str]
    parameter: Callable[[str], str]


class Reads:
    """The statements of one database.

    Args:
        dialect: How it spells them.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._shown = {
            Noun.TICKETS: self._tickets(),
            Noun.ORDERS: self._orders(),
            Noun.INVOICES: self._invoices(),
        }
        self.details = {
            noun: self._finished(f"{shown} WHERE x.org_id = :org AND x.id = :id AND x.deleted_at IS NULL")
            for noun, shown in (self._shown | {Noun.TICKETS: self._ticket_details()}).items()
        }
        self.total = {
            noun: self._finished(f"SELECT count(*) FROM {noun} WHERE org_id = :org AND deleted_at IS NULL")  # noqa: S608
            for noun in Noun
        }
        self.capped = {
            noun: self._finished(
                f"SELECT count(*) FROM (SELECT 1 FROM {noun} WHERE org_id = :org AND deleted_at IS NULL"  # noqa: S608
                f" LIMIT {CAP + 1:d}) first"
            )
            for noun in Noun
        }
        self.page = lru_cache(self._page)
        """Returns the statement of a page: of a noun, a size and an offset."""
        self.after = lru_cache(self._after)
        """Returns the statement of the page that comes after ``at`` and ``id``: of a noun and a size."""

    def _page(self, noun: Noun, size: int, offset: int) -> str:
        return self._chosen(noun, "", f"LIMIT {size:d} OFFSET {offset:d}")

    def _after(self, noun: Noun, size: int) -> str:
        return self._chosen(noun, " AND (x.created_at, x.id) < (:at, :id)", f"LIMIT {size:d}")

    def _chosen(self, noun: Noun, condition: str, limit: str) -> str:
        # The ids first, so that what comes before is skipped in the index alone. For a first page, too: with a LIMIT
        # around all the joins PostgreSQL plans anew each time, which takes as long as the query.
        ids = (
            f"SELECT x.id FROM {noun} x WHERE x.org_id = :org AND x.deleted_at IS NULL{condition}"  # noqa: S608
            f" ORDER BY x.created_at DESC, x.id DESC {limit}"
        )
        joined = f"FROM ({ids}) page JOIN {noun} x ON x.org_id = :org AND x.id = page.id"
        return self._finished(self._shown[noun].replace(f"FROM {noun} x", joined))

    def _finished(self, statement: str) -> str:
        for name in ("org", "id", "at"):
            statement = statement.replace(f":{name}", self._dialect.parameter(name))
        return statement

    def _tickets(self, more: str = "", joined: str = "") -> str:
        tags = self._dialect.values("g.name", _tagged("ticket"), "l.position")
        columns = f"{_of('x', TICKET)}, {tags}, {self._employees('ticket')}, {_client(PERSON)}{more}"
        return f"SELECT {columns} FROM tickets x {_CLIENT_JOINS}{joined}"  # noqa: S608

    def _ticket_details(self) -> str:
        columns = {name: f"m.{name}" for name in MESSAGE}
        source = "ticket_messages m WHERE m.org_id = :org AND m.ticket_id = x.id"
        messages = self._dialect.objects(columns, source, "m.created_at, m.id")
        joined = " LEFT JOIN orders o ON o.org_id = :org AND o.id = x.order_id AND o.deleted_at IS NULL"
        return self._tickets(f", {_of('o', SUMMARY)}, {messages}", joined)

    def _orders(self) -> str:
        tags = self._dialect.objects({"id": "g.id", "name": "g.name"}, _tagged("order"), "l.position")
        columns = f"{_of('x', ORDER)}, {tags}, {self._employees('order')}, {_client(PERSON)}"
        return f"SELECT {columns} FROM orders x {_CLIENT_JOINS}"  # noqa: S608

    def _invoices(self) -> str:
        source = "invoice_items i WHERE i.org_id = :org AND i.invoice_id = x.id"
        items = self._dialect.objects({name: f"i.{name}" for name in ITEM}, source, "i.position")
        columns = f"{_of('x', INVOICE)}, {items}, {_client(CLIENT)}"
        return f"SELECT {columns} FROM invoices x {_CLIENT_JOINS}"  # noqa: S608

    def _employees(self, noun: str) -> str:
        source = (
            f"{noun}_employees l JOIN users e ON e.org_id = :org AND e.id = l.employee_id"
            f" WHERE l.org_id = :org AND l.{noun}_id = x.id"
        )
        return self._dialect.objects({name: f"e.{name}" for name in EMPLOYEE}, source, "l.position")


_CLIENT_JOINS: Final = (
    "JOIN users u ON u.org_id = :org AND u.id = x.client_id"
    " JOIN roles r ON r.org_id = :org AND r.id = u.role_id"
    " LEFT JOIN addresses a ON a.org_id = :org AND a.id = u.address_id"
)


def _of(alias: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


def _client(person: tuple[str, ...]) -> str:
    return f"{_of('u', person)}, {_of('a', ADDRESS)}, {_of('r', ROLE)}"


def _tagged(noun: str) -> str:
    return (
        f"{noun}_tags l JOIN tags g ON g.org_id = :org AND g.id = l.tag_id WHERE l.org_id = :org AND l.{noun}_id = x.id"
    )


def newest_first(noun: Noun, rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the rows of a page in order; the joins may have shuffled them."""
    return sorted(rows, key=_AGES[noun], reverse=True)


_AGES: Final = {
    Noun.TICKETS: itemgetter(TICKET.index("created_at"), 0),
    Noun.ORDERS: itemgetter(ORDER.index("created_at"), 0),
    Noun.INVOICES: itemgetter(INVOICE.index("created_at"), 0),
}


def build_ticket(row: tuple[Any, ...], parse: Parse) -> Built:
    """Return the dictionary of a ticket's row."""
    built = dict(zip(TICKET, row, strict=False))
    built["tags"] = parse(row[_TICKET_END - 2])
    built["employees"] = parse(row[_TICKET_END - 1])
    built["client"] = _built_client(PERSON, row, _TICKET_END)
    return built


def build_ticket_details(row: tuple[Any, ...], parse: Parse) -> Built:
    """Return the dictionary of a row of a ticket with everything."""
    built = build_ticket(row, parse)
    has_order = row[_TICKET_CLIENT_END] is not None
    built["order"] = dict(zip(SUMMARY, row[_TICKET_CLIENT_END:], strict=False)) if has_order else None
    built["messages"] = parse(row[-1])
    return built


def build_order(row: tuple[Any, ...], parse: Parse) -> Built:
    """Return the dictionary of an order's row."""
    built = dict(zip(ORDER, row, strict=False))
    built["tags"] = parse(row[_ORDER_END - 2])
    built["employees"] = parse(row[_ORDER_END - 1])
    built["client"] = _built_client(PERSON, row, _ORDER_END)
    return built


def build_invoice(row: tuple[Any, ...], parse: Parse) -> Built:
    """Return the dictionary of an invoice's row."""
    built = dict(zip(INVOICE, row, strict=False))
    built["items"] = parse(row[_INVOICE_END - 1])
    built["client"] = _built_client(CLIENT, row, _INVOICE_END)
    return built


def _built_client(person: tuple[str, ...], row: tuple[Any, ...], start: int) -> Built:
    address = start + len(person)
    role = address + len(ADDRESS)
    client = dict(zip(person, row[start:address], strict=True))
    client["address"] = None if row[address] is None else dict(zip(ADDRESS, row[address:role], strict=True))
    client["role"] = dict(zip(ROLE, row[role:], strict=False))
    return client
