"""Who chooses what a request is made of: Hypothesis, or nobody, who takes the first of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

__all__ = ["Chooser", "Drawn", "Plain"]

T = TypeVar("T")


class Chooser(Protocol):
    """Chooses.

    Example:
        >>> chooser: Chooser = Plain()
        >>> chooser.pick(["first", "second"])
        'first'
    """

    def pick(self, options: Sequence[T]) -> T:
        """Choose one of several."""
        ...

    def some(self, options: Sequence[T], most: int) -> list[T]:
        """Choose a few, or none."""
        ...

    def number(self, lowest: int, highest: int) -> int:
        """Choose a whole number, both ends included."""
        ...

    def rarely(self, sides: int) -> bool:
        """Say yes one time in so many."""
        ...


class Drawn:
    """Lets Hypothesis choose.

    Args:
        data: What the strategy ``data()`` gives.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5, database=None, deadline=None)
        ... @given(st.data())
        ... def test_a_few_are_chosen(data) -> None:
        ...     assert set(Drawn(data).some(["a", "b"], 3)) <= {"a", "b"}
        >>> test_a_few_are_chosen()
    """

    def __init__(self, data: Any) -> None:
        self._data = data

    def pick(self, options: Sequence[T]) -> T:
        """Choose one of several; the first is the simplest."""
        chosen: T = self._data.draw(st.sampled_from(options))
        return chosen

    def some(self, options: Sequence[T], most: int) -> list[T]:
        """Choose a few, or none."""
        chosen: list[T] = self._data.draw(st.lists(st.sampled_from(options), max_size=most))
        return chosen

    def number(self, lowest: int, highest: int) -> int:
        """Choose a whole number, both ends included."""
        return int(self._data.draw(st.integers(lowest, highest)))

    def rarely(self, sides: int) -> bool:
        """Say yes one time in so many; the simplest is no."""
        return self.number(0, sides - 1) == sides - 1


class Plain:
    """Takes the first, the least, and never what is rare.

    Example:
        >>> Plain().pick("abc"), Plain().some("abc", 2), Plain().number(1, 5), Plain().rarely(2)
        ('a', [], 1, False)
    """

    def pick(self, options: Sequence[T]) -> T:
        """Choose the first."""
        return options[0]

    def some(self, options: Sequence[T], most: int) -> list[T]:
        """Choose none."""
        return []

    def number(self, lowest: int, highest: int) -> int:
        """Choose the least."""
        return lowest

    def rarely(self, sides: int) -> bool:
        """Say no."""
        return False
