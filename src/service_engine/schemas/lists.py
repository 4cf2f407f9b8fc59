"""Lists on the wire: limit, page, sort and filters in; data, links and meta out.

Source: contract sections 1.7 to 1.9; part A "Responses" (lists).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Final, Generic, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

from attrs import frozen
from pydantic import Field as Bounds
from pydantic import TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from service_engine.ports.lists import (
    MAX_PAGE_SIZE,
    MAX_SLICE_SIZE,
    Condition,
    Field,
    Operator,
    Page,
    PageRequest,
    Scalar,
    SliceRequest,
    Sort,
    SortField,
)
from service_engine.schemas.errors import EXACT
from service_engine.schemas.validation import InvalidRequestError

__all__ = [
    "MAX_CHOICES",
    "LinkedMetaWire",
    "LinkedPageWire",
    "LinksWire",
    "ListRequest",
    "Listing",
    "MetaWire",
    "PageLinkWire",
    "PageWire",
    "link_header",
    "linked_page_wire",
    "page_wire",
    "read_list",
    "read_slice",
]

F = TypeVar("F", bound=Field)
S = TypeVar("S", bound=SortField)
R = TypeVar("R")
W = TypeVar("W")
P = TypeVar("P", PageRequest, SliceRequest)
Reader: TypeAlias = Callable[[str], Scalar]
Query: TypeAlias = Iterable[tuple[str, str]]

MAX_CHOICES: Final = 1000
"""How many values one ``$in`` may have: what a request sets off must be bounded."""
_NUMBERED: Final = 10
"""How many pages get a link of their own."""

_FILTER: Final = re.compile(r"filters\[(?P<field>[^\[\]]*)\]\[(?P<operator>[^\[\]]*)\](?P<many>\[[0-9]*\])?", re.ASCII)
_LIMIT: Final = TypeAdapter(Annotated[int, Bounds(ge=1, le=MAX_PAGE_SIZE)])
_SLICE_LIMIT: Final = TypeAdapter(Annotated[int, Bounds(ge=1, le=MAX_SLICE_SIZE)])
_PAGE: Final = TypeAdapter(Annotated[int, Bounds(ge=1)])


@frozen(kw_only=True)
class Listing(Generic[F, S]):
    """What one list can be filtered and sorted by, in the wire's words.

    Args:
        filters: For each filter the field, and how its values are read from text.
        sorts: For each sort the field.
        newest: The field that it is sorted by, descending, when nothing else is asked for.
    """

    filters: Mapping[str, tuple[F, Reader]]
    sorts: Mapping[str, S]
    newest: S


@frozen(kw_only=True)
class ListRequest(Generic[F, S]):
    """A list as it was asked for.

    Args:
        filters: All of them hold together.
        sort: The order.
        page: Which page.
        carried: The sort and the filters as they were sent, for the links to other pages.
    """

    filters: tuple[Condition[F], ...]
    sort: Sort[S]
    page: PageRequest
    carried: tuple[tuple[str, str], ...]


def read_list(listing: Listing[F, S], query: Query) -> ListRequest[F, S]:
    """Read the query of a list. Parameters that no list knows are ignored.

    Raises:
        InvalidRequestError: A limit, a page or a filter that cannot be; every complaint at once.

    Example:
        >>> from service_engine.schemas.tickets import TICKET_LIST
        >>> wanted = read_list(TICKET_LIST, [("filters[status][$in][]", "1"), ("sort", "subject:asc"), ("page", "2")])
        >>> wanted.filters[0].value, wanted.sort.descending, wanted.page.number
        ((1,), False, 2)
    """
    pairs = list(query)
    last = dict(pairs)
    errors: dict[str, list[str]] = {}
    filters = _read_filters(listing, pairs, errors)
    page = _read_part(PageRequest, _LIMIT, last, errors)
    if errors:
        raise InvalidRequestError(errors)
    sort = [("sort", last["sort"])] if "sort" in last else []
    carried = tuple(sort + [(name, value) for name, value in pairs if _is_filter(name)])
    return ListRequest(filters=filters, sort=_read_sort(listing, last.get("sort", "")), page=page, carried=carried)


def _read_sort(listing: Listing[F, S], text: str) -> Sort[S]:
    name, _, direction = text.partition(":")
    if name not in listing.sorts:
        return Sort(listing.newest)
    return Sort(listing.sorts[name], descending=direction != "asc")


def _read_part(kind: type[P], limit: TypeAdapter[int], last: Mapping[str, str], errors: dict[str, list[str]]) -> P:
    given = {name: last[name] for name in ("limit", "page") if name in last}
    adapters = {"limit": limit, "page": _PAGE}
    values = {name: _read_integer(adapters[name], name, text, errors) for name, text in given.items()}
    size, number = values.get("limit", kind().size), values.get("page", 1)
    if errors:
        return kind()
    try:
        return kind(number=number, size=size)
    except ValueError as error:
        errors["query.page"] = [str(error)]
        return kind()


def _read_integer(adapter: TypeAdapter[int], name: str, text: str, errors: dict[str, list[str]]) -> int:
    try:
        return adapter.validate_python(text)
    except ValidationError as error:
        errors[f"query.{name}"] = [each["msg"] for each in error.errors(include_url=False)]
        return 1


def _read_filters(listing: Listing[F, S], pairs: Query, errors: dict[str, list[str]]) -> tuple[Condition[F], ...]:
    conditions: list[Condition[F]] = []
    choices: dict[str, list[str]] = {}
    for name, value in pairs:
        if not _is_filter(name):
            continue
        match = _FILTER.fullmatch(name)
        operator = _operator(match)
        if match is None or operator is None or match["field"] not in listing.filters:
            key = f"query.filters[{match['field']}][{match['operator']}]" if match else f"query.{name}"
            errors[key] = ["This filter is not known"]
        elif operator is Operator.IN:
            choices.setdefault(match["field"], []).append(value)
        else:
            conditions += _condition(listing, match["field"], operator, [value], errors)
    for field, values in choices.items():
        conditions += _condition(listing, field, Operator.IN, values, errors)
    return tuple(conditions)


def _is_filter(name: str) -> bool:
    return name == "filters" or name.startswith("filters[")


def _operator(match: re.Match[str] | None) -> Operator | None:
    if match is None or match["operator"] not in {each.value for each in Operator}:
        return None
    operator = Operator(match["operator"])
    return None if match["many"] and operator is not Operator.IN else operator


def _condition(
    listing: Listing[F, S], name: str, operator: Operator, texts: list[str], errors: dict[str, list[str]]
) -> list[Condition[F]]:
    field, read = listing.filters[name]
    if operator is Operator.EQ and texts == ["null"]:
        return [Condition(field, operator, None)]
    key = f"query.filters[{name}][{operator.value}]"
    if len(texts) > MAX_CHOICES:
        errors[key] = [f"A filter should have at most {MAX_CHOICES} values"]
        return []
    try:
        values = tuple(read(text) for text in texts)
    except ValueError as error:
        errors[key] = [str(error)]
        return []
    return [Condition(field, operator, values if operator is Operator.IN else values[0])]


@with_config(EXACT)
class LinksWire(TypedDict):
    """Where the first, the last, the previous and the next page are; they keep limit, sort and filters."""

    first: str
    last: str
    prev: str | None
    next: str | None


# Which rows of how many the page shows. Not a class, because "from" is a word of Python's.
MetaWire = TypedDict(
    "MetaWire",
    {"current_page": int, "from": int, "to": int, "last_page": int, "per_page": int, "total": int, "path": str},
)
with_config(EXACT)(MetaWire)


@with_config(EXACT)
class PageWire(TypedDict, Generic[W]):
    """One page of a list."""

    data: list[W]
    links: LinksWire
    meta: MetaWire


def page_wire(page: Page[R], wanted: ListRequest[F, S], show: Callable[[R], W], *, path: str) -> PageWire[W]:
    """Return a page as the wire shows it.

    Args:
        page: The rows and the total.
        wanted: What was asked for.
        show: How one row is shown.
        path: The list's own address, without a query.

    Source:
        Contract section 1.7.
    """
    number, size = wanted.page.number, wanted.page.size
    last = max(1, -(-page.total // size))
    return {
        "data": [show(row) for row in page.rows],
        "links": {
            "first": _link(wanted, path, 1),
            "last": _link(wanted, path, last),
            "prev": _link(wanted, path, number - 1) if number > 1 else None,
            "next": _link(wanted, path, number + 1) if number < last else None,
        },
        "meta": {
            "current_page": number,
            "from": wanted.page.offset + 1 if page.rows else 0,
            "to": wanted.page.offset + len(page.rows) if page.rows else 0,
            "last_page": last,
            "per_page": size,
            "total": page.total,
            "path": path,
        },
    }


@with_config(EXACT)
class PageLinkWire(TypedDict):
    """A link for people to a page; url is null where there is none."""

    url: str | None
    label: str
    active: bool


@with_config(EXACT)
class LinkedMetaWire(MetaWire):
    """Which rows of how many the page shows, and links to the pages around it."""

    links: list[PageLinkWire]


@with_config(EXACT)
class LinkedPageWire(TypedDict, Generic[W]):
    """One page of a list, with links for people."""

    data: list[W]
    links: LinksWire
    meta: LinkedMetaWire


def linked_page_wire(
    page: Page[R], wanted: ListRequest[F, S], show: Callable[[R], W], *, path: str
) -> LinkedPageWire[W]:
    """Return a page as the wire shows it where ``meta`` has links: Previous, the first ten pages, Next.

    Args:
        page: The rows and the total.
        wanted: What was asked for.
        show: How one row is shown.
        path: The list's own address, without a query.

    Source:
        Contract section 1.7 (``meta.links``); part A "Responses" (on proposals only).
    """
    wire = page_wire(page, wanted, show, path=path)
    links, current = wire["links"], wanted.page.number
    numbered: list[PageLinkWire] = [
        {"url": _link(wanted, path, number), "label": str(number), "active": number == current}
        for number in range(1, min(wire["meta"]["last_page"], _NUMBERED) + 1)
    ]
    back: PageLinkWire = {"url": links["prev"], "label": "Previous", "active": False}
    forth: PageLinkWire = {"url": links["next"], "label": "Next", "active": False}
    return {"data": wire["data"], "links": links, "meta": {**wire["meta"], "links": [back, *numbered, forth]}}


def _link(wanted: ListRequest[F, S], path: str, to: int) -> str:
    query = urlencode([("page", to), ("limit", wanted.page.size), *wanted.carried], safe=":$", quote_via=quote)
    return f"{path}?{query}"


def read_slice(query: Query) -> SliceRequest:
    """Read the query of a bare array. Other parameters are ignored.

    Raises:
        InvalidRequestError: A limit or a page that cannot be; every complaint at once.

    Source:
        Contract part A "Responses" (task list, order messages).

    Example:
        >>> read_slice([("page", "2")])
        SliceRequest(number=2, size=100)
    """
    errors: dict[str, list[str]] = {}
    wanted = _read_part(SliceRequest, _SLICE_LIMIT, dict(query), errors)
    if errors:
        raise InvalidRequestError(errors)
    return wanted


def link_header(wanted: SliceRequest, *, more: bool, path: str) -> str | None:
    """Return the ``Link`` header of a bare array: where its previous and its next part are, None when there is neither.

    Args:
        wanted: The part that was asked for.
        more: Whether others come after it.
        path: The list's own address, without a query.

    Source:
        RFC 8288; contract part A "Responses".

    Example:
        >>> link_header(SliceRequest(), more=True, path="/api/orders/7/tasks")
        '</api/orders/7/tasks?page=2&limit=100>; rel="next"'
    """
    parts = [(wanted.number - 1, "prev")] if wanted.number > 1 else []
    parts += [(wanted.number + 1, "next")] if more else []
    links = [f'<{path}?page={number}&limit={wanted.size}>; rel="{relation}"' for number, relation in parts]
    return ", ".join(links) or None
