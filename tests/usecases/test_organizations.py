"""What can be done with organisations, their employees and their API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from service_engine.domain.access import (
    ALL_LEVELS,
    ALL_SETTINGS,
    NO_LEVELS,
    NO_SETTINGS,
    Levels,
    RoleDefined,
    define_role,
)
from service_engine.domain.api_tokens import ApiTokenIssued, Caller, hash_token
from service_engine.domain.employees import Employee, EmployeeHired
from service_engine.domain.ids import EmployeeId, OrganizationId, RoleId, UserId
from service_engine.domain.organizations import OrganizationFounded
from service_engine.errors import (
    AlreadyTakenError,
    AuthenticationError,
    ConflictError,
    NotFoundError,
    RuleViolationError,
    TokenExpiredError,
)
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, administrator, jane, later, now
from service_engine.usecases.clients import create_client
from service_engine.usecases.organizations import (
    ADMINISTRATOR,
    CLIENT,
    Bootstrap,
    add_employee,
    authenticate,
    bootstrap_organization,
    issue_api_token,
    note_token_use,
)

BOB: dict[str, Any] = {"email": " Bob@Example.com", "first_name": " Bob ", "last_name": " Ray ", "at": now}
MINUTE = timedelta(minutes=1)


def founded(store: Store, **arguments: Any) -> Bootstrap:
    """Found an organisation with a fresh id."""
    usual: dict[str, Any] = {"name": "Beta", "at": now}
    return store.run(OrganizationId(store.entropy.new_id()), bootstrap_organization, **(usual | arguments))


# ------------------------------------------------------------------------------------------------------ founding


@pytest.mark.usefixtures("store")
def test_founding_makes_all_that_is_needed(empty: Store):
    """The organisation, its two roles, an administrator and a token, in this order; the token opens it."""
    org_id = OrganizationId(empty.entropy.new_id())
    with empty.begin(org_id) as uow:
        started = bootstrap_organization(uow, name=" Café Beta ", at=now)
        kinds = [type(event) for event in uow.events]
        assert uow.organizations.get() == started.organization
        assert {role.name: role for role in uow.roles.all()} == started.roles
        assert uow.employees.get(started.administrator.id) == started.administrator
    assert kinds == [OrganizationFounded, RoleDefined, RoleDefined, EmployeeHired, ApiTokenIssued]
    assert (started.organization.id, started.organization.name, started.organization.slug) == (
        org_id,
        "Café Beta",
        "cafe-beta",
    )
    assert (ADMINISTRATOR, CLIENT) == ("Administrator", "Client")
    boss, client = started.roles[ADMINISTRATOR], started.roles[CLIENT]
    assert (boss.name, boss.levels, boss.settings) == ("Administrator", ALL_LEVELS, ALL_SETTINGS)
    assert (client.name, client.levels, client.settings) == ("Client", NO_LEVELS, NO_SETTINGS)
    first = started.administrator
    assert (first.email, first.first_name, first.last_name, first.role) == ("admin@example.com", "Admin", "User", boss)
    caller, _ = authenticate(empty.directory, started.token, at=now)
    assert (caller.organization_id, caller.employee_id) == (org_id, first.id)


def test_the_first_administrator_may_be_named(empty: Store):
    """E-mail and names are taken as given, cleaned."""
    first = founded(empty, email=" Eve@Example.com", first_name=" Eve ", last_name=" Ito ").administrator
    assert (first.email, first.first_name, first.last_name) == ("eve@example.com", "Eve", "Ito")


def test_the_token_is_not_printed(empty: Store):
    """A log of what was founded does not open it."""
    started = founded(empty)
    assert started.token not in repr(started)
    assert hash(started) == hash(attrs.evolve(started))


@pytest.mark.usefixtures("store")
def test_two_organisations_of_one_name_have_two_slugs(empty: Store):
    """The second gets an ending of six signs, and its slug is still a slug."""
    first, second, third = (founded(empty, name="Beta").organization.slug for _ in range(3))
    assert first == "beta"
    assert len({first, second, third}) == 3
    for slug in (second, third):
        assert slug.startswith("beta-")
        assert len(slug) == len("beta-") + 6
        assert slug[5:].isalnum()
        assert slug[5:].islower() or slug[5:].isdigit()


def test_a_long_name_still_has_two_slugs(empty: Store):
    """The ending fits into the hundred characters; no two dashes meet."""
    name = "x" * 92 + " " + "y" * 60
    first, second = (founded(empty, name=name).organization.slug for _ in range(2))
    assert first == "x" * 92 + "-" + "y" * 7
    assert second[:93] == "x" * 92 + "-"
    assert len(second) == 99
    assert "--" not in second
    wide = "z" * 150
    founded(empty, name=wide)
    assert len(founded(empty, name=wide).organization.slug) == 100


@pytest.mark.usefixtures("store")
def test_an_organisation_is_founded_once(agency: Store):
    """The same id again is a conflict, and what is there stays."""
    with pytest.raises(ConflictError):
        agency.run(acme.id, bootstrap_organization, name="Usurper", at=later)

    def name(uow: UnitOfWork) -> str:
        return uow.organizations.get().name

    assert agency.run(acme.id, name) == "Acme"


def test_founding_refuses_a_blank_name(empty: Store):
    """And leaves nothing behind: the id can still be used."""
    org_id = OrganizationId(empty.entropy.new_id())
    with pytest.raises(RuleViolationError) as refused:
        empty.run(org_id, bootstrap_organization, name=" ", at=now)
    assert refused.value.field == "name"
    with pytest.raises(RuleViolationError):
        empty.run(org_id, bootstrap_organization, name="Beta", email="nobody", at=now)
    assert empty.run(org_id, bootstrap_organization, name="Beta", at=now).organization.slug == "beta"


# ----------------------------------------------------------------------------------------------------- employees


def test_adding_an_employee(agency: Store):
    """Cleaned, as an administrator unless told otherwise; stored as returned."""
    with agency.begin(acme.id) as uow:
        bob = add_employee(uow, **BOB)
        assert uow.events == (EmployeeHired(employee_id=bob.id, at=now),)
        assert uow.employees.get(bob.id) == bob
    assert (bob.email, bob.first_name, bob.last_name, bob.role) == ("bob@example.com", "Bob", "Ray", administrator)


def test_adding_into_a_named_role(agency: Store):
    """Any role with access, by its exact name."""
    with agency.begin(acme.id) as uow:
        support = uow.roles.add(
            define_role(RoleId(uow.entropy.new_id()), name="Support", levels=Levels(dashboard_access=1), at=now)
        )
    assert agency.run(acme.id, add_employee, **BOB, role="Support").role == support


@pytest.mark.usefixtures("store")
def test_an_employee_of_an_organisation_that_is_not_there(agency: Store):
    """The refusal names the organisation: an id that nobody has is the mistake, not a role."""
    nobodys = OrganizationId(UUID(int=500))
    with pytest.raises(NotFoundError) as refused:
        agency.run(nobodys, add_employee, **BOB)
    assert (refused.value.kind, refused.value.key) == ("organization", nobodys)


@pytest.mark.parametrize("role", ["Nobody", "administrator", ""])
def test_a_role_that_is_not_there(agency: Store, role: str):
    """Unknown names and other spellings are not found."""
    with pytest.raises(NotFoundError) as refused:
        agency.run(acme.id, add_employee, **BOB, role=role)
    assert (refused.value.kind, refused.value.key) == ("role", role)


def test_a_role_without_access_makes_no_employee(agency: Store):
    """The role for clients is refused."""
    with pytest.raises(RuleViolationError) as refused:
        agency.run(acme.id, add_employee, **BOB, role=CLIENT)
    assert refused.value.field == "role"


@pytest.mark.parametrize("email", ["jane@example.com", " JOHN@example.com"])
def test_an_email_belongs_to_one_person_of_an_organisation(agency: Store, email: str):
    """Employees and clients share one space."""
    with pytest.raises(AlreadyTakenError) as refused:
        agency.run(acme.id, add_employee, **(BOB | {"email": email}))
    assert refused.value.field == "email"


def test_an_employee_keeps_a_client_from_the_email(agency: Store):
    """And the other way round."""
    agency.run(acme.id, add_employee, **BOB)
    with pytest.raises(AlreadyTakenError):
        agency.run(acme.id, create_client, **BOB)


# -------------------------------------------------------------------------------------------------------- tokens


@pytest.mark.usefixtures("store")
def test_issuing_a_token(agency: Store):
    """A secret of 43 letters and digits that opens the organisation; only its hash is stored."""
    with agency.begin(acme.id) as uow:
        secret = issue_api_token(uow, jane.id, name=" CI ", at=now)
        [event] = uow.events
        assert isinstance(event, ApiTokenIssued)
        assert (event.employee_id, event.at) == (jane.id, now)
    assert (len(secret), secret.isalnum(), secret.isascii()) == (43, True, True)
    caller, grant = authenticate(agency.directory, secret, at=later)
    assert caller == Caller(organization_id=acme.id, employee_id=jane.id)
    assert (grant.token_id, grant.token_hash, grant.expires_at, grant.last_used_at) == (
        event.token_id,
        hash_token(secret),
        None,
        None,
    )
    assert (grant.status, grant.deleted, grant.dashboard_access) == (1, False, 3)


def test_every_token_is_another(agency: Store):
    """Two tokens of one employee have different secrets, and both are accepted."""
    secrets = {agency.run(acme.id, issue_api_token, jane.id, name="CI", at=now) for _ in range(2)}
    assert len({authenticate(agency.directory, secret, at=now)[1].token_id for secret in secrets}) == 2


def test_a_token_of_nobody(agency: Store, neighbour):
    """Unknown and foreign employees, and clients, are answered alike."""
    for employee_id in (EmployeeId(UserId(UUID(int=404))), neighbour.employee.id, EmployeeId(neighbour.client.id)):
        with pytest.raises(NotFoundError) as refused:
            agency.run(acme.id, issue_api_token, employee_id, name="CI", at=now)
        assert (refused.value.kind, refused.value.key) == ("employee", employee_id)


def test_a_token_needs_a_name(agency: Store):
    """What it is for is not blank."""
    with pytest.raises(RuleViolationError) as refused:
        agency.run(acme.id, issue_api_token, jane.id, name=" ", at=now)
    assert refused.value.field == "name"


def test_an_unknown_token_is_refused(agency: Store, neighbour):
    """Unknown, empty and garbled secrets are Unauthorized; so is a hash where the secret belongs."""
    for secret in ("unknown", "", "\ud800", hash_token(neighbour.token)):
        with pytest.raises(AuthenticationError) as refused:
            authenticate(agency.directory, secret, at=now)
        assert type(refused.value) is AuthenticationError


def test_a_token_opens_its_own_organisation_only(agency: Store, neighbour):
    """The neighbour's token leads to the neighbour."""
    assert authenticate(agency.directory, neighbour.token, at=now)[0].organization_id == neighbour.org_id


