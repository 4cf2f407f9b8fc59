"""API tokens: a random secret, of which only the SHA-256 is kept.

Source: contract section 1.2, part A "Rules"; goals (last use is written at most once a minute).
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen

from service_engine.domain.change import Change, Event
from service_engine.domain.employees import ACTIVE
from service_engine.domain.ids import ApiTokenId, EmployeeId, OrganizationId
from service_engine.domain.instants import optional_utc, utc
from service_engine.domain.kinds import is_true_or_false
from service_engine.domain.text import bounded, clean
from service_engine.errors import AuthenticationError, TokenExpiredError

__all__ = [
    "USE_INTERVAL",
    "ApiToken",
    "ApiTokenIssued",
    "Caller",
    "TokenGrant",
    "hash_token",
    "issue_api_token",
    "use_is_due",
    "verify",
]

USE_INTERVAL: Final = timedelta(minutes=1)
"""How old the noted last use must be before it is written again."""
_SHORTEST_SECRET: Final = 32


@frozen(kw_only=True)
class ApiToken:
    """A token of an employee, as it is stored.

    Args:
        id: Its id.
        employee_id: Whose it is.
        token_hash: Lower-case hexadecimal SHA-256 of the secret; the secret itself is shown once and never stored.
        name: What it is for, 1 to 255 characters.
        created_at: When it was issued, UTC.
        expires_at: From when on it is refused, UTC; None for never.
        last_used_at: When it was last used, UTC, up to a minute late.

    Example:
        >>> from service_engine.testing.examples import jane, now
        >>> from uuid import UUID
        >>> token = ApiToken(
        ...     id=ApiTokenId(UUID(int=1)),
        ...     employee_id=jane.id,
        ...     name="CI",
        ...     token_hash=hash_token("secret"),
        ...     created_at=now,
        ... )
        >>> token.expires_at is None, "2bb80d53" in repr(token)
        (True, False)
    """

    id: ApiTokenId
    employee_id: EmployeeId
    token_hash: str = field(repr=False)
    name: str = field(validator=bounded())
    created_at: datetime = field(converter=utc)
    expires_at: datetime | None = field(default=None, converter=optional_utc)
    last_used_at: datetime | None = field(default=None, converter=optional_utc)


@frozen(kw_only=True)
class ApiTokenIssued(Event):
    """An employee got an API token.

    Example:
        >>> from service_engine.testing.examples import jane, now
        >>> from uuid import UUID
        >>> ApiTokenIssued(token_id=ApiTokenId(UUID(int=1)), employee_id=jane.id, at=now).at == now
        True
    """

    token_id: ApiTokenId
    employee_id: EmployeeId


@frozen(kw_only=True)
class TokenGrant:
    """Everything that one look-up by hash tells about a token: whose it is, and whether they may use it.

    Args:
        organization_id: The organisation that it opens.
        token_id: Its id.
        employee_id: Whose it is.
        token_hash: As it is stored.
        expires_at: From when on it is refused, UTC; None for never.
        last_used_at: The noted last use, UTC.
        status: The person's account status, 1 for active.
        deleted: Whether the person was removed.
        dashboard_access: The level of the person's role.

    Example:
        >>> from service_engine.testing.examples import grant, jane
        >>> grant.employee_id == jane.id, grant.dashboard_access, grant.expires_at
        (True, 3, None)
    """

    organization_id: OrganizationId
    token_id: ApiTokenId
    employee_id: EmployeeId
    token_hash: str = field(repr=False)
    expires_at: datetime | None = field(converter=optional_utc)
    last_used_at: datetime | None = field(converter=optional_utc)
    status: int
    deleted: bool = field(validator=is_true_or_false)
    dashboard_access: int


@frozen(kw_only=True)
class Caller:
    """Somebody who was authenticated.

    Args:
        organization_id: The organisation that the caller's requests are bound to.
        employee_id: Who calls.

    Example:
        >>> from service_engine.testing.examples import acme, grant, now
        >>> verify(grant, "secret", at=now).organization_id == acme.id
        True
    """

    organization_id: OrganizationId
    employee_id: EmployeeId


def hash_token(secret: str) -> str:
    """Return the lower-case hexadecimal SHA-256 of a token's UTF-8 bytes.

    Example:
        >>> hash_token("secret")[:16]
        '2bb80d537b1da3e3'
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def issue_api_token(
    token_id: ApiTokenId,
    *,
    employee_id: EmployeeId,
    secret: str,
    name: str,
    at: datetime,
    expires_at: datetime | None = None,
) -> Change[ApiToken]:
    """Issue a token for a secret; the secret is hashed and forgotten.

    Args:
        token_id: Its id.
        employee_id: Whose it is.
        secret: At least 32 random characters.
        name: What it is for, 1 to 255 characters.
        at: Now.
        expires_at: From when on it is refused; None for never.

    Raises:
        RuleViolationError: The name is blank or too long.
        ValueError: The secret is too short to be one.

    Example:
        >>> from service_engine.testing.examples import jane, now
        >>> from uuid import UUID
        >>> secret = "a-secret-of-at-least-32-characters"
        >>> issued = issue_api_token(ApiTokenId(UUID(int=1)), employee_id=jane.id, secret=secret, name="CI", at=now)
        >>> issued.state.token_hash == hash_token(secret)
        True
    """
    if len(secret) < _SHORTEST_SECRET:
        msg = f"a token's secret must have at least {_SHORTEST_SECRET} random characters"
        raise ValueError(msg)
    token = ApiToken(
        id=token_id,
        employee_id=employee_id,
        token_hash=hash_token(secret),
        name=clean(name, field="name"),
        created_at=at,
        expires_at=expires_at,
    )
    return Change(token, (ApiTokenIssued(token_id=token_id, employee_id=employee_id, at=at),))


def verify(grant: TokenGrant, secret: str, *, at: datetime) -> Caller:
    """Accept or refuse a secret, in constant time as far as the hash is concerned.

    Args:
        grant: What the look-up by hash found.
        secret: As the caller sent it.
        at: Now.

    Raises:
        AuthenticationError: It is another secret, or the person is inactive, removed, or without dashboard access.
        TokenExpiredError: Its time is over.

    Example:
        >>> from service_engine.testing.examples import grant, jane, now
        >>> verify(grant, "secret", at=now).employee_id == jane.id
        True
        >>> verify(grant, "unknown", at=now)
        Traceback (most recent call last):
            ...
        service_engine.errors.AuthenticationError: Unauthorized
    """
    if not hmac.compare_digest(grant.token_hash, hash_token(secret)):
        raise AuthenticationError
    if grant.deleted or grant.status != ACTIVE or grant.dashboard_access <= 0:
        raise AuthenticationError
    if grant.expires_at is not None and grant.expires_at <= utc(at):
        raise TokenExpiredError
    return Caller(organization_id=grant.organization_id, employee_id=grant.employee_id)


def use_is_due(grant: TokenGrant, *, at: datetime) -> bool:
    """Tell whether this use should be written down: the noted one is at least a minute old.

    Example:
        >>> from service_engine.testing.examples import grant, later, now
        >>> import attrs
        >>> used = attrs.evolve(grant, last_used_at=now)
        >>> use_is_due(grant, at=now), use_is_due(used, at=now), use_is_due(used, at=later)
        (True, False, True)
    """
    return grant.last_used_at is None or utc(at) - grant.last_used_at >= USE_INTERVAL
