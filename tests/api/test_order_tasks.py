"""The tasks of orders as their callers see them. Source: contract sections 2.4 and 2.5; part A "Rules" (tasks)."""

import pytest

NOON = "2026-02-07T12:00:00+00:00"
LATER = "2026-02-07T12:00:01+00:00"
UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"
FOR_CLIENT = {"for_client": ["Cannot assign employees when for_client is true."]}
TWO_ENDS = {"deadline": ["Cannot specify both deadline and due_at."]}


def no_employee(key):
    """Return the complaint about somebody who is not there."""
    return {"employee_ids": [f"Employee with ID {key} does not exist."]}


@pytest.fixture
def order(agency):
    """Give an order."""
    return agency.place_order(agency.new_client()["id"])


def refused(response):
    """Return the status and the complaints of a refusal."""
    return response.status_code, response.json()["errors"]


def tasks_of(agency, order):
    """Return the tasks of an order."""
    return agency.get(f"/orders/{order['id']}/tasks").json()


def test_a_task_with_the_least(agency, order):
    """D8: only a name is needed; 13 keys with the contract's defaults."""
    task = agency.new_task(order["id"], name=" Draft ")
    assert task == {
        "id": task["id"], "order_id": order["id"], "name": "Draft", "description": None, "sort_order": 0,
        "is_public": False, "for_client": False, "is_complete": False, "completed_by": None, "completed_at": None,
        "deadline": None, "due_at": None, "employees": [],
    }  # fmt: skip
    assert tasks_of(agency, order) == [task]
    nothing = dict.fromkeys(
        ["description", "sort_order", "is_public", "for_client", "deadline", "due_at", "employee_ids"]
    )
    assert agency.new_task(order["id"], **nothing) | {"id": task["id"]} == task


def test_a_task_with_everything(agency, order):
    """Every field that can be given comes back; an employee has three keys, and is there once."""
    body = {
        "name": "Draft", "description": "The front page", "sort_order": 5, "is_public": True, "deadline": 48,
        "employee_ids": [agency.employee_id, agency.employee_id],
    }  # fmt: skip
    task = agency.new_task(order["id"], **body)
    del body["employee_ids"]
    assert task == body | {
        "id": task["id"], "order_id": order["id"], "for_client": False, "is_complete": False, "completed_by": None,
        "completed_at": None, "due_at": None,
        "employees": [{"id": agency.employee_id, "name_f": "Admin", "name_l": "User"}],
    }  # fmt: skip
    due = agency.new_task(order["id"], due_at="2026-02-07T14:00:00+01:00", for_client=True)
    assert (due["due_at"], due["for_client"]) == ("2026-02-07T13:00:00+00:00", True)


def test_the_rules_on_create(agency, order):
    """For the client without employees, one end only, staff with access only: in this order."""
    path = f"/orders/{order['id']}/tasks"
    body = {"name": "A", "for_client": True, "employee_ids": [UNKNOWN], "deadline": 1, "due_at": NOON}
    assert refused(agency.post(path, body)) == (400, FOR_CLIENT)
    assert refused(agency.post(path, body | {"for_client": False})) == (400, TWO_ENDS)
    assert refused(agency.post(path, body | {"for_client": False, "due_at": None})) == (422, no_employee(UNKNOWN))
    assert refused(agency.post(path, body | {"employee_ids": []})) == (400, TWO_ENDS)
    assert tasks_of(agency, order) == []
    assert agency.get(f"/orders/{order['id']}").json() == order


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_employees(agency, rival, order, method):
    """D42: who is unknown, malformed, a client or another organisation's is refused by id, the first of them only."""
    client = agency.new_client("jane@example.com")["id"]
    task = agency.new_task(order["id"], employee_ids=[agency.employee_id])
    path = f"/orders/{order['id']}/tasks" if method == "POST" else f"/order-tasks/{task['id']}"
    for key in (UNKNOWN, "no id", "", UNKNOWN.replace("-", ""), client, rival.employee_id):
        response = agency.send(method, path, json={"name": "A", "employee_ids": [agency.employee_id, key, UNKNOWN]})
        assert refused(response) == (422, no_employee(key))
    assert tasks_of(agency, order) == [task]


def test_the_resulting_state_decides(agency, order):
    """D36: for_client with employees that are there already is refused; deadline and due time can be exchanged."""
    task = agency.new_task(order["id"], employee_ids=[agency.employee_id], deadline=48)
    path = f"/order-tasks/{task['id']}"
    assert refused(agency.put(path, {"for_client": True})) == (400, FOR_CLIENT)
    assert refused(agency.put(path, {"due_at": NOON})) == (400, TWO_ENDS)
    assert tasks_of(agency, order) == [task]
    changed = agency.put(path, {"for_client": True, "employee_ids": []}).json()
    assert (changed["for_client"], changed["employees"]) == (True, [])
    assert refused(agency.put(path, {"employee_ids": [agency.employee_id]})) == (400, FOR_CLIENT)
    back = agency.put(path, {"for_client": False, "employee_ids": [agency.employee_id]}).json()
    assert back == task
    due = agency.put(path, {"deadline": None, "due_at": NOON}).json()
    assert (due["deadline"], due["due_at"]) == (None, NOON)
    assert refused(agency.put(path, {"deadline": 1})) == (400, TWO_ENDS)
    assert agency.put(path, {"due_at": None, "deadline": 48}).json() == task


