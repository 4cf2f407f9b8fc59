"""What non-interference is shown on: our stores and our API, fresh each time, for tests and for the figure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from itertools import cycle
from typing import Any, cast

from service_engine import MemoryStore, SqlStore
from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.api import create_app
from service_engine.domain.ids import OrganizationId
from service_engine.ports.entropy import Entropy
from service_engine.testing.builders import NOON
from service_engine.testing.noninterference import AppFactory, TenantApp
from service_engine.usecases.organizations import bootstrap_organization

__all__ = ["Databases", "our_api"]

AT_ONCE = 3
"""So many stores and applications are in use at a time."""


class Databases:
    """Opens a store on an empty database each time, and removes those that are not in use any longer.

    Args:
        empty: Gives the address of an empty database with our schema.
    """

    def __init__(self, empty: Callable[[], AbstractContextManager[str]]) -> None:
        self._empty = empty
        self._open: deque[ExitStack] = deque()

    def __call__(self, entropy: Entropy) -> SqlStore:
        """Open one more."""
        if len(self._open) == AT_ONCE:
            self._open.popleft().close()
        self._open.append(ExitStack())
        return SqlStore.from_url(self._open[-1].enter_context(self._empty()), entropy=entropy)

    def close(self) -> None:
        """Remove the last ones."""
        while self._open:
            self._open.popleft().close()


class _Place:
    """A store that can be exchanged under an application: building one of those takes longest."""

    def __init__(self) -> None:
        self.store: Any = None
        self.app = create_app(cast("Any", self), now=lambda: NOON, gateway=SimulatedGateway(declines=["pm_empty"]))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def our_api() -> AppFactory:
    """Return what makes our API on an empty memory store, with two organisations and a clock that stands."""
    places = cycle([_Place() for _ in range(AT_ONCE)])

    def open_api(entropy: Entropy) -> TenantApp:
        place = next(places)
        store = place.store = MemoryStore(entropy=entropy)
        first, second = (
            store.run(OrganizationId(entropy.new_id()), bootstrap_organization, name=name, at=NOON).token
            for name in ("Revenue Activation", "Outbound Solutions")
        )
        return TenantApp(app=place.app, callers=(first, second), close=store.close)

    return open_api
