"""Proposals as their callers see them. Source: contract sections 2.6, 5.2; part A "Rules" (proposals)."""

import re
from typing import Any

import pytest

NOON = "2026-02-07T12:00:00+00:00"
LATER = "2026-02-07T12:00:01+00:00"
UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"
ALONE = "items"
STAFF = {"client_email": ["The specified client does not exist."]}


def no_service(key):
    """Return the complaint about a service that is not there."""
    return {"items": [f"Service with ID {key} does not exist."]}


def refused(response):
    """Return the status and the complaints of a refusal."""
    return response.status_code, response.json()["errors"]


def spoken(status, label):
    """Return the answer to what cannot be done in a status."""
    return 400, {"message": f"Cannot {status} proposal with status {label}", "errors": {}}


@pytest.fixture
def service(agency):
    """Give a service with a price of its own, which no proposal takes."""
    return agency.new_service(name="Web Development", description="A website", price=1500)


@pytest.fixture
def offer(service):
    """Give the body of a proposal with the least."""
    return {
        "client_email": "ann@example.com", "client_name_f": "Ann", "client_name_l": "Lee",
        "items": [{"service_id": service["id"], "price": 1200}],
    }  # fmt: skip


def orders_of(agency):
    """Return all orders."""
    return agency.get("/orders", limit="100").json()["data"]


def test_a_proposal_with_the_least(agency, service, offer):
    """D1, D2: 16 keys alone, 15 in a list, 7 for an item; a draft, of one, at the price of the request."""
    response = agency.post("/proposals", offer)
    assert response.status_code == 201
    proposal = response.json()
    [item] = proposal["items"]
    assert proposal == {
        "id": proposal["id"], "client_email": "ann@example.com", "client_name": "Ann Lee", "client_name_f": "Ann",
        "client_name_l": "Lee", "client_company": None, "status": "Draft", "status_id": 0, "total": "1200.00",
        "notes": None, "created_at": NOON, "updated_at": NOON, "sent_at": None, "signed_at": None,
        "converted_order_id": None,
        "items": [
            {
                "id": item["id"], "service_id": service["id"], "service_name": "Web Development",
                "service_description": "A website", "quantity": 1, "price": "1200.00", "created_at": NOON,
            }
        ],
    }  # fmt: skip
    assert (len(proposal), len(item)) == (16, 7)
    assert agency.get(f"/proposals/{proposal['id']}").json() == proposal
    shown = {key: value for key, value in proposal.items() if key != ALONE}
    assert agency.get("/proposals").json()["data"] == [shown]
    assert len(shown) == 15


