"""Lists: filters on rows and total alike, the order, and the pages. Source: contract sections 1.7 to 1.9."""

from urllib.parse import urlsplit

import pytest

NULL = "null"


@pytest.fixture
def tickets(agency, clock):
    """Four tickets: two clients, three statuses, one order, messages on two of them; oldest first."""
    john = agency.new_client()["id"]
    jane = agency.new_client("jane@example.com", name_f="Jane")["id"]
    order = agency.new_order(john)
    made = []
    for subject, client, status, linked in (
        ("b", john, 1, order),
        ("a", jane, 2, None),
        ("c", john, 3, None),
        ("B", jane, 1, None),
    ):
        clock.tick()
        made.append(agency.new_ticket(client, subject=subject, status=status, order_id=linked))
    for ticket in (made[1], made[0]):
        agency.new_message(ticket["id"], john, "Help!")
    return [agency.get(f"/tickets/{ticket['id']}").json() for ticket in made]


@pytest.fixture
def clients(agency, clock):
    """Four clients whose names, statuses and times differ; oldest first."""
    made = []
    for email, first, last, status in (
        ("d@example.com", "Ada", "Young", 1),
        ("b@example.com", "Bob", "Xu", 0),
        ("c@example.com", "ada", "Wolf", 5),
        ("a@example.com", "Zoe", "Vogt", 1),
    ):
        clock.tick()
        made.append(agency.new_client(email, name_f=first, name_l=last, status_id=status))
    return made


def matching(rows, field, operator, wanted):
    """Say by plain Python which rows a filter lets through."""
    compare = {
        "$eq": lambda value: value == wanted,
        "$lt": lambda value: value is not None and value < wanted,
        "$gt": lambda value: value is not None and value > wanted,
        "$in": lambda value: value in wanted,
    }[operator]
    return sorted(row["id"] for row in rows if compare(row[field]))


def check(agency, path, rows, fields, operator, wanted):
    """Ask for a filtered list, and compare rows and total with plain Python; return how many there are."""
    wire_field, row_field = fields
    name = f"filters[{wire_field}][{operator}]" + ("[]" if operator == "$in" else "")
    sent = NULL if wanted is None else wanted
    page = agency.get(path, params={name: sent}).json()
    expected = matching(rows, row_field, operator, wanted)
    assert sorted(row["id"] for row in page["data"]) == expected
    assert page["meta"]["total"] == len(expected)
    return len(expected)


def check_all(agency, path, rows, fields):
    """Check every field with every operator and each value that there is, and null."""
    for field, row_field in fields.items():
        values = sorted({row[row_field] for row in rows if row[row_field] is not None})
        assert values
        for operator in ("$eq", "$lt", "$gt"):
            for value in values:
                check(agency, path, rows, (field, row_field), operator, value)
        for some in (values[:1], values):
            assert check(agency, path, rows, (field, row_field), "$in", some) > 0
        check(agency, path, rows, (field, row_field), "$eq", None)


def test_filter_tickets(agency, tickets):
    """Every field with every operator, on rows and total alike; null finds the rows that have none."""
    same = ("user_id", "order_id", "created_at", "last_message_at")
    check_all(agency, "/tickets", tickets, {"status": "status_id"} | {field: field for field in same})


def test_filter_clients(agency, clients):
    """Every field with every operator, on rows and total alike."""
    fields = ("id", "email", "status", "balance", "created_at")
    check_all(agency, "/clients", clients, {field: field for field in fields})


def test_balance_is_compared_as_a_number(agency, clients):
    """Not as text: 0 is less than 10, and equal to 0.000."""
    for name, total in (("[$lt]", 4), ("[$gt]", 0), ("[$eq]", 0)):
        assert agency.get("/clients", params={f"filters[balance]{name}": "10"}).json()["meta"]["total"] == total
    assert agency.get("/clients", params={"filters[balance][$eq]": "0.000"}).json()["meta"]["total"] == len(clients)


