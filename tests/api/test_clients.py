"""The five operations on clients. Source: contract section 2.2."""

from uuid import UUID

import pytest

from service_engine.domain.ids import OrderId
from service_engine.usecases.orders import delete_order

FULL = {
    "company": "Acme",
    "phone": "+1 555 0100",
    "tax_id": "T-1",
    "note": "Pays late",
    "optin": "yes",
    "stripe_id": "cus_1",
    "address": {"line_1": "1 Main Street", "country": "US"},
    "custom_fields": {"colour": "blue"},
    "status_id": 0,
    "created_at": "2020-01-01T00:00:00+02:00",
}
READ_ONLY = {
    "id": "x", "name": "x", "balance": "9.99", "spent": "9.99", "aff_id": 1, "aff_link": "x", "role_id": "x",
    "role": {}, "ga_cid": "x", "org_id": "x",
}  # fmt: skip


def test_create_with_the_least(agency):
    """Names and e-mail are enough; the rest has the contract's defaults."""
    client = agency.new_client(" John@Example.com ", name_f=" John ", **READ_ONLY)
    assert client | {"role": None, "aff_link": None, "aff_id": None, "id": None} == {
        "id": None, "name": "John Doe", "name_f": "John", "name_l": "Doe", "email": "john@example.com",
        "company": None, "phone": None, "tax_id": None, "address": None, "note": None, "balance": "0.00",
        "spent": None, "optin": None, "stripe_id": None, "custom_fields": {}, "status": 1, "aff_id": None,
        "aff_link": None, "role_id": agency.roles["Client"], "role": None, "ga_cid": None,
        "created_at": "2026-02-07T12:00:00+00:00",
    }  # fmt: skip
    assert 100_000 <= client["aff_id"] <= 999_999
    assert client["aff_link"].startswith("https://example.com/r/")
    assert (len(client["role"]), client["role"]["dashboard_access"], client["role"]["name"]) == (33, 0, "Client")
    assert agency.get(f"/clients/{client['id']}").json() == client
    assert agency.get("/clients").json()["data"] == [client]


def test_create_with_everything(agency):
    """Everything that may be given is kept; the address takes over names, tax number and company."""
    client = agency.new_client(**FULL)
    assert {key: client[key] for key in FULL.keys() - {"address", "status_id", "created_at"}} == {
        key: FULL[key] for key in FULL.keys() - {"address", "status_id", "created_at"}
    }
    assert (client["status"], client["created_at"]) == (0, "2019-12-31T22:00:00+00:00")
    assert client["address"] == {
        "line_1": "1 Main Street", "line_2": None, "city": None, "state": None, "country": "US", "postcode": None,
        "name_f": "John", "name_l": "Doe", "tax_id": "T-1", "company_name": "Acme", "company_vat": None,
    }  # fmt: skip


def test_null_on_create_is_absent(agency):
    """On create, null means the default."""
    nothing = dict.fromkeys(FULL)
    client = agency.new_client(**nothing)
    assert (client["status"], client["custom_fields"], client["address"]) == (1, {}, None)
    assert client["created_at"] == "2026-02-07T12:00:00+00:00"


def test_empty_address_is_an_address(agency):
    """An empty object makes an address whose parts are all null."""
    address = agency.new_client(address={})["address"]
    assert (address["line_1"], address["name_f"]) == (None, "John")


def test_email_is_unique_among_the_living(agency, rival):
    """One e-mail, one person of the organisation, in whatever case; another organisation does not matter."""
    first = agency.new_client()
    taken = {"message": "The given data was invalid.", "errors": {"email": ["The email has already been taken."]}}
    for email in ("john@example.com", " JOHN@EXAMPLE.COM ", "admin@example.com"):
        response = agency.post("/clients", {"name_f": "J", "name_l": "D", "email": email})
        assert (response.status_code, response.json()) == (400, taken)
    second = agency.new_client("jane@example.com")
    response = agency.put(f"/clients/{second['id']}", {"email": "John@example.com"})
    assert (response.status_code, response.json()) == (400, taken)
    assert agency.put(f"/clients/{first['id']}", {"email": "John@example.com"}).status_code == 200
    rival.new_client()
    assert agency.delete(f"/clients/{first['id']}").status_code == 204
    agency.new_client()


