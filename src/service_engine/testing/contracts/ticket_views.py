"""What every store must show of a ticket, its messages included."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given

from service_engine.domain import tickets
from service_engine.domain.change import Change
from service_engine.domain.clients import Client, ClientPatch, revise_client
from service_engine.domain.employees import Employee
from service_engine.domain.ids import AddressId, TicketId
from service_engine.domain.orders import Order, delete_order
from service_engine.domain.ticket_messages import TicketMessage, receive_message
from service_engine.domain.tickets import Ticket
from service_engine.errors import ConflictError
from service_engine.ports.clients import ClientSummary
from service_engine.ports.employees import EmployeeRow
from service_engine.ports.orders import OrderSummary
from service_engine.ports.tickets import TicketDetails, TicketRow
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened
from service_engine.testing.contracts.organizations import rolled_back
from service_engine.usecases.tickets import get_ticket, list_tickets, post_ticket_message

__all__ = ["TicketViewContract", "row_of", "ticket_client"]

LATER = NOON + timedelta(seconds=1)


def ticket_client(client: Client, agency: Agency) -> ClientSummary:
    """Return how a ticket must show its client.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())
        >>> ticket_client(acme.client(first_name="Zoë"), acme).first_name
        'Zoë'
    """
    return ClientSummary(
        id=client.id,
        first_name=client.first_name,
        last_name=client.last_name,
        email=client.email,
        company=client.company,
        phone=client.phone,
        balance=client.balance,
        address=client.address,
        role=agency.client_role,
    )


def row_of(ticket: Ticket, client: Client, staff: list[Employee], agency: Agency) -> TicketRow:
    """Return how a list must show a ticket.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())
        >>> john = acme.client()
        >>> ticket = acme.ticket(client_id=john.id, employee_ids=[acme.administrator.id])
        >>> row = row_of(ticket, john, [acme.administrator], acme)
        >>> row.client.email == john.email, [each.id for each in row.employees] == list(ticket.employee_ids)
        (True, True)
    """
    by_id = {each.id: each for each in staff}
    return TicketRow(
        **{name: getattr(ticket, name) for name in _SAME},
        tags=tuple(tag.name for tag in ticket.tags),
        employees=tuple(_employee_row(by_id[each]) for each in ticket.employee_ids),
        client=ticket_client(client, agency),
    )


def details_of(row: TicketRow, order: Order | None, messages: list[TicketMessage]) -> TicketDetails:
    """Return how a ticket must be shown by itself."""
    summary = None
    if order is not None:
        summary = OrderSummary(**{each.name: getattr(order, each.name) for each in attrs.fields(OrderSummary)})
    same = {each.name: getattr(row, each.name) for each in attrs.fields(TicketRow)}
    return TicketDetails(**same, order=summary, messages=tuple(messages))


def _employee_row(employee: Employee) -> EmployeeRow:
    return EmployeeRow(
        id=employee.id, first_name=employee.first_name, last_name=employee.last_name, role_id=employee.role.id
    )


_SAME = [each.name for each in attrs.fields(TicketRow) if each.name not in {"tags", "employees", "client"}]


def _shown(agency: Agency, ticket_id: TicketId) -> TicketDetails:
    shown = agency.read(get_ticket, ticket_id)
    with agency.begin() as uow:
        assert uow.ticket_queries.get(ticket_id) == shown
    return shown


class TicketViewContract(Contract):
    """A ticket with everything, and as a row.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> TicketViewContract().test_a_deleted_order_stays_linked_and_hidden(acme)
    """

    def test_a_bare_ticket_is_shown(self, acme: Agency) -> None:
        """Nothing that it does not have is made up."""
        client = acme.client()
        ticket = acme.ticket(client_id=client.id)
        row = row_of(ticket, client, [], acme)
        assert _shown(acme, ticket.id) == details_of(row, None, [])
        assert acme.read(list_tickets).rows == (row,)

    def test_a_ticket_is_shown_with_everything(self, acme: Agency, rival: Agency) -> None:
        """Client with address and role, staff and tags in their order, order and messages."""
        acme.ticket(subject="Another")
        rival.ticket()
        client = acme.client(details=ClientPatch(company="Acme Corp", phone="+1", address=acme.build.place()))
        staff = [acme.employee(first_name=name) for name in ("Zoë", "Ann", "Max")]
        b, c, a = acme.tags("b", "c", "a")
        order = acme.order(client_id=acme.client().id, quantity=3, price=acme.build.money("0.005", "KWD"))
        ticket = acme.ticket(
            client_id=client.id,
            order_id=order.id,
            employee_ids=[each.id for each in staff],
            tags=[b, a, c],
            note="note",
            metadata={"a": [1, {"b": None}]},
            form_data={"c": 1.5},
        )
        message = acme.message(ticket, staff_only=True, files=["b.txt", "a.txt", "b.txt"])
        row = row_of(ticket, client, staff, acme)
        assert _shown(acme, ticket.id) == details_of(row, order, [message])
        assert row in acme.read(list_tickets).rows

    def test_people_are_shown_as_they_are_now(self, acme: Agency) -> None:
        """A ticket has no copy of its client."""
        client = acme.client(details=ClientPatch(address=acme.build.place()))
        ticket = acme.ticket(client_id=client.id)
        patch = ClientPatch(first_name="New", address=None)
        with acme.begin() as uow:
            client = uow.clients.save(revise_client(client, patch, address_id=AddressId(acme.new_id()), at=LATER))
        assert _shown(acme, ticket.id).client == ticket_client(client, acme)
        assert acme.read(list_tickets).rows[0].client == ticket_client(client, acme)

    def test_a_deleted_order_stays_linked_and_hidden(self, acme: Agency) -> None:
        """The id is still shown, the summary is not."""
        order = acme.order()
        ticket = acme.ticket(order_id=order.id)
        assert _shown(acme, ticket.id).order is not None
        with acme.begin() as uow:
            uow.orders.save(delete_order(order, at=LATER))
        shown = _shown(acme, ticket.id)
        assert (shown.order_id, shown.order) == (order.id, None)

    def test_messages_come_oldest_first(self, acme: Agency) -> None:
        """Equally old ones are ordered by id; those of another ticket are not shown."""
        ticket = acme.ticket()
        acme.message(acme.ticket(), text="elsewhere")
        times = [LATER, NOON, LATER, NOON - timedelta(days=1)]
        second, first, third, zeroth = (acme.message(ticket, at=at, text=str(at)) for at in times)
        assert _shown(acme, ticket.id).messages == (zeroth, first, second, third)

    @rolled_back
    @given(message=strategies.messages())
    def test_a_message_is_kept_whole(self, acme: Agency, message: TicketMessage) -> None:
        """Whatever the domain allows is shown as it was written."""
        with acme.undone() as uow:
            client = uow.clients.add(happened(acme.build.client(role_id=acme.client_role.id)))
            ticket = uow.tickets.add(happened(acme.build.ticket(client_id=client.id)))
            author = None if message.author_id is None else acme.administrator.id
            new = attrs.evolve(message, id=acme.new_id(), ticket_id=ticket.id, author_id=author)
            assert uow.ticket_messages.add(happened(new)) == new
            assert uow.ticket_queries.get(ticket.id).messages == (new,)

    def test_a_message_needs_a_ticket_and_an_author_of_the_organization(self, acme: Agency, rival: Agency) -> None:
        """A link across organisations cannot be stored."""
        ours, theirs = acme.ticket(), rival.ticket()
        foreign = acme.build.message(theirs, author_id=acme.administrator.id)
        strange = acme.build.message(ours, author_id=rival.administrator.id)
        unknown = acme.build.message(author_id=acme.administrator.id)
        for message in (foreign, strange, unknown):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.ticket_messages.add(happened(message))
        assert _shown(acme, ours.id).messages == _shown(rival, theirs.id).messages == ()

    @pytest.mark.parametrize("writer", ["administrator", "client"])
    def test_a_message_moves_the_ticket(self, acme: Agency, writer: str) -> None:
        """Staff and clients may write; the ticket notes when its newest message came."""
        ticket = acme.ticket()
        author = acme.administrator.id if writer == "administrator" else ticket.client_id
        times: list[datetime] = [LATER, NOON]
        for at in times:
            message = acme.run(post_ticket_message, ticket.id, author_id=author, text="Hi", at=at)
            expected: Change[Ticket] = receive_message(ticket, message)
            ticket = attrs.evolve(expected.state, version=ticket.version + 1)
            with acme.begin() as uow:
                assert uow.tickets.get(ticket.id) == ticket
        assert _shown(acme, ticket.id).last_message_at == LATER

    def test_a_closed_ticket_shows_when(self, acme: Agency) -> None:
        """A reopened one no longer does."""
        ticket = acme.ticket()
        with acme.begin() as uow:
            closed = uow.tickets.save(tickets.close(ticket, at=LATER))
        assert _shown(acme, ticket.id).date_closed == LATER
        with acme.begin() as uow:
            uow.tickets.save(tickets.reopen(closed, at=LATER))
        assert _shown(acme, ticket.id).date_closed is None
