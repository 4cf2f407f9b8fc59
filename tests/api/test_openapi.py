"""The API's description: complete, true, and executed. Source: contract section 2; issue 2."""

import json
import re

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from service_engine import MemoryStore
from service_engine.api import Settings, about, clients, create_app, tickets
from service_engine.schemas import examples

CONTRACT = [
    "GET /api/health",
    "GET /api",
    "GET /api/clients",
    "POST /api/clients",
    "GET /api/clients/{id}",
    "PUT /api/clients/{id}",
    "DELETE /api/clients/{id}",
    "GET /api/services",
    "POST /api/services",
    "GET /api/services/{id}",
    "PUT /api/services/{id}",
    "DELETE /api/services/{id}",
    "GET /api/orders",
    "POST /api/orders",
    "GET /api/orders/{id}",
    "PUT /api/orders/{id}",
    "DELETE /api/orders/{id}",
    "GET /api/orders/{id}/tasks",
    "POST /api/orders/{id}/tasks",
    "GET /api/orders/{id}/messages",
    "POST /api/orders/{id}/messages",
    "PUT /api/order-tasks/{id}",
    "DELETE /api/order-tasks/{id}",
    "POST /api/order-tasks/{id}/complete",
    "DELETE /api/order-tasks/{id}/complete",
    "DELETE /api/order-messages/{id}",
    "GET /api/proposals",
    "POST /api/proposals",
    "GET /api/proposals/{id}",
    "POST /api/proposals/{id}/send",
    "POST /api/proposals/{id}/sign",
    "GET /api/invoices",
    "POST /api/invoices",
    "GET /api/invoices/{id}",
    "PUT /api/invoices/{id}",
    "DELETE /api/invoices/{id}",
    "POST /api/invoices/{id}/charge",
    "POST /api/invoices/{id}/mark_paid",
    "GET /api/tickets",
    "POST /api/tickets",
    "GET /api/tickets/{id}",
    "PUT /api/tickets/{id}",
    "DELETE /api/tickets/{id}",
]
SERVED = re.compile(r"\w+ /api(/(health|clients|tickets)(/.*)?)?")
CREATED = {"POST /api/clients", "POST /api/tickets"}
OPERATIONS = {**about.OPERATIONS, **clients.OPERATIONS, **tickets.OPERATIONS}


@pytest.fixture(scope="module")
def description():
    """Give the description as it is served."""
    with TestClient(create_app(MemoryStore())) as http:
        return http.get("/openapi.json").json()


@pytest.fixture(scope="module")
def operations(description):
    """Give the operations by method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }


def test_exactly_the_operations_of_the_contract(operations):
    """Every operation of the resources that are served, and no other."""
    assert len(CONTRACT) == 43
    assert set(operations) == {each for each in CONTRACT if SERVED.fullmatch(each)}
    assert len(operations) == 12


def test_statuses(operations):
    """Each operation names its success, and every refusal that it has."""
    for name, operation in operations.items():
        method, _, path = name.partition(" ")
        success = "201" if name in CREATED else "204" if method == "DELETE" else "200"
        expected = {success, "default"}
        if path not in {"/api", "/api/health"}:
            expected |= {"401"}
            expected |= {"404"} if "{id}" in path else set()
            expected |= {"400"} if method in {"POST", "PUT"} or (not path.endswith("}") and method == "GET") else set()
            expected |= {"422"} if "tickets" in path and method in {"POST", "PUT"} else set()
            expected |= {"409"} if name == "DELETE /api/clients/{id}" else set()
            assert operation["security"] == [{"token": []}], name
        else:
            assert "security" not in operation
        assert set(operation["responses"]) == expected, name
        assert operation["summary"]
        assert operation["description"]


def test_bodies_and_examples(operations):
    """What takes a body describes it, without references, and shows one; what answers shows that."""
    for name, operation in operations.items():
        assert ("requestBody" in operation) == (name.split()[0] in {"POST", "PUT"})
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]["application/json"]
            assert set(content["example"]) <= set(content["schema"]["properties"])
            assert "$ref" not in json.dumps(content["schema"])
        for status, response in operation["responses"].items():
            if status not in {"204", "default"}:
                assert "example" in response["content"]["application/json"], (name, status)


def test_references_lead_somewhere(description):
    """Every reference of the description is to something that it has."""
    for target in set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(description))):
        assert target in description["components"]["schemas"]


def test_filters_are_described(operations):
    """Every field of a list with every operator."""
    names = {each["name"] for each in operations["GET /api/tickets"]["parameters"]}
    fields = ("user_id", "status", "order_id", "created_at", "last_message_at")
    filters = {f"filters[{field}][{operator}]" for field in fields for operator in ("$eq", "$lt", "$gt", "$in][")}
    assert names == {"limit", "page", "sort"} | filters


def shape(value):
    """Return the keys of a value, all the way down, without what it holds."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def test_the_examples_run(agency, store):
    """Sending the examples in order gives answers of the examples' shape, which fit the declared types."""
    client = agency.post("/clients", examples.NEW_CLIENT)
    order = agency.new_order(client.json()["id"])
    ids = {"CLIENT": client.json()["id"], "ORDER": order, "EMPLOYEE": agency.employee_id}
    sent = {str(getattr(examples, f"{name}_ID")): key for name, key in ids.items()}

    def with_real_ids(value):
        text = json.dumps(value)
        for example, real in sent.items():
            text = text.replace(example, real)
        return json.loads(text)

    ticket = agency.post("/tickets", with_real_ids(examples.NEW_TICKET))
    agency.new_message(ticket.json()["id"], ids["CLIENT"], "I need help with my order")
    path = {"client": f"/clients/{ids['CLIENT']}", "ticket": f"/tickets/{ticket.json()['id']}"}
    answers = {
        "health": agency.get("/health"),
        "index": agency.get(""),
        "list_clients": agency.get("/clients"),
        "create_client": client,
        "retrieve_client": agency.get(path["client"]),
        "update_client": agency.put(path["client"], examples.CLIENT_CHANGE),
        "list_tickets": agency.get("/tickets"),
        "create_ticket": ticket,
        "retrieve_ticket": agency.get(path["ticket"]),
        "update_ticket": agency.put(path["ticket"], with_real_ids(examples.TICKET_CHANGE)),
        "delete_ticket": agency.delete(path["ticket"]),
        "delete_client": agency.delete(path["client"]),
    }
    assert set(answers) == set(OPERATIONS)
    assert answers.pop("delete_client").status_code == 409
    for name, response in answers.items():
        operation = OPERATIONS[name]
        assert response.status_code == operation.status, (name, response.text)
        if operation.shows is not None:
            TypeAdapter(operation.shows).validate_json(response.content)
            expected = operation.example | {"messages": []} if name == "create_ticket" else operation.example
            assert shape(response.json()) == shape(expected), name
    assert store is agency.store


def test_without_docs():
    """Neither the page nor the description is served when the settings say so."""
    with TestClient(create_app(MemoryStore(), settings=Settings(docs=False))) as http:
        assert [http.get(path).status_code for path in ("/docs", "/openapi.json", "/api")] == [404, 404, 200]
