"""Strategies for what happened: every event of the domain, built by the types of its fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service_engine.domain.change import Event
from service_engine.testing.strategies.values import instants, lines

__all__ = ["events", "kinds_of_events", "made_of_fields"]


def kinds_of_events(kind: type[Event] = Event) -> Iterator[type[Event]]:
    """Yield every kind of event that the domain has; a host's own are not among them.

    Example:
        >>> "TicketClosed" in {kind.__name__ for kind in kinds_of_events()}
        True
    """
    for each in kind.__subclasses__():
        if each.__module__.startswith("service_engine.domain."):
            yield each
        yield from kinds_of_events(each)


def events() -> SearchStrategy[Event]:
    """Make events of all kinds.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> type(find(events(), lambda event: True, settings=quick)) in set(kinds_of_events())
        True
    """
    kinds = sorted(kinds_of_events(), key=lambda kind: kind.__name__)
    return st.sampled_from(kinds).flatmap(made_of_fields)


def made_of_fields(kind: type[Any]) -> SearchStrategy[Any]:
    """Make values of a class that has no rules among its fields, each field by its type.

    Args:
        kind: An attrs class; the types of its fields are texts, times, ids, values of the domain, and tuples of them.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> from service_engine.domain.tags import TagCreated
        >>> quick = settings(phases=[Phase.generate])
        >>> find(made_of_fields(TagCreated), lambda event: True, settings=quick).at.tzinfo
        datetime.timezone.utc
    """
    hints = get_type_hints(kind)
    return st.builds(kind, **{each.name: _of(hints[each.name]) for each in attrs.fields(kind) if each.init})


def _of(hint: Any) -> SearchStrategy[Any]:
    if hint is datetime:
        return instants()
    if hint is str:
        return lines()
    arguments = get_args(hint)
    if get_origin(hint) in {Union, UnionType}:
        return st.one_of(*(_of(each) for each in arguments))
    if get_origin(hint) is tuple:
        return st.lists(_of(arguments[0]), max_size=3).map(tuple)
    return st.from_type(hint)
