"""Where the two meet: the library in Django's own transaction, on Django's own connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from sqlalchemy import URL, MetaData

from service_engine import OrganizationId, UnitOfWork, borrow, join
from service_engine.adapters.sql import build_tables, migrations

PREFIX = "desk_"
TABLES = build_tables(MetaData(), prefix=PREFIX)


@contextmanager
def one_transaction(org_id: OrganizationId) -> Iterator[UnitOfWork]:
    """Open a transaction of Django's, with a unit of work in it: both are committed at the end, or rolled back.

    Inside of another ``atomic()`` it is a savepoint, as ever in Django.
    """
    with transaction.atomic(), borrow(connection.connection) as borrowed:
        yield join(borrowed, org_id, tables=TABLES)


def upgrade(settings: dict[str, Any]) -> None:
    """Make the library's tables in a database of Django's, or bring them up to date, on a connection of its own."""
    migrations.upgrade(url_of(settings), prefix=PREFIX)


def url_of(settings: dict[str, Any]) -> URL:
    """Return the address of a database of Django's, as SQLAlchemy writes it."""
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        return URL.create("sqlite", database=str(settings["NAME"]))
    return URL.create(
        "postgresql",
        username=settings["USER"] or None,
        password=settings["PASSWORD"] or None,
        host=settings["HOST"] or None,
        port=int(settings["PORT"]) if settings["PORT"] else None,
        database=settings["NAME"],
    )
