"""What can be done with coupons: make one. The API only refers to them.

Source: contract section 2.7 (coupon_id); section 9, D45.
"""

from __future__ import annotations

from datetime import datetime

from service_engine.domain import coupons
from service_engine.domain.coupons import Coupon
from service_engine.domain.ids import CouponId
from service_engine.errors import AlreadyTakenError
from service_engine.ports.unit_of_work import UnitOfWork

__all__ = ["create_coupon"]


def create_coupon(
    uow: UnitOfWork, *, code: str, at: datetime, kind: str = "Fixed", description: str | None = None
) -> Coupon:
    """Make a coupon that invoices may name.

    Args:
        uow: The unit of work.
        code: 1 to 100 characters after stripping; free in the organisation.
        at: Now.
        kind: 1 to 50 characters after stripping; the organisation's own word.
        description: Up to 65,535 characters.

    Raises:
        AlreadyTakenError: A coupon, deleted ones counted, has the code.
        RuleViolationError: A text is out of bounds.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later
        >>> agency().run(acme.id, create_coupon, code="SPRING", at=later).code
        'SPRING'
    """
    change = coupons.create_coupon(CouponId(uow.entropy.new_id()), code=code, kind=kind, description=description, at=at)
    if uow.coupons.code_is_taken(change.state.code):
        raise AlreadyTakenError("code", "The coupon code has already been taken.")
    return uow.coupons.add(change)
