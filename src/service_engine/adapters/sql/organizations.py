"""Organisations and their roles in SQL."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import attrs
from sqlalchemy import ColumnElement, FromClause, Insert, Select, Table, bindparam, insert, select

from service_engine.adapters.sql.scope import DIRECTORY, KEY, ORG_ID, own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.tables.organizations import LEVELS, SETTINGS
from service_engine.adapters.sql.transaction import Transaction
from service_engine.domain.access import Levels, Role, Settings
from service_engine.domain.change import Change
from service_engine.domain.ids import RoleId
from service_engine.domain.organizations import Organization
from service_engine.errors import NotFoundError

__all__ = [
    "ROLE_WIDTH",
    "OrganizationStatements",
    "RoleStatements",
    "SqlOrganizations",
    "SqlRoles",
    "role_columns",
    "role_of",
]

_ROLE: Final = ("id", "name", *LEVELS, *SETTINGS, "created_at", "updated_at", "version")
_SETTING_NAMES: Final = tuple(each.name for each in attrs.fields(Settings))
_FIRST_SETTING: Final = 2 + len(LEVELS)
_AFTER_SETTINGS: Final = _FIRST_SETTING + len(SETTINGS)
ROLE_WIDTH: Final = len(_ROLE)


def role_columns(roles: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns that ``role_of`` reads, in its order."""
    return [roles.c[name] for name in _ROLE]


@lru_cache(maxsize=1024)
def role_of(columns: tuple[Any, ...]) -> Role:
    """Return the role of a row's columns. Values are immutable, so that equal rows share one."""
    return Role(
        id=columns[0],
        name=columns[1],
        levels=Levels(**dict(zip(LEVELS, columns[2:_FIRST_SETTING], strict=True))),
        settings=Settings(**dict(zip(_SETTING_NAMES, columns[_FIRST_SETTING:_AFTER_SETTINGS], strict=True))),
        created_at=columns[-3],
        updated_at=columns[-2],
        version=columns[-1],
    )


def _row_of_role(role: Role) -> dict[str, Any]:
    return {
        "id": role.id,
        "name": role.name,
        **attrs.asdict(role.levels),
        **{f"settings_{name}": value for name, value in attrs.asdict(role.settings).items()},
        "created_at": role.created_at,
        "updated_at": role.updated_at,
        "version": role.version,
    }


class RoleStatements:
    """What is asked of roles, built once."""

    def __init__(self, tables: Tables) -> None:
        roles = tables.roles
        self.table: Table = roles
        self.get: Select[Any] = select(*role_columns(roles)).where(own(roles), roles.c.id == KEY)
        self.all: Select[Any] = select(*role_columns(roles)).where(own(roles)).order_by(roles.c.created_at, roles.c.id)
        self.add: Insert = insert(roles)


class SqlRoles:
    """The organisation's roles."""

    def __init__(self, transaction: Transaction, statements: RoleStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def get(self, role_id: RoleId) -> Role:
        """Return the role; see ``ports.organizations.Roles``."""
        row = self._transaction.find(self._statements.get, "role", role_id)
        return role_of(tuple(row))

    def add(self, change: Change[Role]) -> Role:
        """Store a new role; see ``ports.organizations.Roles``."""
        role = change.state
        self._transaction.insert(self._statements.table, self._statements.add, "role", _row_of_role(role))
        self._transaction.note(change.events)
        return role

    def all(self) -> tuple[Role, ...]:
        """Return every role, oldest first; see ``ports.organizations.Roles``."""
        return tuple(role_of(tuple(row)) for row in self._transaction.read(self._statements.all))


class OrganizationStatements:
    """What is asked of organisations, built once."""

    def __init__(self, tables: Tables) -> None:
        organizations = tables.organizations
        self.table: Table = organizations
        its = organizations.c
        self.get: Select[*tuple[Any, ...]] = select(
            its.id, its.name, its.slug, its.created_at, its.updated_at, its.version
        ).where(its.id == ORG_ID)
        self.add: Insert = insert(organizations)
        self.by_slug: Select[Any] = (
            select(its.id).where(its.slug == bindparam("slug")).limit(1).execution_options(**DIRECTORY)
        )


class SqlOrganizations:
    """The one organisation of the unit of work."""

    def __init__(self, transaction: Transaction, statements: OrganizationStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def get(self) -> Organization:
        """Return it; see ``ports.organizations.Organizations``."""
        row = self._transaction.read(self._statements.get).one_or_none()
        if row is None:
            raise NotFoundError("organization", self._transaction.org_id)
        id_, name, slug, created_at, updated_at, version = row
        return Organization(id=id_, name=name, slug=slug, created_at=created_at, updated_at=updated_at, version=version)

    def add(self, change: Change[Organization]) -> Organization:
        """Store a new one; see ``ports.organizations.Organizations``."""
        organization = change.state
        if organization.id != self._transaction.org_id:
            msg = f"this unit of work is bound to {self._transaction.org_id}, not to {organization.id}"
            raise ValueError(msg)
        row = attrs.asdict(organization)
        self._transaction.insert(self._statements.table, self._statements.add, "organization", row)
        self._transaction.note(change.events)
        return organization

    def slug_is_taken(self, slug: str) -> bool:
        """Tell whether any organisation has this slug; see ``ports.organizations.Organizations``."""
        return self._transaction.read(self._statements.by_slug, slug=slug).first() is not None
