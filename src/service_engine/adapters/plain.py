"""Use cases are plain functions; whoever hands in something to be awaited is told so."""

from __future__ import annotations

from inspect import iscoroutinefunction
from types import FunctionType

__all__ = ["is_awaited", "require_plain"]


def is_awaited(function: object) -> bool:
    """Tell whether what it returns has to be awaited: an ``async def``, or an object whose ``__call__`` is one.

    Example:
        >>> class SignIn:
        ...     async def __call__(self, request): ...
        >>> is_awaited(SignIn()), is_awaited(SignIn)
        (True, False)
    """
    if isinstance(function, FunctionType) or not callable(function):
        return iscoroutinefunction(function)
    return iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__)


def require_plain(use_case: object) -> None:
    """Refuse what has to be awaited: it would only begin to run, write nothing, and the empty transaction be committed.

    Raises:
        TypeError: It is an ``async def``, or its ``__call__`` is.

    Example:
        >>> require_plain(print)
    """
    if is_awaited(use_case):
        msg = "a use case is a plain def, not an async def: the store waits for the database, and nothing else may"
        raise TypeError(msg)
