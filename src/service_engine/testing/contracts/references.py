"""What every store must find when somebody asks for several things at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import attrs
import pytest

from service_engine.domain.access import Levels
from service_engine.domain.clients import delete_client
from service_engine.domain.employees import Member
from service_engine.domain.ids import ClientId, CouponId, EmployeeId, OrderId, ServiceId, UserId
from service_engine.domain.orders import delete_order
from service_engine.domain.services import ServicePatch, delete_service
from service_engine.ports.references import ServiceOffer
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened

__all__ = ["ReferenceContract"]

LATER = NOON + timedelta(seconds=1)


class ReferenceContract(Contract):
    """One look-up for everything that a request refers to.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> ReferenceContract().test_one_that_is_missing_hides_no_other(Agency(store), Agency(store, "Rival"))
    """

    def test_everything_is_found_at_once(self, acme: Agency) -> None:
        """Client, order, coupon, services and people; what is asked for twice is found once."""
        client, order, jane, coupon = acme.client(), acme.order(), acme.employee(), acme.coupon()
        wanted = [jane.id, acme.administrator.id, jane.id]
        services = [acme.service().id, acme.service().id]
        with acme.begin() as uow:
            found = uow.references.look_up(
                client_id=client.id,
                order_id=order.id,
                coupon_id=coupon.id,
                service_ids=[*services, services[0]],
                employee_ids=wanted,
            )
        assert (found.client, found.order, found.coupon) == (True, True, True)
        assert set(found.services) == set(services)
        assert found.members == {each: Member(each, 3) for each in wanted}

    def test_each_is_found_alone(self, acme: Agency) -> None:
        """What is not asked for does not stand in the way."""
        client, order = acme.client(), acme.order()
        with acme.begin() as uow:
            assert uow.references.look_up(client_id=client.id).client
            assert uow.references.look_up(order_id=order.id).order
            assert uow.references.look_up(client_id=client.id).members == {}
            assert uow.references.look_up(employee_ids=[acme.administrator.id]).members
            assert uow.references.look_up().members == {}

    @pytest.mark.parametrize("level", [1, 2, 3])
    def test_people_come_with_the_access_of_their_role(self, acme: Agency, level: int) -> None:
        """Clients are people, too: they have none."""
        role = acme.build.role(levels=Levels(dashboard_access=level))
        with acme.begin() as uow:
            uow.roles.add(happened(role))
        ann, john = acme.employee(role=role), EmployeeId(UserId(acme.client().id))
        with acme.begin() as uow:
            found = uow.references.look_up(employee_ids=[ann.id, john]).members
        assert found == {ann.id: Member(ann.id, level), john: Member(john, 0)}

    def test_whatever_is_gone_is_not_found(self, acme: Agency, rival: Agency) -> None:
        """Deleted, foreign, unknown: all the same. Staff are no clients."""
        client, order = acme.client(), acme.order()
        with acme.begin() as uow:
            uow.clients.save(delete_client(client, dependents=(), at=LATER))
            uow.orders.save(delete_order(order, at=LATER))
        unknown = acme.new_id()
        clients = (client.id, rival.client().id, ClientId(UserId(unknown)), ClientId(UserId(acme.administrator.id)))
        orders = (order.id, rival.order().id, OrderId(unknown))
        people = [EmployeeId(UserId(client.id)), rival.administrator.id, EmployeeId(UserId(unknown))]
        with acme.begin() as uow:
            assert not any(uow.references.look_up(client_id=each).client for each in clients)
            assert not any(uow.references.look_up(order_id=each).order for each in orders)
            assert uow.references.look_up(employee_ids=people).members == {}

    def test_one_that_is_missing_hides_no_other(self, acme: Agency, rival: Agency) -> None:
        """Each answer stands for itself."""
        order = acme.order()
        with acme.begin() as uow:
            found = uow.references.look_up(
                client_id=rival.client_role.id,  # type: ignore[arg-type]  # an id of another kind, on purpose
                order_id=order.id,
                employee_ids=[rival.administrator.id, acme.administrator.id],
            )
        assert (found.client, found.order) == (False, True)
        assert found.members == {acme.administrator.id: Member(acme.administrator.id, 3)}

    def test_services_are_found_with_what_they_offer(self, acme: Agency, rival: Agency) -> None:
        """Name, currency and price, if there is one; deleted, foreign and unknown ones are not found (D41)."""
        priced = acme.service(details=ServicePatch(price=Decimal("0.50")))
        free, deleted, foreign = acme.service(name="Advice", currency="KWD"), acme.service(), rival.service()
        with acme.begin() as uow:
            uow.services.save(delete_service(deleted, at=LATER))
        offers = {
            each.id: ServiceOffer(id=each.id, name=each.name, currency=each.currency, price=each.price)
            for each in (priced, free)
        }
        gone = [deleted.id, foreign.id, ServiceId(acme.new_id())]
        with acme.begin() as uow:
            look_up = uow.references.look_up
            assert look_up(service_ids=[free.id, gone[0], priced.id, free.id, *gone[1:]]).services == offers
            assert look_up(service_ids=[free.id]).services == {free.id: offers[free.id]}
            assert look_up(service_ids=gone).services == look_up(client_id=acme.new_id()).services == {}
            found = look_up(service_ids=gone, employee_ids=[acme.administrator.id])
        assert (found.services, set(found.members)) == ({}, {acme.administrator.id})

    def test_a_coupon_is_found(self, acme: Agency, rival: Agency) -> None:
        """A deleted, a foreign and an unknown one are not (D45)."""
        coupon, foreign = acme.coupon(), rival.coupon()
        deleted = attrs.evolve(acme.build.coupon(), deleted_at=NOON)
        with acme.begin() as uow:
            uow.coupons.add(happened(deleted))
        with acme.begin() as uow:
            assert uow.references.look_up(coupon_id=coupon.id, client_id=acme.new_id()).coupon
            for id_ in (deleted.id, foreign.id, CouponId(acme.new_id())):
                assert not uow.references.look_up(coupon_id=id_).coupon
            assert not uow.references.look_up().coupon
