"""The host's rows and the library's are committed together and rolled back together."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from flask.json.provider import DefaultJSONProvider
from flask_campaigns import TABLES, Agency, Campaign, Host, create_app, found, open_database
from sqlalchemy import func, select

from service_engine import SqlStore
from service_engine.usecases.clients import list_clients
from service_engine.usecases.tickets import list_tickets

NOW = datetime(2026, 2, 7, 12, tzinfo=UTC)
SPRING = {"name": "spring", "email": "ann@example.com", "first_name": "Ann", "last_name": "Lee"}


@pytest.fixture
def sessions(tmp_path):
    """Give what makes sessions on a file of this test's own."""
    sessions = open_database(f"sqlite:///{tmp_path / 'campaigns.db'}")
    yield sessions
    sessions.kw["bind"].dispose()


@pytest.fixture
def org_id(sessions):
    """Give the id of the host's agency."""
    return found(sessions, "Acme", at=NOW)


@pytest.fixture
def browser(sessions, org_id):
    """Give a client of the application."""
    return create_app(Host(sessions, org_id, lambda: NOW)).test_client()


@pytest.fixture
def counted(sessions, org_id):
    """Give a function that counts what was committed: campaigns, clients, tickets."""
    store = SqlStore(sessions.kw["bind"], tables=TABLES)

    def count():
        with sessions() as session:
            campaigns = session.scalar(select(func.count()).select_from(Campaign))
        return campaigns, store.read(org_id, list_clients).total, store.read(org_id, list_tickets).total

    return count


def test_a_campaign_its_client_and_its_ticket_are_committed_together(browser, counted):
    """And shown by one statement over the tables of both."""
    assert browser.post("/campaigns", data=SPRING).status_code == 201
    assert counted() == (1, 1, 1)
    assert browser.get("/campaigns").json == [{"name": "spring", "email": "ann@example.com"}]


def test_what_the_host_refuses_rolls_back_what_the_library_wrote(browser, counted):
    """The name of the campaign is taken: the new client is not there either."""
    browser.post("/campaigns", data=SPRING)
    answer = browser.post("/campaigns", data=SPRING | {"email": "new@example.com"})
    assert (answer.status_code, answer.json["reasons"]) == (400, ["There is a campaign of this name."])
    assert counted() == (1, 1, 1)


def test_what_the_library_refuses_rolls_back_what_the_host_wrote(browser, counted):
    """The subject of the ticket is too long, after the campaign was written."""
    answer = browser.post("/campaigns", data=SPRING | {"name": "x" * 300})
    assert (answer.status_code, answer.json["code"]) == (400, "rule_violation")
    assert answer.json["reasons"][0].startswith("subject: ")
    assert counted() == (0, 0, 0)


def test_a_bug_rolls_back_both(sessions, org_id, counted):
    """Whatever is raised, nothing is committed: here the answer is none that JSON has a word for."""
    app = create_app(Host(sessions, org_id, lambda: NOW))
    assert isinstance(app.json, DefaultJSONProvider)
    app.json.default = lambda _: 1 // 0
    assert app.test_client().post("/campaigns", data=SPRING).status_code == 500
    assert counted() == (0, 0, 0)


def test_a_request_of_the_wrong_shape_writes_nothing(browser, counted):
    """Flask itself refuses it, after the client was written."""
    assert browser.post("/campaigns", data={key: SPRING[key] for key in SPRING if key != "name"}).status_code == 400
    assert counted() == (0, 0, 0)


def test_the_library_answers_in_the_hosts_shape(browser):
    """One handler for all of its errors: the code, and every reason."""
    ticket_id = browser.post("/campaigns", data=SPRING).json["ticket_id"]
    assert browser.post(f"/tickets/{ticket_id}/close").json == {"id": ticket_id, "status": "Closed"}
    unknown = browser.post(f"/tickets/{uuid4()}/close")
    assert (unknown.status_code, unknown.json["code"]) == (404, "not_found")


def test_the_agency_is_founded_once(sessions, org_id):
    """Its row and the organisation together; the second start finds them."""
    assert found(sessions, "Acme", at=NOW) == org_id
    with sessions() as session:
        assert session.scalars(select(Agency.id)).all() == [org_id]
