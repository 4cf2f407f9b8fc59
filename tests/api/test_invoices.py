"""Invoices as their callers see them. Source: contract section 2.7; part A "Rules" (invoices), "Requests"."""

import json
from typing import Any

import pytest

NOON = "2026-02-07T12:00:00+00:00"
LATER = "2026-02-07T12:00:01+00:00"
DUE = "2026-02-21T12:00:00+00:00"
UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"
NOBODY = {"user_id": ["Either user_id or email is required."]}
NO_CLIENT = {"user_id": ["The specified client does not exist."]}
NO_COUPON = {"coupon_id": ["The specified coupon does not exist."]}
ACCOUNT = ("aff_id", "stripe_id", "balance", "custom_fields", "status")
LINKS = dict.fromkeys(["view_link", "download_link", "thanks_link"])
LINE = {"name": "Advice", "quantity": 1, "amount": 100}


def no_service(position):
    """Return the complaint about an item's service that is not there."""
    return {f"items.{position}.service_id": ["The specified service does not exist."]}


def refused(response):
    """Return the status and the complaints of a refusal."""
    return response.status_code, response.json()["errors"]


def issued(agency, client, **fields):
    """Issue an invoice and return it as a retrieve shows it."""
    return agency.get(f"/invoices/{agency.new_invoice(client['id'], **fields)['id']}").json()


def listed(invoice):
    """Return an invoice as everything but a retrieve shows it."""
    return invoice | {"client": invoice["client"] | dict.fromkeys(ACCOUNT)}


@pytest.fixture
def client(agency):
    """Give a client with everything."""
    address = {"line_1": "1 Main Street", "city": "Springfield", "country": "US", "postcode": "12345"}
    return agency.new_client(
        company="Acme", phone="1", tax_id="T1", stripe_id="cus_1", address=address, custom_fields={"vip": True}
    )


@pytest.fixture
def service(agency):
    """Give a service."""
    return agency.new_service()


def test_an_invoice_with_the_least(agency, client):
    """D1, D2: 30 keys, 14 of an item, 11 of the billing address; Unpaid, due in 14 days, in dollars."""
    response = agency.post("/invoices", {"user_id": client["id"], "items": [LINE]})
    assert response.status_code == 201
    invoice = response.json()
    [item] = invoice["items"]
    assert invoice | {"client": None} == {
        "id": invoice["id"], "number": "INV-00001", "number_prefix": "INV-", "client": None,
        "items": [
            {
                "id": item["id"], "invoice_id": invoice["id"], "name": "Advice", "description": None, "quantity": 1,
                "amount": "100.00", "discount": "0.00", "discount2": None, "total": "100.00", "service_id": None,
                "order_id": None, "options": {}, "created_at": NOON, "updated_at": NOON,
            }
        ],
        "billing_address": {
            "line_1": "1 Main Street", "line_2": None, "city": "Springfield", "state": None, "postcode": "12345",
            "country": "US", "name_f": "John", "name_l": "Doe", "company_name": "Acme", "company_vat": None,
            "tax_id": None,
        },
        "status": "Unpaid", "status_id": 1, "created_at": NOON, "date_due": DUE, "date_paid": None, "credit": "0.00",
        "tax": "0.00", "tax_name": None, "tax_percent": "0.00", "currency": "USD", "reason": None, "note": None,
        "ip_address": None, "loc_confirm": False, "recurring": None, "coupon_id": None, "transaction_id": None,
        "paysys": None, "subtotal": "100.00", "total": "100.00", "employee_id": None, **LINKS,
    }  # fmt: skip
    assert (len(invoice), len(item), len(invoice["billing_address"])) == (30, 14, 11)


