"""What is public, in one place: the reference is made of it, and a test holds every name of it to its examples.

A name is public when a public module has it in its ``__all__``. Whole rooms are public where everything in them is for
others to read and call; of the adapters and the API only the doorways are, so that what is behind them stays free to
change.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Final

__all__ = ["DOORWAYS", "ROOMS", "public_modules", "public_names"]

PACKAGE: Final = "service_engine"
ROOMS: Final = ("errors", "domain", "ports", "usecases", "schemas", "testing")
"""The modules and packages that are public with everything below them, private modules excepted."""

DOORWAYS: Final = (
    "service_engine",
    "service_engine.adapters.memory",
    "service_engine.adapters.memory.documents",
    "service_engine.adapters.sql",
    "service_engine.adapters.sql.migrations",
    "service_engine.adapters.sql.tables",
    "service_engine.adapters.aio",
    "service_engine.adapters.events",
    "service_engine.adapters.entropy",
    "service_engine.adapters.retries",
    "service_engine.adapters.simulated_gateway",
    "service_engine.api",
    "service_engine.api.settings",
    "service_engine.api.server",
)
"""The public modules of the rooms that are not public as a whole."""


@cache
def public_modules() -> tuple[str, ...]:
    """Return the full names of the public modules that give at least one name, sorted."""
    return tuple(sorted(name for name in {*DOORWAYS, *_rooms()} if public_names(name)))


def public_names(module: str) -> tuple[str, ...]:
    """Return the public names of a module, in its own order."""
    return tuple(getattr(import_module(module), "__all__", ()))


def _rooms() -> Iterator[str]:
    for room in ROOMS:
        name = f"{PACKAGE}.{room}"
        yield name
        path = getattr(import_module(name), "__path__", None)
        for found in walk_packages(path, f"{name}.") if path else ():
            if not any(part.startswith("_") for part in found.name.split(".")):
                yield found.name