def test_a_proposal_with_everything(agency, service, offer):
    """D34: exact sums, duplicate services allowed, items in order; what is not a field of it is ignored."""
    other = agency.new_service(name="Hosting", price=None, description=None)
    items = [
        {"service_id": service["id"], "quantity": 3, "price": "0.10"},
        {"service_id": other["id"], "quantity": "2", "price": 19.99},
        {"service_id": service["id"].upper(), "quantity": None, "price": 0},
    ]
    body = offer | {
        "client_email": " Ann <Ann@EXAMPLE.com> ", "client_name_f": " Ann ", "client_name_l": " Lee ",
        "client_company": " Lee Ltd ", "notes": " Soon. ", "items": items,
        "status": 2, "total": 5, "sent_at": NOON, "converted_order_id": UNKNOWN, "id": UNKNOWN,
    }  # fmt: skip
    response = agency.post("/proposals", body)
    assert response.status_code == 201, response.text
    proposal = response.json()
    assert (proposal["client_email"], proposal["client_name"]) == ("ann@example.com", "Ann Lee")
    assert (proposal["client_company"], proposal["notes"]) == ("Lee Ltd", "Soon.")
    assert (proposal["status_id"], proposal["total"], proposal["sent_at"]) == (0, "40.28", None)
    assert [(each["service_name"], each["quantity"], each["price"]) for each in proposal["items"]] == [
        ("Web Development", 3, "0.10"), ("Hosting", 2, "19.99"), ("Web Development", 1, "0.00"),
    ]  # fmt: skip
    assert proposal["items"][1]["service_description"] is None
    nothing = agency.post("/proposals", offer | {"client_company": None, "notes": None}).json()
    assert (nothing["client_company"], nothing["notes"]) == (None, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"client_email": "no address"}, "client_email"),
        ({"client_email": None}, "client_email"),
        ({"client_name_f": "  "}, "client_name_f"),
        ({"client_name_f": "x" * 101}, "client_name_f"),
        ({"client_name_l": ""}, "client_name_l"),
        ({"client_name_l": "x" * 101}, "client_name_l"),
        ({"client_company": "x" * 256}, "client_company"),
        ({"notes": "x" * 65_513}, "notes"),
        ({"notes": "\x00"}, "notes"),
        ({"items": []}, "items"),
        ({"items": None}, "items"),
        ({"items": {}}, "items"),
        ({"items": ["x"]}, "items.0"),
    ],
)
def test_what_is_refused(agency, offer, fields, field):
    """D64, D65: each field has its own bounds, and nothing is written."""
    response = agency.post("/proposals", offer | fields)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert agency.get("/proposals").json()["meta"]["total"] == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"service_id": None}, "items.1.service_id"),
        ({"service_id": 7}, "items.1.service_id"),
        ({"quantity": 0}, "items.1.quantity"),
        ({"quantity": 1.5}, "items.1.quantity"),
        ({"quantity": 2**31}, "items.1.quantity"),
        ({"price": None}, "items.1.price"),
        ({"price": -1}, "items.1.price"),
        ({"price": "-0.01"}, "items.1.price"),
        ({"price": "x"}, "items.1.price"),
        ({"price": True}, "items.1.price"),
        ({"price": "0.001"}, "items.1.price"),
        ({"price": "10000000000"}, "items.1.price"),
        ({"price": "9999999999.99"}, "items"),
    ],
)
def test_items_that_are_refused(agency, offer, fields, field):
    """D18, D64: each item on its own, finer than its currency too; a total that is too large is blamed on all."""
    [item] = offer["items"]
    response = agency.post("/proposals", offer | {"items": [item, item | fields]})
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert agency.get("/proposals").json()["meta"]["total"] == 0


def test_missing_fields(agency):
    """Every field that is missing is named at once, those of items too."""
    body: dict[str, Any] = {"items": [{}]}
    assert list(agency.post("/proposals", body).json()["errors"]) == [
        "client_email", "client_name_f", "client_name_l", "items.0.service_id", "items.0.price",
    ]  # fmt: skip


def test_services_that_are_not_there(agency, rival, offer):
    """D15: unknown, malformed, deleted or foreign is 422 in the same words, for the first of them only."""
    gone = agency.new_service()["id"]
    agency.delete(f"/services/{gone}")
    [item] = offer["items"]
    for key in (UNKNOWN, "no id", "", UNKNOWN.replace("-", ""), gone, rival.new_service()["id"]):
        items = [item, item | {"service_id": key}, item | {"service_id": "other"}]
        assert refused(agency.post("/proposals", offer | {"items": items})) == (422, no_service(key))
    assert agency.get("/proposals").json()["meta"]["total"] == 0


def test_services_of_several_currencies(agency, offer):
    """D32: they cannot be added up; in another currency the amounts have that one's decimals."""
    [item] = offer["items"]
    dinar = {"service_id": agency.new_service(currency="KWD")["id"], "price": "1.234"}
    response = agency.post("/proposals", offer | {"items": [item, dinar]})
    assert refused(response) == (422, {"items": ["All services of a proposal must share one currency."]})
    proposal = agency.post("/proposals", offer | {"items": [dinar]}).json()
    assert (proposal["total"], proposal["items"][0]["price"]) == ("1.234", "1.234")


