"""The store in memory: dictionaries of frozen values, with a real rollback. Public and supported; the tests' double.

Every organisation has one state. A unit of work takes the organisation's lock and forks the state (a table is copied at
its first write, not before); either the fork becomes the state, or it is forgotten. Whoever reads holds on to the state
as it was when they began, so reading neither waits for writers nor sees half of what they do.

It refuses what a SQL database refuses, with the same errors: a taken key, a link to something that is not in the
organisation, a stale version.

Source: design decision 4.
"""

from service_engine.adapters.memory.store import MemoryStore

__all__ = ["MemoryStore"]
