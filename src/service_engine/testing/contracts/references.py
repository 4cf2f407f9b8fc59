"""What every store must find when somebody asks for several things at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from service_engine.domain.access import Levels
from service_engine.domain.clients import delete_client
from service_engine.domain.employees import Member
from service_engine.domain.ids import ClientId, EmployeeId, OrderId, ServiceId, UserId
from service_engine.domain.orders import delete_order
from service_engine.domain.services import ServicePatch, delete_service
from service_engine.ports.references import ServiceOffer
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened

__all__ = ["ReferenceContract"]

LATER = NOON + timedelta(seconds=1)


class ReferenceContract(Contract):
    """One look-up for everything that a request refers to."""

    def test_everything_is_found_at_once(self, acme: Agency) -> None:
        """Client, order and people; somebody who is asked for twice is found once."""
        client, order, jane = acme.client(), acme.order(), acme.employee()
        wanted = [jane.id, acme.administrator.id, jane.id]
        with acme.begin() as uow:
            found = uow.references.look_up(client_id=client.id, order_id=order.id, employee_ids=wanted)
        assert (found.client, found.order) == (True, True)
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

    def test_a_service_is_found_with_what_it_offers(self, acme: Agency, rival: Agency) -> None:
        """Its name, currency and price, if it has one; a deleted, a foreign and an unknown one are not found."""
        priced = acme.service(details=ServicePatch(price=Decimal("0.50")))
        free, deleted, foreign = acme.service(name="Advice", currency="KWD"), acme.service(), rival.service()
        with acme.begin() as uow:
            uow.services.save(delete_service(deleted, at=LATER))
        with acme.begin() as uow:
            for service in (priced, free):
                found = uow.references.look_up(service_id=service.id).service
                same = {name: getattr(service, name) for name in ("id", "name", "currency", "price")}
                assert found == ServiceOffer(**same)
            for id_ in (deleted.id, foreign.id, ServiceId(acme.new_id()), None):
                nothing = uow.references.look_up(service_id=id_, employee_ids=[acme.administrator.id])
                assert nothing.service is None
                assert set(nothing.members) == {acme.administrator.id}
