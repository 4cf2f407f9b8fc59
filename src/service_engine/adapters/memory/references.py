"""One look-up for everything that a request refers to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from service_engine.adapters.memory.state import Work
from service_engine.adapters.memory.tables import Identified, Table, is_live
from service_engine.domain.clients import Client
from service_engine.domain.employees import Member
from service_engine.domain.ids import ClientId, CouponId, EmployeeId, OrderId, ServiceId
from service_engine.domain.services import Service
from service_engine.ports.references import FoundReferences, ServiceOffer, require_reference_ids

__all__ = ["MemoryReferences"]

V = TypeVar("V", bound=Identified)


class MemoryReferences:
    """``ports.references.References`` in memory. What is found stays as it is: the organisation's lock is held."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def look_up(
        self,
        *,
        client_id: ClientId | None = None,
        order_id: OrderId | None = None,
        coupon_id: CouponId | None = None,
        service_ids: Sequence[ServiceId] = (),
        employee_ids: Sequence[EmployeeId] = (),
    ) -> FoundReferences:
        """Look all of them up at once."""
        require_reference_ids(
            client=client_id, order=order_id, coupon=coupon_id, services=service_ids, employees=employee_ids
        )
        state = self._work.state
        services = (_live(state.services, service_id) for service_id in service_ids)
        members: dict[EmployeeId, Member] = {}
        for employee_id in employee_ids:
            person = state.people.rows.get(employee_id)
            if person is None or (isinstance(person, Client) and person.deleted_at is not None):
                continue
            members[employee_id] = Member(employee_id, state.role_of(person).levels.dashboard_access)
        return FoundReferences(
            client=client_id is not None and state.live_client(client_id) is not None,
            order=_live(state.orders, order_id) is not None,
            coupon=_live(state.coupons, coupon_id) is not None,
            services={service.id: _offer(service) for service in services if service is not None},
            members=members,
        )


def _live(table: Table[V], key: UUID | None) -> V | None:
    value = None if key is None else table.rows.get(key)
    return value if value is not None and is_live(value) else None


def _offer(service: Service) -> ServiceOffer:
    return ServiceOffer(id=service.id, name=service.name, currency=service.currency, price=service.price)
