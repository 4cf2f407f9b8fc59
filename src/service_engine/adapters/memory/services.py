"""An organisation's catalogue: services and their folders."""

from __future__ import annotations

from collections.abc import Iterator

from service_engine.adapters.memory import aggregates
from service_engine.adapters.memory.listed import MemoryListed
from service_engine.adapters.memory.people import are_people
from service_engine.adapters.memory.state import State, Work
from service_engine.domain.change import Change
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import ServiceFolderId, ServiceId
from service_engine.domain.service_folders import ServiceFolder
from service_engine.domain.services import Service
from service_engine.ports.services import ServiceFilter, ServiceSort

__all__ = ["MemoryServiceFolders", "MemoryServiceQueries", "MemoryServices"]


class MemoryServices:
    """``ports.services.Services`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, service_id: ServiceId) -> Service:
        """Return a live service."""
        return aggregates.live("service", self._work.state.services, service_id)

    def add(self, change: Change[Service]) -> Service:
        """Store a new service, assignments included."""
        return aggregates.add(self._work, "service", self._work.state.services, change, _links)

    def save(self, change: Change[Service]) -> Service:
        """Store a changed service; a change without events writes nothing."""
        return aggregates.save(self._work, "service", self._work.state.services, change, _links)


class MemoryServiceFolders:
    """``ports.services.ServiceFolders`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, change: Change[ServiceFolder]) -> ServiceFolder:
        """Store a new folder."""
        folders = self._work.state.service_folders
        return aggregates.add(self._work, "service_folder", folders, change, aggregates.no_links)

    def all(self) -> tuple[ServiceFolder, ...]:
        """Return every folder, by sort order, equal ones by id."""
        return tuple(self._work.state.service_folders.ordered("sort_order"))

    def exists(self, folder_id: ServiceFolderId) -> bool:
        """Tell whether the organisation has this folder."""
        require_id("service_folder", folder_id)
        return folder_id in self._work.state.service_folders.rows


class MemoryServiceQueries(MemoryListed[ServiceFilter, ServiceSort, Service, Service]):
    """``ports.services.ServiceQueries`` in memory."""

    def __init__(self, work: Work) -> None:
        super().__init__(work, lambda state, field: state.services.ordered(field), lambda _, service: service)

    def get(self, service_id: ServiceId) -> Service:
        """Return one live service."""
        return aggregates.live("service", self._work.state.services, service_id)


def _links(state: State, service: Service) -> Iterator[bool]:
    yield service.folder_id is None or service.folder_id in state.service_folders.rows
    yield are_people(state, service.employee_ids)
