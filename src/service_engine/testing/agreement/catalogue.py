"""The rules of the catalogue: services and their folders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, rule

from service_engine.domain.change import UNSET
from service_engine.domain.services import Recurrence, ServicePatch
from service_engine.ports.lists import Sort
from service_engine.ports.services import ServiceSort
from service_engine.testing.agreement import inputs, work_inputs
from service_engine.testing.agreement.asking import EVERYTHING
from service_engine.testing.agreement.bundles import any_employee, any_folder, any_service, at_home, folders, services
from service_engine.testing.agreement.founding import FoundedMachine
from service_engine.testing.agreement.inputs import Choice, Ref
from service_engine.testing.agreement.steps import all_folders
from service_engine.testing.builders import NOON
from service_engine.usecases import services as service_cases

__all__ = ["CatalogueRules"]

_service_ids = any_service.map(lambda ref: ref.id)
_folder_ids = any_folder.map(lambda ref: ref.id)


class CatalogueRules(FoundedMachine):
    """Every use case of services and their folders, as a rule.

    Example:
        >>> [name for name in vars(CatalogueRules) if name.endswith("_service")]
        ['create_service', 'update_service', 'delete_service', 'get_service']
    """

    @initialize(target=folders)
    def first_folders(self) -> Any:
        """Give each organisation a folder."""
        made = [
            self.both(org, service_cases.create_service_folder, name="Websites", at=NOON)
            for org, _ in enumerate(self.founded)
        ]
        return multiple(*(self.kept(org, folder) for org, folder in enumerate(made)))

    @initialize(target=services)
    def first_services(self) -> Any:
        """Give each organisation a service."""
        return multiple(*(Ref(org, service.id) for org, service in enumerate(self.first_service)))

    @rule(
        target=folders, org=st.integers(0, 1), name=inputs.names(), sort_order=work_inputs.places(), at=inputs.times()
    )
    def create_service_folder(self, org: int, **given: Any) -> Any:
        """Make a folder."""
        return self.kept(org, self.both(org, service_cases.create_service_folder, **given))

    @rule(
        target=services,
        org=st.integers(0, 1),
        name=inputs.names(),
        currency=work_inputs.currencies(),
        recurrence=st.sampled_from(Recurrence),
        employees=inputs.choices(any_employee),
        folder=st.none() | inputs.choices(any_folder),
        details=work_inputs.service_patches(),
        at=inputs.times(),
    )
    def create_service(
        self, org: int, employees: Choice, folder: Choice | None, details: ServicePatch, **given: Any
    ) -> Any:
        """Offer a service, in a foreign folder and by foreign employees once in a while."""
        placed = _in_folder(details, folder, org)
        offered = self.both(org, service_cases.create_service, employee_ids=employees.ids(org), details=placed, **given)
        return self.kept(org, offered)

    @rule(
        service=any_service,
        home=at_home,
        patch=work_inputs.service_patches(),
        employees=st.none() | inputs.choices(any_employee),
        folder=st.none() | inputs.choices(any_folder),
        at=inputs.times(),
    )
    def update_service(
        self,
        service: Ref,
        home: bool,
        patch: ServicePatch,
        employees: Choice | None,
        folder: Choice | None,
        at: datetime,
    ) -> None:
        """Change a service."""
        org = service.org if home else 1 - service.org
        employee_ids = UNSET if employees is None else employees.ids(org)
        placed = _in_folder(patch, folder, org)
        self.both(org, service_cases.update_service, service.id, placed, employee_ids=employee_ids, at=at)

    @rule(service=any_service, home=at_home, at=inputs.times())
    def delete_service(self, service: Ref, home: bool, at: datetime) -> None:
        """Delete a service, also one that is deleted already."""
        self.both(service.org if home else 1 - service.org, service_cases.delete_service, service.id, at=at)

    @rule(service=any_service, home=at_home)
    def get_service(self, service: Ref, home: bool) -> None:
        """Show a service."""
        self.read(service.org if home else 1 - service.org, service_cases.get_service, service.id)

    @rule(
        org=st.integers(0, 1),
        questions=st.lists(
            st.tuples(
                work_inputs.service_filters(_service_ids, _folder_ids), work_inputs.service_sorts(), inputs.pages()
            ),
            min_size=1,
            max_size=4,
        ),
    )
    def list_services(self, org: int, questions: list[Any]) -> None:
        """List some of them, a few times over."""
        self.look_through(org, service_cases.list_services, service_cases.scroll_services, questions)

    def shown(self, org: int) -> set[Any]:
        """Compare all services and folders."""
        offered = self.read(org, service_cases.list_services, sort=Sort(ServiceSort.ID), page=EVERYTHING)
        kept = self.both(org, all_folders)
        return super().shown(org) | {service.id for service in offered.rows} | {folder.id for folder in kept}


def _in_folder(patch: ServicePatch, folder: Choice | None, org: int) -> ServicePatch:
    return patch if folder is None else attrs.evolve(patch, folder_id=folder.id(org))
