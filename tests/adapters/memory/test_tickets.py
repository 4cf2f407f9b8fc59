"""Tickets in memory: stale saves, links, rows that are remembered and forgotten."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from service_engine import Change, ClientId, ConflictError, NotFoundError
from service_engine.domain import tickets
from service_engine.domain.clients import ZERO, ClientPatch
from service_engine.domain.money import money
from service_engine.domain.tags import Tag
from service_engine.domain.tickets import TicketStatus
from service_engine.ports.lists import Condition, Operator, Page, PageRequest, Sort
from service_engine.ports.tickets import TicketFilter, TicketSort
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import update_client
from service_engine.usecases.orders import create_order, delete_order
from service_engine.usecases.tickets import (
    TicketPatch,
    assign_ticket,
    close_ticket,
    delete_ticket,
    get_ticket,
    list_tickets,
    open_ticket,
    post_ticket_message,
    reopen_ticket,
    update_ticket,
)

LATER = NOON + timedelta(hours=1)


def test_a_save_is_one_version_later(store, org_id, ticket):
    """What ``save`` returns is what the next ``get`` returns, so it can be saved again."""
    with store.begin(org_id) as uow:
        closed = uow.tickets.save(tickets.close(ticket, at=LATER))
        assert closed == attrs.evolve(
            ticket, status=TicketStatus.CLOSED, date_closed=LATER, updated_at=LATER, version=2
        )
        assert uow.tickets.get(ticket.id) is closed
        assert uow.tickets.save(tickets.reopen(closed, at=LATER)).version == 3


def test_an_add_returns_the_state(store, org_id, john):
    """A new thing has the version that it was made with."""
    opened = build.ticket(client_id=john.id)
    with store.begin(org_id) as uow:
        assert uow.tickets.add(Change(opened)) is opened


def test_a_change_without_events_writes_nothing(store, org_id, ticket):
    """It is handed back as it is, also when it is stale: nothing was to be written."""
    store.run(org_id, close_ticket, ticket.id, at=NOON)
    with store.begin(org_id) as uow:
        assert uow.tickets.save(Change(ticket)) is ticket
        assert uow.events == ()
        assert uow.tickets.get(ticket.id).status is TicketStatus.CLOSED


def test_a_stale_ticket_is_not_saved(store, org_id, ticket):
    """Two editors of one ticket: the second hears of it, and the first one's words stay."""
    with store.begin(org_id) as uow:
        uow.tickets.save(tickets.revise(ticket, subject="First", at=LATER))
        with pytest.raises(ConflictError) as refused:
            uow.tickets.save(tickets.revise(ticket, subject="Second", at=LATER))
        assert (refused.value.kind, refused.value.key) == ("ticket", ticket.id)
        assert uow.tickets.get(ticket.id).subject == "First"
        assert len(uow.events) == 1


def test_a_deleted_ticket_is_not_saved(store, org_id, ticket):
    """Not even by somebody who has its last version."""
    store.run(org_id, delete_ticket, ticket.id, at=NOON)
    deleted = tickets.delete(ticket, at=NOON).state
    with store.begin(org_id) as uow:
        for version in (1, 2):
            known = attrs.evolve(deleted, version=version)
            with pytest.raises(ConflictError):
                uow.tickets.save(tickets.close(known, at=NOON))


def test_an_unknown_ticket_is_not_saved(store, org_id, john):
    """``save`` does not add."""
    with store.begin(org_id) as uow, pytest.raises(ConflictError):
        uow.tickets.save(tickets.close(build.ticket(client_id=john.id), at=NOON))


def test_an_id_is_taken_once(store, org_id, ticket):
    """Deleted things keep theirs."""
    store.run(org_id, delete_ticket, ticket.id, at=NOON)
    with store.begin(org_id) as uow, pytest.raises(ConflictError):
        uow.tickets.add(Change(ticket))


@pytest.mark.parametrize(
    "link",
    [
        {"client_id": build.client().id},
        {"order_id": build.order().id},
        {"employee_ids": (build.employee().id,)},
        {"tags": (build.tag("unknown"),)},
    ],
    ids=lambda link: next(iter(link)),
)
def test_a_link_out_of_the_organisation_is_refused(store, org_id, ticket, link):
    """On adding and on saving, as the database's foreign keys do."""
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.tickets.add(Change(attrs.evolve(build.ticket(client_id=ticket.client_id), **link)))
        with pytest.raises(ConflictError):
            uow.tickets.save(Change(attrs.evolve(ticket, **link), tickets.close(ticket, at=NOON).events))
        assert uow.tickets.get(ticket.id) is not None
        assert uow.events == ()


def test_a_tag_of_another_name_is_refused(store, org_id, ticket):
    """A ticket shows the names that the organisation's tags have."""
    renamed = Tag(ticket.tags[0].id, "renamed")
    with store.begin(org_id) as uow, pytest.raises(ConflictError):
        uow.tickets.save(tickets.retag(ticket, [renamed], at=NOON))


def test_a_deleted_ticket_is_nowhere(store, org_id, ticket):
    """It stays stored, and hidden."""
    store.run(org_id, delete_ticket, ticket.id, at=NOON)
    with store.begin(org_id) as uow:
        for get in (uow.tickets.get, uow.ticket_queries.get):
            with pytest.raises(NotFoundError):
                get(ticket.id)
    assert store.read(org_id, list_tickets) == Page((), 0)


