"""The operations as a router, for an application that a host has already: all resources, or some of them.

The host may authenticate in its own way. Where the router is mounted, what stands before it and beside it, and who
answers what it does not know, is the host's.

Source: issue 7 (router factory); contract sections 1.1 and 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from service_engine.adapters.plain import is_awaited
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
from service_engine.api.errors import answer_to
from service_engine.api.gate import Gate
from service_engine.api.routes import TOKEN, completed
from service_engine.api.settings import DEFAULTS, Settings
from service_engine.domain.api_tokens import Caller
from service_engine.errors import ServiceEngineError
from service_engine.ports.payments import PaymentGateway
from service_engine.ports.unit_of_work import Store
from service_engine.schemas.validation import InvalidRequestError

__all__ = ["PREFIX", "RESOURCES", "build_router", "describe", "install_error_handlers", "system_clock"]

PREFIX: Final = "/api"

RESOURCES: Final = (
    "clients",
    "services",
    "orders",
    "order_tasks",
    "order_messages",
    "proposals",
    "invoices",
    "tickets",
)
"""What can be mounted; ``"about"``, health and index, besides."""

_MODULES: Final[dict[str, Any]] = {
    each.__name__.rpartition(".")[2]: each
    for each in (about, clients, services, orders, order_tasks, order_messages, proposals, invoices, tickets)
}
_OPERATIONS: Final = {name: each for module in _MODULES.values() for name, each in module.OPERATIONS.items()}


def system_clock() -> datetime:
    """Return the time, in UTC.

    Example:
        >>> system_clock().tzinfo
        datetime.timezone.utc
    """
    return datetime.now(UTC)


def build_router(
    store: Store,
    *,
    resources: Iterable[str] = RESOURCES,
    prefix: str = PREFIX,
    authenticate: Callable[[Request], Caller] | None = None,
    scheme: str | None = None,
    settings: Settings = DEFAULTS,
    now: Callable[[], datetime] = system_clock,
    gateway: PaymentGateway | None = None,
) -> APIRouter:
    """Return a router with the operations on some resources, for ``app.include_router``.

    Every answer, refusals included, has the shape of the reference API, whatever the host does with errors of its own.
    A body that is longer than ``settings.max_body_bytes`` is refused with 413. There is no CORS: it is for the whole of
    an application. A caller may do everything in their organisation that the resources offer.

    Args:
        store: Where everything is kept; it stays the caller's to close.
        resources: Names out of ``RESOURCES``, and ``"about"``.
        prefix: What their paths begin with; empty for nothing.
        authenticate: Tells who calls, in the host's own way; it runs in a thread. It raises ``AuthenticationError``
            for a 401, or FastAPI's ``HTTPException``. None for the API tokens of the store.
        scheme: The name of the host's security scheme, for the description of the API.
        settings: How links begin, how long a body may be, how many requests are worked on at a time.
        now: The clock; returns aware times.
        gateway: Who takes the money when an invoice is charged; None for a simulated one, which moves no money.

    Raises:
        TypeError: ``authenticate`` is an ``async def``, or an object whose ``__call__`` is one.
        ValueError: There is no such resource, or the prefix does not begin with a slash or ends with one.

    Example:
        >>> from service_engine.adapters.memory import MemoryStore
        >>> from service_engine.testing.examples import acme, jane
        >>> app = FastAPI()
        >>> app.include_router(
        ...     build_router(
        ...         MemoryStore(),
        ...         resources=["tickets"],
        ...         prefix="/desk",
        ...         authenticate=lambda request: Caller(organization_id=acme.id, employee_id=jane.id),
        ...     )
        ... )
        >>> list(app.openapi()["paths"])
        ['/desk/tickets', '/desk/tickets/{id}']
    """
    if is_awaited(authenticate):
        msg = "authenticate runs in a thread: make it a plain def, or let a dependency of the router ask first"
        raise TypeError(msg)
    chosen = [resources] if isinstance(resources, str) else list(resources)
    unknown = sorted(set(chosen) - set(_MODULES))
    if unknown:
        msg = f"there is no resource {unknown[0]!r}; choose from {', '.join(_MODULES)}"
        raise ValueError(msg)
    if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
        msg = f"a prefix begins with a slash and does not end with one, unlike {prefix!r}"
        raise ValueError(msg)
    gate = Gate(
        store=store,
        now=now,
        settings=settings,
        gateway=gateway or SimulatedGateway(),
        authenticate=authenticate,
        scheme=TOKEN if authenticate is None else scheme,
    )
    router = APIRouter()
    for name in chosen:
        # Its routes themselves: a router that is included would be searched twice for every request.
        router.routes.extend(_MODULES[name].build_router(gate, prefix=prefix).routes)
    return router


def install_error_handlers(app: Starlette) -> None:
    """Let an application answer the library's errors that its own endpoints raise, in the one shape.

    Args:
        app: The host's, of FastAPI or Starlette.

    Example:
        >>> app = FastAPI()
        >>> install_error_handlers(app)
        >>> ServiceEngineError in app.exception_handlers
        True
    """
    app.add_exception_handler(ServiceEngineError, _answer)
    app.add_exception_handler(InvalidRequestError, _answer)


def describe(app: FastAPI) -> None:
    """Let an application's OpenAPI description tell all that it should of the router's operations.

    FastAPI leaves out of the examples what is null, and knows nothing of our tokens.

    Args:
        app: The host's, with the router in it or yet to come.

    Example:
        >>> from service_engine.adapters.memory import MemoryStore
        >>> app = FastAPI()
        >>> app.include_router(build_router(MemoryStore()))
        >>> describe(app)
        >>> list(app.openapi()["components"]["securitySchemes"])
        ['token']
    """
    own = app.openapi

    def openapi() -> dict[str, Any]:
        return completed(own(), _OPERATIONS) if app.openapi_schema is None else app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


async def _answer(_: Request, error: Exception) -> Response:
    answer = answer_to(error)
    if answer is None:
        raise error
    return answer
