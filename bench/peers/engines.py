"""The engine of those peers that are built on SQLAlchemy, as its documentation recommends it for each database."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event, make_url

__all__ = ["open_engine"]


def open_engine(url: str) -> Engine:
    """Return an engine; on SQLite it checks foreign keys, and begins transactions itself instead of the driver."""
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        target = target.set(drivername="postgresql+psycopg")
    engine = create_engine(target, json_serializer=_dump, json_deserializer=orjson.loads)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _dump(value: Any) -> str:
    return orjson.dumps(value).decode()


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
