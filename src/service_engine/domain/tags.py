"""Tags: short names, one set per organisation, shared by orders and tickets. Found, or made on first use.

Source: contract part A, "Requests" (tags); the seed's "Tag System".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import field, frozen

from service_engine.domain.change import Change, Event
from service_engine.domain.ids import TagId
from service_engine.domain.text import bounded, clean

__all__ = ["Tag", "TagCreated", "create_tag", "tag_names"]


@frozen
class Tag:
    """One tag of the organisation.

    Args:
        id: Its id.
        name: 1 to 255 characters without blanks around them; compared exactly, case matters.

    Example:
        >>> from uuid import UUID
        >>> Tag(TagId(UUID(int=1)), "urgent").name
        'urgent'
    """

    id: TagId
    name: str = field(validator=bounded())


@frozen(kw_only=True)
class TagCreated(Event):
    """A tag was used for the first time.

    Example:
        >>> from service_engine.testing.examples import now, urgent
        >>> TagCreated(tag=urgent, at=now).tag.name
        'urgent'
    """

    tag: Tag


def create_tag(tag_id: TagId, name: str, *, at: datetime) -> Change[Tag]:
    """Make a tag that the organisation does not have yet.

    Raises:
        RuleViolationError: The name is blank or too long.

    Example:
        >>> from service_engine.testing.examples import now, urgent
        >>> create_tag(urgent.id, " urgent ", at=now).state == urgent
        True
    """
    tag = Tag(tag_id, clean(name, field="tags"))
    return Change(tag, (TagCreated(tag=tag, at=at),))


def tag_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names stripped, and repeated ones once, in the order of the request.

    Raises:
        RuleViolationError: A name is blank or too long, on the field ``tags``.
        TypeError: The names are one text, which Python would take letter by letter.

    Example:
        >>> tag_names([" urgent", "billing", "urgent"])
        ('urgent', 'billing')
    """
    if isinstance(names, str):
        msg = f"tags are several names; put {names!r} into a list"
        raise TypeError(msg)
    return tuple(dict.fromkeys(clean(name, field="tags") for name in names))
