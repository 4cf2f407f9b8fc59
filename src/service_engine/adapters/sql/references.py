"""Everything that a request refers to, looked up and held by one statement.

On PostgreSQL the people, their roles, the order and the service are locked FOR SHARE until the transaction ends, so
that nobody can delete them or take their access away between the check and the commit. The people are locked first, by
themselves, and their roles only then: a statement that waits for a row sees its newest version, but joins it to nothing
newer.

Source: design section 5.7; goals, "validation by set".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Table,
    Text,
    bindparam,
    cast,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from service_engine.adapters.sql.scope import KEYS, live, own
from service_engine.adapters.sql.services import optional_money_of
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Transaction
from service_engine.adapters.sql.types import ID, SMALL
from service_engine.domain.employees import Member
from service_engine.domain.ids import ClientId, EmployeeId, OrderId, ServiceId
from service_engine.errors import ConflictError
from service_engine.ports.references import FoundReferences, ServiceOffer

__all__ = ["ReferenceStatements", "SqlReferences"]

_PERSON: Final = 0
_ORDER: Final = 1
_SERVICE: Final = 2


class ReferenceStatements:
    """What is asked of references, built once."""

    def __init__(self, tables: Tables) -> None:
        self.look_up = _look_up(tables)


def _look_up(tables: Tables) -> CompoundSelect[Any]:
    users, roles, services = tables.users, tables.roles, tables.services
    people = (
        select(users.c.id, users.c.role_id)
        .where(live(users), users.c.id.in_(KEYS))
        .with_for_update(read=True)
        .cte("people")
    )
    access = (
        select(roles.c.id, roles.c.dashboard_access)
        .where(own(roles), roles.c.id.in_(select(people.c.role_id)))
        .with_for_update(read=True)
        .cte("access")
    )
    order = _held(tables.orders, "order_id", [tables.orders.c.id])
    price = type_coerce(services.c.price, BigInteger).label("price")
    offer = _held(services, "service_id", [services.c.id, services.c.name, services.c.currency, price])
    nothing, no_text, no_number = cast(null(), SMALL), cast(null(), Text()), cast(null(), BigInteger())
    return union_all(
        select(
            literal(_PERSON).label("kind"),
            people.c.id,
            access.c.dashboard_access,
            no_text.label("name"),
            no_text.label("currency"),
            no_number.label("price"),
        ).select_from(people.outerjoin(access, access.c.id == people.c.role_id)),
        select(literal(_ORDER), order.c.id, nothing, no_text, no_text, no_number),
        select(literal(_SERVICE), offer.c.id, nothing, offer.c.name, offer.c.currency, offer.c.price),
    )


def _held(table: Table, key: str, columns: Sequence[ColumnElement[Any]]) -> CTE:
    return (
        select(*columns)
        .where(live(table), table.c.id == bindparam(key, type_=ID))
        .with_for_update(read=True)
        .cte(f"held_{table.name}")
    )


class SqlReferences:
    """One look-up for everything that a request refers to."""

    def __init__(self, transaction: Transaction, statements: ReferenceStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def look_up(
        self,
        *,
        client_id: ClientId | None = None,
        order_id: OrderId | None = None,
        service_id: ServiceId | None = None,
        employee_ids: Sequence[EmployeeId] = (),
    ) -> FoundReferences:
        """Look all of them up at once; see ``ports.references.References``."""
        # Sorted: two transactions that lock the same people should not do it in opposite orders.
        people: list[UUID] = sorted({*employee_ids, *((client_id,) if client_id is not None else ())})
        access: dict[UUID, int] = {}
        order, service = False, None
        if people or order_id is not None or service_id is not None:
            asked = {"keys": people, "order_id": order_id, "service_id": service_id}
            for kind, key, level, name, currency, price in self._transaction.read(self._statements.look_up, **asked):
                if kind == _ORDER:
                    order = True
                elif kind == _SERVICE:
                    money = optional_money_of(price, currency)
                    service = ServiceOffer(id=key, name=name, currency=currency, price=money)
                elif level is None:
                    # A role that was made and given to somebody while this statement waited for them.
                    raise ConflictError("user", key)
                else:
                    access[key] = level
        return FoundReferences(
            client=client_id is not None and access.get(client_id) == 0,
            order=order,
            service=service,
            members={each: Member(each, access[each]) for each in employee_ids if each in access},
        )
