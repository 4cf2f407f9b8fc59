"""The raw contenders' dictionaries in comparable form, whichever database they came from; nothing here is timed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import attrs
import orjson

from bench.contenders import Noun, Plain
from service_engine.domain.access import Levels, Settings
from service_engine.domain.addresses import PostalAddress

__all__ = ["plain_page", "plain_row", "uuid_of"]

_NO_IDS: Final = {"tax_id", "stripe_id", "affiliate_id", "google_id", "transaction_id"}
_JSON: Final = {"form_data", "metadata", "custom_fields", "options", "recurring", "billing_address", "files"}
_FLAGS: Final = {"staff_only", "loc_confirm"}
_PERCENTAGE: Final = 2
_PLACE: Final = tuple(each.name for each in attrs.fields(PostalAddress))
_LEVELS: Final = tuple(each.name for each in attrs.fields(Levels))
_SETTINGS: Final = tuple(each.name for each in attrs.fields(Settings))


def plain_page(noun: Noun, total: int | None, rows: Iterable[dict[str, Any]]) -> Plain:
    """Return a list in comparable form."""
    return {"total": total, "rows": [plain_row(noun, row) for row in rows]}


def plain_row(noun: Noun, row: dict[str, Any]) -> Plain:
    """Return a ticket, order or invoice in comparable form."""
    return _ROWS[noun](row)


def uuid_of(stored: str | UUID) -> UUID:
    """Return an id."""
    return stored if isinstance(stored, UUID) else UUID(stored)


def _ticket(row: dict[str, Any]) -> Plain:
    plain = {name: _value(name, value) for name, value in row.items() if name not in {"order", "messages"}}
    plain |= {"employees": [_flat(each) for each in row["employees"]], "client": _summary(row["client"])}
    if "messages" in row:
        order = row["order"]
        plain["order"] = None if order is None else _priced(order, "price", "currency")
        plain["messages"] = [_flat(each) | {"ticket_id": plain["id"]} for each in row["messages"]]
    return plain


def _order(row: dict[str, Any]) -> Plain:
    order = {name: value for name, value in row.items() if name not in {"employees", "client", "tags"}}
    employees = [_flat(each) for each in row["employees"]]
    more = {"tags": [_flat(each) for each in row["tags"]], "employee_ids": [each["id"] for each in employees]}
    return {
        "order": _priced(order, "price", "currency") | more,
        "client": _summary(row["client"]),
        "employees": employees,
    }


def _invoice(row: dict[str, Any]) -> Plain:
    invoice = {name: value for name, value in row.items() if name not in {"items", "client"}}
    currency, kind, percent = invoice["currency"], invoice.pop("tax_type"), invoice.pop("tax_percent_thousandths")
    plain = _flat(invoice)
    for name in ("subtotal", "credit", "total", "paid", "tax"):
        plain[name] = [invoice[name], currency]
    plain["tax_amount"] = plain["tax"]
    number = percent if kind == _PERCENTAGE else invoice["tax"]
    plain["tax"] = {"type": kind, "number": Decimal(number).scaleb(-3)}
    if plain["billing_address"] is not None:
        plain["billing_address"] = _placed(plain["billing_address"])
    plain["items"] = [_item(each, currency) for each in row["items"]]
    client = _priced(row["client"], "balance", "balance_currency", ("address", "role"))
    client["address"] = _address(row["client"]["address"])
    return {"invoice": plain, "client": client, "role": _role(row["client"]["role"])}


_ROWS: Final[dict[Noun, Callable[[dict[str, Any]], Plain]]] = {
    Noun.TICKETS: _ticket,
    Noun.ORDERS: _order,
    Noun.INVOICES: _invoice,
}


def _item(item: dict[str, Any], currency: str) -> Plain:
    plain = _flat(item)
    for name in ("amount", "discount", "discount2", "total"):
        plain[name] = None if item[name] is None else [item[name], currency]
    return plain


def _summary(client: dict[str, Any]) -> Plain:
    plain = _priced(client, "balance", "balance_currency", ("address", "role"))
    return plain | {"address": _address(client["address"]), "role": _role(client["role"])}


def _role(role: dict[str, Any]) -> Plain:
    return {
        **{name: _value(name, role[name]) for name in ("id", "name", "created_at", "updated_at", "version")},
        "levels": {name: role[name] for name in _LEVELS},
        "settings": {name: bool(role[f"settings_{name}"]) for name in _SETTINGS},
    }


def _address(address: dict[str, Any] | None) -> Plain:
    return None if address is None else _placed(_flat(address))


def _placed(address: dict[str, Any]) -> Plain:
    other = {name: value for name, value in address.items() if name not in _PLACE}
    return {"place": {name: address[name] for name in _PLACE}, **other}


def _priced(row: dict[str, Any], amount: str, currency: str, without: tuple[str, ...] = ()) -> Plain:
    plain = {name: _value(name, value) for name, value in row.items() if name not in {currency, *without}}
    plain[amount] = [row[amount], row[currency]]
    return plain


def _flat(row: dict[str, Any]) -> Plain:
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _JSON:
        return orjson.loads(value) if isinstance(value, str) else value
    if name in _FLAGS:
        return bool(value)
    if name == "id" or (name.endswith("_id") and name not in _NO_IDS):
        return uuid_of(value)
    if name.endswith("_at") or name.startswith("date_"):
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)
    return value