def test_a_token_expires(agency: Store):
    """Accepted until the very instant, then expired."""
    secret = agency.run(acme.id, issue_api_token, jane.id, name="CI", at=now, expires_at=later)
    assert authenticate(agency.directory, secret, at=later - timedelta(microseconds=1))[1].expires_at == later
    with pytest.raises(TokenExpiredError):
        authenticate(agency.directory, secret, at=later)


@pytest.mark.usefixtures("store")
def test_an_inactive_employees_token_is_refused(agency: Store):
    """The account's status decides, whatever the token says."""
    with agency.begin(acme.id) as uow:
        from service_engine.domain.change import Change

        inactive: Employee = attrs.evolve(
            jane, id=EmployeeId(UserId(uow.entropy.new_id())), email="gone@example.com", status=0
        )
        uow.employees.add(Change(inactive, (EmployeeHired(employee_id=inactive.id, at=now),)))
    secret = agency.run(acme.id, issue_api_token, inactive.id, name="CI", at=now)
    with pytest.raises(AuthenticationError):
        authenticate(agency.directory, secret, at=now)


@pytest.mark.usefixtures("store")
def test_a_use_is_written_at_most_once_a_minute(agency: Store):
    """The first at once, then none until a minute has passed."""
    secret = agency.run(acme.id, issue_api_token, jane.id, name="CI", at=now)
    _, grant = authenticate(agency.directory, secret, at=now)
    noted = [grant.last_used_at]
    for at in (now, now + MINUTE - timedelta(microseconds=1), now + MINUTE):
        agency.run(acme.id, note_token_use, grant.token_id, at=at)
        noted.append(authenticate(agency.directory, secret, at=at)[1].last_used_at)
    assert noted == [None, now, now, now + MINUTE]


@pytest.mark.usefixtures("store")
def test_a_use_at_a_time_without_a_zone_is_refused(agency: Store):
    """Found by agreement: one store refused it as the misuse that it is, another as an error of its driver."""
    secret = agency.run(acme.id, issue_api_token, jane.id, name="CI", at=now)
    _, grant = authenticate(agency.directory, secret, at=now)
    with pytest.raises(ValueError, match="has no zone; give an aware datetime"):
        agency.run(acme.id, note_token_use, grant.token_id, at=now.replace(tzinfo=None))
    assert authenticate(agency.directory, secret, at=now)[1].last_used_at is None
