"""Engines as the store needs them, and the check that a host's own SQLite engine is one.

SQLite through SQLAlchemy loses acknowledged updates as it comes: the driver begins transactions by itself, late and
deferred. Here the driver begins none (``isolation_level = None``), and a transaction that may write begins with
``BEGIN IMMEDIATE``, so there is one writer at a time and nobody is turned away halfway.

Source: design section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import (
    URL,
    AsyncAdaptedQueuePool,
    Connection,
    Dialect,
    Engine,
    PoolProxiedConnection,
    QueuePool,
    create_engine,
    event,
    make_url,
)

from service_engine.adapters.sql.cursors import describe_on_demand
from service_engine.adapters.sql.isolation import READS, begins_nothing, heed_autocommit, refuse_autocommit

__all__ = [
    "beginning_nothing",
    "configure",
    "configure_postgres",
    "configure_sqlite",
    "driver_url",
    "has_one_connection",
    "is_in_memory",
    "is_prepared",
    "open_engine",
    "options_for",
    "read_options",
    "require_configured",
    "rests_in_autocommit",
    "trust",
]

BUSY_SECONDS: Final = 10

_FULL: Final = 2
_JOURNALS: Final = ("wal", "memory")  # a database in memory has no other
_LEAST_BUSY_MILLISECONDS: Final = 1000
_ONLY_PLAIN: Final = ("sqlite+pysqlite", "postgresql+psycopg2")
_ONLY_ASYNCIO: Final = ("sqlite+aiosqlite", "postgresql+asyncpg", "postgresql+psycopg_async")
_PRAGMAS: Final = (
    # First, because the others may have to wait for somebody already.
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA synchronous = {_FULL}",
)
_PREPARED: Final = "service_engine_prepared"
_configured: Final[WeakSet[Dialect]] = WeakSet()
"""The dialects of engines that went through ``configure_sqlite``; an engine shares its dialect with its options."""
_trusted: Final[WeakSet[Dialect]] = WeakSet()
"""The dialects of engines that are ours alone, or were tried out and found to be safe."""


def open_engine(url: str | URL, **options: Any) -> Engine:
    """Open an engine that the store can use.

    Args:
        url: ``sqlite:///file.db`` or ``postgresql://…``; one that names its driver is taken as it is.
        options: For ``sqlalchemy.create_engine``; they win over ours.
    """
    target = driver_url(url)
    engine = create_engine(target, **(options_for(target) | options))
    configure(engine)
    return engine


def configure(engine: Engine) -> Engine:
    """Prepare an engine of our own, whichever database it is for."""
    if engine.dialect.name == "sqlite":
        trust(engine)
        return configure_sqlite(engine)
    configure_postgres(engine)
    event.listen(engine, "connect", _speak_utc)
    event.listen(engine, "connect", describe_on_demand)
    return engine


def driver_url(url: str | URL, *, asyncio: bool = False) -> URL:
    """Return the address with the name of the driver that we test with, unless it names one that works that way.

    Raises:
        ValueError: It is neither SQLite nor PostgreSQL.

    Example:
        >>> driver_url("postgresql://localhost/desk").drivername
        'postgresql+psycopg'
    """
    target = make_url(url)
    backend = target.get_backend_name()
    if backend not in ("sqlite", "postgresql", "postgres"):
        msg = f"the store runs on SQLite and PostgreSQL, not on {backend}"
        raise ValueError(msg)
    if "+" in target.drivername and target.drivername not in (_ONLY_PLAIN if asyncio else _ONLY_ASYNCIO):
        return target
    driver = "postgresql+psycopg" if backend != "sqlite" else "sqlite+aiosqlite" if asyncio else "sqlite"
    return target.set(drivername=driver)


def options_for(url: URL, *, asyncio: bool = False) -> dict[str, Any]:
    """Return what ``create_engine``, or ``create_async_engine``, should be told for an address."""
    if url.get_backend_name() != "sqlite":
        return {"pool_size": 20, "max_overflow": 20, "skip_autocommit_rollback": True}
    if is_in_memory(url):
        # The database lives in its connection, so there is one, and whoever wants it waits.
        pool = AsyncAdaptedQueuePool if asyncio else QueuePool
        one = {"poolclass": pool, "pool_size": 1, "max_overflow": 0, "pool_timeout": BUSY_SECONDS}
        return one | {"connect_args": {"check_same_thread": False}}
    return {"pool_size": 20, "max_overflow": 20, "connect_args": {"timeout": BUSY_SECONDS}}


def is_in_memory(url: URL) -> bool:
    """Tell whether an address is that of an SQLite database in memory, which another engine cannot find.

    Example:
        >>> [is_in_memory(make_url(f"sqlite://{path}")) for path in ("", "/:memory:", "/agency.db")]
        [True, True, False]
    """
    is_sqlite = url.get_backend_name() == "sqlite"
    return is_sqlite and (url.database in (None, "", ":memory:") or url.query.get("mode") == "memory")


def has_one_connection(engine: Engine) -> bool:
    """Tell whether an engine never opens a second connection, so that whoever holds it can wait for none.

    Example:
        >>> has_one_connection(open_engine("sqlite://")), has_one_connection(open_engine("sqlite:///agency.db"))
        (True, False)
    """
    pool = engine.pool
    return isinstance(pool, QueuePool) and pool.size() + pool._max_overflow == 1  # noqa: SLF001  # it has no other name


def configure_sqlite(engine: Engine) -> Engine:
    """Make an SQLite engine safe for concurrent writers. A host calls it once, where it makes the engine.

    Connections that the engine has already are prepared when their next transaction begins.

    Every connection gets WAL, ``synchronous = FULL``, foreign keys and a busy timeout of 10 seconds; every transaction
    begins with ``BEGIN IMMEDIATE``, except on connections that only read or were given AUTOCOMMIT, where none begins.

    Args:
        engine: The host's engine; for an ``AsyncEngine`` its ``sync_engine``.

    Returns:
        The same engine.

    Raises:
        ValueError: The whole engine is in AUTOCOMMIT.

    Example:
        >>> engine = configure_sqlite(create_engine("sqlite:///agency.db"))
        >>> engine.dialect.name
        'sqlite'
    """
    heed_autocommit(engine)
    event.listen(engine, "connect", _prepare)
    # Not a listener to "begin": an engine with a listener asks for listeners seven times around every statement.
    engine.dialect.do_begin = _begin  # type: ignore[assignment, method-assign]
    _configured.add(engine.dialect)
    return engine


def configure_postgres(engine: Engine) -> Engine:
    """Spare a PostgreSQL engine two switches for every read. A host calls it before the engine's first connection.

    Its connections are in autocommit while no transaction is open, and leave it when one begins: so a read that stands
    alone finds them as it needs them. Nothing else changes, neither for a host's sessions nor for what they roll back.

    Args:
        engine: The host's, for psycopg; for an ``AsyncEngine`` its ``sync_engine``.

    Returns:
        The same engine.

    Raises:
        ValueError: The whole engine is in AUTOCOMMIT.

    Example:
        >>> engine = configure_postgres(create_engine("postgresql+psycopg://localhost/agency"))
        >>> engine.dialect.skip_autocommit_rollback
        True
    """
    heed_autocommit(engine)
    dialect = engine.dialect
    commit, rollback, begin_twophase = dialect.do_commit, dialect.do_rollback, dialect.do_begin_twophase

    def leave_and_begin(connection: Connection, xid: Any) -> None:
        _leave_autocommit(connection.connection)
        begin_twophase(connection, xid)

    def ending(end: Callable[[PoolProxiedConnection], None]) -> Callable[[PoolProxiedConnection], None]:
        def end_and_return(connection: PoolProxiedConnection) -> None:
            end(connection)
            _set_autocommit(connection, on=True)

        return end_and_return

    event.listen(engine, "connect", lambda connection, _: _set_autocommit(connection, on=True))
    dialect.skip_autocommit_rollback = True  # what is in autocommit has nothing to roll back
    dialect.do_begin = _leave_autocommit  # type: ignore[assignment, method-assign]
    dialect.do_begin_twophase = leave_and_begin  # type: ignore[method-assign]
    dialect.do_commit, dialect.do_rollback = ending(commit), ending(rollback)  # type: ignore[assignment, method-assign]
    return engine


def rests_in_autocommit(dialect: Dialect) -> bool:
    """Tell whether ``configure_postgres`` has prepared an engine of this dialect."""
    return dialect.do_begin is _leave_autocommit


def read_options(dialect: Dialect) -> dict[str, Any]:
    """Return the options of an engine on which every statement stands alone: no BEGIN before and no ROLLBACK after it.

    psycopg forgets its prepared statements at a ROLLBACK, which SQLAlchemy would send after every read.
    """
    # On SQLite, SQLAlchemy's own AUTOCOMMIT would put the driver's isolation level back afterwards: no ``_prepare``.
    is_ready = dialect.name == "sqlite" or rests_in_autocommit(dialect)
    return {READS: True} if is_ready else {READS: True, "isolation_level": "AUTOCOMMIT"}


@contextmanager
def beginning_nothing(connection: Connection) -> Iterator[None]:
    """Let every statement inside stand alone; the connection's engine has the ``read_options``."""
    info = connection.info
    info[READS] = True
    try:
        yield
    finally:
        del info[READS]


