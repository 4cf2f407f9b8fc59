"""What can happen to a service.

Source: design decision 2.
"""

from __future__ import annotations

from attrs import frozen

from service_engine.domain.change import Event
from service_engine.domain.ids import EmployeeId, ServiceId

__all__ = ["ServiceAssigned", "ServiceDeleted", "ServiceOffered", "ServiceRevised"]


@frozen(kw_only=True)
class ServiceOffered(Event):
    """A service came into the catalogue.

    Example:
        >>> from service_engine.testing.examples import now, web_development
        >>> ServiceOffered(service_id=web_development.id, at=now).service_id == web_development.id
        True
    """

    service_id: ServiceId


@frozen(kw_only=True)
class ServiceRevised(Event):
    """Something about a service changed; orders keep what they were placed with.

    Args:
        service_id: Which service.
        fields: The names of the fields that changed, sorted.

    Example:
        >>> from service_engine.domain.services import ServicePatch, revise_service
        >>> from service_engine.testing.examples import later, web_development
        >>> [event] = revise_service(web_development, ServicePatch(public=False), at=later).events
        >>> event.fields
        ('public',)
    """

    service_id: ServiceId
    fields: tuple[str, ...]


@frozen(kw_only=True)
class ServiceAssigned(Event):
    """Other people deliver a service.

    Args:
        service_id: Which service.
        employee_ids: Who delivers it now; empty for nobody.

    Example:
        >>> from service_engine.domain.services import assign_service
        >>> from service_engine.testing.examples import later, web_development
        >>> [event] = assign_service(web_development, [], at=later).events
        >>> event.employee_ids
        ()
    """

    service_id: ServiceId
    employee_ids: tuple[EmployeeId, ...]


@frozen(kw_only=True)
class ServiceDeleted(Event):
    """A service left the catalogue; it stays stored, and old orders still show it.

    Example:
        >>> from service_engine.domain.services import delete_service
        >>> from service_engine.testing.examples import later, web_development
        >>> [event] = delete_service(web_development, at=later).events
        >>> event == ServiceDeleted(service_id=web_development.id, at=later)
        True
    """

    service_id: ServiceId
