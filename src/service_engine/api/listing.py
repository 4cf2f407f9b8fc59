"""How a list is answered: by its page's number as the contract has it, or after a row when there is a cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from service_engine.api.gate import Gate
from service_engine.api.routes import answer
from service_engine.ports.lists import Field, SortField
from service_engine.schemas.lists import Listing, read_list, read_scroll
from service_engine.schemas.pages import keyset_wire, page_wire

__all__ = ["answer_list"]

F = TypeVar("F", bound=Field)
S = TypeVar("S", bound=SortField)


def answer_list(
    gate: Gate,
    request: Request,
    listing: Listing[F, S],
    *,
    by_number: Callable[..., Any],
    by_keyset: Callable[..., Any],
    show: Callable[[Any], Mapping[str, Any]],
    wire: Callable[..., Any] = page_wire,
) -> Response:
    """Tell who calls, read the query, and answer the page.

    Args:
        gate: Where requests come in.
        request: The request.
        listing: What the list can be filtered and sorted by.
        by_number: The use case that gives a page by its number.
        by_keyset: The use case that gives the page after a row.
        show: How one row is shown.
        wire: How a page by its number is shown.

    Raises:
        AuthenticationError: As for ``Gate.admit``.
        InvalidRequestError: As for ``read_list`` and ``read_scroll``.
    """
    org_id = gate.admit(request).organization_id
    query, path = request.query_params.multi_items(), gate.address(request)
    if "cursor" in request.query_params:
        scroll = read_scroll(listing, query)
        part = gate.store.read(org_id, by_keyset, filters=scroll.filters, sort=scroll.sort, page=scroll.page)
        return answer(keyset_wire(part, scroll, show, path=path))
    wanted = read_list(listing, query)
    page = gate.store.read(org_id, by_number, filters=wanted.filters, sort=wanted.sort, page=wanted.page)
    return answer(wire(page, wanted, show, path=path))
