"""Lets a database fail at any chosen statement, BEGIN and COMMIT included, before or after it has done it.

::

    from service_engine.testing.driver_failures import CUT_OFF
    from service_engine.testing.fault_injection import Fault, injecting

    with injecting(engine, Fault("commit", CUT_OFF, when="after")) as record:
        store.run(org_id, open_ticket, client_id=client_id, subject="Help", at=now)
    assert record.hits
    assert store.read(org_id, list_tickets).total == 1

For any engine of SQLAlchemy on SQLite or PostgreSQL, sync or asyncio, ours or a host's. It stands where SQLAlchemy
calls the driver, so whatever is above sees what it would see in life: SQLAlchemy's own wrapping, the connection thrown
out of the pool, the transaction aborted. To let a whole use case fail at each of its points::

    for fault in every_fault(every_point(engine, use_case), failures_of(engine)):
        with injecting(engine, fault):
            ...

A statement of a driver that begins by itself (psycopg) carries its BEGIN along; here BEGIN comes first all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from threading import Lock
from typing import Any, Final, Literal
from weakref import WeakKeyDictionary

from attrs import Attribute, define, field, frozen
from attrs.validators import ge
from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine

from service_engine.adapters.sql.engines import rests_in_autocommit
from service_engine.adapters.sql.isolation import begins_nothing
from service_engine.testing.driver_failures import DriverFailure

__all__ = ["Fault", "Injection", "Point", "PointKind", "every_fault", "every_point", "injecting"]

_BOOKS: Final = "service_engine_fault_injection"
_NAMES: Final = ("begin", "commit", "rollback")


class PointKind(Enum):
    """What the database is asked for at a point.

    Example:
        >>> PointKind("commit")
        <PointKind.COMMIT: 'commit'>
    """

    BEGIN = "begin"
    STATEMENT = "statement"
    COMMIT = "commit"
    ROLLBACK = "rollback"


@frozen
class Point:
    """A moment at which the database is asked for something.

    Args:
        number: Counted from 1, over everything that the engine did since the block began. A ROLLBACK has none, because
            nothing hangs on its success: 0.
        place: Counted from 1, in its transaction.
        kind: What it is asked for.
        sql: The statement.

    Example:
        >>> str(Point(3, 3, PointKind.COMMIT, "COMMIT"))
        "Point(number=3, place=3, kind=<PointKind.COMMIT: 'commit'>, sql='COMMIT')"
    """

    number: int
    place: int
    kind: PointKind
    sql: str


def _a_point(_: object, __: Attribute[Any], at: object) -> None:
    if at not in _NAMES and not (isinstance(at, int) and at >= 1):
        msg = f"at is the number of a point, counted from 1, or one of {', '.join(_NAMES)}, not {at!r}"
        raise ValueError(msg)


@frozen
class Fault:
    """One failure that is to happen.

    Args:
        at: The number of the point, counted from 1 over everything that the engine does in the block; or the next
            ``"begin"``, ``"commit"`` or ``"rollback"``.
        error: One of ``driver_failures``; or any exception, which is raised as it is while nothing happens to the
            connection.
        when: Whether the database fails before it has done what it was asked for, or after. A COMMIT that was done and
            whose answer got lost is ``at="commit", when="after"``.
        times: How often. After the first time, at the same place of each transaction that follows: so that what is
            tried again fails again.

    Raises:
        ValueError: There is no such point.

    Example:
        >>> from service_engine.testing.driver_failures import DEADLOCK
        >>> Fault(3, DEADLOCK).when
        'before'
    """

    at: int | Literal["begin", "commit", "rollback"] = field(validator=_a_point)
    error: DriverFailure | Exception
    when: Literal["before", "after"] = "before"
    times: int = field(default=1, kw_only=True, validator=ge(1))

    def __str__(self) -> str:
        often = f", {self.times} times" if self.times > 1 else ""
        return f"{self.error} {self.when} {self.at}{often}"


@define(eq=False)
class _Armed:
    """A fault, and how often it is still to happen."""

    fault: Fault
    left: int
    struck: Point | None = None

    def is_due(self, point: Point) -> bool:
        if not self.left:
            return False
        if self.struck is None:
            return self.fault.at in (point.number, point.kind.value)
        if PointKind.STATEMENT in (self.struck.kind, point.kind):
            return self.struck.place == point.place
        return self.struck.kind is point.kind


@define(eq=False)
class _Books:
    """What is known of one connection's transaction."""

    place: int = 0
    is_open: bool = False