def test_the_client_of_an_invoice(agency, client):
    """D6, D52: 15 keys; the account is filled by retrieve only, aff_id is a number, and no row shows its insides."""
    invoice = agency.new_invoice(client["id"])
    path = f"/invoices/{invoice['id']}"
    shared = {
        key: client[key] for key in ("id", "name", "name_f", "name_l", "email", "company", "phone", "tax_id")
    } | {"address": client["address"], "role": client["role"]}  # fmt: skip
    assert invoice["client"] == shared | dict.fromkeys(ACCOUNT)
    assert len(invoice["client"]) == 15
    shown = agency.get(path).json()
    assert shown["client"] == shared | {key: client[key] for key in ACCOUNT}
    assert isinstance(shown["client"]["aff_id"], int)
    assert shown["client"]["custom_fields"] == {"vip": True}
    assert list(shown["client"]) == list(invoice["client"])
    for other in (
        agency.get("/invoices").json()["data"][0],
        agency.put(path, {}).json(),
        agency.post(f"{path}/mark_paid", None).json(),
    ):
        assert other["client"] == invoice["client"]


def test_an_invoice_with_everything(agency, client, service):
    """D33: tax, discount, period, coupon and note come back; what is not a field of it is ignored."""
    coupon = agency.new_coupon()
    items = [
        {
            "name": " Site ", "description": " All of it ", "quantity": "2", "amount": "300.50", "discount": 1,
            "service_id": service["id"], "options": {"a": [1.5, None]}, "id": 7, "order_id": UNKNOWN, "discount2": 5,
        },
        {"name": "Credit", "quantity": 1, "amount": -0.01, "discount": None, "service_id": "", "options": None},
    ]  # fmt: skip
    body = {
        "user_id": client["id"], "email": "other@example.com", "items": items, "status": 0, "tax": 12, "tax_type": 2,
        "recurring": {"r_period_l": 3, "r_period_t": "W"}, "coupon_id": coupon, "note": " Thanks ", "currency": "usd",
        "number": "X", "date_due": NOON, "date_paid": NOON, "total": 1, "credit": 50, "paysys": "x", "employee_id": "x",
    }  # fmt: skip
    response = agency.post("/invoices", body)
    assert response.status_code == 201, response.text
    invoice = response.json()
    first, second = invoice["items"]
    assert first == {
        "id": first["id"], "invoice_id": invoice["id"], "name": "Site", "description": "All of it", "quantity": 2,
        "amount": "300.50", "discount": "1.00", "discount2": None, "total": "600.00", "service_id": service["id"],
        "order_id": None, "options": {"a": [1.5, None]}, "created_at": NOON, "updated_at": NOON,
    }  # fmt: skip
    assert (second["amount"], second["total"], second["service_id"], second["options"]) == ("-0.01", "-0.01", None, {})
    expected = {
        "number": "INV-00001", "status": "Draft", "status_id": 0, "tax": "72.00", "tax_name": "Tax",
        "tax_percent": "12.00", "subtotal": "599.99", "total": "671.99", "credit": "0.00", "currency": "USD",
        "recurring": {"r_period_l": 3, "r_period_t": "W"}, "coupon_id": coupon, "note": "Thanks", "date_due": DUE,
        "date_paid": None, "paysys": None, "employee_id": None, "transaction_id": None,
    }  # fmt: skip
    assert {key: invoice[key] for key in expected} == expected
    assert agency.get("/clients").json()["meta"]["total"] == 1
    assert listed(agency.get(f"/invoices/{invoice['id']}").json()) == invoice


def test_null_on_create(agency, client):
    """Null means the same as leaving it out, also for the status."""
    nothing = dict.fromkeys(["email", "user_data", "status", "tax", "tax_type", "recurring", "coupon_id", "note"])
    invoice = agency.new_invoice(client["id"], **nothing, currency=None)
    bare = agency.new_invoice(client["id"])
    differing = {key for key in invoice if invoice[key] != bare[key]}
    assert differing == {"id", "number", "items"}


