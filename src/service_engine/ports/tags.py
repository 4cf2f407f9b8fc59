"""What the use cases need of tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from service_engine.domain.change import Change
from service_engine.domain.tags import Tag

__all__ = ["Tags"]


class Tags(Protocol):
    """The organisation's tags, shared by orders and tickets.

    Example:
        >>> from service_engine.testing.examples import acme, agency, now, urgent
        >>> from service_engine.domain.tags import create_tag
        >>> with agency().begin(acme.id) as uow:
        ...     _ = uow.tags.add_missing([create_tag(urgent.id, "urgent", at=now)])
        ...     uow.tags.find(["urgent", "unknown"]) == (urgent,)
        True
    """

    def find(self, names: Sequence[str]) -> tuple[Tag, ...]:
        """Return those of the named tags that exist, in any order. Names are compared exactly."""
        ...

    def add_missing(self, changes: Sequence[Change[Tag]]) -> tuple[Tag, ...]:
        """Store new tags, unless somebody else stored one of the same name in the meantime.

        Returns:
            The tags of these names as they are stored, in the order of the changes: the given one, or the other's.
        """
        ...
