"""The host's rows and the library's are committed together and rolled back together; the mounted router sees both."""

from datetime import UTC, datetime
from errno import ENOSPC

import pytest
from fastapi.testclient import TestClient
from fastapi_campaigns import Campaign, Login, create_app, open_database
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

NOW = datetime(2026, 2, 7, 12, tzinfo=UTC)
SPRING = {"name": "spring", "email": "ann@example.com", "first_name": "Ann", "last_name": "Lee"}


@pytest.fixture
def engine(tmp_path):
    """Give an engine on a file of this test's own."""
    engine = open_database(f"sqlite:///{tmp_path / 'campaigns.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def app(engine):
    """Give the application."""
    return create_app(engine, now=lambda: NOW)


@pytest.fixture
def acme(app):
    """Give a browser that is logged in at an agency."""
    return logged_in(app, "Acme")


def full(_):
    """Fail as a COMMIT does when the disk is full."""
    raise OSError(ENOSPC, "no space left")


def logged_in(app, name):
    """Sign up an agency, and return a browser with its key."""
    founded = TestClient(app).post("/agencies", json={"name": name, "email": "boss@example.com"})
    assert founded.status_code == 201
    return TestClient(app, headers={"X-Key": founded.json()["key"]})


def counted(engine, browser):
    """Count what was committed: campaigns, and by the mounted router clients and tickets."""
    with Session(engine) as session:
        campaigns = session.scalar(select(func.count()).select_from(Campaign))
    return campaigns, *(browser.get(f"/desk/{each}").json()["meta"]["total"] for each in ("clients", "tickets"))


def test_a_campaign_its_client_and_its_ticket_are_committed_together(engine, acme):
    """The host's endpoint wrote all three; the library's operations show two of them."""
    made = acme.post("/campaigns", json=SPRING)
    assert made.status_code == 201
    assert counted(engine, acme) == (1, 1, 1)
    assert acme.get("/campaigns").json() == ["spring"]
    assert acme.get(f"/desk/tickets/{made.json()['ticket_id']}").json()["subject"] == "Plan spring"


def test_what_the_host_refuses_rolls_back_what_the_library_wrote(engine, acme):
    """The name of the campaign is taken: the new client is not there either."""
    acme.post("/campaigns", json=SPRING)
    answer = acme.post("/campaigns", json=SPRING | {"email": "new@example.com"})
    assert (answer.status_code, answer.json()["message"]) == (400, "There is a campaign of this name.")
    assert counted(engine, acme) == (1, 1, 1)


def test_what_the_library_refuses_rolls_back_what_the_host_wrote(engine, acme):
    """The subject of the ticket is too long, after the campaign was written; the answer has the library's shape."""
    answer = acme.post("/campaigns", json=SPRING | {"name": "x" * 300})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["subject"])
    assert counted(engine, acme) == (0, 0, 0)


def test_what_cannot_be_committed_is_not_answered_as_done(engine, app, acme):
    """The commit comes before the answer: if it fails, the answer says so, and nothing is there."""
    event.listen(app.state.sessions, "before_commit", full)
    key = acme.headers["X-Key"]
    answer = TestClient(app, headers={"X-Key": key}, raise_server_exceptions=False).post("/campaigns", json=SPRING)
    assert answer.status_code == 500
    assert counted(engine, acme) == (0, 0, 0)


def test_a_sign_up_is_both_or_nothing(engine, app):
    """The library refuses the name, and there is no log-in; it takes another one, and there is one."""
    browser = TestClient(app)
    assert browser.post("/agencies", json={"name": " ", "email": "boss@example.com"}).status_code == 400
    assert browser.post("/agencies", json={"name": "Acme", "email": "boss@example.com"}).status_code == 201
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Login)) == 1


def test_the_hosts_log_in_is_everybodys(app):
    """Without a key, both kinds of routes answer 401, in the same shape."""
    answers = [TestClient(app).get(each, headers={"X-Key": "wrong"}) for each in ("/campaigns", "/desk/tickets")]
    assert [(each.status_code, each.json()["message"]) for each in answers] == [(401, "Unauthorized")] * 2


def test_nothing_crosses_agencies(app, acme):
    """What one has is nothing to the other, by both kinds of routes."""
    ticket_id = acme.post("/campaigns", json=SPRING).json()["ticket_id"]
    rival = logged_in(app, "Rival")
    assert rival.get("/campaigns").json() == []
    assert rival.get(f"/desk/tickets/{ticket_id}").status_code == 404
    assert rival.post("/campaigns", json=SPRING).status_code == 201


def test_what_was_not_mounted_is_not_there(acme):
    """The host chose two resources; its own description tells of them and of its own routes."""
    assert acme.get("/desk/invoices").status_code == 404
    paths = acme.get("/openapi.json").json()["paths"]
    assert {"/campaigns", "/agencies", "/desk/tickets", "/desk/clients/{id}"} <= set(paths)
