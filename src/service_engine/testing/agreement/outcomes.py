"""What a store answers, in a form in which two answers can be compared to the last digit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs
from attrs import field, frozen

from service_engine.domain.change import Event
from service_engine.errors import ServiceEngineError
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.entropy import SeededEntropy

__all__ = ["DisagreementError", "Outcome", "Side", "exact", "first_difference", "observed", "outcome_of"]


class DisagreementError(AssertionError):
    """Two stores gave different answers.

    Args:
        question: What they were asked.
        first: What the first store answered.
        second: What the second store answered.

    Example:
        >>> print(DisagreementError("how many clients", outcome_of(lambda: 7), outcome_of(lambda: 8)))
        how many clients
          answer: 7 and 8
          first:  Outcome(seen=('returned', 7))
          second: Outcome(seen=('returned', 8))
    """

    def __init__(self, question: str, first: Outcome, second: Outcome) -> None:
        super().__init__(question, first, second)
        self.question = question
        self.first = first
        self.second = second

    def __str__(self) -> str:
        (how, *first), (how_else, *second) = self.first.seen, self.second.seen
        if how != how_else:
            place, here, there = "it", how, how_else
        elif how == "returned":
            place, here, there = first_difference(*first, *second)
        else:
            place, here, there = first_difference(first, second, "refusal")
        return f"{self.question}\n  {place}: {here!r} and {there!r}\n  first:  {self.first}\n  second: {self.second}"


@frozen
class Side:
    """One of the two stores.

    Args:
        store: The store.
        entropy: Where its ids and random values come from.

    Example:
        >>> from service_engine import MemoryStore
        >>> entropy = SeededEntropy(1)
        >>> side = Side(MemoryStore(entropy=entropy), entropy)
        >>> side.store.entropy is side.entropy
        True
    """

    store: Store
    entropy: SeededEntropy


@frozen
class Outcome:
    """What came of a call.

    Args:
        seen: The answer, or the refusal with everything that it carries, in comparable form.
        value: The answer itself; None for a refusal.

    Example:
        >>> Outcome(("returned", 7), value=7) == Outcome(("returned", 7), value="another object")
        True
    """

    seen: Any
    value: Any = field(default=None, eq=False, repr=False)


def outcome_of(call: Callable[[], Any]) -> Outcome:
    """Make a call and return what came of it. Only answers are caught: a failure of the store itself is none.

    Example:
        >>> outcome_of(lambda: 7).seen
        ('returned', 7)
    """
    try:
        value = call()
    except ServiceEngineError as refusal:
        carried = {name: exact(each) for name, each in sorted(vars(refusal).items())}
        return Outcome(("refused", type(refusal).__name__, refusal.code, str(refusal), carried))
    except (ValueError, TypeError) as misuse:
        return Outcome(("misused", type(misuse).__name__))
    return Outcome(("returned", exact(value)), value)


def observed(
    uow: UnitOfWork, use_case: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[Any, tuple[Event, ...]]:
    """Run a use case and return its result together with everything that was stored, as events.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, ticket
        >>> from service_engine.usecases.tickets import close_ticket
        >>> with agency().begin(acme.id) as uow:
        ...     result, events = observed(uow, close_ticket, (ticket.id,), {"at": later})
        >>> result.status.label, [type(event).__name__ for event in events]
        ('Closed', ['TicketClosed'])
    """
    return use_case(uow, *args, **kwargs), uow.events


def exact(value: Any) -> Any:
    """Return a value in comparable form: types, digits and zones matter, the order of keys does not.

    Numbers in free JSON are equal when they are the same number: a database may keep 1.0 as 1.

    Example:
        >>> exact(Decimal("1.50")) == exact(Decimal("1.5"))
        False
        >>> exact({"a": True}) == exact({"a": 1})
        False
    """
    if attrs.has(type(value)):
        return (
            type(value).__name__,
            *((each.name, exact(getattr(value, each.name))) for each in attrs.fields(type(value))),
        )
    if isinstance(value, Mapping):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [exact(item) for item in value]
    if isinstance(value, Enum | bool | Decimal):
        return (type(value).__name__, str(value))
    return value.isoformat() if isinstance(value, datetime) else value


def first_difference(first: Any, second: Any, place: str = "answer") -> tuple[str, Any, Any]:
    """Return where two values in comparable form differ first, and what is there; the values themselves if nowhere.

    Example:
        >>> first_difference(exact({"tags": ("a", "b")}), exact({"tags": ("b", "a")}))
        ("answer['tags'][0]", 'a', 'b')
        >>> first_difference([1, 2], [1])
        ('the length of answer', 2, 1)
    """
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        inner = [(f"{place}[{key!r}]", first[key], second[key]) for key in first]
    elif isinstance(first, list) and isinstance(second, list):
        if len(first) != len(second):
            return f"the length of {place}", len(first), len(second)
        inner = [(f"{place}[{index}]", *pair) for index, pair in enumerate(zip(first, second, strict=True))]
    elif _is_object(first) and _is_object(second) and first[0] == second[0]:
        pairs = zip(first[1:], second[1:], strict=True)
        inner = [(f"{place}.{name}", here, there) for (name, here), (_, there) in pairs]
    else:
        return place, first, second
    for where, here, there in inner:
        if here != there:
            return first_difference(here, there, where)
    return place, first, second


def _is_object(value: Any) -> bool:
    """Tell whether this is an attrs value in comparable form: its type, then its attributes."""
    return isinstance(value, tuple) and all(isinstance(each, tuple) for each in value[1:])
