"""Lifecycles as data: which status may follow which. One form for every noun.

The refusals, the diagrams in the documentation, the command line and the property tests all read these tables.

Source: design decision 2; contract section 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from functools import cached_property
from typing import Any, Generic, TypeVar

from attrs import Attribute, field, frozen

from service_engine.domain.evolution import across_fields
from service_engine.errors import IllegalMoveError

__all__ = ["Lifecycle", "Status"]


class Status(IntEnum):
    """A numeric status with a label for people: ``IN_PROGRESS`` is shown as ``In Progress``.

    Example:
        >>> class Mood(Status):
        ...     VERY_GOOD = 1
        >>> Mood(1).label
        'Very Good'
    """

    @cached_property
    def label(self) -> str:
        """The name as people read it.

        Example:
            >>> from service_engine.domain.orders import OrderStatus
            >>> OrderStatus.IN_PROGRESS.label
            'In Progress'
        """
        return self.name.replace("_", " ").title()


S = TypeVar("S", bound=Status)


def _are_complete(instance: Lifecycle[S], _: Attribute[Any], moves: Mapping[S, frozenset[S]]) -> None:
    if set(moves) != set(type(instance.initial)):
        msg = f"the moves of a {instance.noun} must name every {type(instance.initial).__name__} exactly once"
        raise ValueError(msg)
    if any(origin in targets for origin, targets in moves.items()):
        msg = f"the moves of a {instance.noun} must not lead from a status to itself"
        raise ValueError(msg)


@frozen
class Lifecycle(Generic[S]):
    """The moves of one noun's status.

    Args:
        noun: What has the status, in the singular.
        initial: The status of a new one.
        moves: For every status, the statuses that may follow it. Staying where one is needs no move.

    Raises:
        ValueError: The moves leave a status out, or lead from one to itself.

    Example:
        >>> from service_engine.domain.tickets import LIFECYCLE, TicketStatus
        >>> sorted(status.label for status in LIFECYCLE.allowed(TicketStatus.CLOSED))
        ['Open', 'Pending']
    """

    noun: str
    initial: S
    moves: Mapping[S, frozenset[S]] = field(validator=across_fields(_are_complete))

    def allowed(self, origin: S) -> frozenset[S]:
        """Return the statuses that may follow ``origin``, itself not among them."""
        return self.moves[origin]

    def explain(self, origin: S, target: S) -> tuple[str, ...]:
        """Return every reason against the move; empty when it is allowed, or goes nowhere.

        Raises:
            TypeError: The target is no status, but a bare number or the like.

        Example:
            >>> from service_engine.domain.tickets import LIFECYCLE, TicketStatus
            >>> LIFECYCLE.explain(TicketStatus.OPEN, TicketStatus.CLOSED)
            ()
        """
        if target == origin or target in self.moves[origin]:
            return ()
        kind = type(self.initial)
        if not isinstance(target, kind):
            msg = f"status must be of {kind.__name__}, not {target!r}"
            raise TypeError(msg)
        return (f"Cannot transition from {origin.label} to {target.label}.", self.outlook(origin))

    def outlook(self, origin: S) -> str:
        """Return where it can go from there, as a sentence.

        Example:
            >>> from service_engine.domain.tickets import LIFECYCLE, TicketStatus
            >>> LIFECYCLE.outlook(TicketStatus.CLOSED)
            'From Closed it can go to: Open, Pending.'
        """
        choices = ", ".join(status.label for status in sorted(self.moves[origin]))
        return f"From {origin.label} it can go to: {choices}." if choices else f"{origin.label} is final."

    def check(self, origin: S, target: S) -> None:
        """Refuse a move that the table does not have.

        Raises:
            IllegalMoveError: With the contract's sentence, on the field ``status``.
            TypeError: The target is no status, but a bare number or the like.

        Example:
            >>> from service_engine.domain.tickets import LIFECYCLE, TicketStatus
            >>> LIFECYCLE.check(TicketStatus.OPEN, TicketStatus.CLOSED)
        """
        reasons = self.explain(origin, target)
        if reasons:
            raise IllegalMoveError("status", reasons[0], reasons[1:])

    def pairs(self) -> Iterator[tuple[S, S]]:
        """Yield every move as (from, to), in the order of the statuses' numbers."""
        for origin in sorted(self.moves):
            for target in sorted(self.moves[origin]):
                yield origin, target

    def draw(self, style: str = "text") -> str:
        """Draw the lifecycle from its table.

        Args:
            style: ``"text"`` for the terminal, ``"mermaid"`` for a state diagram in the documentation.

        Raises:
            ValueError: There is no such style.

        Example:
            >>> from service_engine.domain.tickets import LIFECYCLE
            >>> print(LIFECYCLE.draw())
            ticket (starts as Open)
              Open    -> Pending, Closed
              Pending -> Open, Closed
              Closed  -> Open, Pending
        """
        if style == "text":
            return "\n".join([f"{self.noun} (starts as {self.initial.label})", *self._text_rows()])
        if style == "mermaid":
            return "\n".join(["stateDiagram-v2", *self._mermaid_rows()])
        msg = f"there is no style {style!r}; take 'text' or 'mermaid'"
        raise ValueError(msg)

    def _text_rows(self) -> Iterator[str]:
        width = max(len(status.label) for status in self.moves)
        for origin in sorted(self.moves):
            targets = ", ".join(status.label for status in sorted(self.moves[origin])) or "(final)"
            yield f"  {origin.label:<{width}} -> {targets}"

    def _mermaid_rows(self) -> Iterator[str]:
        for status in sorted(self.moves):
            yield f"    state {status.label!r} as {status.name}".replace("'", '"')
        yield f"    [*] --> {self.initial.name}"
        for origin, target in self.pairs():
            yield f"    {origin.name} --> {target.name}"
