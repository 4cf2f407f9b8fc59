"""Changing a value: the same again, with other contents in some of its fields.

``attrs.evolve`` makes the new value from nothing and checks all of it once more. A transition starts from a value that
was checked, so here only that is checked which can have become wrong: what changes, and what looks at more than its own
field. A validator that does so is marked at its field, with ``across_fields``.

Source: decision 22.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import attrs
from attrs import Attribute

__all__ = ["across_fields", "evolve"]

Check: TypeAlias = "Callable[..., None]"
Put: TypeAlias = "Callable[[Any, Any], None]"
Make: TypeAlias = "Callable[[Any], Any]"
Plan: TypeAlias = "tuple[Make, list[tuple[str, Put, Make]], list[tuple[Attribute[Any], Check]], Make | None]"

T = TypeVar("T")

_ACROSS_FIELDS: Final[set[Check]] = set()


def across_fields(check: Check) -> Check:
    """Mark an attrs validator that looks at more than its own field: it runs whichever field of a value changes.

    What is computed (``init=False``) and ``__attrs_post_init__`` need no mark, they always run.

    Example:
        >>> from attrs import field, frozen
        >>> def is_later(stay, _, departure):
        ...     if departure <= stay.arrival:
        ...         raise ValueError(f"departure {departure} is not after arrival {stay.arrival}")
        >>> @frozen
        ... class Stay:
        ...     arrival: int
        ...     departure: int = field(validator=across_fields(is_later))
        >>> evolve(Stay(1, 3), arrival=4)
        Traceback (most recent call last):
            ...
        ValueError: departure 3 is not after arrival 4
    """
    marked = partial(check)  # of its own, because the same check may stand at another field without the mark
    _ACROSS_FIELDS.add(marked)
    return marked


def _evolve(value: T, /, **changes: Any) -> T:
    """Return the same value with other contents in some fields; the one way in which a value changes.

    Args:
        value: An attrs value; it was checked when it was made.
        changes: The fields that change, by name; converted and checked as when a value is made.

    Raises:
        Exception: Whatever making such a value from nothing raises, in the same words.

    Example:
        >>> from service_engine.testing.examples import later, ticket
        >>> evolve(ticket, deleted_at=later).deleted_at == later
        True
    """
    kind: Any = type(value)  # of which mypy does not see that it can be hashed
    copy, made, checks, finish = _plan(kind, *changes)
    new: T = copy(value)
    for name, put, make in made:
        put(new, make(changes.get(name, new)))  # what is computed is made of the new value itself
    for attribute, check in checks:
        check(new, attribute, getattr(new, attribute.name))
    if finish is not None:
        finish(new)
    return new


if TYPE_CHECKING:
    # Checkers know what this one takes: they refuse a field that is not there, and contents of another type.
    from attrs import evolve  # noqa: TID251
else:
    evolve = _evolve


@lru_cache(maxsize=1024)
def _plan(kind: Any, *names: str) -> Plan:
    """Return what copies, makes, checks and finishes the new value, each in the order in which ``__init__`` does it."""
    fields = attrs.fields(kind)
    for name in names:
        if name not in {each.name for each in fields if each.init}:
            msg = f"{kind.__qualname__}.__init__() got an unexpected keyword argument {name!r}"
            raise TypeError(msg)
    made = [each for each in fields if each.name in names or not each.init]
    return (
        _copier(kind),
        [(each.name, _put(kind, each), _make(each)) for each in made],
        [(each, each.validator) for each in fields if each.validator and (each in made or _is_marked(each))],
        getattr(kind, "__attrs_post_init__", None),
    )


@cache
def _copier(kind: Any) -> Make:
    """Return what copies a value; written out, as attrs writes an ``__init__``, because a loop takes a third longer."""
    fields = attrs.fields(kind)
    lines = [f"put_{each.name}(new, value.{each.name})" for each in fields]
    scope: dict[str, Any] = {f"put_{each.name}": _put(kind, each) for each in fields}
    scope.update(blank=object.__new__, kind=kind)
    exec("\n ".join(["def copy(value):", "new = blank(kind)", *lines, "return new"]), scope)  # noqa: S102
    copy: Make = scope["copy"]
    return copy


def _is_marked(attribute: Attribute[Any]) -> bool:
    return attribute.validator in _ACROSS_FIELDS


def _put(kind: type[Any], attribute: Attribute[Any]) -> Put:
    """Return what writes the slot, past the ``__setattr__`` that says that the value is frozen."""
    put: Put = getattr(kind, attribute.name).__set__
    return put


def _make(attribute: Attribute[Any]) -> Make:
    """Return what makes the new contents of what is given, or of the value if they are computed."""
    computed: Any = attribute.default
    make: Any = attribute.converter if attribute.init else computed.factory
    return make or _as_it_is


def _as_it_is(given: T) -> T:
    return given
