"""What a transition returns: the new state, together with what happened.

A ``Change`` without events is a change that changed nothing. Repositories take changes, never bare states, so storing
something without saying what happened is a type error.

Source: design decision 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Concatenate, Final, Generic, ParamSpec, Protocol, TypeVar

from attrs import field, frozen

from service_engine.domain.evolution import evolve
from service_engine.domain.instants import utc
from service_engine.domain.json_values import same

__all__ = ["UNSET", "Change", "Event", "Unset", "Versioned", "differences", "next_version"]

S = TypeVar("S")
T = TypeVar("T")
P = ParamSpec("P")


class Unset(Enum):
    """The type of ``UNSET``: a patch's word for "leave it as it is", where ``None`` means "clear it".

    Example:
        >>> UNSET
        UNSET
    """

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


@frozen(kw_only=True)
class Event:
    """Something that happened, at a time. Subclasses are named with a noun and a past participle.

    Args:
        at: When it happened; aware, kept in UTC.

    Example:
        >>> from service_engine.testing.examples import now
        >>> Event(at=now).at == now
        True
    """

    at: datetime = field(converter=utc)


@frozen
class Change(Generic[S]):
    """A state and the events that led to it.

    Args:
        state: The aggregate as it is now.
        events: What happened, oldest first. Empty exactly when nothing changed.

    Example:
        >>> def grow(number: int) -> Change[int]:
        ...     return Change(number + 1)
        >>> Change(1).then(grow).then(grow).state
        3
    """

    state: S
    events: tuple[Event, ...] = ()

    def then(self, transition: Callable[Concatenate[S, P], Change[S]], *args: P.args, **kwargs: P.kwargs) -> Change[S]:
        """Apply one more transition to the state; keep the events of both.

        Args:
            transition: A function of the state that returns a ``Change``.
            args: Handed on to the transition.
            kwargs: Handed on to the transition.

        Returns:
            The later state, with the events of this change first.

        Example:
            >>> def grow(number: int, *, by: int) -> Change[int]:
            ...     return Change(number + by)
            >>> Change(1).then(grow, by=2).state
            3
        """
        later = transition(self.state, *args, **kwargs)
        return Change(later.state, self.events + later.events)


def differences(state: object, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the wanted values that are given (not ``UNSET``) and differ from the state's.

    Example:
        >>> differences(3 + 4j, {"real": 3.0, "imag": 5.0, "other": UNSET})
        {'imag': 5.0}
    """
    return {
        name: value for name, value in wanted.items() if value is not UNSET and not _equal(getattr(state, name), value)
    }


def _equal(old: object, new: object) -> bool:
    return same(old, new) if isinstance(new, Mapping) else bool(old == new)


class Versioned(Protocol):
    """An aggregate that counts how often it was stored.

    Example:
        >>> from service_engine.testing.examples import ticket
        >>> aggregate: Versioned = ticket
        >>> aggregate.version
        1
    """

    @property
    def version(self) -> int:
        """1 when it is added, one more with each save."""
        ...


V = TypeVar("V", bound=Versioned)


def next_version(state: V) -> V:
    """Return the state as a repository has it after a save: the same, one version later.

    Example:
        >>> from service_engine.testing.examples import ticket
        >>> next_version(ticket).version
        2
    """
    return evolve(state, version=state.version + 1)  # type: ignore[misc]  # V is an attrs class by construction
