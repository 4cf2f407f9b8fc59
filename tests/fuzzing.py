"""Anything at all as a body or a query: half of it plausible by construction, half of it broken."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from tests.agencies import Agency

UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"
LISTS = ("clients", "services", "orders", "proposals", "invoices", "tickets")
WRITES = [
    *(("POST", f"/{noun}") for noun in LISTS),
    *(("PUT", f"/{noun}/{noun.upper()}") for noun in LISTS if noun != "proposals"),
    ("POST", "/orders/ORDERS/tasks"),
    ("POST", "/orders/ORDERS/messages"),
    ("PUT", "/order-tasks/TASK"),
    ("POST", "/invoices/INVOICES/charge"),
]
FIELDS = [
    "status", "user_id", "order_id", "created_at", "last_message_at", "id", "email", "balance", "x", "name",
    "recurring", "public", "price", "currency", "folder_id", "number", "service_id", "invoice_id", "date_due",
    "client_email", "total", "date_paid",
]  # fmt: skip
KEYS = [
    "user_id", "subject", "status", "order_id", "employees", "tags", "note", "metadata", "name_f", "name_l", "email",
    "company", "address", "line_1", "country", "custom_fields", "status_id", "created_at", "id", "org_id", "name",
    "recurring", "currency", "price", "r_price", "f_period_l", "f_period_t", "folder_id", "service_id", "service",
    "number", "form_data", "date_due", "employee_ids", "for_client", "deadline", "due_at", "sort_order", "message",
    "is_public", "staff_only", "files", "title", "value", "multi_order", "provider_id", "client_email",
    "client_name_f", "client_name_l", "items", "notes", "quantity", "amount", "discount", "options", "tax", "tax_type",
    "r_period_l", "r_period_t", "coupon_id", "user_data", "payment_method_id",
]  # fmt: skip
texts = st.one_of(
    st.text(),
    st.text(st.characters(categories=["Cs", "Cc", "Zs"])),
    st.sampled_from(
        ["", " ", "null", UNKNOWN, "2026-02-07T12:00:00Z", "a@example.com", "x" * 300, "1", "\x00", "\ud800"]
    ),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-4, 4),
    st.floats(),
    texts,
    st.sampled_from([10**30, 1e308, -0.0]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=5),
    max_leaves=12,
)
plausible = {
    "user_id": st.sampled_from(["CLIENT", UNKNOWN]),
    "subject": st.text(min_size=1, max_size=20),
    "status": st.sampled_from([1, 2, 3, "3", 2.0]),
    "order_id": st.sampled_from([None, "", UNKNOWN]),
    "employees": st.lists(st.sampled_from(["EMPLOYEE", "EMPLOYEE", "CLIENT"]), max_size=2),
    "tags": st.lists(st.text(min_size=1, max_size=5), max_size=3),
    "note": st.none() | st.text(max_size=20),
    "metadata": st.dictionaries(
        st.text(max_size=3), st.integers(-(2**63) + 1, 2**63 - 1) | st.text(max_size=5), max_size=3
    ),
    "name_f": st.text(min_size=1, max_size=20),
    "name_l": st.text(min_size=1, max_size=20),
    "email": st.emails(),
    "company": st.none() | st.text(max_size=20),
    "address": st.none() | st.fixed_dictionaries({}, optional={"city": st.none() | st.text(max_size=9)}),
    "custom_fields": st.dictionaries(st.text(max_size=3), st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    "status_id": st.integers(0, 32_767),
    "created_at": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    "name": st.text(min_size=1, max_size=20),
    "recurring": st.sampled_from([0, 1, 2, "1"]),
    "currency": st.sampled_from(["USD", "jpy", "KWD"]),
    "price": st.none() | st.decimals(0, 10**10, places=2).map(str) | st.floats(0, 10**6) | st.integers(0, 10**9),
    "f_period_l": st.integers(1, 2**31 - 1),
    "f_period_t": st.sampled_from("DWMY"),
    "folder_id": st.sampled_from([None, "", UNKNOWN]),
    "service_id": st.sampled_from([None, "", "SERVICE", UNKNOWN]),
    "service": st.text(min_size=1, max_size=20),
    "number": st.none() | st.text(min_size=1, max_size=20),
    "date_due": st.none() | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    "employee_ids": st.lists(st.sampled_from(["EMPLOYEE", "CLIENT"]), max_size=1),
    "for_client": st.booleans(),
    "deadline": st.none() | st.integers(0, 100),
    "sort_order": st.integers(-(2**31) + 1, 2**31 - 1),
    "message": st.text(min_size=1, max_size=20),
    "is_public": st.booleans(),
    "files": st.lists(st.text(min_size=1, max_size=9), max_size=3),
    "client_email": st.emails(),
    "client_name_f": st.text(min_size=1, max_size=20),
    "client_name_l": st.text(min_size=1, max_size=20),
    "notes": st.none() | st.text(max_size=20),
    "items": st.lists(
        st.fixed_dictionaries(
            {
                "name": st.text(min_size=1, max_size=20),
                "service_id": st.sampled_from([*["SERVICE"] * 9, UNKNOWN]),
                "quantity": st.integers(1, 1000),
                "price": st.decimals(0, 10**6, places=2).map(str),
                "amount": st.decimals(-1, 10**6, places=2).map(str),
            },
            optional={
                "id": st.sampled_from(["ITEM", UNKNOWN, None, "x"]),
                "discount": st.integers(0, 10),
                "options": st.dictionaries(st.text(max_size=3), st.integers(-9, 9), max_size=2),
            },
        ),
        min_size=1,
        max_size=3,
    ),
    "tax": st.integers(0, 100) | st.decimals(0, 100, places=2).map(str),
    "tax_type": st.sampled_from([None, 0, 1, 2]),
    "coupon_id": st.sampled_from([None, "", UNKNOWN]),
    "user_data": st.none() | st.fixed_dictionaries({}, optional={"name_f": st.text(min_size=1, max_size=9)}),
    "payment_method_id": st.sampled_from(["pm_1", "pm_empty", "pm_lost", "pm_down"]),
}
pairs = st.lists(st.fixed_dictionaries({"title": st.text(max_size=3)}, optional={"value": st.text(max_size=3)}))
periods = st.none() | st.fixed_dictionaries({"r_period_l": st.integers(1, 12), "r_period_t": st.sampled_from("DWM")})
with_pairs = plausible | {"metadata": pairs}
with_periods = plausible | {"recurring": periods, "status": st.sampled_from([0, 1, 1, 3, 5])}
plausible_bodies = st.one_of(
    st.fixed_dictionaries(plausible).map(json.dumps).map(str.encode),
    st.fixed_dictionaries({}, optional=plausible).map(json.dumps).map(str.encode),
    st.fixed_dictionaries(with_pairs).map(json.dumps).map(str.encode),
    st.fixed_dictionaries({}, optional=with_pairs).map(json.dumps).map(str.encode),
    st.fixed_dictionaries(with_periods).map(json.dumps).map(str.encode),
    st.fixed_dictionaries({}, optional=with_periods).map(json.dumps).map(str.encode),
)
broken_bodies = st.one_of(
    st.dictionaries(st.sampled_from(KEYS), values, max_size=8).map(json.dumps).map(str.encode),
    values.map(json.dumps).map(str.encode),
    st.binary(max_size=40),
)
bodies = plausible_bodies | broken_bodies
names = st.one_of(
    st.sampled_from(["limit", "page", "sort", "filters", "cursor", "cursor", "total"]),
    st.builds(
        "filters[{}][{}]{}".format,
        st.sampled_from(FIELDS),
        st.sampled_from(["$eq", "$lt", "$gt", "$in", "$ne", ""]),
        st.sampled_from(["", "", "[]", "[0]", "[x]"]),
    ),
    st.text(max_size=10),
)
queries = st.lists(st.tuples(names, texts | st.integers().map(str) | st.floats().map(str)), max_size=4)


def well_formed(response: Any) -> Any:
    """Say that an answer is no 5xx, and has the one shape when it is no success; return it."""
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        body = response.json()
        assert list(body) == ["message", "errors"]
        assert isinstance(body["message"], str)
        assert all(texts and all(isinstance(text, str) for text in texts) for texts in body["errors"].values())
        assert (body["message"] == "The given data was invalid.") == (body["errors"] != {})
    return response


def populate(agency: Agency) -> dict[str, str]:
    """Put one of everything into an organisation; return the ids, by the words of the bodies and paths."""
    client, service = agency.new_client()["id"], agency.new_service()["id"]
    order = agency.place_order(client, service_id=service, tags=["a"], employees=[agency.employee_id])["id"]
    task = agency.new_task(order, employee_ids=[agency.employee_id])["id"]
    message = agency.write(order)["id"]
    ticket = agency.new_ticket(client, tags=["a"], order_id=order)["id"]
    proposal = agency.new_proposal(service)["id"]
    invoice = agency.new_invoice(client, items=[{"name": "A", "quantity": 1, "amount": 9, "service_id": service}])
    return {
        "CLIENTS": client, "SERVICES": service, "ORDERS": order, "TASK": task, "TICKETS": ticket, "CLIENT": client,
        "SERVICE": service, "EMPLOYEE": agency.employee_id, "INVOICES": invoice["id"],
        "ITEM": invoice["items"][0]["id"], "MESSAGE": message, "PROPOSALS": proposal,
    }  # fmt: skip


def named(body: bytes, path: str, ids: dict[str, str]) -> tuple[bytes, str]:
    """Put ids in the place of the words that stand for them."""
    for word, key in ids.items():
        path, body = path.replace(word, key), body.replace(f'"{word}"'.encode(), f'"{key}"'.encode())
    return body, path
