"""The query of a list, and the page that answers it."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.ports.clients import ClientFilter, ClientSort
from service_engine.ports.lists import MAX_CONDITIONS, Condition, Operator, Page, PageRequest, SliceRequest, Sort
from service_engine.ports.services import ServiceFilter
from service_engine.ports.tickets import TicketFilter, TicketSort
from service_engine.schemas.clients import CLIENT_LIST
from service_engine.schemas.invoices import INVOICE_LIST
from service_engine.schemas.lists import MAX_CHOICES, link_header, read_list, read_scroll, read_slice
from service_engine.schemas.orders import ORDER_LIST
from service_engine.schemas.pages import linked_page_wire, page_wire
from service_engine.schemas.proposals import PROPOSAL_LIST
from service_engine.schemas.services import SERVICE_LIST
from service_engine.schemas.tickets import TICKET_LIST
from service_engine.schemas.validation import InvalidRequestError

ID = "0190163d-8694-739b-aea5-966c26f8ad91"


def refused(query: list[tuple[str, str]]) -> list[str]:
    """Return the keys under which a query is complained of."""
    with pytest.raises(InvalidRequestError) as error:
        read_list(TICKET_LIST, query)
    return sorted(error.value.errors)


def test_nothing_asked_for() -> None:
    """The default is the first page of 20, newest first."""
    wanted = read_list(TICKET_LIST, [("other", "1"), ("filtersome", "1")])
    assert (wanted.filters, wanted.sort, wanted.page) == ((), Sort(TicketSort.CREATED_AT), PageRequest())
    assert wanted.carried == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("subject:asc", Sort(TicketSort.SUBJECT, descending=False)),
        ("subject:desc", Sort(TicketSort.SUBJECT)),
        ("subject:ASC", Sort(TicketSort.SUBJECT)),
        ("subject", Sort(TicketSort.SUBJECT)),
        ("subject:asc:", Sort(TicketSort.SUBJECT)),
        ("user_id:asc", Sort(TicketSort.CLIENT_ID, descending=False)),
        ("client_id:asc", Sort(TicketSort.CREATED_AT)),
        ("note:asc", Sort(TicketSort.CREATED_AT)),
        ("", Sort(TicketSort.CREATED_AT)),
    ],
)
def test_sort(text: str, expected: Sort[TicketSort]) -> None:
    """Ascending only for exactly ``asc``; a field that is not known is created_at, descending."""
    assert read_list(TICKET_LIST, [("sort", text)]).sort == expected


def test_every_sort_of_the_contract() -> None:
    """The wire's names are those of the contract."""
    assert set(TICKET_LIST.sorts) == {
        "id", "subject", "status", "user_id", "order_id", "created_at", "last_message_at",
    }  # fmt: skip
    assert set(CLIENT_LIST.sorts) == {"id", "email", "name_f", "name_l", "status", "balance", "created_at"}
    assert set(TICKET_LIST.filters) == {"user_id", "status", "order_id", "created_at", "last_message_at"}
    assert set(CLIENT_LIST.filters) == {"id", "email", "status", "balance", "created_at"}
    assert set(SERVICE_LIST.sorts) == {"id", "name", "price", "recurring", "public", "sort_order", "created_at"}
    assert set(SERVICE_LIST.filters) == {
        "id", "name", "recurring", "public", "price", "currency", "folder_id", "created_at",
    }  # fmt: skip
    assert set(ORDER_LIST.sorts) == {
        "id", "number", "status", "price", "quantity", "user_id", "service_id", "created_at", "date_due",
    }  # fmt: skip
    assert set(ORDER_LIST.filters) == {
        "id", "number", "status", "user_id", "service_id", "price", "invoice_id", "created_at", "date_due",
    }  # fmt: skip
    assert set(PROPOSAL_LIST.sorts) == {
        "id", "client_email", "status", "total", "created_at", "sent_at", "signed_at",
    }  # fmt: skip
    assert set(PROPOSAL_LIST.filters) == {"id", "status", "client_email", "created_at"}
    assert set(INVOICE_LIST.sorts) == {
        "id", "number", "status", "user_id", "total", "subtotal", "created_at", "date_due", "date_paid",
    }  # fmt: skip
    assert set(INVOICE_LIST.filters) == {"id", "status", "user_id", "created_at", "date_due"}
    assert read_list(CLIENT_LIST, [("sort", "name_l:asc")]).sort == Sort(ClientSort.LAST_NAME, descending=False)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("filters[id][$eq]", ID, Condition(ClientFilter.ID, Operator.EQ, UUID(ID))),
        ("filters[email][$eq]", " A@Example.com", Condition(ClientFilter.EMAIL, Operator.EQ, "a@example.com")),
        ("filters[status][$lt]", "2", Condition(ClientFilter.STATUS, Operator.LT, 2)),
        ("filters[balance][$gt]", "-1.5", Condition(ClientFilter.BALANCE, Operator.GT, Decimal("-1.5"))),
        (
            "filters[created_at][$gt]",
            "2026-02-07T12:00:00Z",
            Condition(ClientFilter.CREATED_AT, Operator.GT, datetime(2026, 2, 7, 12, tzinfo=UTC)),
        ),
        ("filters[status][$eq]", "null", Condition(ClientFilter.STATUS, Operator.EQ, None)),
        ("filters[status][$in][]", "1", Condition(ClientFilter.STATUS, Operator.IN, (1,))),
        ("filters[status][$in]", "1", Condition(ClientFilter.STATUS, Operator.IN, (1,))),
        ("filters[status][$in][0]", "1", Condition(ClientFilter.STATUS, Operator.IN, (1,))),
    ],
)
def test_filter(name: str, value: str, expected: Condition[ClientFilter]) -> None:
    """Each kind of field reads its own values; null is only null for $eq."""
    assert read_list(CLIENT_LIST, [(name, value)]).filters == (expected,)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("filters[name][$eq]", " a ", Condition(ServiceFilter.NAME, Operator.EQ, " a ")),
        ("filters[recurring][$in]", "2", Condition(ServiceFilter.RECURRENCE, Operator.IN, (2,))),
        ("filters[public][$eq]", "true", Condition(ServiceFilter.PUBLIC, Operator.EQ, True)),
        ("filters[public][$in][]", "false", Condition(ServiceFilter.PUBLIC, Operator.IN, (False,))),
        ("filters[price][$lt]", "1.5", Condition(ServiceFilter.PRICE, Operator.LT, Decimal("1.5"))),
        ("filters[currency][$eq]", " usd", Condition(ServiceFilter.CURRENCY, Operator.EQ, "USD")),
        ("filters[currency][$eq]", "\u017fek", Condition(ServiceFilter.CURRENCY, Operator.EQ, "\u017fek")),
        ("filters[folder_id][$eq]", "null", Condition(ServiceFilter.FOLDER_ID, Operator.EQ, None)),
    ],
)
def test_filters_of_services(name: str, value: str, expected: Condition[ServiceFilter]) -> None:
    """Text is compared exactly, currencies in capitals, and truth is ``true`` or ``false``."""
    assert read_list(SERVICE_LIST, [(name, value)]).filters == (expected,)


