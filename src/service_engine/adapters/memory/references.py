"""One look-up for everything that a request refers to."""

from __future__ import annotations

from collections.abc import Sequence

from service_engine.adapters.memory.state import State, Work
from service_engine.domain.clients import Client
from service_engine.domain.employees import Member
from service_engine.domain.ids import ClientId, EmployeeId, OrderId, ServiceId
from service_engine.ports.references import FoundReferences, ServiceOffer

__all__ = ["MemoryReferences"]


class MemoryReferences:
    """``ports.references.References`` in memory. What is found stays as it is: the organisation's lock is held."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def look_up(
        self,
        *,
        client_id: ClientId | None = None,
        order_id: OrderId | None = None,
        service_id: ServiceId | None = None,
        employee_ids: Sequence[EmployeeId] = (),
    ) -> FoundReferences:
        """Look all of them up at once."""
        state = self._work.state
        order = None if order_id is None else state.orders.rows.get(order_id)
        members: dict[EmployeeId, Member] = {}
        for employee_id in employee_ids:
            person = state.people.rows.get(employee_id)
            if person is None or (isinstance(person, Client) and person.deleted_at is not None):
                continue
            members[employee_id] = Member(employee_id, state.role_of(person).levels.dashboard_access)
        return FoundReferences(
            client=client_id is not None and state.live_client(client_id) is not None,
            order=order is not None and order.deleted_at is None,
            service=_offer(state, service_id),
            members=members,
        )


def _offer(state: State, service_id: ServiceId | None) -> ServiceOffer | None:
    service = None if service_id is None else state.services.rows.get(service_id)
    if service is None or service.deleted_at is not None:
        return None
    return ServiceOffer(id=service.id, name=service.name, currency=service.currency, price=service.price)
