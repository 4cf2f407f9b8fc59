"""Lists that go on after a row: each noun's, on an agency that has a few of everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service_engine.domain.ids import OrganizationId
from service_engine.ports.keysets import Counting, ExactTotal, KeysetRequest
from service_engine.ports.lists import PageRequest
from service_engine.testing.population import populate
from service_engine.usecases.clients import list_clients, scroll_clients
from service_engine.usecases.invoices import list_invoices, scroll_invoices
from service_engine.usecases.orders import list_orders, scroll_orders
from service_engine.usecases.proposals import list_proposals, scroll_proposals
from service_engine.usecases.services import list_services, scroll_services
from service_engine.usecases.tickets import list_tickets, scroll_tickets


@pytest.mark.parametrize(
    ("by_number", "by_keyset"),
    [
        (list_clients, scroll_clients),
        (list_services, scroll_services),
        (list_orders, scroll_orders),
        (list_proposals, scroll_proposals),
        (list_invoices, scroll_invoices),
        (list_tickets, scroll_tickets),
    ],
    ids=lambda use_case: use_case.__name__,
)
def test_scrolling_shows_what_the_list_has(store, by_number: Callable[..., Any], by_keyset: Callable[..., Any]):
    """Newest first, unless somebody wants it otherwise, and counted if somebody wants to know."""
    org_id: OrganizationId = populate(store).org_id
    whole = store.read(org_id, by_number, page=PageRequest(size=100))
    rows, after = [], None
    for _ in range(len(whole.rows)):
        page = store.read(org_id, by_keyset, page=KeysetRequest(size=1, after=after, counting=Counting.EXACT))
        assert page.total == ExactTotal(whole.total)
        rows += page.rows
        after = page.following
    assert (tuple(rows), after) == (whole.rows, None)
    assert store.read(org_id, by_keyset).rows == whole.rows[:20]
