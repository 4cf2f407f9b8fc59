"""What is asked of lists: limit, page or cursor, sort and filters.

Source: contract sections 1.7 to 1.9; part A "Responses" (lists).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Final, Generic, TypeAlias, TypeVar

from attrs import frozen
from pydantic import Field as Bounds
from pydantic import TypeAdapter, ValidationError

from service_engine.errors import RuleViolationError
from service_engine.ports.keysets import FROM_THE_START, Counting, Cursor, KeysetRequest, read_cursor
from service_engine.ports.lists import (
    MAX_CONDITIONS,
    MAX_PAGE_SIZE,
    MAX_SLICE_SIZE,
    Condition,
    Field,
    Operator,
    PageRequest,
    Scalar,
    SliceRequest,
    Sort,
    SortField,
)
from service_engine.schemas.validation import InvalidRequestError

__all__ = [
    "MAX_CHOICES",
    "ListRequest",
    "Listing",
    "ScrollRequest",
    "link_header",
    "read_list",
    "read_scroll",
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

    Example:
        >>> from service_engine.schemas.tickets import TICKET_LIST
        >>> field, read = TICKET_LIST.filters["user_id"]
        >>> field, read("0190163d-8694-739b-aea5-966c26f8ad91")
        (<TicketFilter.CLIENT_ID: 'client_id'>, UUID('0190163d-8694-739b-aea5-966c26f8ad91'))
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

    Example:
        >>> from service_engine.schemas.tickets import TICKET_LIST
        >>> wanted = read_list(TICKET_LIST, [("filters[status][$eq]", "3"), ("page", "2")])
        >>> wanted.page, wanted.carried
        (PageRequest(number=2, size=20), (('filters[status][$eq]', '3'),))
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
    sort = _read_sort(listing, last.get("sort", ""))
    return ListRequest(filters=filters, sort=sort, page=page, carried=_carried(pairs, "sort"))


@frozen(kw_only=True)
class ScrollRequest(Generic[F, S]):
    """A list that goes on after a row, as it was asked for.

    Args:
        filters: All of them hold together.
        sort: The order.
        page: Which page.
        carried: The sort, the count and the filters as they were sent, for the links to other pages.

    Example:
        >>> from service_engine.schemas.tickets import TICKET_LIST
        >>> wanted = read_scroll(TICKET_LIST, [("cursor", ""), ("sort", "subject:asc")])
        >>> wanted.sort, wanted.page.after, wanted.carried
        (Sort(field=<TicketSort.SUBJECT: 'subject'>, descending=False), None, (('sort', 'subject:asc'),))
    """

    filters: tuple[Condition[F], ...]
    sort: Sort[S]
    page: KeysetRequest[S]
    carried: tuple[tuple[str, str], ...]


def read_scroll(listing: Listing[F, S], query: Query) -> ScrollRequest[F, S]:
    """Read the query of a list that has a ``cursor``; an empty one asks for the first page. Its pages have no numbers.

    Raises:
        InvalidRequestError: A limit, a cursor or a filter that cannot be; every complaint at once.

    Example:
        >>> from service_engine.schemas.tickets import TICKET_LIST
        >>> read_scroll(TICKET_LIST, [("cursor", ""), ("limit", "50"), ("total", "capped")]).page
        KeysetRequest(size=50, after=None, counting=<Counting.CAPPED: 'capped'>, cap=1000)
    """
    pairs = list(query)
    last = dict(pairs)
    errors: dict[str, list[str]] = {}
    filters = _read_filters(listing, pairs, errors)
    sort = _read_sort(listing, last.get("sort", ""))
    size = _read_integer(_LIMIT, "limit", last["limit"], errors) if "limit" in last else FROM_THE_START.size
    after = _read_cursor(last["cursor"], sort, errors)
    if errors:
        raise InvalidRequestError(errors)
    page = KeysetRequest(size=size, after=after, counting=_counting(last.get("total", "")))
    return ScrollRequest(filters=filters, sort=sort, page=page, carried=_carried(pairs, "sort", "total"))


def _carried(pairs: Iterable[tuple[str, str]], *names: str) -> tuple[tuple[str, str], ...]:
    last = dict(pairs)
    chosen = [(name, last[name]) for name in names if name in last]
    return (*chosen, *((name, value) for name, value in pairs if _is_filter(name)))


def _read_cursor(token: str, sort: Sort[S], errors: dict[str, list[str]]) -> Cursor[S] | None:
    try:
        return read_cursor(token, sort) if token else None
    except RuleViolationError:
        errors["query.cursor"] = ["Input should be the cursor of a page in the same order"]
        return None


def _counting(text: str) -> Counting:
    return Counting(text) if text in {each.value for each in Counting} else Counting.NONE


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
    if len(conditions) > MAX_CONDITIONS:
        errors["query.filters"] = [f"A list should have at most {MAX_CONDITIONS} filters"]
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
