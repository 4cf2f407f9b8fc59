"""The catalogue as its callers see it. Source: contract section 2.3; part A "Requests", "Responses"."""

import json

import pytest

NOON = "2026-02-07T12:00:00+00:00"
LATER = "2026-02-07T12:00:01+00:00"
UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"
NO_FOLDER = {"folder_id": ["The specified folder does not exist."]}
NULLABLE = [
    "description", "price", "f_price", "f_period_l", "f_period_t", "r_price", "r_period_l", "r_period_t",
    "recurring_action", "max_active_requests", "deadline", "folder_id", "braintree_plan_id", "hoth_product_key",
    "hoth_package_name", "provider_id", "provider_service_id",
]  # fmt: skip
REQUIRED = [
    "name", "recurring", "currency", "multi_order", "request_orders", "public", "sort_order", "group_quantities",
    "employees", "metadata",
]  # fmt: skip


def no_employee(key):
    """Return the complaint about somebody who is not there."""
    return {"employees": [f"Employee with ID {key} does not exist."]}


def everything(folder, employee):
    """Return a body with every field that can be given."""
    return {
        "name": " Care plan ", "recurring": 2, "currency": " eur ", "description": "Updates", "price": 99.9,
        "f_price": "0.10", "f_period_l": 2, "f_period_t": "W", "r_price": 1234567.89, "r_period_l": 1,
        "r_period_t": "M", "recurring_action": 3, "multi_order": False, "request_orders": True,
        "max_active_requests": 4, "deadline": 14, "public": False, "group_quantities": True, "folder_id": folder,
        "employees": [employee, employee], "metadata": [{"title": "a", "value": "1"}], "braintree_plan_id": "b",
        "hoth_product_key": "k", "hoth_package_name": "n", "provider_id": 5, "provider_service_id": -6,
    }  # fmt: skip


def test_a_service_with_the_least(agency):
    """Only name, recurrence and currency are needed; the rest has the contract's defaults."""
    response = agency.post("/services", {"name": "Advice", "recurring": 0, "currency": "usd"})
    assert response.status_code == 201
    service = response.json()
    assert service == {
        "id": service["id"], "name": "Advice", "description": None, "image": None, "recurring": 0, "price": None,
        "pretty_price": "$0.00", "currency": "USD", "f_price": None, "f_period_l": None, "f_period_t": None,
        "r_price": None, "r_period_l": None, "r_period_t": None, "recurring_action": None, "multi_order": True,
        "request_orders": False, "max_active_requests": None, "deadline": None, "public": True, "sort_order": 0,
        "group_quantities": False, "folder_id": None, "metadata": {}, "braintree_plan_id": None,
        "hoth_product_key": None, "hoth_package_name": None, "provider_id": None, "provider_service_id": None,
        "created_at": NOON, "updated_at": NOON,
    }  # fmt: skip
    assert len(service) == 31


def test_a_service_with_everything(agency):
    """Every field that can be given comes back, and retrieve and list show what create showed."""
    folder = agency.new_folder()
    response = agency.post("/services", everything(folder, agency.employee_id) | {"sort_order": 7, "image": "x"})
    service = response.json()
    assert response.status_code == 201
    assert service == {
        "id": service["id"], "name": "Care plan", "description": "Updates", "image": None, "recurring": 2,
        "price": "99.90", "pretty_price": "€99.90", "currency": "EUR", "f_price": "0.10", "f_period_l": 2,
        "f_period_t": "W", "r_price": "1234567.89", "r_period_l": 1, "r_period_t": "M", "recurring_action": 3,
        "multi_order": False, "request_orders": True, "max_active_requests": 4, "deadline": 14, "public": False,
        "sort_order": 0, "group_quantities": True, "folder_id": folder, "metadata": {"a": "1"},
        "braintree_plan_id": "b", "hoth_product_key": "k", "hoth_package_name": "n", "provider_id": 5,
        "provider_service_id": -6, "created_at": NOON, "updated_at": NOON,
    }  # fmt: skip
    assert agency.get(f"/services/{service['id']}").json() == service
    assert agency.get("/services").json()["data"] == [service]


def test_null_on_create(agency):
    """On create, null means the same as leaving a field out, and the empty text is no folder."""
    least = {"name": "Advice", "recurring": 0, "currency": "USD"}
    plain = agency.post("/services", least).json()
    nothing = dict.fromkeys([*NULLABLE, *REQUIRED]) | least | {"folder_id": ""}
    made = agency.post("/services", nothing).json()
    assert made | {"id": plain["id"]} == plain


