"""Tags: found, or made on first use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from service_engine.domain.ids import TagId
from service_engine.domain.tags import Tag, create_tag, tag_names
from service_engine.ports.unit_of_work import UnitOfWork

__all__ = ["find_or_create_tags"]


def find_or_create_tags(uow: UnitOfWork, names: Iterable[str], *, at: datetime) -> tuple[Tag, ...]:
    """Return the organisation's tags of these names, and make those that are missing.

    Args:
        uow: The unit of work.
        names: As they came in: blanks around them do not matter, repeated ones count once.
        at: Now.

    Returns:
        The tags, in the order of the names.

    Raises:
        RuleViolationError: A name is blank or too long, on the field ``tags``.

    Source:
        The seed's "Tag System"; contract part A, "Requests".

    Example:
        >>> from service_engine.testing.examples import acme, agency, now
        >>> tags = agency().run(acme.id, find_or_create_tags, ["urgent", " billing ", "urgent"], at=now)
        >>> [tag.name for tag in tags]
        ['urgent', 'billing']
    """
    wanted = tag_names(names)
    if not wanted:
        return ()
    found = {tag.name: tag for tag in uow.tags.find(wanted)}
    missing = sorted(set(wanted) - set(found))  # sorted: two transactions must not insert in opposite orders
    if missing:
        changes = [create_tag(TagId(uow.entropy.new_id()), name, at=at) for name in missing]
        found |= {tag.name: tag for tag in uow.tags.add_missing(changes)}
    return tuple(found[name] for name in wanted)
