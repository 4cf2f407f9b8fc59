"""What every store must do with a unit of work: one organisation, one transaction."""

# ruff: noqa: PLR2004 - the numbers are what is expected

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from service_engine.domain import proposals, tickets
from service_engine.domain.change import Change, Event
from service_engine.domain.clients import ClientPatch, revise_client
from service_engine.domain.ids import AddressId, OrganizationId
from service_engine.domain.invoice_payments import pay_in_part
from service_engine.domain.tags import Tag
from service_engine.errors import NotFoundError, RuleViolationError
from service_engine.ports.lists import PageRequest
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened
from service_engine.usecases.clients import create_client, get_client, list_clients
from service_engine.usecases.invoices import list_invoices
from service_engine.usecases.proposals import list_proposals
from service_engine.usecases.tickets import TicketPatch, get_ticket, list_tickets, open_ticket, update_ticket

__all__ = ["UnitOfWorkContract"]

LATER = NOON + timedelta(seconds=1)


class _ItWentWrongError(Exception):
    pass


USES: dict[str, Callable[[UnitOfWork, Agency], object]] = {
    "organizations.get": lambda uow, _: uow.organizations.get(),
    "organizations.slug_is_taken": lambda uow, _: uow.organizations.slug_is_taken("acme"),
    "roles.get": lambda uow, acme: uow.roles.get(acme.client_role.id),
    "roles.all": lambda uow, _: uow.roles.all(),
    "roles.add": lambda uow, acme: uow.roles.add(happened(acme.build.role())),
    "employees.get": lambda uow, acme: uow.employees.get(acme.administrator.id),
    "employees.add": lambda uow, acme: uow.employees.add(happened(acme.build.employee(role=acme.admin_role))),
    "api_tokens.add": lambda uow, acme: uow.api_tokens.add(
        happened(acme.build.api_token(employee_id=acme.administrator.id))
    ),
    "clients.get": lambda uow, acme: uow.clients.get(acme.new_id()),
    "clients.add": lambda uow, acme: uow.clients.add(happened(acme.build.client(role_id=acme.client_role.id))),
    "clients.email_owner": lambda uow, _: uow.clients.email_owner("a@b"),
    "clients.dependents": lambda uow, acme: uow.clients.dependents(acme.new_id()),
    "client_queries.page": lambda uow, _: list_clients(uow),
    "orders.get": lambda uow, acme: uow.orders.get(acme.new_id()),
    "orders.taken_numbers": lambda uow, _: uow.orders.taken_numbers(["A"]),
    "proposals.get": lambda uow, acme: uow.proposals.get(acme.new_id()),
    "proposals.add": lambda uow, acme: uow.proposals.add(happened(acme.build.proposal())),
    "proposal_queries.get": lambda uow, acme: uow.proposal_queries.get(acme.new_id()),
    "proposal_queries.page": lambda uow, _: list_proposals(uow),
    "coupons.add": lambda uow, acme: uow.coupons.add(happened(acme.build.coupon())),
    "coupons.code_is_taken": lambda uow, _: uow.coupons.code_is_taken("A"),
    "invoices.get": lambda uow, acme: uow.invoices.get(acme.new_id()),
    "invoices.add": lambda uow, acme: uow.invoices.add(happened(acme.build.invoice())),
    "invoices.next_in_sequence": lambda uow, _: uow.invoices.next_in_sequence(),
    "invoice_queries.get": lambda uow, acme: uow.invoice_queries.get(acme.new_id()),
    "invoice_queries.page": lambda uow, _: list_invoices(uow),
    "payments.get": lambda uow, acme: uow.payments.get(acme.new_id()),
    "payments.add": lambda uow, acme: uow.payments.add(happened(acme.build.payment())),
    "payments.of_invoice": lambda uow, acme: uow.payments.of_invoice(acme.new_id()),
    "payments.pending_of": lambda uow, acme: uow.payments.pending_of(acme.new_id()),
    "payments.pending": lambda uow, _: uow.payments.pending(NOON),
    "payments.surplus": lambda uow, _: uow.payments.surplus(),
    "subscriptions.add": lambda uow, acme: uow.subscriptions.add(happened(acme.build.subscription())),
    "subscriptions.of_invoice": lambda uow, acme: uow.subscriptions.of_invoice(acme.new_id()),
    "tags.find": lambda uow, _: uow.tags.find(["a"]),
    "tags.add_missing": lambda uow, acme: uow.tags.add_missing([happened(acme.build.tag())]),
    "tickets.get": lambda uow, acme: uow.tickets.get(acme.new_id()),
    "tickets.add": lambda uow, acme: uow.tickets.add(happened(acme.build.ticket())),
    "ticket_queries.get": lambda uow, acme: uow.ticket_queries.get(acme.new_id()),
    "ticket_queries.page": lambda uow, _: list_tickets(uow),
    "references.look_up": lambda uow, acme: uow.references.look_up(client_id=acme.new_id()),
}


