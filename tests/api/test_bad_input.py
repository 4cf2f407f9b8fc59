"""Bad input is 400 in the one shape, and changes nothing. Source: issue 2; part A "Requests"."""

import pytest

from service_engine import MemoryStore

ROOT = "root"


@pytest.fixture
def store():
    """Give the store in memory: nothing here depends on where things are kept."""
    return MemoryStore()


@pytest.fixture
def ticket(agency):
    """Give a ticket with a note and a tag."""
    return agency.new_ticket(agency.new_client()["id"], note="Note", tags=["a"])


def send(agency, method, path, body):
    """Send bytes as they are."""
    return agency.send(method, path, content=body, headers={"Content-Type": "application/json"})


def refuse(response, field):
    """Say that it is refused, with one complaint, on this field."""
    assert response.status_code == 400, response.text
    assert response.json()["message"] == "The given data was invalid."
    assert list(response.json()["errors"]) == [field]
    assert all(isinstance(text, str) and text for text in response.json()["errors"][field])


BODIES = [
    (b"", ROOT),
    (b"null", ROOT),
    (b"[]", ROOT),
    (b'"text"', ROOT),
    (b"{", "1"),
    (b'{"subject": "a"', "15"),
    (b'{"subject": "\xff"}', "13"),
    (b"\xff\xfe{\x00}\x00", "0"),
    (b"[" * 200_000, ROOT),
    (b'{"a":' * 100_000, ROOT),
    (b'{"subject": NaN}', "subject"),
    (b'{"subject": "\\u0000"}', "subject"),
    (b'{"subject": "\\ud800"}', "subject"),
    (b'{"subject": "   "}', "subject"),
    (b'{"subject": 1}', "subject"),
    (b'{"subject": true}', "subject"),
    (b'{"subject": null}', "subject"),
    (b'{"subject": "' + b"x" * 100_000 + b'"}', "subject"),
    (b'{"note": "' + b"x" * 65_536 + b'"}', "note"),
    (b'{"note": ["a"]}', "note"),
    (b'{"status": 0}', "status"),
    (b'{"status": 4}', "status"),
    (b'{"status": 1.5}', "status"),
    (b'{"status": "Open"}', "status"),
    (b'{"status": null}', "status"),
    (b'{"status": Infinity}', "status"),
    (b'{"status": 1e400}', "status"),
    (b'{"status": ' + b"9" * 5000 + b"}", "status"),
    (b'{"order_id": 7}', "order_id"),
    (b'{"employees": "x"}', "employees"),
    (b'{"employees": [7]}', "employees.0"),
    (b'{"employees": {}}', "employees"),
    (b'{"tags": "urgent"}', "tags"),
    (b'{"tags": ["a", ""]}', "tags.1"),
    (b'{"tags": ["a", null]}', "tags.1"),
    (b'{"tags": ["' + b"x" * 256 + b'"]}', "tags.0"),
    (b'{"tags": [' + b'"a",' * 1000 + b'"a"]}', "tags"),
    (b'{"metadata": []}', "metadata"),
    (b'{"metadata": {"a": NaN}}', "metadata"),
    (b'{"metadata": {"a": [-Infinity]}}', "metadata"),
    (b'{"metadata": {"a": "\\u0000"}}', "metadata"),
    (b'{"metadata": {"\\udfff": 1}}', "metadata"),
    (b'{"metadata": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}", "metadata"),
    (b'{"metadata": {"a": "' + b"x" * 100_000 + b'"}}', "metadata"),
    (b'{"metadata": {"a": 18446744073709551616}}', "metadata"),
    (b'{"unknown": NaN}', "unknown"),
    (b'{"\\ud800": NaN}', "?"),
]


@pytest.mark.parametrize(("body", "field"), BODIES, ids=range(len(BODIES)))
def test_updating_a_ticket(agency, ticket, body, field):
    """Whatever is wrong with a body is said of the right field, and nothing of it is done."""
    refuse(send(agency, "PUT", f"/tickets/{ticket['id']}", body), field)
    assert agency.get(f"/tickets/{ticket['id']}").json() == ticket


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"email": "a@b.test"}, "email"),
        ({"email": None}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"name_f": "  "}, "name_f"),
        ({"name_l": "x" * 256}, "name_l"),
        ({"company": "x" * 256}, "company"),
        ({"phone": "x" * 51}, "phone"),
        ({"tax_id": "x" * 101}, "tax_id"),
        ({"optin": "x" * 51}, "optin"),
        ({"stripe_id": "x" * 256}, "stripe_id"),
        ({"address": "x"}, "address"),
        ({"address": []}, "address"),
        ({"address": {"country": "x" * 11}}, "address.country"),
        ({"address": {"postcode": 5}}, "address.postcode"),
        ({"address": {"city": "\x00"}}, "address.city"),
        ({"custom_fields": [1]}, "custom_fields"),
        ({"status_id": 40_000}, "status_id"),
        ({"status_id": -1}, "status_id"),
        ({"status_id": "active"}, "status_id"),
        ({"created_at": "2026-02-07T12:00:00"}, "created_at"),
        ({"created_at": "2026-02-30T12:00:00Z"}, "created_at"),
        ({"created_at": "0001-01-01T00:00:00+01:00"}, "created_at"),
        ({"created_at": 1_700_000_000}, "created_at"),
    ],
)
def test_creating_a_client(agency, fields, field):
    """Each field of a client has its own bounds, and nobody is created."""
    refuse(agency.post("/clients", {"name_f": "J", "name_l": "D", "email": "j@example.com", **fields}), field)
    assert agency.get("/clients").json()["meta"]["total"] == 0


