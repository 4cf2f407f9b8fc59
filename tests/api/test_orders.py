"""Orders as their callers see them. Source: contract sections 2.4, 5.1; part A "Rules" (orders), "Responses"."""

import re

import pytest

NOON = "2026-02-07T12:00:00+00:00"
LATER = "2026-02-07T12:00:01+00:00"
DUE = "2026-03-09T12:00:00+00:00"
UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"
ALONE = ["currency", "metadata", "subscription_id"]
DATES = ("date_started", "date_completed", "date_due")
NO_CLIENT = {"user_id": ["The specified client does not exist."]}
NO_UUID = {"user_id": ["The user_id must be a valid UUID."]}
NAMELESS = {"service": ["Either service_id or service must be provided."]}
NO_SERVICE = {"service_id": ["The specified service does not exist."]}
TAKEN = {"number": ["The order number has already been taken."]}


def no_employee(key):
    """Return the complaint about somebody who is not there."""
    return {"employees": [f"Employee with ID {key} does not exist."]}


def refused(response):
    """Return the status and the complaints of a refusal."""
    return response.status_code, response.json()["errors"]


@pytest.fixture
def client(agency):
    """Give a client with everything."""
    address = {"line_1": "1 Main Street", "city": "Springfield", "country": "US", "postcode": "12345"}
    return agency.new_client(company="Acme", phone="1", address=address)


def test_an_order_with_the_least(agency, client):
    """25 keys alone, 22 in a list; the client in full, with the contract's address and role; free without a price."""
    response = agency.post("/orders", {"user_id": client["id"], "service": " Logo "})
    assert response.status_code == 201
    order = response.json()
    address = order["client"]["address"]
    assert order == {
        "id": order["id"], "number": order["number"], "created_at": NOON, "updated_at": NOON, "last_message_at": None,
        "date_started": None, "date_completed": None, "date_due": None,
        "client": {
            "id": client["id"], "name": "John Doe", "name_f": "John", "name_l": "Doe", "email": "john@example.com",
            "company": "Acme", "phone": "1",
            "address": {
                "id": address["id"], "line_1": "1 Main Street", "line_2": None, "city": "Springfield", "state": None,
                "postcode": "12345", "country": "US",
            },
            "role": {"id": agency.roles["Client"], "name": "Client"},
        },
        "tags": [], "status": "Unpaid", "status_id": 0, "price": "0.00", "quantity": 1, "invoice_id": None,
        "service": "Logo", "service_id": None, "user_id": client["id"], "employees": [], "note": None, "form_data": {},
        "paysys": None, "currency": "USD", "metadata": {}, "subscription_id": None,
    }  # fmt: skip
    assert len(order) == 25
    assert re.fullmatch("[A-Z0-9]{8}", order["number"])
    assert agency.get(f"/orders/{order['id']}").json() == order
    item = {key: value for key, value in order.items() if key not in ALONE}
    assert agency.get("/orders").json()["data"] == [item]
    assert len(item) == 22
    assert agency.place_order(agency.new_client("b@example.com")["id"])["client"]["address"] is None


def test_an_order_with_everything(agency, client):
    """Every field that can be given comes back; name, price and currency are the service's."""
    service = agency.new_service(price="0.10", currency="EUR")
    body = {
        "user_id": client["id"], "service_id": service["id"], "status": 4, "employees": [agency.employee_id] * 2,
        "tags": [" urgent", "new", "urgent"], "note": " Blue ", "number": " #1 ",
        "metadata": [{"title": "a", "value": "1"}], "created_at": "2026-01-01T01:00:00+01:00",
        "date_started": "2026-01-02T00:00:00Z", "date_completed": LATER, "date_due": DUE,
        "price": 5, "quantity": 9, "currency": "USD", "invoice_id": UNKNOWN, "paysys": "x", "form_data": {"a": 1},
    }  # fmt: skip
    response = agency.post("/orders", body)
    assert response.status_code == 201, response.text
    order = response.json()
    assert order | {"client": None} == {
        "id": order["id"], "number": "#1", "created_at": "2026-01-01T00:00:00+00:00", "updated_at": NOON,
        "last_message_at": None, "date_started": "2026-01-02T00:00:00+00:00", "date_completed": LATER, "date_due": DUE,
        "client": None, "tags": ["urgent", "new"], "status": "On Hold", "status_id": 4, "price": "0.10", "quantity": 1,
        "invoice_id": None, "service": "Web Development", "service_id": service["id"], "user_id": client["id"],
        "employees": [{"id": agency.employee_id, "name_f": "Admin", "name_l": "User",
                       "role_id": agency.roles["Administrator"]}],
        "note": "Blue", "form_data": {}, "paysys": None, "currency": "EUR", "metadata": {"a": "1"},
        "subscription_id": None,
    }  # fmt: skip
    assert agency.get(f"/orders/{order['id']}").json() == order


