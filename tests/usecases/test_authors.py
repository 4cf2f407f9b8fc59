"""Authors: anybody of the organisation who is still there."""

from __future__ import annotations

from uuid import UUID

import pytest

from service_engine.domain.ids import UserId
from service_engine.errors import InvalidReferenceError
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, jane, john, later, now, ticket
from service_engine.usecases.authors import require_author
from service_engine.usecases.clients import create_client, delete_client


@pytest.mark.usefixtures("store")
def test_clients_and_employees_are_authors(agency: Store):
    """Both, and nobody is stored for it."""
    for author_id in (jane.id, john.id):
        with agency.begin(acme.id) as uow:
            require_author(uow, author_id)
            assert uow.events == ()


@pytest.mark.usefixtures("store")
def test_who_is_no_author(agency: Store, neighbour):
    """Unknown people, foreign ones, deleted clients and other things are refused alike."""
    gone = agency.run(acme.id, create_client, email="ann@example.com", first_name="Ann", last_name="Lee", at=now).id
    agency.run(acme.id, delete_client, gone, at=later)
    for author_id in (UserId(UUID(int=404)), neighbour.employee.id, neighbour.client.id, gone, UserId(ticket.id)):
        with pytest.raises(InvalidReferenceError) as refused:
            agency.run(acme.id, require_author, author_id)
        assert (refused.value.field, refused.value.message) == ("author_id", "The specified user does not exist.")
