"""Another organisation's ids are answered just like ids that do not exist. Source: design decision 6; contract 9.3.

``python -m tests.figures.probes`` tries every kind of id in every slot of every store, and prints the count.
"""

from collections import Counter

import pytest
from tests.probing import UNKNOWN, prober, stock
from tests.slots import slots_of


@pytest.fixture
def foreign(rival):
    """Everything that the rival has."""
    return stock(rival)


def everything(agency):
    """Return all that an organisation shows."""
    shown = []
    for noun in ("clients", "services", "orders", "proposals", "invoices", "tickets"):
        page = agency.get(f"/{noun}", limit="100").json()
        shown += [page, *(agency.get(f"/{noun}/{each['id']}").json() for each in page["data"])]
    for order in agency.get("/orders").json()["data"]:
        shown += [agency.get(f"/orders/{order['id']}/{part}").json() for part in ("tasks", "messages")]
    return shown


@pytest.fixture
def slots(agency):
    """Every place where an operation takes an id, as the API describes itself."""
    return slots_of(agency.http.get("/openapi.json").json())


def test_every_slot_is_found(slots):
    """A new operation, field or filter with an id is found by itself; this says how many there are."""
    assert Counter({"path": 29, "body": 24, "query": 12}) == Counter(slot.place for slot in slots)


def test_a_slot_of_an_unknown_kind_is_not_passed_over():
    """A field that looks like an id, and of which nothing is known, stops the search."""
    schema = {"type": "object", "properties": {"boat_id": {"type": "string"}}}
    operation = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    with pytest.raises(LookupError, match="boat_id"):
        slots_of({"paths": {"/api/boats": {"post": operation}}})


@pytest.mark.parametrize("place", ["path", "body", "query"])
def test_foreign_ids_are_unknown(agency, rival, slots, place):
    """D40 to D42, D45, D47: status and bytes as for an id that nobody has; no row of either organisation changes."""
    with prober(agency, rival) as tries:
        probes = list(tries.probe([slot for slot in slots if slot.place == place], ["live foreign", "malformed"]))
    assert len(probes) >= 24
    assert [problem for problems in probes for problem in problems] == []


def test_items_of_foreign_invoices(agency, rival, foreign):
    """An item's id that another organisation's invoice has names none here, as an unknown one; nothing moves there."""
    [item] = rival.get(f"/invoices/{foreign.live['invoices'][0]}").json()["items"]
    path = f"/invoices/{agency.new_invoice(agency.new_client()['id'])['id']}"
    before, shown = everything(rival), []
    for key in (UNKNOWN, item["id"]):
        [made] = agency.put(path, {"items": [{"name": "A", "quantity": 1, "amount": 1, "id": key}]}).json()["items"]
        shown.append(made | {"id": None})
        assert made["id"] not in {UNKNOWN, item["id"]}
    assert shown[0] == shown[1]
    assert everything(rival) == before


def test_tags_are_not_shared(agency, rival, foreign):
    """D44: two organisations may have tags of one name, and know nothing of each other's."""
    ticket = agency.new_ticket(agency.new_client()["id"], tags=["theirs", "mine"])
    agency.put(f"/tickets/{ticket['id']}", {"tags": ["mine"]})
    assert rival.get(f"/tickets/{foreign.live['tickets'][0]}").json()["tags"] == ["theirs"]


def test_tokens_open_their_own_organisation(agency, rival, foreign):
    """What a token shows is its organisation's, and nothing of it names an organisation."""
    agency.new_client("mine@example.com")
    assert [row["email"] for row in agency.get("/clients").json()["data"]] == ["mine@example.com"]
    for page in (agency, rival):
        for body in everything(page):
            assert str(page.org_id) not in str(body)
    assert foreign
