"""How fast the library is, beside what somebody would write otherwise.

``nox -s bench`` runs it; docs/performance.md is what it wrote last.
"""