def test_null_and_the_empty_text_on_create(agency, client):
    """Null means the default; the empty text is no service, and an own name wins over the service's."""
    nothing = dict.fromkeys(
        ["status", "employees", "tags", "note", "number", "metadata", "created_at", *DATES, "service_id"]
    )
    for empty in (None, "", " "):
        order = agency.place_order(client["id"], **nothing | {"service_id": empty})
        assert (order["status_id"], order["service_id"], order["metadata"]) == (0, None, {})
    service = agency.new_service(price=None)
    own = agency.place_order(client["id"], service_id=service["id"], service="Own")
    assert (own["service"], own["price"]) == ("Own", "0.00")
    for empty in (None, "", " "):
        named = agency.place_order(client["id"], service_id=service["id"], service=empty)
        assert named["service"] == "Web Development"


def test_the_order_of_checks(agency, rival, client):
    """D40, D41, D53: user_id malformed, unknown, no service at all, the service, the employees, the number."""
    agency.place_order(client["id"], number="A1")
    before = agency.get("/orders").json()
    body = {"user_id": "x", "employees": [UNKNOWN], "number": "A1", "tags": ["new"]}
    for malformed in ("x", "", UNKNOWN.replace("-", ""), f"{{{UNKNOWN}}}", "\x00"):
        assert refused(agency.post("/orders", body | {"user_id": malformed})) == (400, NO_UUID)
    theirs = rival.new_client()["id"]
    for unknown in (UNKNOWN, theirs, agency.employee_id, rival.employee_id):
        assert refused(agency.post("/orders", body | {"user_id": unknown})) == (422, NO_CLIENT)
    body |= {"user_id": client["id"]}
    for empty in ({}, {"service_id": None, "service": None}, {"service_id": "", "service": " "}):
        assert refused(agency.post("/orders", body | empty)) == (400, NAMELESS)
    gone = agency.new_service()["id"]
    agency.delete(f"/services/{gone}")
    for unknown in (UNKNOWN, "x", gone, rival.new_service()["id"]):
        assert refused(agency.post("/orders", body | {"service_id": unknown, "service": "A"})) == (422, NO_SERVICE)
    body |= {"service": "A"}
    for unknown in (UNKNOWN, "x", client["id"], rival.employee_id):
        assert refused(agency.post("/orders", body | {"employees": [unknown, UNKNOWN]})) == (422, no_employee(unknown))
    assert refused(agency.post("/orders", body | {"employees": []})) == (400, TAKEN)
    assert agency.get("/orders").json() == before
    assert refused(agency.post("/orders", body | {"user_id": "x", "status": 5}))[1].keys() == {"status"}


def test_numbers(agency, rival, client):
    """D25: unique in the organisation, deleted orders counted, stripped first; another organisation's are its own."""
    order = agency.place_order(client["id"], number="A1")
    rival_client = rival.new_client()["id"]
    assert rival.place_order(rival_client, number="A1")["number"] == "A1"
    agency.delete(f"/orders/{order['id']}")
    body = {"user_id": client["id"], "service": "A", "number": " A1 "}
    assert refused(agency.post("/orders", body)) == (400, TAKEN)
    assert agency.place_order(client["id"], number="a1")["number"] == "a1"
    assert len({agency.place_order(client["id"])["number"] for _ in range(20)}) == 20
    for wrong in ("", "  ", "x" * 51, 7, "\x00"):
        response = agency.post("/orders", body | {"number": wrong})
        assert (response.status_code, list(response.json()["errors"])) == (400, ["number"])


@pytest.mark.parametrize("status", range(5))
def test_created_in_a_status(agency, client, status):
    """Entering In Progress or Completed stamps its date, unless the request gives it."""
    order = agency.place_order(client["id"], status=status)
    assert order["status"] == ["Unpaid", "In Progress", "Completed", "Cancelled", "On Hold"][status]
    assert order["date_started"] == (NOON if status == 1 else None)
    assert order["date_completed"] == (NOON if status == 2 else None)
    given = agency.place_order(client["id"], status=status, date_started=DUE, date_completed=DUE)
    assert (given["date_started"], given["date_completed"]) == (DUE, DUE)


