"""Use cases are plain functions; whoever hands in a coroutine function is told so."""

from __future__ import annotations

from inspect import iscoroutinefunction

__all__ = ["require_plain"]


def require_plain(use_case: object) -> None:
    """Refuse a coroutine function: it would only begin to run, write nothing, and the empty transaction be committed.

    Raises:
        TypeError: It is an ``async def``.

    Example:
        >>> require_plain(print)
    """
    if iscoroutinefunction(use_case):
        msg = "a use case is a plain def, not an async def: the store waits for the database, and nothing else may"
        raise TypeError(msg)
