"""Which of several mistakes is answered. Source: contract section 1.3."""

import pytest

from service_engine import MemoryStore

UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"


@pytest.fixture
def store():
    """Give the store in memory: nothing here depends on where things are kept."""
    return MemoryStore()


def answer(response):
    """Return the status and the fields that are blamed."""
    return response.status_code, sorted(response.json()["errors"])


WRONG = {"subject": 1, "name_f": 1, "name": 1, "note": 1, "message": 1, "items": [], "payment_method_id": 1}
STEPS = [
    ("PUT", f"/tickets/{UNKNOWN}", ["note", "subject"]),
    ("PUT", "/tickets/x", ["note", "subject"]),
    ("PUT", f"/clients/{UNKNOWN}", ["name_f", "note"]),
    ("PUT", f"/services/{UNKNOWN}", ["name"]),
    ("PUT", "/services/x", ["name"]),
    ("PUT", f"/orders/{UNKNOWN}", ["note"]),
    ("PUT", "/orders/x", ["note"]),
    ("POST", f"/orders/{UNKNOWN}/tasks", ["name"]),
    ("POST", "/orders/x/tasks", ["name"]),
    ("POST", f"/orders/{UNKNOWN}/messages", ["message"]),
    ("POST", "/orders/x/messages", ["message"]),
    ("PUT", f"/order-tasks/{UNKNOWN}", ["name"]),
    ("PUT", "/order-tasks/x", ["name"]),
    ("PUT", f"/invoices/{UNKNOWN}", ["items", "note"]),
    ("PUT", "/invoices/x", ["items", "note"]),
    ("POST", f"/invoices/{UNKNOWN}/charge", ["payment_method_id"]),
    ("POST", "/invoices/x/charge", ["payment_method_id"]),
]


@pytest.mark.parametrize(("method", "path", "fields"), STEPS)
def test_the_five_steps(agency, method, path, fields):
    """JSON before the token, the token before the schema, the schema before the path, the path before the rules."""
    send = agency.http.request
    fitting = {
        "name": "A", "message": "A", "order_id": "x", "service_id": "x", "folder_id": "x", "employee_ids": ["x"],
        "coupon_id": "x", "user_id": "x", "payment_method_id": "x",
    }  # fmt: skip
    token = {"Authorization": f"Bearer {agency.token}"}
    broken = {"content": b"{", "headers": {"Content-Type": "application/json"}}
    assert answer(send(method, f"/api{path}", **broken)) == (400, ["1"])
    assert answer(send(method, f"/api{path}", json=WRONG)) == (401, [])
    assert answer(send(method, f"/api{path}", json=WRONG, headers=token)) == (400, fields)
    assert answer(send(method, f"/api{path}", json=fitting, headers=token)) == (404, [])


def test_the_ticket_before_its_references(agency):
    """A ticket that is not there is 404, whatever the body refers to."""
    response = agency.put(f"/tickets/{UNKNOWN}", {"order_id": UNKNOWN, "employees": [UNKNOWN]})
    assert answer(response) == (404, [])


@pytest.mark.parametrize("missing", [UNKNOWN, "x", "", UNKNOWN.replace("-", "")])
def test_client_then_order_then_employees(agency, missing):
    """Only the first reference that fails is named; a malformed one fails in its own turn."""
    client = agency.new_client()["id"]
    body = {"user_id": missing, "subject": "Help", "order_id": missing or "x", "employees": [missing]}
    assert answer(agency.post("/tickets", body)) == (422, ["user_id"])
    assert answer(agency.post("/tickets", body | {"user_id": client})) == (422, ["order_id"])
    assert answer(agency.post("/tickets", body | {"user_id": client, "order_id": None})) == (422, ["employees"])
    assert agency.get("/tickets").json()["meta"]["total"] == 0


def test_the_schema_before_the_references(agency):
    """A schema error is 400 even where a reference is wrong as well."""
    assert answer(agency.post("/tickets", {"user_id": UNKNOWN, "subject": " "})) == (400, ["subject"])


def test_a_list_checks_the_token_first(agency):
    """The query of a list is looked at only for those who may call."""
    assert agency.http.get("/api/tickets", params={"limit": "0"}).status_code == 401
    assert answer(agency.get("/tickets", limit="0")) == (400, ["query.limit"])


