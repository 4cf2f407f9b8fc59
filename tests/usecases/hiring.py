"""Somebody whom the tests of several nouns hire."""

from __future__ import annotations

from service_engine.domain.ids import EmployeeId
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, now
from service_engine.usecases.organizations import add_employee


def bob(store: Store) -> EmployeeId:
    """Hire a second employee."""
    return store.run(acme.id, add_employee, email="bob@example.com", first_name="Bob", last_name="Ray", at=now).id
