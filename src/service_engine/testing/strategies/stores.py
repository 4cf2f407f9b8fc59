"""Strategies for whole organisations: a store with one or two of them, each with something of everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

if TYPE_CHECKING:
    from service_engine.ports.entropy import Entropy
    from service_engine.ports.unit_of_work import Store
    from service_engine.testing.population import Populated

__all__ = ["PopulatedStore", "populated_stores"]


def _ids(organizations: tuple[Populated, ...]) -> str:
    return f"<{', '.join(str(each.org_id) for each in organizations)}>"


@frozen(kw_only=True)
class PopulatedStore:
    """A store, and the organisations in it.

    Args:
        store: The store.
        organizations: What ``populate`` made, in the order in which it was made.

    Example:
        >>> from service_engine import MemoryStore
        >>> from service_engine.testing import populate
        >>> store = MemoryStore()
        >>> filled = PopulatedStore(store=store, organizations=(populate(store), populate(store)))
        >>> len({each.org_id for each in filled.organizations})
        2
    """

    store: Store = field(repr=False)
    organizations: tuple[Populated, ...] = field(repr=_ids)

    @property
    def first(self) -> Populated:
        """The first organisation."""
        return self.organizations[0]


@st.composite
def _filled(draw: st.DrawFn, open_store: Callable[[Entropy], Store] | None, most: int) -> PopulatedStore:
    # Loaded when it is asked for: Hypothesis loads this package while it is being imported, when it must do little.
    from service_engine.adapters.memory import MemoryStore
    from service_engine.testing.entropy import SeededEntropy
    from service_engine.testing.population import populate

    store = (open_store or MemoryStore)(SeededEntropy(draw(st.integers(0, 2**32 - 1))))
    sizes: dict[str, SearchStrategy[int]] = {
        "clients": st.integers(1, 4),
        "orders": st.integers(0, 4),
        "tickets": st.integers(0, 5),
        "proposals": st.integers(0, 4),
        "invoices": st.integers(0, 8),
    }
    organizations = []
    for number in range(draw(st.integers(1, most))):
        counts: dict[str, Any] = {noun: draw(count) for noun, count in sizes.items()}
        seed = draw(st.integers(0, 2**16))
        organizations.append(populate(store, seed=seed, name=f"Agency {number + 1}", **counts))
    return PopulatedStore(store=store, organizations=tuple(organizations))


def populated_stores(
    open_store: Callable[[Entropy], Store] | None = None, *, organizations: int = 2
) -> SearchStrategy[PopulatedStore]:
    """Make stores with one or more organisations, each with something of everything, deleted things included.

    Args:
        open_store: Opens a store whose ids come from the entropy that it is given; a memory store by default. A store
            that stays open through all examples is given as ``lambda _: store``, and keeps its own entropy: every
            example then adds organisations to it.
        organizations: How many there are at most.

    Example:
        >>> from hypothesis import given, settings
        >>> from service_engine.usecases.clients import list_clients
        >>> @settings(max_examples=2, database=None, deadline=None)
        ... @given(populated_stores())
        ... def test_everybody_is_listed(filled):
        ...     for each in filled.organizations:
        ...         assert filled.store.read(each.org_id, list_clients).total >= len(each.clients)
        >>> test_everybody_is_listed()
    """
    return _filled(open_store, organizations)
