"""Another organisation's ids are answered just like ids that do not exist. Source: design decision 6; contract 9.3."""

from uuid import UUID

import pytest

from service_engine.domain.ids import ProposalId
from service_engine.usecases.proposals import delete_proposal

UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"


def stock(agency):
    """Put one of everything into an organisation, live and deleted; return the ids, the live ones first."""
    client, gone = agency.new_client()["id"], agency.new_client("gone@example.com")["id"]
    service, retired = agency.new_service()["id"], agency.new_service()["id"]
    order, cancelled = (agency.place_order(client, tags=["theirs"], service_id=service)["id"] for _ in range(2))
    task, dropped, hidden = (agency.new_task(each)["id"] for each in (order, order, cancelled))
    message, unsaid, unseen = (agency.write(each)["id"] for each in (order, order, cancelled))
    ticket, closed = agency.new_ticket(client, tags=["theirs"])["id"], agency.new_ticket(client)["id"]
    proposal, withdrawn = (agency.new_proposal(service)["id"] for _ in range(2))
    assert agency.post(f"/proposals/{proposal}/send", None).status_code == 200
    agency.store.run(agency.org_id, delete_proposal, ProposalId(UUID(withdrawn)), at=agency.clock())
    invoice, void = (agency.new_invoice(client)["id"] for _ in range(2))
    for path in (
        f"/clients/{gone}", f"/services/{retired}", f"/tickets/{closed}", f"/order-tasks/{dropped}",
        f"/order-messages/{unsaid}", f"/orders/{cancelled}", f"/invoices/{void}",
    ):  # fmt: skip
        assert agency.delete(path).status_code == 204
    return {
        "clients": (client, gone, agency.employee_id),
        "services": (service, retired),
        "orders": (order, cancelled),
        "order-tasks": (task, dropped, hidden),
        "order-messages": (message, unsaid, unseen),
        "tickets": (ticket, closed),
        "proposals": (proposal, withdrawn),
        "invoices": (invoice, void),
        "coupons": (agency.new_coupon(),),
        "employees": (agency.employee_id, client),
        "folders": (agency.new_folder(),),
    }


@pytest.fixture
def foreign(rival):
    """Everything that the rival has."""
    return stock(rival)


def everything(agency):
    """Return all that an organisation shows."""
    shown = []
    for noun in ("clients", "services", "orders", "proposals", "invoices", "tickets"):
        page = agency.get(f"/{noun}", limit="100").json()
        shown += [page, *(agency.get(f"/{noun}/{each['id']}").json() for each in page["data"])]
    for order in agency.get("/orders").json()["data"]:
        shown += [agency.get(f"/orders/{order['id']}/{part}").json() for part in ("tasks", "messages")]
    return shown


IN_PATHS = [
    *((method, f"/{noun}/KEY", noun) for method in ("GET", "PUT", "DELETE")
      for noun in ("clients", "services", "orders", "invoices", "tickets")),
    *((method, f"/orders/KEY/{part}", "orders") for method in ("GET", "POST") for part in ("tasks", "messages")),
    ("PUT", "/order-tasks/KEY", "order-tasks"),
    ("DELETE", "/order-tasks/KEY", "order-tasks"),
    ("POST", "/order-tasks/KEY/complete", "order-tasks"),
    ("DELETE", "/order-tasks/KEY/complete", "order-tasks"),
    ("DELETE", "/order-messages/KEY", "order-messages"),
    ("GET", "/proposals/KEY", "proposals"),
    ("POST", "/proposals/KEY/send", "proposals"),
    ("POST", "/proposals/KEY/sign", "proposals"),
    ("POST", "/invoices/KEY/charge", "invoices"),
    ("POST", "/invoices/KEY/mark_paid", "invoices"),
]  # fmt: skip


def test_every_path_of_the_api_is_probed(agency):
    """A new operation with an id in its path cannot be forgotten here."""
    described = agency.http.get("/openapi.json").json()["paths"]
    slots = {(method.upper(), path) for path, methods in described.items() for method in methods if "{id}" in path}
    assert {(method, "/api" + path.replace("KEY", "{id}")) for method, path, _ in IN_PATHS} == slots


