"""Lists: filters on rows and total alike, the order, and the pages. Source: contract sections 1.7 to 1.9."""

from decimal import Decimal
from urllib.parse import urlsplit

NULL = "null"
UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"
AMOUNTS = {"price", "total", "subtotal"}


def matching(rows, field, operator, wanted):
    """Say by plain Python which rows a filter lets through."""
    compare = {
        "$eq": lambda value: value == wanted,
        "$lt": lambda value: value is not None and value < wanted,
        "$gt": lambda value: value is not None and value > wanted,
        "$in": lambda value: value in wanted,
    }[operator]
    return sorted(row["id"] for row in rows if compare(held(row, field)))


def held(row, field):
    """Return what a row holds in a field, as it is compared: amounts as numbers."""
    value = row[field]
    return Decimal(value) if field in AMOUNTS and value is not None else value


def check(agency, path, rows, field, operator, wanted):
    """Check one filter; the field is its name on the wire and, if that is another, the rows' own."""
    wire_field, row_field = field if isinstance(field, tuple) else (field, field)
    name = f"filters[{wire_field}][{operator}]" + ("[]" if operator == "$in" else "")
    sent = NULL if wanted is None else [as_text(each) for each in wanted] if operator == "$in" else as_text(wanted)
    page = agency.get(path, params={name: sent}).json()
    expected = matching(rows, row_field, operator, wanted)
    assert sorted(row["id"] for row in page["data"]) == expected
    assert page["meta"]["total"] == len(expected)
    return len(expected)


def as_text(value):
    """Return a value as a query says it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def check_all(agency, path, rows, fields):
    """Check every field with every operator and each value that there is, and null."""
    for field, row_field in fields.items():
        values = sorted({held(row, row_field) for row in rows if row[row_field] is not None})
        assert values
        for operator in ("$eq", "$lt", "$gt"):
            for value in values:
                check(agency, path, rows, (field, row_field), operator, value)
        for some in (values[:1], values[1:], values) if values[1:] else (values,):
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


def test_filter_services(agency, services):
    """D54: every field with every operator, on rows and total alike; null finds those that have none."""
    fields = ("id", "name", "recurring", "public", "price", "currency", "folder_id", "created_at")
    check_all(agency, "/services", services, {field: field for field in fields})


def test_filter_orders(agency, orders):
    """D55: every field with every operator, on rows and total alike; null finds those that have none."""
    fields = ("id", "number", "user_id", "service_id", "price", "created_at", "date_due")
    check_all(agency, "/orders", orders, {"status": "status_id"} | {field: field for field in fields})
    for operator in ("$eq", "$lt", "$gt", "$in"):
        wanted = [UNKNOWN] if operator == "$in" else UNKNOWN
        assert check(agency, "/orders", orders, "invoice_id", operator, wanted) == 0
    assert check(agency, "/orders", orders, "invoice_id", "$eq", None) == len(orders)


def test_filter_proposals(agency, proposals):
    """D56: every field with every operator, on rows and total alike."""
    fields = ("id", "client_email", "created_at")
    check_all(agency, "/proposals", proposals, {"status": "status_id"} | {field: field for field in fields})
    page = agency.get("/proposals", params={"filters[client_email][$eq]": " B@Example.com"}).json()
    assert page["meta"]["total"] == 2


def test_filter_invoices(agency, invoices):
    """D56: every field with every operator, on rows and total alike."""
    fields = ("id", "user_id", "created_at", "date_due")
    check_all(agency, "/invoices", invoices, {"status": "status_id"} | {field: field for field in fields})


def test_currencies_are_compared_in_capitals(agency, services):
    """As they are stored, whatever the case of the filter."""
    page = agency.get("/services", params={"filters[currency][$in][]": [" usd", "eur"]}).json()
    assert sorted(row["name"] for row in page["data"]) == ["b", "b c", "é"]


def test_prices_are_compared_across_currencies(agency, services):
    """By their amounts, not as text and not by their decimals: 9 < 10.5 = 10.500 < 100."""
    for name, names in (("[$eq]", ["a", "b"]), ("[$lt]", ["B"]), ("[$gt]", ["b c"])):
        page = agency.get("/services", params={f"filters[price]{name}": "10.5"}).json()
        assert sorted(row["name"] for row in page["data"]) == names


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


def check_sorts(agency, path, rows, fields):
    """Check each field in both directions: null last ascending and first descending, ties by id the same way."""
    for field, row_field in fields.items():

        def key(row, row_field=row_field):
            value = held(row, row_field)
            return (value is None, "" if value is None else value, row["id"])

        for direction in ("asc", "desc"):
            expected = [row["id"] for row in sorted(rows, key=key, reverse=direction == "desc")]
            assert [row["id"] for row in agency.get(path, sort=f"{field}:{direction}").json()["data"]] == expected
            parts = [agency.get(path, sort=f"{field}:{direction}", limit="2", page=f"{page}") for page in (1, 2, 3)]
            assert [row["id"] for part in parts for row in part.json()["data"]] == expected


def test_sort_services(agency, services):
    """D63: the same rule for every field, also in pages; text by code points, prices by their amounts."""
    fields = ("id", "name", "price", "recurring", "public", "sort_order", "created_at")
    check_sorts(agency, "/services", services, {field: field for field in fields})


def test_sort_orders(agency, orders):
    """D63: the same rule for every field, also in pages."""
    fields = ("id", "number", "price", "quantity", "user_id", "service_id", "created_at", "date_due")
    check_sorts(agency, "/orders", orders, {"status": "status_id"} | {field: field for field in fields})


def test_sort_proposals(agency, proposals):
    """D63: the same rule for every field, also in pages; totals by their amounts, null where nothing happened yet."""
    fields = ("id", "client_email", "total", "created_at", "sent_at", "signed_at")
    check_sorts(agency, "/proposals", proposals, {"status": "status_id"} | {field: field for field in fields})


def test_sort_invoices(agency, invoices):
    """D62, D63: the contract's fields and no other column; the same rule for every one, also in pages."""
    fields = ("id", "number", "user_id", "total", "subtotal", "created_at", "date_due", "date_paid")
    check_sorts(agency, "/invoices", invoices, {"status": "status_id"} | {field: field for field in fields})
    newest = [row["id"] for row in reversed(invoices)]
    for sort in ("note:asc", "client_id:asc", "paysys:asc", "org_id:asc", "x;drop:asc"):
        assert [row["id"] for row in agency.get("/invoices", sort=sort).json()["data"]] == newest


