"""What can be done with services and their folders.

Source: contract section 2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from service_engine.domain import service_folders, services
from service_engine.domain.change import UNSET, Unset
from service_engine.domain.employees import require_assignable
from service_engine.domain.ids import EmployeeId, ServiceFolderId, ServiceId
from service_engine.domain.service_folders import ServiceFolder
from service_engine.domain.services import Recurrence, Service, ServicePatch
from service_engine.errors import InvalidReferenceError
from service_engine.ports.keysets import FROM_THE_START, KeysetPage, KeysetRequest
from service_engine.ports.lists import FIRST_PAGE, Condition, Page, PageRequest, Sort, bounded
from service_engine.ports.services import ServiceFilter, ServiceSort
from service_engine.ports.unit_of_work import UnitOfWork, View

__all__ = [
    "UNKNOWN_EMPLOYEE",
    "create_service",
    "create_service_folder",
    "delete_service",
    "get_service",
    "list_services",
    "scroll_services",
    "update_service",
]

NEWEST_FIRST: Final = Sort(ServiceSort.CREATED_AT)
_NO_DETAILS: Final = ServicePatch()
UNKNOWN_EMPLOYEE: Final = "Employee with ID {id} does not exist."


def create_service(
    uow: UnitOfWork,
    *,
    name: str,
    currency: str,
    at: datetime,
    recurrence: Recurrence = Recurrence.ONE_TIME,
    employee_ids: Sequence[EmployeeId] = (),
    details: ServicePatch = _NO_DETAILS,
) -> Service:
    """Offer a service.

    Args:
        uow: The unit of work.
        name: 1 to 255 characters after stripping.
        currency: Three letters, ISO 4217.
        at: Now.
        recurrence: How it is paid.
        employee_ids: Who delivers it; repeated ones count once.
        details: Everything else.

    Raises:
        InvalidReferenceError: The folder is not there.
        NotAssignableError: An employee is not there, or has no dashboard access.
        RuleViolationError: A text or a number is out of bounds.

    Source:
        Contract section 2.3, "create".

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, later
        >>> audit = {"name": "SEO Audit", "currency": "eur", "employee_ids": [jane.id, jane.id]}
        >>> service = agency().run(acme.id, create_service, **audit, at=later)
        >>> service.currency, service.employee_ids == (jane.id,)
        ('EUR', True)
    """
    offered = partial(
        services.offer_service,
        ServiceId(uow.entropy.new_id()),
        name=name,
        currency=currency,
        recurrence=recurrence,
        details=details,
        at=at,
    )
    offered()  # what it refuses, it refuses before anything is looked up
    _require_folder(uow, details)
    return uow.services.add(offered(employee_ids=_assignable(uow, employee_ids)))


def update_service(
    uow: UnitOfWork,
    service_id: ServiceId,
    patch: ServicePatch,
    *,
    at: datetime,
    employee_ids: Sequence[EmployeeId] | Unset = UNSET,
) -> Service:
    """Change what the patch names, all of it or nothing. Orders that were placed before keep their snapshot.

    Args:
        uow: The unit of work.
        service_id: Which service.
        patch: What to change.
        at: Now.
        employee_ids: Everybody who shall deliver it; left out, they stay.

    Raises:
        NotFoundError: The organisation has no such service.
        InvalidReferenceError: The folder is not there.
        NotAssignableError: An employee is not there, or has no dashboard access.
        RuleViolationError: A text or a number is out of bounds.

    Source:
        Contract section 2.3, "update".

    Example:
        >>> from decimal import Decimal
        >>> from service_engine.testing.examples import acme, agency, later, web_development, website
        >>> store, dearer = agency(), ServicePatch(price=Decimal(2000))
        >>> str(store.run(acme.id, update_service, web_development.id, dearer, at=later).price)
        '2000.00 USD'
        >>> with store.begin(acme.id) as uow:
        ...     str(uow.orders.get(website.id).price)
        '1500.00 USD'
    """
    service = uow.services.get(service_id)
    change = services.revise_service(service, patch, at=at)
    _require_folder(uow, patch)
    if not isinstance(employee_ids, Unset):
        change = change.then(services.assign_service, _assignable(uow, employee_ids), at=at)
    return uow.services.save(change)


def delete_service(uow: UnitOfWork, service_id: ServiceId, *, at: datetime) -> None:
    """Take a service out of the catalogue; orders of it stay as they are.

    Raises:
        NotFoundError: The organisation has no such service, or not any longer.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, web_development
        >>> store = agency()
        >>> store.run(acme.id, delete_service, web_development.id, at=later)
        >>> store.read(acme.id, list_services).total
        0
    """
    uow.services.save(services.delete_service(uow.services.get(service_id), at=at))


def create_service_folder(uow: UnitOfWork, *, name: str, at: datetime, sort_order: int = 0) -> ServiceFolder:
    """Make a folder for the catalogue.

    Raises:
        RuleViolationError: The name is blank or too long.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later
        >>> agency().run(acme.id, create_service_folder, name="Hosting", at=later).name
        'Hosting'
    """
    folder_id = ServiceFolderId(uow.entropy.new_id())
    return uow.service_folders.add(service_folders.create_folder(folder_id, name=name, sort_order=sort_order, at=at))


def get_service(view: View, service_id: ServiceId) -> Service:
    """Return a service, in one statement.

    Raises:
        NotFoundError: The organisation has no such service.

    Example:
        >>> from service_engine.testing.examples import acme, agency, web_development
        >>> agency().read(acme.id, get_service, web_development.id).name
        'Web Development'
    """
    return view.service_queries.get(service_id)


def list_services(
    view: View,
    *,
    filters: Sequence[Condition[ServiceFilter]] = (),
    sort: Sort[ServiceSort] = NEWEST_FIRST,
    page: PageRequest = FIRST_PAGE,
) -> Page[Service]:
    """Return a page of services, in two statements whatever its size.

    Raises:
        ValueError: A filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> from service_engine.ports.lists import Operator
        >>> shown = Condition(ServiceFilter.PUBLIC, Operator.EQ, True)
        >>> [service.name for service in agency().read(acme.id, list_services, filters=[shown]).rows]
        ['Web Development']
    """
    return view.service_queries.page(bounded(filters), sort, page)


def scroll_services(
    view: View,
    *,
    filters: Sequence[Condition[ServiceFilter]] = (),
    sort: Sort[ServiceSort] = NEWEST_FIRST,
    page: KeysetRequest[ServiceSort] = FROM_THE_START,
) -> KeysetPage[Service, ServiceSort]:
    """Return the services that come after those of the last page, in one statement at any depth; counting is another.

    Raises:
        ValueError: A cursor of another order, a filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> from service_engine.ports.keysets import Counting
        >>> page = agency().read(acme.id, scroll_services, page=KeysetRequest(size=50, counting=Counting.EXACT))
        >>> page.following, page.total  # there is no next page
        (None, ExactTotal(rows=1))
    """
    return view.service_queries.keyset(bounded(filters), sort, page)


def _require_folder(uow: UnitOfWork, patch: ServicePatch) -> None:
    if isinstance(patch.folder_id, Unset) or patch.folder_id is None:
        return
    if not uow.service_folders.exists(patch.folder_id):
        raise InvalidReferenceError("folder_id", "The specified folder does not exist.")


def _assignable(uow: UnitOfWork, employee_ids: Sequence[EmployeeId]) -> tuple[EmployeeId, ...]:
    if not employee_ids:
        return ()
    found = uow.references.look_up(employee_ids=employee_ids)
    return require_assignable(employee_ids, found.members, message=UNKNOWN_EMPLOYEE)
