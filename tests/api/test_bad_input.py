"""Bad input is 400 in the one shape, and changes nothing. Source: issue 2; part A "Requests"."""

import json

import pytest

from service_engine import MemoryStore

ROOT = "root"


@pytest.fixture
def store():
    """Give the store in memory: nothing here depends on where things are kept."""
    return MemoryStore()


@pytest.fixture
def ticket(agency):
    """Give a ticket with a note and a tag."""
    return agency.new_ticket(agency.new_client()["id"], note="Note", tags=["a"])


def send(agency, method, path, body):
    """Send bytes as they are."""
    return agency.send(method, path, content=body, headers={"Content-Type": "application/json"})


def refuse(response, field):
    """Say that it is refused, with one complaint, on this field."""
    assert response.status_code == 400, response.text
    assert response.json()["message"] == "The given data was invalid."
    assert list(response.json()["errors"]) == [field]
    assert all(isinstance(text, str) and text for text in response.json()["errors"][field])


BODIES = [
    (b"", ROOT),
    (b"null", ROOT),
    (b"[]", ROOT),
    (b'"text"', ROOT),
    (b"{", "1"),
    (b'{"subject": "a"', "15"),
    (b'{"subject": "\xff"}', "13"),
    (b"\xff\xfe{\x00}\x00", "0"),
    (b"[" * 200_000, ROOT),
    (b'{"a":' * 100_000, ROOT),
    (b'{"subject": NaN}', "subject"),
    (b'{"subject": "\\u0000"}', "subject"),
    (b'{"subject": "\\ud800"}', "subject"),
    (b'{"subject": "   "}', "subject"),
    (b'{"subject": 1}', "subject"),
    (b'{"subject": true}', "subject"),
    (b'{"subject": null}', "subject"),
    (b'{"subject": "' + b"x" * 100_000 + b'"}', "subject"),
    (b'{"note": "' + b"x" * 65_536 + b'"}', "note"),
    (b'{"note": ["a"]}', "note"),
    (b'{"status": 0}', "status"),
    (b'{"status": 4}', "status"),
    (b'{"status": 1.5}', "status"),
    (b'{"status": "Open"}', "status"),
    (b'{"status": null}', "status"),
    (b'{"status": Infinity}', "status"),
    (b'{"status": 1e400}', "status"),
    (b'{"status": ' + b"9" * 5000 + b"}", "status"),
    (b'{"order_id": 7}', "order_id"),
    (b'{"employees": "x"}', "employees"),
    (b'{"employees": [7]}', "employees.0"),
    (b'{"employees": {}}', "employees"),
    (b'{"tags": "urgent"}', "tags"),
    (b'{"tags": ["a", ""]}', "tags.1"),
    (b'{"tags": ["a", null]}', "tags.1"),
    (b'{"tags": ["' + b"x" * 256 + b'"]}', "tags.0"),
    (b'{"tags": [' + b'"a",' * 1000 + b'"a"]}', "tags"),
    (b'{"metadata": []}', "metadata"),
    (b'{"metadata": {"a": NaN}}', "metadata"),
    (b'{"metadata": {"a": [-Infinity]}}', "metadata"),
    (b'{"metadata": {"a": "\\u0000"}}', "metadata"),
    (b'{"metadata": {"\\udfff": 1}}', "metadata"),
    (b'{"metadata": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}", "metadata"),
    (b'{"metadata": {"a": "' + b"x" * 100_000 + b'"}}', "metadata"),
    (b'{"metadata": {"a": 18446744073709551616}}', "metadata"),
    (b'{"unknown": NaN}', "unknown"),
    (b'{"\\ud800": NaN}', "?"),
]


@pytest.mark.parametrize(("body", "field"), BODIES, ids=range(len(BODIES)))
def test_updating_a_ticket(agency, ticket, body, field):
    """Whatever is wrong with a body is said of the right field, and nothing of it is done."""
    refuse(send(agency, "PUT", f"/tickets/{ticket['id']}", body), field)
    assert agency.get(f"/tickets/{ticket['id']}").json() == ticket


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"email": "a@b.test"}, "email"),
        ({"email": None}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"name_f": "  "}, "name_f"),
        ({"name_l": "x" * 256}, "name_l"),
        ({"company": "x" * 256}, "company"),
        ({"phone": "x" * 51}, "phone"),
        ({"tax_id": "x" * 101}, "tax_id"),
        ({"optin": "x" * 51}, "optin"),
        ({"stripe_id": "x" * 256}, "stripe_id"),
        ({"address": "x"}, "address"),
        ({"address": []}, "address"),
        ({"address": {"country": "x" * 11}}, "address.country"),
        ({"address": {"postcode": 5}}, "address.postcode"),
        ({"address": {"city": "\x00"}}, "address.city"),
        ({"custom_fields": [1]}, "custom_fields"),
        ({"status_id": 40_000}, "status_id"),
        ({"status_id": -1}, "status_id"),
        ({"status_id": "active"}, "status_id"),
        ({"created_at": "2026-02-07T12:00:00"}, "created_at"),
        ({"created_at": "2026-02-30T12:00:00Z"}, "created_at"),
        ({"created_at": "0001-01-01T00:00:00+01:00"}, "created_at"),
        ({"created_at": "2026-02-07T12:00:00+01:99"}, "created_at"),
        ({"created_at": 1_700_000_000}, "created_at"),
    ],
)
def test_creating_a_client(agency, fields, field):
    """Each field of a client has its own bounds, and nobody is created."""
    refuse(agency.post("/clients", {"name_f": "J", "name_l": "D", "email": "j@example.com", **fields}), field)
    assert agency.get("/clients").json()["meta"]["total"] == 0


