"""The recommendation links of new clients begin with what the settings say, whichever operation registers them."""

import pytest
from starlette.testclient import TestClient

from service_engine import MemoryStore
from service_engine.api import Settings, create_app
from service_engine.api.settings import DEFAULTS

BASE = "https://agency.example/with/"


@pytest.fixture
def store():
    """Give the store in memory: nothing here depends on where things are kept."""
    return MemoryStore()


@pytest.fixture
def http(store, clock, gateway):
    """Give the API with a setting of its own."""
    with TestClient(create_app(store, settings=Settings(affiliate_link=BASE), now=clock, gateway=gateway)) as client:
        yield client


def test_every_new_client_gets_a_link_of_ours(agency):
    """Created, signing a proposal, and billed by their e-mail."""
    service = agency.new_service()
    agency.new_client("a@example.com")
    proposal = agency.new_proposal(service["id"], client_email="b@example.com")
    for step in ("send", "sign"):
        assert agency.post(f"/proposals/{proposal['id']}/{step}", None).status_code == 200
    bill = {"email": "c@example.com", "items": [{"name": "Advice", "quantity": 1, "amount": 5}]}
    assert agency.post("/invoices", bill).status_code == 201
    clients = agency.get("/clients", sort="email:asc").json()["data"]
    assert [each["email"] for each in clients] == ["a@example.com", "b@example.com", "c@example.com"]
    links = [each["aff_link"] for each in clients]
    assert {(link[:-6], len(link)) for link in links} == {(BASE, len(BASE) + 6)}
    assert len(set(links)) == 3


@pytest.mark.parametrize(
    "link", ["", "example.com/", "ftp://a/", "https://a b/", "https://a/\n", f"https://a/{'x' * 191}"]
)
def test_what_cannot_begin_a_link_is_refused(link):
    """When the settings are made, not when the first client comes; what is just short enough is taken."""
    with pytest.raises(ValueError, match=r"^(affiliate links begin|what affiliate links begin)"):
        Settings(affiliate_link=link)
    longest = f"https://a/{'x' * 190}"
    assert Settings(affiliate_link=longest).affiliate_link == longest
    assert DEFAULTS.affiliate_link == "https://example.com/r/"
