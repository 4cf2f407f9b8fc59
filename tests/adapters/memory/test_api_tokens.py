"""API tokens in memory, and the look-up by hash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest

from service_engine import AuthenticationError, Change, ConflictError
from service_engine.domain import clients
from service_engine.domain.api_tokens import hash_token
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.organizations import authenticate, issue_api_token, note_token_use


def test_a_grant_tells_everything(store, org_id, acme):
    """Whose token it is, and whether they may use it."""
    expires_at = NOON + timedelta(days=1)
    secret = store.run(org_id, issue_api_token, acme.administrator.id, name="app", at=NOON, expires_at=expires_at)
    grant = store.directory.token_grant(hash_token(secret))
    assert grant is not None
    assert (grant.organization_id, grant.employee_id) == (org_id, acme.administrator.id)
    assert (grant.token_hash, grant.expires_at, grant.last_used_at) == (hash_token(secret), expires_at, None)
    assert (grant.status, grant.deleted, grant.dashboard_access) == (1, False, 3)
    assert store.directory.token_grant(hash_token("other")) is None


def test_a_token_of_a_client_is_found_and_refused(store, org_id, john):
    """The look-up tells, the rule refuses; also when they are deleted."""
    secret = "s" * 32
    token = build.api_token(employee_id=john.id, secret=secret)
    store.run(org_id, lambda uow: uow.api_tokens.add(Change(token)))
    grant = store.directory.token_grant(token.token_hash)
    assert grant is not None
    assert (grant.dashboard_access, grant.deleted) == (0, False)
    with pytest.raises(AuthenticationError):
        authenticate(store.directory, secret, at=NOON)
    store.run(org_id, lambda uow: uow.clients.save(clients.delete_client(john, dependents=(), at=NOON)))
    grant = store.directory.token_grant(token.token_hash)
    assert grant is not None
    assert grant.deleted


def test_what_a_token_is_refused_for(store, org_id, acme):
    """Nobody of the organisation, an id or a hash that is taken."""
    token = build.api_token(employee_id=acme.administrator.id)
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.api_tokens.add(Change(build.api_token()))
        assert uow.api_tokens.add(Change(token)) is token
        for twin in (attrs.evolve(token, token_hash="0" * 64), attrs.evolve(token, id=build.api_token().id)):
            with pytest.raises(ConflictError):
                uow.api_tokens.add(Change(twin))
    assert store.directory.token_grant(token.token_hash) is not None


def test_a_use_is_noted_at_most_once_a_minute(store, org_id, acme):
    """In UTC, and not before its transaction is committed."""
    grant = store.directory.token_grant(hash_token(acme.token))
    assert grant is not None

    def last_use():
        found = store.directory.token_grant(grant.token_hash)
        assert found is not None
        return found.last_used_at

    with store.begin(org_id) as uow:
        one_o_clock = datetime(2026, 2, 7, 13, tzinfo=timezone(timedelta(hours=1)))
        uow.api_tokens.note_use(grant.token_id, at=one_o_clock, unless_since=one_o_clock)
        assert last_use() is None
        with pytest.raises(ValueError, match="no zone"):
            uow.api_tokens.note_use(grant.token_id, at=NOON.replace(tzinfo=None), unless_since=one_o_clock)
    assert last_use() == NOON
    assert last_use().tzinfo is UTC
    store.run(org_id, note_token_use, grant.token_id, at=NOON + timedelta(seconds=59))
    assert last_use() == NOON
    store.run(org_id, note_token_use, grant.token_id, at=NOON + timedelta(seconds=60))
    assert last_use() == NOON + timedelta(seconds=60)
    store.run(org_id, note_token_use, build.api_token().id, at=NOON)


def test_a_use_that_a_token_was_stored_with_counts(store, org_id, acme):
    """Where it comes from another store, for example."""
    token = attrs.evolve(build.api_token(employee_id=acme.administrator.id), last_used_at=NOON)
    with store.begin(org_id) as uow:
        uow.api_tokens.add(Change(token))
        note_token_use(uow, token.id, at=NOON + timedelta(seconds=1))
    grant = store.directory.token_grant(token.token_hash)
    assert grant is not None
    assert grant.last_used_at == NOON
