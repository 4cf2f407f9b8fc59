"""Ids that come from whoever checks no types: a text would be looked up, and be the id of nothing."""

from __future__ import annotations

from uuid import UUID

__all__ = ["require_id"]

_USERS = ("ClientId", "EmployeeId")
"""To a type checker these are made of a UserId."""


def require_id(kind: str, given: object) -> None:
    """Refuse what is no id: a text, mostly, which would be the id of nothing.

    Args:
        kind: The noun whose id is wanted, in the singular: ``"ticket"``, ``"order_task"``.
        given: What was given.

    Raises:
        TypeError: It is no UUID.

    Example:
        >>> require_id("ticket", "0190163d-8694-739b-aea5-966c26f8ad91")
        Traceback (most recent call last):
            ...
        TypeError: a TicketId is wanted, 'str' was given: TicketId(UUID('0190163d-8694-739b-aea5-966c26f8ad91'))
    """
    if not isinstance(given, UUID):
        wanted = "".join(word.capitalize() for word in kind.split("_")) + "Id"
        article = "an" if wanted[0] in "AEIO" else "a"
        shown = f"UUID({given!r})" if isinstance(given, str) else "UUID(…)"
        made = f"{wanted}(UserId({shown}))" if wanted in _USERS else f"{wanted}({shown})"
        msg = f"{article} {wanted} is wanted, {type(given).__name__!r} was given: {made}"
        raise TypeError(msg)
