"""Folders of the catalogue of services, each organisation's own.

Source: contract section 3 (service_folders); section 9, D45.
"""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from service_engine.domain.change import Change, Event
from service_engine.domain.ids import ServiceFolderId
from service_engine.domain.instants import utc
from service_engine.domain.numbers import INTEGER, within
from service_engine.domain.text import bounded, clean

__all__ = ["ServiceFolder", "ServiceFolderCreated", "create_folder"]


@frozen(kw_only=True)
class ServiceFolder:
    """A folder of the catalogue.

    Args:
        id: Its id.
        name: 1 to 255 characters.
        sort_order: Its place among the folders.
        created_at: When it was made, UTC.
        updated_at: When it last changed, UTC.

    Example:
        >>> from service_engine.testing.examples import folder
        >>> folder.name, folder.sort_order
        ('Websites', 0)
    """

    id: ServiceFolderId
    name: str = field(validator=bounded())
    sort_order: int = field(default=0, validator=within(-INTEGER, INTEGER))
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)


@frozen(kw_only=True)
class ServiceFolderCreated(Event):
    """The catalogue got a folder.

    Example:
        >>> from service_engine.testing.examples import folder, now
        >>> ServiceFolderCreated(folder_id=folder.id, at=now).folder_id == folder.id
        True
    """

    folder_id: ServiceFolderId


def create_folder(folder_id: ServiceFolderId, *, name: str, at: datetime, sort_order: int = 0) -> Change[ServiceFolder]:
    """Make a folder for the catalogue.

    Raises:
        RuleViolationError: The name is blank or too long.

    Example:
        >>> from service_engine.testing.examples import now
        >>> from uuid import UUID
        >>> create_folder(ServiceFolderId(UUID(int=1)), name=" Websites ", at=now).state.name
        'Websites'
    """
    folder = ServiceFolder(
        id=folder_id, name=clean(name, field="name"), sort_order=sort_order, created_at=at, updated_at=at
    )
    return Change(folder, (ServiceFolderCreated(folder_id=folder_id, at=at),))
