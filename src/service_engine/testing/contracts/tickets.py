"""What every store must do with tickets, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
from hypothesis import given

from service_engine.domain import tickets
from service_engine.domain.change import Change
from service_engine.domain.ids import ClientId, EmployeeId, OrderId, TicketId, UserId
from service_engine.domain.tickets import Ticket, TicketStatus
from service_engine.errors import ConflictError
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing
from service_engine.testing.contracts.organizations import rolled_back
from service_engine.usecases.tickets import get_ticket

__all__ = ["TicketContract", "TicketLinkContract"]

LATER = NOON + timedelta(seconds=1)


def settled(ticket: Ticket, agency: Agency, uow: UnitOfWork) -> Ticket:
    """Return the ticket as one that can be stored in the organisation: everything that it refers to is there."""
    client = uow.clients.add(happened(agency.build.client(role_id=agency.client_role.id)))
    order = uow.orders.add(happened(agency.build.order(client_id=client.id)))
    staff = [uow.employees.add(happened(agency.build.employee(role=agency.admin_role))).id for _ in ticket.employee_ids]
    by_name = {tag.name: tag for tag in (agency.build.tag(tag.name) for tag in ticket.tags)}
    uow.tags.add_missing([happened(by_name[name]) for name in sorted(by_name)])
    return attrs.evolve(
        ticket,
        id=agency.new_id(),
        client_id=client.id,
        order_id=None if ticket.order_id is None else order.id,
        employee_ids=tuple(reversed(staff)),
        tags=tuple(by_name[tag.name] for tag in ticket.tags),
        deleted_at=None,
        version=1,
    )


class TicketContract(Contract):
    """The organisation's tickets, one at a time.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> TicketContract().test_a_stale_change_of_a_ticket_is_a_conflict(acme)
    """

    @rolled_back
    @given(ticket=strategies.tickets())
    def test_a_ticket_is_kept_whole(self, acme: Agency, ticket: Ticket) -> None:
        """Whatever the domain allows comes back as it was, assignments and tags in their order."""
        with acme.undone() as uow:
            new = settled(ticket, acme, uow)
            assert uow.tickets.add(happened(new)) == new
            assert uow.tickets.get(new.id) == new

    @rolled_back
    @given(ticket=strategies.tickets())
    def test_a_change_of_a_ticket_is_kept_whole(self, acme: Agency, ticket: Ticket) -> None:
        """Everything of a ticket can change but its id and its client."""
        with acme.undone() as uow:
            new = settled(ticket, acme, uow)
            plain = acme.build.ticket(client_id=new.client_id)
            uow.tickets.add(happened(plain))
            wanted = attrs.evolve(new, id=plain.id)
            assert uow.tickets.save(happened(wanted)) == attrs.evolve(wanted, version=2)
            assert uow.tickets.get(plain.id) == attrs.evolve(wanted, version=2)

    def test_whatever_is_not_a_live_ticket_is_missing(self, acme: Agency, rival: Agency) -> None:
        """A deleted, a foreign and an unknown one get the same answer, everywhere."""
        deleted = acme.ticket()
        with acme.begin() as uow:
            uow.tickets.save(tickets.delete(deleted, at=LATER))
        for id_ in (deleted.id, rival.ticket().id, TicketId(acme.new_id())):
            with acme.begin() as uow:
                with missing("ticket", id_):
                    uow.tickets.get(id_)
                with missing("ticket", id_):
                    uow.ticket_queries.get(id_)
            with missing("ticket", id_):
                acme.read(get_ticket, id_)

    def test_a_change_of_a_ticket_counts_the_version(self, acme: Agency) -> None:
        """Each save is one version later; a change that changed nothing is no save."""
        ticket = acme.ticket()
        with acme.begin() as uow:
            closed = uow.tickets.save(tickets.close(ticket, at=LATER))
            assert closed == attrs.evolve(tickets.close(ticket, at=LATER).state, version=2)
            assert uow.tickets.save(tickets.close(closed, at=LATER)) == closed
            reopened = uow.tickets.save(tickets.reopen(closed, at=LATER))
            assert (reopened.version, reopened.date_closed) == (3, None)
        with acme.begin() as uow:
            assert uow.tickets.get(ticket.id) == reopened

    def test_a_stale_change_of_a_ticket_is_a_conflict(self, acme: Agency) -> None:
        """Whoever read an older version writes nothing, whatever they wanted to change."""
        (tag,) = acme.tags("urgent")
        stale = acme.ticket()
        with acme.begin() as uow:
            fresh = uow.tickets.save(tickets.close(stale, at=LATER))
        for change in (
            tickets.set_pending(stale, at=LATER),
            tickets.retag(stale, [tag], at=LATER),
            tickets.assign(stale, [acme.administrator.id], at=LATER),
            tickets.delete(stale, at=LATER),
        ):
            with pytest.raises(ConflictError) as refusal, acme.begin() as uow:
                uow.tickets.save(change)
            assert (refusal.value.kind, refusal.value.key) == ("ticket", stale.id)
        with acme.begin() as uow:
            assert uow.tickets.get(stale.id) == fresh

    def test_a_ticket_that_is_gone_cannot_be_changed(self, acme: Agency, rival: Agency) -> None:
        """Neither a deleted one, nor a foreign one, nor one that never was."""
        deleted, foreign = acme.ticket(), rival.ticket()
        with acme.begin() as uow:
            gone = uow.tickets.save(tickets.delete(deleted, at=LATER))
        for ticket in (deleted, gone, foreign, acme.build.ticket(client_id=deleted.client_id)):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.tickets.save(tickets.close(ticket, at=LATER))
        with rival.begin() as uow:
            assert uow.tickets.get(foreign.id) == foreign

    def test_a_ticket_id_is_taken_once(self, acme: Agency) -> None:
        """Also by a deleted ticket."""
        ticket = acme.ticket()
        with acme.begin() as uow:
            uow.tickets.save(tickets.delete(ticket, at=LATER))
        again = attrs.evolve(acme.build.ticket(client_id=ticket.client_id), id=ticket.id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.tickets.add(happened(again))

    def test_two_organizations_may_use_the_same_id(self, acme: Agency, rival: Agency) -> None:
        """An id means something only together with its organisation."""
        ours = acme.ticket(subject="Ours")
        theirs = attrs.evolve(rival.build.ticket(client_id=rival.client().id, subject="Theirs"), id=ours.id)
        with rival.begin() as uow:
            uow.tickets.add(happened(theirs))
            uow.tickets.save(tickets.close(theirs, at=LATER))
        with acme.begin() as uow:
            assert uow.tickets.get(ours.id) == ours
            assert uow.ticket_queries.get(ours.id).subject == "Ours"


class TicketLinkContract(Contract):
    """What a ticket refers to.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> TicketLinkContract().test_one_ticket_keeps_what_another_loses(acme)
    """

    def test_assignments_and_tags_are_replaced_whole(self, acme: Agency) -> None:
        """Their order is kept, whatever was there before, and a ticket closed in between keeps them."""
        a, b, c = acme.tags("a", "b", "c")
        ann, bob = acme.employee(), acme.employee()
        ticket = acme.ticket(tags=[b, a], employee_ids=[bob.id, ann.id])
        for tags, staff in (((c, a, b), (ann, bob)), ((a, c), (bob,)), ((), ()), ((b,), (bob, ann))):
            with acme.begin() as uow:
                changed = tickets.retag(ticket, tags, at=LATER).then(
                    tickets.assign, [each.id for each in staff], at=LATER
                )
                ticket = uow.tickets.save(changed)
                ticket = uow.tickets.save(_turned(ticket))
            with acme.begin() as uow:
                assert uow.tickets.get(ticket.id) == ticket
            assert (ticket.tags, ticket.employee_ids) == (tags, tuple(each.id for each in staff))

    def test_one_ticket_keeps_what_another_loses(self, acme: Agency) -> None:
        """Replacing the tags and the people of one ticket leaves those of the next alone."""
        (tag,) = acme.tags("urgent")
        first, second = (acme.ticket(tags=[tag], employee_ids=[acme.administrator.id]) for _ in range(2))
        with acme.begin() as uow:
            uow.tickets.save(tickets.retag(first, [], at=LATER).then(tickets.assign, [], at=LATER))
        with acme.begin() as uow:
            assert uow.tickets.get(second.id) == second

    def test_an_order_is_linked_and_unlinked(self, acme: Agency) -> None:
        """The link is stored with the ticket."""
        ticket, order = acme.ticket(), acme.order()
        for order_id in (order.id, None):
            with acme.begin() as uow:
                ticket = uow.tickets.save(tickets.link_order(ticket, order_id, at=LATER))
            with acme.begin() as uow:
                assert uow.tickets.get(ticket.id) == ticket

    @pytest.mark.parametrize("whose", ["a foreign one", "an unknown one"])
    @pytest.mark.parametrize("what", ["client", "order", "employee", "tag"])
    def test_a_link_out_of_the_organization_cannot_be_stored(
        self, acme: Agency, rival: Agency, what: str, whose: str
    ) -> None:
        """Neither to another organisation's things, nor to what does not exist; not on a change, either."""
        there = rival if whose == "a foreign one" else None
        opened = acme.build.ticket(client_id=acme.client().id)
        linked = _LINKS[what](opened, there, acme)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.tickets.add(happened(linked))
        if what == "client":
            return
        with acme.begin() as uow:
            uow.tickets.add(happened(opened))
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.tickets.save(happened(linked))
        with acme.begin() as uow:
            assert uow.tickets.get(opened.id) == opened


