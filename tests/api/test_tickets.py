"""The five operations on tickets. Source: the seed; contract section 2.8."""

from uuid import UUID

import pytest

from service_engine.domain.ids import OrderId
from service_engine.usecases.orders import delete_order
from service_engine.usecases.organizations import add_employee

NOON = "2026-02-07T12:00:00+00:00"
LATER = "2026-02-07T12:00:01+00:00"


@pytest.fixture
def client(agency):
    """Give a client with an address."""
    return agency.new_client(company="Acme", address={"city": "Bonn"})


def test_create_with_the_least(agency, client):
    """A client and a subject are enough; the rest has the contract's defaults."""
    ticket = agency.new_ticket(client["id"], subject="  Help  ")
    shown = {
        key: client[key]
        for key in ["id", "name", "name_f", "name_l", "email", "company", "phone", "balance", "address", "role"]
    }
    assert ticket == {
        "id": ticket["id"], "subject": "Help", "user_id": client["id"], "order_id": None, "status": "Open",
        "status_id": 1, "source": "API", "note": None, "form_data": {}, "metadata": {}, "tags": [], "employees": [],
        "client": shown, "order": None, "messages": [], "created_at": NOON, "updated_at": NOON,
        "last_message_at": None, "date_closed": None,
    }  # fmt: skip
    assert agency.get(f"/tickets/{ticket['id']}").json() == ticket
    item = {key: value for key, value in ticket.items() if key not in {"order", "messages"}}
    assert agency.get("/tickets").json()["data"] == [item]


def test_create_with_everything(agency, client):
    """Repeated employees and tags count once, in order; an order may be another client's."""
    other = agency.new_client("jane@example.com")
    order = agency.new_order(other["id"], price="1500.10")
    ticket = agency.new_ticket(
        client["id"],
        status="2",
        order_id=order.upper(),
        employees=[agency.employee_id, agency.employee_id.upper()],
        tags=[" urgent ", "billing", "urgent", "Urgent"],
        note=" Customer needs assistance ",
        metadata={"deep": {"list": [1, 1.5, "x", None, True]}},
        source="Web",
        form_data={"a": 1},
        org_id="x",
    )
    assert (ticket["status"], ticket["status_id"], ticket["source"], ticket["form_data"]) == ("Pending", 2, "API", {})
    assert ticket["tags"] == ["urgent", "billing", "Urgent"]
    assert ticket["employees"] == [
        {"id": agency.employee_id, "name_f": "Admin", "name_l": "User", "role_id": agency.roles["Administrator"]}
    ]
    assert (ticket["order_id"], ticket["note"]) == (order, "Customer needs assistance")
    assert ticket["order"] == {
        "id": order, "status": "Unpaid", "service": "Web Development", "price": 1500.1, "quantity": 1,
        "created_at": NOON,
    }  # fmt: skip
    assert ticket["metadata"] == {"deep": {"list": [1, 1.5, "x", None, True]}}


def test_null_and_empty_on_create(agency, client):
    """On create, null means the default, and the empty text is no order."""
    nothing = dict.fromkeys(("status", "employees", "tags", "note", "metadata"))
    for order_id in (None, "", " "):
        ticket = agency.new_ticket(client["id"], order_id=order_id, **nothing)
        assert (ticket["status_id"], ticket["order_id"], ticket["metadata"]) == (1, None, {})


def test_the_price_of_an_order_is_an_exact_number(agency, client):
    """The one amount that is a number in JSON is exact to the cent."""
    for price, number in (("0.01", 0.01), ("9999999999.99", 9999999999.99), ("1500", 1500)):
        ticket = agency.new_ticket(client["id"], order_id=agency.new_order(client["id"], price))
        assert ticket["order"]["price"] == number


def test_created_as_closed(agency, client):
    """A ticket that is created as Closed was closed when it was created."""
    ticket = agency.new_ticket(client["id"], status=3)
    assert (ticket["status"], ticket["date_closed"]) == ("Closed", ticket["created_at"])


def test_closing_and_reopening(agency, client, clock):
    """Entering Closed sets the time, staying keeps it, leaving clears it."""
    ticket = agency.new_ticket(client["id"])
    path = f"/tickets/{ticket['id']}"
    clock.tick()
    closed = agency.put(path, {"status": 3}).json()
    assert closed == ticket | {"status": "Closed", "status_id": 3, "date_closed": LATER, "updated_at": LATER}
    clock.tick()
    assert agency.put(path, {"status": 3}).json() == closed
    for status, label in ((2, "Pending"), (1, "Open")):
        reopened = agency.put(path, {"status": status}).json()
        assert (reopened["status"], reopened["date_closed"]) == (label, None)


def test_clearing(agency, client):
    """Null clears note and order, the empty text an order, an empty list the list; the rest stays."""
    order = agency.new_order(client["id"])
    ticket = agency.new_ticket(
        client["id"], note="Note", order_id=order, employees=[agency.employee_id], tags=["urgent"], metadata={"a": 1}
    )
    path = f"/tickets/{ticket['id']}"
    unlinked = {"order_id": None, "order": None}
    for sent, change in (
        ({"order_id": None}, unlinked),
        ({"order_id": order}, {"order_id": order, "order": ticket["order"]}),
        ({"order_id": ""}, unlinked),
        ({"note": None}, {"note": None}),
        ({"employees": []}, {"employees": []}),
        ({"tags": []}, {"tags": []}),
    ):
        ticket |= change
        response = agency.put(path, sent)
        assert (response.status_code, response.json()) == (200, ticket)


