"""The reference API on every store, with two organisations in it, as their callers see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from starlette.testclient import TestClient
from tests.agencies import Agency, Clock, Present, found_agency, simulated_gateway

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.api import create_app
from service_engine.ports.unit_of_work import Store


@pytest.fixture
def store(shared_store: Store) -> Store:
    """Hand on the store that all tests of the API share; each founds organisations of its own."""
    return shared_store


@pytest.fixture
def clock() -> Clock:
    """Give the clock of the API."""
    return Clock()


@pytest.fixture(scope="session")
def present() -> Present:
    """Give what the application stands on."""
    return Present()


@pytest.fixture(scope="session")
def gateway() -> SimulatedGateway:
    """Give a gateway that fails with some payment methods."""
    return simulated_gateway()


@pytest.fixture(scope="session")
def application(present: Present, gateway: SimulatedGateway) -> Iterator[TestClient]:
    """Give the API, once for all tests."""
    with TestClient(create_app(cast("Store", present), now=present.now, gateway=gateway)) as client:
        yield client


@pytest.fixture
def http(application: TestClient, present: Present, store: Store, clock: Clock) -> TestClient:
    """Give the API on the store of this test."""
    present.store, present.clock = store, clock
    return application


@pytest.fixture
def agency(http: TestClient, store: Store, gateway: SimulatedGateway, clock: Clock) -> Agency:
    """Found the organisation whose caller acts."""
    return found_agency(http, store, gateway, clock, "Revenue Activation")


@pytest.fixture
def rival(http: TestClient, store: Store, gateway: SimulatedGateway, clock: Clock, agency: Agency) -> Agency:
    """Another organisation in the same store, with the same e-mail addresses."""
    return found_agency(http, store, gateway, clock, "Outbound Solutions")
