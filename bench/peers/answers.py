"""The peers' answers in comparable form: what ``plain`` makes of entities, outside of what is timed.

The peers' entities have the attributes that the tables have columns; what hangs on them has one name with every peer:
``client`` with ``role`` and ``address``, ``employees``, ``tags``, ``messages``, ``order``, ``items``. Values are taken
as the driver gives them, too: ids as 32 hexadecimal digits, times and JSON as text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from bench.contenders import Noun, Operation, Plain, Task
from service_engine.adapters.sql.tables.organizations import LEVELS, SETTINGS

__all__ = ["plain_answer"]

_PLACE: Final = ("line_1", "line_2", "city", "state", "country", "postcode")
_NAMES: Final = ("first_name", "last_name", "company_name")
_BILLED: Final = ("first_name", "last_name", "tax_id", "company_name", "company_vat")
_TICKET: Final = ("subject", "status", "source", "note", "form_data", "metadata")
_TICKET_TIMES: Final = ("created_at", "updated_at", "last_message_at", "date_closed")
_ORDER: Final = [
    "number",
    "service_name",
    "status",
    "quantity",
    "note",
    "form_data",
    "metadata",
    "paysys",
    "date_started",
    "date_completed",
    "date_due",
    "last_message_at",
    "created_at",
    "updated_at",
    "deleted_at",
    "version",
]
_ORDER_IDS: Final = ("id", "client_id", "service_id", "invoice_id", "subscription_id")
_INVOICE: Final = [
    "number",
    "number_prefix",
    "status",
    "currency",
    "date_due",
    "date_paid",
    "reason",
    "note",
    "ip_address",
    "paysys",
    "transaction_id",
    "created_at",
    "updated_at",
    "deleted_at",
    "version",
]
_CLIENT: Final = [
    "email",
    "first_name",
    "last_name",
    "company",
    "phone",
    "tax_id",
    "note",
    "optin",
    "stripe_id",
    "custom_fields",
    "status",
    "affiliate_id",
    "affiliate_link",
    "google_id",
    "created_at",
    "updated_at",
    "deleted_at",
    "version",
]
_TIMES: Final = frozenset(
    [
        "created_at",
        "updated_at",
        "deleted_at",
        "last_message_at",
        "date_closed",
        "date_started",
        "date_completed",
        "date_due",
        "date_paid",
    ]
)
_JSON: Final = frozenset({"form_data", "metadata", "custom_fields", "options", "files", "billing_address", "recurring"})
_PERCENTAGE: Final = 2


def plain_answer(operation: Operation, answer: Any) -> Plain:
    """Return a peer's answer in comparable form.

    Args:
        operation: What was done.
        answer: Of a list, its total and its rows; of a write, the id; or else the row.
    """
    if operation.task in {Task.CREATE, Task.CHANGE}:
        return _uuid(answer)
    form = _FORMS[operation.noun]
    if operation.task is Task.RETRIEVE:
        return _ticket_details(answer) if operation.noun is Noun.TICKETS else form(answer)
    total, rows = answer
    return {"total": total, "rows": [form(row) for row in rows]}


def _ticket(row: Any) -> dict[str, Any]:
    return {
        "id": _uuid(row.id),
        "client_id": _uuid(row.client_id),
        "order_id": _uuid(row.order_id),
        **_columns(row, (*_TICKET, *_TICKET_TIMES)),
        "tags": [tag.name for tag in row.tags],
        "employees": _employees(row.employees),
        "client": _client_summary(row.client),
    }


def _ticket_details(row: Any) -> dict[str, Any]:
    return {
        **_ticket(row),
        "order": None if row.order is None else _order_summary(row.order),
        "messages": [
            {
                "id": _uuid(each.id),
                "ticket_id": _uuid(row.id),
                "author_id": _uuid(each.author_id),
                **_columns(each, ("text", "files", "created_at")),
                "staff_only": bool(each.staff_only),
            }
            for each in row.messages
        ],
    }


def _order_summary(row: Any) -> dict[str, Any]:
    return {
        "id": _uuid(row.id),
        **_columns(row, ("status", "service_name", "quantity", "created_at")),
        "price": [row.price, row.currency],
    }


def _order(row: Any) -> dict[str, Any]:
    employees = _employees(row.employees)
    return {
        "order": {
            **{name: _uuid(getattr(row, name)) for name in _ORDER_IDS},
            **_columns(row, _ORDER),
            "price": [row.price, row.currency],
            "employee_ids": [each["id"] for each in employees],
            "tags": [{"id": _uuid(tag.id), "name": tag.name} for tag in row.tags],
        },
        "client": _client_summary(row.client),
        "employees": employees,
    }


def _invoice(row: Any) -> dict[str, Any]:
    recurring = _json(row.recurring)
    is_percentage = row.tax_type == _PERCENTAGE
    number = Decimal(row.tax_percent_thousandths if is_percentage else row.tax).scaleb(-3)
    return {
        "invoice": {
            **{name: _uuid(getattr(row, name)) for name in ("id", "client_id", "employee_id", "coupon_id")},
            **_columns(row, _INVOICE),
            "loc_confirm": bool(row.loc_confirm),
            "billing_address": _billing_address(_json(row.billing_address)),
            "recurring": recurring,
            "items": [_item(each, row.currency) for each in row.items],
            "tax": {"type": row.tax_type, "number": number},
            "tax_amount": [row.tax, row.currency],
            **{name: [getattr(row, name), row.currency] for name in ("credit", "paid", "subtotal", "total")},
        },
        "client": _client(row.client),
        "role": _role(row.client.role),
    }


def _item(row: Any, currency: str) -> dict[str, Any]:
    return {
        **{name: _uuid(getattr(row, name)) for name in ("id", "service_id", "order_id")},
        **_columns(row, ("name", "description", "quantity", "options", "created_at", "updated_at")),
        **{name: [getattr(row, name), currency] for name in ("amount", "discount", "total")},
        "discount2": None if row.discount2 is None else [row.discount2, currency],
    }


def _billing_address(stored: Any) -> Any:
    if stored is None:
        return None
    return {"place": {name: stored[name] for name in _PLACE}, **{name: stored[name] for name in _NAMES}}


def _client_summary(row: Any) -> dict[str, Any]:
    return {
        "id": _uuid(row.id),
        **_columns(row, ("first_name", "last_name", "email", "company", "phone")),
        "balance": [row.balance, row.balance_currency],
        "address": _address(row.address),
        "role": _role(row.role),
    }


def _client(row: Any) -> dict[str, Any]:
    return {
        "id": _uuid(row.id),
        "role_id": _uuid(row.role_id),
        **_columns(row, _CLIENT),
        "balance": [row.balance, row.balance_currency],
        "address": _address(row.address),
    }


def _address(row: Any) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"id": _uuid(row.id), "place": _columns(row, _PLACE), **_columns(row, _BILLED)}


def _role(row: Any) -> dict[str, Any]:
    return {
        "id": _uuid(row.id),
        **_columns(row, ("name", "created_at", "updated_at", "version")),
        "levels": _columns(row, LEVELS),
        "settings": {name.removeprefix("settings_"): bool(getattr(row, name)) for name in SETTINGS},
    }


def _employees(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {"id": _uuid(row.id), "role_id": _uuid(row.role_id), **_columns(row, ("first_name", "last_name"))}
        for row in rows
    ]


def _columns(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: _value(name, row) for name in names}


def _value(name: str, row: Any) -> Any:
    if name in _TIMES:
        return _instant(getattr(row, name))
    # A model of SQLAlchemy's has an attribute ``metadata`` already.
    value = row.metadata_ if name == "metadata" and hasattr(row, "metadata_") else getattr(row, name)
    return _json(value) if name in _JSON else value


def _uuid(value: Any) -> UUID | None:
    return value if value is None or isinstance(value, UUID) else UUID(value)


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


_FORMS: Final[dict[Noun, Callable[[Any], dict[str, Any]]]] = {
    Noun.TICKETS: _ticket,
    Noun.ORDERS: _order,
    Noun.INVOICES: _invoice,
}