SERVICE = {"name": "A", "recurring": 0, "currency": "USD"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": None}, "name"),
        ({"recurring": 3}, "recurring"),
        ({"recurring": -1}, "recurring"),
        ({"recurring": None}, "recurring"),
        ({"recurring": 0.5}, "recurring"),
        ({"currency": ""}, "currency"),
        ({"currency": "US"}, "currency"),
        ({"currency": "USDX"}, "currency"),
        ({"currency": "U\x00D"}, "currency"),
        ({"currency": "ÜSD"}, "currency"),
        ({"currency": "uß"}, "currency"),
        ({"currency": 7}, "currency"),
        ({"description": "x" * 65_536}, "description"),
        ({"f_period_l": 0}, "f_period_l"),
        ({"r_period_l": 2**31}, "r_period_l"),
        ({"f_period_t": "X"}, "f_period_t"),
        ({"r_period_t": "m"}, "r_period_t"),
        ({"r_period_t": ""}, "r_period_t"),
        ({"recurring_action": 40_000}, "recurring_action"),
        ({"deadline": -1}, "deadline"),
        ({"max_active_requests": -1}, "max_active_requests"),
        ({"provider_id": 2**31}, "provider_id"),
        ({"provider_service_id": "x"}, "provider_service_id"),
        ({"public": "perhaps"}, "public"),
        ({"multi_order": 2}, "multi_order"),
        ({"employees": [7]}, "employees.0"),
        ({"employees": ["x"] * 101}, "employees"),
        ({"folder_id": 7}, "folder_id"),
        ({"folder_id": "\x00"}, "folder_id"),
        ({"hoth_product_key": "x" * 256}, "hoth_product_key"),
        ({"hoth_package_name": "x" * 256}, "hoth_package_name"),
        ({"braintree_plan_id": "\ud800"}, "braintree_plan_id"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_writing_a_service(agency, method, fields, field):
    """D64, D65: each field of a service has its own bounds, on create and on update; nothing is written."""
    path = "/services" if method == "POST" else f"/services/{agency.new_service()['id']}"
    before = agency.get("/services").json()
    refuse(send(agency, method, path, json.dumps(SERVICE | fields).encode()), field)
    assert agency.get("/services").json() == before


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"user_id": None}, "user_id"),
        ({"user_id": 7}, "user_id"),
        ({"service": "x" * 256}, "service"),
        ({"service_id": 7}, "service_id"),
        ({"status": 5}, "status"),
        ({"status": "1.5"}, "status"),
        ({"number": "x" * 51}, "number"),
        ({"tags": ["  "]}, "tags.0"),
        ({"employees": "x"}, "employees"),
        ({"metadata": {}}, "metadata"),
        ({"created_at": "2026-02-07"}, "created_at"),
        ({"date_due": "2026-02-07T12:00:00"}, "date_due"),
        ({"date_started": 0}, "date_started"),
        ({"date_completed": "x"}, "date_completed"),
    ],
)
def test_creating_an_order(agency, fields, field):
    """D64, D65: each field of an order has its own bounds, and nothing is written."""
    client = agency.new_client()["id"]
    refuse(agency.post("/orders", {"user_id": client, "service": "A", **fields}), field)
    assert agency.get("/orders").json()["meta"]["total"] == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"description": "x" * 65_536}, "description"),
        ({"employee_ids": [None]}, "employee_ids.0"),
        ({"employee_ids": ["x"] * 101}, "employee_ids"),
        ({"sort_order": 2**31}, "sort_order"),
        ({"sort_order": 0.5}, "sort_order"),
        ({"is_public": "perhaps"}, "is_public"),
        ({"for_client": 2}, "for_client"),
        ({"deadline": -1}, "deadline"),
        ({"deadline": 2**31}, "deadline"),
        ({"due_at": "2026-02-07T12:00:00"}, "due_at"),
        ({"due_at": "soon"}, "due_at"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_writing_a_task(agency, method, fields, field):
    """D64, D65: each field of a task has its own bounds, on create and on update; nothing is written."""
    order = agency.place_order(agency.new_client()["id"])["id"]
    task = agency.new_task(order)
    path = f"/orders/{order}/tasks" if method == "POST" else f"/order-tasks/{task['id']}"
    refuse(agency.send(method, path, json={"name": "A", **fields}), field)
    assert agency.get(f"/orders/{order}/tasks").json() == [task]


NUMBERS = [("/services", SERVICE, "price"), ("/services", SERVICE, "deadline"), ("/services", SERVICE, "unknown")]


@pytest.mark.parametrize(("path", "body", "field"), NUMBERS)
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000])
def test_numbers_that_are_not_finite(agency, path, body, field, number):
    """D18: 400 on the field, wherever they stand."""
    text = json.dumps(body)[:-1] + f', "{field}": {number}}}'
    refuse(send(agency, "POST", path, text.encode()), field)


