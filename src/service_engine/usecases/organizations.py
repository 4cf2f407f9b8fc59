"""What can be done with organisations, their employees and their API tokens.

Source: design section 9 (bootstrap, employee add); contract section 1.2, part A "Rules".
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import field, frozen

from service_engine.domain import access, api_tokens, employees, organizations
from service_engine.domain.access import Role
from service_engine.domain.api_tokens import Caller, TokenGrant
from service_engine.domain.employees import Employee
from service_engine.domain.ids import ApiTokenId, EmployeeId, RoleId, UserId
from service_engine.domain.instants import utc
from service_engine.domain.organizations import Organization
from service_engine.errors import AuthenticationError, NotFoundError
from service_engine.ports.api_tokens import Directory
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.usecases.clients import require_free_email

__all__ = [
    "ADMINISTRATOR",
    "CLIENT",
    "Bootstrap",
    "add_employee",
    "authenticate",
    "bootstrap_organization",
    "issue_api_token",
    "note_token_use",
]

ADMINISTRATOR: Final = "Administrator"
CLIENT: Final = "Client"
_LETTERS_AND_DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_SECRET_LENGTH: Final = 43  # 62 ** 43 is more than 2 ** 256


@frozen(kw_only=True)
class Bootstrap:
    """A new organisation and what is needed to use it.

    Args:
        organization: The organisation.
        administrator: Its first employee.
        roles: Administrator and Client, by name.
        token: The secret of the administrator's API token; shown once, never stored.

    Example:
        >>> from service_engine.testing.examples import agency, now
        >>> store = agency()
        >>> started = store.run(store.entropy.new_id(), bootstrap_organization, name="Beta", at=now)
        >>> sorted(started.roles), started.token in repr(started)
        (['Administrator', 'Client'], False)
    """

    organization: Organization
    administrator: Employee
    roles: dict[str, Role] = field(hash=False)
    token: str = field(repr=False)


def bootstrap_organization(
    uow: UnitOfWork,
    *,
    name: str,
    at: datetime,
    email: str = "admin@example.com",
    first_name: str = "Admin",
    last_name: str = "User",
) -> Bootstrap:
    """Found the organisation of this unit of work: roles Administrator and Client, an administrator, an API token.

    Args:
        uow: A unit of work on a new id of an organisation.
        name: 1 to 255 characters; its slug is made from it.
        at: Now.
        email: The administrator's.
        first_name: The administrator's.
        last_name: The administrator's.

    Raises:
        RuleViolationError: A text is out of bounds.
        ConflictError: The organisation exists already.

    Example:
        >>> from service_engine.testing.examples import agency, now
        >>> store = agency()
        >>> started = store.run(store.entropy.new_id(), bootstrap_organization, name="Café Beta", at=now)
        >>> started.organization.slug, started.administrator.role.name, len(started.token)
        ('cafe-beta', 'Administrator', 43)
    """
    organization = uow.organizations.add(
        organizations.found_organization(uow.org_id, name=name, slug=_free_slug(uow, name), at=at)
    )
    administrator_role = uow.roles.add(
        access.define_role(
            RoleId(uow.entropy.new_id()),
            name=ADMINISTRATOR,
            levels=access.ALL_LEVELS,
            settings=access.ALL_SETTINGS,
            at=at,
        )
    )
    client_role = uow.roles.add(access.define_role(RoleId(uow.entropy.new_id()), name=CLIENT, at=at))
    administrator = add_employee(uow, email=email, first_name=first_name, last_name=last_name, at=at)
    token = issue_api_token(uow, administrator.id, name="bootstrap", at=at)
    return Bootstrap(
        organization=organization,
        administrator=administrator,
        roles={ADMINISTRATOR: administrator_role, CLIENT: client_role},
        token=token,
    )


def add_employee(
    uow: UnitOfWork, *, email: str, first_name: str, last_name: str, at: datetime, role: str = ADMINISTRATOR
) -> Employee:
    """Hire somebody.

    Args:
        uow: The unit of work.
        email: Stripped and lower-cased; must be free among the organisation's live people.
        first_name: 1 to 255 characters after stripping.
        last_name: 1 to 255 characters after stripping.
        at: Now.
        role: The name of a role with dashboard access.

    Raises:
        AlreadyTakenError: Somebody has the e-mail.
        NotFoundError: The organisation has no role of this name, or is not there itself.
        RuleViolationError: A text is out of bounds, or the role has no dashboard access.

    Example:
        >>> from service_engine.testing.examples import acme, agency, now
        >>> bob = {"email": "bob@example.com", "first_name": "Bob", "last_name": "Ray"}
        >>> agency().run(acme.id, add_employee, **bob, at=now).role.name
        'Administrator'
    """
    require_free_email(uow, email)
    change = employees.hire_employee(
        EmployeeId(UserId(uow.entropy.new_id())),
        email=email,
        first_name=first_name,
        last_name=last_name,
        role=_role_named(uow, role),
        at=at,
    )
    return uow.employees.add(change)


def issue_api_token(
    uow: UnitOfWork, employee_id: EmployeeId, *, name: str, at: datetime, expires_at: datetime | None = None
) -> str:
    """Issue an API token for an employee.

    Returns:
        The secret, 43 random letters and digits. Only its SHA-256 is stored: it cannot be shown again.

    Raises:
        NotFoundError: The organisation has no such employee.
        RuleViolationError: The name is blank or too long.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, now
        >>> len(agency().run(acme.id, issue_api_token, jane.id, name="CI", at=now))
        43
    """
    employee = uow.employees.get(employee_id)
    secret = uow.entropy.characters(_LETTERS_AND_DIGITS, _SECRET_LENGTH)
    change = api_tokens.issue_api_token(
        ApiTokenId(uow.entropy.new_id()),
        employee_id=employee.id,
        secret=secret,
        name=name,
        expires_at=expires_at,
        at=at,
    )
    uow.api_tokens.add(change)
    return secret


def authenticate(directory: Directory, secret: str, *, at: datetime) -> tuple[Caller, TokenGrant]:
    """Tell who calls, in one read.

    Returns:
        The caller, and the grant that tells ``api_tokens.use_is_due`` whether this use should be written down.

    Raises:
        AuthenticationError: The token is unknown, or its person may not use the organisation.
        TokenExpiredError: Its time is over.

    Source:
        Contract section 1.2; part A "Rules".

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, now
        >>> store = agency()
        >>> secret = store.run(acme.id, issue_api_token, jane.id, name="CI", at=now)
        >>> caller, grant = authenticate(store.directory, secret, at=now)
        >>> caller.organization_id == acme.id, api_tokens.use_is_due(grant, at=now)
        (True, True)
    """
    grant = directory.token_grant(api_tokens.hash_token(secret))
    if grant is None:
        raise AuthenticationError
    return api_tokens.verify(grant, secret, at=at), grant


def note_token_use(uow: UnitOfWork, token_id: ApiTokenId, *, at: datetime) -> None:
    """Write down that a token was used, at most once a minute.

    Raises:
        ValueError: The time is naive.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, later, now
        >>> store = agency()
        >>> secret = store.run(acme.id, issue_api_token, jane.id, name="CI", at=now)
        >>> _, grant = authenticate(store.directory, secret, at=later)
        >>> store.run(acme.id, note_token_use, grant.token_id, at=later)
        >>> authenticate(store.directory, secret, at=later)[1].last_used_at == later
        True
    """
    at = utc(at)
    uow.api_tokens.note_use(token_id, at=at, unless_since=at - api_tokens.USE_INTERVAL)


def _role_named(uow: UnitOfWork, name: str) -> Role:
    for role in uow.roles.all():
        if role.name == name:
            return role
    uow.organizations.get()  # which tells, first of all, if the organisation itself is not there
    raise NotFoundError("role", name)


def _free_slug(uow: UnitOfWork, name: str) -> str:
    slug = organizations.slug_of(name)
    while uow.organizations.slug_is_taken(slug):
        ending = uow.entropy.characters("abcdefghijklmnopqrstuvwxyz0123456789", 6)
        slug = f"{organizations.slug_of(name)[: organizations.MAX_SLUG - 7].strip('-')}-{ending}"
    return slug
