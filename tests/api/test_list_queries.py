"""What a list makes of a query, whatever store is behind it. Source: contract sections 1.7 to 1.9."""

import pytest
from starlette.testclient import TestClient

from service_engine import MemoryStore
from service_engine.api import Settings, create_app


@pytest.fixture
def store():
    """Give the store in memory: nothing here depends on where things are kept."""
    return MemoryStore()


@pytest.mark.parametrize("path", ["/tickets", "/clients"])
def test_no_rows(agency, path):
    """An empty list has one page, from 0 to 0."""
    meta = agency.get(path).json()["meta"]
    assert [meta[key] for key in ("current_page", "from", "to", "last_page", "total")] == [1, 0, 0, 1, 0]


@pytest.mark.parametrize("path", ["/tickets", "/clients"])
@pytest.mark.parametrize(
    ("query", "key"),
    [
        ({"limit": "0"}, "query.limit"),
        ({"limit": "101"}, "query.limit"),
        ({"page": "0"}, "query.page"),
        ({"page": str(2**63)}, "query.page"),
        ({"filters[bogus][$eq]": "1"}, "query.filters[bogus][$eq]"),
        ({"filters[status][$like]": "1"}, "query.filters[status][$like]"),
        ({"filters[status][$eq]": "x"}, "query.filters[status][$eq]"),
        ({"filters[created_at][$lt]": "today"}, "query.filters[created_at][$lt]"),
    ],
)
def test_what_a_list_refuses(agency, path, query, key):
    """A query that cannot be is 400, under the parameter's own name."""
    response = agency.get(path, params=query)
    assert (response.status_code, list(response.json()["errors"])) == (400, [key])
    assert response.json()["message"] == "The given data was invalid."


def test_a_base_url_leads_the_links(store, clock, agency):
    """With a base URL in the settings, links begin with it, whatever host the request named."""
    settings = Settings(base_url="https://api.example.com")
    with TestClient(create_app(store, settings=settings, now=clock)) as http:
        page = http.get("/api/tickets", headers={"Authorization": f"Bearer {agency.token}", "Host": "evil"}).json()
    assert page["meta"]["path"] == "https://api.example.com/api/tickets"
    assert page["links"]["first"] == "https://api.example.com/api/tickets?page=1&limit=20"
