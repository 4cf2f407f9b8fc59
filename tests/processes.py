"""Processes for tests in which something has to die, or to start at the same moment as others.

They are forked from one that has loaded what they need and opened nothing: each is a process of its own, and there a
second sooner.
"""

from __future__ import annotations

import multiprocessing
from typing import Final

__all__ = ["KILLED", "PROCESSES"]

PROCESSES: Final = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["tests.crashing_charger", "tests.crashing_writer", "service_engine.adapters.sql.migrations", "alembic.command"]
)
KILLED: Final = -9
"""The exit code of a process that was killed."""
