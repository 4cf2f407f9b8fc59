"""Who may do what: roles with 13 levels and 16 settings, and the one rule that the engine enforces today.

A person whose role has ``dashboard_access`` above 0 is staff, and may use everything in the organisation; anybody else
is a client. Finer levels are stored and shown, and enforced later.

Source: contract part A, "Rules"; section 2.2 (the role object); section 3 (roles).
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Any, Final

import attrs
from attrs import Attribute, field, frozen

from service_engine.domain.change import Change, Event
from service_engine.domain.ids import RoleId
from service_engine.domain.instants import utc
from service_engine.domain.kinds import is_a, is_true_or_false
from service_engine.domain.numbers import is_whole
from service_engine.domain.text import bounded, clean

__all__ = [
    "ALL_LEVELS",
    "ALL_SETTINGS",
    "NO_LEVELS",
    "NO_SETTINGS",
    "Level",
    "Levels",
    "Role",
    "RoleDefined",
    "Settings",
    "define_role",
    "is_staff",
]


class Level(IntEnum):
    """How far a permission reaches.

    Example:
        >>> Level.GROUP > Level.OWN
        True
    """

    NONE = 0
    OWN = 1
    GROUP = 2
    ALL = 3


def _level() -> Any:
    def within_range(levels: Levels, attribute: Attribute[int], value: int) -> None:
        if type(value) is not int:
            is_whole(levels, attribute, value)
        if not Level.NONE <= value <= Level.ALL:
            msg = f"{attribute.name} must be 0 (none), 1 (own), 2 (group) or 3 (all), not {value}"
            raise ValueError(msg)

    return field(default=0, validator=within_range)


@frozen(kw_only=True)
class Levels:
    """The 13 levels of a role, each 0 none, 1 own, 2 group or 3 all.

    Raises:
        TypeError: A level is no whole number.
        ValueError: A level is outside 0 to 3.

    Example:
        >>> Levels(ticket_access=2).ticket_access
        2
    """

    dashboard_access: int = _level()
    order_access: int = _level()
    order_management: int = _level()
    ticket_access: int = _level()
    ticket_management: int = _level()
    invoice_access: int = _level()
    invoice_management: int = _level()
    clients: int = _level()
    services: int = _level()
    coupons: int = _level()
    forms: int = _level()
    messaging: int = _level()
    affiliates: int = _level()


def _setting() -> Any:
    return field(default=False, validator=is_true_or_false)


@frozen(kw_only=True)
class Settings:
    """The 16 settings that a role may change.

    Raises:
        TypeError: A setting is neither True nor False.

    Example:
        >>> Settings(team=True).team
        True
    """

    company: bool = _setting()
    payments: bool = _setting()
    team: bool = _setting()
    modules: bool = _setting()
    integrations: bool = _setting()
    orders: bool = _setting()
    tickets: bool = _setting()
    accounts: bool = _setting()
    messages: bool = _setting()
    tags: bool = _setting()
    sidebar: bool = _setting()
    dashboard: bool = _setting()
    templates: bool = _setting()
    emails: bool = _setting()
    language: bool = _setting()
    logs: bool = _setting()


NO_LEVELS: Final = Levels()
NO_SETTINGS: Final = Settings()
ALL_LEVELS: Final = Levels(**{each.name: Level.ALL.value for each in attrs.fields(Levels)})
ALL_SETTINGS: Final = Settings(**{each.name: True for each in attrs.fields(Settings)})


@frozen(kw_only=True)
class Role:
    """A role of one organisation.

    Args:
        id: Its id.
        name: 1 to 255 characters.
        levels: How far each permission reaches.
        settings: Which settings it may change.
        created_at: When it was defined, UTC.
        updated_at: When it last changed, UTC.
        version: How often it was stored.

    Example:
        >>> from service_engine.testing.examples import administrator
        >>> administrator.name, administrator.levels.clients, administrator.settings.team
        ('Administrator', 3, True)
    """

    id: RoleId
    name: str = field(validator=bounded())
    levels: Levels = field(default=NO_LEVELS, validator=is_a(Levels))
    settings: Settings = field(default=NO_SETTINGS, validator=is_a(Settings))
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    version: int = 1


@frozen(kw_only=True)
class RoleDefined(Event):
    """A role was added to the organisation.

    Example:
        >>> from service_engine.testing.examples import administrator, now
        >>> RoleDefined(role_id=administrator.id, at=now).role_id == administrator.id
        True
    """

    role_id: RoleId


def define_role(
    role_id: RoleId, *, name: str, at: datetime, levels: Levels = NO_LEVELS, settings: Settings = NO_SETTINGS
) -> Change[Role]:
    """Define a role.

    Raises:
        RuleViolationError: The name is blank or too long.

    Example:
        >>> from datetime import UTC, datetime
        >>> from uuid import UUID
        >>> now = datetime(2026, 2, 7, tzinfo=UTC)
        >>> define_role(RoleId(UUID(int=1)), name="Client", at=now).state.levels.dashboard_access
        0
    """
    role = Role(
        id=role_id, name=clean(name, field="name"), levels=levels, settings=settings, created_at=at, updated_at=at
    )
    return Change(role, (RoleDefined(role_id=role.id, at=at),))


def is_staff(levels: Levels) -> bool:
    """Tell whether a person with these levels is staff: ``dashboard_access`` above 0.

    Example:
        >>> is_staff(ALL_LEVELS), is_staff(NO_LEVELS)
        (True, False)
    """
    return levels.dashboard_access > 0