@pytest.mark.parametrize(
    ("tax", "tax_type", "expected"),
    [
        (10, None, ("10.00", None, "0.00", "110.00")),
        (10, 0, ("10.00", None, "0.00", "110.00")),
        ("10.01", 1, ("10.01", "Tax", "0.00", "110.01")),
        (12, 2, ("12.00", "Tax", "12.00", "112.00")),
        ("8.875", 2, ("8.88", "Tax", "8.875", "108.88")),
        (0, 2, ("0.00", "Tax", "0.00", "100.00")),
        (None, 2, ("0.00", "Tax", "0.00", "100.00")),
    ],
)
def test_tax(agency, client, tax, tax_type, expected):
    """D33: of type 2 it is per cent, half up; of any other, or none, it is the amount."""
    invoice = agency.new_invoice(client["id"], tax=tax, tax_type=tax_type)
    assert (invoice["tax"], invoice["tax_name"], invoice["tax_percent"], invoice["total"]) == expected


def test_currencies(agency, client):
    """D33: the one that is named, else the services', else dollars; services of several need one to be named."""
    euros, yen = (agency.new_service(currency=code, price=5)["id"] for code in ("EUR", "JPY"))
    priced = [LINE | {"service_id": euros}]
    assert agency.new_invoice(client["id"], items=priced)["currency"] == "EUR"
    assert agency.new_invoice(client["id"], items=priced, currency=" gbp ")["currency"] == "GBP"
    dinars = agency.new_invoice(client["id"], items=[LINE | {"amount": "1.234"}], currency="KWD")
    assert (dinars["total"], dinars["tax"]) == ("1.234", "0.000")
    both = {"user_id": client["id"], "items": [*priced, LINE | {"service_id": yen}]}
    response = agency.post("/invoices", both)
    assert refused(response) == (422, {"items": ["All services of an invoice must share one currency."]})
    assert agency.post("/invoices", both | {"currency": "USD"}).status_code == 201


def test_numbers(agency, rival, client):
    """D24: one after another, each organisation its own, without gaps; a deleted invoice keeps its number."""
    first, second = (agency.new_invoice(client["id"]) for _ in range(2))
    assert refused(agency.post("/invoices", {"user_id": client["id"], "items": [LINE | {"amount": -1}]}))[0] == 400
    agency.delete(f"/invoices/{second['id']}")
    third = agency.new_invoice(client["id"])
    assert [each["number"] for each in (first, second, third)] == ["INV-00001", "INV-00002", "INV-00003"]
    assert rival.new_invoice(rival.new_client()["id"])["number"] == "INV-00001"


def test_somebody_new(agency):
    """D14: an e-mail that nobody has becomes a client, in the role of clients, with what is told of them."""
    told = {
        "name_f": "Eve", "name_l": "Ray", "company": "Ray Ltd", "phone": "2", "tax_id": "T2", "note": "New",
        "optin": "yes", "stripe_id": "cus_2", "custom_fields": {"a": 1},
    }  # fmt: skip
    address = {"line_1": "2 High Street", "country": "GB"}
    body = {"email": " Eve <Eve@EXAMPLE.com> ", "user_data": told | {"address": address}, "items": [LINE]}
    invoice = agency.post("/invoices", body).json()
    client = agency.get(f"/clients/{invoice['client']['id']}").json()
    expected = told | {"email": "eve@example.com", "role_id": agency.roles["Client"], "status": 1, "balance": "0.00"}
    assert {key: client[key] for key in expected} == expected
    assert (client["address"]["line_1"], client["address"]["name_f"]) == ("2 High Street", "Eve")
    assert (invoice["billing_address"]["line_1"], invoice["billing_address"]["company_name"]) == (
        "2 High Street", "Ray Ltd",
    )  # fmt: skip
    assert client["aff_id"] is not None
    again = agency.post("/invoices", {"email": "EVE@example.com", "user_data": {"name_f": "X"}, "items": [LINE]}).json()
    assert again["client"] == invoice["client"]
    assert agency.get("/clients").json()["meta"]["total"] == 1