@pytest.mark.parametrize("noun", ["tickets", "clients", "services", "orders", "invoices"])
@pytest.mark.parametrize("key", ["x", "1", UNKNOWN.replace("-", ""), f"{{{UNKNOWN}}}", f"{UNKNOWN}0", "%00", UNKNOWN])
def test_ids_in_paths(agency, noun, key):
    """An id that has not the shape of one is answered exactly like an unknown one."""
    for method in ("GET", "PUT", "DELETE"):
        response = agency.send(method, f"/{noun}/{key}", json={})
        assert (response.status_code, response.content) == (404, b'{"message":"Not Found","errors":{}}')


@pytest.mark.parametrize("key", ["x", UNKNOWN.replace("-", ""), f"{{{UNKNOWN}}}", UNKNOWN])
def test_ids_in_paths_of_parts(agency, key):
    """D15: the same for an order's tasks and messages, under it and by themselves, and for what is done to a thing."""
    for method, path in (
        ("GET", f"/orders/{key}/tasks"),
        ("POST", f"/orders/{key}/tasks"),
        ("GET", f"/orders/{key}/messages"),
        ("POST", f"/orders/{key}/messages"),
        ("PUT", f"/order-tasks/{key}"),
        ("DELETE", f"/order-tasks/{key}"),
        ("POST", f"/order-tasks/{key}/complete"),
        ("DELETE", f"/order-tasks/{key}/complete"),
        ("DELETE", f"/order-messages/{key}"),
        ("GET", f"/proposals/{key}"),
        ("POST", f"/proposals/{key}/send"),
        ("POST", f"/proposals/{key}/sign"),
        ("POST", f"/invoices/{key}/charge"),
        ("POST", f"/invoices/{key}/mark_paid"),
    ):
        response = agency.send(method, path, json={"name": "A", "message": "A", "payment_method_id": "pm_1"})
        assert (response.status_code, response.content) == (404, b'{"message":"Not Found","errors":{}}')


def test_folder_then_employees(agency):
    """Of a service's references the folder is checked first."""
    body = {"name": "A", "recurring": 0, "currency": "USD", "folder_id": UNKNOWN, "employees": [UNKNOWN]}
    assert answer(agency.post("/services", body)) == (422, ["folder_id"])
    assert answer(agency.post("/services", body | {"folder_id": None})) == (422, ["employees"])


FINE = {"name": "A", "recurring": 0, "currency": "JPY", "price": "1.5"}
"""A service whose price is too fine for its currency."""


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/services", FINE | {"folder_id": UNKNOWN}, "price"),
        ("/services", FINE | {"employees": [UNKNOWN]}, "price"),
        ("/orders", {"user_id": UNKNOWN, "service": "A", "number": " "}, "number"),
        ("/orders", {"user_id": UNKNOWN, "service": "A", "number": "x" * 51}, "number"),
    ],
)
def test_what_needs_no_look_up_before_the_references(agency, path, body, field):
    """A rule that the body alone breaks is 400 where a reference is wrong as well, as it is in a change."""
    assert answer(agency.post(path, body)) == (400, [field])


def test_the_status_before_the_payment(agency):
    """What is not there is 404, what cannot be paid any longer 400, before any gateway is asked."""
    invoice = agency.new_invoice(agency.new_client()["id"])["id"]
    agency.put(f"/invoices/{invoice}", {"status": 5})
    for card in ("pm_1", "pm_down", "pm_empty"):
        response = agency.post(f"/invoices/{invoice}/charge", {"payment_method_id": card})
        assert response.json()["errors"] == {"payment_method_id": ["Cannot charge Cancelled invoice."]}
        assert agency.post(f"/invoices/{UNKNOWN}/charge", {"payment_method_id": card}).status_code == 404


def test_a_status_before_a_reference(agency):
    """Of a change of an invoice the move is checked first, then what it refers to: client, coupon, services."""
    invoice = agency.new_invoice(agency.new_client()["id"])["id"]
    items = [{"name": "A", "quantity": 1, "amount": 1, "service_id": UNKNOWN}]
    body = {"status": 4, "user_id": UNKNOWN, "coupon_id": UNKNOWN, "items": items}
    for blamed, status in (("status", 400), ("user_id", 422), ("coupon_id", 422), ("items.0.service_id", 422)):
        assert answer(agency.put(f"/invoices/{invoice}", body)) == (status, [blamed])
        body.pop(blamed.split(".")[0])


def test_ids_in_capitals(agency):
    """The case of an id does not matter."""
    client = agency.new_client()
    assert agency.get(f"/clients/{client['id'].upper()}").json() == client
    ticket = agency.new_ticket(client["id"].upper(), employees=[agency.employee_id.upper()])
    assert agency.get(f"/tickets/{ticket['id'].upper()}").json() == ticket