class Injection:
    """What the engine did in the block, and what failed. ``injecting`` makes it.

    Example:
        >>> from sqlalchemy import create_engine, literal, select
        >>> engine = create_engine("sqlite://")
        >>> with injecting(engine) as record, engine.begin() as connection:
        ...     one = connection.scalar(select(literal(1)))
        >>> [point.kind.value for point in record.points], record.hits
        (['begin', 'statement', 'commit'], [])
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.points: list[Point] = []
        """Every point that was reached, oldest first."""
        self.hits: list[Point] = []
        """Those that failed; a ROLLBACK is among them only."""
        self._armed = [_Armed(fault, fault.times) for fault in faults]
        self._lock = Lock()

    def _reach(self, pooled: PoolProxiedConnection, kind: PointKind, sql: str, go: Callable[[], object]) -> None:
        books = self._books_of(pooled)
        books.place = 1 if kind is PointKind.BEGIN else books.place + 1
        with self._lock:
            number = 0 if kind is PointKind.ROLLBACK else len(self.points) + 1
            point = Point(number, books.place, kind, sql)
            if number:
                self.points.append(point)
            fault = self._due(point)
        if fault is None or fault.when == "after":
            go()
            books.is_open = kind is PointKind.BEGIN or (kind is PointKind.STATEMENT and books.is_open)
        if fault is None:
            return
        if isinstance(fault.error, Exception):
            raise fault.error
        fault.error.strike(pooled, in_transaction=kind is PointKind.STATEMENT and books.is_open)

    def _books_of(self, pooled: PoolProxiedConnection) -> _Books:
        """Return what this block knows of a connection; a block around it has books of its own."""
        books: WeakKeyDictionary[Injection, _Books] = pooled.info.setdefault(_BOOKS, WeakKeyDictionary())
        return books.setdefault(self, _Books())

    def _has_begun(self, pooled: PoolProxiedConnection) -> bool:
        try:
            return self._books_of(pooled).is_open
        except NotImplementedError:  # not one of a pool: SQLAlchemy looks at a new database
            return False

    def _due(self, point: Point) -> Fault | None:
        for armed in self._armed:
            if armed.is_due(point):
                armed.left -= 1
                armed.struck = armed.struck or point
                self.hits.append(point)
                return armed.fault
        return None


@contextmanager
def injecting(engine: Engine | AsyncEngine, *faults: Fault) -> Iterator[Injection]:
    """Let an engine's database fail inside the block, whichever thread works with it.

    Args:
        engine: Any; engines that were made of it with ``execution_options`` fail alike.
        faults: What is to happen; without any, the points are recorded only.

    Example:
        >>> from sqlalchemy import create_engine, literal, select
        >>> from sqlalchemy.exc import OperationalError
        >>> from service_engine.testing.driver_failures import BUSY
        >>> engine = create_engine("sqlite://")
        >>> with injecting(engine, Fault("commit", BUSY)) as record:
        ...     try:
        ...         with engine.begin() as connection:
        ...             number = connection.scalar(select(literal(1)))
        ...     except OperationalError as error:
        ...         print(error.orig)
        database is locked
        >>> [point.kind.value for point in record.points], len(record.hits)
        (['begin', 'statement', 'commit'], 1)
    """
    injection = Injection(faults)
    dialect = engine.dialect
    calls = _calls(dialect, injection)
    own = {name: vars(dialect)[name] for name in calls if name in vars(dialect)}  # of a block around this one
    vars(dialect).update(calls)
    try:
        yield injection
    finally:
        for name in calls:
            del vars(dialect)[name]
        vars(dialect).update(own)


def every_point(engine: Engine | AsyncEngine, action: Callable[[], object]) -> tuple[Point, ...]:
    """Do something once, with nothing failing, and return every point that it goes through.

    Args:
        engine: What it does it with.
        action: Anything; what it has done stays done.

    Example:
        >>> from sqlalchemy import create_engine, literal, select
        >>> engine = create_engine("sqlite://")
        >>> def ask():
        ...     with engine.begin() as connection:
        ...         connection.scalar(select(literal(1)))
        >>> [(point.number, point.kind.value) for point in every_point(engine, ask)]
        [(1, 'begin'), (2, 'statement'), (3, 'commit')]
    """
    with injecting(engine) as injection:
        action()
    return tuple(injection.points)


def every_fault(points: Iterable[Point], errors: Iterable[DriverFailure], *, times: int = 1) -> Iterator[Fault]:
    """Yield every fault that can be: each error, before and after each point.

    Left out is what no database does: to commit, and to answer that it has not.

    Args:
        points: Where.
        errors: What.
        times: How often each.

    Example:
        >>> from service_engine.testing.driver_failures import CUT_OFF, DEADLOCK
        >>> commit = Point(3, 3, PointKind.COMMIT, "COMMIT")
        >>> [str(fault) for fault in every_fault([commit], [CUT_OFF, DEADLOCK])]
        ['cut connection before 3', 'cut connection after 3', 'deadlock before 3']
    """
    kinds = tuple(errors)
    for point in points:
        for error in kinds:
            yield Fault(point.number, error, times=times)
            if point.kind is not PointKind.COMMIT or error.hides_commit:
                yield Fault(point.number, error, "after", times=times)


def _calls(dialect: Dialect, injection: Injection) -> dict[str, Callable[..., None]]:
    """Return what is to stand in the place of the dialect's calls of the driver."""
    reach, has_begun = injection._reach, injection._has_begun  # noqa: SLF001  # the other half of the same thing
    begin, commit, rollback = dialect.do_begin, dialect.do_commit, dialect.do_rollback
    may_rest = rests_in_autocommit(dialect)

    def do_begin(pooled: PoolProxiedConnection) -> None:
        if _begins_here(pooled, may_rest=may_rest):
            reach(pooled, PointKind.BEGIN, "BEGIN", lambda: begin(pooled))
        else:
            begin(pooled)

    def ending(kind: PointKind, end: Callable[[PoolProxiedConnection], None]) -> Callable[..., None]:
        def do_end(pooled: PoolProxiedConnection) -> None:
            if has_begun(pooled):
                reach(pooled, kind, kind.name, lambda: end(pooled))
            else:
                end(pooled)

        return do_end

    return {
        "do_begin": do_begin,
        "do_commit": ending(PointKind.COMMIT, commit),
        "do_rollback": ending(PointKind.ROLLBACK, rollback),
        "do_execute": _executing(dialect.do_execute, reach),
        "do_executemany": _executing(dialect.do_executemany, reach),
        "do_execute_no_params": _executing(dialect.do_execute_no_params, reach),
    }


