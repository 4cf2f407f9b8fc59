"""The reference API on every store, with two organisations in it, as their callers see it, and things to list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast
from uuid import UUID

import pytest
from starlette.testclient import TestClient
from tests.agencies import Agency, Clock, Present, found_agency, simulated_gateway

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.api import create_app
from service_engine.domain.ids import ProposalId
from service_engine.ports.unit_of_work import Store
from service_engine.usecases.proposals import delete_proposal


@pytest.fixture
def store(shared_store: Store) -> Store:
    """Hand on the store that all tests of the API share; each founds organisations of its own."""
    return shared_store


@pytest.fixture
def clock() -> Clock:
    """Give the clock of the API."""
    return Clock()


@pytest.fixture(scope="session")
def present() -> Present:
    """Give what the application stands on."""
    return Present()


@pytest.fixture(scope="session")
def gateway() -> SimulatedGateway:
    """Give a gateway that fails with some payment methods."""
    return simulated_gateway()


@pytest.fixture(scope="session")
def application(present: Present, gateway: SimulatedGateway) -> Iterator[TestClient]:
    """Give the API, once for all tests."""
    with TestClient(create_app(cast("Store", present), now=present.now, gateway=gateway)) as client:
        yield client


@pytest.fixture
def http(application: TestClient, present: Present, store: Store, clock: Clock) -> TestClient:
    """Give the API on the store of this test."""
    present.store, present.clock = store, clock
    return application


@pytest.fixture
def agency(http: TestClient, store: Store, gateway: SimulatedGateway, clock: Clock) -> Agency:
    """Found the organisation whose caller acts."""
    return found_agency(http, store, gateway, clock, "Revenue Activation")


@pytest.fixture
def rival(http: TestClient, store: Store, gateway: SimulatedGateway, clock: Clock, agency: Agency) -> Agency:
    """Another organisation in the same store, with the same e-mail addresses."""
    return found_agency(http, store, gateway, clock, "Outbound Solutions")


@pytest.fixture
def tickets(agency, clock):
    """Four tickets: two clients, three statuses, one order, messages on two of them; oldest first."""
    john = agency.new_client()["id"]
    jane = agency.new_client("jane@example.com", name_f="Jane")["id"]
    order = agency.new_order(john)
    made = []
    for subject, client, status, linked in (
        ("b", john, 1, order),
        ("a", jane, 2, None),
        ("c", john, 3, None),
        ("B", jane, 1, None),
    ):
        clock.tick()
        made.append(agency.new_ticket(client, subject=subject, status=status, order_id=linked))
    for ticket in (made[1], made[0]):
        agency.new_message(ticket["id"], john, "Help!")
    return [agency.get(f"/tickets/{ticket['id']}").json() for ticket in made]


@pytest.fixture
def clients(agency, clock):
    """Four clients whose names, statuses and times differ; oldest first."""
    made = []
    for email, first, last, status in (
        ("d@example.com", "Ada", "Young", 1),
        ("b@example.com", "Bob", "Xu", 0),
        ("c@example.com", "ada", "Wolf", 5),
        ("a@example.com", "Zoe", "Vogt", 1),
    ):
        clock.tick()
        made.append(agency.new_client(email, name_f=first, name_l=last, status_id=status))
    return made


@pytest.fixture
def services(agency, clock):
    """Five services: prices of currencies with other decimals, two folders, none of one and one of another kind."""
    folders = [agency.new_folder("A"), agency.new_folder("B")]
    made = []
    for name, recurring, public, price, currency, folder in (
        ("b", 0, True, "10.50", "USD", folders[0]),
        ("a", 1, False, "10.500", "KWD", folders[1]),
        ("B", 2, True, "9", "JPY", None),
        ("é", 0, False, None, "EUR", folders[0]),
        ("b c", 1, True, "100", "USD", None),
    ):
        clock.tick()
        body = {"name": name, "recurring": recurring, "public": public, "price": price, "currency": currency}
        made.append(agency.new_service(**body, folder_id=folder))
    for number, service in enumerate(made):
        agency.put(f"/services/{service['id']}", {"sort_order": 3 - number % 3})
    return [agency.get(f"/services/{service['id']}").json() for service in made]


@pytest.fixture
def orders(agency, clock, services):
    """Five orders: two clients, every kind of number, prices by the services; two due, two without a service."""
    john = agency.new_client()["id"]
    jane = agency.new_client("jane@example.com", name_f="Jane")["id"]
    made = []
    for number, client, status, service, due in (
        ("b1", john, 1, 0, "2026-03-01T00:00:00Z"),
        ("A1", jane, 0, 1, None),
        ("a2", john, 4, 2, "2026-02-01T00:00:00Z"),
        ("10", jane, 2, None, None),
        ("9", john, 0, None, "2026-03-01T00:00:00Z"),
    ):
        clock.tick()
        body = {"number": number, "status": status, "date_due": due}
        body["service_id"] = None if service is None else services[service]["id"]
        made.append(agency.place_order(client, **body))
    gone = agency.place_order(john, number="0")
    agency.delete(f"/orders/{gone['id']}")
    return made


@pytest.fixture
def proposals(agency, clock):
    """Five proposals: totals of currencies with other decimals, three statuses, two e-mails; one more is deleted."""
    dollars, yen = (agency.new_service(currency=code)["id"] for code in ("USD", "JPY"))
    made = []
    for email, service, price, acts in (
        ("b@example.com", dollars, "10.50", ["send"]),
        ("a@example.com", yen, "9", []),
        ("b@example.com", dollars, "100", ["send", "sign"]),
        ("c@example.com", dollars, "10.50", []),
        ("a@example.com", dollars, "0", ["send"]),
    ):
        clock.tick()
        items = [{"service_id": service, "price": price}]
        made.append(agency.new_proposal(service, client_email=email, items=items)["id"])
        for act in acts:
            clock.tick()
            assert agency.post(f"/proposals/{made[-1]}/{act}", None).status_code == 200
    gone = agency.new_proposal(dollars)["id"]
    agency.store.run(agency.org_id, delete_proposal, ProposalId(UUID(gone)), at=clock.tick())
    return [agency.get(f"/proposals/{key}").json() for key in made]


@pytest.fixture
def invoices(agency, clock):
    """Five invoices: two clients, four statuses, taxes and currencies with other decimals; one more is deleted."""
    john = agency.new_client()["id"]
    jane = agency.new_client("jane@example.com", name_f="Jane")["id"]
    made = []
    for client, amount, tax, currency, pays, status in (
        (john, "10.50", 0, "USD", False, 1),
        (jane, "9", 1, "JPY", True, 3),
        (john, "100", 0, "USD", True, 3),
        (jane, "9.5", 1, "USD", False, 5),
        (john, "0", "0.5", "USD", False, 0),
    ):
        clock.tick()
        items = [{"name": "A", "quantity": 1, "amount": amount}]
        body = {"items": items, "tax": tax, "currency": currency, "status": min(status, 1)}
        made.append(agency.new_invoice(client, **body)["id"])
        clock.tick()
        if pays:
            agency.post(f"/invoices/{made[-1]}/mark_paid", None)
        elif status == 5:
            agency.put(f"/invoices/{made[-1]}", {"status": 5})
    agency.delete(f"/invoices/{agency.new_invoice(john)['id']}")
    shown = [agency.get(f"/invoices/{key}").json() for key in made]
    return [row | {"user_id": row["client"]["id"]} for row in shown]
