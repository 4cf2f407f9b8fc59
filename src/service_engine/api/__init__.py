"""The reference API: authenticate, parse, one use case, format.

``create_app(store)`` returns a complete FastAPI application; ``service_engine.api.server.serve`` runs one. Needs the
``api`` extra.
"""

from service_engine.api.app import create_app
from service_engine.api.settings import Settings

__all__ = ["Settings", "create_app"]
