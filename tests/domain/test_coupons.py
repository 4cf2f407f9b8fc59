"""Coupons: each organisation's own, under a code."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.coupons import Coupon, CouponCreated, create_coupon
from service_engine.domain.ids import CouponId
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import coupon, later, now

ID = CouponId(UUID(int=1))


def test_creating_with_the_least():
    """Fixed, live, and one event."""
    created = create_coupon(ID, code="WELCOME", at=now)
    assert created.state == Coupon(id=ID, code="WELCOME", kind="Fixed", created_at=now, updated_at=now)
    assert (created.state.description, created.state.deleted_at) == (None, None)
    assert created.events == (CouponCreated(coupon_id=ID, at=now),)


@given(strategies.lines(100), strategies.lines(50), st.none() | strategies.lines(), strategies.instants())
def test_creating_strips_and_keeps(code: str, kind: str, description: str | None, at: datetime):
    """Texts are stripped, and otherwise as they were given: codes differ by case."""
    padded = description and f"\t{description} "
    created = create_coupon(ID, code=f" {code}\n", kind=f" {kind} ", description=padded, at=at).state
    assert created == Coupon(id=ID, code=code, kind=kind, description=description, created_at=at, updated_at=at)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": " "}, "code"),
        ({"code": "x" * 101}, "code"),
        ({"kind": ""}, "kind"),
        ({"kind": "x" * 51}, "kind"),
        ({"description": "x" * 65_536}, "description"),
        ({"description": "a\x00"}, "description"),
    ],
    ids=["blank code", "long code", "blank kind", "long kind", "long description", "nul"],
)
def test_creating_refuses_what_does_not_fit_its_column(changes: dict[str, Any], field: str):
    """Each text has its bound (D64, D65), also when the value is built by hand."""
    with pytest.raises(RuleViolationError) as refused:
        create_coupon(ID, **({"code": "WELCOME"} | changes), at=now)
    assert refused.value.field == field
    with pytest.raises(RuleViolationError) as refused:
        attrs.evolve(coupon, **changes)
    assert refused.value.field == field


def test_the_bounds_themselves_fit():
    """The longest texts; an empty description is one."""
    longest = create_coupon(ID, code="x" * 100, kind="x" * 50, description="x" * 65_535, at=now).state
    assert (len(longest.code), len(longest.kind), len(longest.description or "")) == (100, 50, 65_535)
    assert create_coupon(ID, code="A", description=" ", at=now).state.description == ""


def test_a_deleted_coupon_differs_from_a_live_one():
    """Deletion is part of the value."""
    assert attrs.evolve(coupon, deleted_at=later) != coupon
