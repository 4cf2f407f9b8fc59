"""Health, index, and the answers for what is not there."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from fastapi import Depends, FastAPI, HTTPException
from starlette.testclient import TestClient

from service_engine import MemoryStore
from service_engine.api import Settings, about, create_app, tickets
from service_engine.api.errors import answer_to
from service_engine.api.gate import Gate
from service_engine.errors import ConflictError
from service_engine.testing import populate


@pytest.fixture
def http(clock):
    """Give the API with a small limit and one origin, on an empty store."""
    settings = Settings(max_body_bytes=1000, cors_origins=("https://a.example",))
    with TestClient(create_app(MemoryStore(), settings=settings, now=clock)) as client:
        yield client


def test_health(http):
    """Health needs no token and tells the time to the microsecond, in UTC."""
    response = http.get("/api/health")
    assert response.status_code == 200
    assert response.json() == {
        "status": "healthy",
        "version": "1.0.0",
        "timestamp": "2026-02-07T12:00:00.000000+00:00",
    }


def test_index(http):
    """The index names the resources, literally as the contract has them."""
    assert http.get("/api").json() == {
        "name": "Service Engine X API",
        "version": "1.0.0",
        "endpoints": {
            "health": "/api/health",
            "clients": "/api/clients",
            "services": "/api/services",
            "orders": "/api/orders",
            "proposals": "/api/proposals",
            "invoices": "/api/invoices",
            "tickets": "/api/tickets",
        },
    }


@pytest.mark.parametrize("path", ["/", "/x", "/api/x", "/api/tickets/1/x", "/redoc", "/api/clients/a/b", "/%00"])
def test_unknown_route(http, path):
    """A path that is not there is 404 in the one shape."""
    response = http.get(path)
    assert (response.status_code, response.json()) == (404, {"message": "Not Found", "errors": {}})


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/api/clients", "GET, POST"),
        ("DELETE", "/api/tickets", "GET, POST"),
        ("POST", "/api/tickets/1", "GET, PUT, DELETE"),
        ("POST", "/api/health", "GET"),
        ("OPTIONS", "/api", "GET"),
        ("TRACE", "/api", "GET"),
    ],
)
def test_unknown_method(http, method, path, allowed):
    """A method that the path does not have is 405, and told which ones it has."""
    response = http.request(method, path)
    assert (response.status_code, response.json()) == (405, {"message": "Method Not Allowed", "errors": {}})
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/api/tickets/", "/api/clients/", "/api/health/", "/api/tickets/1/"])
def test_trailing_slash(http, path):
    """A slash at the end redirects to the path without it, keeping method and query."""
    response = http.get(path, params={"page": "2"}, follow_redirects=False)
    assert response.status_code == 307
    assert response.headers["location"] == f"http://testserver{path[:-1]}?page=2"


def test_body_too_large(http):
    """A body over the limit is 413, whether it says so at once or only turns out to be."""
    for content in (b"x" * 1001, iter([b"x" * 600, b"x" * 600])):
        response = http.post("/api/tickets", content=content)
        assert (response.status_code, response.json()) == (413, {"message": "Content Too Large", "errors": {}})
    assert http.post("/api/tickets", content=b" " * 1000).status_code == 400


@pytest.mark.parametrize("length", ["9" * 5000, "1001"])
def test_announced_body_too_large(http, length):
    """What the header announces is believed, however many digits it has."""
    assert http.post("/api/tickets", content=b"", headers={"Content-Length": length}).status_code == 413


def test_cors_is_for_configured_origins_only(http):
    """A configured origin is let in; another one is refused in the one shape; without settings there is no CORS."""
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    ours = http.options("/api/tickets", headers={"Origin": "https://a.example", **asked})
    assert (ours.status_code, ours.headers["access-control-allow-origin"]) == (200, "https://a.example")
    other = http.options("/api/tickets", headers={"Origin": "https://b.example", **asked})
    assert (other.status_code, other.json()["errors"]) == (400, {})
    assert "access-control-allow-origin" not in other.headers
    with TestClient(create_app(MemoryStore())) as plain:
        response = plain.get("/api", headers={"Origin": "https://a.example"})
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_pages_of_other_origins_may_read_every_header(http):
    """What a browser does not show to scripts unasked is named: where the next part of a list is, what a path takes."""
    unasked = {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified"}
    store = MemoryStore()
    found = populate(store)
    settings = Settings(cors_origins=("https://a.example",))
    with TestClient(create_app(store, settings=settings), headers={"Origin": "https://a.example"}) as client:
        token = {"Authorization": f"Bearer {found.bootstrap.token}"}
        tasks = client.get(f"/api/orders/{found.orders[0].id}/tasks", params={"page": "2", "limit": "1"}, headers=token)
        answers = [tasks, client.patch("/api/health"), client.get("/api/clients"), client.get("/api")]
    assert ("link" in answers[0].headers, "allow" in answers[1].headers) == (True, True)
    for each in answers:
        exposed = {name.strip().lower() for name in each.headers["access-control-expose-headers"].split(",")}
        shown = {name for name in each.headers if not name.startswith("access-control-") and name != "vary"}
        assert shown - unasked <= exposed


def test_a_bug_is_answered_in_the_one_shape(clock):
    """An error that nobody foresaw is 500, in the same shape, and is raised again for the server to log."""
    store = MemoryStore()
    store.close()

    def broken_clock():
        raise ZeroDivisionError

    app = create_app(store, now=broken_clock)
    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.get("/api/health")
    assert (response.status_code, response.json()) == (500, {"message": "Internal Server Error", "errors": {}})
    with TestClient(app) as client, pytest.raises(ZeroDivisionError):
        client.get("/api/health")


def test_a_conflict_that_outlives_its_retries():
    """What somebody else changed again and again is 409, in the one shape."""
    answer = answer_to(ConflictError("ticket", 7))
    assert answer is not None
    assert (answer.status_code, answer.body) == (409, b'{"message":"Conflict","errors":{}}')


def test_the_clock_of_the_system():
    """Without a clock of its own the API tells the system's time."""
    with TestClient(create_app(MemoryStore())) as client:
        told = datetime.fromisoformat(client.get("/api/health").json()["timestamp"])
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=1)


