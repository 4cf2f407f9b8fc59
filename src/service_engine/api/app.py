"""The complete application: every resource, the answers for what has no route, and the pages.

Source: contract sections 1.1 and 2; part A "Rules" (CORS, pages).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from service_engine.api.cors import Cors
from service_engine.api.docs import add_docs
from service_engine.api.errors import http_answer, unexpected_answer
from service_engine.api.routers import RESOURCES, build_router, describe, system_clock
from service_engine.api.settings import DEFAULTS, Settings
from service_engine.ports.payments import PaymentGateway
from service_engine.ports.unit_of_work import Store

__all__ = ["create_app"]


def create_app(
    store: Store,
    *,
    settings: Settings = DEFAULTS,
    now: Callable[[], datetime] = system_clock,
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
    app = FastAPI(
        title=settings.name,
        version=settings.version,
        description=_DESCRIPTION,
        openapi_url="/openapi.json" if settings.docs else None,
        docs_url=None,
        redoc_url=None,
    )
    router = build_router(store, resources=("about", *RESOURCES), settings=settings, now=now, gateway=gateway)
    app.router.routes.extend(router.routes)  # themselves, as in the router
    describe(app)
    app.add_exception_handler(HTTPException, http_answer)
    app.add_exception_handler(Exception, unexpected_answer)
    if settings.cors_origins:
        app.add_middleware(Cors, allow_origins=settings.cors_origins, allow_methods=["*"], allow_headers=["*"])
    if settings.docs:
        add_docs(app)
    return app


_DESCRIPTION: Final = (
    "Clients, services, orders, proposals, invoices and tickets of a service business. Every request but those for "
    "health and index needs an API token; every refusal has the shape `{message, errors}`."
)
