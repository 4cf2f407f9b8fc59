"""Coupons in memory: what is unique, and when one can be named."""

from __future__ import annotations

import attrs
import pytest

from service_engine import AlreadyTakenError, Change, ConflictError, OrganizationId
from service_engine.domain.coupons import create_coupon
from service_engine.domain.ids import CouponId
from service_engine.testing.builders import NOON
from service_engine.usecases import coupons
from service_engine.usecases.organizations import bootstrap_organization


def _coupon(store, code="OTHER"):
    return create_coupon(CouponId(store.entropy.new_id()), code=code, at=NOON).state


def test_a_code_is_one_coupons_for_ever(store, org_id, coupon):
    """Deleted ones keep theirs; a refused one leaves neither itself nor an event."""
    gone = attrs.evolve(_coupon(store, code="GONE"), deleted_at=NOON)
    with store.begin(org_id) as uow:
        assert uow.coupons.add(Change(gone)) is gone
        assert [uow.coupons.code_is_taken(code) for code in ("WELCOME", "GONE", "OTHER")] == [True, True, False]
        for taken in (coupon.code, gone.code):
            with pytest.raises(ConflictError) as refused:
                uow.coupons.add(create_coupon(CouponId(store.entropy.new_id()), code=taken, at=NOON))
            assert refused.value.kind == "coupon"
        with pytest.raises(ConflictError):
            uow.coupons.add(create_coupon(coupon.id, code="NEW", at=NOON))
        assert not uow.coupons.code_is_taken("NEW")
        assert uow.events == ()


def test_a_coupon_needs_its_organisation(store, org_id):
    """As the database's foreign key does."""
    with store.begin(org_id) as uow, pytest.raises(ConflictError):
        uow.coupons.add(Change(_coupon(store)))


def test_a_coupon_is_a_reference_as_long_as_it_is_there(store, org_id, coupon):
    """A deleted, a foreign (D45) and an unknown one get the same answer; a code is free in every other organisation."""
    other = OrganizationId(store.entropy.new_id())
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    foreign = store.run(other, coupons.create_coupon, code=coupon.code, at=NOON)
    gone = attrs.evolve(_coupon(store), deleted_at=NOON)
    with store.begin(org_id) as uow:
        uow.coupons.add(Change(gone))
        assert uow.references.look_up(coupon_id=coupon.id).coupon
        for missing in (gone.id, foreign.id, _coupon(store).id, None):
            assert not uow.references.look_up(coupon_id=missing).coupon


def test_a_coupon_that_was_rolled_back_never_was(store, org_id, coupon):
    """Its code is free again."""

    def work(uow):
        coupons.create_coupon(uow, code="SUMMER", at=NOON)
        assert uow.coupons.code_is_taken("SUMMER")
        coupons.create_coupon(uow, code=coupon.code, at=NOON)

    with pytest.raises(AlreadyTakenError):
        store.run(org_id, work)
    assert not store.run(org_id, lambda uow: uow.coupons.code_is_taken("SUMMER"))