def fill(uow: UnitOfWork, agency: Agency) -> tuple[object, ...]:
    """Add one of everything, change it, and return what must be found if it was committed."""
    build = agency.build
    role = uow.roles.add(happened(build.role(name="Extra")))
    employee = uow.employees.add(happened(build.employee(role=role)))
    client = uow.clients.add(happened(build.client(role_id=agency.client_role.id)))
    patch = ClientPatch(company="Changed", address=build.place())
    client = uow.clients.save(revise_client(client, patch, address_id=AddressId(agency.new_id()), at=LATER))
    order = uow.orders.add(happened(build.order(client_id=client.id)))
    found: tuple[Tag, ...] = uow.tags.add_missing([happened(build.tag("a"))])
    opened = build.ticket(client_id=client.id, order_id=order.id, employee_ids=[employee.id], tags=found)
    ticket = uow.tickets.save(tickets.close(uow.tickets.add(happened(opened)), at=LATER))
    uow.ticket_messages.add(happened(build.message(ticket, author_id=employee.id)))
    service = uow.services.add(happened(agency.build_service()))
    drafted = uow.proposals.add(happened(build.proposal(service_id=service.id)))
    proposal = uow.proposals.save(proposals.send(drafted, at=LATER))
    issued = uow.invoices.add(happened(build.invoice(client_id=client.id, service_id=service.id)))
    invoice = uow.invoices.save(pay_in_part(issued, build.money(1), at=LATER))
    payment = uow.payments.add(happened(build.payment(invoice)))
    return role, employee, client, order, *found, service, proposal, invoice, payment, ticket


def found_again(uow: UnitOfWork, things: tuple[object, ...]) -> tuple[object, ...]:
    """Look up what ``fill`` made; a thing that is missing is left out."""
    role, employee, client, order, tag, service, proposal, invoice, payment, ticket = things
    looks: list[Callable[[], object]] = [
        lambda: uow.roles.get(role.id),  # type: ignore[attr-defined]
        lambda: uow.employees.get(employee.id),  # type: ignore[attr-defined]
        lambda: uow.clients.get(client.id),  # type: ignore[attr-defined]
        lambda: uow.orders.get(order.id),  # type: ignore[attr-defined]
        lambda: uow.services.get(service.id),  # type: ignore[attr-defined]
        lambda: uow.proposals.get(proposal.id),  # type: ignore[attr-defined]
        lambda: uow.invoices.get(invoice.id),  # type: ignore[attr-defined]
        lambda: uow.payments.get(payment.id),  # type: ignore[attr-defined]
        lambda: uow.tickets.get(ticket.id),  # type: ignore[attr-defined]
    ]
    there: list[object] = list(uow.tags.find([tag.name]))  # type: ignore[attr-defined]
    for look in looks:
        try:
            there.append(look())
        except NotFoundError:
            continue
    return tuple(sorted(there, key=repr))


