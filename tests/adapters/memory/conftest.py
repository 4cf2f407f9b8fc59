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
from service_engine.domain.coupons import Coupon
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoices import Invoice
from service_engine.domain.orders import Order
from service_engine.domain.proposals import Proposal
from service_engine.domain.services import Service, ServicePatch
from service_engine.domain.tickets import Ticket
from service_engine.testing import SeededEntropy
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client
from service_engine.usecases.coupons import create_coupon
from service_engine.usecases.invoices import create_invoice
from service_engine.usecases.orders import create_order
from service_engine.usecases.organizations import Bootstrap, bootstrap_organization
from service_engine.usecases.proposals import ProposedService, draft_proposal
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


@pytest.fixture
def proposal(store: MemoryStore, org_id: OrganizationId, hosting: Service) -> Proposal:
    """Write a proposal for somebody who is no client yet."""
    return store.run(
        org_id,
        draft_proposal,
        client_email="ann@example.com",
        client_first_name="Ann",
        client_last_name="Lee",
        items=[
            ProposedService(service_id=hosting.id, quantity=12, price=Decimal(4)),
            ProposedService(service_id=hosting.id, price=Decimal(50)),
        ],
        at=NOON,
    )


@pytest.fixture
def coupon(store: MemoryStore, org_id: OrganizationId, acme: Bootstrap) -> Coupon:
    """Make a coupon."""
    return store.run(org_id, create_coupon, code="WELCOME", at=NOON)


@pytest.fixture
def invoice(
    store: MemoryStore, org_id: OrganizationId, acme: Bootstrap, john: Client, hosting: Service, coupon: Coupon
) -> Invoice:
    """Issue an invoice with everything."""
    return store.run(
        org_id,
        create_invoice,
        payer=john.id,
        items=[
            InvoiceItemDraft(name="Landing page", amount=Decimal(1000), discount=Decimal(100)),
            InvoiceItemDraft(name="Hosting", quantity=12, amount=Decimal(5), service_id=hosting.id),
        ],
        coupon_id=coupon.id,
        employee_id=acme.administrator.id,
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