@pytest.mark.parametrize(
    ("sent", "currency", "shown", "pretty"),
    [
        ("1500", "USD", "1500.00", "$1500.00"),
        ("0.1", "GBP", "0.10", "£0.10"),
        ('"0.10"', "CAD", "0.10", "CA$0.10"),
        ("15e2", "AUD", "1500.00", "A$1500.00"),
        ("9999999999.99", "USD", "9999999999.99", "$9999999999.99"),
        ("1.005", "KWD", "1.005", "KWD 1.005"),
        ("1500", "JPY", "1500.00", "JPY 1500.00"),
        ("0.30000000000000000000", "EUR", "0.30", "€0.30"),
        ("0", "CHF", "0.00", "CHF 0.00"),
    ],
)
def test_money_is_exact(agency, sent, currency, shown, pretty):
    """D18, D34: an amount is read as it is written, number or text, and never is a float; it is shown with decimals."""
    body = f'{{"name": "A", "recurring": 0, "currency": "{currency}", "price": {sent}}}'
    response = agency.send("POST", "/services", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 201, response.text
    assert (response.json()["price"], response.json()["pretty_price"]) == (shown, pretty)


@pytest.mark.parametrize("field", ["price", "f_price", "r_price"])
@pytest.mark.parametrize(
    "sent",
    ["-0.01", "0.001", "1e-3", "10000000000", "1e400", "NaN", "Infinity", '"NaN"', '"1e400"', '"1_000"', '"x"', '""',
     "true", "[1]", '"１"', "9" * 5000],  # noqa: RUF001 - a digit of another script, on purpose
)  # fmt: skip
def test_amounts_that_are_refused(agency, field, sent):
    """D18, D64: negative, too fine for the currency, too large, not finite or no number is 400 on the wire's field."""
    body = f'{{"name": "A", "recurring": 0, "currency": "USD", "{field}": {sent}}}'
    response = agency.send("POST", "/services", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    [text] = response.json()["errors"][field]
    assert "first_" not in text
    assert "recurring_" not in text
    assert agency.get("/services").json()["meta"]["total"] == 0


def test_a_change_of_currency_takes_the_prices_along(agency):
    """The amounts stay where the new currency can hold them; where it cannot, nothing changes."""
    service = agency.new_service(price="10.50", f_price=3)
    path = f"/services/{service['id']}"
    changed = agency.put(path, {"currency": "gbp"}).json()
    assert (changed["currency"], changed["price"], changed["f_price"]) == ("GBP", "10.50", "3.00")
    response = agency.put(path, {"currency": "JPY"})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["price"])
    assert agency.get(path).json() == changed
    assert agency.put(path, {"currency": "JPY", "price": 10}).json()["pretty_price"] == "JPY 10.00"


def test_metadata_pairs(agency):
    """Later duplicates win, titles are stripped and those that are empty dropped, a missing value is the empty text."""
    pairs = [
        {"title": "a", "value": "1"}, {"title": " b ", "value": " 2 "}, {"title": "", "value": "x"},
        {"title": " "}, {"title": "a", "value": "3"}, {"title": "c"},
    ]  # fmt: skip
    service = agency.new_service(metadata=pairs)
    assert service["metadata"] == {"a": "3", "b": " 2 ", "c": ""}
    path = f"/services/{service['id']}"
    assert agency.put(path, {"metadata": [{"title": "d"}]}).json()["metadata"] == {"d": ""}
    assert agency.put(path, {}).json()["metadata"] == {"d": ""}
    assert agency.put(path, {"metadata": []}).json()["metadata"] == {}


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"a": 1}, "metadata"),
        ([{"value": "x"}], "metadata.0.title"),
        ([{"title": None}], "metadata.0.title"),
        ([{"title": "a", "value": 1}], "metadata.0.value"),
        (["a"], "metadata.0"),
        ([{"title": "\x00"}], "metadata"),
        ([{"title": "a", "value": "x" * 17_000}], "metadata"),
        ([{"title": "a"}] * 1001, "metadata"),
    ],
)
def test_metadata_that_is_refused(agency, metadata, field):
    """D18: what is no list of pairs, or too large, is 400 on the pair or on the whole, also null on an update."""
    response = agency.post("/services", {"name": "A", "recurring": 0, "currency": "USD", "metadata": metadata})
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert all("MetadataPair" not in text for texts in response.json()["errors"].values() for text in texts)