def test_update(agency, order):
    """Each field by itself; absent keeps, null clears, null on what cannot be empty is 400."""
    task = agency.new_task(order["id"], description="Old", deadline=3, employee_ids=[agency.employee_id])
    path = f"/order-tasks/{task['id']}"
    for field, value in (("name", "New"), ("sort_order", -2), ("is_public", True), ("description", "New")):
        task |= {field: value}
        response = agency.put(path, {field: value})
        assert (response.status_code, response.json()) == (200, task)
    assert agency.put(path, {"description": None, "deadline": None}).json() == task | {
        "description": None,
        "deadline": None,
    }
    for field in ("name", "employee_ids", "sort_order", "is_public", "for_client"):
        response = agency.put(path, {field: None})
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert agency.put(path, {"employee_ids": []}).json()["employees"] == []


def test_an_empty_update(agency, order, clock):
    """``{}`` is 200 and changes nothing, not even the order's time; unknown keys are ignored."""
    task = agency.new_task(order["id"])
    before = agency.get(f"/orders/{order['id']}").json()
    clock.tick()
    for body in ({}, {"is_complete": True, "completed_by": UNKNOWN, "order_id": UNKNOWN, "name": "Draft"}):
        response = agency.put(f"/order-tasks/{task['id']}", body)
        assert (response.status_code, response.json()) == (200, task)
    assert agency.get(f"/orders/{order['id']}").json() == before


def test_completing(agency, order, clock):
    """The first time and the first person are kept; reopening clears both, and can be repeated."""
    task = agency.new_task(order["id"])
    path = f"/order-tasks/{task['id']}/complete"
    clock.tick()
    response = agency.post(path, {})
    done = {"is_complete": True, "completed_by": agency.employee_id, "completed_at": LATER}
    assert (response.status_code, response.json()) == (200, task | done)
    clock.tick()
    assert agency.send("POST", path).json() == task | done
    assert tasks_of(agency, order) == [task | done]
    for _ in range(2):
        response = agency.delete(path)
        assert (response.status_code, response.json()) == (200, task)


def test_everything_touches_the_order(agency, order, clock):
    """D35: each change of a task is a change of its order's ``updated_at``, and of nothing else."""

    def stamped(response, success):
        assert response.status_code == success
        expected = order | {"updated_at": clock().isoformat()}
        assert agency.get(f"/orders/{order['id']}").json() == expected

    clock.tick()
    created = agency.post(f"/orders/{order['id']}/tasks", {"name": "Draft"})
    stamped(created, 201)
    path = f"/order-tasks/{created.json()['id']}"
    for method, suffix, body, success in (
        ("PUT", "", {"name": "New"}, 200),
        ("POST", "/complete", None, 200),
        ("DELETE", "/complete", None, 200),
        ("DELETE", "", None, 204),
    ):
        clock.tick()
        stamped(agency.send(method, path + suffix, json=body), success)


def test_delete(agency, order):
    """Gone for good, completed or not; a second delete is 404."""
    task = agency.new_task(order["id"], employee_ids=[agency.employee_id])
    agency.post(f"/order-tasks/{task['id']}/complete", None)
    response = agency.delete(f"/order-tasks/{task['id']}")
    assert (response.status_code, response.content) == (204, b"")
    assert tasks_of(agency, order) == []
    for method, suffix in (("PUT", ""), ("DELETE", ""), ("POST", "/complete"), ("DELETE", "/complete")):
        assert agency.send(method, f"/order-tasks/{task['id']}{suffix}", json={}).status_code == 404


def test_a_deleted_order_hides_its_tasks(agency, order):
    """Neither the list nor the tasks themselves can be reached, nor a task be added."""
    task = agency.new_task(order["id"])
    agency.delete(f"/orders/{order['id']}")
    for method, path in (
        ("GET", f"/orders/{order['id']}/tasks"),
        ("POST", f"/orders/{order['id']}/tasks"),
        ("PUT", f"/order-tasks/{task['id']}"),
        ("DELETE", f"/order-tasks/{task['id']}"),
        ("POST", f"/order-tasks/{task['id']}/complete"),
        ("DELETE", f"/order-tasks/{task['id']}/complete"),
    ):
        assert agency.send(method, path, json={"name": "A"}).status_code == 404


def test_the_list_is_in_order_and_in_parts(agency, order, clock):
    """D59: by sort order, then creation, then id; ``limit`` and ``page``, and a ``Link`` where there is more."""
    made = []
    for number in range(5):
        made.append(agency.new_task(order["id"], name=str(number), sort_order=number % 2)["id"])
        if number != 2:
            clock.tick()
    path = f"/orders/{order['id']}/tasks"
    here = f"http://testserver/api{path}"
    expected = [made[0], *sorted(made[2:3]), made[4], made[1], made[3]]
    whole = agency.get(path)
    assert [each["id"] for each in whole.json()] == expected
    assert "link" not in whole.headers
    for page, link in (
        (1, f'<{here}?page=2&limit=2>; rel="next"'),
        (2, f'<{here}?page=1&limit=2>; rel="prev", <{here}?page=3&limit=2>; rel="next"'),
        (3, f'<{here}?page=2&limit=2>; rel="prev"'),
    ):
        part = agency.get(path, limit="2", page=str(page))
        assert [each["id"] for each in part.json()] == expected[2 * page - 2 : 2 * page]
        assert part.headers["link"] == link
    beyond = agency.get(path, limit="500", page="9")
    assert (beyond.json(), beyond.headers["link"]) == ([], f'<{here}?page=8&limit=500>; rel="prev"')


def test_a_hundred_by_default(agency, order):
    """D59: the list is bounded, and says where it goes on."""
    for _ in range(101):
        agency.new_task(order["id"])
    response = agency.get(f"/orders/{order['id']}/tasks")
    assert len(response.json()) == 100
    assert response.headers["link"].endswith('tasks?page=2&limit=100>; rel="next"')
    assert len(agency.get(f"/orders/{order['id']}/tasks", limit="101").json()) == 101