def test_a_ticket_with_everything(store, org_id, acme, john, ticket):
    """Client with role, employees, tags, the order, the messages oldest first whatever order they came in."""
    order = store.run(org_id, create_order, client_id=john.id, service="Hosting", price=money(5, "USD"), at=NOON)
    store.run(org_id, update_ticket, ticket.id, TicketPatch(order_id=order.id), at=NOON)
    times = [LATER, NOON, LATER, NOON - timedelta(days=1)]
    posted = [
        store.run(org_id, post_ticket_message, ticket.id, author_id=john.id, text=str(time), at=time) for time in times
    ]
    shown = store.read(org_id, get_ticket, ticket.id)
    assert [message.id for message in shown.messages] == [posted[index].id for index in (3, 1, 0, 2)]
    assert shown.last_message_at == LATER
    assert shown.order is not None
    assert (shown.order.id, shown.order.service_name, shown.order.price) == (order.id, "Hosting", money(5, "USD"))
    assert shown.tags == ("urgent", "billing")
    assert (shown.client.id, shown.client.email, shown.client.role) == (john.id, john.email, acme.roles["Client"])
    [employee] = shown.employees
    assert (employee.id, employee.role_id) == (acme.administrator.id, acme.roles["Administrator"].id)
    store.run(org_id, delete_order, order.id, at=NOON)
    shown = store.read(org_id, get_ticket, ticket.id)
    assert (shown.order_id, shown.order) == (order.id, None)


def test_the_links_allow_anybody_of_the_organisation(store, org_id, acme, john):
    """As the foreign keys do: the use cases are stricter. A list shows what is there."""
    asked = build.ticket(client_id=ClientId(acme.administrator.id), employee_ids=[john.id])
    with store.begin(org_id) as uow:
        uow.tickets.add(Change(asked))
    [row] = store.read(org_id, list_tickets).rows
    assert (row.client.email, row.client.company, row.client.balance) == ("admin@example.com", None, ZERO)
    assert row.client.role == acme.roles["Administrator"]
    assert [(each.first_name, each.role_id) for each in row.employees] == [("John", john.role_id)]


def test_a_list_shows_changes_of_the_ticket_at_once(store, org_id, ticket):
    """Rows are remembered; an old one must never be shown, inside the transaction or after it."""
    assert store.read(org_id, list_tickets).rows[0].employees != ()
    with store.begin(org_id) as uow:
        assign_ticket(uow, ticket.id, [], at=NOON)
        assert list_tickets(uow).rows[0].employees == ()
        assert store.read(org_id, list_tickets).rows[0].employees != ()
    assert store.read(org_id, list_tickets).rows[0].employees == ()


def test_a_list_shows_changes_of_the_client_at_once(store, org_id, john, ticket):
    """A remembered row holds the client, too."""

    def names():
        return [row.client.first_name for row in store.read(org_id, list_tickets).rows]

    assert names() == ["John"]

    def work(uow):
        update_client(uow, john.id, ClientPatch(first_name="Jack"), at=NOON)
        assert list_tickets(uow).rows[0].client.first_name == "Jack"
        assert names() == ["John"]
        uow.tickets.get(build.ticket().id)

    with pytest.raises(NotFoundError):
        store.run(org_id, work)
    assert names() == ["John"]
    store.run(org_id, update_client, john.id, ClientPatch(first_name="Jack"), at=NOON)
    assert names() == ["Jack"]


def test_rolled_back_rows_are_not_shown(store, org_id, ticket):
    """A row that was built in a transaction that failed is not taken for the one that is committed."""

    def work(uow):
        update_ticket(uow, ticket.id, TicketPatch(subject="Changed"), at=NOON)
        assert list_tickets(uow).rows[0].subject == "Changed"
        uow.tickets.get(build.ticket().id)

    with pytest.raises(NotFoundError):
        store.run(org_id, work)
    assert store.read(org_id, list_tickets).rows[0].subject == "Help with order"


def test_a_remembered_row_is_the_same_object(store, org_id, ticket):
    """That is what makes a list cheap: no row is built twice while nothing in it changes."""
    first, second = (store.read(org_id, list_tickets).rows[0] for _ in range(2))
    assert first is second


def test_pages_filters_and_totals(store, org_id, john, ticket):
    """The filters count for the rows and for the total; pages together are the whole."""
    for number in range(5):
        at = NOON + timedelta(minutes=number)
        status = TicketStatus.CLOSED if number % 2 else TicketStatus.OPEN
        store.run(org_id, open_ticket, client_id=john.id, subject=f"Ticket {number}", status=status, at=at)
    store.run(org_id, reopen_ticket, ticket.id, at=NOON)
    filters = [Condition(TicketFilter.STATUS, Operator.EQ, 1)]
    sort = Sort(TicketSort.SUBJECT, descending=False)
    pages = [
        store.read(org_id, list_tickets, filters=filters, sort=sort, page=PageRequest(number=number, size=2))
        for number in (1, 2, 3)
    ]
    assert [page.total for page in pages] == [4, 4, 4]
    assert [[row.subject for row in page.rows] for page in pages] == [
        ["Help with order", "Ticket 0"],
        ["Ticket 2", "Ticket 4"],
        [],
    ]
