"""Pages of any noun, by number and by keyset, cut out of its sorted table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from service_engine.adapters.memory.lists import keyset_of, page_of
from service_engine.adapters.memory.state import State, Work
from service_engine.ports.keysets import KeysetPage, KeysetRequest
from service_engine.ports.lists import Condition, Field, Page, PageRequest, Sort, SortField

__all__ = ["MemoryListed"]

F = TypeVar("F", bound=Field)
S = TypeVar("S", bound=SortField)
V = TypeVar("V")
R = TypeVar("R")


class MemoryListed(Generic[F, S, V, R]):
    """``ports.keysets.Listed`` in memory.

    Args:
        work: The unit of work.
        ordered: Returns the live values of a state in ascending order of a field.
        show: Makes what is shown of one of them.
    """

    def __init__(self, work: Work, ordered: Callable[[State, str], Sequence[V]], show: Callable[[State, V], R]) -> None:
        self._work = work
        self._ordered = ordered
        self._show = show

    def page(self, filters: Sequence[Condition[F]], sort: Sort[S], page: PageRequest) -> Page[R]:
        """Return a page of what is live, and the number of all that the filters let through."""
        state = self._work.state
        chosen, total = page_of(self._ordered(state, sort.field.value), filters, sort, page)
        return Page(tuple(self._show(state, each) for each in chosen), total)

    def keyset(self, filters: Sequence[Condition[F]], sort: Sort[S], wanted: KeysetRequest[S]) -> KeysetPage[R, S]:
        """Return the page after a row."""
        state = self._work.state
        values = keyset_of(self._ordered(state, sort.field.value), filters, sort, wanted)
        return values.map(lambda each: self._show(state, each))