def test_names_of_services_are_those_of_today(agency, service, offer):
    """Name and description follow the service, also a deleted one; the price stays as it was offered."""
    path = f"/proposals/{agency.post('/proposals', offer).json()['id']}"
    agency.put(f"/services/{service['id']}", {"name": "Sites", "description": None, "price": 1})
    agency.delete(f"/services/{service['id']}")
    [item] = agency.get(path).json()["items"]
    assert (item["service_name"], item["service_description"], item["price"]) == ("Sites", None, "1200.00")


def test_send(agency, clock, offer):
    """From Draft only; the answer has the items with their descriptions."""
    proposal = agency.post("/proposals", offer).json()
    path = f"/proposals/{proposal['id']}"
    clock.tick()
    response = agency.post(f"{path}/send", None)
    sent = proposal | {"status": "Sent", "status_id": 1, "sent_at": LATER, "updated_at": LATER}
    assert (response.status_code, response.json()) == (200, sent)
    assert sent["items"][0]["service_description"] == "A website"
    again = agency.post(f"{path}/send", None)
    assert (again.status_code, again.json()) == spoken("send", "Sent")
    assert agency.get(path).json() == sent


def test_sign(agency, clock, service, offer):
    """D32: one order of 12 keys for the whole; price is the total, quantity 1, and the client has everything."""
    offer |= {"client_company": "Lee Ltd", "notes": "Soon."}
    offer["items"] = [offer["items"][0] | {"quantity": 2}]
    proposal = agency.post("/proposals", offer).json()
    path = f"/proposals/{proposal['id']}"
    refusal = agency.post(f"{path}/sign", None)
    assert (refusal.status_code, refusal.json()) == spoken("sign", "Draft")
    sent = agency.post(f"{path}/send", None).json()
    clock.tick()
    response = agency.post(f"{path}/sign", None)
    assert (response.status_code, list(response.json())) == (200, ["proposal", "order"])
    signed, order = response.json()["proposal"], response.json()["order"]
    assert signed == sent | {
        "status": "Signed", "status_id": 2, "signed_at": LATER, "updated_at": LATER, "converted_order_id": order["id"],
    }  # fmt: skip
    assert order == {
        "id": order["id"], "number": order["number"], "user_id": order["user_id"], "service_id": service["id"],
        "service": "Web Development", "price": "2400.00", "currency": "USD", "quantity": 1, "status": "Unpaid",
        "status_id": 0, "note": "Created from proposal. Soon.", "created_at": LATER,
    }  # fmt: skip
    assert len(order) == 12
    assert re.fullmatch("[A-Z0-9]{8}", order["number"])
    shown = agency.get(f"/orders/{order['id']}").json()
    assert shown["metadata"] == {
        "proposal_id": proposal["id"],
        "proposal_items": [
            {"service_id": service["id"], "service_name": "Web Development", "quantity": 2, "price": "1200.00"}
        ],
    }
    assert (shown["form_data"], shown["tags"], shown["invoice_id"], shown["paysys"]) == ({}, [], None, None)
    client = agency.get(f"/clients/{order['user_id']}").json()
    assert (client["email"], client["name"], client["company"]) == ("ann@example.com", "Ann Lee", "Lee Ltd")
    assert (client["aff_id"] is None, client["role_id"]) == (False, agency.roles["Client"])
    assert agency.get(path).json() == signed


def test_sign_once(agency, offer):
    """D22: a second signature is refused, and there is one order still."""
    path = f"/proposals/{agency.post('/proposals', offer).json()['id']}"
    agency.post(f"{path}/send", None)
    assert agency.post(f"{path}/sign", None).status_code == 200
    for act in ("sign", "send"):
        response = agency.post(f"{path}/{act}", None)
        assert (response.status_code, response.json()) == spoken(act, "Signed")
    assert len(orders_of(agency)) == 1