def _turned(ticket: Ticket) -> Change[Ticket]:
    closed = ticket.status is TicketStatus.CLOSED
    return tickets.reopen(ticket, at=LATER) if closed else tickets.close(ticket, at=LATER)


def _to_client(ticket: Ticket, there: Agency | None, here: Agency) -> Ticket:
    return attrs.evolve(ticket, client_id=there.client().id if there else ClientId(UserId(here.new_id())))


def _to_order(ticket: Ticket, there: Agency | None, here: Agency) -> Ticket:
    return attrs.evolve(ticket, order_id=there.order().id if there else OrderId(here.new_id()))


def _to_employee(ticket: Ticket, there: Agency | None, here: Agency) -> Ticket:
    nobody = EmployeeId(UserId(here.new_id()))
    return attrs.evolve(ticket, employee_ids=(there.administrator.id if there else nobody,))


def _to_tag(ticket: Ticket, there: Agency | None, here: Agency) -> Ticket:
    return attrs.evolve(ticket, tags=there.tags("theirs") if there else (here.build.tag("nobody's"),))


_LINKS: dict[str, Callable[[Ticket, Agency | None, Agency], Ticket]] = {
    "client": _to_client,
    "order": _to_order,
    "employee": _to_employee,
    "tag": _to_tag,
}
