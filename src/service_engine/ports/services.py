"""What the use cases need of services, which are read just as they are stored."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from service_engine.domain.change import Change
from service_engine.domain.ids import ServiceFolderId, ServiceId
from service_engine.domain.service_folders import ServiceFolder
from service_engine.domain.services import Service
from service_engine.ports.keysets import Listed
from service_engine.ports.lists import Field, SortField

__all__ = ["ServiceFilter", "ServiceFolders", "ServiceQueries", "ServiceSort", "Services"]


class ServiceFilter(Field):
    """What a list of services can be filtered by. Source: contract section 1.9.

    Example:
        >>> ServiceFilter("public")
        <ServiceFilter.PUBLIC: 'public'>
    """

    ID = "id", UUID
    NAME = "name", str
    RECURRENCE = "recurrence", int
    PUBLIC = "public", bool
    PRICE = "price", Decimal
    CURRENCY = "currency", str
    FOLDER_ID = "folder_id", UUID
    CREATED_AT = "created_at", datetime


class ServiceSort(SortField):
    """What a list of services can be sorted by. Source: contract section 1.8.

    Example:
        >>> ServiceSort("sort_order")
        <ServiceSort.SORT_ORDER: 'sort_order'>
    """

    ID = "id", UUID
    NAME = "name", str
    PRICE = "price", Decimal
    RECURRENCE = "recurrence", int
    PUBLIC = "public", bool
    SORT_ORDER = "sort_order", int
    CREATED_AT = "created_at", datetime


class Services(Protocol):
    """The organisation's services, one at a time.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, web_development
        >>> from service_engine.domain.services import ServicePatch, revise_service
        >>> with agency().begin(acme.id) as uow:
        ...     service = uow.services.get(web_development.id)
        ...     uow.services.save(revise_service(service, ServicePatch(name="Websites"), at=later)).version
        2
    """

    def get(self, service_id: ServiceId) -> Service:
        """Return a live service.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def add(self, change: Change[Service]) -> Service:
        """Store a new service, assignments included.

        Raises:
            ConflictError: The id was taken, or something that it refers to is not in the organisation.
        """
        ...

    def save(self, change: Change[Service]) -> Service:
        """Store a changed service; a change without events writes nothing.

        Returns:
            The service as stored: one version later.

        Raises:
            ConflictError: It was changed or deleted since it was read.
        """
        ...


class ServiceFolders(Protocol):
    """The folders of the organisation's catalogue.

    Example:
        >>> from service_engine.testing.examples import acme, agency, folder
        >>> with agency().begin(acme.id) as uow:
        ...     uow.service_folders.exists(folder.id), [each.name for each in uow.service_folders.all()]
        (True, ['Websites'])
    """

    def add(self, change: Change[ServiceFolder]) -> ServiceFolder:
        """Store a new folder."""
        ...

    def all(self) -> tuple[ServiceFolder, ...]:
        """Return every folder, by sort order, equal ones by id."""
        ...

    def exists(self, folder_id: ServiceFolderId) -> bool:
        """Tell whether the organisation has this folder."""
        ...


class ServiceQueries(Listed[ServiceFilter, ServiceSort, Service], Protocol):
    """Services as they are shown: one statement for one, two for a page of any size.

    Example:
        >>> from service_engine.ports.lists import PageRequest, Sort
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     [service.name for service in uow.service_queries.page([], Sort(ServiceSort.PRICE), PageRequest()).rows]
        ['Web Development']
    """

    def get(self, service_id: ServiceId) -> Service:
        """Return one live service.

        Raises:
            NotFoundError: There is none.
        """
        ...
