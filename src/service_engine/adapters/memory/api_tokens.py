"""An organisation's API tokens, and the look-up that comes before any organisation is known."""

from __future__ import annotations

from datetime import datetime

from service_engine.adapters.memory.state import Published, Work
from service_engine.domain.api_tokens import ApiToken, TokenGrant
from service_engine.domain.change import Change
from service_engine.domain.clients import Client
from service_engine.domain.ids import ApiTokenId
from service_engine.domain.instants import utc
from service_engine.errors import ConflictError

__all__ = ["MemoryApiTokens", "MemoryDirectory"]


class MemoryApiTokens:
    """``ports.api_tokens.ApiTokens`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, change: Change[ApiToken]) -> ApiToken:
        """Store a new token."""
        work, token = self._work, change.state
        work.require_links("api_token", token.id, token.employee_id in work.state.people.rows)
        if work.published.token_place(token.token_hash) is not None:
            raise ConflictError("api_token", token.id)
        work.state.api_tokens.add("api_token", token)
        work.new_tokens.append(token)
        work.events.extend(change.events)
        return token

    def note_use(self, token_id: ApiTokenId, *, at: datetime, unless_since: datetime) -> None:
        """Write down the last use, unless one after ``unless_since`` is written down already."""
        state = self._work.state
        token = state.api_tokens.rows.get(token_id)
        if token is None:
            return
        noted = state.token_uses.get(token_id, token.last_used_at)
        if noted is None or noted <= utc(unless_since):
            state.token_uses = {**state.token_uses, token_id: utc(at)}


class MemoryDirectory:
    """``ports.api_tokens.Directory`` in memory: sees what is committed."""

    def __init__(self, published: Published) -> None:
        self._published = published

    def token_grant(self, token_hash: str) -> TokenGrant | None:
        """Return whose token has this hash; None when nobody's has."""
        self._published.require_open()
        place = self._published.token_place(token_hash)
        if place is None:
            return None
        org_id, token_id = place
        state = self._published.state(org_id)
        token = state.api_tokens.rows[token_id]
        person = state.people.rows[token.employee_id]
        return TokenGrant(
            organization_id=org_id,
            token_id=token_id,
            employee_id=token.employee_id,
            token_hash=token.token_hash,
            expires_at=token.expires_at,
            last_used_at=state.token_uses.get(token_id, token.last_used_at),
            status=person.status,
            deleted=isinstance(person, Client) and person.deleted_at is not None,
            dashboard_access=state.role_of(person).levels.dashboard_access,
        )