def test_somebody_of_whom_nothing_is_told(agency):
    """Without a name they are called after their e-mail; they have no address, and so has the bill."""
    nothings: list[dict[str, Any]] = [{}, {"user_data": None}, {"user_data": {}}, {"user_data": {"name_f": None}}]
    for nothing in nothings:
        invoice = agency.post("/invoices", {"email": "bob@example.com", "items": [LINE], **nothing}).json()
        assert (invoice["client"]["name_f"], invoice["client"]["name_l"]) == ("bob", "example.com")
        assert (invoice["client"]["address"], invoice["billing_address"]) == (None, None)


def test_user_data_is_no_way_in(agency, rival):
    """D43: organisation, role, balance, status and the like are the server's to set, whoever sends them."""
    sneaky = {
        "name_f": "Eve", "name_l": "Ray", "org_id": str(rival.org_id), "role_id": agency.roles["Administrator"],
        "balance": "500.00", "spent": "9.00", "status": 0, "status_id": 0, "id": UNKNOWN, "email": "x@example.com",
        "aff_id": 1, "created_at": "2020-01-01T00:00:00Z", "password_hash": "x", "employee_id": UNKNOWN,
        "deleted_at": NOON,
    }  # fmt: skip
    theirs = rival.get("/clients").json()
    response = agency.post("/invoices", {"email": "eve@example.com", "user_data": sneaky, "items": [LINE]})
    assert response.status_code == 201
    client = agency.get(f"/clients/{response.json()['client']['id']}").json()
    assert (client["role_id"], client["email"]) == (agency.roles["Client"], "eve@example.com")
    assert (client["balance"], client["spent"], client["status"]) == ("0.00", None, 1)
    assert (client["created_at"], client["id"] == UNKNOWN, client["aff_id"] == 1) == (NOON, False, False)
    assert rival.get("/clients").json() == theirs


def test_nobody_becomes_a_client_by_a_refusal(agency, rival):
    """D20: whatever is refused, no client is left behind, and no number is used."""
    gone = agency.new_service()["id"]
    agency.delete(f"/services/{gone}")
    body = {"email": "eve@example.com", "items": [LINE]}
    for wrong in (
        {"items": [LINE | {"service_id": gone}]}, {"coupon_id": UNKNOWN}, {"items": [LINE | {"amount": -1}]},
        {"items": [LINE | {"discount": 101}]}, {"tax": "0.001"}, {"status": 3}, {"coupon_id": rival.new_coupon()},
    ):  # fmt: skip
        assert agency.post("/invoices", body | wrong).status_code in {400, 422}
        assert agency.get("/clients").json()["meta"]["total"] == 0
    assert agency.post("/invoices", body).json()["number"] == "INV-00001"


def test_who_owes_it(agency, rival, client):
    """D15, D53: user_id wins; neither is 400; unknown, malformed, foreign, deleted or staff is 422."""
    for nobody in ({}, {"user_id": None, "email": None}, {"user_id": "", "user_data": {"name_f": "Eve"}}):
        assert refused(agency.post("/invoices", {"items": [LINE], **nobody})) == (400, NOBODY)
    gone = agency.new_client("gone@example.com")["id"]
    agency.delete(f"/clients/{gone}")
    for key in (UNKNOWN, "no id", UNKNOWN.replace("-", ""), gone, agency.employee_id, rival.new_client()["id"]):
        body = {"user_id": key, "email": "eve@example.com", "items": [LINE]}
        assert refused(agency.post("/invoices", body)) == (422, NO_CLIENT)
    agency.new_employee("jane@example.com")
    staff = agency.post("/invoices", {"email": "jane@example.com", "items": [LINE]})
    assert refused(staff) == (422, {"email": ["The specified client does not exist."]})
    assert agency.get("/invoices").json()["meta"]["total"] == 0
    assert agency.new_invoice(client["id"].upper())["client"]["id"] == client["id"]


