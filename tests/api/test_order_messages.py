"""The messages on orders as their callers see them. Source: contract sections 2.4 and 2.5; part A "Responses"."""

import pytest

NOON = "2026-02-07T12:00:00+00:00"


@pytest.fixture
def order(agency):
    """Give an order."""
    return agency.place_order(agency.new_client()["id"])


def messages_of(agency, order):
    """Return the messages on an order."""
    return agency.get(f"/orders/{order['id']}/messages").json()


def test_a_message(agency, order):
    """D8: 9 keys; the author is the caller, in full, on create just as in the list."""
    response = agency.post(f"/orders/{order['id']}/messages", {"message": "  Done. ", "user_id": "x"})
    message = response.json()
    assert response.status_code == 201
    assert message == {
        "id": message["id"], "order_id": order["id"], "user_id": agency.employee_id, "message": "Done.",
        "is_public": True, "staff_only": False, "files": [], "created_at": NOON,
        "user": {"id": agency.employee_id, "name_f": "Admin", "name_l": "User", "email": "admin@example.com"},
    }  # fmt: skip
    assert len(message) == 9
    assert messages_of(agency, order) == [message]


@pytest.mark.parametrize(
    ("sent", "staff_only"),
    [
        ({}, False),
        ({"is_public": None, "staff_only": None, "files": None}, False),
        ({"is_public": True}, False),
        ({"is_public": False}, True),
        ({"staff_only": True}, True),
        ({"staff_only": False}, False),
        ({"is_public": False, "staff_only": True}, True),
        ({"is_public": True, "staff_only": False}, False),
        ({"is_public": None, "staff_only": True}, True),
        ({"is_public": False, "staff_only": None}, True),
    ],
)
def test_one_fact_with_two_names(agency, order, sent, staff_only):
    """D9: whichever name a request uses, both are answered, and a note for the staff never reads as public."""
    message = agency.write(order["id"], **sent)
    assert (message["staff_only"], message["is_public"]) == (staff_only, not staff_only)
    assert messages_of(agency, order) == [message]


@pytest.mark.parametrize("value", [True, False])
def test_a_contradiction(agency, order, value):
    """Public and for the staff only, or neither, is 400, and nothing is written."""
    body = {"message": "x", "is_public": value, "staff_only": value}
    response = agency.post(f"/orders/{order['id']}/messages", body)
    assert (response.status_code, list(response.json()["errors"])) == (400, ["staff_only"])
    assert messages_of(agency, order) == []
    assert agency.get(f"/orders/{order['id']}").json() == order


def test_files(agency, order):
    """Addresses, stripped, in order."""
    message = agency.write(order["id"], files=[" https://example.com/b.png ", "a.pdf"])
    assert message["files"] == ["https://example.com/b.png", "a.pdf"]
    assert messages_of(agency, order) == [message]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"message": "  "}, "message"),
        ({"message": None}, "message"),
        ({"message": 7}, "message"),
        ({"message": "x" * 65_536}, "message"),
        ({"message": "\x00"}, "message"),
        ({"files": "a"}, "files"),
        ({"files": [" "]}, "files.0"),
        ({"files": ["a", "x" * 2049]}, "files.1"),
        ({"files": ["a"] * 101}, "files"),
        ({"is_public": "perhaps"}, "is_public"),
        ({"staff_only": 2}, "staff_only"),
    ],
)
def test_what_is_refused(agency, order, sent, field):
    """D64, D65: blank or too long is 400, on its field."""
    response = agency.post(f"/orders/{order['id']}/messages", {"message": "x", **sent})
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert messages_of(agency, order) == []


def test_the_order_follows(agency, order, clock):
    """D35: ``last_message_at`` is the message's own time, and the order's ``updated_at``, too; deleting keeps it."""
    clock.tick()
    first = agency.write(order["id"])
    stamps = {"last_message_at": first["created_at"], "updated_at": first["created_at"]}
    assert agency.get(f"/orders/{order['id']}").json() == order | stamps
    clock.tick()
    assert agency.delete(f"/order-messages/{first['id']}").status_code == 204
    assert agency.get(f"/orders/{order['id']}").json() == order | stamps | {"updated_at": clock().isoformat()}


def test_delete(agency, order):
    """Gone for good; a second delete is 404."""
    message = agency.write(order["id"])
    response = agency.delete(f"/order-messages/{message['id']}")
    assert (response.status_code, response.content) == (204, b"")
    assert messages_of(agency, order) == []
    assert agency.delete(f"/order-messages/{message['id']}").status_code == 404


def test_a_deleted_order_hides_its_messages(agency, order):
    """Neither the list nor a message can be reached, nor one be written."""
    message = agency.write(order["id"])
    agency.delete(f"/orders/{order['id']}")
    for method, path in (
        ("GET", f"/orders/{order['id']}/messages"),
        ("POST", f"/orders/{order['id']}/messages"),
        ("DELETE", f"/order-messages/{message['id']}"),
    ):
        assert agency.send(method, path, json={"message": "x"}).status_code == 404


def test_the_list_is_oldest_first_and_in_parts(agency, order, clock):
    """D59: every visibility, oldest first, equally old ones by id, with a ``Link`` where there is more."""
    made = []
    for number in range(4):
        made.append(agency.write(order["id"], f"{number}", staff_only=number == 1))
        if number != 2:
            clock.tick()
    expected = sorted(made, key=lambda message: (message["created_at"], message["id"]))
    path = f"/orders/{order['id']}/messages"
    assert agency.get(path).json() == expected
    first = agency.get(path, limit="3")
    assert first.json() == expected[:3]
    assert first.headers["link"] == f'<http://testserver/api{path}?page=2&limit=3>; rel="next"'
    second = agency.get(path, limit="3", page="2")
    assert second.json() == expected[3:]
    assert second.headers["link"] == f'<http://testserver/api{path}?page=1&limit=3>; rel="prev"'
