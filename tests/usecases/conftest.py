"""A small agency, and another organisation beside it that nobody may see.

In memory, because the contracts certify the stores; a test that is marked ``usefixtures("store")`` runs on every one.
"""

from __future__ import annotations

import pytest
from attrs import frozen

from service_engine import MemoryStore
from service_engine.domain.clients import Client
from service_engine.domain.employees import Employee
from service_engine.domain.ids import OrganizationId
from service_engine.domain.money import money
from service_engine.domain.orders import Order
from service_engine.domain.tickets import Ticket
from service_engine.ports.unit_of_work import Store
from service_engine.testing import examples
from service_engine.testing.examples import now
from service_engine.usecases.clients import create_client
from service_engine.usecases.orders import create_order
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.tickets import open_ticket


@frozen(kw_only=True)
class Neighbour:
    """Another organisation on the same store, with one thing of each kind."""

    org_id: OrganizationId
    employee: Employee
    client: Client
    order: Order
    ticket: Ticket
    token: str


@pytest.fixture
def empty(request: pytest.FixtureRequest) -> Store:
    """Give a store with nothing in it: every kind where the test asks for ``store``, else the one in memory."""
    if "store" in request.fixturenames:
        opened: Store = request.getfixturevalue("store")
        return opened
    return MemoryStore()


@pytest.fixture
def agency(empty: Store) -> Store:
    """Give the store with Acme in it, as ``testing.examples`` describes it."""
    return examples.agency(empty)


@pytest.fixture
def neighbour(agency: Store) -> Neighbour:
    """Found another organisation on the same store."""
    org_id = OrganizationId(agency.entropy.new_id())
    founded = agency.run(org_id, bootstrap_organization, name="Beta", at=now)
    client = agency.run(
        org_id, create_client, email="foreign@example.com", first_name="Foreign", last_name="Client", at=now
    )
    order = agency.run(org_id, create_order, client_id=client.id, service="Logo", price=money(1, "USD"), at=now)
    ticket = agency.run(org_id, open_ticket, client_id=client.id, subject="Secret", tags=["urgent"], at=now)
    return Neighbour(
        org_id=org_id,
        employee=founded.administrator,
        client=client,
        order=order,
        ticket=ticket,
        token=founded.token,
    )