def test_invoices_in_a_list_have_their_own_parts(agency, invoices):
    """D58: each row has its own client and its own items, in their order, as it has alone."""
    first = invoices[0]["id"]
    items = [{"name": name, "quantity": 1, "amount": 1} for name in ("c", "a", "b")]
    assert agency.put(f"/invoices/{first}", {"items": items}).status_code == 200
    rows = {row["id"]: row for row in agency.get("/invoices").json()["data"]}
    assert [item["name"] for item in rows[first]["items"]] == ["c", "a", "b"]
    for invoice in invoices:
        shown, alone = rows[invoice["id"]], agency.get(f"/invoices/{invoice['id']}").json()
        assert (shown["items"], shown["client"]["id"]) == (alone["items"], invoice["user_id"])


def test_orders_in_a_list_have_their_own_people(agency, orders):
    """D46, D58: client, employees and tags of each row are its own, in the order in which they were given."""
    jane, admin = agency.new_employee("staff@example.com"), agency.employee_id
    given = [([], []), ([jane], ["z", "a"]), ([admin, jane], ["a"]), ([jane, admin], ["m", "a", "z"]), ([admin], ["A"])]
    for order, (employees, tags) in zip(orders, given, strict=True):
        assert agency.put(f"/orders/{order['id']}", {"employees": employees, "tags": tags}).status_code == 200
    rows = agency.get("/orders", sort="created_at:asc").json()["data"]
    assert [([each["id"] for each in row["employees"]], row["tags"]) for row in rows] == given
    assert [row["client"]["name"] for row in rows] == ["John Doe", "Jane Doe", "John Doe", "Jane Doe", "John Doe"]


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
