"""Another organisation's ids are answered like ids that do not exist. Source: design decision 6; contract 9.3."""

from uuid import UUID

import pytest

from service_engine.domain.ids import OrderId
from service_engine.usecases.orders import delete_order

UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"


@pytest.fixture
def foreign(rival, store, clock):
    """One of everything that the rival has, live and deleted."""
    client, gone = rival.new_client()["id"], rival.new_client("gone@example.com")["id"]
    ticket, closed = rival.new_ticket(client, tags=["theirs"])["id"], rival.new_ticket(client)["id"]
    order, cancelled = rival.new_order(client), rival.new_order(client)
    rival.delete(f"/clients/{gone}")
    rival.delete(f"/tickets/{closed}")
    store.run(rival.org_id, delete_order, OrderId(UUID(cancelled)), at=clock())
    return {
        "clients": (client, gone, rival.employee_id),
        "tickets": (ticket, closed),
        "orders": (order, cancelled),
        "employees": (rival.employee_id, client),
    }


def everything(agency):
    """Return all that an organisation shows."""
    pages = [agency.get("/clients", limit="100").json(), agency.get("/tickets", limit="100").json()]
    return [*pages, *(agency.get(f"/tickets/{each['id']}").json() for each in pages[1]["data"])]


def test_in_the_path(agency, rival, foreign):
    """404, byte for byte the same as for an unknown id, and the other's rows are as they were."""
    before = everything(rival)
    for method in ("GET", "PUT", "DELETE"):
        for noun in ("clients", "tickets"):
            unknown = agency.send(method, f"/{noun}/{UNKNOWN}", json={})
            for key in foreign[noun]:
                response = agency.send(method, f"/{noun}/{key}", json={})
                assert (response.status_code, response.content) == (404, unknown.content)
                assert response.headers == unknown.headers
    assert everything(rival) == before


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_in_the_body(agency, rival, foreign, method):
    """422, byte for byte the same as for an unknown id, and nothing is written on either side."""
    client = agency.new_client()["id"]
    path = "/tickets" if method == "POST" else f"/tickets/{agency.new_ticket(client)['id']}"
    before = everything(agency), everything(rival)
    for field, noun in (("user_id", "clients"), ("order_id", "orders"), ("employees", "employees")):
        if (method, field) == ("PUT", "user_id"):
            continue  # the client of a ticket cannot change: the key is ignored

        def send(key, field=field):
            value = [agency.employee_id, key] if field == "employees" else key
            return agency.send(
                method, path, json={"user_id": client, "subject": "Help", "tags": ["mine"], field: value}
            )

        unknown = send(UNKNOWN)
        assert unknown.status_code == 422
        for key in (*foreign[noun], "no id", UNKNOWN.replace("-", "")):
            response = send(key)
            assert (response.status_code, response.content) == (422, unknown.content)
    assert (everything(agency), everything(rival)) == before


def test_in_the_query(agency, foreign):
    """A filter by a foreign id finds nothing, as one by an unknown id."""
    agency.new_ticket(agency.new_client()["id"])
    for path, field, noun in (
        ("/tickets", "user_id", "clients"),
        ("/tickets", "order_id", "orders"),
        ("/clients", "id", "clients"),
    ):
        for name in (f"filters[{field}][$eq]", f"filters[{field}][$in][]"):
            unknown = agency.get(path, params={name: UNKNOWN})
            assert unknown.json()["meta"]["total"] == 0
            for key in foreign[noun]:
                found = agency.get(path, params={name: key}).content
                assert found.replace(key.encode(), UNKNOWN.encode()) == unknown.content


def test_tags_are_not_shared(agency, rival, foreign):
    """Two organisations may have tags of one name, and know nothing of each other's."""
    ticket = agency.new_ticket(agency.new_client()["id"], tags=["theirs", "mine"])
    agency.put(f"/tickets/{ticket['id']}", {"tags": ["mine"]})
    assert rival.get(f"/tickets/{foreign['tickets'][0]}").json()["tags"] == ["theirs"]


def test_tokens_open_their_own_organisation(agency, rival, foreign):
    """What a token shows is its organisation's, and nothing of it names an organisation."""
    agency.new_client("mine@example.com")
    assert [row["email"] for row in agency.get("/clients").json()["data"]] == ["mine@example.com"]
    for page in (agency, rival):
        for body in everything(page):
            assert str(page.org_id) not in str(body)
    assert foreign