def test_the_order_of_checks(agency, client):
    """Somebody at all, then the client, the coupon, the items; the first that fails is named."""
    body = {"items": [LINE, LINE | {"service_id": UNKNOWN}], "coupon_id": UNKNOWN}
    assert refused(agency.post("/invoices", body)) == (400, NOBODY)
    assert refused(agency.post("/invoices", body | {"user_id": UNKNOWN})) == (422, NO_CLIENT)
    body |= {"user_id": client["id"]}
    assert refused(agency.post("/invoices", body)) == (422, NO_COUPON)
    assert refused(agency.post("/invoices", body | {"coupon_id": None})) == (422, no_service(1))


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_references(agency, rival, client, service, method):
    """D15, D45: services and coupons that are unknown, malformed, deleted or foreign are 422 in the same words."""
    gone = agency.new_service()["id"]
    agency.delete(f"/services/{gone}")
    invoice = agency.new_invoice(client["id"])
    path = "/invoices" if method == "POST" else f"/invoices/{invoice['id']}"
    before = agency.get("/invoices").json()
    body = {"user_id": client["id"], "note": "New"}
    for key in (UNKNOWN, "no id", UNKNOWN.replace("-", ""), gone, rival.new_service()["id"]):
        items = [LINE | {"service_id": service["id"]}, LINE, LINE | {"service_id": key}]
        assert refused(agency.send(method, path, json=body | {"items": items})) == (422, no_service(2))
    for key in (UNKNOWN, "no id", rival.new_coupon(), service["id"]):
        wrong = body | {"items": [LINE], "coupon_id": key}
        assert refused(agency.send(method, path, json=wrong)) == (422, NO_COUPON)
    assert agency.get("/invoices").json() == before


def test_update_changes_what_is_named(agency, client, clock):
    """D5, D12, D33: each field by itself, the totals follow; null clears what can be empty."""
    other, coupon = agency.new_client("jane@example.com", name_f="Jane"), agency.new_coupon()
    invoice = issued(agency, client)
    path = f"/invoices/{invoice['id']}"
    monthly = {"r_period_l": 1, "r_period_t": "M"}
    clock.tick()
    for sent, change in (
        ({"tax": 12}, {"tax": "12.00", "total": "112.00"}),
        ({"tax_type": 2}, {"tax_name": "Tax", "tax_percent": "12.00"}),
        ({"tax": "10.5"}, {"tax": "10.50", "tax_percent": "10.50", "total": "110.50"}),
        ({"tax_type": None}, {"tax_name": None, "tax_percent": "0.00"}),
        ({"tax": 0}, {"tax": "0.00", "total": "100.00"}),
        ({"recurring": monthly}, {"recurring": monthly}),
        ({"recurring": None}, {"recurring": None}),
        ({"coupon_id": coupon}, {"coupon_id": coupon}),
        ({"coupon_id": None}, {"coupon_id": None}),
        ({"coupon_id": coupon}, {"coupon_id": coupon}),
        ({"coupon_id": ""}, {"coupon_id": None}),
        ({"note": " Soon "}, {"note": "Soon"}),
        ({"note": None}, {"note": None}),
        ({"status": 0}, {"status": "Draft", "status_id": 0}),
    ):
        invoice |= change
        response = agency.put(path, sent)
        assert (response.status_code, response.json()) == (200, listed(invoice)), sent
    moved = agency.put(path, {"user_id": other["id"]}).json()
    assert moved["client"]["id"] == other["id"]
    assert moved["billing_address"] == invoice["billing_address"]
    assert listed(agency.get(path).json()) == moved


