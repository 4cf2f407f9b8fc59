"""Databases that tests share, because a new one for each would take longer than the test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # tests of the memory store run without it
    from sqlalchemy import Engine

__all__ = ["delete_everything", "session_engine"]


@contextmanager
def session_engine(request: pytest.FixtureRequest, kind: str) -> Iterator[Engine]:
    """Open a database with our schema and no rows, for a fixture that lives longer than a test.

    Args:
        request: Of that fixture.
        kind: ``sqlite`` or ``postgres``.
    """
    from service_engine.adapters.sql.engines import open_engine

    with _database(request, kind) as url:
        engine = open_engine(url)
        yield engine
        engine.dispose()


def delete_everything(engine: Engine) -> None:
    """Delete all rows of our tables."""
    from service_engine.adapters.sql.tables import own_tables

    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")  # a test that left a transaction open fails
        for table in reversed(own_tables().metadata.sorted_tables):
            connection.execute(table.delete())


@contextmanager
def _database(request: pytest.FixtureRequest, kind: str) -> Iterator[str]:
    if kind == "postgres":
        from service_engine.testing.postgres import new_database

        server, template = request.getfixturevalue("postgres_url"), request.getfixturevalue("_postgres_template")
        with new_database(server, template=template) as url:
            yield url
        return
    file = request.getfixturevalue("tmp_path_factory").mktemp("shared") / "service-engine.db"
    shutil.copyfile(request.getfixturevalue("_sqlite_template"), file)
    yield f"sqlite:///{file}"
