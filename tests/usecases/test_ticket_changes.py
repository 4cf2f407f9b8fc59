"""Tickets that change: updated, closed, handed on, deleted. Send a command, look at the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from tests.usecases.hiring import bob
from tests.usecases.ticketing import NOBODY, opened, shown, stored

from service_engine.domain.change import UNSET
from service_engine.domain.ids import EmployeeId, OrderId, TicketId, UserId
from service_engine.domain.tags import TagCreated
from service_engine.domain.ticket_events import (
    TicketAssigned,
    TicketClosed,
    TicketLinked,
    TicketRetagged,
    TicketRevised,
)
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.errors import InvalidReferenceError, NotAssignableError, NotFoundError, RuleViolationError
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, jane, john, later, now, ticket, website
from service_engine.usecases.orders import delete_order
from service_engine.usecases.tickets import (
    TicketPatch,
    assign_ticket,
    close_ticket,
    delete_ticket,
    get_ticket,
    list_tickets,
    post_ticket_message,
    reopen_ticket,
    retag_ticket,
    update_ticket,
)


def evolved(value: Ticket, **changes: Any) -> Ticket:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


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
