"""API tokens in SQL, and the one look-up that comes before any organisation is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, Insert, Select, Table, Update, bindparam, insert, select, update

from service_engine.adapters.sql.compiled import found_by_identity
from service_engine.adapters.sql.engines import beginning_nothing
from service_engine.adapters.sql.scope import DIRECTORY, KEY, UPDATED_ORG_ID
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Transaction
from service_engine.domain.api_tokens import ApiToken, TokenGrant
from service_engine.domain.change import Change
from service_engine.domain.ids import ApiTokenId

__all__ = ["ApiTokenStatements", "SqlApiTokens", "find_grant"]


class ApiTokenStatements:
    """What is asked of API tokens, built once."""

    def __init__(self, tables: Tables) -> None:
        tokens = tables.api_tokens
        self.table: Table = tokens
        users, roles = tables.users, tables.roles
        self.add: Insert = insert(tokens)
        self.note_use: Update = update(tokens).where(
            tokens.c.org_id == UPDATED_ORG_ID,
            tokens.c.id == KEY,
            tokens.c.last_used_at.is_(None) | (tokens.c.last_used_at <= bindparam("unless_since")),
        )
        self.grant: Select[*tuple[Any, ...]] = (
            select(
                tokens.c.org_id,
                tokens.c.id,
                tokens.c.employee_id,
                tokens.c.token_hash,
                tokens.c.expires_at,
                tokens.c.last_used_at,
                users.c.status,
                users.c.deleted_at,
                roles.c.dashboard_access,
            )
            .join(users, (users.c.org_id == tokens.c.org_id) & (users.c.id == tokens.c.employee_id))
            .join(roles, (roles.c.org_id == users.c.org_id) & (roles.c.id == users.c.role_id))
            .where(tokens.c.token_hash == bindparam("token_hash"))
            .execution_options(**DIRECTORY)
        )


class SqlApiTokens:
    """The organisation's API tokens."""

    def __init__(self, transaction: Transaction, statements: ApiTokenStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def add(self, change: Change[ApiToken]) -> ApiToken:
        """Store a new token; see ``ports.api_tokens.ApiTokens``."""
        token = change.state
        row: dict[str, Any] = attrs.asdict(token)
        self._transaction.insert(self._statements.table, self._statements.add, "api_token", row)
        self._transaction.note(change.events)
        return token

    def note_use(self, token_id: ApiTokenId, *, at: datetime, unless_since: datetime) -> None:
        """Write down the last use; see ``ports.api_tokens.ApiTokens``."""
        self._transaction.write(self._statements.note_use, key=token_id, last_used_at=at, unless_since=unless_since)


def find_grant(connection: Connection, statements: ApiTokenStatements, token_hash: str) -> TokenGrant | None:
    """Return whose token has this hash, in one read; None when nobody's has."""
    with beginning_nothing(connection):
        options = found_by_identity(connection.dialect)
        row = connection.execute(statements.grant, {"token_hash": token_hash}, execution_options=options).one_or_none()
    if row is None:
        return None
    org_id, id_, employee_id, hash_, expires_at, last_used_at, status, deleted_at, access = row
    return TokenGrant(
        organization_id=org_id,
        token_id=id_,
        employee_id=employee_id,
        token_hash=hash_,
        expires_at=expires_at,
        last_used_at=last_used_at,
        status=status,
        deleted=deleted_at is not None,
        dashboard_access=access,
    )
