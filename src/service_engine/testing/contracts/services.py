"""What every store must do with services and their folders, one at a time."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import given

from service_engine.domain.change import Change
from service_engine.domain.ids import EmployeeId, ServiceFolderId, ServiceId, UserId
from service_engine.domain.service_folders import create_folder
from service_engine.domain.services import Service, assign_service, delete_service
from service_engine.errors import ConflictError
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing
from service_engine.testing.contracts.organizations import rolled_back
from service_engine.usecases.services import get_service

__all__ = ["ServiceContract", "ServiceFolderContract"]

LATER = NOON + timedelta(seconds=1)


def settled(service: Service, agency: Agency, uow: UnitOfWork) -> Service:
    """Return the service as one that can be stored in the organisation: everything that it refers to is there."""
    staff = [uow.employees.add(happened(agency.build.employee(role=agency.admin_role))) for _ in service.employee_ids]
    folder_id = None
    if service.folder_id is not None:
        folder_id = uow.service_folders.add(create_folder(agency.new_id(), name="Websites", at=NOON)).id
    return attrs.evolve(
        service,
        id=agency.new_id(),
        folder_id=folder_id,
        employee_ids=tuple(each.id for each in reversed(staff)),
        deleted_at=None,
        version=1,
    )


class ServiceContract(Contract):
    """The organisation's services, one at a time.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> ServiceContract().test_whatever_is_not_a_live_service_is_missing(Agency(store), Agency(store, "Rival"))
    """

    @rolled_back
    @given(service=strategies.services())
    def test_a_service_is_kept_whole(self, acme: Agency, service: Service) -> None:
        """Whatever the domain allows comes back as it was, new or changed."""
        with acme.undone() as uow:
            new = settled(service, acme, uow)
            assert uow.services.add(happened(new)) == new
            assert uow.services.get(new.id) == uow.service_queries.get(new.id) == new
            plain = uow.services.add(happened(acme.build_service()))
            wanted = attrs.evolve(new, id=plain.id)
            assert uow.services.save(happened(wanted)) == attrs.evolve(wanted, version=2)
            assert uow.services.get(plain.id) == attrs.evolve(wanted, version=2)

    def test_whatever_is_not_a_live_service_is_missing(self, acme: Agency, rival: Agency) -> None:
        """A deleted, a foreign and an unknown one get the same answer, everywhere."""
        deleted = acme.service()
        with acme.begin() as uow:
            uow.services.save(delete_service(deleted, at=LATER))
        for id_ in (deleted.id, rival.service().id, ServiceId(acme.new_id())):
            with acme.begin() as uow:
                with missing("service", id_):
                    uow.services.get(id_)
                with missing("service", id_):
                    uow.service_queries.get(id_)
            with missing("service", id_):
                acme.read(get_service, id_)

    def test_a_change_of_a_service_counts_the_version(self, acme: Agency) -> None:
        """A change that changed nothing is no save; a stale one is a conflict, whatever it wants."""
        stale = acme.service()
        with acme.begin() as uow:
            assert uow.services.save(Change(stale)) == stale
            fresh = uow.services.save(happened(attrs.evolve(stale, name="Fresh")))
            assert fresh == attrs.evolve(stale, name="Fresh", version=2)
        for change in (assign_service(stale, [acme.administrator.id], at=LATER), delete_service(stale, at=LATER)):
            with pytest.raises(ConflictError) as refusal, acme.begin() as uow:
                uow.services.save(change)
            assert (refusal.value.kind, refusal.value.key) == ("service", stale.id)
        with acme.begin() as uow:
            assert uow.services.get(stale.id) == fresh

    def test_a_service_that_is_gone_cannot_be_changed(self, acme: Agency, rival: Agency) -> None:
        """Neither a deleted one, nor a foreign one, nor one that never was."""
        deleted, foreign = acme.service(), rival.service()
        with acme.begin() as uow:
            gone = uow.services.save(delete_service(deleted, at=LATER))
        for service in (deleted, gone, foreign, acme.build_service()):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.services.save(happened(attrs.evolve(service, name="Changed")))
        with rival.begin() as uow:
            assert uow.services.get(foreign.id) == foreign

    def test_a_service_id_is_taken_once(self, acme: Agency) -> None:
        """The same id cannot be offered twice."""
        again = attrs.evolve(acme.build_service(), id=acme.service().id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.services.add(happened(again))

    def test_a_service_refers_to_nothing_outside_the_organization(self, acme: Agency, rival: Agency) -> None:
        """Neither to another organisation's folder or people, nor to unknown ones; not on a change, either."""
        service = acme.service()
        for links in (
            {"folder_id": rival.folder().id},
            {"folder_id": ServiceFolderId(acme.new_id())},
            {"employee_ids": (rival.administrator.id,)},
            {"employee_ids": (EmployeeId(UserId(acme.new_id())),)},
        ):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.services.add(happened(attrs.evolve(service, id=acme.new_id(), **links)))
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.services.save(happened(attrs.evolve(service, **links)))
        with acme.begin() as uow:
            assert uow.services.get(service.id) == service


class ServiceFolderContract(Contract):
    """The folders of the organisation's catalogue.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> ServiceFolderContract().test_folders_come_by_their_sort_order(Agency(store), Agency(store, "Rival"))
    """

    def test_folders_come_by_their_sort_order(self, acme: Agency, rival: Agency) -> None:
        """Equal ones by id; another organisation has its own."""
        foreign = rival.folder()
        folders = [acme.folder(name=f"Folder {order}", sort_order=order) for order in (2, -1, 2, 0)]
        with acme.begin() as uow:
            assert list(uow.service_folders.all()) == sorted(folders, key=lambda each: (each.sort_order, each.id))
            assert all(uow.service_folders.exists(each.id) for each in folders)
            assert not uow.service_folders.exists(foreign.id)
            assert not uow.service_folders.exists(ServiceFolderId(acme.new_id()))

    def test_a_folder_id_is_taken_once(self, acme: Agency) -> None:
        """The same id cannot be made twice."""
        folder = acme.folder()
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.service_folders.add(create_folder(folder.id, name="Again", at=NOON))
