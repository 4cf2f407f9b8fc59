"""Everything that a request refers to, looked up and held by one statement.

On PostgreSQL the people, their roles and the order are locked FOR SHARE until the transaction ends, so that nobody can
delete them or take their access away between the check and the commit. The people are locked first, by themselves, and
their roles only then: a statement that waits for a row sees its newest version, but joins it to nothing newer.

Source: design section 5.7; goals, "validation by set".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, bindparam, literal, null, select, type_coerce, union_all

from service_engine.adapters.sql.scope import KEYS, live, own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Transaction
from service_engine.adapters.sql.types import ID, SMALL
from service_engine.domain.employees import Member
from service_engine.domain.ids import ClientId, EmployeeId, OrderId
from service_engine.errors import ConflictError
from service_engine.ports.references import FoundReferences

__all__ = ["ReferenceStatements", "SqlReferences"]


class ReferenceStatements:
    """What is asked of references, built once."""

    def __init__(self, tables: Tables) -> None:
        self.look_up = _look_up(tables)


def _look_up(tables: Tables) -> CompoundSelect[Any]:
    users, roles, orders = tables.users, tables.roles, tables.orders
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
    linked = (
        select(orders.c.id)
        .where(live(orders), orders.c.id == bindparam("order_id", type_=ID))
        .with_for_update(read=True)
        .cte("linked")
    )
    nothing = type_coerce(null(), SMALL)
    return union_all(
        select(literal(0).label("kind"), people.c.id, access.c.dashboard_access).select_from(
            people.outerjoin(access, access.c.id == people.c.role_id)
        ),
        select(literal(1), linked.c.id, nothing),
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
        employee_ids: Sequence[EmployeeId] = (),
    ) -> FoundReferences:
        """Look all of them up at once; see ``ports.references.References``."""
        # Sorted: two transactions that lock the same people should not do it in opposite orders.
        people: list[UUID] = sorted({*employee_ids, *((client_id,) if client_id is not None else ())})
        access: dict[UUID, int] = {}
        order = False
        if people or order_id is not None:
            for kind, key, level in self._transaction.read(self._statements.look_up, keys=people, order_id=order_id):
                if kind == 1:
                    order = True
                elif level is None:
                    # A role that was made and given to somebody while this statement waited for them.
                    raise ConflictError("user", key)
                else:
                    access[key] = level
        return FoundReferences(
            client=client_id is not None and access.get(client_id) == 0,
            order=order,
            members={each: Member(each, access[each]) for each in employee_ids if each in access},
        )
