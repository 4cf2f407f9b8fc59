"""Pages of a list as they are sent: data, links and meta.

Source: contract section 1.7; part A "Responses" (lists). Keyset pages are an addition to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar
from urllib.parse import quote, urlencode

from pydantic import with_config
from typing_extensions import TypedDict

from service_engine.ports.keysets import CappedTotal, KeysetPage, Total
from service_engine.ports.lists import Field, Page, SortField
from service_engine.schemas.errors import EXACT
from service_engine.schemas.lists import ListRequest, ScrollRequest

__all__ = [
    "KeysetLinksWire",
    "KeysetMetaWire",
    "KeysetPageWire",
    "KeysetTotalWire",
    "LinkedMetaWire",
    "LinkedPageWire",
    "LinksWire",
    "MetaWire",
    "PageLinkWire",
    "PageWire",
    "keyset_wire",
    "linked_page_wire",
    "page_wire",
]

F = TypeVar("F", bound=Field)
S = TypeVar("S", bound=SortField)
R = TypeVar("R")
W = TypeVar("W")

_NUMBERED: Final = 10
"""How many pages get a link of their own."""


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

    Example:
        >>> from service_engine.schemas.lists import read_list
        >>> from service_engine.schemas.services import SERVICE_LIST
        >>> wanted = read_list(SERVICE_LIST, [("limit", "2"), ("page", "2")])
        >>> page = page_wire(Page((3, 4), total=5), wanted, lambda row: {"id": row}, path="/api/services")
        >>> page["data"], page["meta"]["last_page"], page["links"]["next"]
        ([{'id': 3}, {'id': 4}], 3, '/api/services?page=3&limit=2')
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

    Example:
        >>> from service_engine.schemas.lists import read_list
        >>> from service_engine.schemas.proposals import PROPOSAL_LIST
        >>> wanted = read_list(PROPOSAL_LIST, [("limit", "2")])
        >>> page = linked_page_wire(Page((1, 2), total=3), wanted, lambda row: {"id": row}, path="/api/proposals")
        >>> [link["label"] for link in page["meta"]["links"]]
        ['Previous', '1', '2', 'Next']
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
    return _address(path, [("page", to), ("limit", wanted.page.size), *wanted.carried])


@with_config(EXACT)
class KeysetLinksWire(TypedDict):
    """Where the first and the next page are; they keep limit, sort, filters and the count."""

    first: str
    next: str | None


class KeysetTotalWire(TypedDict, total=False):
    """How many rows there are: ``exact`` is their number, ``more_than`` is where counting stopped."""

    exact: int
    more_than: int


with_config(EXACT)(KeysetTotalWire)


@with_config(EXACT)
class KeysetMetaWire(TypedDict):
    """What the page is; total is null when nobody wanted to know."""

    per_page: int
    next_cursor: str | None
    total: KeysetTotalWire | None
    path: str


@with_config(EXACT)
class KeysetPageWire(TypedDict, Generic[W]):
    """One page of a list that goes on after a row."""

    data: list[W]
    links: KeysetLinksWire
    meta: KeysetMetaWire


def keyset_wire(
    page: KeysetPage[R, S], wanted: ScrollRequest[F, S], show: Callable[[R], W], *, path: str
) -> KeysetPageWire[W]:
    """Return a keyset page as the wire shows it.

    Args:
        page: The rows, and where the next page begins.
        wanted: What was asked for.
        show: How one row is shown.
        path: The list's own address, without a query.

    Example:
        >>> from service_engine.schemas.lists import read_scroll
        >>> from service_engine.schemas.services import SERVICE_LIST
        >>> wanted = read_scroll(SERVICE_LIST, [("cursor", ""), ("limit", "2")])
        >>> page = keyset_wire(KeysetPage((1, 2), None, None), wanted, lambda row: {"id": row}, path="/api/services")
        >>> page["data"], page["links"]
        ([{'id': 1}, {'id': 2}], {'first': '/api/services?cursor=&limit=2', 'next': None})
    """
    following = None if page.following is None else page.following.token
    return {
        "data": [show(row) for row in page.rows],
        "links": {
            "first": _cursor_link(wanted, path, ""),
            "next": None if following is None else _cursor_link(wanted, path, following),
        },
        "meta": {
            "per_page": wanted.page.size,
            "next_cursor": following,
            "total": None if page.total is None else _total_wire(page.total),
            "path": path,
        },
    }


def _total_wire(total: Total) -> KeysetTotalWire:
    return {"more_than": total.more_than} if isinstance(total, CappedTotal) else {"exact": total.rows}


def _cursor_link(wanted: ScrollRequest[F, S], path: str, cursor: str) -> str:
    return _address(path, [("cursor", cursor), ("limit", wanted.page.size), *wanted.carried])


def _address(path: str, query: list[tuple[str, str | int]]) -> str:
    return f"{path}?{urlencode(query, safe=':$', quote_via=quote)}"