def test_null_where_it_cannot_be(agency, client):
    """Null on what cannot be empty is refused, and nothing of the request is done."""
    ticket = agency.new_ticket(client["id"])
    for field in ("subject", "status", "employees", "tags", "metadata"):
        response = agency.put(f"/tickets/{ticket['id']}", {field: None, "note": "New"})
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert agency.get(f"/tickets/{ticket['id']}").json() == ticket


def test_absent_keeps(agency, client, clock):
    """What is left out stays; the client cannot change; a change of nothing does not even touch the time."""
    ticket = agency.new_ticket(client["id"], note="Note", employees=[agency.employee_id], tags=["a", "b"])
    clock.tick()
    other = agency.new_client("jane@example.com")["id"]
    for body in ({}, {"user_id": other}, {"id": "x", "source": "x", "date_closed": "x", "created_at": "x"}):
        assert agency.put(f"/tickets/{ticket['id']}", body).json() == ticket


def test_full_replacement(agency, client, store, clock):
    """Employees, tags and metadata are replaced whole, in the order of the request."""
    jane = store.run(
        agency.org_id, add_employee, email="jane@example.com", first_name="Jane", last_name="Smith", at=clock()
    )
    ticket = agency.new_ticket(client["id"], employees=[agency.employee_id], tags=["a", "b"], metadata={"a": 1})
    body = {"employees": [str(jane.id), agency.employee_id], "tags": ["c", "a"], "metadata": {"b": 2}}
    changed = agency.put(f"/tickets/{ticket['id']}", body).json()
    assert [each["name_f"] for each in changed["employees"]] == ["Jane", "Admin"]
    assert (changed["tags"], changed["metadata"]) == (["c", "a"], {"b": 2})
    assert agency.put(f"/tickets/{ticket['id']}", {"metadata": {}}).json()["metadata"] == {}


def test_all_or_nothing(agency, client):
    """A request of which one part fails does nothing, and makes no tags."""
    ticket = agency.new_ticket(client["id"])
    body = {"subject": "New", "status": 3, "tags": ["new"], "employees": [client["id"]]}
    response = agency.put(f"/tickets/{ticket['id']}", body)
    assert (response.status_code, response.json()["errors"]) == (
        422,
        {"employees": ["The specified employee does not exist."]},
    )
    assert agency.get(f"/tickets/{ticket['id']}").json() == ticket


def test_staff_cannot_ask_and_clients_cannot_be_assigned(agency, client):
    """An employee is no client, and a client no employee."""
    response = agency.post("/tickets", {"user_id": agency.employee_id, "subject": "Help"})
    assert (response.status_code, response.json()["errors"]) == (
        422,
        {"user_id": ["The specified client does not exist."]},
    )
    response = agency.post("/tickets", {"user_id": client["id"], "subject": "Help", "employees": [client["id"]]})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["employees"])


def test_messages(agency, client, clock):
    """Messages come oldest first, the staff's own too, and only alone."""
    ticket = agency.new_ticket(client["id"])
    agency.new_message(ticket["id"], client["id"], "Help!")
    agency.new_message(ticket["id"], agency.employee_id, "Difficult.", staff_only=True, files=["https://a/b.png"])
    shown = agency.get(f"/tickets/{ticket['id']}").json()
    first, second = shown["messages"]
    assert (first["user_id"], first["message"], first["staff_only"], first["files"]) == (
        client["id"],
        "Help!",
        False,
        [],
    )
    assert (second["staff_only"], second["files"]) == (True, ["https://a/b.png"])
    assert shown["last_message_at"] == second["created_at"] == clock().isoformat()
    assert "messages" not in agency.get("/tickets").json()["data"][0]


def test_a_deleted_order_is_not_shown(agency, client, store, clock):
    """The link stays, the summary goes, and the order cannot be linked anew."""
    order = agency.new_order(client["id"])
    ticket = agency.new_ticket(client["id"], order_id=order)
    store.run(agency.org_id, delete_order, OrderId(UUID(order)), at=clock())
    shown = agency.get(f"/tickets/{ticket['id']}").json()
    assert (shown["order_id"], shown["order"]) == (order, None)
    response = agency.post("/tickets", {"user_id": client["id"], "subject": "Help", "order_id": order})
    assert (response.status_code, response.json()["errors"]) == (
        422,
        {"order_id": ["The specified order does not exist."]},
    )


def test_delete(agency, client):
    """A deleted ticket is gone everywhere; a second delete is 404."""
    ticket = agency.new_ticket(client["id"])
    response = agency.delete(f"/tickets/{ticket['id']}")
    assert (response.status_code, response.content) == (204, b"")
    for method in ("GET", "PUT", "DELETE"):
        assert agency.send(method, f"/tickets/{ticket['id']}", json={}).status_code == 404
    assert agency.get("/tickets").json()["meta"]["total"] == 0