def test_sign_without_notes(agency, offer):
    """The order's note has no blank at its end."""
    path = f"/proposals/{agency.post('/proposals', offer).json()['id']}"
    agency.post(f"{path}/send", None)
    assert agency.post(f"{path}/sign", None).json()["order"]["note"] == "Created from proposal."


def test_sign_for_somebody_who_is_a_client(agency, offer):
    """They are found by their e-mail whatever its case, and stay as they are."""
    client = agency.new_client("Ann@example.com", name_f="Anna")
    path = f"/proposals/{agency.post('/proposals', offer).json()['id']}"
    agency.post(f"{path}/send", None)
    assert agency.post(f"{path}/sign", None).json()["order"]["user_id"] == client["id"]
    assert agency.get("/clients").json()["data"] == [client]


def test_sign_with_an_email_of_the_staff(agency, offer):
    """D32: staff are no clients; nothing is written, and the proposal can be signed later."""
    agency.new_employee("ann@example.com")
    path = f"/proposals/{agency.post('/proposals', offer).json()['id']}"
    sent = agency.post(f"{path}/send", None).json()
    assert refused(agency.post(f"{path}/sign", None)) == (422, STAFF)
    assert (agency.get(path).json(), orders_of(agency)) == (sent, [])


def test_sign_with_an_email_that_another_organisation_has(agency, rival, offer):
    """D32, D48: each organisation has its own people."""
    theirs = rival.new_client("ann@example.com")
    path = f"/proposals/{agency.post('/proposals', offer).json()['id']}"
    agency.post(f"{path}/send", None)
    assert agency.post(f"{path}/sign", None).json()["order"]["user_id"] != theirs["id"]
    assert rival.get("/clients").json()["data"] == [theirs]


def test_bodies_are_not_read(agency, offer):
    """Sending and signing take no body; whatever comes with them does not matter."""
    path = f"/proposals/{agency.post('/proposals', offer).json()['id']}"
    for act in ("send", "sign"):
        assert agency.send("POST", f"{path}/{act}", content=b"{").status_code == 200


def test_links_for_people(agency, service):
    """``meta.links`` has Previous, every page and Next; null where there is nowhere to go; they keep the query."""
    for number in range(3):
        agency.new_proposal(service["id"], notes=str(number))
    path = "http://testserver/api/proposals"
    rest = "limit=1&sort=total:asc&filters%5Bstatus%5D%5B$eq%5D=0"
    query = {"limit": "1", "sort": "total:asc", "filters[status][$eq]": "0"}
    for current in (1, 2, 3):
        meta = agency.get("/proposals", params=query | {"page": str(current)}).json()["meta"]
        assert list(meta) == ["current_page", "from", "to", "last_page", "per_page", "total", "path", "links"]
        back = f"{path}?page={current - 1}&{rest}" if current > 1 else None
        forth = f"{path}?page={current + 1}&{rest}" if current < 3 else None
        assert meta["links"] == [
            {"url": back, "label": "Previous", "active": False},
            *({"url": f"{path}?page={page}&{rest}", "label": str(page), "active": page == current}
              for page in (1, 2, 3)),
            {"url": forth, "label": "Next", "active": False},
        ]  # fmt: skip
    assert "links" not in agency.get("/services").json()["meta"]


def test_links_for_people_are_ten_at_most(agency, service):
    """Of more pages the first ten are named; an empty list has one."""
    labels = [each["label"] for each in agency.get("/proposals").json()["meta"]["links"]]
    assert labels == ["Previous", "1", "Next"]
    for _ in range(12):
        agency.new_proposal(service["id"])
    meta = agency.get("/proposals", limit="1", page="12").json()["meta"]
    assert [each["label"] for each in meta["links"]] == ["Previous", *map(str, range(1, 11)), "Next"]
    assert not any(each["active"] for each in meta["links"])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_there_is_no_way_to_edit(agency, offer, method):
    """What was offered stays."""
    path = f"/proposals/{agency.post('/proposals', offer).json()['id']}"
    assert agency.send(method, path, json={"notes": "x"}).status_code == 405
