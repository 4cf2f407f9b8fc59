"""Coupons in SQL."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Insert, Select, Table, bindparam, insert, select

from service_engine.adapters.sql.scope import own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Transaction
from service_engine.domain.change import Change
from service_engine.domain.coupons import Coupon

__all__ = ["CouponStatements", "SqlCoupons"]

_PLAIN: Final = ("id", "code", "description", "created_at", "updated_at", "deleted_at")


def _row_of(coupon: Coupon) -> dict[str, Any]:
    return {name: getattr(coupon, name) for name in _PLAIN} | {"type": coupon.kind}


class CouponStatements:
    """What is asked of coupons, built once."""

    def __init__(self, tables: Tables) -> None:
        coupons = tables.coupons
        self.table: Table = coupons
        # Deleted ones too: their codes stay taken.
        self.by_code: Select[Any] = select(coupons.c.id).where(own(coupons), coupons.c.code == bindparam("code"))
        self.add: Insert = insert(coupons)


class SqlCoupons:
    """The organisation's coupons."""

    def __init__(self, transaction: Transaction, statements: CouponStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def add(self, change: Change[Coupon]) -> Coupon:
        """Store a new coupon; see ``ports.coupons.Coupons``."""
        self._transaction.insert(self._statements.table, self._statements.add, "coupon", _row_of(change.state))
        self._transaction.note(change.events)
        return change.state

    def code_is_taken(self, code: str) -> bool:
        """Tell whether a coupon has this code; see ``ports.coupons.Coupons``."""
        return self._transaction.read(self._statements.by_code, code=code).first() is not None
