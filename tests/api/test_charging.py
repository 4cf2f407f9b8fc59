"""Charging an invoice as its callers see it. Source: contract section 2.7, "charge"; part A "Rules" (charge)."""

import re
from decimal import Decimal
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.api import create_app
from service_engine.domain.ids import InvoiceId
from service_engine.usecases.payments import record_part_payment

UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"
LINE = {"name": "Advice", "quantity": 1, "amount": 100}
CARD = {"payment_method_id": "pm_1"}
DECLINED = {"payment_method_id": ["The payment method was declined."]}
PENDING = re.compile(r"The outcome of payment [0-9a-f-]{36} is not known yet; charge again to learn it")


@pytest.fixture
def client(agency):
    """Give a client."""
    return agency.new_client()


@pytest.fixture
def invoice(agency, client):
    """Give an invoice with a service, a line without one, a tax and a period."""
    service = agency.new_service()
    items = [
        {"name": "Site", "quantity": 2, "amount": "50.00", "discount": 10, "service_id": service["id"]},
        LINE,
    ]
    period = {"r_period_l": 1, "r_period_t": "M"}
    return agency.new_invoice(client["id"], items=items, tax=10, tax_type=2, recurring=period)


def payments_of(agency, invoice):
    """Return the payments on an invoice as they are recorded: status, amount, and what the gateway holds."""
    key = InvoiceId(UUID(invoice["id"]))
    found = agency.store.run(agency.org_id, lambda uow: uow.payments.of_invoice(key))
    held = agency.gateway.held
    return [(each.status.label, str(each.amount), str(held.get(each.id))) for each in found]


def charge(agency, invoice, card="pm_1"):
    """Charge an invoice."""
    return agency.post(f"/invoices/{invoice['id']}/charge", {"payment_method_id": card})


def orders_of(agency):
    """Return all orders, as each is shown alone."""
    rows = agency.get("/orders", sort="created_at:asc").json()["data"]
    return [agency.get(f"/orders/{each['id']}").json() for each in rows]


def test_a_charge(agency, client, invoice, clock):
    """D29, D31: the full total, once; Paid by Stripe with the gateway's name for it; orders and one subscription."""
    at = clock.tick().isoformat()
    response = charge(agency, invoice)
    assert response.status_code == 200, response.text
    paid = response.json()
    [order] = orders_of(agency)
    first, second = paid["items"]
    assert paid == invoice | {
        "status": "Paid", "status_id": 3, "date_paid": at, "paysys": "Stripe", "ip_address": "testclient",
        "transaction_id": paid["transaction_id"], "items": [
            invoice["items"][0] | {"order_id": order["id"], "updated_at": at}, invoice["items"][1],
        ],
    }  # fmt: skip
    assert re.fullmatch(rf"txn_{int(clock().timestamp())}_[0-9a-f]{{8}}", paid["transaction_id"])
    assert (first["order_id"], second["order_id"]) == (order["id"], None)
    expected = {
        "service": "Site", "status": "In Progress", "date_started": at, "price": "50.00", "quantity": 2,
        "currency": "USD", "invoice_id": invoice["id"], "user_id": client["id"], "paysys": "Stripe",
    }  # fmt: skip
    assert {key: order[key] for key in expected} == expected
    assert (order["subscription_id"] is None, len(order["number"])) == (False, 8)
    assert payments_of(agency, invoice) == [("Succeeded", "209.00 USD", "209.00 USD")]
    assert agency.get(f"/clients/{client['id']}").json()["spent"] == "209.00"


def test_charged_once(agency, invoice):
    """D23: the second charge is refused in the contract's words; neither money nor orders double."""
    paid = charge(agency, invoice).json()
    again = charge(agency, invoice)
    assert (again.status_code, again.json()) == (
        400,
        {"message": "The given data was invalid.", "errors": {"payment_method_id": ["Invoice is already paid."]}},
    )
    assert agency.post(f"/invoices/{invoice['id']}/mark_paid", None).json() == paid
    assert len(orders_of(agency)) == 1
    assert payments_of(agency, invoice) == [("Succeeded", "209.00 USD", "209.00 USD")]


@pytest.mark.parametrize(("status", "label"), [(4, "Refunded"), (5, "Cancelled")])
def test_what_cannot_be_charged(agency, invoice, status, label):
    """D29: from a Refunded or Cancelled invoice nothing is taken."""
    path = f"/invoices/{invoice['id']}"
    if status == 4:
        agency.post(f"{path}/mark_paid", None)
    agency.put(path, {"status": status})
    before, payments = agency.get(path).json(), payments_of(agency, invoice)
    response = charge(agency, invoice)
    text = f"Cannot charge {label} invoice."
    assert (response.status_code, response.json()["errors"]) == (400, {"payment_method_id": [text]})
    assert (agency.get(path).json(), payments_of(agency, invoice)) == (before, payments)


def test_a_draft_is_charged(agency, client):
    """From Draft as from Unpaid."""
    draft = agency.new_invoice(client["id"], status=0)
    assert charge(agency, draft).json()["status"] == "Paid"


