"""What every store must do with API tokens, and the look-up that comes before any organisation is known."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service_engine.domain.api_tokens import ApiToken, TokenGrant, hash_token
from service_engine.domain.ids import ApiTokenId
from service_engine.errors import AuthenticationError, ConflictError, TokenExpiredError
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened
from service_engine.usecases.organizations import authenticate, note_token_use

__all__ = ["ApiTokenContract"]

MINUTE = timedelta(minutes=1)


def issue(agency: Agency, *, expires_at: datetime | None = None) -> ApiToken:
    """Store a token of the organisation's administrator."""
    token = agency.build.api_token(employee_id=agency.administrator.id, expires_at=expires_at)
    with agency.begin() as uow:
        return uow.api_tokens.add(happened(token))


def last_use(agency: Agency, token: ApiToken) -> datetime | None:
    """Return when a token was last used."""
    grant = agency.store.directory.token_grant(token.token_hash)
    assert grant is not None
    return grant.last_used_at


class ApiTokenContract(Contract):
    """API tokens, and the directory.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> ApiTokenContract().test_an_unknown_hash_is_nobodys(acme)
    """

    @pytest.mark.parametrize("expires_at", [None, NOON + timedelta(microseconds=1)])
    def test_the_directory_tells_whose_a_token_is(
        self, acme: Agency, rival: Agency, expires_at: datetime | None
    ) -> None:
        """One look-up by hash tells everything that is needed to decide."""
        for agency in (acme, rival):
            token = issue(agency, expires_at=expires_at)
            assert agency.store.directory.token_grant(token.token_hash) == TokenGrant(
                organization_id=agency.org_id,
                token_id=token.id,
                employee_id=agency.administrator.id,
                token_hash=token.token_hash,
                expires_at=expires_at,
                last_used_at=None,
                status=1,
                deleted=False,
                dashboard_access=3,
            )

    def test_an_unknown_hash_is_nobodys(self, acme: Agency) -> None:
        """A hash is compared whole and exactly."""
        token = issue(acme)
        for wrong in (hash_token("unknown"), token.token_hash.upper(), token.token_hash[:-1], "", "%"):
            assert acme.store.directory.token_grant(wrong) is None

    def test_the_secret_of_a_new_organization_opens_it(self, acme: Agency, rival: Agency) -> None:
        """Each secret opens its own organisation only."""
        for agency in (acme, rival):
            caller, _ = authenticate(agency.store.directory, agency.secret, at=NOON)
            assert (caller.organization_id, caller.employee_id) == (agency.org_id, agency.administrator.id)
        with pytest.raises(AuthenticationError):
            authenticate(acme.store.directory, f"{acme.secret}x", at=NOON)

    def test_an_expired_token_is_known(self, acme: Agency) -> None:
        """It is refused in words of its own, from its very last moment on."""
        secret = "x" * 20 + acme.new_id().hex
        token = acme.build.api_token(employee_id=acme.administrator.id, secret=secret, expires_at=NOON)
        with acme.begin() as uow:
            uow.api_tokens.add(happened(token))
        caller, _ = authenticate(acme.store.directory, secret, at=NOON - timedelta(microseconds=1))
        assert caller.employee_id == acme.administrator.id
        with pytest.raises(TokenExpiredError):
            authenticate(acme.store.directory, secret, at=NOON)

    def test_a_hash_is_taken_once_among_all(self, acme: Agency, rival: Agency) -> None:
        """Two organisations cannot share a secret: it would open both."""
        token = issue(acme)
        second = rival.build.api_token(employee_id=rival.administrator.id)
        with pytest.raises(ConflictError), rival.begin() as uow:
            uow.api_tokens.add(
                happened(
                    ApiToken(
                        id=second.id,
                        employee_id=second.employee_id,
                        token_hash=token.token_hash,
                        name="copied",
                        created_at=NOON,
                    )
                )
            )

    def test_a_use_is_written_down_unless_a_later_one_is(self, acme: Agency) -> None:
        """A use that was noted after ``unless_since`` stands; one at that very time is written over."""
        token = issue(acme)
        for at, unless_since, noted in (
            (NOON, NOON - MINUTE, NOON),
            (NOON + MINUTE, NOON - timedelta(microseconds=1), NOON),
            (NOON + MINUTE, NOON, NOON + MINUTE),
        ):
            with acme.begin() as uow:
                uow.api_tokens.note_use(token.id, at=at, unless_since=unless_since)
            assert last_use(acme, token) == noted

    def test_uses_are_written_at_most_once_a_minute(self, acme: Agency) -> None:
        """The second use of a minute leaves no trace."""
        token = issue(acme)
        for seconds, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
            acme.run(note_token_use, token.id, at=NOON + timedelta(seconds=seconds))
            assert last_use(acme, token) == NOON + timedelta(seconds=noted)

    def test_the_use_of_a_foreign_token_is_not_noted(self, acme: Agency, rival: Agency) -> None:
        """Nor is that of an unknown one; neither is an error."""
        token = issue(rival)
        with acme.begin() as uow:
            for token_id in (token.id, ApiTokenId(acme.new_id())):
                uow.api_tokens.note_use(token_id, at=NOON, unless_since=NOON - MINUTE)
        assert last_use(rival, token) is None

    def test_a_token_needs_an_employee_of_the_organization(self, acme: Agency, rival: Agency) -> None:
        """A link across organisations cannot be stored."""
        token = acme.build.api_token(employee_id=rival.administrator.id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.api_tokens.add(happened(token))
