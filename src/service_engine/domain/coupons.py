"""Coupons, each organisation's own. An invoice may name one; what it takes off is written as discounts and credit.

Source: contract section 3 (coupons); section 2.7 (existence only); section 9, D45.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import field, frozen

from service_engine.domain.change import Change, Event
from service_engine.domain.ids import CouponId
from service_engine.domain.instants import optional_utc, utc
from service_engine.domain.text import NOTE, bounded, clean, optional_bounded

__all__ = ["Coupon", "CouponCreated", "create_coupon"]

CODE: Final = 100
KIND: Final = 50


@frozen(kw_only=True)
class Coupon:
    """A coupon.

    Args:
        id: Its id.
        code: 1 to 100 characters, unique in the organisation; what a client writes down.
        kind: 1 to 50 characters; the organisation's own word, such as ``Fixed`` (``type`` in the contract).
        description: Up to 65,535 characters.
        created_at: When it was made, UTC.
        updated_at: When it last changed, UTC.
        deleted_at: When it was deleted, UTC.

    Raises:
        RuleViolationError: A text is out of bounds.

    Example:
        >>> from service_engine.testing.examples import coupon
        >>> coupon.code
        'WELCOME'
    """

    id: CouponId
    code: str = field(validator=bounded(CODE))
    kind: str = field(validator=bounded(KIND))
    description: str | None = field(default=None, validator=optional_bounded(NOTE))
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    deleted_at: datetime | None = field(default=None, converter=optional_utc)


@frozen(kw_only=True)
class CouponCreated(Event):
    """The organisation got a coupon.

    Example:
        >>> from service_engine.testing.examples import coupon, now
        >>> CouponCreated(coupon_id=coupon.id, at=now).coupon_id == coupon.id
        True
    """

    coupon_id: CouponId


def create_coupon(
    coupon_id: CouponId,
    *,
    code: str,
    at: datetime,
    kind: str = "Fixed",
    description: str | None = None,
) -> Change[Coupon]:
    """Make a coupon.

    Args:
        coupon_id: Its id.
        code: 1 to 100 characters after stripping; free in the organisation.
        at: Now.
        kind: 1 to 50 characters after stripping.
        description: Up to 65,535 characters.

    Raises:
        RuleViolationError: A text is out of bounds.

    Example:
        >>> from uuid import UUID
        >>> from service_engine.testing.examples import now
        >>> create_coupon(CouponId(UUID(int=1)), code=" WELCOME ", at=now).state.code
        'WELCOME'
    """
    coupon = Coupon(
        id=coupon_id,
        code=clean(code, field="code", max_length=CODE),
        kind=clean(kind, field="kind", max_length=KIND),
        description=None
        if description is None
        else clean(description, field="description", max_length=NOTE, required=False),
        created_at=at,
        updated_at=at,
    )
    return Change(coupon, (CouponCreated(coupon_id=coupon_id, at=at),))