def test_update_changes_what_is_named(agency, clock):
    """Each field by itself; the rest and the time of creation stay; ``sort_order`` can be changed here only."""
    folder, jane = agency.new_folder(), agency.new_employee()
    service = agency.new_service()
    path = f"/services/{service['id']}"
    clock.tick()
    sent = everything(folder, jane) | {"sort_order": -3}
    del sent["employees"]
    reference = agency.new_service(**sent | {"name": "Other"})
    for field, value in sent.items():
        changed = agency.put(path, {field: value})
        assert changed.status_code == 200, changed.text
        expected = {"name": "Care plan", "sort_order": -3}.get(field, reference[field])
        assert changed.json()[field] == expected, field
        assert changed.json()["updated_at"] == LATER
    final = agency.get(path).json()
    assert final == reference | {"id": service["id"], "name": "Care plan", "sort_order": -3, "created_at": NOON}


def test_update_without_a_change(agency, clock):
    """Absent is unchanged, unknown keys are ignored, and a change of nothing does not even touch the time."""
    service = agency.new_service(metadata=[{"title": "a"}], employees=[agency.employee_id])
    clock.tick()
    for body in ({}, {"id": "x", "image": "x", "pretty_price": "x", "deleted_at": NOON}, {"price": "1500.0"}):
        assert agency.put(f"/services/{service['id']}", body).json() == service


def test_null_and_the_empty_text_on_update(agency):
    """Null clears what can be empty and is 400 elsewhere; the empty text clears the folder, too."""
    folder = agency.new_folder()
    service = agency.new_service(**everything(folder, agency.employee_id))
    path = f"/services/{service['id']}"
    for field in REQUIRED:
        response = agency.put(path, {field: None, "description": "New"})
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert agency.get(path).json() == service
    for field in NULLABLE:
        assert agency.put(path, {field: None}).json()[field] is None
    for empty in ("", " "):
        assert agency.put(path, {"folder_id": folder}).json()["folder_id"] == folder
        assert agency.put(path, {"folder_id": empty}).json()["folder_id"] is None


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_folders(agency, rival, method):
    """D45: a folder that is unknown, malformed or another organisation's is 422 in the same words."""
    path = "/services" if method == "POST" else f"/services/{agency.new_service()['id']}"
    before = agency.get("/services").json()
    for folder in (UNKNOWN, "x", UNKNOWN.replace("-", ""), rival.new_folder()):
        body = {"name": "A", "recurring": 0, "currency": "USD", "folder_id": folder}
        response = agency.send(method, path, json=body)
        assert (response.status_code, response.json()["errors"]) == (422, NO_FOLDER)
    assert agency.get("/services").json() == before


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_employees(agency, rival, method):
    """D42: who is unknown, malformed, a client or another organisation's is refused by id, the first of them only."""
    client = agency.new_client()["id"]
    path = "/services" if method == "POST" else f"/services/{agency.new_service()['id']}"
    before = agency.get("/services").json()
    for key in (UNKNOWN, "no id", UNKNOWN.replace("-", ""), client, rival.employee_id):
        body = {"name": "A", "recurring": 0, "currency": "USD", "employees": [agency.employee_id, key, UNKNOWN]}
        response = agency.send(method, path, json=body)
        assert (response.status_code, response.json()["errors"]) == (422, no_employee(key))
    assert agency.get("/services").json() == before


def test_employees_named_twice_count_once(agency):
    """D19, D20: repeated employees are no error, and a refused replacement leaves the old ones."""
    service = agency.new_service(employees=[agency.employee_id] * 3)
    path = f"/services/{service['id']}"
    assert agency.put(path, {"employees": [agency.new_employee(), UNKNOWN]}).status_code == 422
    assert agency.get(path).json() == service
    for employees in ([], [agency.employee_id]):
        assert agency.put(path, {"employees": employees}).status_code == 200


def test_deleted_services(agency):
    """Gone from every operation, a second delete is 404, and its orders keep rendering it."""
    client, service = agency.new_client()["id"], agency.new_service()
    order = agency.place_order(client, service_id=service["id"], service=None)
    response = agency.delete(f"/services/{service['id']}")
    assert (response.status_code, response.content) == (204, b"")
    for method in ("GET", "PUT", "DELETE"):
        assert agency.send(method, f"/services/{service['id']}", json={}).status_code == 404
    assert agency.get("/services").json()["meta"]["total"] == 0
    assert agency.get(f"/orders/{order['id']}").json() == order
    assert (order["service"], order["service_id"], order["price"]) == ("Web Development", service["id"], "1500.00")


def test_json_without_floats(agency):
    """Amounts go out as texts, so that nobody reads them as floats."""
    service = agency.new_service(price=0.1, f_price=0.2, r_price=0.3)
    raw = agency.get(f"/services/{service['id']}").text
    assert all(not isinstance(value, float) for value in json.loads(raw).values())
