"""The PostgreSQL that is measured: the one that is named, or one that is started for the time being."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from service_engine.testing.postgres import QUICK, PostgresServer

__all__ = ["SETTINGS", "server"]

SETTINGS: Final[Mapping[str, str]] = {
    **QUICK,
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
}
"""As on a machine with a solid-state disk; but a COMMIT does not wait for the disk. That wait is the same for
everybody, so with it the ratios would be smaller, and say less."""


@contextmanager
def server(url: str | None = None) -> Iterator[str]:
    """Give the address of a server: of one that is there, or of one that is stopped at the end, its data gone."""
    if url is not None:
        yield url
        return
    with PostgresServer(SETTINGS) as started:
        yield started.url
