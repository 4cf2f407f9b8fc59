"""Anything at all as a body, a query, a path or a header: never 5xx, always the one shape, nothing half done."""

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.fuzzing import LISTS, WRITES, bodies, named, populate, queries, well_formed

from service_engine.api import create_app

fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def lenient(store, clock, gateway):
    """The API as a server sees it: a bug becomes an answer. Its gateway fails with some payment methods."""
    with TestClient(create_app(store, now=clock, gateway=gateway), raise_server_exceptions=False) as client:
        yield client


def everything(agency):
    """Return all that an organisation shows."""
    lists = [agency.get(f"/{noun}", limit="100") for noun in LISTS]
    parts = [f"/orders/{order['id']}/{noun}" for order in lists[2].json()["data"] for noun in ("tasks", "messages")]
    return [page.content for page in lists] + [agency.get(path).content for path in parts]


@pytest.fixture
def populated(agency, rival):
    """Two organisations with one of everything each; returns the ids of the first one's, by the words of the bodies."""
    return [populate(each) for each in (rival, agency)][1]


@pytest.fixture
def shown(agency, rival, populated):
    """Both organisations, each with what it showed after the last request."""
    assert populated
    return [(each, everything(each)) for each in (agency, rival)]


@fuzz
@given(write=st.sampled_from(WRITES), body=bodies)
def test_bodies(lenient, populated, shown, write, body):
    """Whatever the body is, it is taken whole or refused whole, and the other organisation does not notice."""
    (agency, before), (rival, theirs) = shown
    method, path = write
    body, path = named(body, path, populated)
    header = {"Authorization": f"Bearer {agency.token}", "Content-Type": "application/json"}
    response = well_formed(lenient.request(method, f"/api{path}", content=body, headers=header))
    event(f"{write} {response.status_code}")
    after = everything(agency)
    shown[0] = (agency, after)
    if response.status_code >= 400:
        assert after == before
    assert everything(rival) == theirs


@fuzz
@given(noun=st.sampled_from(LISTS), query=queries)
def test_queries(agency, lenient, populated, noun, query):
    """Whatever the query is, it is answered with a page or refused, and what is refused is named."""
    assert populated
    pairs = [(_utf8(name), _utf8(value)) for name, value in query]
    response = well_formed(
        lenient.get(f"/api/{noun}", params=pairs, headers={"Authorization": f"Bearer {agency.token}"})
    )
    assert response.status_code in {200, 400}
    if response.status_code == 400:
        assert all(key.startswith("query.") for key in response.json()["errors"])


def _utf8(text):
    return text.encode("utf-8", "replace").decode()
