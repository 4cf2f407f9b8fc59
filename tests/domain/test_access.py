"""Roles: 13 levels, 16 settings, and the one access rule."""

from __future__ import annotations

from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.access import (
    ALL_LEVELS,
    ALL_SETTINGS,
    NO_LEVELS,
    NO_SETTINGS,
    Level,
    Levels,
    RoleDefined,
    Settings,
    define_role,
    is_staff,
)
from service_engine.domain.ids import RoleId
from service_engine.errors import RuleViolationError
from service_engine.testing.examples import now

LEVELS = [
    "dashboard_access",
    "order_access",
    "order_management",
    "ticket_access",
    "ticket_management",
    "invoice_access",
    "invoice_management",
    "clients",
    "services",
    "coupons",
    "forms",
    "messaging",
    "affiliates",
]
SETTINGS = [
    "company",
    "payments",
    "team",
    "modules",
    "integrations",
    "orders",
    "tickets",
    "accounts",
    "messages",
    "tags",
    "sidebar",
    "dashboard",
    "templates",
    "emails",
    "language",
    "logs",
]


def test_the_levels_are_the_contracts_thirteen():
    """Names and order are those of the contract's role object."""
    assert [each.name for each in attrs.fields(Levels)] == LEVELS


def test_the_settings_are_the_contracts_sixteen():
    """Names and order are those of the contract's role object."""
    assert [each.name for each in attrs.fields(Settings)] == SETTINGS


def test_the_ready_made_levels_and_settings():
    """Administrators have 3 and true everywhere, clients 0 and false everywhere."""
    assert set(attrs.asdict(ALL_LEVELS).values()) == {3}
    assert set(attrs.asdict(NO_LEVELS).values()) == {0}
    assert set(attrs.asdict(ALL_SETTINGS).values()) == {True}
    assert set(attrs.asdict(NO_SETTINGS).values()) == {False}


@pytest.mark.parametrize("name", LEVELS)
@pytest.mark.parametrize("value", [-1, 4])
def test_a_level_outside_0_to_3_cannot_exist(name: str, value: int):
    """Every level refuses numbers that mean nothing, and says which level it was."""
    with pytest.raises(ValueError, match=f"{name} must be 0 .none., 1 .own., 2 .group. or 3 .all., not {value}"):
        Levels(**{name: value})


@given(st.fixed_dictionaries({name: st.integers(0, 3) for name in LEVELS}))
def test_every_combination_of_levels_can_exist(levels: dict[str, int]):
    """The 13 levels do not depend on one another, and each is kept."""
    assert attrs.asdict(Levels(**levels)) == levels


@given(st.fixed_dictionaries({name: st.integers(0, 3) for name in LEVELS}))
def test_staff_is_exactly_who_has_dashboard_access(levels: dict[str, int]):
    """Only dashboard_access decides, and every value of it above 0 counts."""
    assert is_staff(Levels(**levels)) == (levels["dashboard_access"] > 0)


def test_the_words_of_the_levels():
    """0 none, 1 own, 2 group, 3 all."""
    assert {level.name: level.value for level in Level} == {"NONE": 0, "OWN": 1, "GROUP": 2, "ALL": 3}


def test_defining_a_role_says_so_once():
    """The name is stripped, both times are now, the version is 1, and there is one event."""
    defined = define_role(
        RoleId(UUID(int=1)), name="  Support ", levels=Levels(clients=2), settings=Settings(logs=True), at=now
    )
    role = defined.state
    assert (role.id, role.name, role.levels, role.settings) == (
        UUID(int=1),
        "Support",
        Levels(clients=2),
        Settings(logs=True),
    )
    assert (role.created_at, role.updated_at, role.version) == (now, now, 1)
    assert defined.events == (RoleDefined(role_id=role.id, at=now),)


def test_a_role_is_a_clients_unless_told_otherwise():
    """Without levels and settings a role opens nothing."""
    role = define_role(RoleId(UUID(int=1)), name="Client", at=now).state
    assert (role.levels, role.settings) == (NO_LEVELS, NO_SETTINGS)


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "a\x00b"], ids=["empty", "blank", "long", "nul"])
def test_a_role_needs_a_name(name: str):
    """A role's name is 1 to 255 storable characters."""
    with pytest.raises(RuleViolationError) as refused:
        define_role(RoleId(UUID(int=1)), name=name, at=now)
    assert refused.value.field == "name"


def test_a_role_cannot_be_changed_in_place():
    """Values are frozen."""
    role = define_role(RoleId(UUID(int=1)), name="Client", at=now).state
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        role.name = "Boss"  # type: ignore[misc]