def test_filters_hold_together(agency, tickets):
    """Two filters let through what both let through."""
    page = agency.get(
        "/tickets", params={"filters[user_id][$eq]": tickets[0]["user_id"], "filters[status][$gt]": "1"}
    ).json()
    assert [row["subject"] for row in page["data"]] == ["c"]
    assert page["meta"]["total"] == 1


def test_sort_tickets(agency, tickets):
    """Null last ascending and first descending; text by code points; ties by id in the same direction."""
    for field in ("id", "subject", "status", "user_id", "order_id", "created_at", "last_message_at"):
        row_field = "status_id" if field == "status" else field

        def key(row, row_field=row_field):
            value = row[row_field]
            return (value is None, "" if value is None else value, row["id"])

        for direction in ("asc", "desc"):
            expected = sorted(tickets, key=key, reverse=direction == "desc")
            page = agency.get("/tickets", sort=f"{field}:{direction}").json()
            assert [row["id"] for row in page["data"]] == [row["id"] for row in expected], (field, direction)


def test_sort_clients(agency, clients):
    """The same rule for every field; ``Ada`` comes before ``Zoe``, and both before ``ada``."""
    for field in ("id", "email", "name_f", "name_l", "status", "balance", "created_at"):
        for direction in ("asc", "desc"):
            ordered = sorted(((row[field], row["id"]) for row in clients), reverse=direction == "desc")
            page = agency.get("/clients", sort=f"{field}:{direction}").json()
            assert [row["id"] for row in page["data"]] == [key for _, key in ordered], (field, direction)


def test_an_unknown_sort_is_newest_first(agency, tickets):
    """A field that is not known is no error."""
    for sort in ("nonsense:asc", "", ":asc", "note"):
        page = agency.get("/tickets", sort=sort).json()
        assert [row["id"] for row in page["data"]] == [row["id"] for row in reversed(tickets)]


def test_pages_concatenate_to_the_whole(agency, tickets):
    """Following ``next`` shows every row once, in the order of the whole, whatever ties there are."""
    for sort in ("status:asc", "order_id:desc", "last_message_at:asc", "created_at:desc"):
        whole = agency.get("/tickets", sort=sort).json()["data"]
        page = agency.get("/tickets", sort=sort, limit="1").json()
        rows = page["data"]
        while page["links"]["next"]:
            target = urlsplit(page["links"]["next"])
            page = agency.get(target.path.removeprefix("/api") + "?" + target.query, params=None).json()
            rows += page["data"]
        assert rows == whole
        assert len(rows) == len(tickets)


def test_links_and_meta(agency, tickets):
    """Everything about the second of two pages."""
    query = {"filters[status][$in][]": ["1", "2"], "sort": "subject:asc", "limit": "2", "page": "2"}
    page = agency.get("/tickets", params=query).json()
    path = "http://testserver/api/tickets"
    rest = "limit=2&sort=subject:asc&filters%5Bstatus%5D%5B$in%5D%5B%5D=1&filters%5Bstatus%5D%5B$in%5D%5B%5D=2"
    assert [row["subject"] for row in page["data"]] == ["b"]
    assert page["links"] == {
        "first": f"{path}?page=1&{rest}",
        "last": f"{path}?page=2&{rest}",
        "prev": f"{path}?page=1&{rest}",
        "next": None,
    }
    assert list(page["meta"].items()) == [
        ("current_page", 2), ("from", 3), ("to", 3), ("last_page", 2), ("per_page", 2), ("total", 3), ("path", path),
    ]  # fmt: skip
    assert (len(tickets), list(page)) == (4, ["data", "links", "meta"])


def test_beyond_the_end(agency, tickets):
    """A page beyond the end is empty and counts all rows, however far it is."""
    for number in (3, 2**31, 2**53):
        page = agency.get("/tickets", page=str(number), limit="100").json()
        meta = page["meta"]
        assert (page["data"], meta["total"], meta["from"], meta["to"]) == ([], len(tickets), 0, 0)
        assert page["links"]["prev"] == f"http://testserver/api/tickets?page={number - 1}&limit=100"
