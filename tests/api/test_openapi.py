"""The API's description: complete, true, and executed. Source: contract section 2; issue 2."""

import json
import re

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from service_engine import MemoryStore
from service_engine.api import (
    Settings,
    about,
    clients,
    create_app,
    invoices,
    order_messages,
    order_tasks,
    orders,
    proposals,
    services,
    tickets,
)
from service_engine.schemas import examples

CONTRACT = [
    "",
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
    "",
][1:-1]
PUBLIC = {"GET /api", "GET /api/health"}
COMPLETE = "/api/order-tasks/{id}/complete"
BODILESS = {
    f"POST {COMPLETE}", "POST /api/proposals/{id}/send", "POST /api/proposals/{id}/sign",
    "POST /api/invoices/{id}/mark_paid",
}  # fmt: skip
"""What is posted without a body."""
ACTIONS = {
    f"POST {COMPLETE}": "404",
    f"DELETE {COMPLETE}": "404",
    "POST /api/proposals/{id}/send": "400 404",
    "POST /api/proposals/{id}/sign": "400 404 422",
    "POST /api/invoices/{id}/charge": "400 404 409",
    "POST /api/invoices/{id}/mark_paid": "400 404",
}
"""What does something to a thing that is there, and how it refuses."""
NOUNS = (about, clients, services, orders, order_tasks, order_messages, proposals, invoices, tickets)
OPERATIONS = {name: each for noun in NOUNS for name, each in noun.OPERATIONS.items()}


@pytest.fixture(scope="module")
def description():
    """Give the API's description."""
    with TestClient(create_app(MemoryStore())) as http:
        return http.get("/openapi.json").json()


@pytest.fixture(scope="module")
def operations(description):
    """Give the described operations, by method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }


def test_exactly_the_operations_of_the_contract(operations):
    """D1, D2: all 43, and no other; each under a name of its own."""
    assert len(CONTRACT) == len(set(CONTRACT)) == 43
    assert sorted(operations) == sorted(CONTRACT)
    assert sorted(operation["operationId"] for operation in operations.values()) == sorted(OPERATIONS)


def expected_statuses(name):
    """Return the statuses that an operation should describe."""
    method, _, path = name.partition(" ")
    if name in ACTIONS:
        return {"200", "401", "default", *ACTIONS[name].split()}
    success = "200" if method in {"GET", "PUT"} else "201" if method == "POST" else "204"
    expected = {success, "default"}
    if name in PUBLIC:
        return expected
    has_body = method in {"POST", "PUT"}
    expected |= {"401"} | ({"404"} if "{id}" in path else set())
    expected |= {"400"} if has_body or (method == "GET" and not path.endswith("}")) else set()
    refers = has_body and "clients" not in path and not path.endswith("messages")
    return expected | ({"422"} if refers else set()) | ({"409"} if name == "DELETE /api/clients/{id}" else set())


def test_statuses(operations):
    """Each operation names its success, and every refusal that it has."""
    for name, operation in operations.items():
        assert operation.get("security") == (None if name in PUBLIC else [{"token": []}]), name
        assert set(operation["responses"]) == expected_statuses(name), name
        assert operation["summary"]
        assert operation["description"]


def test_bodies_and_examples(operations):
    """What takes a body describes it, without references, and shows one; what answers shows that."""
    for name, operation in operations.items():
        takes_body = name.startswith(("POST", "PUT")) and name not in BODILESS
        assert ("requestBody" in operation) == takes_body
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]["application/json"]
            assert set(content["example"]) <= set(content["schema"]["properties"])
            assert "$ref" not in json.dumps(content["schema"])
        for status, response in operation["responses"].items():
            if status not in {"204", "default"}:
                assert "example" in response["content"]["application/json"], (name, status)


def test_refusals_are_shown_in_the_one_shape(operations):
    """Each refusal's example has the one shape: the sentence of a status alone, or fields and what is said of them."""
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            if status.startswith("4"):
                example = response["content"]["application/json"]["example"]
                assert list(example) == ["message", "errors"], (name, status)
                assert (example["errors"] != {}) == (example["message"] == "The given data was invalid.")
    shown = {
        name: operations[f"POST /api/{name}"]["responses"][status]["content"]["application/json"]["example"]["message"]
        for name, status in (
            ("proposals/{id}/send", "400"), ("proposals/{id}/sign", "400"), ("invoices/{id}/mark_paid", "400"),
        )
    }  # fmt: skip
    assert list(shown.values()) == [
        "Cannot send proposal with status Sent",
        "Cannot sign proposal with status Draft",
        "Cannot mark Cancelled invoice as paid.",
    ]


