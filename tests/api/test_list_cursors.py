"""Lists that are scrolled by a cursor: the whole, links, counts, refusals. Source: contract sections 1.7 to 1.9."""

from urllib.parse import parse_qs, urlsplit

import pytest

from service_engine.ports.keysets import CappedTotal, KeysetPage
from service_engine.ports.tickets import TicketSort
from service_engine.schemas.lists import read_scroll
from service_engine.schemas.pages import keyset_wire
from service_engine.schemas.tickets import TICKET_LIST


def scrolled(agency, path, **query):
    """Follow the links of a list from its first page to its last; return the pages."""
    pages = [agency.get(path, cursor="", **query).json()]
    while link := pages[-1]["links"]["next"]:
        pages.append(agency.get(path, params=parse_qs(urlsplit(link).query, keep_blank_values=True)).json())
    return pages


NOUNS = {
    "tickets": "id subject status user_id order_id created_at last_message_at",
    "clients": "id email name_f name_l status balance created_at",
    "services": "id name price recurring public sort_order created_at",
    "orders": "id number status price quantity user_id service_id created_at date_due",
    "proposals": "id client_email status total created_at sent_at signed_at",
    "invoices": "id number status user_id total subtotal created_at date_due date_paid",
}


@pytest.mark.parametrize("noun", NOUNS)
def test_cursors_lead_through_the_whole(agency, request, noun):
    """By every sort in both directions: the same rows as the pages by their numbers, in the same order."""
    made = request.getfixturevalue(noun)
    for sort in (f"{field}:{direction}" for field in NOUNS[noun].split() for direction in ("asc", "desc")):
        whole = agency.get(f"/{noun}", sort=sort, limit="100").json()["data"]
        pages = scrolled(agency, f"/{noun}", sort=sort, limit="2")
        assert [row for page in pages for row in page["data"]] == whole
        assert len(pages) == -(-len(made) // 2)


def test_links_and_meta_of_a_cursor(agency, tickets):
    """Everything about the first of two pages, and the end of the second."""
    query = {"cursor": "", "filters[status][$in][]": ["1", "2"], "sort": "subject:asc", "limit": "2", "total": "exact"}
    first = agency.get("/tickets", params=query).json()
    path, cursor = "http://testserver/api/tickets", first["meta"]["next_cursor"]
    rest = (
        "limit=2&sort=subject:asc&total=exact&filters%5Bstatus%5D%5B$in%5D%5B%5D=1&filters%5Bstatus%5D%5B$in%5D%5B%5D=2"
    )
    assert [row["subject"] for row in first["data"]] == ["B", "a"]
    assert (list(first), first["links"]) == (
        ["data", "links", "meta"],
        {"first": f"{path}?cursor=&{rest}", "next": f"{path}?cursor={cursor}&{rest}"},
    )
    assert list(first["meta"].items()) == [
        ("per_page", 2), ("next_cursor", cursor), ("total", {"exact": 3}), ("path", path),
    ]  # fmt: skip
    second = agency.get("/tickets", params={**query, "cursor": cursor}).json()
    assert [row["subject"] for row in second["data"]] == ["b"]
    assert (second["links"]["next"], second["meta"]["next_cursor"], second["meta"]["total"]) == (
        None, None, {"exact": 3},
    )  # fmt: skip
    assert len(tickets) == 4


@pytest.mark.parametrize(
    ("total", "shown"),
    [("exact", {"exact": 4}), ("capped", {"exact": 4}), ("none", None), ("bogus", None), (None, None)],
)
def test_a_list_with_a_cursor_is_counted_on_demand(agency, tickets, total, shown):
    """A number is exact, or it says that there are more; nothing is said unless somebody asks."""
    query = {} if total is None else {"total": total}
    assert agency.get("/tickets", cursor="", limit="1", **query).json()["meta"]["total"] == shown
    assert len(tickets) == 4


def test_a_count_that_was_capped_does_not_pass_for_exact():
    """The words differ, so that nobody shows a cap as a number of rows."""
    wanted = read_scroll(TICKET_LIST, [("cursor", "")])
    page = KeysetPage[dict[str, str], TicketSort]((), None, CappedTotal(1000))
    assert keyset_wire(page, wanted, dict, path="/")["meta"]["total"] == {"more_than": 1000}


@pytest.mark.parametrize("cursor", ["x", "%00", "bm9uc2Vuc2U", "é", "W10", "null"])
@pytest.mark.parametrize("noun", NOUNS)
def test_what_is_no_cursor_is_refused(agency, noun, cursor):
    """As any parameter that cannot be."""
    response = agency.get(f"/{noun}", cursor=cursor)
    assert (response.status_code, response.json()["errors"]) == (
        400, {"query.cursor": ["Input should be the cursor of a page in the same order"]},
    )  # fmt: skip


def test_a_cursor_is_good_for_its_own_order(agency, tickets):
    """In another one it would leave rows out without a word."""
    cursor = agency.get("/tickets", cursor="", limit="1").json()["meta"]["next_cursor"]
    for sort, status in (("created_at:desc", 200), ("bogus", 200), ("created_at:asc", 400), ("subject:desc", 400)):
        assert agency.get("/tickets", cursor=cursor, sort=sort).status_code == status
    assert agency.get("/clients", cursor=cursor).status_code == 200  # a place in time, in any list of that order
    assert len(tickets) == 4


def test_a_page_number_says_nothing_beside_a_cursor(agency, tickets):
    """As every parameter that a list does not know."""
    pages = [agency.get("/tickets", cursor="", page=page).json() for page in ("1", "7", "x")]
    assert pages[0] == pages[1] == pages[2]
    assert len(pages[0]["data"]) == len(tickets)