def test_from_any_status_to_any(agency, client, clock):
    """The dates follow: stamped on entering if there is none, ``date_completed`` cleared on leaving Completed."""
    for origin in range(5):
        for target in range(5):
            order = agency.place_order(client["id"], status=origin)
            at = clock.tick().isoformat()
            moved = agency.put(f"/orders/{order['id']}", {"status": target}).json()
            if origin == target:
                assert moved == order
                continue
            assert (moved["status_id"], moved["updated_at"]) == (target, at)
            assert moved["date_started"] == (at if target == 1 else order["date_started"])
            assert moved["date_completed"] == (at if target == 2 else None)


def test_explicit_dates_win(agency, client, clock):
    """A date in the request is taken, also null; a date that is there is kept on entering."""
    order = agency.place_order(client["id"], date_started=DUE)
    path = f"/orders/{order['id']}"
    clock.tick()
    assert agency.put(path, {"status": 1}).json()["date_started"] == DUE
    assert agency.put(path, {"status": 2, "date_completed": DUE}).json()["date_completed"] == DUE
    assert agency.put(path, {"status": 3, "date_completed": LATER}).json()["date_completed"] == LATER
    assert agency.put(path, {"status": 2, "date_completed": None}).json()["date_completed"] is None
    cleared = agency.put(path, dict.fromkeys(DATES)).json()
    assert [cleared[name] for name in DATES] == [None, None, None]


def test_update_changes_what_is_named(agency, client, clock):
    """Each field by itself; a new service changes neither name nor price; a name renames the snapshot."""
    service = agency.new_service(name="Hosting", price=7, currency="EUR")
    order = agency.place_order(client["id"])
    path = f"/orders/{order['id']}"
    clock.tick()
    order |= {"updated_at": LATER}
    for sent, change in (
        ({"service_id": service["id"]}, {"service_id": service["id"]}),
        ({"service": " Shop "}, {"service": "Shop"}),
        ({"note": "Blue"}, {"note": "Blue"}),
        ({"metadata": [{"title": "a", "value": "1"}]}, {"metadata": {"a": "1"}}),
        ({"form_data": {"a": [1.5]}}, {"form_data": {"a": [1.5]}}),
        ({"created_at": "2026-01-01T00:00:00Z"}, {"created_at": "2026-01-01T00:00:00+00:00"}),
        ({"date_due": DUE}, {"date_due": DUE}),
        ({"tags": ["b", " a ", "b"]}, {"tags": ["b", "a"]}),
        ({"note": None}, {"note": None}),
        ({"service_id": None}, {"service_id": None}),
        ({"service_id": service["id"]}, {"service_id": service["id"]}),
        ({"service_id": ""}, {"service_id": None}),
        ({"tags": []}, {"tags": []}),
        ({"metadata": []}, {"metadata": {}}),
        ({"form_data": {}}, {"form_data": {}}),
    ):
        order |= change
        response = agency.put(path, sent)
        assert (response.status_code, response.json()) == (200, order), sent
    assert agency.get(path).json() == order


def test_what_cannot_change(agency, client, clock):
    """Number, client, price, quantity, currency and the like are ignored; a change of nothing touches nothing."""
    order = agency.place_order(client["id"], employees=[agency.employee_id], tags=["a"], note="x")
    other = agency.new_client("jane@example.com")["id"]
    clock.tick()
    fixed = {
        "number": "X", "user_id": other, "price": 9, "quantity": 9, "currency": "EUR", "invoice_id": UNKNOWN,
        "paysys": "x", "subscription_id": UNKNOWN, "id": UNKNOWN, "deleted_at": NOON, "updated_at": DUE,
    }  # fmt: skip
    for body in ({}, fixed, {"status": 0, "tags": ["a"], "employees": [agency.employee_id], "note": "x"}):
        assert agency.put(f"/orders/{order['id']}", body).json() == order


