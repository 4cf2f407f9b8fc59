"""What every store must do with organisations and their roles."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import HealthCheck, given, settings

from service_engine.domain.access import Levels, Role, Settings
from service_engine.domain.ids import OrganizationId
from service_engine.errors import ConflictError, NotFoundError
from service_engine.ports.unit_of_work import Store
from service_engine.testing import strategies
from service_engine.testing.builders import NOON, Build
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing

__all__ = ["OrganizationContract", "RoleContract"]

rolled_back: Final = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]  # its iterator says no type
)
"""For properties whose every example is rolled back; how fast a store is, is not what they ask."""


class OrganizationContract(Contract):
    """The organisation of the unit of work.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> OrganizationContract().test_a_slug_is_taken_once_among_all(store, Agency(store))
    """

    def test_an_organization_is_kept(self, acme: Agency) -> None:
        """What was founded is what is there."""
        with acme.begin() as uow:
            assert uow.organizations.get() == acme.organization

    def test_an_organization_that_was_not_founded_is_missing(self, store: Store) -> None:
        """A unit of work may be opened on an id that nobody has; there is nothing in it."""
        with store.begin(OrganizationId(store.entropy.new_id())) as uow:
            with pytest.raises(NotFoundError) as refusal:
                uow.organizations.get()
            assert refusal.value.kind == "organization"
            assert uow.roles.all() == ()

    def test_only_its_own_organization_can_be_added(self, acme: Agency) -> None:
        """Adding another one is a bug of the caller."""
        with acme.undone() as uow, pytest.raises(ValueError, match=r".+"):
            uow.organizations.add(happened(acme.build.organization()))

    def test_an_organization_id_is_taken_once(self, acme: Agency) -> None:
        """An organisation cannot be founded again."""
        again = attrs.evolve(acme.build.organization(), id=acme.org_id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.organizations.add(happened(again))
        with acme.begin() as uow:
            assert uow.organizations.get() == acme.organization

    def test_a_slug_is_taken_once_among_all(self, store: Store, acme: Agency) -> None:
        """The slug is the one thing that organisations share."""
        second = Build(store.entropy).organization(slug=acme.organization.slug)
        with store.begin(second.id) as uow:
            assert uow.organizations.slug_is_taken(acme.organization.slug)
            assert not uow.organizations.slug_is_taken(f"free-{second.id.hex}")
        with pytest.raises(ConflictError), store.begin(second.id) as uow:
            uow.organizations.add(happened(second))

    def test_two_organizations_of_one_name_get_two_slugs(self, store: Store) -> None:
        """Founding finds a free slug by itself."""
        name = f"Twin {store.entropy.new_id()}"
        assert Agency(store, name).organization.slug != Agency(store, name).organization.slug


class RoleContract(Contract):
    """The organisation's roles.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> RoleContract().test_a_foreign_role_is_a_missing_one(Agency(store), Agency(store, "Rival"))
    """

    @rolled_back
    @given(role=strategies.roles())
    def test_a_role_is_kept_whole(self, acme: Agency, role: Role) -> None:
        """Each of the levels and the settings comes back as it was."""
        new = attrs.evolve(role, id=acme.new_id(), version=1)
        with acme.undone() as uow:
            assert uow.roles.add(happened(new)) == new
            assert uow.roles.get(new.id) == new
            assert new in uow.roles.all()

    def test_no_level_is_taken_for_another(self, acme: Agency) -> None:
        """Each level and each setting alone comes back alone."""
        alone: list[dict[str, Any]] = [
            {"levels": Levels(**{each.name: 2}), "settings": Settings()} for each in attrs.fields(Levels)
        ]
        alone += [{"levels": Levels(), "settings": Settings(**{each.name: True})} for each in attrs.fields(Settings)]
        with acme.undone() as uow:
            for part in alone:
                role = acme.build.role(**part)
                uow.roles.add(happened(role))
                assert uow.roles.get(role.id) == role

    def test_all_roles_come_oldest_first(self, acme: Agency) -> None:
        """Equally old ones are ordered by id."""
        late = acme.build.role(name="Late", at=NOON + timedelta(seconds=1))
        early = acme.build.role(name="Early", at=NOON - timedelta(seconds=1))
        with acme.begin() as uow:
            for role in (late, early):
                uow.roles.add(happened(role))
            assert uow.roles.all() == (early, acme.admin_role, acme.client_role, late)

    def test_a_foreign_role_is_a_missing_one(self, acme: Agency, rival: Agency) -> None:
        """So is an unknown one."""
        with acme.begin() as uow:
            for role_id in (rival.admin_role.id, acme.new_id()):
                with missing("role", role_id):
                    uow.roles.get(role_id)
            assert uow.roles.all() == (acme.admin_role, acme.client_role)
