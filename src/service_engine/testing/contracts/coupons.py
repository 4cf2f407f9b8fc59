"""What every store must do with coupons."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import given

from service_engine.domain.coupons import Coupon, create_coupon
from service_engine.errors import ConflictError
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened
from service_engine.testing.contracts.organizations import rolled_back

__all__ = ["CouponContract"]

LATER = NOON + timedelta(seconds=1)


class CouponContract(Contract):
    """The organisation's coupons. Whether one exists is asked through the references.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> CouponContract().test_a_code_is_taken_for_ever_in_an_organization(Agency(store), Agency(store, "Rival"))
    """

    @rolled_back
    @given(coupon=strategies.coupons())
    def test_a_coupon_is_stored(self, acme: Agency, coupon: Coupon) -> None:
        """Whatever the domain allows, and is found as long as it is not deleted."""
        with acme.undone() as uow:
            new = attrs.evolve(coupon, id=acme.new_id())
            assert uow.coupons.add(happened(new)) == new
            assert uow.coupons.code_is_taken(new.code)
            assert uow.references.look_up(coupon_id=new.id).coupon == (new.deleted_at is None)

    def test_a_code_is_taken_for_ever_in_an_organization(self, acme: Agency, rival: Agency) -> None:
        """Deleted coupons keep theirs, and it is compared exactly; other organisations have their own (D45)."""
        deleted = attrs.evolve(acme.build.coupon(code="WELCOME"), deleted_at=LATER)
        with acme.begin() as uow:
            uow.coupons.add(happened(deleted))
        live = acme.coupon(code="SPRING")
        with acme.begin() as uow:
            assert uow.coupons.code_is_taken("WELCOME")
            assert uow.coupons.code_is_taken(live.code)
            for other in ("welcome", "WELCOM_", "WELCOME ", "%", ""):
                assert not uow.coupons.code_is_taken(other)
        for code in ("WELCOME", "SPRING"):
            with pytest.raises(ConflictError):
                acme.coupon(code=code)
        with rival.begin() as uow:
            assert not uow.coupons.code_is_taken("WELCOME")
        assert rival.coupon(code="WELCOME").code == "WELCOME"

    def test_a_coupon_id_is_taken_once(self, acme: Agency) -> None:
        """The same id cannot be made twice."""
        again = attrs.evolve(acme.build.coupon(), id=acme.coupon().id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.coupons.add(happened(again))
        with acme.begin() as uow:
            assert not uow.coupons.code_is_taken(again.code)

    def test_what_happened_to_a_coupon_is_noted(self, acme: Agency) -> None:
        """As soon as it is stored."""
        created = create_coupon(acme.new_id(), code="WELCOME", at=NOON)
        with acme.begin() as uow:
            uow.coupons.add(created)
            assert uow.events == created.events
