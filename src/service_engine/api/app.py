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
        app.add_middleware(
            Cors,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["Allow", "Link"],  # whatever else we send, a script may read without being told
        )
    if settings.docs:
        add_docs(app)
    return app


_DESCRIPTION: Final = """\
Clients, services, orders, proposals, invoices and tickets of a service business. Every request but those for health \
and index needs an API token; every refusal has the shape `{message, errors}`.

The schemas of the bodies show the plain form of each field. Other forms are taken as far as said here, and no further.

A whole number may be a number without a fraction (`2`, `2.0`, `2e0`), the text of one with blanks, a sign, zeros or \
underscores (`" 2 "`, `"+2"`, `"02"`, `"2.0"`, `"1_0"` for 10), or `true` for 1 and `false` for 0. `2.5`, `"2.5"`, \
`"2e0"` and `""` are refused.

True or false may be `1` or `0`, or in upper or lower case `"1"`, `"true"`, `"yes"`, `"on"`, `"t"`, `"y"` or `"0"`, \
`"false"`, `"no"`, `"off"`, `"f"`, `"n"`. `2`, `"1.0"`, `" true "` and `""` are refused.

An amount of money may be a number or the text of one, with or without blanks around it (`1.5`, `1e1`, `"1.50"`, \
`" 1e1 "`), and is read exactly. `true`, `"1_0"`, `"1,5"`, `"NaN"` and `""` are refused.

An e-mail address loses blanks, a name beside it and its capitals: `" John <J@Example.com> "` is read as \
`"j@example.com"`. One at a name that is reserved for tests (`"j@example.test"`) is refused.

A time is a text in ISO 8601 with an offset or Z (`"2026-02-07T13:00:00+01:00"`, `"2026-02-07 12:00Z"`). A time \
without one (`"2026-02-07T12:00:00"`), a date (`"2026-02-07"`) and a number (`1770465600`) are refused.

Where text is meant, it must be text: a number (`7`) or `true` in its place is refused."""