def test_in_the_path(agency, rival, foreign):
    """D47: 404, byte for byte the same as for an unknown id, and the other's rows are as they were."""
    before = everything(rival)
    for method, path, noun in IN_PATHS:
        body = {"name": "A", "message": "A", "payment_method_id": "pm_1"}
        unknown = agency.send(method, path.replace("KEY", UNKNOWN), json=body)
        for key in foreign[noun]:
            response = agency.send(method, path.replace("KEY", key), json=body)
            assert (response.status_code, response.content) == (404, unknown.content)
            assert response.headers == unknown.headers
    assert everything(rival) == before


TICKET = {"user_id": "CLIENT", "subject": "Help", "tags": ["mine"]}
SERVICE = {"name": "A", "recurring": 0, "currency": "USD"}
ORDER = {"user_id": "CLIENT", "service": "A", "tags": ["mine"]}
ITEM = {"name": "A", "quantity": 1, "amount": 1}
INVOICE = {"user_id": "CLIENT", "items": [ITEM]}
PROPOSAL = {"client_email": "eve@example.com", "client_name_f": "Eve", "client_name_l": "Ray", "items": [{"price": 1}]}
IN_BODIES = [
    ("POST", "/tickets", TICKET, "user_id", "clients"),
    ("POST", "/tickets", TICKET, "order_id", "orders"),
    ("POST", "/tickets", TICKET, "employees", "employees"),
    ("PUT", "/tickets/TICKET", TICKET, "order_id", "orders"),
    ("PUT", "/tickets/TICKET", TICKET, "employees", "employees"),
    ("POST", "/services", SERVICE, "folder_id", "folders"),
    ("POST", "/services", SERVICE, "employees", "employees"),
    ("PUT", "/services/SERVICE", SERVICE, "folder_id", "folders"),
    ("PUT", "/services/SERVICE", SERVICE, "employees", "employees"),
    ("POST", "/orders", ORDER, "user_id", "clients"),
    ("POST", "/orders", ORDER, "service_id", "services"),
    ("POST", "/orders", ORDER, "employees", "employees"),
    ("PUT", "/orders/ORDER", ORDER, "service_id", "services"),
    ("PUT", "/orders/ORDER", ORDER, "employees", "employees"),
    ("POST", "/orders/ORDER/tasks", {"name": "A"}, "employee_ids", "employees"),
    ("PUT", "/order-tasks/TASK", {"name": "A"}, "employee_ids", "employees"),
    ("POST", "/proposals", PROPOSAL, "items.0.service_id", "services"),
    ("POST", "/invoices", INVOICE, "user_id", "clients"),
    ("POST", "/invoices", INVOICE, "coupon_id", "coupons"),
    ("POST", "/invoices", INVOICE, "items.0.service_id", "services"),
    ("PUT", "/invoices/INVOICE", INVOICE, "user_id", "clients"),
    ("PUT", "/invoices/INVOICE", INVOICE, "coupon_id", "coupons"),
    ("PUT", "/invoices/INVOICE", INVOICE, "items.0.service_id", "services"),
]


