"""Clients as they are shown, in SQL: one statement for one, two for a page."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    cast,
    exists,
    func,
    literal,
    select,
    type_coerce,
)

from service_engine.adapters.sql.clients import (
    ADDRESS_WIDTH,
    CLIENT_WIDTH,
    address_columns,
    client_columns,
    client_of,
)
from service_engine.adapters.sql.lists import ListStatements, SqlListed
from service_engine.adapters.sql.organizations import ROLE_WIDTH, role_columns, role_of
from service_engine.adapters.sql.scope import KEY, live, own, refers
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.adapters.sql.types import MONEY
from service_engine.domain.ids import ClientId
from service_engine.domain.invoice_status import InvoiceStatus
from service_engine.ports.clients import ClientFilter, ClientRow, ClientSort

__all__ = ["ClientQueryStatements", "SqlClientQueries"]

_ADDRESS: Final = slice(CLIENT_WIDTH, CLIENT_WIDTH + ADDRESS_WIDTH)
_ROLE: Final = slice(_ADDRESS.stop, _ADDRESS.stop + ROLE_WIDTH)
_SPENT: Final = _ROLE.stop


class ClientQueryStatements:
    """What is asked about clients, built once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        users, roles = tables.users, tables.roles
        self.get: Select[Any] = _shown(tables, users).where(
            live(users), users.c.id == KEY, roles.c.dashboard_access == 0
        )
        fields = {each.value for each in (*ClientFilter, *ClientSort)}
        self.list: ListStatements[ClientFilter] = ListStatements(
            source=users,
            conditions=(live(users), _is_client(tables)),
            columns={name: users.c[name] for name in fields},
            details=self._details,
        )

    def _details(self, page: CTE) -> Select[Any]:
        users = self._tables.users
        return _shown(self._tables, page.join(users, (users.c.id == page.c.id) & own(users)))


def _is_client(tables: Tables) -> ColumnElement[bool]:
    # Not a join: SQLite would begin with the roles, and sort everybody who has one.
    users, roles = tables.users, tables.roles
    role = exists(literal(1)).where(refers(users, roles, "role_id"), roles.c.dashboard_access == 0)
    return role.correlate(users)


def _shown(tables: Tables, source: FromClause) -> Select[Any]:
    users, roles, addresses = tables.users, tables.roles, tables.addresses
    return select(
        *client_columns(users), *address_columns(addresses), *role_columns(roles), _spent(tables)
    ).select_from(
        source.join(roles, refers(users, roles, "role_id")).outerjoin(addresses, refers(users, addresses, "address_id"))
    )


def _spent(tables: Tables) -> ScalarSelect[Any]:
    users, invoices = tables.users, tables.invoices
    total = cast(func.sum(type_coerce(invoices.c.total, BigInteger)), BigInteger)
    return (
        select(type_coerce(total, MONEY))
        .where(live(invoices), invoices.c.client_id == users.c.id, invoices.c.status == InvoiceStatus.PAID.value)
        .correlate(users)
        .scalar_subquery()
    )


def _row_of(row: AnyRow) -> ClientRow:
    client = client_of(row[:CLIENT_WIDTH], row[_ADDRESS])
    return ClientRow(client=client, role=role_of(row[_ROLE]), spent=row[_SPENT])


class SqlClientQueries(SqlListed[ClientFilter, ClientSort, ClientRow]):
    """The organisation's clients as they are shown."""

    def __init__(self, transaction: Transaction, statements: ClientQueryStatements) -> None:
        super().__init__(transaction, statements.list, _row_of)
        self._statements = statements

    def get(self, client_id: ClientId) -> ClientRow:
        """Return one live client; see ``ports.clients.ClientQueries``."""
        row = self._transaction.find(self._statements.get, "client", client_id)
        return _row_of(row)
