"""The state machine behind ``assert_agreement``: every use case, on two stores, in two organisations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, rule

from service_engine.domain import tickets as ticket_rules
from service_engine.domain.clients import ClientPatch
from service_engine.domain.tickets import TicketStatus
from service_engine.ports.clients import ClientSort
from service_engine.ports.lists import Sort
from service_engine.ports.tickets import TicketSort
from service_engine.testing.agreement import billing_inputs, inputs
from service_engine.testing.agreement.asking import EVERYTHING
from service_engine.testing.agreement.billing import BillingRules
from service_engine.testing.agreement.bundles import (
    any_client,
    any_employee,
    any_ticket,
    at_home,
    client_ids,
    clients,
    employee_ids,
    employees,
    grants,
    memories,
    order_ids,
    secrets,
    tickets,
)
from service_engine.testing.agreement.catalogue import CatalogueRules
from service_engine.testing.agreement.collisions import CollisionRules
from service_engine.testing.agreement.delivery import DeliveryRules
from service_engine.testing.agreement.inputs import Ref
from service_engine.testing.agreement.offers import OfferRules
from service_engine.testing.agreement.paying import PayingRules
from service_engine.testing.agreement.steps import (
    change_and_abandon,
    change_twice,
    find_or_register,
    read_ticket,
    save_change,
)
from service_engine.testing.builders import NOON
from service_engine.usecases import authors as author_cases
from service_engine.usecases import clients as client_cases
from service_engine.usecases import organizations as organization_cases
from service_engine.usecases import tags as tag_cases
from service_engine.usecases import tickets as ticket_cases
from service_engine.usecases.tickets import TicketPatch

__all__ = ["AgreementMachine"]


class AgreementMachine(CatalogueRules, DeliveryRules, OfferRules, BillingRules, PayingRules, CollisionRules):
    """Every use case, as a rule: here the people and the tickets, the rest is inherited.

    Example:
        >>> [name for name in vars(AgreementMachine) if name.endswith("_ticket")]
        ['open_ticket', 'update_ticket', 'move_ticket', 'reassign_ticket', 'get_ticket']
    """

    # ------------------------------------------------------------------------------------ organisations, people

    @rule(
        target=employees,
        org=st.integers(0, 1),
        email=inputs.emails(),
        name=inputs.names(),
        role=st.sampled_from(("Administrator", "Administrator", "Client", "Nobody")),
        at=inputs.times(),
    )
    def add_employee(self, org: int, email: str, name: str, role: str, at: datetime) -> Any:
        """Hire somebody, into a role that is no employee's once in a while."""
        hired = self.both(
            org, organization_cases.add_employee, email=email, first_name=name, last_name="Smith", role=role, at=at
        )
        return self.kept(org, hired)

    @rule(
        target=secrets, employee=any_employee, home=at_home, name=inputs.names(), at=inputs.times(), ends=inputs.times()
    )
    def issue_api_token(self, employee: Ref, home: bool, name: str, at: datetime, ends: datetime) -> Any:
        """Issue a token."""
        org = employee.org if home else 1 - employee.org
        secret = self.both(org, organization_cases.issue_api_token, employee.id, name=name, at=at, expires_at=ends)
        return multiple() if secret is None else secret

    @initialize(target=secrets)
    def first_secrets(self) -> Any:
        """Give each organisation's administrator a token."""
        issued = [
            self.both(org, organization_cases.issue_api_token, self.staff[org][-1].id, name="Laptop", at=NOON)
            for org in (0, 1)
        ]
        return multiple(*issued)

    @rule(target=grants, secret=secrets | st.sampled_from(("", "unknown", "\ud800")), at=inputs.times())
    def authenticate(self, secret: str, at: datetime) -> Any:
        """Tell whose a secret is."""
        answer = self.ask(
            f"authenticate at {at}",
            lambda side: organization_cases.authenticate(side.store.directory, secret, at=at),
        )
        if answer is None:
            return multiple()
        return Ref(self.organizations.index(answer[0].organization_id), answer[1].token_id)

    @rule(grant=grants, home=at_home, at=inputs.times())
    def note_token_use(self, grant: Ref, home: bool, at: datetime) -> None:
        """Write down a use."""
        self.both(grant.org if home else 1 - grant.org, organization_cases.note_token_use, grant.id, at=at)

    # ------------------------------------------------------------------------------------------------- clients

    @rule(
        target=clients,
        org=st.integers(0, 1),
        email=inputs.emails(),
        name=inputs.names(),
        details=inputs.client_patches(),
        at=inputs.times(),
    )
    def create_client(self, org: int, email: str, name: str, details: ClientPatch, at: datetime) -> Any:
        """Register somebody."""
        named = {"email": email, "first_name": name, "last_name": "Doe"}
        return self.kept(org, self.both(org, client_cases.create_client, **named, details=details, at=at))

    @rule(target=clients, org=st.integers(0, 1), email=billing_inputs.people(), at=inputs.times())
    def find_or_register(self, org: int, email: str, at: datetime) -> Any:
        """Find the client who has an e-mail, or register somebody; staff are no clients."""
        found = self.both(org, find_or_register, email=email, first_name="New", last_name="Client", at=at)
        if found is None:
            return multiple()
        self.note(org, found)
        return Ref(org, found)

    @rule(org=st.integers(0, 1), email=billing_inputs.people(), somebody=any_client | any_employee)
    def ask_who_is_there(self, org: int, email: str, somebody: Ref) -> None:
        """Ask whether an e-mail is free, and whether somebody can write messages."""
        self.both(org, client_cases.require_free_email, email)
        self.both(org, author_cases.require_author, somebody.id)

    @rule(client=any_client, home=at_home, patch=inputs.client_patches(), at=inputs.times())
    def update_client(self, client: Ref, home: bool, patch: ClientPatch, at: datetime) -> None:
        """Change somebody."""
        self.both(client.org if home else 1 - client.org, client_cases.update_client, client.id, patch, at=at)

    @rule(client=any_client, home=at_home, at=inputs.times())
    def delete_client(self, client: Ref, home: bool, at: datetime) -> None:
        """Delete somebody, if nothing refers to them."""
        self.both(client.org if home else 1 - client.org, client_cases.delete_client, client.id, at=at)

    @rule(client=any_client | employees, home=at_home)
    def get_client(self, client: Ref, home: bool) -> None:
        """Show somebody; staff are no clients."""
        self.read(client.org if home else 1 - client.org, client_cases.get_client, client.id)

    @rule(
        org=st.integers(0, 1),
        questions=st.lists(
            st.tuples(inputs.client_filters(client_ids), inputs.client_sorts(), inputs.pages()), min_size=1, max_size=4
        ),
    )
    def list_clients(self, org: int, questions: list[Any]) -> None:
        """List some of them, a few times over."""
        self.look_through(org, client_cases.list_clients, client_cases.scroll_clients, questions)

    # ---------------------------------------------------------------------------------------- tags and tickets

    @rule(org=st.integers(0, 1), names=inputs.tag_lists(), at=inputs.times())
    def find_or_create_tags(self, org: int, names: list[str], at: datetime) -> None:
        """Use tags."""
        self.both(org, tag_cases.find_or_create_tags, names, at=at)

    @rule(
        target=tickets,
        client=any_client,
        home=at_home,
        subject=inputs.names(),
        status=st.sampled_from(TicketStatus),
        order_id=st.none() | order_ids,
        employee_ids=st.lists(employee_ids, max_size=3),
        tags=inputs.tag_lists(),
        note=inputs.notes(),
        metadata=inputs.json_or_bad(),
        at=inputs.times(),
    )
    def open_ticket(self, client: Ref, home: bool, **given: Any) -> Any:
        """Open a ticket."""
        org = client.org if home else 1 - client.org
        return self.kept(org, self.both(org, ticket_cases.open_ticket, client_id=client.id, **given))

    @rule(ticket=any_ticket, home=at_home, patch=inputs.ticket_patches(order_ids, employee_ids), at=inputs.times())
    def update_ticket(self, ticket: Ref, home: bool, patch: TicketPatch, at: datetime) -> None:
        """Change a ticket."""
        self.both(ticket.org if home else 1 - ticket.org, ticket_cases.update_ticket, ticket.id, patch, at=at)

    @rule(
        ticket=any_ticket,
        home=at_home,
        use_case=st.sampled_from((ticket_cases.close_ticket, ticket_cases.reopen_ticket, ticket_cases.delete_ticket)),
        at=inputs.times(),
    )
    def move_ticket(self, ticket: Ref, home: bool, use_case: Callable[..., Any], at: datetime) -> None:
        """Close, reopen or delete a ticket, again and again."""
        self.both(ticket.org if home else 1 - ticket.org, use_case, ticket.id, at=at)

    @rule(
        ticket=any_ticket,
        home=at_home,
        employee_ids=st.lists(employee_ids, max_size=3),
        tags=inputs.tag_lists(),
        at=inputs.times(),
    )
    def reassign_ticket(self, ticket: Ref, home: bool, employee_ids: list[Any], tags: list[str], at: datetime) -> None:
        """Give a ticket other employees, and other tags."""
        org = ticket.org if home else 1 - ticket.org
        self.both(org, ticket_cases.assign_ticket, ticket.id, employee_ids, at=at)
        self.both(org, ticket_cases.retag_ticket, ticket.id, tags, at=at)

    @rule(
        ticket=any_ticket,
        home=at_home,
        author_id=employee_ids,
        text=inputs.names(),
        staff_only=st.booleans(),
        files=st.lists(inputs.names(), max_size=2),
        at=inputs.times(),
    )
    def post_ticket_message(self, ticket: Ref, home: bool, **given: Any) -> None:
        """Write on a ticket."""
        self.both(ticket.org if home else 1 - ticket.org, ticket_cases.post_ticket_message, ticket.id, **given)

    @rule(ticket=any_ticket, home=at_home)
    def get_ticket(self, ticket: Ref, home: bool) -> None:
        """Show a ticket with everything."""
        self.read(ticket.org if home else 1 - ticket.org, ticket_cases.get_ticket, ticket.id)

    @rule(
        org=st.integers(0, 1),
        questions=st.lists(
            st.tuples(inputs.ticket_filters(client_ids, order_ids), inputs.ticket_sorts(), inputs.pages()),
            min_size=3,
            max_size=6,
        ),
    )
    def list_tickets(self, org: int, questions: list[Any]) -> None:
        """List some of them, a few times over."""
        self.look_through(org, ticket_cases.list_tickets, ticket_cases.scroll_tickets, questions)

    # ------------------------------------------------------------------------------- transactions and conflicts

    @rule(target=memories, ticket=any_ticket)
    def remember(self, ticket: Ref) -> Any:
        """Read a ticket and keep it."""
        read = self.both(ticket.org, read_ticket, ticket.id)
        return multiple() if read is None else Ref(ticket.org, read)

    @rule(
        memory=memories,
        home=at_home,
        change=st.sampled_from((ticket_rules.close, ticket_rules.reopen, ticket_rules.delete, None)),
        at=inputs.times(),
    )
    def save_what_was_remembered(self, memory: Ref, home: bool, change: Any, at: datetime) -> None:
        """Save a change of a ticket as it once was, twice: the second time it has changed since."""
        for _ in range(2):
            self.both(memory.org if home else 1 - memory.org, save_change, memory.id, change, at=at)

    @rule(ticket=any_ticket, patch=inputs.ticket_patches(order_ids, employee_ids), at=inputs.times())
    def abandon(self, ticket: Ref, patch: TicketPatch, at: datetime) -> None:
        """Change a ticket, and roll it back."""
        self.both(ticket.org, change_and_abandon, ticket.id, patch, at=at)

    @rule(
        ticket=any_ticket,
        first=inputs.ticket_patches(order_ids, employee_ids),
        second=inputs.ticket_patches(order_ids, employee_ids),
        at=inputs.times(),
    )
    def go_on_after_a_refusal(self, ticket: Ref, first: TicketPatch, second: TicketPatch, at: datetime) -> None:
        """Change a ticket twice in one unit of work, whatever becomes of the first."""
        self.both(ticket.org, change_twice, ticket.id, first, second, at=at)

    def shown(self, org: int) -> set[Any]:
        """Compare all clients and tickets."""
        tickets = self.read(org, ticket_cases.list_tickets, sort=Sort(TicketSort.ID), page=EVERYTHING)
        people = self.read(org, client_cases.list_clients, sort=Sort(ClientSort.ID), page=EVERYTHING)
        for row in tickets.rows:
            self.read(org, ticket_cases.get_ticket, row.id)
        return super().shown(org) | {row.id for row in tickets.rows} | {row.client.id for row in people.rows}

    def teardown(self) -> None:
        """Compare everything that there is, and look for what does not belong there."""
        if not self.agreed:
            return
        for org in (0, 1):
            strangers = self.shown(org) - self.made[org]
            assert not strangers, f"organisation {org} sees {strangers}"
