"""What the tests of services share: a revision, and the bound of a whole number."""

from __future__ import annotations

from typing import Any

from service_engine.domain import services
from service_engine.domain.services import Service, ServicePatch
from service_engine.testing.examples import later, web_development

INTEGER = 2**31 - 1


def revised(service: Service = web_development, /, **fields: Any) -> Service:
    """Revise a service by a patch of the given fields."""
    return services.revise_service(service, ServicePatch(**fields), at=later).state
