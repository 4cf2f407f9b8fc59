"""The organisation of a unit of work, and its roles."""

from __future__ import annotations

from service_engine.adapters.memory.state import Work
from service_engine.adapters.memory.tables import missing
from service_engine.domain.access import Role
from service_engine.domain.change import Change
from service_engine.domain.ids import RoleId
from service_engine.domain.organizations import Organization
from service_engine.errors import ConflictError, NotFoundError

__all__ = ["MemoryOrganizations", "MemoryRoles"]


class MemoryOrganizations:
    """``ports.organizations.Organizations`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self) -> Organization:
        """Return the organisation."""
        organization = self._work.state.organization
        if organization is None:
            raise NotFoundError("organization", self._work.org_id)
        return organization

    def add(self, change: Change[Organization]) -> Organization:
        """Store a new one."""
        work, organization = self._work, change.state
        if organization.id != work.org_id:
            msg = f"the unit of work is bound to organisation {work.org_id}; {organization.id} needs its own"
            raise ValueError(msg)
        if work.state.organization is not None or work.published.slug_is_taken(organization.slug):
            raise ConflictError("organization", organization.id)
        work.state.organization = work.founded = organization
        work.events.extend(change.events)
        return organization

    def slug_is_taken(self, slug: str) -> bool:
        """Tell whether any organisation has this slug."""
        organization = self._work.state.organization
        return self._work.published.slug_is_taken(slug) or (organization is not None and organization.slug == slug)


class MemoryRoles:
    """``ports.organizations.Roles`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, role_id: RoleId) -> Role:
        """Return the role."""
        role = self._work.state.roles.rows.get(role_id)
        if role is None:
            raise missing("role", role_id)
        return role

    def add(self, change: Change[Role]) -> Role:
        """Store a new role."""
        self._work.require_links("role", change.state.id)
        self._work.state.roles.add("role", change.state)
        self._work.events.extend(change.events)
        return change.state

    def all(self) -> tuple[Role, ...]:
        """Return every role, oldest first, equally old ones by id."""
        return tuple(self._work.state.roles.ordered("created_at"))
