"""What Hypothesis loads by itself, so that ``st.from_type(Ticket)`` works with no import.

A module of its own: Hypothesis asks for it while it is being imported itself, and that may be by the strategies.
"""

from __future__ import annotations

from importlib import import_module

__all__ = ["register"]


def register() -> None:
    """Load the strategies, which register themselves when they are complete.

    Example:
        >>> from hypothesis import Phase, find, settings, strategies as st
        >>> from service_engine.domain.tags import Tag
        >>> register()
        >>> type(find(st.from_type(Tag), lambda tag: True, settings=settings(phases=[Phase.generate]))) is Tag
        True
    """
    import_module("service_engine.testing.strategies")
