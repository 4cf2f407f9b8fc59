"""Messages on tickets, and references, in memory."""

from __future__ import annotations

import attrs
import pytest

from service_engine import Change, ConflictError
from service_engine.domain.employees import Member
from service_engine.testing import build
from service_engine.usecases.tickets import get_ticket


def test_a_message_belongs_to_the_organisation(store, org_id, john, ticket):
    """Its ticket and its author are there; an author may be gone; an id is taken once."""
    message = build.message(ticket, author_id=john.id)
    anonymous = attrs.evolve(build.message(ticket), author_id=None)
    with store.begin(org_id) as uow:
        assert uow.ticket_messages.add(Change(message)) is message
        uow.ticket_messages.add(Change(anonymous))
        for refused in (message, build.message(ticket), build.message(author_id=john.id)):
            with pytest.raises(ConflictError):
                uow.ticket_messages.add(Change(refused))
    shown = store.read(org_id, get_ticket, ticket.id).messages
    assert set(shown) == {message, anonymous}
    assert list(shown) == sorted(shown, key=lambda each: each.id)


def test_references_are_looked_up_together(store, org_id, acme, john):
    """Whoever is there is found, clients too, with the access of their role; nothing asked for is nothing found."""
    boss = acme.administrator.id
    with store.begin(org_id) as uow:
        found = uow.references.look_up(client_id=john.id, employee_ids=[boss, john.id, build.employee().id])
        assert (found.client, found.order) == (True, False)
        assert found.members == {boss: Member(boss, 3), john.id: Member(john.id, 0)}
        found = uow.references.look_up(client_id=boss, order_id=build.order().id)
        assert (found.client, found.order, found.members) == (False, False, {})
        found = uow.references.look_up()
        assert (found.client, found.order, found.members) == (False, False, {})
