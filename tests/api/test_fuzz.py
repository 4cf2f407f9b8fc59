"""Anything at all as a body, a query, a path or a header: never 5xx, always the one shape, nothing half done."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service_engine.api import create_app

UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"
KEYS = [
    "user_id", "subject", "status", "order_id", "employees", "tags", "note", "metadata", "name_f", "name_l", "email",
    "company", "address", "line_1", "country", "custom_fields", "status_id", "created_at", "id", "org_id",
]  # fmt: skip
texts = st.one_of(
    st.text(),
    st.text(st.characters(categories=["Cs", "Cc", "Zs"])),
    st.sampled_from(
        ["", " ", "null", UNKNOWN, "2026-02-07T12:00:00Z", "a@example.com", "x" * 300, "1", "\x00", "\ud800"]
    ),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-4, 4),
    st.floats(),
    texts,
    st.sampled_from([10**30, 1e308, -0.0]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=5),
    max_leaves=12,
)
plausible = {
    "user_id": st.sampled_from(["CLIENT", UNKNOWN]),
    "subject": st.text(min_size=1, max_size=20),
    "status": st.sampled_from([1, 2, 3, "3", 2.0]),
    "order_id": st.sampled_from([None, "", UNKNOWN]),
    "employees": st.lists(st.sampled_from(["EMPLOYEE", "EMPLOYEE", "CLIENT"]), max_size=2),
    "tags": st.lists(st.text(min_size=1, max_size=5), max_size=3),
    "note": st.none() | st.text(max_size=20),
    "metadata": st.dictionaries(
        st.text(max_size=3), st.integers(-(2**63) + 1, 2**63 - 1) | st.text(max_size=5), max_size=3
    ),
    "name_f": st.text(min_size=1, max_size=20),
    "name_l": st.text(min_size=1, max_size=20),
    "email": st.emails(),
    "company": st.none() | st.text(max_size=20),
    "address": st.none() | st.fixed_dictionaries({}, optional={"city": st.none() | st.text(max_size=9)}),
    "custom_fields": st.dictionaries(st.text(max_size=3), st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    "status_id": st.integers(0, 32_767),
    "created_at": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
}
bodies = st.one_of(
    st.fixed_dictionaries(plausible).map(json.dumps).map(str.encode),
    st.fixed_dictionaries({}, optional=plausible).map(json.dumps).map(str.encode),
    st.dictionaries(st.sampled_from(KEYS), values, max_size=8).map(json.dumps).map(str.encode),
    values.map(json.dumps).map(str.encode),
    st.binary(max_size=40),
)
names = st.one_of(
    st.sampled_from(["limit", "page", "sort", "filters"]),
    st.builds(
        "filters[{}][{}]{}".format,
        st.sampled_from(
            ["status", "user_id", "order_id", "created_at", "last_message_at", "id", "email", "balance", "x"]
        ),
        st.sampled_from(["$eq", "$lt", "$gt", "$in", "$ne", ""]),
        st.sampled_from(["", "", "[]", "[0]", "[x]"]),
    ),
    st.text(max_size=10),
)
queries = st.lists(st.tuples(names, texts | st.integers().map(str) | st.floats().map(str)), max_size=4)
fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def lenient(store, clock):
    """The API as a server sees it: a bug becomes an answer."""
    with TestClient(create_app(store, now=clock), raise_server_exceptions=False) as client:
        yield client


def everything(agency):
    """Return all that an organisation shows."""
    return [agency.get(path, limit="100").content for path in ("/clients", "/tickets")]


def well_formed(response):
    """Say that an answer is no 5xx, and has the one shape when it is no success."""
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        body = response.json()
        assert list(body) == ["message", "errors"]
        assert isinstance(body["message"], str)
        assert all(texts and all(isinstance(text, str) for text in texts) for texts in body["errors"].values())
        assert body["message"] == "The given data was invalid." or body["errors"] == {}
    return response


@pytest.fixture
def populated(agency, rival):
    """Fill two organisations; return the first one's ids, and what both show."""
    rival.new_ticket(rival.new_client()["id"], tags=["a"])
    client = agency.new_client()["id"]
    ticket = agency.new_ticket(client, tags=["a"])["id"]
    return {"clients": client, "tickets": ticket, "now": everything(agency), "theirs": everything(rival)}


@fuzz
@given(request_line=st.tuples(st.sampled_from(["POST", "PUT"]), st.sampled_from(["clients", "tickets"])), body=bodies)
def test_bodies(agency, rival, lenient, populated, request_line, body):
    """Whatever the body is, it is taken whole or refused whole, and the other organisation does not notice."""
    method, noun = request_line
    path = f"/api/{noun}" + (f"/{populated[noun]}" if method == "PUT" else "")
    header = {"Authorization": f"Bearer {agency.token}", "Content-Type": "application/json"}
    body = body.replace(b"CLIENT", populated["clients"].encode()).replace(b"EMPLOYEE", agency.employee_id.encode())
    response = well_formed(lenient.request(method, path, content=body, headers=header))
    event(f"{method} {noun} {response.status_code}")
    now = everything(agency)
    assert response.status_code < 400 or now == populated["now"]
    assert everything(rival) == populated["theirs"]
    populated["now"] = now


@fuzz
@given(noun=st.sampled_from(["clients", "tickets"]), query=queries)
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
