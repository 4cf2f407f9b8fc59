"""One organisation with something in it, on a store in memory whose ids come out the same each time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest

from service_engine import MemoryStore, OrganizationId
from service_engine.domain.clients import Client
from service_engine.domain.orders import Order
from service_engine.domain.services import Service, ServicePatch
from service_engine.domain.tickets import Ticket
from service_engine.testing import SeededEntropy
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client
from service_engine.usecases.orders import create_order
from service_engine.usecases.organizations import Bootstrap, bootstrap_organization
from service_engine.usecases.services import create_service
from service_engine.usecases.tickets import open_ticket


@pytest.fixture
def store() -> MemoryStore:
    """Give a store with nothing in it, whose ids are none of those that ``build`` makes."""
    return MemoryStore(SeededEntropy("store"))


@pytest.fixture
def org_id(store: MemoryStore) -> OrganizationId:
    """Give the id of an organisation that may or may not be founded."""
    return OrganizationId(store.entropy.new_id())


@pytest.fixture
def acme(store: MemoryStore, org_id: OrganizationId) -> Bootstrap:
    """Found the organisation."""
    return store.run(org_id, bootstrap_organization, name="Acme", at=NOON)


@pytest.fixture
def john(store: MemoryStore, org_id: OrganizationId, acme: Bootstrap) -> Client:
    """Give it a client."""
    return store.run(org_id, create_client, email="john@example.com", first_name="John", last_name="Doe", at=NOON)


@pytest.fixture
def ticket(store: MemoryStore, org_id: OrganizationId, acme: Bootstrap, john: Client) -> Ticket:
    """Open a ticket with everything."""
    return store.run(
        org_id,
        open_ticket,
        client_id=john.id,
        subject="Help with order",
        employee_ids=[acme.administrator.id],
        tags=["urgent", "billing"],
        at=NOON,
    )


@pytest.fixture
def hosting(store: MemoryStore, org_id: OrganizationId, acme: Bootstrap) -> Service:
    """Offer a service with a price, and somebody who delivers it."""
    return store.run(
        org_id,
        create_service,
        name="Hosting",
        currency="USD",
        employee_ids=[acme.administrator.id],
        details=ServicePatch(price=Decimal(5)),
        at=NOON,
    )


@pytest.fixture
def order(store: MemoryStore, org_id: OrganizationId, acme: Bootstrap, john: Client, hosting: Service) -> Order:
    """Place an order with everything."""
    return store.run(
        org_id,
        create_order,
        client_id=john.id,
        service_id=hosting.id,
        employee_ids=[acme.administrator.id],
        tags=["urgent", "billing"],
        at=NOON,
    )


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Do the same in so many threads, all of which begin together; return what each returned, or raised."""
    barrier = Barrier(count)

    def one(number: int) -> Any:
        barrier.wait(timeout=30)
        try:
            return work(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture(name="at_once")
def _at_once() -> Callable[[int, Callable[[int], Any]], list[Any]]:
    return at_once