def test_paths_and_tokens_are_described(description):
    """Each part of a path that varies is described, with an example; and so is what a token is."""
    for path, methods in description["paths"].items():
        for operation in methods.values():
            described = [each for each in operation.get("parameters", []) if each["in"] == "path"]
            assert [each["name"] for each in described] == re.findall(r"{(\w+)}", path), path
            assert all(each["required"] and each["schema"]["examples"] for each in described)
    assert description["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_references_lead_somewhere(description):
    """Every reference of the description is to something that it has."""
    for target in set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(description))):
        assert target in description["components"]["schemas"]


@pytest.mark.parametrize(
    ("noun", "fields"),
    [
        ("clients", "id email status balance created_at"),
        ("services", "id name recurring public price currency folder_id created_at"),
        ("orders", "id number status user_id service_id price invoice_id created_at date_due"),
        ("proposals", "id status client_email created_at"),
        ("invoices", "id status user_id created_at date_due"),
        ("tickets", "user_id status order_id created_at last_message_at"),
    ],
)
def test_filters_are_described(operations, noun, fields):
    """D54, D55, D56: every field of a list with every operator, as contract section 1.9 has them."""
    names = {each["name"] for each in operations[f"GET /api/{noun}"]["parameters"]}
    filters = {
        f"filters[{field}][{operator}]" for field in fields.split() for operator in ("$eq", "$lt", "$gt", "$in][")
    }
    assert names == {"limit", "page", "cursor", "total", "sort"} | filters


@pytest.mark.parametrize("noun", ["tasks", "messages"])
def test_bare_arrays_are_described(operations, noun):
    """D59: an array with its bounds, and the header that leads on."""
    operation = operations[f"GET /api/orders/{{id}}/{noun}"]
    limits = {each["name"]: each["schema"] for each in operation["parameters"] if each["in"] == "query"}
    assert limits["limit"] == {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}
    assert set(limits) == {"limit", "page"}
    assert "Link" in operation["responses"]["200"]["headers"]
    content = operation["responses"]["200"]["content"]["application/json"]
    assert content["schema"]["type"] == "array"
    assert isinstance(content["example"], list)


def shape(value):
    """Return the keys of a value, all the way down, without what it holds."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


class Examples:
    """The examples as they are sent: with the ids of what is really there."""

    def __init__(self, agency):
        self.agency = agency
        self.ids = {examples.EMPLOYEE_ID: agency.employee_id, examples.FOLDER_ID: agency.new_folder()}

    def real(self, value):
        """Return the value with the examples' ids replaced by real ones."""
        text = json.dumps(value)
        for example, key in self.ids.items():
            text = text.replace(str(example), key)
        return json.loads(text)

    def made(self, example_id, path, body):
        """Create what an example shows, and note its id."""
        response = self.agency.post(self.real(path), self.real(body))
        self.ids[example_id] = response.json()["id"]
        return response

    def send(self, method, path, body=None):
        """Send a request with real ids."""
        return self.agency.send(method, self.real(path), json=self.real(body))


def create_all(sent):
    """Send every example of a new thing."""
    order = f"/orders/{examples.ORDER_ID}"
    answers = {
        "create_client": sent.made(examples.CLIENT_ID, "/clients", examples.NEW_CLIENT),
        "create_service": sent.made(examples.SERVICE_ID, "/services", examples.NEW_SERVICE),
        "create_order": sent.made(examples.ORDER_ID, "/orders", examples.NEW_ORDER),
        "create_order_task": sent.made(examples.ORDER_TASK_ID, f"{order}/tasks", examples.NEW_ORDER_TASK),
        "create_order_message": sent.made(examples.ORDER_MESSAGE_ID, f"{order}/messages", examples.NEW_ORDER_MESSAGE),
        "create_proposal": sent.made(examples.PROPOSAL_ID, "/proposals", examples.NEW_PROPOSAL),
        "create_invoice": sent.made(examples.INVOICE_ID, "/invoices", examples.NEW_INVOICE),
        "create_ticket": sent.made(examples.TICKET_ID, "/tickets", examples.NEW_TICKET),
    }
    sent.ids[examples.INVOICE_ITEM_ID] = answers["create_invoice"].json()["items"][0]["id"]
    sent.agency.new_message(sent.ids[examples.TICKET_ID], sent.ids[examples.CLIENT_ID], "I need help with my order")
    return answers


