"""Rows that were built already: as long as nothing in a row changes, it is built once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from service_engine.adapters.memory.state import State
from service_engine.adapters.memory.tables import Identified

__all__ = ["row_of"]

V = TypeVar("V", bound=Identified)
R = TypeVar("R")


def row_of(state: State, rows: dict[UUID, tuple[V, R]], value: V, make: Callable[[State, V], R]) -> R:
    """Return how something is shown.

    Args:
        state: The state that it is in.
        rows: Where the state remembers the rows of its noun.
        value: What is to be shown.
        make: Builds its row, of itself and of people; of nothing else, because nothing else makes the state forget.
    """
    # A row is remembered together with the very value that it was made of, and the state forgets all rows when somebody
    # in them changes, so a remembered row is never an old one.
    remembered = rows.get(value.id)
    if remembered is not None and remembered[0] is value:
        return remembered[1]
    row = make(state, value)
    rows[value.id] = (value, row)
    return row
