"""Health and index: the two operations that need no token.

Source: contract section 2.1.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen
from fastapi import APIRouter
from starlette.responses import Response

from service_engine.api.gate import Gate
from service_engine.api.routes import Operation, answer, build_resource
from service_engine.schemas import examples
from service_engine.schemas.about import HealthWire, IndexWire, health_wire, index_wire

__all__ = ["OPERATIONS", "AboutOperations", "build_router"]


@frozen
class AboutOperations:
    """The operations about the API itself.

    Args:
        gate: Where requests come in.
        prefix: Where the API is: ``/api``.
    """

    gate: Gate
    prefix: str

    def health(self) -> Response:
        """Tell that the API answers, without asking the store anything."""
        return answer(health_wire(self.gate.settings.version, self.gate.now()))

    def index(self) -> Response:
        """Tell what there is, and where."""
        return answer(index_wire(self.gate.settings.name, self.gate.settings.version, self.prefix))


OPERATIONS: Final = {
    "health": Operation(
        method="GET", path="/health", summary="Health", shows=HealthWire, example=examples.HEALTH, public=True
    ),
    "index": Operation(method="GET", summary="Index", shows=IndexWire, example=examples.INDEX, public=True),
}


def build_router(gate: Gate, *, prefix: str = "/api") -> APIRouter:
    """Return the router of these operations, which are under the prefix."""
    return build_resource(prefix, "About", OPERATIONS, AboutOperations(gate, prefix), gate.terms)
