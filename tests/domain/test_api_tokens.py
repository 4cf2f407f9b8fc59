"""API tokens: only a hash is kept, and every reason to refuse is checked."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.api_tokens import (
    USE_INTERVAL,
    ApiTokenIssued,
    Caller,
    hash_token,
    issue_api_token,
    use_is_due,
    verify,
)
from service_engine.domain.ids import ApiTokenId
from service_engine.errors import AuthenticationError, RuleViolationError, TokenExpiredError
from service_engine.testing.examples import acme, grant, jane, later, now

SECRET = "s" * 32
TICK = timedelta(microseconds=1)


@given(st.text())
def test_the_hash_is_sha_256_of_the_utf_8_in_lower_case_hexadecimal(secret: str):
    """The hash is what any other program computes for the same token."""
    assert hash_token(secret) == hashlib.sha256(secret.encode()).hexdigest()


def test_a_secret_with_a_lone_surrogate_is_hashed_and_not_an_error():
    """A garbled header is a wrong token, not a crash; two different ones do not hash the same."""
    assert len({hash_token("\ud800"), hash_token("\ud801"), hash_token("?")}) == 3


@given(st.text(), st.text())
def test_different_secrets_have_different_hashes(one: str, other: str):
    """A secret is found by its hash and by nothing else."""
    assert (hash_token(one) == hash_token(other)) == (one == other)


def test_issuing_keeps_the_hash_and_forgets_the_secret():
    """The token that is stored names its owner and purpose, and holds the secret nowhere."""
    issued = issue_api_token(
        ApiTokenId(UUID(int=1)), employee_id=jane.id, secret=SECRET, name=" CI ", at=now, expires_at=later
    )
    token = issued.state
    assert (token.id, token.employee_id, token.token_hash, token.name) == (
        UUID(int=1),
        jane.id,
        hash_token(SECRET),
        "CI",
    )
    assert (token.created_at, token.expires_at, token.last_used_at) == (now, later, None)
    assert issued.events == (ApiTokenIssued(token_id=token.id, employee_id=jane.id, at=now),)
    assert SECRET not in str(attrs.asdict(token))


def test_a_token_without_an_end_never_expires():
    """Without expires_at there is none."""
    token = issue_api_token(ApiTokenId(UUID(int=1)), employee_id=jane.id, secret=SECRET, name="CI", at=now).state
    assert token.expires_at is None


def test_the_hash_is_not_printed():
    """Neither a token nor a grant shows its hash in a log."""
    token = issue_api_token(ApiTokenId(UUID(int=1)), employee_id=jane.id, secret=SECRET, name="CI", at=now).state
    assert token.token_hash not in repr(token)
    assert grant.token_hash not in repr(grant)


def test_a_short_secret_is_wrong_use():
    """31 characters are refused, 32 are enough."""
    with pytest.raises(ValueError, match="at least 32 random characters"):
        issue_api_token(ApiTokenId(UUID(int=1)), employee_id=jane.id, secret="s" * 31, name="CI", at=now)
    assert issue_api_token(ApiTokenId(UUID(int=1)), employee_id=jane.id, secret="s" * 32, name="CI", at=now).events


@pytest.mark.parametrize("name", ["", " ", "x" * 256], ids=["empty", "blank", "long"])
def test_a_token_needs_a_name(name: str):
    """What a token is for is 1 to 255 characters."""
    with pytest.raises(RuleViolationError) as refused:
        issue_api_token(ApiTokenId(UUID(int=1)), employee_id=jane.id, secret=SECRET, name=name, at=now)
    assert refused.value.field == "name"


def test_the_right_secret_tells_who_calls():
    """Organisation and employee come from the grant."""
    assert verify(grant, "secret", at=now) == Caller(organization_id=acme.id, employee_id=jane.id)


MATRIX = list(product(["secret", "another"], [False, True], [0, 1, 2], [0, 1, 3], [None, -1, 0, 1]))


@pytest.mark.parametrize(("secret", "deleted", "status", "access", "expires_in"), MATRIX)
def test_the_whole_matrix_of_acceptance(secret: str, deleted: bool, status: int, access: int, expires_in: int | None):
    """Accepted exactly when the secret fits, the person is active, there, and staff, and the time is not over.

    A person without access is Unauthorized even when the token has expired as well: no answer tells more than needed.
    """
    expires_at = None if expires_in is None else now + expires_in * TICK
    candidate = attrs.evolve(grant, deleted=deleted, status=status, dashboard_access=access, expires_at=expires_at)
    if secret != "secret" or deleted or status != 1 or access == 0:
        with pytest.raises(AuthenticationError) as refused:
            verify(candidate, secret, at=now)
        assert type(refused.value) is AuthenticationError
    elif expires_at is not None and expires_at <= now:
        with pytest.raises(TokenExpiredError):
            verify(candidate, secret, at=now)
    else:
        assert verify(candidate, secret, at=now).employee_id == jane.id


def test_expiry_compares_instants_not_clock_faces():
    """13:30 at UTC+1 is past an end at 12:00 UTC."""
    candidate = attrs.evolve(grant, expires_at=now)
    elsewhere = datetime(2026, 2, 7, 13, 30, tzinfo=timezone(timedelta(hours=1)))
    with pytest.raises(TokenExpiredError):
        verify(candidate, "secret", at=elsewhere)


def test_a_naive_time_is_wrong_use():
    """Neither a grant nor a check takes a time without a zone: the original answered 500 here (D17)."""
    naive = datetime(2026, 2, 7, 12)  # noqa: DTZ001
    with pytest.raises(ValueError, match="has no zone"):
        attrs.evolve(grant, expires_at=naive)
    with pytest.raises(ValueError, match="has no zone"):
        attrs.evolve(grant, last_used_at=naive)
    with pytest.raises(ValueError, match="has no zone"):
        verify(attrs.evolve(grant, expires_at=later), "secret", at=naive)


def test_a_use_is_written_at_most_once_a_minute():
    """The first use is due, then none until the noted one is a minute old, to the microsecond."""
    assert timedelta(minutes=1) == USE_INTERVAL
    assert use_is_due(grant, at=now)
    used = attrs.evolve(grant, last_used_at=now)
    assert not use_is_due(used, at=now)
    assert not use_is_due(used, at=now + USE_INTERVAL - TICK)
    assert use_is_due(used, at=now + USE_INTERVAL)
    assert not use_is_due(used, at=now - USE_INTERVAL)


def test_the_use_compares_instants_not_clock_faces():
    """A noted use in UTC and a time elsewhere are compared as instants."""
    used = attrs.evolve(grant, last_used_at=now)
    elsewhere = (now + timedelta(seconds=30)).astimezone(timezone(timedelta(hours=5)))
    assert not use_is_due(used, at=elsewhere)
    assert use_is_due(used, at=(now + timedelta(seconds=60)).astimezone(UTC))
