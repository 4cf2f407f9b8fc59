"""Everything that a request refers to, looked up and held by one statement.

On PostgreSQL the people, their roles, the order, the coupon and the services are locked FOR SHARE until the transaction
ends, so that nobody can delete them or take their access away between the check and the commit. The people are locked
first, by themselves, and their roles only then: a statement that waits for a row sees its newest version, but joins it
to nothing newer.

Source: design section 5.7; goals, "validation by set".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
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
from service_engine.ports.references import FoundReferences, ServiceOffer, require_reference_ids

__all__ = ["ReferenceStatements", "SqlReferences"]

_PERSON: Final = 0
_ORDER: Final = 1
_COUPON: Final = 2
_SERVICE: Final = 3


class ReferenceStatements:
    """What is asked of references, built once for every combination of kinds."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.look_up: Callable[[tuple[int, ...]], Select[Any] | CompoundSelect[Any]] = cache(self._look_up)

    def _look_up(self, kinds: tuple[int, ...]) -> Select[Any] | CompoundSelect[Any]:
        """Return the statement that looks up these kinds of things, and nothing else: a planner's time is time, too."""
        parts = [_PARTS[kind](self._tables) for kind in kinds]
        return union_all(*parts) if len(parts) > 1 else parts[0]


def _people(tables: Tables) -> Select[Any]:
    users, roles = tables.users, tables.roles
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
    return _row(_PERSON, people.c.id, level=access.c.dashboard_access).select_from(
        people.outerjoin(access, access.c.id == people.c.role_id)
    )


def _orders(tables: Tables) -> Select[Any]:
    return _row(_ORDER, _held(tables.orders, "order_id").c.id)


def _coupons(tables: Tables) -> Select[Any]:
    return _row(_COUPON, _held(tables.coupons, "coupon_id").c.id)


def _services(tables: Tables) -> Select[Any]:
    services = tables.services
    price = type_coerce(services.c.price, BigInteger).label("price")
    offers = (
        select(services.c.id, services.c.name, services.c.currency, price)
        .where(live(services), services.c.id.in_(bindparam("service_ids", type_=ID, expanding=True)))
        .with_for_update(read=True)
        .cte("held_services")
    )
    return _row(_SERVICE, offers.c.id, name=offers.c.name, currency=offers.c.currency, price=offers.c.price)


_PARTS: Final[Mapping[int, Callable[[Tables], Select[Any]]]] = {
    _PERSON: _people,
    _ORDER: _orders,
    _COUPON: _coupons,
    _SERVICE: _services,
}


def _row(
    kind: int,
    key: ColumnElement[Any],
    *,
    level: ColumnElement[Any] = cast(null(), SMALL),  # noqa: B008 - expressions are values
    name: ColumnElement[Any] = cast(null(), Text()),  # noqa: B008
    currency: ColumnElement[Any] = cast(null(), Text()),  # noqa: B008
    price: ColumnElement[Any] = cast(null(), BigInteger()),  # noqa: B008
) -> Select[Any]:
    """Return the query of one kind, with the columns that all kinds have together."""
    labels = {"level": level, "name": name, "currency": currency, "price": price}
    return select(literal(kind).label("kind"), key, *(each.label(label) for label, each in labels.items()))


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
        require_reference_ids(
            client=client_id, order=order_id, coupon=coupon_id, services=service_ids, employees=employee_ids
        )
        # Sorted: two transactions that lock the same people should not do it in opposite orders.
        people: list[UUID] = sorted({*employee_ids, *((client_id,) if client_id is not None else ())})
        offered = sorted(set(service_ids))
        access: dict[UUID, int] = {}
        services: dict[ServiceId, ServiceOffer] = {}
        found = set()
        everything = (
            (_PERSON, "keys", people),
            (_ORDER, "order_id", order_id),
            (_COUPON, "coupon_id", coupon_id),
            (_SERVICE, "service_ids", offered),
        )
        asked = {kind: (name, value) for kind, name, value in everything if value}
        if asked:
            statement = self._statements.look_up(tuple(asked))
            for kind, key, level, name, currency, price in self._transaction.read(statement, **dict(asked.values())):
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
