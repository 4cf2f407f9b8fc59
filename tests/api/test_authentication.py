"""Who is let in. Source: contract section 1.2; part A "Rules"."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import define, field
from starlette.testclient import TestClient

from service_engine import MemoryStore
from service_engine.api import create_app
from service_engine.domain.ids import EmployeeId, UserId
from service_engine.usecases.organizations import issue_api_token

KEY = "0190163d-8694-739b-aea5-966c26f8ad91"
NOUNS = ("clients", "services", "orders", "proposals", "invoices", "tickets")
PATHS = [
    *((method, f"/{noun}") for noun in NOUNS for method in ("GET", "POST")),
    *((method, f"/{noun}/{KEY}") for noun in NOUNS for method in ("GET", "PUT", "DELETE") if noun != "proposals"),
    ("GET", f"/proposals/{KEY}"),
    *(("POST", f"/{path}") for path in (
        f"proposals/{KEY}/send", f"proposals/{KEY}/sign", f"invoices/{KEY}/charge", f"invoices/{KEY}/mark_paid",
    )),
]  # fmt: skip
UNAUTHORIZED = {"message": "Unauthorized", "errors": {}}


@pytest.fixture
def store():
    """Give the store in memory: nothing here depends on where things are kept."""
    return MemoryStore()


@define
class CountingDirectory:
    """A directory that counts what it is asked."""

    directory: Any
    reads: list[str] = field(factory=list)

    def token_grant(self, token_hash):
        """Count the question and pass it on."""
        self.reads.append(token_hash)
        return self.directory.token_grant(token_hash)


@define
class CountingStore:
    """A store whose directory counts, and that counts its own transactions."""

    store: Any
    directory: CountingDirectory
    runs: list[str] = field(factory=list)

    def run(self, org_id, use_case, /, *arguments, **keywords):
        """Note which use case it is and run it."""
        self.runs.append(use_case.__name__)
        return self.store.run(org_id, use_case, *arguments, **keywords)

    def read(self, *arguments, **keywords):
        """Run a query."""
        return self.store.read(*arguments, **keywords)


@pytest.fixture
def counting(store):
    """Give a store that counts."""
    return CountingStore(store, CountingDirectory(store.directory))


@pytest.fixture
def counted(counting, clock):
    """Give the API on it."""
    with TestClient(create_app(counting, now=clock)) as client:
        yield client


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_every_operation_needs_a_token(agency, method, path):
    """Without a token every operation is 401, and says nothing about how to get one."""
    response = agency.http.request(method, f"/api{path}", json={})
    assert (response.status_code, response.json()) == (401, UNAUTHORIZED)
    assert "www-authenticate" not in response.headers


@pytest.mark.parametrize(
    "form",
    [
        "",
        "{}",
        "Bearer",
        "Bearer ",
        "Bearer  {}",
        "Bearer {} x",
        "bearer {}",
        "BEARER {}",
        "Basic {}",
        "Token {}",
        "Bearer\t{}",
    ],
)
def test_malformed_headers(agency, counted, counting, form):
    """The scheme is exactly ``Bearer`` and one blank; a header without that form costs no read at all."""
    response = counted.get("/api/tickets", headers={"Authorization": form.replace("{}", agency.token)})
    assert (response.status_code, response.json()) == (401, UNAUTHORIZED)
    assert counting.directory.reads == []


@pytest.mark.parametrize("token", ["unknown", "{}x", "x{}", "\xff", "ü", "x" * 10_000])
def test_unknown_tokens(agency, token):
    """A token that nobody has is 401, whatever bytes it is made of."""
    response = agency.http.get(
        "/api/tickets", headers={"Authorization": b"Bearer " + token.replace("{}", agency.token).encode("latin-1")}
    )
    assert (response.status_code, response.json()) == (401, UNAUTHORIZED)


def test_one_read_and_a_note_once_a_minute(agency, counted, counting, clock):
    """A token costs one read; its use is written down at most once a minute."""
    header = {"Authorization": f"Bearer {agency.token}"}
    for _ in range(3):
        assert counted.get("/api/tickets", headers=header).status_code == 200
        clock.tick(seconds=19)
    assert counting.directory.reads == [hashlib.sha256(agency.token.encode()).hexdigest()] * 3
    assert counting.runs == ["note_token_use"]
    clock.tick(seconds=3)
    assert counted.get("/api/tickets", headers=header).status_code == 200
    assert counting.runs == ["note_token_use"] * 2


def test_expired_token(agency, store, clock):
    """A token is accepted until its time, and has expired from then on."""
    token = store.run(
        agency.org_id,
        issue_api_token,
        EmployeeId(UserId(UUID(agency.employee_id))),
        name="short",
        at=clock(),
        expires_at=clock() + timedelta(hours=1),
    )
    header = {"Authorization": f"Bearer {token}"}
    assert agency.http.get("/api/tickets", headers=header).status_code == 200
    clock.tick(hours=1)
    response = agency.http.get("/api/tickets", headers=header)
    assert (response.status_code, response.json()) == (401, {"message": "Token expired", "errors": {}})


def test_public_operations_ignore_the_token(agency):
    """Health and index do not look at a token, not even at a wrong one."""
    for path in ("/api", "/api/health"):
        assert agency.http.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 200
