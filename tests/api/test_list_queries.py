"""What a list makes of a query, whatever store is behind it. Source: contract sections 1.7 to 1.9."""

import pytest
from starlette.testclient import TestClient

from service_engine import MemoryStore
from service_engine.api import Settings, create_app

LISTS = ["/tickets", "/clients", "/services", "/orders", "/proposals", "/invoices"]


@pytest.fixture
def store():
    """Give the store in memory: nothing here depends on where things are kept."""
    return MemoryStore()


@pytest.mark.parametrize("path", LISTS)
def test_no_rows(agency, path):
    """An empty list has one page, from 0 to 0."""
    meta = agency.get(path).json()["meta"]
    assert [meta[key] for key in ("current_page", "from", "to", "last_page", "total")] == [1, 0, 0, 1, 0]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "key"),
    [
        ({"limit": "0"}, "query.limit"),
        ({"limit": "101"}, "query.limit"),
        ({"page": "0"}, "query.page"),
        ({"page": str(2**63)}, "query.page"),
        ({"filters[bogus][$eq]": "1"}, "query.filters[bogus][$eq]"),
        ({"filters[created_at][$like]": "1"}, "query.filters[created_at][$like]"),
        ({"filters[created_at][$eq]": "x"}, "query.filters[created_at][$eq]"),
        ({"filters[created_at][$lt]": "today"}, "query.filters[created_at][$lt]"),
    ],
)
def test_what_a_list_refuses(agency, path, query, key):
    """A query that cannot be is 400, under the parameter's own name."""
    response = agency.get(path, params=query)
    assert (response.status_code, list(response.json()["errors"])) == (400, [key])
    assert response.json()["message"] == "The given data was invalid."


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("form", [{}, {"cursor": ""}], ids=["by number", "by cursor"])
def test_a_list_of_filters_has_an_end(agency, path, form):
    """So many that SQLite could not read the statement are refused as a whole."""
    response = agency.get(path, params={**form, "filters[created_at][$gt]": ["2026-02-07T00:00:00Z"] * 1000})
    assert response.status_code == 400
    assert response.json()["errors"] == {"query.filters": ["A list should have at most 100 filters"]}


@pytest.mark.parametrize(
    ("path", "query", "key"),
    [
        ("/services", {"filters[public][$eq]": "yes"}, "query.filters[public][$eq]"),
        ("/services", {"filters[recurring][$in][]": "x"}, "query.filters[recurring][$in]"),
        ("/services", {"filters[price][$lt]": "1.0001"}, "query.filters[price][$lt]"),
        ("/services", {"filters[name][$eq]": "\x00"}, "query.filters[name][$eq]"),
        ("/services", {"filters[folder_id][$eq]": "x"}, "query.filters[folder_id][$eq]"),
        ("/orders", {"filters[price][$gt]": "NaN"}, "query.filters[price][$gt]"),
        ("/orders", {"filters[invoice_id][$eq]": "x"}, "query.filters[invoice_id][$eq]"),
        ("/orders", {"filters[quantity][$eq]": "1"}, "query.filters[quantity][$eq]"),
        ("/orders", {"filters[date_due][$lt]": "null"}, "query.filters[date_due][$lt]"),
        ("/proposals", {"filters[id][$eq]": "x"}, "query.filters[id][$eq]"),
        ("/proposals", {"filters[status][$eq]": "Draft"}, "query.filters[status][$eq]"),
        ("/proposals", {"filters[client_email][$lt]": "\x00"}, "query.filters[client_email][$lt]"),
        ("/proposals", {"filters[total][$gt]": "1"}, "query.filters[total][$gt]"),
        ("/invoices", {"filters[id][$in][]": "x"}, "query.filters[id][$in]"),
        ("/invoices", {"filters[user_id][$eq]": "x"}, "query.filters[user_id][$eq]"),
        ("/invoices", {"filters[status][$gt]": "40000"}, "query.filters[status][$gt]"),
        ("/invoices", {"filters[date_due][$gt]": "2026-02-07"}, "query.filters[date_due][$gt]"),
        ("/invoices", {"filters[total][$gt]": "1"}, "query.filters[total][$gt]"),
    ],
)
def test_what_one_list_refuses(agency, path, query, key):
    """D55, D56: each field of a list takes values of its own kind only."""
    response = agency.get(path, params=query)
    assert (response.status_code, list(response.json()["errors"])) == (400, [key])


@pytest.mark.parametrize("noun", ["tasks", "messages"])
@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"limit": "0"}, ["query.limit"]),
        ({"limit": "501"}, ["query.limit"]),
        ({"limit": "x", "page": "0"}, ["query.limit", "query.page"]),
        ({"page": str(2**63)}, ["query.page"]),
    ],
)
def test_what_a_bare_array_refuses(agency, noun, query, keys):
    """D59: bounded, and checked before the order is looked for; other parameters are ignored."""
    path = f"/orders/0190163d-8694-739b-aea5-966c26f8ad91/{noun}"
    response = agency.get(path, params=query)
    assert (response.status_code, list(response.json()["errors"])) == (400, keys)
    assert agency.get(path, params={"sort": "x", "filters[x][$eq]": "1"}).status_code == 404


def test_a_base_url_leads_the_links(store, clock, agency):
    """With a base URL in the settings, links begin with it, whatever host the request named."""
    settings = Settings(base_url="https://api.example.com")
    with TestClient(create_app(store, settings=settings, now=clock)) as http:
        page = http.get("/api/tickets", headers={"Authorization": f"Bearer {agency.token}", "Host": "evil"}).json()
    assert page["meta"]["path"] == "https://api.example.com/api/tickets"
    assert page["links"]["first"] == "https://api.example.com/api/tickets?page=1&limit=20"
