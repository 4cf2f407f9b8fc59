"""People as other things show them: the client of a ticket or an order, the employees assigned to something."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, ColumnElement, FromClause, ScalarSelect, select, type_coerce

from service_engine.adapters.sql.clients import ADDRESS_WIDTH, address_columns, address_of
from service_engine.adapters.sql.dialects import json_rows
from service_engine.adapters.sql.organizations import ROLE_WIDTH, role_columns, role_of
from service_engine.adapters.sql.scope import own, refers
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.types import money_of, uuid_of
from service_engine.domain.ids import EmployeeId, RoleId, UserId
from service_engine.ports.clients import ClientSummary
from service_engine.ports.employees import EmployeeRow

__all__ = [
    "CLIENT_WIDTH",
    "assigned",
    "assigned_ids",
    "client_summary_columns",
    "client_summary_of",
    "employee_ids_of",
    "employee_rows_of",
    "ids_of",
    "with_client",
]

_PERSON: Final = ("id", "first_name", "last_name", "email", "company", "phone", "balance_currency")
_PERSON_WIDTH: Final = len(_PERSON) + 1
_ROLE_START: Final = _PERSON_WIDTH + ADDRESS_WIDTH
CLIENT_WIDTH: Final = _ROLE_START + ROLE_WIDTH


def with_client(tables: Tables, source: FromClause, owners: FromClause) -> FromClause:
    """Join the client of each row of ``owners``, with role and address, to a source that has those rows in it."""
    users, roles, addresses = tables.users, tables.roles, tables.addresses
    return (
        source.join(users, refers(owners, users, "client_id"))
        .join(roles, refers(users, roles, "role_id"))
        .outerjoin(addresses, refers(users, addresses, "address_id"))
    )


def client_summary_columns(tables: Tables) -> list[ColumnElement[Any]]:
    """Return the columns that ``client_summary_of`` reads, in its order; ``with_client`` joins their tables."""
    return [
        *(tables.users.c[name] for name in _PERSON),
        type_coerce(tables.users.c.balance, BigInteger),
        *address_columns(tables.addresses),
        *role_columns(tables.roles),
    ]


@lru_cache(maxsize=4096)
def client_summary_of(columns: tuple[Any, ...]) -> ClientSummary:
    """Return the client of a row's columns. Values are immutable, so that equal columns share one."""
    id_, first_name, last_name, email, company, phone, currency, balance = columns[:_PERSON_WIDTH]
    return ClientSummary(
        id=id_,
        first_name=first_name,
        last_name=last_name,
        email=email,
        company=company,
        phone=phone,
        balance=money_of(balance, currency),
        address=address_of(columns[_PERSON_WIDTH:_ROLE_START]),
        role=role_of(columns[_ROLE_START:]),
    )


def assigned_ids(links: FromClause, owner: str, owners: FromClause) -> ScalarSelect[str]:
    """Return who is linked to each row of ``owners``, as one text for ``employee_ids_of``."""
    return (
        select(json_rows(links.c.position, links.c.employee_id))
        .where(own(links), links.c[owner] == owners.c.id)
        .correlate(owners)
        .scalar_subquery()
    )


def employee_ids_of(stored: str | None) -> tuple[EmployeeId, ...]:
    """Return the ids of one text, in the order of their positions."""
    if not stored or stored == "[]":
        return ()
    return tuple(EmployeeId(UserId(uuid_of(each))) for _, each in sorted(orjson.loads(stored)))


def assigned(tables: Tables, links: FromClause, owner: str, owners: FromClause) -> ScalarSelect[str]:
    """Return the employees who are linked to each row of ``owners``, as one text for ``employee_rows_of``."""
    users = tables.users.alias("assigned")
    its = users.c
    return (
        select(json_rows(links.c.position, its.id, its.first_name, its.last_name, its.role_id))
        .select_from(links.join(users, refers(links, users, "employee_id")))
        .where(own(links), links.c[owner] == owners.c.id)
        .correlate(owners)
        .scalar_subquery()
    )


@lru_cache(maxsize=4096)
def employee_rows_of(stored: str | None) -> tuple[EmployeeRow, ...]:
    """Return the employees of one text, in the order of their positions. Equal texts share them, as above."""
    if not stored or stored == "[]":
        return ()
    return tuple(_employee_row(*columns) for _, *columns in sorted(orjson.loads(stored)))


def ids_of(rows: Sequence[EmployeeRow]) -> tuple[EmployeeId, ...]:
    """Return the ids of employees, in the same order."""
    return tuple(each.id for each in rows)


@lru_cache(maxsize=4096)
def _employee_row(id_: str, first_name: str, last_name: str, role_id: str) -> EmployeeRow:
    """Return the row of an employee's columns. Values are immutable, so that equal rows share one."""
    return EmployeeRow(
        id=EmployeeId(UserId(uuid_of(id_))),
        first_name=first_name,
        last_name=last_name,
        role_id=RoleId(uuid_of(role_id)),
    )