@pytest.mark.parametrize("slot", IN_BODIES, ids=lambda slot: f"{slot[0]} {slot[1]} {slot[3]}")
def test_in_the_body(agency, rival, foreign, slot):
    """D40 to D42, D45: 422, byte for byte as for an unknown id but for the id itself; nothing is written anywhere."""
    method, path, body, field, noun = slot
    client = agency.new_client()["id"]
    order = agency.place_order(client)["id"]
    own = {
        "CLIENT": client, "ORDER": order, "SERVICE": agency.new_service()["id"],
        "TASK": agency.new_task(order)["id"], "TICKET": agency.new_ticket(client)["id"],
        "INVOICE": agency.new_invoice(client)["id"],
    }  # fmt: skip
    for word, key in own.items():
        path = path.replace(word, key)
    before = everything(agency), everything(rival)

    def send(key):
        named = {"user_id": client} if "user_id" in body else {}
        if field.startswith("items.0."):
            return agency.send(method, path, json=body | named | {"items": [body["items"][0] | {field[8:]: key}]})
        value = [agency.employee_id, key] if noun == "employees" else key
        return agency.send(method, path, json=body | named | {field: value})

    unknown = send(UNKNOWN)
    assert unknown.status_code == 422
    for key in (*foreign[noun], "no id", UNKNOWN.replace("-", "")):
        response = send(key)
        if (path, field) == ("/orders", "user_id") and key not in foreign[noun]:
            assert response.status_code == 400  # the one malformed id that the contract tells apart
            continue
        assert response.status_code == 422
        assert response.content.replace(f"ID {key} ".encode(), f"ID {UNKNOWN} ".encode()) == unknown.content
    assert (everything(agency), everything(rival)) == before


IN_QUERIES = [
    ("/tickets", "user_id", "clients"),
    ("/tickets", "order_id", "orders"),
    ("/clients", "id", "clients"),
    ("/services", "id", "services"),
    ("/services", "folder_id", "folders"),
    ("/orders", "id", "orders"),
    ("/orders", "user_id", "clients"),
    ("/orders", "service_id", "services"),
    ("/orders", "invoice_id", "invoices"),
    ("/proposals", "id", "proposals"),
    ("/invoices", "id", "invoices"),
    ("/invoices", "user_id", "clients"),
]


def test_every_id_filter_is_probed(agency):
    """A new filter by an id cannot be forgotten here."""
    found = set()
    for path, methods in agency.http.get("/openapi.json").json()["paths"].items():
        for each in methods.get("get", {}).get("parameters", []):
            if each["in"] == "query" and each["schema"].get("items", {}).get("format") == "uuid":
                found.add((path.removeprefix("/api"), each["name"].removeprefix("filters[").partition("]")[0]))
    assert {(path, field) for path, field, _ in IN_QUERIES} == found


def test_in_the_query(agency, foreign):
    """A filter by a foreign id finds nothing, as one by an unknown id."""
    stock(agency)
    for path, field, noun in IN_QUERIES:
        for name in (f"filters[{field}][$eq]", f"filters[{field}][$in][]"):
            unknown = agency.get(path, params={name: UNKNOWN})
            assert unknown.json()["meta"]["total"] == 0
            for key in foreign[noun]:
                found = agency.get(path, params={name: key}).content
                assert found.replace(key.encode(), UNKNOWN.encode()) == unknown.content


def test_items_of_foreign_invoices(agency, rival, foreign):
    """An item's id that another organisation's invoice has names none here, as an unknown one; nothing moves there."""
    [item] = rival.get(f"/invoices/{foreign['invoices'][0]}").json()["items"]
    path = f"/invoices/{agency.new_invoice(agency.new_client()['id'])['id']}"
    before, shown = everything(rival), []
    for key in (UNKNOWN, item["id"]):
        [made] = agency.put(path, {"items": [ITEM | {"id": key}]}).json()["items"]
        shown.append(made | {"id": None})
        assert made["id"] not in {UNKNOWN, item["id"]}
    assert shown[0] == shown[1]
    assert everything(rival) == before


def test_tags_are_not_shared(agency, rival, foreign):
    """D44: two organisations may have tags of one name, and know nothing of each other's."""
    ticket = agency.new_ticket(agency.new_client()["id"], tags=["theirs", "mine"])
    agency.put(f"/tickets/{ticket['id']}", {"tags": ["mine"]})
    assert rival.get(f"/tickets/{foreign['tickets'][0]}").json()["tags"] == ["theirs"]


def test_tokens_open_their_own_organisation(agency, rival, foreign):
    """What a token shows is its organisation's, and nothing of it names an organisation."""
    agency.new_client("mine@example.com")
    assert [row["email"] for row in agency.get("/clients").json()["data"]] == ["mine@example.com"]
    for page in (agency, rival):
        for body in everything(page):
            assert str(page.org_id) not in str(body)
    assert foreign
