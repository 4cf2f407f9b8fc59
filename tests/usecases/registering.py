"""A client whom the tests of clients register, and how one is stored."""

from __future__ import annotations

from typing import Any

from service_engine.domain.clients import Client
from service_engine.domain.ids import ClientId
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, now

ANN: dict[str, Any] = {"email": "ann@example.com", "first_name": "Ann", "last_name": "Lee", "at": now}


def stored(store: Store, client_id: ClientId) -> Client:
    """Return a client as they are stored."""

    def load(uow: UnitOfWork) -> Client:
        return uow.clients.get(client_id)

    return store.run(acme.id, load)
