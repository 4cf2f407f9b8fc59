"""Fails on a statement that reads or writes a tenant table without its organisation.

It listens to what an engine really executes, so nothing can be forgotten, whoever wrote the statement::

    from service_engine.testing.scope_audit import ScopeAudit


    @pytest.fixture(autouse=True)
    def scope_audit(engine):
        with ScopeAudit(engine) as audit:
            yield audit

A statement that breaks the rule raises ``UnscopedStatementError`` where it is executed, and once more at the end of
the block, in case somebody swallowed it. What the rule is stands in ``scope_rules``. Two things are exempt:

- a directory look-up, marked ``execution_options(service_engine_directory=True)``, and only if it is a SELECT that
  finds its row by a key that is unique among all organisations;
- whatever runs inside ``with audit.paused():``, for tests that try on purpose what must not be done.

Source: design decision 6, section 5.2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Delete, Engine, FromClause, Insert, Select, Table, Update, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.elements import ClauseElement

from service_engine.adapters.sql.tables import own_tables
from service_engine.testing.scope_rules import is_organization, mentioned, problems

__all__ = ["ScopeAudit", "UnscopedStatementError"]

DIRECTORY: Final = "service_engine_directory"
_ALWAYS_HARMLESS: Final = ("PRAGMA ", "SAVEPOINT ", "RELEASE ", "ROLLBACK")


class UnscopedStatementError(AssertionError):
    """A statement touched a tenant table without naming its organisation.

    Args:
        found: What is wrong with it.
        statement: The SQL.

    Example:
        >>> print(UnscopedStatementError(["tickets: no org_id"], "SELECT id FROM tickets"))
        tickets: no org_id
        in the statement:
        SELECT id FROM tickets
    """

    def __init__(self, found: Collection[str], statement: str) -> None:
        super().__init__(found, statement)
        self.found: tuple[str, ...] = tuple(found)
        self.statement = statement

    def __str__(self) -> str:
        return "\n".join([*self.found, "in the statement:", self.statement])


class ScopeAudit:
    """Listens to an engine, or to all of a process, and refuses what names no organisation.

    Args:
        engine: An engine, sync or asyncio; or the class ``Engine`` itself for all there are.
        tables: The tables to watch; ours by default. Those of them with an ``org_id`` are tenant tables.

    Example:
        >>> from sqlalchemy import MetaData, create_engine, insert, select
        >>> from service_engine.adapters.sql import build_tables
        >>> engine, tables = create_engine("sqlite://"), build_tables(MetaData())
        >>> tables.metadata.create_all(engine)
        >>> with ScopeAudit(engine) as audit, engine.connect() as connection:
        ...     try:
        ...         connection.execute(select(tables.tickets))
        ...     except UnscopedStatementError as error:
        ...         print(error.found[0])
        ...     audit.broken.clear()
        tickets is read without org_id = :org_id
    """

    def __init__(self, engine: Engine | AsyncEngine | type[Engine], tables: Iterable[FromClause] | None = None) -> None:
        self._target = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
        watched = own_tables().all() if tables is None else tables
        self._tenants = frozenset(table.name for table in watched if isinstance(table, Table) and "org_id" in table.c)
        self._paused = 0
        # What was found sound, and how it was executed. A statement never changes, a walk over it is slow, and a store
        # executes the same ones again and again.
        self._sound: WeakKeyDictionary[ClauseElement, set[tuple[tuple[str, ...], bool]]] = WeakKeyDictionary()
        self.broken: list[UnscopedStatementError] = []
        """Everything that broke the rule so far."""
        self.audited: int = 0
        """How many statements were looked at; a test of the audit itself wants more than none."""

    def __enter__(self) -> Self:
        event.listen(self._target, "before_cursor_execute", self._listen)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        event.remove(self._target, "before_cursor_execute", self._listen)
        if error is None and self.broken:
            raise self.broken[0]

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Look away, for a test that does on purpose what must not be done.

        Every thread is let through meanwhile.
        """
        self._paused += 1
        try:
            yield
        finally:
            self._paused -= 1

    def check(self, statement: ClauseElement, *, executed_with: Iterable[str] = (), directory: bool = False) -> None:
        """Refuse one statement of SQLAlchemy Core, if it breaks the rule.

        Args:
            statement: The statement.
            executed_with: The names of the values that it is executed with.
            directory: Whether it is marked as a directory look-up.

        Raises:
            UnscopedStatementError: It does.
        """
        names, directory = tuple(executed_with), directory and isinstance(statement, Select)
        if (names, directory) in self._sound.get(statement, ()):
            return
        found = problems(statement, self._tenants, executed_with=names, directory=directory)
        if found:
            self._refuse(found, str(statement))
        self._sound.setdefault(statement, set()).add((names, directory))

    def _listen(self, _: Connection, __: Any, sql: str, ___: Any, context: Any, ____: bool) -> None:
        if self._paused or getattr(context, "isddl", False):
            return
        self.audited += 1
        compiled = getattr(context, "compiled", None)
        if compiled is None:
            self._check_text(sql)
            return
        if compiled.statement is None:
            return
        # With SQLAlchemy's ORM the statement that was compiled is another one than the statement that was given.
        state = getattr(compiled, "compile_state", None)
        statement = getattr(state, "statement", None)
        self.check(
            compiled.statement if statement is None else statement,
            executed_with=compiled.column_keys or (),
            directory=bool(context.execution_options.get(DIRECTORY)),
        )
        self._check_values(compiled.statement, context.compiled_parameters, sql)

    def _check_text(self, sql: str) -> None:
        if sql.lstrip().upper().startswith(_ALWAYS_HARMLESS):
            return
        names = mentioned(sql, self._tenants)
        if names:
            self._refuse([f"{name} stands in a text, which cannot be checked" for name in names], sql)

    def _check_values(self, statement: ClauseElement, rows: Iterable[dict[str, Any]], sql: str) -> None:
        """Refuse a statement that names two organisations, or none where it names one."""
        if not isinstance(statement, Select | Insert | Update | Delete):
            return
        named = {value for row in rows for name, value in row.items() if is_organization(name)}
        if len(named) > 1 or None in named:
            self._refuse([f"it names {len(named)} organisations instead of one"], sql)

    def _refuse(self, found: Collection[str], sql: str) -> None:
        error = UnscopedStatementError(found, sql)
        self.broken.append(error)
        raise error
