"""What the use cases need of organisations and their roles."""

from __future__ import annotations

from typing import Protocol

from service_engine.domain.access import Role
from service_engine.domain.change import Change
from service_engine.domain.ids import RoleId
from service_engine.domain.organizations import Organization

__all__ = ["Organizations", "Roles"]


class Organizations(Protocol):
    """The one organisation that the unit of work is bound to.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     uow.organizations.get().name, uow.organizations.slug_is_taken("acme")
        ('Acme', True)
    """

    def get(self) -> Organization:
        """Return it.

        Raises:
            NotFoundError: It was never added.
        """
        ...

    def add(self, change: Change[Organization]) -> Organization:
        """Store a new one.

        Raises:
            ValueError: Its id is not the unit of work's.
            ConflictError: Its id or its slug is taken.
        """
        ...

    def slug_is_taken(self, slug: str) -> bool:
        """Tell whether any organisation has this slug; the only question here that looks at others."""
        ...


class Roles(Protocol):
    """The organisation's roles.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     [role.name for role in uow.roles.all()]
        ['Administrator', 'Client']
    """

    def get(self, role_id: RoleId) -> Role:
        """Return the role.

        Raises:
            NotFoundError: The organisation has no such role.
        """
        ...

    def add(self, change: Change[Role]) -> Role:
        """Store a new role."""
        ...

    def all(self) -> tuple[Role, ...]:
        """Return every role, oldest first, equally old ones by id."""
        ...