@pytest.mark.parametrize("value", ["1", "True", "yes", ""])
def test_truth_that_is_refused(value: str) -> None:
    """Nothing but ``true`` and ``false``."""
    with pytest.raises(InvalidRequestError) as error:
        read_list(SERVICE_LIST, [("filters[public][$eq]", value)])
    assert list(error.value.errors) == ["query.filters[public][$eq]"]


def test_filters_hold_together() -> None:
    """Several filters, also on one field, are all kept; the values of one $in are one condition."""
    wanted = read_list(
        TICKET_LIST,
        [
            ("filters[status][$in][]", "1"),
            ("filters[status][$gt]", "0"),
            ("filters[status][$lt]", "3"),
            ("filters[status][$in][]", "2"),
        ],
    )
    assert wanted.filters == (
        Condition(TicketFilter.STATUS, Operator.GT, 0),
        Condition(TicketFilter.STATUS, Operator.LT, 3),
        Condition(TicketFilter.STATUS, Operator.IN, (1, 2)),
    )


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("limit", "0", "query.limit"),
        ("limit", "101", "query.limit"),
        ("limit", "ten", "query.limit"),
        ("limit", "", "query.limit"),
        ("limit", "1.5", "query.limit"),
        ("limit", "9" * 5000, "query.limit"),
        ("page", "0", "query.page"),
        ("page", "-1", "query.page"),
        ("page", str(2**53 + 1), "query.page"),
        ("page", "9" * 5000, "query.page"),
        ("filters[bogus][$eq]", "1", "query.filters[bogus][$eq]"),
        ("filters[status][$ne]", "1", "query.filters[status][$ne]"),
        ("filters[status][eq]", "1", "query.filters[status][eq]"),
        ("filters[status][$eq][]", "1", "query.filters[status][$eq]"),
        ("filters[status]", "1", "query.filters[status]"),
        ("filters", "1", "query.filters"),
        ("filters[status][$eq]", "open", "query.filters[status][$eq]"),
        ("filters[status][$eq]", "", "query.filters[status][$eq]"),
        ("filters[created_at][$gt]", "2026-02-07T12:00:00+01:99", "query.filters[created_at][$gt]"),
        ("filters[created_at][$gt]", "2026-02-07T12:00:00+24:00", "query.filters[created_at][$gt]"),
        ("filters[status][$eq]", "99999", "query.filters[status][$eq]"),
        ("filters[status][$eq]", "9" * 5000, "query.filters[status][$eq]"),
        ("filters[status][$lt]", "null", "query.filters[status][$lt]"),
        ("filters[status][$in][]", "null", "query.filters[status][$in]"),
        ("filters[user_id][$eq]", "1", "query.filters[user_id][$eq]"),
        ("filters[user_id][$eq]", ID.replace("-", ""), "query.filters[user_id][$eq]"),
        ("filters[created_at][$gt]", "2026-02-07", "query.filters[created_at][$gt]"),
        ("filters[created_at][$gt]", "2026-02-07T12:00:00", "query.filters[created_at][$gt]"),
    ],
)
def test_what_a_list_refuses(name: str, value: str, key: str) -> None:
    """Each complaint has the parameter's name behind ``query.``."""
    assert refused([(name, value)]) == [key]


