"""How parameters are described: the id in a path; limit, page or cursor, sort and every filter in a list's query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from service_engine.ports.keysets import FROM_THE_START, Counting
from service_engine.ports.lists import FIRST_SLICE, MAX_PAGE_SIZE, MAX_SLICE_SIZE, Operator, PageRequest
from service_engine.schemas import filters
from service_engine.schemas.lists import MAX_CHOICES, Listing, Reader

__all__ = ["LINK_HEADER", "id_in_path", "list_parameters", "slice_parameters"]

LINK_HEADER: Final[Mapping[str, Any]] = {
    "Link": {
        "description": "Where the previous and the next part are (RFC 8288), when there is one.",
        "schema": {"type": "string"},
    }
}
"""The header of a bare array as OpenAPI describes it."""

_SCHEMAS: Final[Mapping[Reader, Mapping[str, str]]] = {
    filters.identifier: {"type": "string", "format": "uuid"},
    filters.email: {"type": "string"},
    filters.small_integer: {"type": "integer"},
    filters.amount: {"type": "number"},
    filters.text: {"type": "string"},
    filters.currency: {"type": "string"},
    filters.truth: {"type": "boolean"},
    filters.moment: {"type": "string", "format": "date-time"},
}
_MEANINGS: Final = {
    Operator.EQ: "Equal; `null` finds those that have none.",
    Operator.LT: "Less, or earlier.",
    Operator.GT: "Greater, or later.",
    Operator.IN: "One of these; repeat the parameter for each.",
}


def id_in_path(meaning: str, example: UUID) -> Mapping[str, Any]:
    """Return the parameter ``id`` of a path as OpenAPI describes it."""
    schema = {"type": "string", "title": "Id", "description": meaning, "examples": [str(example)]}
    return {"name": "id", "in": "path", "required": True, "description": meaning, "schema": schema}


def list_parameters(listing: Listing[Any, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return the parameters of a list as OpenAPI describes them."""
    directions = [f"{name}:{direction}" for name in listing.sorts for direction in ("asc", "desc")]
    return (
        *_pages(PageRequest().size, MAX_PAGE_SIZE),
        _parameter(
            "cursor",
            "Go on after a row, whatever the page: empty at first, then what `meta.next_cursor` was, by the same sort.",
            {"type": "string"},
        ),
        _parameter(
            "total",
            "With a cursor, whether all rows are counted: `exact`, `capped` (no further than "
            f"{FROM_THE_START.cap:,}). Anything else is the default.",
            {"type": "string", "default": Counting.NONE.value},
        ),
        _parameter(
            "sort",
            "The order: one of " + ", ".join(f"`{each}`" for each in directions) + ". Anything else is the default.",
            {"type": "string", "default": f"{listing.newest.value}:desc"},
        ),
        *_filters(listing),
    )


def slice_parameters() -> tuple[Mapping[str, Any], ...]:
    """Return the parameters of a bare array as OpenAPI describes them."""
    return tuple(_pages(FIRST_SLICE.size, MAX_SLICE_SIZE))


def _pages(size: int, max_size: int) -> Iterator[Mapping[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": max_size, "default": size}
    yield _parameter("limit", "Rows on a page.", limit)
    yield _parameter("page", "Which page.", {"type": "integer", "minimum": 1, "default": 1})


def _filters(listing: Listing[Any, Any]) -> Iterator[Mapping[str, Any]]:
    for name, (_, reader) in listing.filters.items():
        for operator in Operator:
            schema: Mapping[str, Any] = _SCHEMAS[reader]
            suffix = ""
            if operator is Operator.IN:
                schema, suffix = {"type": "array", "items": schema, "maxItems": MAX_CHOICES}, "[]"
            elif operator is Operator.EQ:
                schema = {"anyOf": [schema, {"const": "null"}]}
            yield _parameter(f"filters[{name}][{operator.value}]{suffix}", _MEANINGS[operator], schema)


def _parameter(name: str, description: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