def _executing(execute: Callable[..., None], reach: Callable[..., None]) -> Callable[..., None]:
    def do_execute(cursor: Any, sql: str, *args: Any, **kwargs: Any) -> None:
        context = kwargs.get("context") or (args[-1] if args else None)
        connection = getattr(context, "root_connection", None)
        kind = _kind_of(sql)
        # SQLAlchemy's own questions to a new database come without a transaction.
        if connection is None or (kind is PointKind.STATEMENT and not connection.in_transaction()):
            execute(cursor, sql, *args, **kwargs)
            return
        reach(connection.connection, kind, sql, lambda: execute(cursor, sql, *args, **kwargs))

    return do_execute


def _kind_of(sql: str) -> PointKind:
    word = sql.lstrip()[:6].upper()
    if word.startswith("BEGIN"):
        return PointKind.BEGIN
    return PointKind.COMMIT if word == "COMMIT" else PointKind.STATEMENT


def _begins_here(pooled: PoolProxiedConnection, *, may_rest: bool) -> bool:
    """Tell whether a transaction begins here: not with AUTOCOMMIT, nor where BEGIN was a statement of its own."""
    driver: Any = pooled.driver_connection
    if hasattr(driver, "in_transaction"):  # SQLite's drivers
        return not begins_nothing(pooled) and not driver.in_transaction
    return not begins_nothing(pooled) if may_rest else not getattr(driver, "autocommit", False)