def read_and_change_all(sent):
    """Send every example of a change, and read everything."""
    order, task = f"/orders/{examples.ORDER_ID}", f"/order-tasks/{examples.ORDER_TASK_ID}"
    answers = {
        "health": sent.send("GET", "/health"),
        "index": sent.send("GET", ""),
        "list_order_tasks": sent.send("GET", f"{order}/tasks"),
        "list_order_messages": sent.send("GET", f"{order}/messages"),
        "complete_order_task": sent.send("POST", f"{task}/complete"),
        "reopen_order_task": sent.send("DELETE", f"{task}/complete"),
        "update_order_task": sent.send("PUT", task, examples.ORDER_TASK_CHANGE),
    }
    for noun in ("client", "service", "order", "proposal", "invoice", "ticket"):
        path = f"/{noun}s/{getattr(examples, f'{noun.upper()}_ID')}"
        answers[f"list_{noun}s"] = sent.send("GET", f"/{noun}s")
        answers[f"retrieve_{noun}"] = sent.send("GET", path)
        if noun != "proposal":
            answers[f"update_{noun}"] = sent.send("PUT", path, getattr(examples, f"{noun.upper()}_CHANGE"))
    return answers


def sign_and_pay(sent):
    """Send the examples of what happens to a proposal and to an invoice, in their order."""
    proposal, invoice = f"/proposals/{examples.PROPOSAL_ID}", f"/invoices/{examples.INVOICE_ID}"
    return {
        "send_proposal": sent.send("POST", f"{proposal}/send"),
        "sign_proposal": sent.send("POST", f"{proposal}/sign"),
        "charge_invoice": sent.send("POST", f"{invoice}/charge", examples.INVOICE_CHARGE),
        "mark_invoice_paid": sent.send("POST", f"{invoice}/mark_paid"),
    }


def delete_all(sent):
    """Delete everything, what is part of something first; the client is kept by what refers to them."""
    return {
        "delete_order_task": sent.send("DELETE", f"/order-tasks/{examples.ORDER_TASK_ID}"),
        "delete_order_message": sent.send("DELETE", f"/order-messages/{examples.ORDER_MESSAGE_ID}"),
        "delete_invoice": sent.send("DELETE", f"/invoices/{examples.INVOICE_ID}"),
        "delete_ticket": sent.send("DELETE", f"/tickets/{examples.TICKET_ID}"),
        "delete_order": sent.send("DELETE", f"/orders/{examples.ORDER_ID}"),
        "delete_service": sent.send("DELETE", f"/services/{examples.SERVICE_ID}"),
        "delete_client": sent.send("DELETE", f"/clients/{examples.CLIENT_ID}"),
    }


def test_the_examples_run(agency):
    """Sending the examples in order gives answers of the examples' shape, which fit the declared types."""
    sent = Examples(agency)
    answers = create_all(sent) | read_and_change_all(sent) | sign_and_pay(sent) | delete_all(sent)
    assert set(answers) == set(OPERATIONS)
    assert answers.pop("delete_client").status_code == 409
    for name, response in answers.items():
        operation = OPERATIONS[name]
        assert response.status_code == operation.status, (name, response.text)
        if operation.shows is not None:
            TypeAdapter(operation.shows).validate_json(response.content)
            expected = operation.example | {"messages": []} if name == "create_ticket" else operation.example
            assert shape(response.json()) == shape(expected), name


def test_without_docs():
    """Neither the page nor the description is served when the settings say so."""
    with TestClient(create_app(MemoryStore(), settings=Settings(docs=False))) as http:
        assert [http.get(path).status_code for path in ("/docs", "/openapi.json", "/api")] == [404, 404, 200]
