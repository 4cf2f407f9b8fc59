"""Organisations, roles, employees and tags in memory."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from service_engine import Change, ConflictError, NotFoundError, OrganizationId, RoleId
from service_engine.domain import tags
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.organizations import bootstrap_organization


def test_an_organisation_is_founded_once(store, org_id, acme):
    """Under its own id, and under a slug that no other has."""
    other = OrganizationId(store.entropy.new_id())
    with store.begin(org_id) as uow:
        assert uow.organizations.get() == acme.organization
        for again in (acme.organization, attrs.evolve(acme.organization, slug="again")):
            with pytest.raises(ConflictError):
                uow.organizations.add(Change(again))
        with pytest.raises(ValueError, match=f"{other} needs its own"):
            uow.organizations.add(Change(attrs.evolve(acme.organization, id=other)))
    with store.begin(other) as uow:
        assert uow.organizations.slug_is_taken("acme")
        assert not uow.organizations.slug_is_taken("other")
        with pytest.raises(ConflictError):
            uow.organizations.add(Change(attrs.evolve(acme.organization, id=other)))
        uow.organizations.add(Change(attrs.evolve(acme.organization, id=other, slug="other")))
        assert uow.organizations.slug_is_taken("other")


def test_a_founded_organisation_has_its_events(store, org_id):
    """In the order in which things were stored."""
    with store.begin(org_id) as uow:
        bootstrap_organization(uow, name="Acme", at=NOON)
    assert [type(event).__name__ for event in uow.events] == [
        "OrganizationFounded",
        "RoleDefined",
        "RoleDefined",
        "EmployeeHired",
        "ApiTokenIssued",
    ]


def test_roles_come_oldest_first(store, org_id, acme):
    """Equally old ones by id, whatever order they were added in."""
    earlier = build.role(name="Earlier", at=NOON - timedelta(days=1))
    twin = attrs.evolve(build.role(name="Twin"), id=RoleId(type(org_id)(int=0)))
    with store.begin(org_id) as uow:
        first, second = uow.roles.all()
        uow.roles.add(Change(twin))
        uow.roles.add(Change(earlier))
        assert uow.roles.all() == (earlier, twin, first, second)
        assert uow.roles.get(earlier.id) == earlier
        with pytest.raises(NotFoundError):
            uow.roles.get(build.role().id)
        with pytest.raises(ConflictError):
            uow.roles.add(Change(earlier))


def test_an_employees_role_is_the_organisations(store, org_id, acme):
    """By its id; what the role says is what is stored of it."""
    role = acme.roles["Administrator"]
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.employees.add(Change(build.employee()))
        jane = build.employee(role=attrs.evolve(role, name="Boss"))
        assert uow.employees.add(Change(jane)) is jane
        assert uow.employees.get(jane.id) == attrs.evolve(jane, role=role)
        with pytest.raises(NotFoundError):
            uow.employees.get(build.employee().id)


def test_tags_are_found_or_added(store, org_id, acme):
    """One name, one tag; an added one makes one event."""
    urgent, billing, again = (
        tags.create_tag(build.tag().id, name, at=NOON) for name in ("urgent", "billing", "urgent")
    )
    with store.begin(org_id) as uow:
        assert uow.tags.add_missing([urgent]) == (urgent.state,)
        assert uow.tags.add_missing([billing, again, billing]) == (billing.state, urgent.state, billing.state)
        assert uow.events == urgent.events + billing.events
        assert set(uow.tags.find(["billing", "urgent", "urgent", "Urgent"])) == {urgent.state, billing.state}
        with pytest.raises(ConflictError):
            uow.tags.add_missing([tags.create_tag(urgent.state.id, "other", at=NOON)])
        assert uow.tags.find(["other"]) == ()