@pytest.mark.parametrize("value", ["x", "NaN", "Infinity", "1e400", "10000000000", "1.2345", "", "1" * 5000])
def test_amounts_that_are_refused(value: str) -> None:
    """An amount is a finite number that a column can hold."""
    with pytest.raises(InvalidRequestError):
        read_list(CLIENT_LIST, [("filters[balance][$eq]", value)])


def test_nul_in_a_text_filter_is_refused() -> None:
    """A database could not take it."""
    with pytest.raises(InvalidRequestError):
        read_list(CLIENT_LIST, [("filters[email][$eq]", "\x00")])


def test_every_complaint_of_a_query_at_once() -> None:
    """Limit, page and filters are complained of together."""
    assert refused([("limit", "0"), ("page", "x"), ("filters[status][$eq]", "x")]) == [
        "query.filters[status][$eq]",
        "query.limit",
        "query.page",
    ]


def test_the_choices_of_a_filter_are_bounded() -> None:
    """More values than a statement should have are refused, not executed."""
    allowed = [("filters[status][$in][]", "1")] * MAX_CHOICES
    assert len(read_list(TICKET_LIST, allowed).filters) == 1
    assert refused([*allowed, allowed[0]]) == ["query.filters[status][$in]"]


def test_the_filters_of_a_list_are_bounded() -> None:
    """By number and by cursor, all fields counted together; the values of one ``$in`` are one filter."""
    several = [("filters[status][$in][]", "1")] * 3
    allowed = [*several, *[("filters[status][$gt]", "0"), ("filters[order_id][$eq]", "null")] * 49]
    assert len(read_list(TICKET_LIST, [*allowed, ("filters[status][$lt]", "9")]).filters) == MAX_CONDITIONS
    too_many = [*allowed, *[("filters[status][$lt]", "9")] * 2]
    complaint = {"query.filters": ["A list should have at most 100 filters"]}
    for read, query in ((read_list, too_many), (read_scroll, [("cursor", ""), *too_many])):
        with pytest.raises(InvalidRequestError) as refusal:
            read(TICKET_LIST, query)
        assert refusal.value.errors == complaint