def require_configured(engine: Engine) -> None:
    """Refuse an engine without transactions, and an SQLite engine that would lose updates.

    Raises:
        ValueError: It is in AUTOCOMMIT, or was not prepared with ``configure_sqlite``.
    """
    refuse_autocommit(engine)
    if engine.dialect.name != "sqlite" or engine.dialect in _trusted:
        return
    problem = _problem(engine)
    if problem is not None:
        msg = f"this SQLite engine is not safe: {problem}; call configure_sqlite(engine) where you make it"
        raise ValueError(msg)
    trust(engine)


def is_prepared(dialect: Dialect) -> bool:
    """Tell whether an engine's dialect is PostgreSQL's, or was prepared or found safe, without asking the database.

    A transaction that is open already cannot be tried out as ``require_configured`` does.
    """
    return dialect.name != "sqlite" or dialect in _trusted or dialect in _configured


def trust(engine: Engine) -> None:
    """Take an engine as safe from now on."""
    _trusted.add(engine.dialect)


def _prepare(driver_connection: Any, pooled: Any) -> None:
    pooled.info[_PREPARED] = True
    driver_connection.isolation_level = None
    cursor = driver_connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.execute("PRAGMA journal_mode")
    # Asked first, because changing it needs the database for itself.
    if cursor.fetchone()[0] not in _JOURNALS:
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def _set_autocommit(connection: Any, *, on: bool) -> None:
    own = getattr(connection, "dbapi_connection", connection)  # the pool's wrapper would keep the value to itself
    if own.autocommit is not on:
        own.autocommit = on


