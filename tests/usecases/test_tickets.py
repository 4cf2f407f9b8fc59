"""Opening tickets, their messages, and listing them: send a command, look at the store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.usecases.hiring import bob
from tests.usecases.ticketing import NOBODY, opened, shown, stored

from service_engine.domain.ids import ClientId, EmployeeId, OrderId, UserId
from service_engine.domain.tags import TagCreated
from service_engine.domain.ticket_events import TicketOpened
from service_engine.domain.ticket_messages import TicketMessagePosted, TicketMessageReceived
from service_engine.domain.tickets import TicketStatus
from service_engine.errors import InvalidReferenceError, NotAssignableError, RuleViolationError
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.tickets import TicketFilter, TicketSort
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, jane, john, later, now, ticket, website
from service_engine.usecases.clients import create_client
from service_engine.usecases.orders import delete_order
from service_engine.usecases.tickets import list_tickets, open_ticket, post_ticket_message

# ------------------------------------------------------------------------------------------------------- opening


def test_opening_with_the_least(agency: Store):
    """The ticket is stored as the domain opens it: Open, from the API, with nothing attached."""
    there = opened(agency, subject=" Help ")
    assert there == stored(agency, there.id)
    assert (there.subject, there.status, there.source, there.note) == ("Help", TicketStatus.OPEN, "API", None)
    assert (there.client_id, there.order_id, there.employee_ids, there.tags) == (john.id, None, (), ())
    assert (there.created_at, there.updated_at, there.date_closed, there.version) == (now, now, None, 1)
    assert dict(there.metadata) == {}


@pytest.mark.usefixtures("store")
def test_opening_with_everything(agency: Store):
    """Everything is shown: client, order, people and tags, distinct and in the order of the request."""
    other = bob(agency)
    there = opened(
        agency,
        status=TicketStatus.PENDING,
        order_id=website.id,
        employee_ids=[other, jane.id, other],
        tags=["urgent", " billing", "urgent"],
        note=" Call back ",
        metadata={"a": [1, {"b": True}]},
    )
    row = shown(agency, there.id)
    assert (row.subject, row.status, row.note, row.source) == ("Help", TicketStatus.PENDING, "Call back", "API")
    assert row.client.email == "john@example.com"
    assert [each.id for each in row.employees] == [other, jane.id]
    assert row.tags == ("urgent", "billing")
    assert row.order is not None
    assert (row.order.id, row.order.service_name) == (website.id, "Web Development")
    assert row.metadata == there.metadata == {"a": (1, {"b": True})}
    assert (row.messages, row.last_message_at) == ((), None)


def test_opening_says_what_happened(agency: Store):
    """New tags first, then the ticket; known tags are no news."""
    opened(agency, tags=["urgent"])
    with agency.begin(acme.id) as uow:
        there = open_ticket(uow, client_id=john.id, subject="Help", tags=["urgent", "billing"], at=later)
        assert uow.events == (TagCreated(tag=there.tags[1], at=later), TicketOpened(ticket_id=there.id, at=later))


def test_opened_as_closed_is_closed_at_once(agency: Store):
    """date_closed is created_at."""
    assert opened(agency, status=TicketStatus.CLOSED).date_closed == now


def test_an_order_of_another_client_may_be_linked(agency: Store):
    """The order need not belong to the same client, only to the organisation."""
    ann = agency.run(acme.id, create_client, email="ann@example.com", first_name="Ann", last_name="Lee", at=now)
    assert opened(agency, client_id=ann.id, order_id=website.id).order_id == website.id


@pytest.mark.usefixtures("store")
def test_opening_for_nobody(agency: Store, neighbour):
    """An unknown client, a foreign one and an employee are refused alike; nothing is written."""
    before = agency.read(acme.id, list_tickets).total
    for client_id in (ClientId(UserId(NOBODY)), neighbour.client.id, ClientId(jane.id)):
        with pytest.raises(InvalidReferenceError) as refused:
            opened(agency, client_id=client_id, tags=["new"])
        assert (refused.value.field, refused.value.message) == ("client_id", "The specified client does not exist.")
    assert agency.read(acme.id, list_tickets).total == before


@pytest.mark.usefixtures("store")
def test_opening_about_no_order(agency: Store, neighbour):
    """An unknown order, a foreign one and a deleted one are refused alike."""
    agency.run(acme.id, delete_order, website.id, at=later)
    for order_id in (OrderId(NOBODY), neighbour.order.id, website.id):
        with pytest.raises(InvalidReferenceError) as refused:
            opened(agency, order_id=order_id)
        assert (refused.value.field, refused.value.message) == ("order_id", "The specified order does not exist.")


@pytest.mark.usefixtures("store")
def test_opening_with_somebody_who_cannot_be_assigned(agency: Store, neighbour):
    """An unknown employee, a foreign one and a client are refused alike, also beside somebody who can."""
    for employee_id in (EmployeeId(UserId(NOBODY)), neighbour.employee.id, EmployeeId(john.id)):
        with pytest.raises(NotAssignableError) as refused:
            opened(agency, employee_ids=[jane.id, employee_id])
        assert (refused.value.field, refused.value.message) == (
            "employees",
            "The specified employee does not exist.",
        )


def test_the_first_refusal_wins(agency: Store):
    """Client before order before employee."""
    with pytest.raises(InvalidReferenceError) as client_first:
        opened(
            agency,
            client_id=ClientId(UserId(NOBODY)),
            order_id=OrderId(NOBODY),
            employee_ids=[EmployeeId(UserId(NOBODY))],
        )
    assert client_first.value.field == "client_id"
    with pytest.raises(InvalidReferenceError) as order_second:
        opened(agency, order_id=OrderId(NOBODY), employee_ids=[EmployeeId(UserId(NOBODY))])
    assert order_second.value.field == "order_id"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"note": "a\x00"}, "note"),
        ({"tags": ["fine", " "]}, "tags"),
        ({"metadata": {"a": float("nan")}}, "metadata"),
    ],
    ids=["subject", "note", "tags", "metadata"],
)
def test_a_refused_opening_leaves_nothing(agency: Store, arguments: dict[str, Any], field: str):
    """Neither the ticket nor a tag that was made for it."""
    with pytest.raises(RuleViolationError) as refused:
        opened(agency, **({"tags": ["new"]} | arguments))
    assert refused.value.field == field
    with agency.begin(acme.id) as uow:
        assert uow.tags.find(["new", "fine"]) == ()
    assert agency.read(acme.id, list_tickets).total == 1


# ------------------------------------------------------------------------------------------------------ messages


@pytest.mark.usefixtures("store")
def test_messages_are_shown_oldest_first(agency: Store):
    """Clients and employees write; each message is shown as written, and the ticket notes the newest time."""
    agency.run(
        acme.id,
        post_ticket_message,
        ticket.id,
        author_id=jane.id,
        text=" Ask sales ",
        staff_only=True,
        files=[" a.pdf "],
        at=later,
    )
    agency.run(acme.id, post_ticket_message, ticket.id, author_id=john.id, text="I need help", at=now)
    row = shown(agency)
    assert [(each.author_id, each.text, each.staff_only, each.files, each.created_at) for each in row.messages] == [
        (john.id, "I need help", False, (), now),
        (jane.id, "Ask sales", True, ("a.pdf",), later),
    ]
    assert row.last_message_at == later
    assert stored(agency).version == 3


def test_posting_says_what_happened(agency: Store):
    """The ticket received it, and it was posted; both carry its time."""
    with agency.begin(acme.id) as uow:
        message = post_ticket_message(uow, ticket.id, author_id=john.id, text="Hi", at=later)
        assert uow.events == (
            TicketMessageReceived(message_id=message.id, ticket_id=ticket.id, at=later),
            TicketMessagePosted(message_id=message.id, ticket_id=ticket.id, at=later),
        )
    assert stored(agency).updated_at == later


def test_a_message_of_nobody(agency: Store, neighbour):
    """An unknown author and a foreign one are refused alike; nothing is written."""
    for author_id in (UserId(NOBODY), neighbour.employee.id, neighbour.client.id):
        with pytest.raises(InvalidReferenceError) as refused:
            agency.run(acme.id, post_ticket_message, ticket.id, author_id=author_id, text="Hi", at=later)
        assert (refused.value.field, refused.value.message) == ("author_id", "The specified user does not exist.")
    assert stored(agency) == ticket


def test_a_refused_message_leaves_the_ticket_alone(agency: Store):
    """A blank text changes neither messages nor ticket."""
    with pytest.raises(RuleViolationError) as refused:
        agency.run(acme.id, post_ticket_message, ticket.id, author_id=jane.id, text=" ", at=later)
    assert refused.value.field == "message"
    assert (stored(agency), shown(agency).messages) == (ticket, ())


# --------------------------------------------------------------------------------------------------------- lists


def test_the_newest_come_first_unless_told_otherwise(agency: Store):
    """Twenty a page, newest first; sort, page and filters are handed on."""
    for number in range(1, 22):
        opened(agency, subject=f"Help {number:02}", at=now + timedelta(minutes=number))
    first = agency.read(acme.id, list_tickets)
    assert (len(first.rows), first.total) == (20, 22)
    assert [row.subject for row in first.rows[:2]] == ["Help 21", "Help 20"]
    second = agency.read(acme.id, list_tickets, page=PageRequest(number=2))
    assert [row.subject for row in second.rows] == ["Help 01", "Help with order"]
    by_subject = agency.read(
        acme.id, list_tickets, sort=Sort(TicketSort.SUBJECT, descending=False), page=PageRequest(size=1)
    )
    assert [row.subject for row in by_subject.rows] == ["Help 01"]
    since = Condition(TicketFilter.CREATED_AT, Operator.GT, now + timedelta(minutes=20))
    assert [row.subject for row in agency.read(acme.id, list_tickets, filters=[since]).rows] == ["Help 21"]


def test_a_list_shows_the_own_organisation_only(agency: Store, neighbour):
    """The neighbour's ticket is in no list but his own."""
    assert [row.id for row in agency.read(acme.id, list_tickets).rows] == [ticket.id]
    assert [row.id for row in agency.read(neighbour.org_id, list_tickets).rows] == [neighbour.ticket.id]
