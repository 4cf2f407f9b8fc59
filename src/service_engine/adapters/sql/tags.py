"""Tags in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import BindParameter, FromClause, ScalarSelect, Select, Table, and_, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from service_engine.adapters.sql.dialects import json_rows
from service_engine.adapters.sql.scope import own, refers
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Transaction
from service_engine.adapters.sql.types import uuid_of
from service_engine.domain.change import Change
from service_engine.domain.ids import TagId
from service_engine.domain.tags import Tag
from service_engine.errors import ConflictError

__all__ = ["SqlTags", "TagStatements", "tagged", "tags_of"]


class TagStatements:
    """What is asked of tags, built once."""

    def __init__(self, tables: Tables) -> None:
        tags = tables.tags
        self.table: Table = tags
        names: BindParameter[str] = bindparam("names", expanding=True)
        self._named = and_(own(tags), tags.c.name.in_(names))
        self.find: Select[Any, Any] = select(tags.c.id, tags.c.name).where(self._named)
        self._find_for: dict[Select[Any], Select[Any, Any]] = {}
        # SQLite spells ON CONFLICT DO NOTHING as PostgreSQL does, and its compiler takes PostgreSQL's construct.
        self.add_missing: ReturningInsert[Any] = insert(tags).on_conflict_do_nothing().returning(tags.c.id)

    def find_for(self, lock: Select[Any]) -> Select[Any, Any]:
        """Return ``find`` as a statement that locks an aggregate, too; if there is no tag, there is a row of nulls."""
        if lock not in self._find_for:
            tags, locked = self.table, lock.subquery("locked")
            found = select(tags.c.id, tags.c.name).select_from(locked.outerjoin(tags, self._named))
            self._find_for[lock] = found
        return self._find_for[lock]


class SqlTags:
    """The organisation's tags."""

    def __init__(self, transaction: Transaction, statements: TagStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def find(self, names: Sequence[str]) -> tuple[Tag, ...]:
        """Return those that exist; see ``ports.tags.Tags``."""
        if not names:
            return ()
        # What is missing will be inserted, and waits for whoever inserts the same. What it is for is locked before,
        # as a second try locks it when it is loaded: else the two would wait for each other in a circle.
        unlocked = self._transaction.take_unlocked()
        if unlocked is None:
            rows = self._transaction.read(self._statements.find, names=list(names))
        else:
            lock, key = unlocked
            rows = self._transaction.read(self._statements.find_for(lock), names=list(names), key=key)
        return tuple(Tag(TagId(row[0]), row[1]) for row in rows if row[0] is not None)

    def add_missing(self, changes: Sequence[Change[Tag]]) -> tuple[Tag, ...]:
        """Store new tags, unless somebody else did; see ``ports.tags.Tags``."""
        if not changes:
            return ()
        stored = self._insert(changes)
        for change in changes:
            if change.state.name in stored:
                self._transaction.note(change.events)
        others = [change.state.name for change in changes if change.state.name not in stored]
        # Another statement, because only a new one sees what somebody else committed while ours waited for them.
        stored |= {tag.name: tag for tag in self.find(others)}
        missing = [name for name in others if name not in stored]
        if missing:
            raise ConflictError("tag", missing[0])
        return tuple(stored[change.state.name] for change in changes)

    def _insert(self, changes: Sequence[Change[Tag]]) -> dict[str, Tag]:
        by_id = {change.state.id: change.state for change in changes}
        # Sorted by name: two transactions that insert the same tags must not wait for each other crosswise.
        rows = [_row_of(change) for change in sorted(changes, key=lambda each: each.state.name)]
        added = self._transaction.insert_all(self._statements.add_missing, "tag", rows[0]["name"], rows)
        inserted = added.scalars().all()
        for tag_id in inserted:
            self._transaction.note_insert(self._statements.table, tag_id)
        return {by_id[tag_id].name: by_id[tag_id] for tag_id in inserted}


def _row_of(change: Change[Tag]) -> dict[str, Any]:
    at = change.events[0].at
    return {"id": change.state.id, "name": change.state.name, "created_at": at, "updated_at": at}


def tagged(tables: Tables, links: FromClause, owner: str, owners: FromClause) -> ScalarSelect[str]:
    """Return the tags that are linked to each row of ``owners``, as one text of positions, ids and names."""
    tags = tables.tags
    return (
        select(json_rows(links.c.position, tags.c.id, tags.c.name))
        .select_from(links.join(tags, refers(links, tags, "tag_id")))
        .where(own(links), links.c[owner] == owners.c.id)
        .correlate(owners)
        .scalar_subquery()
    )


def tags_of(stored: str | None) -> tuple[Tag, ...]:
    """Return the tags of one text, in the order of their positions."""
    if not stored or stored == "[]":
        return ()
    return tuple(_tag(tag_id, name) for _, tag_id, name in sorted(orjson.loads(stored)))


@lru_cache(maxsize=4096)
def _tag(tag_id: str, name: str) -> Tag:
    """Return a tag. Values are immutable, so that equal ones share one."""
    return Tag(TagId(uuid_of(tag_id)), name)
