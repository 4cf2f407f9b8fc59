"""What the use cases need of API tokens, and the one look-up that comes before any organisation is known."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from service_engine.domain.api_tokens import ApiToken, TokenGrant
from service_engine.domain.change import Change
from service_engine.domain.ids import ApiTokenId

__all__ = ["ApiTokens", "Directory"]


class ApiTokens(Protocol):
    """The organisation's API tokens.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, later, now
        >>> from service_engine.usecases.organizations import authenticate, issue_api_token
        >>> store = agency()
        >>> secret = store.run(acme.id, issue_api_token, jane.id, name="CI", at=now)
        >>> _, grant = authenticate(store.directory, secret, at=later)
        >>> with store.begin(acme.id) as uow:
        ...     uow.api_tokens.note_use(grant.token_id, at=later, unless_since=now)
        >>> authenticate(store.directory, secret, at=later)[1].last_used_at == later
        True
    """

    def add(self, change: Change[ApiToken]) -> ApiToken:
        """Store a new token."""
        ...

    def note_use(self, token_id: ApiTokenId, *, at: datetime, unless_since: datetime) -> None:
        """Write down the last use, unless one after ``unless_since`` is written down already."""
        ...


class Directory(Protocol):
    """The question that is asked before the organisation is known.

    Example:
        >>> from service_engine.testing.examples import agency
        >>> agency().directory.token_grant("no such hash") is None
        True
    """

    def token_grant(self, token_hash: str) -> TokenGrant | None:
        """Return whose token has this hash, in one read; None when nobody's has."""
        ...
