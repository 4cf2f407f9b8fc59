"""What can be done with tickets: send a command, look at the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from service_engine.domain.change import UNSET
from service_engine.domain.ids import ClientId, EmployeeId, OrderId, TicketId, UserId
from service_engine.domain.tags import TagCreated
from service_engine.domain.ticket_events import (
    TicketAssigned,
    TicketClosed,
    TicketLinked,
    TicketOpened,
    TicketRetagged,
    TicketRevised,
)
from service_engine.domain.ticket_messages import TicketMessagePosted, TicketMessageReceived
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.errors import InvalidReferenceError, NotAssignableError, NotFoundError, RuleViolationError
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.tickets import TicketDetails, TicketFilter, TicketSort
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, jane, john, later, now, ticket, website
from service_engine.usecases.clients import create_client
from service_engine.usecases.orders import delete_order
from service_engine.usecases.organizations import add_employee
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
    retag_ticket,
    update_ticket,
)

NOBODY = UUID(int=404)


def opened(store: Store, **arguments: Any) -> Ticket:
    """Open a ticket for John that differs in the given arguments."""
    usual: dict[str, Any] = {"client_id": john.id, "subject": "Help", "at": now}
    return store.run(acme.id, open_ticket, **(usual | arguments))


def shown(store: Store, ticket_id: TicketId = ticket.id) -> TicketDetails:
    """Return a ticket as it is shown."""
    return store.read(acme.id, get_ticket, ticket_id)


def stored(store: Store, ticket_id: TicketId = ticket.id) -> Ticket:
    """Return a ticket as it is stored."""

    def load(uow: UnitOfWork) -> Ticket:
        return uow.tickets.get(ticket_id)

    return store.run(acme.id, load)


def evolved(value: Ticket, **changes: Any) -> Ticket:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def bob(store: Store) -> EmployeeId:
    """Hire a second employee."""
    return store.run(acme.id, add_employee, email="bob@example.com", first_name="Bob", last_name="Ray", at=now).id


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


# ------------------------------------------------------------------------------------------------------ updating


@pytest.mark.usefixtures("store")
def test_updating_everything_at_once(agency: Store):
    """One save, one version, and the events in the order of what was done."""
    with agency.begin(acme.id) as uow:
        there = update_ticket(
            uow,
            ticket.id,
            TicketPatch(
                subject=" New ",
                status=TicketStatus.CLOSED,
                order_id=website.id,
                employee_ids=[jane.id, jane.id],
                tags=["urgent"],
                note=" Call ",
                metadata={"a": 1},
            ),
            at=later,
        )
        events = uow.events
    assert there == stored(agency)
    assert there == attrs.evolve(
        ticket,
        subject="New",
        status=TicketStatus.CLOSED,
        order_id=website.id,
        employee_ids=(jane.id,),
        tags=there.tags,
        note="Call",
        metadata=there.metadata,
        updated_at=later,
        date_closed=later,
        version=2,
    )
    assert ([tag.name for tag in there.tags], dict(there.metadata)) == (["urgent"], {"a": 1})
    assert events == (
        TagCreated(tag=there.tags[0], at=later),
        TicketRevised(ticket_id=ticket.id, fields=("metadata", "note", "subject"), at=later),
        TicketLinked(ticket_id=ticket.id, order_id=website.id, at=later),
        TicketAssigned(ticket_id=ticket.id, employee_ids=(jane.id,), at=later),
        TicketRetagged(ticket_id=ticket.id, tags=there.tags, at=later),
        TicketClosed(ticket_id=ticket.id, at=later),
    )


def test_what_a_patch_leaves_out_stays(agency: Store):
    """A patch of one field changes one field."""
    full = agency.run(
        acme.id,
        update_ticket,
        ticket.id,
        TicketPatch(order_id=website.id, employee_ids=[jane.id], tags=["urgent"], note="Call", metadata={"a": 1}),
        at=now,
    )
    revised = agency.run(acme.id, update_ticket, ticket.id, TicketPatch(subject="New"), at=later)
    assert revised == attrs.evolve(full, subject="New", updated_at=later, version=3) == stored(agency)


@pytest.mark.parametrize(
    ("patch", "name", "cleared"),
    [
        (TicketPatch(order_id=None), "order_id", None),
        (TicketPatch(employee_ids=[]), "employee_ids", ()),
        (TicketPatch(tags=[]), "tags", ()),
        (TicketPatch(note=None), "note", None),
        (TicketPatch(metadata={}), "metadata", {}),
    ],
    ids=["order", "employees", "tags", "note", "metadata"],
)
def test_clearing(agency: Store, patch: TicketPatch, name: str, cleared: object):
    """None and the empty list or object clear, and clear nothing else."""
    there = opened(agency, order_id=website.id, employee_ids=[jane.id], tags=["urgent"], note="Call", metadata={"a": 1})
    agency.run(acme.id, update_ticket, there.id, patch, at=later)
    after = stored(agency, there.id)
    assert getattr(after, name) == cleared
    assert after == evolved(there, **{name: cleared, "updated_at": later, "version": 2})


def test_people_and_tags_are_replaced_whole(agency: Store):
    """The new list is all there is, in its order."""
    other = bob(agency)
    there = opened(agency, employee_ids=[jane.id], tags=["urgent", "billing"])
    agency.run(
        acme.id, update_ticket, there.id, TicketPatch(employee_ids=[other, jane.id], tags=["late", "urgent"]), at=later
    )
    row = shown(agency, there.id)
    assert [each.id for each in row.employees] == [other, jane.id]
    assert row.tags == ("late", "urgent")


@pytest.mark.parametrize(
    "patch",
    [
        TicketPatch(),
        TicketPatch(subject=" Help with order "),
        TicketPatch(status=TicketStatus.OPEN, order_id=None, employee_ids=[], tags=[], note=None, metadata={}),
    ],
    ids=["empty", "same subject", "same everything"],
)
def test_a_patch_that_changes_nothing_writes_nothing(agency: Store, patch: TicketPatch):
    """No event, no new version, the old updated_at."""
    with agency.begin(acme.id) as uow:
        assert update_ticket(uow, ticket.id, patch, at=later) == ticket
        assert uow.events == ()
    assert stored(agency) == ticket


def test_an_empty_patch_names_nothing():
    """Every field of a patch is UNSET unless it is given."""
    assert {getattr(TicketPatch(), each.name) for each in attrs.fields(TicketPatch)} == {UNSET}


@pytest.mark.parametrize(
    ("patch", "error", "field"),
    [
        (TicketPatch(subject=" ", note="x"), RuleViolationError, "subject"),
        (TicketPatch(subject="New", note="a\x00"), RuleViolationError, "note"),
        (TicketPatch(subject="New", metadata={"a": object()}), RuleViolationError, "metadata"),
        (TicketPatch(subject="New", order_id=OrderId(NOBODY)), InvalidReferenceError, "order_id"),
        (TicketPatch(subject="New", employee_ids=[EmployeeId(UserId(NOBODY))]), NotAssignableError, "employees"),
        (TicketPatch(subject="New", tags=["new", " "]), RuleViolationError, "tags"),
    ],
    ids=["subject", "note", "metadata", "order", "employee", "tag"],
)
def test_a_refused_patch_changes_nothing(
    agency: Store, patch: TicketPatch, error: type[RuleViolationError], field: str
):
    """All of it or nothing."""
    with pytest.raises(error) as refused:
        agency.run(acme.id, update_ticket, ticket.id, patch, at=later)
    assert refused.value.field == field
    assert stored(agency) == ticket


def test_a_patch_refers_to_the_own_organisation_only(agency: Store, neighbour):
    """Foreign, deleted and unknown references are refused alike."""
    agency.run(acme.id, delete_order, website.id, at=later)
    for order_id in (neighbour.order.id, website.id, OrderId(NOBODY)):
        with pytest.raises(InvalidReferenceError, match="order_id: The specified order does not exist"):
            agency.run(acme.id, update_ticket, ticket.id, TicketPatch(order_id=order_id), at=later)
    for employee_id in (neighbour.employee.id, EmployeeId(john.id), EmployeeId(UserId(NOBODY))):
        with pytest.raises(NotAssignableError, match="employees: The specified employee does not exist"):
            agency.run(acme.id, assign_ticket, ticket.id, [jane.id, employee_id], at=later)
    assert stored(agency) == ticket


# ------------------------------------------------------------------------------------------------ the named acts


@pytest.mark.usefixtures("store")
def test_closing_and_reopening(agency: Store):
    """date_closed is set, kept by closing again, and cleared by reopening."""
    closed = agency.run(acme.id, close_ticket, ticket.id, at=now)
    assert (closed.status, closed.date_closed, closed.version) == (TicketStatus.CLOSED, now, 2)
    assert agency.run(acme.id, close_ticket, ticket.id, at=later) == closed == stored(agency)
    reopened = agency.run(acme.id, reopen_ticket, ticket.id, at=later)
    assert (reopened.status, reopened.date_closed, reopened.version) == (TicketStatus.OPEN, None, 3)
    assert agency.run(acme.id, reopen_ticket, ticket.id, at=later) == reopened == stored(agency)


def test_assigning_and_retagging(agency: Store):
    """The one field is replaced, repeated ones once, and cleared by an empty list."""
    assert agency.run(acme.id, assign_ticket, ticket.id, [jane.id, jane.id], at=now).employee_ids == (jane.id,)
    assert agency.run(acme.id, assign_ticket, ticket.id, [], at=now).employee_ids == ()
    tags = agency.run(acme.id, retag_ticket, ticket.id, ["b", "a", "b"], at=later).tags
    assert [tag.name for tag in tags] == ["b", "a"]
    assert stored(agency).tags == tags
    assert agency.run(acme.id, retag_ticket, ticket.id, [], at=later).tags == ()


def test_deleting(agency: Store):
    """It is gone from every view, and a second deletion finds nothing."""
    agency.run(acme.id, delete_ticket, ticket.id, at=later)
    assert agency.read(acme.id, list_tickets).total == 0
    with pytest.raises(NotFoundError):
        agency.read(acme.id, get_ticket, ticket.id)
    with pytest.raises(NotFoundError) as again:
        agency.run(acme.id, delete_ticket, ticket.id, at=later)
    assert (again.value.kind, again.value.key) == ("ticket", ticket.id)


ACTS: dict[str, Callable[[UnitOfWork, TicketId], object]] = {
    "update": lambda uow, id_: update_ticket(uow, id_, TicketPatch(subject="New"), at=later),
    "close": lambda uow, id_: close_ticket(uow, id_, at=later),
    "reopen": lambda uow, id_: reopen_ticket(uow, id_, at=later),
    "assign": lambda uow, id_: assign_ticket(uow, id_, [jane.id], at=later),
    "retag": lambda uow, id_: retag_ticket(uow, id_, ["new"], at=later),
    "delete": lambda uow, id_: delete_ticket(uow, id_, at=later),
    "post": lambda uow, id_: post_ticket_message(uow, id_, author_id=jane.id, text="Hi", at=later),
    "get": get_ticket,
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_ticket_that_is_not_there(agency: Store, neighbour, act: Callable[[UnitOfWork, TicketId], object]):
    """Unknown, foreign and deleted tickets are answered alike, and the foreign one is untouched."""
    deleted = opened(agency).id
    agency.run(acme.id, delete_ticket, deleted, at=now)
    for ticket_id in (TicketId(NOBODY), neighbour.ticket.id, deleted):
        with agency.begin(acme.id) as uow:
            with pytest.raises(NotFoundError) as refused:
                act(uow, ticket_id)
            assert uow.events == ()
        assert (refused.value.kind, refused.value.key) == ("ticket", ticket_id)
    assert agency.read(neighbour.org_id, get_ticket, neighbour.ticket.id).subject == "Secret"


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