def test_null_where_it_cannot_be(agency, client):
    """Null on what cannot be empty is 400, and nothing of the request is done."""
    order = agency.place_order(client["id"])
    for field in ("service", "status", "employees", "tags", "metadata", "form_data", "created_at"):
        response = agency.put(f"/orders/{order['id']}", {field: None, "note": "New"})
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert agency.get(f"/orders/{order['id']}").json() == order


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"service": " "}, "service"),
        ({"service": "x" * 256}, "service"),
        ({"status": 5}, "status"),
        ({"status": -1}, "status"),
        ({"status": "Open"}, "status"),
        ({"service_id": 7}, "service_id"),
        ({"employees": [7]}, "employees.0"),
        ({"tags": ["a", " "]}, "tags.1"),
        ({"tags": ["x" * 256]}, "tags.0"),
        ({"note": "x" * 65_536}, "note"),
        ({"metadata": {"a": "1"}}, "metadata"),
        ({"form_data": []}, "form_data"),
        ({"date_due": "2026-02-07T12:00:00"}, "date_due"),
        ({"date_started": "yesterday"}, "date_started"),
        ({"date_completed": 7}, "date_completed"),
        ({"created_at": ""}, "created_at"),
    ],
)
def test_what_is_refused(agency, client, sent, field):
    """D18, D64, D65: blank, too long, of the wrong kind or without an offset is 400 on its field."""
    order = agency.place_order(client["id"])
    response = agency.put(f"/orders/{order['id']}", {"note": "New", **sent})
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert agency.get(f"/orders/{order['id']}").json() == order


def test_references_on_update(agency, rival, client):
    """D41, D42: as on create, and all or nothing: no half of the request is done, and no tag is made (D20)."""
    order = agency.place_order(client["id"])
    path = f"/orders/{order['id']}"
    body = {"status": 2, "service": "New", "tags": ["new"], "note": "New"}
    for key in (UNKNOWN, "x", rival.new_service()["id"]):
        assert refused(agency.put(path, body | {"service_id": key, "employees": [UNKNOWN]})) == (422, NO_SERVICE)
    for key in (UNKNOWN, "x", client["id"], rival.employee_id):
        assert refused(agency.put(path, body | {"employees": [agency.employee_id, key]})) == (422, no_employee(key))
    assert agency.get(path).json() == order


def test_employees_and_tags_are_replaced_whole(agency, client):
    """D19, D46: full replacement in the order of the request, repeated ones once; tags are shared with tickets."""
    jane = agency.new_employee()
    order = agency.place_order(client["id"], employees=[agency.employee_id], tags=["a", "b"])
    ticket = agency.new_ticket(client["id"], tags=["a"])
    changed = agency.put(
        f"/orders/{order['id']}", {"employees": [jane, agency.employee_id, jane], "tags": ["c", "a", "c"]}
    ).json()
    assert [each["id"] for each in changed["employees"]] == [jane, agency.employee_id]
    assert changed["tags"] == ["c", "a"]
    assert agency.get(f"/tickets/{ticket['id']}").json()["tags"] == ["a"]
    cleared = agency.put(f"/orders/{order['id']}", {"employees": [], "tags": []}).json()
    assert (cleared["employees"], cleared["tags"]) == ([], [])


def test_the_snapshot_stays(agency, client):
    """A service that changes or goes later changes no order."""
    service = agency.new_service()
    order = agency.place_order(client["id"], service_id=service["id"], service=None)
    agency.put(f"/services/{service['id']}", {"name": "Other", "price": 1, "currency": "JPY"})
    assert agency.get(f"/orders/{order['id']}").json() == order
    agency.delete(f"/services/{service['id']}")
    assert agency.get(f"/orders/{order['id']}").json() == order
    assert refused(agency.put(f"/orders/{order['id']}", {"service_id": service["id"]})) == (422, NO_SERVICE)


def test_a_ticket_shows_its_order(agency, client):
    """The summary is the real order's, with the price as a number, and goes with the order."""
    service = agency.new_service(price="1500.10")
    order = agency.place_order(client["id"], service_id=service["id"], service=None, status=1)
    ticket = agency.new_ticket(client["id"], order_id=order["id"])
    assert ticket["order"] == {
        "id": order["id"], "status": "In Progress", "service": "Web Development", "price": 1500.1, "quantity": 1,
        "created_at": NOON,
    }  # fmt: skip
    agency.delete(f"/orders/{order['id']}")
    shown = agency.get(f"/tickets/{ticket['id']}").json()
    assert (shown["order_id"], shown["order"]) == (order["id"], None)


def test_delete(agency, client):
    """A deleted order is gone everywhere, a second delete is 404, and it still guards its client."""
    order = agency.place_order(client["id"])
    response = agency.delete(f"/orders/{order['id']}")
    assert (response.status_code, response.content) == (204, b"")
    for method in ("GET", "PUT", "DELETE"):
        assert agency.send(method, f"/orders/{order['id']}", json={}).status_code == 404
    assert agency.get("/orders").json()["meta"]["total"] == 0
    guarded = agency.delete(f"/clients/{client['id']}")
    assert guarded.json() == {"message": "Cannot delete client with existing orders", "errors": {}}
    assert guarded.status_code == 409
