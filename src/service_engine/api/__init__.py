"""The reference API: authenticate, parse, one use case, format.

``create_app(store)`` returns a complete FastAPI application; ``build_router(store)`` the operations alone, for an
application that is there already; ``service_engine.api.server.serve`` runs the first. Needs the ``api`` extra.
"""

from service_engine.api.app import create_app
from service_engine.api.routers import RESOURCES, build_router, describe, install_error_handlers
from service_engine.api.settings import Settings
from service_engine.domain.api_tokens import Caller

__all__ = ["RESOURCES", "Caller", "Settings", "build_router", "create_app", "describe", "install_error_handlers"]
