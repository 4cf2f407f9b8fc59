"""Where invoices stand, and how they get paid by hand. Source: contract sections 2.7 and 5.3; part A "Rules"."""

from decimal import Decimal
from uuid import UUID

import pytest

from service_engine.domain.ids import InvoiceId
from service_engine.usecases.payments import record_part_payment

ACCOUNT = ("aff_id", "stripe_id", "balance", "custom_fields", "status")
NO_STATUS = {"status": ["The selected status is invalid."]}
LINE = {"name": "Advice", "quantity": 1, "amount": 100}
LABELS = {0: "Draft", 1: "Unpaid", 3: "Paid", 4: "Refunded", 5: "Cancelled", 7: "Partially Paid"}
BY_PUT = {0: {1, 5}, 1: {0, 5}, 3: {4}, 4: set(), 5: {0, 1}, 7: {3, 4, 5}}


@pytest.fixture
def client(agency):
    """Give a client."""
    return agency.new_client()


def refused(response):
    """Return the status and the complaints of a refusal."""
    return response.status_code, response.json()["errors"]


def in_status(agency, client, status, **fields):
    """Issue an invoice and bring it into a status."""
    invoice = agency.new_invoice(client["id"], status=0 if status == 0 else 1, **fields)
    path = f"/invoices/{invoice['id']}"
    if status == 7:
        agency.store.run(
            agency.org_id, record_part_payment, InvoiceId(UUID(invoice["id"])), Decimal(40), at=agency.clock()
        )
    if status in {3, 4}:
        assert agency.post(f"{path}/mark_paid", None).status_code == 200
    if status in {4, 5}:
        assert agency.put(path, {"status": status}).status_code == 200
    shown = agency.get(path).json()
    assert shown["status_id"] == status
    return shown


def listed(invoice):
    """Return an invoice as everything but a retrieve shows it."""
    return invoice | {"client": invoice["client"] | dict.fromkeys(ACCOUNT)}


@pytest.fixture
def service(agency):
    """Give a service."""
    return agency.new_service()


@pytest.mark.parametrize("status", [2, 3, 4, 5, 6, 7, 8, 99, -1, 10**30])
def test_statuses_of_a_new_invoice(agency, client, status):
    """D30: Draft and Unpaid only; nothing is Paid without a payment."""
    response = agency.post("/invoices", {"user_id": client["id"], "items": [LINE], "status": status})
    assert refused(response) == (400, NO_STATUS)
    assert agency.get("/invoices").json()["meta"]["total"] == 0
    for fitting, label in ((0, "Draft"), (1, "Unpaid"), ("1", "Unpaid")):
        assert agency.new_invoice(client["id"], status=fitting)["status"] == label


@pytest.mark.parametrize("origin", LABELS)
@pytest.mark.parametrize("target", LABELS)
def test_moves_by_put(agency, client, service, clock, origin, target):
    """D27, D30: contract 5.3 and no other; to Paid only by paying, with date, payment and orders; itself is no move."""
    items = [LINE | {"service_id": service["id"]}]
    invoice = in_status(agency, client, origin, items=items)
    path = f"/invoices/{invoice['id']}"
    at = clock.tick().isoformat()
    response = agency.put(path, {"status": target})
    if target == origin:
        assert response.json() == listed(invoice)
    elif target not in BY_PUT[origin]:
        text = f"Cannot transition from {LABELS[origin]} to {LABELS[target]}."
        assert refused(response) == (400, {"status": [text]})
        assert agency.get(path).json() == invoice
    else:
        moved = response.json()
        assert (response.status_code, moved["status_id"], moved["status"]) == (200, target, LABELS[target])
        if target == 3:
            [order] = agency.get("/orders").json()["data"]
            assert (moved["date_paid"], moved["paysys"], moved["items"][0]["order_id"]) == (at, "Manual", order["id"])
        else:
            assert (moved["date_paid"], moved["paysys"]) == (invoice["date_paid"], invoice["paysys"])


@pytest.mark.parametrize("status", [2, 6, 8, 99, -1])
def test_statuses_that_are_none(agency, client, status):
    """There is no 2 and no 6; the rest of the request is not done either."""
    invoice = in_status(agency, client, 1)
    response = agency.put(f"/invoices/{invoice['id']}", {"status": status, "note": "New"})
    assert refused(response) == (400, NO_STATUS)
    assert agency.get(f"/invoices/{invoice['id']}").json() == invoice


@pytest.mark.parametrize("status", [3, 4, 5])
def test_a_settled_invoice_cannot_be_edited(agency, client, service, status):
    """D28: items, tax and client of a Paid, Refunded or Cancelled invoice stay; note and coupon do not matter."""
    other = agency.new_client("jane@example.com")["id"]
    invoice = in_status(agency, client, status, items=[LINE | {"service_id": service["id"]}])
    path = f"/invoices/{invoice['id']}"
    locked = (400, {"items": [f"A {LABELS[status]} invoice cannot be edited."]})
    for wrong in ({"items": [LINE]}, {"tax": 5}, {"tax_type": 2}, {"user_id": other}):
        assert refused(agency.put(path, {"note": "New", **wrong})) == locked
    assert agency.get(path).json() == invoice
    assert agency.put(path, {"note": "New"}).json()["note"] == "New"