def test_a_caller_who_hangs_up_is_no_bug():
    """A connection that is lost in the middle of a body ends quietly, as a bad request."""
    sent: list[dict[str, object]] = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope: dict[str, object] = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/api/tickets", "raw_path": b"/api/tickets",
        "root_path": "", "scheme": "http", "query_string": b"", "headers": [], "server": ("a", 80), "client": None,
    }  # fmt: skip
    anyio.run(create_app(MemoryStore()), scope, receive, send)
    assert [message.get("status") for message in sent] == [400, None]


def test_a_host_may_include_a_resource(clock):
    """A resource's router answers in its own shape inside any application, which keeps its own for the rest."""
    host = FastAPI()
    gate = Gate(store=MemoryStore(), now=clock, settings=Settings())
    host.include_router(tickets.build_router(gate), prefix="/desk")
    with TestClient(host) as client:
        ours, theirs = client.get("/desk/tickets"), client.get("/desk")
        described = client.get("/openapi.json").json()["paths"]
    assert (ours.status_code, ours.json()) == (401, {"message": "Unauthorized", "errors": {}})
    assert (theirs.status_code, theirs.json()) == (404, {"detail": "Not Found"})
    assert set(described) == {"/desk/tickets", "/desk/tickets/{id}"}


def test_a_host_adds_conditions_of_its_own(clock):
    """What a host makes a resource depend on is asked before the resource is."""

    def refuse():
        raise HTTPException(418)

    host = FastAPI()
    gate = Gate(store=MemoryStore(), now=clock, settings=Settings())
    host.include_router(tickets.build_router(gate), dependencies=[Depends(refuse)])
    with TestClient(host) as client:
        assert [client.get(path).status_code for path in ("/tickets", "/tickets/x")] == [418, 418]


def test_a_host_is_known_in_the_operations(clock):
    """What a host's middleware keeps for a request, as those that trace do, is there where the operation runs."""
    kept, seen = ContextVar("kept", default=""), []

    def now():
        seen.append(kept.get())
        return clock()

    app = create_app(MemoryStore(), now=now)

    async def host(scope, receive, send):
        kept.set(scope["path"])
        await app(scope, receive, send)

    assert TestClient(host).get("/api/health").status_code == 200
    assert seen == ["/api/health"]


def test_as_many_at_a_time_as_the_settings_say(clock):
    """Operations run in threads of the gate's own, so many at a time."""
    there = threading.Barrier(3)
    running: list[None] = []
    most: list[int] = []

    def now():
        running.append(None)
        there.wait(timeout=30)  # fewer at a time would wait for ever
        time.sleep(0.1)  # more would come meanwhile
        most.append(len(running))
        running.pop()
        return clock()

    gate = Gate(store=MemoryStore(), now=now, settings=Settings(threads=3))
    app = FastAPI()
    app.include_router(about.build_router(gate))
    with TestClient(app) as client, ThreadPoolExecutor(6) as callers:
        answers = list(callers.map(lambda _: client.get("/api/health").status_code, range(6)))
    assert (answers, max(most)) == ([200] * 6, 3)


@pytest.mark.parametrize("host", ["[::1", "a b", "evil.example/x?", "\xff", ""])
def test_hosts_that_are_none(http, host):
    """A Host header that is no host breaks nothing."""
    for path in ("/api", "/api/", "/api/tickets"):
        assert http.get(path, headers={"Host": host.encode("latin-1")}, follow_redirects=False).status_code < 500


def test_settings_are_checked():
    """Settings that cannot work are refused when they are made."""
    for wrong in ({"base_url": "http://a/"}, {"max_body_bytes": 0}, {"threads": 0}):
        with pytest.raises(ValueError, match="must"):
            Settings(**wrong)
