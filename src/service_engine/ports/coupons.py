"""What the use cases need of coupons. Whether one exists is asked through ``ports.references``."""

from __future__ import annotations

from typing import Protocol

from service_engine.domain.change import Change
from service_engine.domain.coupons import Coupon

__all__ = ["Coupons"]


class Coupons(Protocol):
    """The organisation's coupons.

    Example:
        >>> from service_engine.testing.examples import acme, agency, coupon
        >>> with agency().begin(acme.id) as uow:
        ...     uow.coupons.code_is_taken(coupon.code)
        True
    """

    def add(self, change: Change[Coupon]) -> Coupon:
        """Store a new coupon.

        Raises:
            ConflictError: Its id or its code was taken.
        """
        ...

    def code_is_taken(self, code: str) -> bool:
        """Tell whether a coupon, deleted ones counted, has this code."""
        ...