def test_update_nothing(agency, clock):
    """An empty body, or one of read-only keys, changes nothing."""
    client = agency.new_client(**FULL)
    clock.tick()
    for body in ({}, READ_ONLY):
        response = agency.put(f"/clients/{client['id']}", body)
        assert (response.status_code, response.json()) == (200, client)


def test_null_clears(agency):
    """Null clears what may be empty, and leaves the rest as it is."""
    client = agency.new_client(**FULL)
    for field in ("company", "phone", "tax_id", "note", "optin", "stripe_id", "address"):
        response = agency.put(f"/clients/{client['id']}", {field: None})
        client |= {field: None}
        assert (response.status_code, response.json()) == (200, client)


def test_null_where_it_cannot_be(agency):
    """Null on what cannot be empty is refused, and nothing of the request is done."""
    client = agency.new_client(**FULL)
    for field in ("name_f", "name_l", "email", "custom_fields", "status_id", "created_at"):
        response = agency.put(f"/clients/{client['id']}", {field: None, "company": "Other"})
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert agency.get(f"/clients/{client['id']}").json() == client


def test_update_values(agency):
    """What is given is changed: custom fields and the place of an address as a whole."""
    client = agency.new_client(**FULL)
    body = {
        "name_f": " Jim ",
        "status_id": 3,
        "custom_fields": {"a": [1, None]},
        "created_at": "2021-01-01T00:00:00Z",
        "address": {"city": "Bonn"},
    }
    changed = agency.put(f"/clients/{client['id']}", body).json()
    assert changed == client | {
        "name": "Jim Doe",
        "name_f": "Jim",
        "status": 3,
        "custom_fields": {"a": [1, None]},
        "created_at": "2021-01-01T00:00:00+00:00",
        "address": client["address"] | {"line_1": None, "country": None, "city": "Bonn"},
    }


def test_delete(agency):
    """A deleted client is gone everywhere; a second delete is 404."""
    client = agency.new_client()
    response = agency.delete(f"/clients/{client['id']}")
    assert (response.status_code, response.content) == (204, b"")
    for method in ("GET", "PUT", "DELETE"):
        assert agency.send(method, f"/clients/{client['id']}", json={}).status_code == 404
    assert agency.get("/clients").json()["meta"]["total"] == 0


@pytest.mark.parametrize("deleted", [False, True])
def test_a_client_with_dependents_stays(agency, store, clock, deleted):
    """Orders, then tickets, protect a client, even deleted ones."""
    client = agency.new_client()["id"]
    ticket = agency.new_ticket(client)["id"]
    if deleted:
        agency.delete(f"/tickets/{ticket}")
    response = agency.delete(f"/clients/{client}")
    assert (response.status_code, response.json()) == (
        409,
        {"message": "Cannot delete client with existing tickets", "errors": {}},
    )
    order = agency.new_order(client)
    if deleted:
        store.run(agency.org_id, delete_order, OrderId(UUID(order)), at=clock())
    response = agency.delete(f"/clients/{client}")
    assert (response.status_code, response.json()["message"]) == (409, "Cannot delete client with existing orders")
    assert agency.get(f"/clients/{client}").status_code == 200


def test_staff_are_no_clients(agency):
    """An employee cannot be read, changed or deleted as a client, nor be listed as one."""
    for method in ("GET", "PUT", "DELETE"):
        assert agency.send(method, f"/clients/{agency.employee_id}", json={}).status_code == 404
    assert agency.get("/clients").json()["data"] == []