def test_numbers_with_a_point_are_numbers_everywhere(agency):
    """Reading amounts exactly does not change what else a number can be: whole, true, or part of free JSON."""
    order = agency.place_order(agency.new_client()["id"])["id"]
    response = send(agency, "PUT", f"/orders/{order}", b'{"status": 2.0, "form_data": {"a": [0.1, 1e2, -0.0]}}')
    assert (response.json()["status_id"], response.json()["form_data"]) == (2, {"a": [0.1, 100.0, -0.0]})
    task = send(agency, "POST", f"/orders/{order}/tasks", b'{"name": "A", "deadline": 4e1, "is_public": 1.0}').json()
    assert (task["deadline"], task["is_public"]) == (40, True)
    for body in (b"1.5", b"-0.0"):
        refuse(send(agency, "PUT", f"/orders/{order}", body), ROOT)
    nested = b'{"name_f": "A", "name_l": "B", "email": "a@example.com", "address": 1.5}'
    refuse(send(agency, "POST", "/clients", nested), "address")
    refuse(send(agency, "POST", f"/orders/{order}/messages", b'{"message": 1.5}'), "message")


def test_missing_fields(agency):
    """Every field that is missing is named at once."""
    response = agency.post("/clients", {})
    assert response.json() == {
        "message": "The given data was invalid.",
        "errors": {"name_f": ["Field required"], "name_l": ["Field required"], "email": ["Field required"]},
    }
    assert list(agency.post("/tickets", {}).json()["errors"]) == ["user_id", "subject"]
    assert list(agency.post("/services", {}).json()["errors"]) == ["name", "recurring", "currency"]
    assert list(agency.post("/orders", {}).json()["errors"]) == ["user_id"]
    proposal = ["client_email", "client_name_f", "client_name_l", "items"]
    assert list(agency.post("/proposals", {}).json()["errors"]) == proposal
    assert list(agency.post("/invoices", {}).json()["errors"]) == ["items"]
    client = agency.new_client()["id"]
    invoice = agency.new_invoice(client)["id"]
    assert list(agency.post(f"/invoices/{invoice}/charge", {}).json()["errors"]) == ["payment_method_id"]
    order = agency.place_order(client)["id"]
    assert list(agency.post(f"/orders/{order}/tasks", {}).json()["errors"]) == ["name"]
    assert list(agency.post(f"/orders/{order}/messages", {}).json()["errors"]) == ["message"]


@pytest.mark.parametrize("path", ["/tickets", "/clients", "/services", "/orders", "/proposals", "/invoices"])
@pytest.mark.parametrize(
    "media", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/json"]
)
def test_bodies_that_do_not_say_json(agency, path, media):
    """A form, or a body of any other kind, is blamed as a whole, even where its text would be JSON."""
    refuse(agency.send("POST", path, content=b'{"subject": "a"}', headers={"Content-Type": media}), ROOT)


@pytest.mark.parametrize(
    "media", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"]
)
def test_bodies_that_say_json(agency, ticket, media):
    """JSON is JSON in whatever case and with whatever parameters."""
    response = agency.send(
        "PUT", f"/tickets/{ticket['id']}", content=b'{"subject": "New"}', headers={"Content-Type": media}
    )
    assert (response.status_code, response.json()["subject"]) == (200, "New")


def test_a_body_without_a_type_is_json(agency, ticket):
    """Who says nothing is believed to send JSON."""
    response = agency.send("PUT", f"/tickets/{ticket['id']}", content=b'{"subject": "New"}')
    assert (response.status_code, response.json()["subject"]) == (200, "New")


def test_repeated_keys(agency, ticket):
    """Of a key that is given twice the last one counts, as Python and most others have it."""
    response = send(agency, "PUT", f"/tickets/{ticket['id']}", b'{"subject": "a", "subject": "b"}')
    assert response.json()["subject"] == "b"


def test_an_affix_of_bytes_in_the_query(agency):
    """A query that is no UTF-8 is read with replacements, and refused where it is looked at."""
    assert agency.get("/tickets?x=%ff&%ff=1", params=None).status_code == 200
    refuse(agency.get("/tickets?filters[status][$eq]=%ff", params=None), "query.filters[status][$eq]")
    assert agency.get("/tickets?filters[%ff][$eq]=1", params=None).status_code == 400