@given(st.integers(0, 500), st.integers(1, 40), st.integers(1, 100))
def test_page(total: int, number: int, size: int) -> None:
    """Links and meta agree with what the page shows."""
    wanted = read_list(TICKET_LIST, [("limit", str(size)), ("page", str(number))])
    rows = tuple(range(wanted.page.offset, min(wanted.page.offset + size, total)))
    wire = page_wire(Page(rows, total), wanted, lambda row: row, path="http://a/api/tickets")
    meta, links = wire["meta"], wire["links"]
    assert wire["data"] == list(rows)
    assert (meta["from"], meta["to"]) == ((rows[0] + 1, rows[-1] + 1) if rows else (0, 0))
    assert meta["last_page"] == max(1, (total + size - 1) // size)
    assert (links["prev"] is None, links["next"] is None) == (number == 1, number >= meta["last_page"])
    assert links["last"] == f"http://a/api/tickets?page={meta['last_page']}&limit={size}"


@given(st.integers(0, 500), st.integers(1, 40), st.integers(1, 100))
def test_links_for_people(total: int, number: int, size: int) -> None:
    """They agree with the other links; the rest of the page is as it is without them."""
    wanted = read_list(PROPOSAL_LIST, [("limit", str(size)), ("page", str(number)), ("sort", "total:asc")])
    page = Page(tuple(range(wanted.page.offset, min(wanted.page.offset + size, total))), total)
    plain = page_wire(page, wanted, lambda row: row, path="/api/proposals")
    linked = linked_page_wire(page, wanted, lambda row: row, path="/api/proposals")
    back, *numbered, forth = linked["meta"]["links"]
    assert linked == {**plain, "meta": {**plain["meta"], "links": [back, *numbered, forth]}}
    assert (back["url"], forth["url"]) == (plain["links"]["prev"], plain["links"]["next"])
    assert (back["label"], forth["label"], back["active"], forth["active"]) == ("Previous", "Next", False, False)
    assert [each["label"] for each in numbered] == [str(n + 1) for n in range(min(10, plain["meta"]["last_page"]))]
    assert [each["label"] for each in numbered if each["active"]] == [str(number)][: number <= len(numbered)]
    for each in numbered:
        query = dict(parse_qsl(urlsplit(each["url"] or "").query))
        assert query == {"page": each["label"], "limit": str(size), "sort": "total:asc"}


@given(st.integers(0, 30), st.integers(1, 9))
def test_following_the_links_shows_everything(total: int, size: int) -> None:
    """From the first part of a bare array to the last by ``next``, and back by ``prev``, nothing twice."""
    rows, seen = list(range(total)), []
    query, back = [("limit", str(size))], None
    while True:
        wanted = read_slice(query)
        seen += rows[wanted.offset : wanted.offset + size]
        header = link_header(wanted, more=wanted.offset + size < total, path="/a")
        links = {relation: address for address, relation in re.findall(r'<([^>]*)>; rel="(\w+)"', header or "")}
        assert links.get("prev") == back
        if "next" not in links:
            break
        back = f"/a?page={wanted.number}&limit={size}"
        query = parse_qsl(urlsplit(links["next"]).query)
    assert seen == rows


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ([("limit", "0")], ["query.limit"]),
        ([("limit", "501"), ("page", "x")], ["query.limit", "query.page"]),
        ([("page", str(2**53 + 1))], ["query.page"]),
    ],
)
def test_what_a_bare_array_refuses(query: list[tuple[str, str]], keys: list[str]) -> None:
    """Its limit goes to 500; every complaint at once."""
    with pytest.raises(InvalidRequestError) as error:
        read_slice(query)
    assert sorted(error.value.errors) == keys


def test_a_bare_array_by_default() -> None:
    """A hundred rows, the first; other parameters are ignored, of repeated ones the last counts."""
    assert read_slice([("sort", "x"), ("filters[a][$eq]", "1")]) == SliceRequest(number=1, size=100)
    assert read_slice([("limit", "7"), ("limit", "500")]) == SliceRequest(size=500)


def test_links_lead_to_the_same_list() -> None:
    """The links keep limit, sort and filters: reading one gives the same list, on another page."""
    query = [
        ("sort", "subject:asc"),
        ("limit", "5"),
        ("page", "2"),
        ("filters[created_at][$gt]", "2026-02-07T12:00:00+00:00"),
        ("filters[status][$in][]", "1"),
        ("filters[status][$in][]", "2"),
    ]
    wanted = read_list(TICKET_LIST, query)
    following = page_wire(Page((), 100), wanted, lambda row: row, path="/api/tickets")["links"]["next"]
    assert following is not None
    again = read_list(TICKET_LIST, parse_qsl(urlsplit(following).query))
    assert (again.filters, again.sort) == (wanted.filters, wanted.sort)
    assert again.page == PageRequest(number=3, size=5)
