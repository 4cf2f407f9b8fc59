"""Employees: hired into a role with access; assigned only when they have it."""

from __future__ import annotations

from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.access import Levels, define_role
from service_engine.domain.employees import ACTIVE, EmployeeHired, Member, hire_employee, require_assignable
from service_engine.domain.ids import EmployeeId, RoleId, UserId
from service_engine.errors import NotAssignableError, RuleViolationError
from service_engine.testing.examples import administrator, client_role, jane, later, now

ID = EmployeeId(UserId(UUID(int=1)))


def people() -> st.SearchStrategy[EmployeeId]:
    """Few ids, so that they repeat."""
    return st.integers(0, 5).map(lambda number: EmployeeId(UserId(UUID(int=number))))


def test_hiring_normalises_and_says_so_once():
    """E-mail and names are cleaned, the account is active, both times are now, and there is one event."""
    hired = hire_employee(
        ID, email=" Bob@Example.com", first_name=" Bob ", last_name=" Ray", role=administrator, at=now
    )
    bob = hired.state
    assert (bob.id, bob.email, bob.first_name, bob.last_name) == (ID, "bob@example.com", "Bob", "Ray")
    assert (bob.role, bob.status, bob.version) == (administrator, ACTIVE, 1)
    assert (bob.created_at, bob.updated_at) == (now, now)
    assert hired.events == (EmployeeHired(employee_id=ID, at=now),)


def test_active_is_one():
    """The account status of the contract: 1 is active."""
    assert ACTIVE == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "bob"), ("first_name", " "), ("last_name", ""), ("first_name", "x" * 256), ("last_name", "a\x00")],
)
def test_hiring_refuses_bad_text_on_its_field(field: str, value: str):
    """Each text is checked, and the refusal names it."""
    arguments = {"email": "bob@example.com", "first_name": "Bob", "last_name": "Ray"} | {field: value}
    with pytest.raises(RuleViolationError) as refused:
        hire_employee(ID, **arguments, role=administrator, at=now)
    assert refused.value.field == field


def test_a_role_without_access_makes_no_employee():
    """Somebody in a client's role cannot be an employee, at hiring or ever."""
    with pytest.raises(RuleViolationError) as refused:
        hire_employee(ID, email="bob@example.com", first_name="Bob", last_name="Ray", role=client_role, at=now)
    assert (refused.value.field, refused.value.message) == (
        "role",
        "The role Client has no dashboard access; an employee needs it.",
    )
    with pytest.raises(RuleViolationError):
        attrs.evolve(jane, role=client_role)


def test_the_lowest_access_is_enough():
    """dashboard_access 1 makes an employee, whatever the other levels are."""
    reader = define_role(RoleId(UUID(int=9)), name="Reader", levels=Levels(dashboard_access=1), at=now).state
    assert attrs.evolve(jane, role=reader, updated_at=later).role == reader


@given(st.lists(people(), max_size=8), st.dictionaries(people(), st.integers(0, 3)))
def test_assignable_is_exactly_who_is_there_with_access(wanted: list[EmployeeId], access: dict[EmployeeId, int]):
    """All wanted people exist and have access: the distinct ones, in order. Otherwise the first without is refused."""
    members = {who: Member(who, level) for who, level in access.items()}
    wrong = [who for who in wanted if access.get(who, 0) == 0]
    if wrong:
        with pytest.raises(NotAssignableError) as refused:
            require_assignable(wanted, members, field="employee_ids", message="No {id}, {id}.")
        assert (refused.value.field, refused.value.message) == ("employee_ids", f"No {wrong[0]}, {wrong[0]}.")
    else:
        unique = require_assignable(wanted, members)
        assert unique == tuple(who for index, who in enumerate(wanted) if who not in wanted[:index])


def test_the_refusal_speaks_the_contracts_words():
    """Without other words, the field is employees and the sentence is literal."""
    with pytest.raises(NotAssignableError) as refused:
        require_assignable([ID], {})
    assert (refused.value.field, refused.value.message) == ("employees", "The specified employee does not exist.")


def test_nobody_is_always_assignable():
    """An empty list clears the assignment."""
    assert require_assignable([], {}) == ()


def test_wanted_people_may_come_from_an_iterator():
    """Any iterable is read once."""
    assert require_assignable(iter([ID, ID]), {ID: Member(ID, 1)}) == (ID,)