def test_update_without_a_change(agency, client, clock):
    """Absent is unchanged, unknown keys are ignored, and a change of nothing does not even touch an item."""
    invoice = issued(agency, client, note="x", recurring={"r_period_l": 1, "r_period_t": "D"})
    clock.tick()
    fixed = {
        "number": "X", "email": "x@example.com", "currency": "EUR", "credit": 5, "date_due": NOON, "date_paid": NOON,
        "billing_address": None, "paysys": "x", "id": UNKNOWN, "user_data": 7, "total": 1, "employee_id": UNKNOWN,
    }  # fmt: skip
    same = {"items": [LINE | {"id": invoice["items"][0]["id"]}], "user_id": client["id"], "tax": 0, "status": 1}
    for body in ({}, fixed, same, {"note": "x", "recurring": {"r_period_l": 1, "r_period_t": "D"}}):
        assert agency.put(f"/invoices/{invoice['id']}", body).json() == listed(invoice)
    assert agency.get(f"/invoices/{invoice['id']}").json() == invoice


def test_items_are_replaced(agency, client, service, clock):
    """D28: an item that names one of the invoice keeps its id; one that names none, malformed or not, is new."""
    invoice = agency.new_invoice(client["id"], items=[LINE, LINE | {"name": "Host", "service_id": service["id"]}])
    first, second = invoice["items"]
    path = f"/invoices/{invoice['id']}"
    clock.tick()
    items = [
        LINE | {"name": "New"},
        LINE | {"id": second["id"].upper(), "name": "Hosting", "service_id": service["id"]},
        LINE | {"id": UNKNOWN},
        LINE | {"id": "no id"},
        LINE | {"id": None},
        LINE | {"id": second["id"], "name": "Twice"},
    ]
    changed = agency.put(path, {"items": items}).json()
    assert [item["name"] for item in changed["items"]] == ["New", "Hosting", "Advice", "Advice", "Advice", "Twice"]
    ids = [item["id"] for item in changed["items"]]
    assert (ids[1], first["id"] in ids, UNKNOWN in ids, len(set(ids))) == (second["id"], False, False, 6)
    assert changed["items"][1] == second | {"name": "Hosting", "updated_at": LATER}
    assert (changed["subtotal"], changed["total"]) == ("600.00", "600.00")
    assert agency.put(path, {"items": [LINE | {"id": 7}]}).status_code == 400
    assert [item["id"] for item in agency.get(path).json()["items"]] == ids


def test_items_of_another_invoice_cannot_be_taken(agency, client):
    """An id of another invoice's item names none here, and that item stays where it is."""
    other = agency.new_invoice(client["id"])
    invoice = agency.new_invoice(client["id"])
    taken = [LINE | {"id": other["items"][0]["id"], "name": "Taken"}]
    changed = agency.put(f"/invoices/{invoice['id']}", {"items": taken}).json()
    assert changed["items"][0]["id"] != other["items"][0]["id"]
    assert listed(agency.get(f"/invoices/{other['id']}").json()) == other


def test_the_billing_address_is_of_that_day(agency, client):
    """A snapshot: it stays when the client moves, or gets another name."""
    invoice = agency.new_invoice(client["id"])
    agency.put(f"/clients/{client['id']}", {"address": {"city": "York"}, "name_f": "Jack"})
    shown = agency.get(f"/invoices/{invoice['id']}").json()
    assert shown["billing_address"] == invoice["billing_address"]
    assert (shown["client"]["name_f"], shown["client"]["address"]["city"]) == ("Jack", "York")


def test_amounts_are_exact(agency, client):
    """D34: no amount ever is a float, in or out."""
    text = (
        f'{{"user_id": "{client["id"]}", "tax": 0.1, "items": [{{"name": "A", "quantity": 3, "amount": 0.10}}, '
        '{"name": "B", "quantity": 1, "amount": "9007199254.93"}]}'
    )
    response = agency.send("POST", "/invoices", content=text, headers={"Content-Type": "application/json"})
    assert response.status_code == 201, response.text
    shown = agency.get(f"/invoices/{response.json()['id']}")
    assert (shown.json()["subtotal"], shown.json()["total"]) == ("9007199255.23", "9007199255.33")
    floats: list[str] = []
    json.loads(shown.text, parse_float=floats.append)
    assert floats == []
