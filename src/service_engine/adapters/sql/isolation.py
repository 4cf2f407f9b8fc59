"""AUTOCOMMIT that a host asks for, on an engine that we prepared.

SQLAlchemy tells such a connection to begin a transaction as well, and then sends no COMMIT: what was written in it
would be lost. So nothing begins there.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Dialect, Engine, PoolProxiedConnection, event
from sqlalchemy.engine.characteristics import IsolationLevelCharacteristic

__all__ = ["READS", "begins_nothing", "heed_autocommit", "refuse_autocommit"]

READS: Final = "service_engine_reads"
"""Marks a connection that only reads: as an execution option, and in its ``info`` for whoever sees no options."""

_AUTOCOMMIT: Final = "service_engine_autocommit"
_OPTION: Final = "isolation_level"


def begins_nothing(pooled: PoolProxiedConnection) -> bool:
    """Tell whether every statement on a connection stands alone: it only reads, or its host has chosen AUTOCOMMIT."""
    return READS in pooled.info or _AUTOCOMMIT in pooled.info


def heed_autocommit(engine: Engine) -> None:
    """Let ``begins_nothing`` know of the AUTOCOMMIT that is asked for by an option: of a connection, engine or session.

    Raises:
        ValueError: The whole engine is in AUTOCOMMIT.
    """
    refuse_autocommit(engine)
    dialect: Any = engine.dialect  # the mapping is for dialects of other authors, and has no type
    dialect.connection_characteristics = dialect.connection_characteristics.union({_OPTION: _NotedIsolation()})
    event.listen(engine, "checkin", _forget)


def refuse_autocommit(engine: Engine) -> None:
    """Refuse an engine without transactions.

    Raises:
        ValueError: It is in AUTOCOMMIT, by ``create_engine`` or by an option.
    """
    # As SQLAlchemy's own Connection finds it out, which has no public form.
    made_with = getattr(engine.dialect, "_on_connect_isolation_level", None)
    if engine.get_execution_options().get(_OPTION, made_with) == "AUTOCOMMIT":
        msg = (
            "this engine is in AUTOCOMMIT: nothing that a unit of work writes could be rolled back; "
            "give AUTOCOMMIT to the connections that need it instead"
        )
        raise ValueError(msg)


class _NotedIsolation(IsolationLevelCharacteristic):
    """A connection's isolation level as SQLAlchemy sets it, noted in its ``info``; SQLite's driver begins nothing."""

    def set_connection_characteristic(self, dialect: Dialect, conn: Connection, dbapi_conn: Any, value: Any) -> None:
        """Set it; SQLAlchemy resets it when the connection goes back to its pool."""
        super().set_connection_characteristic(dialect, conn, dbapi_conn, value)
        if value.upper() == "AUTOCOMMIT":
            conn.info[_AUTOCOMMIT] = True
        else:
            conn.info.pop(_AUTOCOMMIT, None)
        _let_be(dialect, dbapi_conn)

    def reset_characteristic(self, dialect: Dialect, dbapi_conn: Any) -> None:
        """Reset it."""
        super().reset_characteristic(dialect, dbapi_conn)
        _let_be(dialect, dbapi_conn)


def _let_be(dialect: Dialect, driver_connection: Any) -> None:
    if dialect.name == "sqlite":
        driver_connection.isolation_level = None


def _forget(_: Any, record: Any) -> None:
    record.info.pop(_AUTOCOMMIT, None)
