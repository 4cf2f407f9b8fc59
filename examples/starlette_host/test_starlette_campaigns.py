"""The host's rows and the library's are committed together and rolled back together, on one event loop."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from starlette_campaigns import Agency, Campaign, create_app

from service_engine import OrganizationId, SqlStore
from service_engine.usecases.clients import list_clients
from service_engine.usecases.tickets import list_tickets

NOW = datetime(2026, 2, 7, 12, tzinfo=UTC)
SPRING = {"name": "spring", "email": "ann@example.com"}


@pytest.fixture
def file(tmp_path):
    """Give the name of a file of this test's own."""
    return tmp_path / "campaigns.db"


@pytest.fixture
def browser(file):
    """Give a client of the application while it runs."""
    with TestClient(create_app(file, now=lambda: NOW)) as browser:
        yield browser


def counted(file):
    """Count what was committed, from outside: campaigns, clients, tickets."""
    engine = create_engine(f"sqlite:///{file}")
    with Session(engine) as session:
        campaigns = session.scalar(select(func.count()).select_from(Campaign))
        org_id = OrganizationId(session.scalars(select(Agency.id)).one())
    engine.dispose()
    store = SqlStore.from_url(f"sqlite:///{file}")
    counts = campaigns, store.read(org_id, list_clients).total, store.read(org_id, list_tickets).total
    store.close()
    return counts


def test_a_campaign_its_client_and_its_ticket_are_committed_together(browser, file):
    """And each is shown by whoever it belongs to."""
    made = browser.post("/campaigns", json=SPRING)
    assert made.status_code == 201
    assert counted(file) == (1, 1, 1)
    assert browser.get("/campaigns").json() == ["spring"]
    shown = browser.get(f"/tickets/{made.json()['ticket_id']}").json()
    assert shown == {"subject": "Plan spring", "client": "ann@example.com"}


def test_what_the_host_refuses_rolls_back_what_the_library_wrote(browser, file):
    """The name of the campaign is taken: neither the new client nor their ticket is there."""
    browser.post("/campaigns", json=SPRING)
    answer = browser.post("/campaigns", json=SPRING | {"email": "new@example.com"})
    assert (answer.status_code, answer.json()["reasons"]) == (400, ["There is a campaign of this name."])
    assert counted(file) == (1, 1, 1)


def test_what_the_library_refuses_is_rolled_back_and_explained(browser, file):
    """The e-mail is taken: nothing of the host's is written, and the answer has the code and every reason."""
    browser.post("/campaigns", json=SPRING)
    answer = browser.post("/campaigns", json=SPRING | {"name": "summer"})
    assert (answer.status_code, answer.json()["code"]) == (400, "already_taken")
    assert answer.json()["reasons"][0] == "email: The email has already been taken."
    assert counted(file) == (1, 1, 1)


def test_what_is_not_there_is_404(browser):
    """Whatever the kind: the code says it."""
    answer = browser.get(f"/tickets/{uuid4()}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_many_requests_at_once_are_all_kept(file):
    """On one event loop, each in a session and a transaction of its own; SQLite lets them write one after the other."""
    app = create_app(file, now=lambda: NOW)

    async def main():
        wanted = [{"name": f"campaign {n}", "email": f"{n}@example.com"} for n in range(20)]
        async with app.router.lifespan_context(app), AsyncClient(transport=ASGITransport(app)) as browser:
            posts = (browser.post("http://host/campaigns", json=each) for each in wanted)
            return [answer.status_code for answer in await asyncio.gather(*posts)]

    assert asyncio.run(main()) == [201] * 20
    assert counted(file) == (20, 20, 20)


def test_the_agency_is_founded_once(browser, file):
    """Its row and the organisation together; the second start finds them."""
    browser.post("/campaigns", json=SPRING)
    with TestClient(create_app(file, now=lambda: NOW)) as later:
        assert later.get("/campaigns").json() == ["spring"]
    assert counted(file) == (1, 1, 1)
