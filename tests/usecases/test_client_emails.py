"""Clients by their e-mail address: whether it is free, whose it is, and newcomers."""

from __future__ import annotations

import pytest
from tests.usecases.registering import ANN, stored

from service_engine.domain.clients import ClientPatch, ClientRegistered
from service_engine.errors import ConflictError, InvalidReferenceError, RuleViolationError
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, jane, john, later, now
from service_engine.usecases.clients import (
    create_client,
    delete_client,
    find_client,
    register_newcomer,
    require_free_email,
)


def test_a_free_email_is_free(agency: Store):
    """Nothing happens."""
    with agency.begin(acme.id) as uow:
        require_free_email(uow, "ann@example.com")
        assert uow.events == ()


def test_what_is_no_email_is_refused_before_it_is_looked_up(agency: Store):
    """Shape first."""
    with pytest.raises(RuleViolationError, match="must be an e-mail address"):
        agency.run(acme.id, require_free_email, "ann")


@pytest.mark.usefixtures("store")
def test_finding_a_client_by_email(agency: Store, neighbour):
    """In any letters; None where nobody has it, or only another organisation's client, or a deleted one."""
    ann = agency.run(acme.id, create_client, **ANN)
    assert agency.run(acme.id, find_client, " ANN@example.com\t") == ann.id
    agency.run(acme.id, delete_client, ann.id, at=later)
    for email in (neighbour.client.email, "nobody@example.com", ann.email):
        assert agency.run(acme.id, find_client, email) is None


@pytest.mark.usefixtures("store")
def test_staff_are_no_clients(agency: Store):
    """An employee's e-mail is refused like a client who is not there, on whatever field it came (D32, D53)."""
    for given, field in (({}, "email"), ({"field": "client_email"}, "client_email")):
        with pytest.raises(InvalidReferenceError) as refused:
            agency.run(acme.id, find_client, jane.email, **given)
        assert (refused.value.field, refused.value.message) == (field, "The specified client does not exist.")


@pytest.mark.usefixtures("store")
def test_a_newcomer_is_registered_like_anybody(agency: Store):
    """With all that is known of them."""
    with agency.begin(acme.id) as uow:
        assert find_client(uow, ANN["email"]) is None
        ann = register_newcomer(uow, **ANN, details=ClientPatch(company="Lee Ltd"))
        assert uow.events == (ClientRegistered(client_id=ann.id, at=now),)
    assert (ann.email, ann.company, stored(agency, ann.id)) == ("ann@example.com", "Lee Ltd", ann)


def test_a_newcomer_who_was_registered_meanwhile_is_a_conflict(agency: Store):
    """Not a refusal: the use case runs again, and finds them (D26)."""
    with agency.begin(acme.id) as uow:
        with pytest.raises(ConflictError) as refused:
            register_newcomer(uow, **(ANN | {"email": john.email}))
        assert (refused.value.kind, refused.value.key, uow.events) == ("client", john.email, ())


def test_what_is_no_email_finds_nobody(agency: Store):
    """It is refused, on the field that it came on."""
    with pytest.raises(RuleViolationError) as refused:
        agency.run(acme.id, find_client, "ann", field="client_email")
    assert refused.value.field == "client_email"