class UnitOfWorkContract(Contract):
    """Commit, rollback, events, and the two ways to use a store without opening one.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> UnitOfWorkContract().test_an_exception_rolls_everything_back(acme)
    """

    def test_the_end_of_the_block_commits(self, acme: Agency) -> None:
        """Everything is there afterwards, changed as it was changed."""
        with acme.begin() as uow:
            things = fill(uow, acme)
            assert found_again(uow, things) == tuple(sorted(things, key=repr))
        with acme.begin() as uow:
            assert found_again(uow, things) == tuple(sorted(things, key=repr))
        assert len(acme.read(get_ticket, things[-1].id).messages) == 1  # type: ignore[attr-defined]

    def test_an_exception_rolls_everything_back(self, acme: Agency) -> None:
        """Nothing of it is there afterwards, and the exception comes through."""
        with pytest.raises(_ItWentWrongError), acme.begin() as uow:  # noqa: PT012  # the block is the transaction
            things = fill(uow, acme)
            raise _ItWentWrongError
        with acme.begin() as uow:
            assert found_again(uow, things) == ()
            assert uow.roles.all() == (acme.admin_role, acme.client_role)
        assert acme.read(list_tickets).total == acme.read(list_clients).total == 0
        with acme.begin() as uow:
            assert len(found_again(uow, fill(uow, acme))) == len(things)

    def test_a_change_that_is_rolled_back_leaves_the_old_state(self, acme: Agency) -> None:
        """The version, too: whoever read it before may still write."""
        a, b = acme.tags("a", "b")
        ticket = acme.ticket(tags=[a, b])
        with pytest.raises(_ItWentWrongError), acme.begin() as uow:  # noqa: PT012  # the block is the transaction
            changed = tickets.close(ticket, at=LATER).then(tickets.retag, [b], at=LATER)
            uow.tickets.save(changed.then(tickets.assign, [acme.administrator.id], at=LATER))
            raise _ItWentWrongError
        with acme.begin() as uow:
            assert uow.tickets.get(ticket.id) == ticket
            assert uow.tickets.save(tickets.close(ticket, at=LATER)).version == 2

    def test_a_refusal_half_way_leaves_nothing_behind(self, acme: Agency) -> None:
        """A tag that was made for a ticket that is refused afterwards is not there."""
        ticket = acme.ticket()
        patch = TicketPatch(tags=["new"], note="\x00")
        for use_case in (
            lambda uow: open_ticket(uow, client_id=ticket.client_id, subject="", tags=["new"], at=LATER),
            lambda uow: update_ticket(uow, ticket.id, patch, at=LATER),
        ):
            with pytest.raises(RuleViolationError):
                acme.run(use_case)
        with acme.begin() as uow:
            assert uow.tags.find(["new"]) == ()
            assert uow.tickets.get(ticket.id) == ticket

    def test_nobody_sees_what_is_not_committed(self, acme: Agency) -> None:
        """A reader sees the state before, while somebody writes."""
        ticket = acme.ticket()
        with acme.begin() as uow:
            uow.tickets.save(tickets.close(ticket, at=LATER))
            assert acme.read(get_ticket, ticket.id).date_closed is None
            assert uow.ticket_queries.get(ticket.id).date_closed == LATER
        assert acme.read(get_ticket, ticket.id).date_closed == LATER

    def test_events_tell_what_was_stored(self, acme: Agency) -> None:
        """In the order in which it was stored, and nothing for a change that changed nothing."""
        ticket = acme.ticket()
        closed = tickets.close(ticket, at=LATER)
        with acme.begin() as uow:
            assert uow.events == ()
            expected: tuple[Event, ...] = closed.events
            stored = uow.tickets.save(closed)
            assert uow.events == expected
            uow.tickets.save(tickets.close(stored, at=LATER))
            assert uow.events == expected
            back = tickets.reopen(stored, at=LATER)
            uow.tickets.save(back)
            assert uow.events == expected + back.events
        with acme.begin() as uow:
            assert uow.events == ()

    def test_whatever_is_added_is_an_event(self, acme: Agency) -> None:
        """Each repository tells, whatever it stores."""
        build = acme.build
        role, client = build.role(), build.client(role_id=acme.client_role.id)
        employee, order = build.employee(role=role), build.order(client_id=client.id)
        ticket, token = build.ticket(client_id=client.id), build.api_token(employee_id=employee.id)
        message = build.message(ticket, author_id=employee.id)
        with acme.begin() as uow:
            stores: list[tuple[Callable[[Any], object], object]] = [
                (uow.roles.add, role),
                (uow.clients.add, client),
                (uow.employees.add, employee),
                (uow.orders.add, order),
                (uow.tickets.add, ticket),
                (uow.api_tokens.add, token),
                (uow.ticket_messages.add, message),
            ]
            expected: tuple[Event, ...] = ()
            for number, (add, thing) in enumerate(stores):
                event = Event(at=NOON + timedelta(seconds=number))
                add(Change(thing, (event,)))
                expected += (event,)
                assert uow.events == expected

    def test_a_unit_of_work_knows_its_organization(self, acme: Agency, rival: Agency) -> None:
        """So does a view."""
        for agency in (acme, rival):
            with agency.begin() as uow:
                assert uow.org_id == agency.org_id
            assert agency.read(lambda view: view.org_id) == agency.org_id

    @pytest.mark.parametrize("end", ["committed", "rolled back"])
    def test_a_closed_unit_of_work_refuses(self, acme: Agency, end: str) -> None:
        """Using it later is a bug of the caller, and would write outside any transaction."""
        with acme.begin() if end == "committed" else acme.undone() as uow:
            pass
        for name, use in USES.items():
            try:
                answer = use(uow, acme)
            except RuntimeError:
                continue
            pytest.fail(f"{name} of a closed unit of work answered {answer!r}")

    def test_a_unit_of_work_hands_out_the_entropy_of_its_store(self, store: Store) -> None:
        """Ids made in it are as good as the store's own."""
        with store.begin(OrganizationId(store.entropy.new_id())) as uow:
            made = [uow.entropy.new_id() for _ in range(100)]
        assert len({*made, store.entropy.new_id()}) == 101

    def test_two_use_cases_share_a_transaction(self, acme: Agency) -> None:
        """The second sees what the first did, and both go together."""
        with pytest.raises(_ItWentWrongError), acme.begin() as uow:  # noqa: PT012  # the block is the transaction
            john = create_client(uow, email="j@example.com", first_name="John", last_name="Doe", at=NOON)
            opened = open_ticket(uow, client_id=john.id, subject="Help", at=NOON)
            assert uow.ticket_queries.get(opened.id).client.email == "j@example.com"
            raise _ItWentWrongError
        with pytest.raises(NotFoundError):
            acme.read(get_client, john.id)

    def test_a_read_sees_one_organization(self, acme: Agency, rival: Agency) -> None:
        """Whatever is in the other."""
        ours, theirs = acme.ticket(), rival.ticket()
        for agency, mine, other in ((acme, ours, theirs), (rival, theirs, ours)):
            assert [row.id for row in agency.read(list_tickets).rows] == [mine.id]
            with pytest.raises(NotFoundError):
                agency.read(get_ticket, other.id)
            assert agency.read(list_clients, page=PageRequest(size=1)).total == 1