def test_mark_paid(agency, client, service, clock):
    """D10, D11, D31: Paid by hand, an order for each item with a service, linked, In Progress; one subscription."""
    items = [
        LINE | {"name": "Site", "quantity": 2, "amount": 50, "discount": 10, "service_id": service["id"]},
        LINE | {"name": "Hosting"},
        LINE | {"name": "Shop", "service_id": service["id"]},
    ]
    invoice = agency.new_invoice(client["id"], items=items, recurring={"r_period_l": 1, "r_period_t": "M"})
    path = f"/invoices/{invoice['id']}"
    at = clock.tick().isoformat()
    response = agency.post(f"{path}/mark_paid", None)
    assert response.status_code == 200
    paid = response.json()
    assert (paid["status"], paid["status_id"], paid["date_paid"], paid["paysys"]) == ("Paid", 3, at, "Manual")
    assert (paid["transaction_id"], paid["ip_address"], paid["total"]) == (None, None, "290.00")
    orders = {each["service"]: each for each in agency.get("/orders").json()["data"]}
    assert sorted(orders) == ["Shop", "Site"]
    assert [item["order_id"] for item in paid["items"]] == [orders["Site"]["id"], None, orders["Shop"]["id"]]
    site = agency.get(f"/orders/{orders['Site']['id']}").json()
    expected = {
        "status": "In Progress", "status_id": 1, "date_started": at, "price": "50.00", "quantity": 2,
        "currency": "USD", "invoice_id": invoice["id"], "service_id": service["id"], "user_id": client["id"],
        "created_at": at, "paysys": "Manual",
    }  # fmt: skip
    assert {key: site[key] for key in expected} == expected
    assert len(site["number"]) == 8
    subscriptions = {agency.get(f"/orders/{each['id']}").json()["subscription_id"] for each in orders.values()}
    assert (len(subscriptions), None in subscriptions) == (1, False)
    assert agency.get(f"/clients/{client['id']}").json()["spent"] == "290.00"


def test_mark_paid_twice(agency, client, service, clock):
    """D23: the second time nothing happens, and the invoice is answered as it is."""
    path = f"/invoices/{agency.new_invoice(client['id'], items=[LINE | {'service_id': service['id']}])['id']}"
    paid = agency.post(f"{path}/mark_paid", None).json()
    clock.tick()
    again = agency.post(f"{path}/mark_paid", None)
    assert (again.status_code, again.json()) == (200, paid)
    assert agency.get("/orders").json()["meta"]["total"] == 1


@pytest.mark.parametrize("status", LABELS)
def test_mark_paid_from_every_status(agency, client, status):
    """From Draft, Unpaid and Partially Paid; Paid stays; Refunded and Cancelled are refused in the contract's words."""
    invoice = in_status(agency, client, status)
    path = f"/invoices/{invoice['id']}"
    response = agency.post(f"{path}/mark_paid", None)
    if status in {4, 5}:
        text = f"Cannot mark {LABELS[status]} invoice as paid."
        assert (response.status_code, response.json()) == (400, {"message": text, "errors": {}})
        assert agency.get(path).json() == invoice
    else:
        assert (response.status_code, response.json()["status_id"]) == (200, 3)


def test_the_orders_of_a_paid_invoice_stay_its_own(agency, client, service):
    """D28: editing the note, refunding and trying to pay again makes no second order, and keeps the links."""
    path = f"/invoices/{agency.new_invoice(client['id'], items=[LINE | {'service_id': service['id']}])['id']}"
    paid = agency.post(f"{path}/mark_paid", None).json()
    refunded = agency.put(path, {"status": 4, "note": "Sorry"}).json()
    assert refunded["items"] == paid["items"]
    assert agency.post(f"{path}/mark_paid", None).status_code == 400
    assert agency.post(f"{path}/charge", {"payment_method_id": "pm_1"}).status_code == 400
    assert agency.get("/orders").json()["meta"]["total"] == 1
    assert agency.get(f"/clients/{client['id']}").json()["spent"] is None


@pytest.mark.parametrize("status", LABELS)
def test_delete(agency, client, status):
    """Soft, from any status; then it is gone everywhere, and its client is kept by it."""
    invoice = in_status(agency, client, status)
    path = f"/invoices/{invoice['id']}"
    response = agency.delete(path)
    assert (response.status_code, response.content) == (204, b"")
    for method, suffix in (
        ("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/mark_paid"), ("POST", "/charge"),
    ):  # fmt: skip
        body = {"payment_method_id": "pm_1"}
        assert agency.send(method, path + suffix, json=body).status_code == 404
    assert agency.get("/invoices").json()["meta"]["total"] == 0
    refusal = agency.delete(f"/clients/{client['id']}")
    assert (refusal.status_code, refusal.json()["message"]) == (409, "Cannot delete client with existing invoices")
