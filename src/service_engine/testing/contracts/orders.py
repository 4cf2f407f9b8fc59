"""What every store must do with orders, one at a time."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import given

from service_engine.domain.change import Change
from service_engine.domain.ids import ClientId, OrderId, UserId
from service_engine.domain.orders import Order, delete_order
from service_engine.errors import ConflictError
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing
from service_engine.testing.contracts.organizations import rolled_back

__all__ = ["OrderContract"]

LATER = NOON + timedelta(seconds=1)


class OrderContract(Contract):
    """The organisation's orders, one at a time."""

    @rolled_back
    @given(order=strategies.orders())
    def test_an_order_is_kept_whole(self, acme: Agency, order: Order) -> None:
        """Whatever the domain allows comes back as it was, new or changed."""
        with acme.undone() as uow:
            client = uow.clients.add(happened(acme.build.client(role_id=acme.client_role.id)))
            new = attrs.evolve(order, id=acme.new_id(), client_id=client.id, deleted_at=None, version=1)
            assert uow.orders.add(happened(new)) == new
            assert uow.orders.get(new.id) == new
            plain = acme.build.order(client_id=client.id)
            uow.orders.add(happened(plain))
            wanted = attrs.evolve(new, id=plain.id, number=f"{plain.number}'")
            assert uow.orders.save(happened(wanted)) == attrs.evolve(wanted, version=2)
            assert uow.orders.get(plain.id) == attrs.evolve(wanted, version=2)

    def test_whatever_is_not_a_live_order_is_missing(self, acme: Agency, rival: Agency) -> None:
        """A deleted, a foreign and an unknown one get the same answer."""
        deleted = acme.order()
        with acme.begin() as uow:
            uow.orders.save(delete_order(deleted, at=LATER))
        for id_ in (deleted.id, rival.order().id, OrderId(acme.new_id())):
            with acme.begin() as uow, missing("order", id_):
                uow.orders.get(id_)

    def test_a_change_of_an_order_counts_the_version(self, acme: Agency) -> None:
        """A change that changed nothing is no save; a stale one is a conflict."""
        order = acme.order()
        with acme.begin() as uow:
            assert uow.orders.save(Change(order)) == order
            fresh = uow.orders.save(happened(attrs.evolve(order, quantity=2)))
            assert fresh == attrs.evolve(order, quantity=2, version=2)
        with pytest.raises(ConflictError) as refusal, acme.begin() as uow:
            uow.orders.save(happened(attrs.evolve(order, quantity=3)))
        assert (refusal.value.kind, refusal.value.key) == ("order", order.id)
        with acme.begin() as uow:
            assert uow.orders.get(order.id) == fresh

    def test_an_order_that_is_gone_cannot_be_changed(self, acme: Agency, rival: Agency) -> None:
        """Neither a deleted one, nor a foreign one, nor one that never was."""
        deleted, foreign = acme.order(), rival.order()
        with acme.begin() as uow:
            uow.orders.save(delete_order(deleted, at=LATER))
        for order in (deleted, foreign, acme.build.order()):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.orders.save(happened(attrs.evolve(order, quantity=9)))
        with rival.begin() as uow:
            assert uow.orders.get(foreign.id) == foreign

    def test_a_number_is_taken_for_ever_in_an_organization(self, acme: Agency, rival: Agency) -> None:
        """Deleted orders keep theirs, and it is compared exactly."""
        order = acme.order(number="A1B2C3D4")
        with acme.begin() as uow:
            uow.orders.save(delete_order(order, at=LATER))
        with acme.begin() as uow:
            assert uow.orders.number_is_taken("A1B2C3D4")
            for other in ("a1b2c3d4", "A1B2C3D_", "A1B2C3D4 ", "%"):
                assert not uow.orders.number_is_taken(other)
        with pytest.raises(ConflictError):
            acme.order(number="A1B2C3D4")
        with rival.begin() as uow:
            assert not uow.orders.number_is_taken("A1B2C3D4")
        assert rival.order(number="A1B2C3D4").number == "A1B2C3D4"

    def test_an_order_id_is_taken_once(self, acme: Agency) -> None:
        """The same id cannot be placed twice."""
        order = acme.order()
        again = attrs.evolve(acme.build.order(client_id=order.client_id), id=order.id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.orders.add(happened(again))

    def test_an_order_needs_a_client_of_the_organization(self, acme: Agency, rival: Agency) -> None:
        """A link across organisations, or to nobody, cannot be stored."""
        for client_id in (rival.client().id, ClientId(UserId(acme.new_id()))):
            with pytest.raises(ConflictError):
                acme.order(client_id=client_id)