def _speak_utc(connection: Any, _: object) -> None:
    """Let the driver make times in UTC, of which a list has some hundred, instead of making them anew from a zone's."""
    cursor = connection.cursor()
    cursor.execute("SET TIME ZONE 'UTC'")
    cursor.close()


def _leave_autocommit(pooled: PoolProxiedConnection) -> None:
    if not begins_nothing(pooled):
        _set_autocommit(pooled, on=False)


def _begin(pooled: PoolProxiedConnection) -> None:
    if _PREPARED not in pooled.info:  # it was opened before its engine was configured, and has no foreign keys as yet
        _prepare(pooled.dbapi_connection, pooled)
    if not begins_nothing(pooled):
        cursor = pooled.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        cursor.close()


def _problem(engine: Engine) -> str | None:
    if engine.dialect.skip_autocommit_rollback:
        return "its skip_autocommit_rollback would leave transactions open"
    sent: list[str] = []
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.set_trace_callback(sent.append)  # type: ignore[union-attr]
        try:
            settings = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("foreign_keys", "synchronous", "busy_timeout", "journal_mode")
            }
        finally:
            driver.set_trace_callback(None)  # type: ignore[union-attr]
    begins_safely = bool(sent) and sent[0].upper().startswith("BEGIN IMMEDIATE")
    demands = {
        "its transactions do not begin with BEGIN IMMEDIATE": begins_safely,
        "it does not check foreign keys": settings["foreign_keys"] == 1,
        "it does not wait for the disk (synchronous is below FULL)": settings["synchronous"] >= _FULL,
        "it does not wait for other writers (busy_timeout)": settings["busy_timeout"] >= _LEAST_BUSY_MILLISECONDS,
        "its journal is not a write-ahead log (WAL)": settings["journal_mode"] in _JOURNALS,
    }
    return next((problem for problem, is_met in demands.items() if not is_met), None)
