"""An organisation's tags, found by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service_engine.adapters.memory.state import State, Work
from service_engine.domain.change import Change
from service_engine.domain.tags import Tag

__all__ = ["MemoryTags", "are_tags"]


def are_tags(state: State, tags: Iterable[Tag]) -> bool:
    """Tell whether all of them are tags of the organisation, under the names that they have there."""
    return all(state.tags.rows.get(tag.id) == tag for tag in tags)


class MemoryTags:
    """``ports.tags.Tags`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def find(self, names: Sequence[str]) -> tuple[Tag, ...]:
        """Return those of the named tags that exist."""
        found = (self._named(name) for name in dict.fromkeys(names))
        return tuple(tag for tag in found if tag is not None)

    def add_missing(self, changes: Sequence[Change[Tag]]) -> tuple[Tag, ...]:
        """Store new tags, unless one of the same name is stored already; return them as they are stored."""
        return tuple(self._named(change.state.name) or self._add(change) for change in changes)

    def _named(self, name: str) -> Tag | None:
        tags = self._work.state.tags
        tag_id = tags.claims.get(("name", name))
        return None if tag_id is None else tags.rows[tag_id]

    def _add(self, change: Change[Tag]) -> Tag:
        self._work.require_links("tag", change.state.id)
        self._work.state.tags.add("tag", change.state)
        self._work.events.extend(change.events)
        return change.state
