"""What can be done with coupons: send a command, look at the store."""

from __future__ import annotations

from typing import Any

import pytest

from service_engine.domain.coupons import Coupon, CouponCreated
from service_engine.domain.ids import CouponId
from service_engine.errors import AlreadyTakenError, RuleViolationError
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, coupon, later
from service_engine.usecases.coupons import create_coupon


def created(store: Store, **arguments: Any) -> Coupon:
    """Make a coupon that differs in the given arguments."""
    usual: dict[str, Any] = {"code": "SPRING", "at": later}
    return store.run(acme.id, create_coupon, **(usual | arguments))


def is_there(store: Store, coupon_id: CouponId) -> bool:
    """Say whether an invoice could name a coupon."""

    def look(uow: UnitOfWork) -> bool:
        return uow.references.look_up(coupon_id=coupon_id).coupon

    return store.run(acme.id, look)


def is_taken(store: Store, code: str) -> bool:
    """Say whether a coupon has a code."""

    def look(uow: UnitOfWork) -> bool:
        return uow.coupons.code_is_taken(code)

    return store.run(acme.id, look)


@pytest.mark.usefixtures("store")
def test_creating(agency: Store):
    """Cleaned, with the time; there for invoices; one event."""
    with agency.begin(acme.id) as uow:
        made = create_coupon(uow, code=" SPRING ", kind=" Percentage ", description=" Ten. ", at=later)
        assert uow.events == (CouponCreated(coupon_id=made.id, at=later),)
    assert (made.code, made.kind, made.description) == ("SPRING", "Percentage", "Ten.")
    assert (made.created_at, made.updated_at, made.deleted_at) == (later, later, None)
    assert is_there(agency, made.id)
    assert (created(agency, code="X").kind, created(agency, code="Y").description) == ("Fixed", None)


@pytest.mark.usefixtures("store")
def test_a_code_belongs_to_one_coupon_of_an_organisation(agency: Store, neighbour):
    """Stripped, and exact in its letters; another organisation's does not matter (D45)."""
    for code in (coupon.code, f" {coupon.code} "):
        with pytest.raises(AlreadyTakenError) as refused:
            created(agency, code=code)
        assert (refused.value.field, refused.value.message) == ("code", "The coupon code has already been taken.")
    assert created(agency, code=coupon.code.lower()).code == coupon.code.lower()
    foreign = agency.run(neighbour.org_id, create_coupon, code=coupon.code, at=later)
    assert not is_there(agency, foreign.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": " "}, "code"),
        ({"code": "x" * 101}, "code"),
        ({"kind": ""}, "kind"),
        ({"kind": "x" * 51}, "kind"),
        ({"description": "\x00"}, "description"),
    ],
)
def test_creating_refuses_bad_text(agency: Store, changes: dict[str, str], field: str):
    """The refusal names the field, and nothing is written."""
    with pytest.raises(RuleViolationError) as refused:
        created(agency, **changes)
    assert refused.value.field == field
    assert not is_taken(agency, "SPRING")
