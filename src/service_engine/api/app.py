"""The complete application: every resource, the answers for what has no route, and the pages.

Source: contract sections 1.1 and 2; part A "Rules" (CORS, pages).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.api import (
    about,
    clients,
    invoices,
    order_messages,
    order_tasks,
    orders,
    proposals,
    services,
    tickets,
)
from service_engine.api.bodies import BodyLimit
from service_engine.api.cors import Cors
from service_engine.api.docs import add_docs
from service_engine.api.errors import http_answer, unexpected_answer
from service_engine.api.gate import Gate
from service_engine.api.routes import completed
from service_engine.api.settings import DEFAULTS, Settings
from service_engine.ports.payments import PaymentGateway
from service_engine.ports.unit_of_work import Store

__all__ = ["PREFIX", "create_app"]

PREFIX: Final = "/api"


def _system_clock() -> datetime:
    return datetime.now(UTC)


def create_app(
    store: Store,
    *,
    settings: Settings = DEFAULTS,
    now: Callable[[], datetime] = _system_clock,
    gateway: PaymentGateway | None = None,
) -> FastAPI:
    """Return the reference API on a store.

    Args:
        store: Where everything is kept; it stays the caller's to close.
        settings: How the API shows itself and what it accepts.
        now: The clock; returns aware times.
        gateway: Who takes the money when an invoice is charged; None for a simulated one, which moves no money and
            approves every charge.

    Example:
        >>> from service_engine.adapters.memory import MemoryStore
        >>> app = create_app(MemoryStore(), settings=Settings(docs=False))
        >>> app.title, app.docs_url
        ('Service Engine X API', None)
    """
    app = _Api(
        title=settings.name,
        version=settings.version,
        description=_DESCRIPTION,
        openapi_url="/openapi.json" if settings.docs else None,
        docs_url=None,
        redoc_url=None,
    )
    gate = Gate(store=store, now=now, settings=settings, gateway=gateway or SimulatedGateway())
    for resource in (about, *_RESOURCES):
        # Its routes themselves: a router that is included would be searched twice for every request.
        app.router.routes.extend(resource.build_router(gate, prefix=PREFIX).routes)
    app.add_exception_handler(HTTPException, http_answer)
    app.add_exception_handler(Exception, unexpected_answer)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    if settings.cors_origins:
        app.add_middleware(Cors, allow_origins=settings.cors_origins, allow_methods=["*"], allow_headers=["*"])
    if settings.docs:
        add_docs(app)
    return app


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Describe the API, everything included."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi(), _OPERATIONS)
        return self.openapi_schema


_RESOURCES: Final = (clients, services, orders, order_tasks, order_messages, proposals, invoices, tickets)
_OPERATIONS: Final = {name: each for part in (about, *_RESOURCES) for name, each in part.OPERATIONS.items()}
_DESCRIPTION: Final = (
    "Clients, services, orders, proposals, invoices and tickets of a service business. Every request but those for "
    "health and index needs an API token; every refusal has the shape `{message, errors}`."
)
