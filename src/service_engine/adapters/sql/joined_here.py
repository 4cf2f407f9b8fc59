"""What a thread and a task have joined: a store of ours must not wait in SQLite for a lock that they hold themselves.

A unit of work may be gone while its transaction is open, so the connection is what is remembered.

Source: design decision 4; decision 24.
"""

from __future__ import annotations

from asyncio import Task, current_task
from os import path
from threading import local
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import Connection, Dialect, Engine

__all__ = ["note_joined", "refuse_inside_joined"]

_thread: Final = local()
_tasks: Final[WeakKeyDictionary[Task[Any], WeakSet[Connection]]] = WeakKeyDictionary()
"""By the task itself, not in a context: the tasks that it starts would have a copy, and those may well wait for it."""


def note_joined(connection: Connection) -> None:
    """Remember that this thread, and this task if there is one, have joined a connection's transaction."""
    joined: WeakSet[Connection] | None = getattr(_thread, "joined", None)
    if joined is None:
        joined = _thread.joined = WeakSet()
    joined.add(connection)
    task = _this_task()
    if task is not None:
        _tasks.setdefault(task, WeakSet()).add(connection)


def refuse_inside_joined(engine: Engine, *, awaited: bool = False) -> None:
    """Refuse to open a transaction of our own in SQLite beside one of the host's that was joined here.

    It would wait for the host's, which waits for it.

    Args:
        engine: What the transaction would be opened with.
        awaited: Whether only this task would wait, and all others go on; otherwise it is the whole thread.

    Raises:
        RuntimeError: There is one that is still open.
    """
    if engine.dialect.name != "sqlite":
        return
    if awaited:
        task = _this_task()
        joined = None if task is None else _tasks.get(task)
    else:
        joined = getattr(_thread, "joined", None)
    if joined and any(_holds_lock(each, engine) for each in joined):
        who = "task" if awaited else "thread"
        msg = f"this {who} has joined a transaction of yours that is still open: give its unit of work to the use case"
        raise RuntimeError(msg)


def _this_task() -> Task[Any] | None:
    try:
        return current_task()
    except RuntimeError:  # no event loop runs in this thread
        return None


def _holds_lock(joined: Connection, engine: Engine) -> bool:
    is_open = joined.dialect.name == "sqlite" and not joined.closed and joined.in_transaction()
    return is_open and _database(joined.engine) == _database(engine)


def _database(engine: Engine) -> Dialect | str:
    """Return what is the same for two engines of one database: its file, if the address names one."""
    file = engine.url.database
    if not file or file == ":memory:" or file.startswith("file:"):
        return engine.dialect  # shared with the engine's options
    return path.realpath(file)
