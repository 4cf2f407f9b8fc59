"""Where the operations take an id: in the path, in the body, in a filter; found in their own description.

So a new slot cannot be forgotten. What only looks like an id of ours is named here; whatever else ends in ``_id`` and
is not known makes ``slots_of`` fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from attrs import frozen

__all__ = ["MALFORMED_IS_400", "Slot", "slots_of"]

_FILTER = re.compile(r"filters\[(\w+)\]\[(\$\w+)\]")
_NOUNS = {
    "user_id": "clients", "order_id": "orders", "service_id": "services", "invoice_id": "invoices",
    "coupon_id": "coupons", "folder_id": "folders", "employees": "employees", "employee_ids": "employees",
    "items.*.service_id": "services", "items.*.id": "items",
}  # fmt: skip
"""What a field names. An ``id`` names what its path does."""
_NOT_OURS = {"tax_id", "stripe_id", "braintree_plan_id", "payment_method_id", "provider_id", "status_id"}
"""Ids that others give, and one that is a plain number."""
MALFORMED_IS_400 = {("POST", "/orders", "user_id")}
"""The one malformed id that the contract (1.4) tells from an unknown one."""


@frozen(kw_only=True)
class Slot:
    """Where an operation takes an id.

    Args:
        place: ``path``, ``body`` or ``query``.
        method: Of the operation.
        path: Of the operation, behind ``/api``; its own id is ``{id}``.
        field: Of the body, or what is filtered by; ``id`` in a path.
        noun: What should have the id: ``clients``, ``tickets``, ...
        many: Whether the field is a list of ids.
        parameters: The names of the filters, one for each comparison; empty elsewhere.
    """

    place: str
    method: str
    path: str
    field: str
    noun: str
    many: bool = False
    parameters: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.place} {self.field}"


def slots_of(description: dict[str, Any]) -> tuple[Slot, ...]:
    """Return every place for an id, as an OpenAPI description has them."""
    return tuple(
        slot
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        for slot in _slots(method.upper(), path.removeprefix("/api"), operation)
    )


def _slots(method: str, path: str, operation: dict[str, Any]) -> Iterator[Slot]:
    own = path.strip("/").partition("/")[0]
    filters: dict[str, list[str]] = {}
    for each in operation.get("parameters", []):
        if each["in"] == "path":
            yield Slot(place="path", method=method, path=path, field=each["name"], noun=own)
        elif (found := _FILTER.match(each["name"])) and _is_id(found[1], each["schema"]):
            filters.setdefault(found[1], []).append(each["name"])
    for name, parameters in filters.items():
        noun = own if name == "id" else _noun(name)
        yield Slot(place="query", method=method, path=path, field=name, noun=noun, parameters=tuple(parameters))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for name, schema in _texts(content["schema"]):
            field = name.removesuffix(".*")
            if _is_id(field.rpartition(".")[2], schema):
                yield Slot(
                    place="body", method=method, path=path, field=field, noun=_noun(field), many=field != name
                )  # fmt: skip


def _noun(field: str) -> str:
    if field not in _NOUNS:
        msg = f"{field} takes an id: say in tests/slots.py of what"
        raise LookupError(msg)
    return _NOUNS[field]


def _texts(schema: dict[str, Any], name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every text in a schema, with its name: ``items.*.service_id``."""
    for option in schema.get("anyOf", []):
        yield from _texts(option, name)
    for key, value in schema.get("properties", {}).items():
        yield from _texts(value, f"{name}.{key}".lstrip("."))
    if schema.get("type") == "array":
        yield from _texts(schema["items"], f"{name}.*")
    if schema.get("type") == "string":
        yield name, schema


def _is_id(name: str, schema: dict[str, Any]) -> bool:
    """Tell whether a field takes ids of ours: by how it is described, and by how it is called."""
    options = [schema, *schema.get("anyOf", []), schema.get("items", {})]
    described = any(
        option.get("format") == "uuid" or any(map(_looks_like_one, option.get("examples", []))) for option in options
    )
    return described or ((name == "id" or name.endswith(("_id", "_ids"))) and name not in _NOT_OURS)


def _looks_like_one(example: object) -> bool:
    try:
        UUID(str(example))
    except ValueError:
        return False
    return True
