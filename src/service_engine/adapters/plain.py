"""Use cases are plain functions; whoever hands in something to be awaited is told so."""

from __future__ import annotations

from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from types import FunctionType

__all__ = ["is_awaited", "require_plain", "require_plain_hook"]


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
        TypeError: It is an ``async def``, or its ``__call__`` is; or it is a generator, which would not even begin.

    Example:
        >>> require_plain(print)
    """
    if is_awaited(use_case):
        msg = "a use case is a plain def, not an async def: the store waits for the database, and nothing else may"
        raise TypeError(msg)
    if isgeneratorfunction(use_case) or isasyncgenfunction(use_case):
        msg = "a use case is a plain def, not a generator: nothing of it would run before the transaction is committed"
        raise TypeError(msg)


def require_plain_hook(before_commit: object) -> None:
    """Refuse a ``before_commit`` that has to be awaited: nobody would, so it would write nothing, and nobody notice.

    Raises:
        TypeError: It is an ``async def``, or its ``__call__`` is.

    Example:
        >>> require_plain_hook(None)
    """
    if is_awaited(before_commit):
        msg = "before_commit is a plain def, not an async def: it runs inside of the transaction, on uow.connection"
        raise TypeError(msg)
