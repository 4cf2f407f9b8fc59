"""Everything that a request refers to, looked up and held by one statement.

On PostgreSQL the people, their roles, the order, the coupon and the services are locked FOR SHARE until the transaction
ends, so that nobody can delete them or take their access away between the check and the commit. The people are locked
first, by themselves, and their roles only then: a statement that waits for a row sees its newest version, but joins it
to nothing newer.

Source: design section 5.7; goals, "validation by set".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
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
from service_engine.domain.ids import ClientId, CouponId, EmployeeId, OrderId, ServiceId
from service_engine.errors import ConflictError
from service_engine.ports.references import FoundReferences, ServiceOffer

__all__ = ["ReferenceStatements", "SqlReferences"]

_PERSON: Final = 0
_ORDER: Final = 1
_COUPON: Final = 2
_SERVICE: Final = 3


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
    order, coupon = _held(tables.orders, "order_id"), _held(tables.coupons, "coupon_id")
    price = type_coerce(services.c.price, BigInteger).label("price")
    offers = (
        select(services.c.id, services.c.name, services.c.currency, price)
        .where(live(services), services.c.id.in_(bindparam("service_ids", type_=ID, expanding=True)))
        .with_for_update(read=True)
        .cte("held_services")
    )
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
        select(literal(_COUPON), coupon.c.id, nothing, no_text, no_text, no_number),
        select(literal(_SERVICE), offers.c.id, nothing, offers.c.name, offers.c.currency, offers.c.price),
    )


def _held(table: Table, key: str) -> CTE:
    return (
        select(table.c.id)
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
        coupon_id: CouponId | None = None,
        service_ids: Sequence[ServiceId] = (),
        employee_ids: Sequence[EmployeeId] = (),
    ) -> FoundReferences:
        """Look all of them up at once; see ``ports.references.References``."""
        # Sorted: two transactions that lock the same people should not do it in opposite orders.
        people: list[UUID] = sorted({*employee_ids, *((client_id,) if client_id is not None else ())})
        offered = sorted(set(service_ids))
        access: dict[UUID, int] = {}
        services: dict[ServiceId, ServiceOffer] = {}
        found = set()
        if people or offered or order_id is not None or coupon_id is not None:
            asked = {"keys": people, "order_id": order_id, "coupon_id": coupon_id, "service_ids": offered}
            for kind, key, level, name, currency, price in self._transaction.read(self._statements.look_up, **asked):
                found.add(kind)
                if kind == _SERVICE:
                    money = optional_money_of(price, currency)
                    services[key] = ServiceOffer(id=key, name=name, currency=currency, price=money)
                elif kind == _PERSON and level is None:
                    # A role that was made and given to somebody while this statement waited for them.
                    raise ConflictError("user", key)
                elif kind == _PERSON:
                    access[key] = level
        return FoundReferences(
            client=client_id is not None and access.get(client_id) == 0,
            order=_ORDER in found,
            coupon=_COUPON in found,
            services=services,
            members={each: Member(each, access[each]) for each in employee_ids if each in access},
        )