def test_missing_fields(agency):
    """Every field that is missing is named at once."""
    response = agency.post("/clients", {})
    assert response.json() == {
        "message": "The given data was invalid.",
        "errors": {"name_f": ["Field required"], "name_l": ["Field required"], "email": ["Field required"]},
    }
    assert list(agency.post("/tickets", {}).json()["errors"]) == ["user_id", "subject"]


@pytest.mark.parametrize("path", ["/tickets", "/clients"])
@pytest.mark.parametrize(
    "media", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/json"]
)
def test_bodies_that_do_not_say_json(agency, path, media):
    """A form, or a body of any other kind, is blamed as a whole, even where its text would be JSON."""
    refuse(agency.send("POST", path, content=b'{"subject": "a"}', headers={"Content-Type": media}), ROOT)


@pytest.mark.parametrize(
    "media", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"]
)
def test_bodies_that_say_json(agency, ticket, media):
    """JSON is JSON in whatever case and with whatever parameters."""
    response = agency.send(
        "PUT", f"/tickets/{ticket['id']}", content=b'{"subject": "New"}', headers={"Content-Type": media}
    )
    assert (response.status_code, response.json()["subject"]) == (200, "New")


def test_a_body_without_a_type_is_json(agency, ticket):
    """Who says nothing is believed to send JSON."""
    response = agency.send("PUT", f"/tickets/{ticket['id']}", content=b'{"subject": "New"}')
    assert (response.status_code, response.json()["subject"]) == (200, "New")


def test_repeated_keys(agency, ticket):
    """Of a key that is given twice the last one counts, as Python and most others have it."""
    response = send(agency, "PUT", f"/tickets/{ticket['id']}", b'{"subject": "a", "subject": "b"}')
    assert response.json()["subject"] == "b"


def test_an_affix_of_bytes_in_the_query(agency):
    """A query that is no UTF-8 is read with replacements, and refused where it is looked at."""
    assert agency.get("/tickets?x=%ff&%ff=1", params=None).status_code == 200
    refuse(agency.get("/tickets?filters[status][$eq]=%ff", params=None), "query.filters[status][$eq]")
    assert agency.get("/tickets?filters[%ff][$eq]=1", params=None).status_code == 400
