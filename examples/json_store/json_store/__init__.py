"""A store of plain JSON files: one directory per organisation, nothing of a database."""

from json_store.store import JsonStore

__all__ = ["JsonStore"]
