"""Invoices that cannot be: 400 in the one shape, and nothing changes. Source: contract 2.7; part A "Requests"."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from service_engine import ClientId, MemoryStore, UserId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.usecases.invoices import create_invoice

LINE = {"name": "Advice", "quantity": 1, "amount": 100}


@pytest.fixture
def store():
    """Give the store in memory: nothing here depends on where things are kept."""
    return MemoryStore()


@pytest.fixture
def client(agency):
    """Give a client."""
    return agency.new_client()


ITEMS = [
    ({"name": " "}, "items.0.name"),
    ({"name": None}, "items.0.name"),
    ({"name": "x" * 256}, "items.0.name"),
    ({"description": "x" * 65_536}, "items.0.description"),
    ({"quantity": 0}, "items.0.quantity"),
    ({"quantity": 2**31}, "items.0.quantity"),
    ({"quantity": 1.5}, "items.0.quantity"),
    ({"quantity": None}, "items.0.quantity"),
    ({"amount": None}, "items.0.amount"),
    ({"amount": "x"}, "items.0.amount"),
    ({"amount": True}, "items.0.amount"),
    ({"amount": "0.001"}, "items.0.amount"),
    ({"amount": "10000000000"}, "items.0.amount"),
    ({"amount": "1e400"}, "items.0.amount"),
    ({"discount": -1}, "items.0.discount"),
    ({"discount": "100.01"}, "items.0.discount"),
    ({"discount": "0.001"}, "items.0.discount"),
    ({"amount": -1, "discount": 1}, "items.0.discount"),
    ({"service_id": 7}, "items.0.service_id"),
    ({"options": []}, "items.0.options"),
    ({"options": {"a": "x" * 17_000}}, "items.0.options"),
    ({"amount": -1}, "items"),
    ({"amount": "9999999999.99", "quantity": 2}, "items.0.amount"),
    ({"amount": "9999999999.99"}, "items"),
]


@pytest.mark.parametrize(("fields", "field"), ITEMS, ids=range(len(ITEMS)))
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_items_that_are_refused(agency, client, method, fields, field):
    """D18, D64, D65: each field of an item has its own bounds, on create and on update; nothing is written."""
    invoice = agency.new_invoice(client["id"])
    path = "/invoices" if method == "POST" else f"/invoices/{invoice['id']}"
    before = agency.get("/invoices").json()
    body = {"user_id": client["id"], "note": "New", "items": [LINE | fields, LINE | {"amount": 0.5}]}
    response = agency.send(method, path, json=body)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert agency.get("/invoices").json() == before


FIELDS = [
    ({"items": []}, "items"),
    ({"items": None}, "items"),
    ({"items": {}}, "items"),
    ({"items": [LINE] * 201}, "items"),
    ({"items": [7]}, "items.0"),
    ({"user_id": 7}, "user_id"),
    ({"status": "x"}, "status"),
    ({"status": 1.5}, "status"),
    ({"tax": -1}, "tax"),
    ({"tax": "x"}, "tax"),
    ({"tax": "0.001"}, "tax"),
    ({"tax": 1000, "tax_type": 2}, "tax"),
    ({"tax_type": -1}, "tax_type"),
    ({"tax_type": 40_000}, "tax_type"),
    ({"recurring": {}}, "recurring.r_period_l recurring.r_period_t"),
    ({"recurring": True}, "recurring"),
    ({"recurring": {"r_period_l": 0, "r_period_t": "M"}}, "recurring.r_period_l"),
    ({"recurring": {"r_period_l": 2**31, "r_period_t": "M"}}, "recurring.r_period_l"),
    ({"recurring": {"r_period_l": 1, "r_period_t": "Y"}}, "recurring.r_period_t"),
    ({"recurring": {"r_period_l": 1, "r_period_t": "M\n"}}, "recurring.r_period_t"),
    ({"coupon_id": 7}, "coupon_id"),
    ({"note": "x" * 65_536}, "note"),
    ({"note": ["x"]}, "note"),
]


@pytest.mark.parametrize(("fields", "field"), FIELDS, ids=range(len(FIELDS)))
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_is_refused(agency, client, method, fields, field):
    """D18, D64: each field has its own bounds, on create and on update; nothing is written."""
    invoice = agency.new_invoice(client["id"])
    path = "/invoices" if method == "POST" else f"/invoices/{invoice['id']}"
    before = agency.get("/invoices").json()
    response = agency.send(method, path, json={"user_id": client["id"], "items": [LINE], **fields})
    assert (response.status_code, list(response.json()["errors"])) == (400, field.split())
    assert agency.get("/invoices").json() == before


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": 7}, "email"),
        ({"currency": "US"}, "currency"),
        ({"currency": 7}, "currency"),
        ({"user_data": []}, "user_data"),
        ({"user_data": {"name_f": " "}}, "user_data.name_f"),
        ({"user_data": {"name_l": "x" * 256}}, "user_data.name_l"),
        ({"user_data": {"phone": "x" * 51}}, "user_data.phone"),
        ({"user_data": {"tax_id": "x" * 101}}, "user_data.tax_id"),
        ({"user_data": {"address": "x"}}, "user_data.address"),
        ({"user_data": {"address": {"country": "x" * 11}}}, "user_data.address.country"),
        ({"user_data": {"custom_fields": []}}, "user_data.custom_fields"),
        ({"user_data": {"stripe_id": 7}}, "user_data.stripe_id"),
    ],
)
def test_what_is_refused_on_create(agency, fields, field):
    """D43, D64: what is told of somebody new is as bounded as a client is."""
    response = agency.post("/invoices", {"email": "eve@example.com", "items": [LINE], **fields})
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert agency.get("/clients").json()["meta"]["total"] == 0


def test_missing_fields(agency, client):
    """Items are needed, and of each its name, quantity and amount; null on what cannot be empty is 400 on update."""
    assert list(agency.post("/invoices", {}).json()["errors"]) == ["items"]
    missing = agency.post("/invoices", {"items": [{}]}).json()["errors"]
    assert list(missing) == ["items.0.name", "items.0.quantity", "items.0.amount"]
    path = f"/invoices/{agency.new_invoice(client['id'])['id']}"
    invoice = agency.get(path).json()
    for field in ("items", "user_id", "status", "tax"):
        response = agency.put(path, {field: None, "note": "New"})
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert agency.get(path).json() == invoice


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000])
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ('"tax": {}', "tax"),
        ('"status": {}', "status"),
        ('"recurring": {{"r_period_l": {}, "r_period_t": "M"}}', "recurring.r_period_l"),
        ('"items": [{{"name": "A", "quantity": 1, "amount": {}}}]', "items.0.amount"),
        ('"items": [{{"name": "A", "quantity": 1, "amount": 1, "options": {{"a": [{}]}}}}]', "items.0.options"),
        ('"unknown": {{"a": {}}}', "unknown"),
    ],
)
def test_numbers_that_are_not_finite(agency, client, fields, field, number):
    """D18: 400 on the field, wherever they stand."""
    text = f'{{"user_id": "{client["id"]}", "items": [{json.dumps(LINE)}], {fields.format(number)}}}'
    response = agency.send("POST", "/invoices", content=text, headers={"Content-Type": "application/json"})
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])


def test_items_that_are_sent_back_as_they_were_read_change_nothing(agency, client):
    """A second discount among them, which only the library gives and no request can name."""
    line = InvoiceItemDraft(name="Advice", amount=Decimal(100), discount2=Decimal(10))
    payer = ClientId(UserId(UUID(client["id"])))
    written = agency.store.run(agency.org_id, create_invoice, payer=payer, items=[line], at=datetime.now(UTC))
    read = agency.get(f"/invoices/{written.id}").json()
    response = agency.put(f"/invoices/{written.id}", {"items": read["items"]})
    assert (response.status_code, response.json()["total"]) == (200, "90.00")
    assert response.json()["items"] == read["items"]
