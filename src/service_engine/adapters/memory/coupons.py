"""An organisation's coupons."""

from __future__ import annotations

from service_engine.adapters.memory import aggregates
from service_engine.adapters.memory.state import Work
from service_engine.domain.change import Change
from service_engine.domain.coupons import Coupon

__all__ = ["MemoryCoupons"]


class MemoryCoupons:
    """``ports.coupons.Coupons`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, change: Change[Coupon]) -> Coupon:
        """Store a new coupon."""
        return aggregates.add(self._work, "coupon", self._work.state.coupons, change, aggregates.no_links)

    def code_is_taken(self, code: str) -> bool:
        """Tell whether a coupon, deleted ones counted, has this code."""
        return ("code", code) in self._work.state.coupons.claims
