"""Anything at all as a path or as a header. Neither reaches the store."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service_engine import MemoryStore

fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def store():
    """Give the store in memory: nothing here depends on where things are kept."""
    return MemoryStore()


def not_found(response, *statuses):
    """Say that an answer has one of the statuses, and the one shape."""
    assert response.status_code in statuses, response.text
    if response.status_code != 200:
        assert (list(response.json()), response.json()["errors"]) == (["message", "errors"], {})


@fuzz
@given(
    method=st.sampled_from(["GET", "PUT", "DELETE"]),
    noun=st.sampled_from(
        ["clients", "services", "orders", "order-tasks", "order-messages", "proposals", "invoices", "tickets"]
    ),
    key=st.text(),
)
def test_paths(agency, method, noun, key):
    """Whatever stands in the path is not found."""
    path = quote(key.encode("utf-8", "replace").decode(), safe="")
    response = agency.send(method, f"/{noun}/{path}", json={})
    not_found(response, 404, 405, 200)  # 405 and 200: an empty key is the list itself


@fuzz
@given(header=st.binary(max_size=60))
def test_headers(agency, header):
    """Whatever the Authorization header is, it opens nothing."""
    not_found(agency.http.get("/api/tickets", headers={"Authorization": header}), 401)