def test_what_is_due_is_charged(agency, invoice):
    """Of a Partially Paid invoice the rest is taken, and then it is Paid."""
    key = InvoiceId(UUID(invoice["id"]))
    agency.store.run(agency.org_id, record_part_payment, key, Decimal(9), at=agency.clock())
    assert charge(agency, invoice).json()["status"] == "Paid"
    amounts = sorted(amount for _, amount, _ in payments_of(agency, invoice))
    assert amounts == ["200.00 USD", "9.00 USD"]


def test_a_declined_charge(agency, invoice):
    """400 on the payment method; the invoice is as it was, and another card pays it."""
    path = f"/invoices/{invoice['id']}"
    before = agency.get(path).json()
    response = charge(agency, invoice, "pm_empty")
    assert (response.status_code, response.json()["errors"]) == (400, DECLINED)
    assert (agency.get(path).json(), orders_of(agency)) == (before, [])
    assert payments_of(agency, invoice) == [("Declined", "209.00 USD", "None")]
    assert charge(agency, invoice).json()["status"] == "Paid"
    assert sorted(payments_of(agency, invoice)) == [
        ("Declined", "209.00 USD", "None"),
        ("Succeeded", "209.00 USD", "209.00 USD"),
    ]


@pytest.mark.parametrize("card", ["pm_lost", "pm_down"])
def test_a_charge_whose_outcome_is_not_known(agency, invoice, card):
    """409 with what to do; charging again, also with another card, takes the money once and pays the invoice."""
    path = f"/invoices/{invoice['id']}"
    before = agency.get(path).json()
    response = charge(agency, invoice, card)
    assert (response.status_code, response.json()["errors"]) == (409, {})
    assert PENDING.fullmatch(response.json()["message"])
    assert (agency.get(path).json(), orders_of(agency)) == (before, [])
    assert [status for status, _, _ in payments_of(agency, invoice)] == ["Pending"]
    assert charge(agency, invoice).json()["status"] == "Paid"
    assert payments_of(agency, invoice) == [("Succeeded", "209.00 USD", "209.00 USD")]
    assert len(orders_of(agency)) == 1


@pytest.mark.parametrize(
    "body", [{}, {"payment_method_id": None}, {"payment_method_id": ""}, {"payment_method_id": "  "},
             {"payment_method_id": 7}, {"payment_method_id": "x" * 256}, {"payment_method_id": "\x00"}],
)  # fmt: skip
def test_payment_methods_that_are_refused(agency, invoice, body):
    """D65: a name of at least one character; nothing is begun."""
    response = agency.post(f"/invoices/{invoice['id']}/charge", body)
    assert (response.status_code, list(response.json()["errors"])) == (400, ["payment_method_id"])
    assert payments_of(agency, invoice) == []


def test_whose_invoice(agency, rival, invoice):
    """A foreign invoice is not found, and nothing of it is charged."""
    for key in (invoice["id"], UNKNOWN, "x"):
        response = rival.post(f"/invoices/{key}/charge", CARD)
        assert (response.status_code, response.json()) == (404, {"message": "Not Found", "errors": {}})
    assert payments_of(agency, invoice) == []


def test_the_payment_method_is_kept_nowhere(agency, invoice):
    """What the gateway calls the card is neither stored nor shown."""
    assert "pm_secret" not in charge(agency, invoice, "pm_secret").text
    found = agency.store.run(agency.org_id, lambda uow: uow.payments.of_invoice(InvoiceId(UUID(invoice["id"]))))
    assert "pm_secret" not in repr(found)


@pytest.mark.parametrize(
    ("peer", "shown"),
    [
        (("203.0.113.7", 1), "203.0.113.7"),
        (("2001:db8::1", 1), "2001:db8::1"),
        (("x" * 45, 1), "x" * 45),
        (("x" * 46, 1), None),
        (("a\x00b", 1), None),
        (("", 0), None),
        (None, None),
    ],
)
def test_where_it_was_paid_from(agency, client, peer, shown):
    """D29: the peer's address; what is none must not keep a payment, which was taken already, from being recorded."""
    invoice = agency.new_invoice(client["id"])
    app = create_app(agency.store, now=agency.clock, gateway=SimulatedGateway())
    with TestClient(app, client=peer) as http:
        header = {"Authorization": f"Bearer {agency.token}"}
        response = http.post(f"/api/invoices/{invoice['id']}/charge", json=CARD, headers=header)
    assert (response.status_code, response.json()["status"], response.json()["ip_address"]) == (200, "Paid", shown)


def test_a_host_brings_its_own_gateway(agency, invoice):
    """The gateway is an argument of the application; without one a simulated one approves everything."""
    header = {"Authorization": f"Bearer {agency.token}"}
    path = f"/api/invoices/{invoice['id']}/charge"
    own = SimulatedGateway(declines=["pm_1"])
    with TestClient(create_app(agency.store, now=agency.clock, gateway=own)) as http:
        assert http.post(path, json=CARD, headers=header).json()["errors"] == DECLINED
    with TestClient(create_app(agency.store, now=agency.clock)) as http:
        assert http.post(path, json=CARD, headers=header).json()["status"] == "Paid"
