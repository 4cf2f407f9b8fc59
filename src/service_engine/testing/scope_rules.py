"""Where a statement touches a tenant table without its organisation: a walk over SQLAlchemy's tree of the statement.

The rule is that every table, at its own level, says ``org_id = :org_id`` itself. A level is one SELECT, INSERT, UPDATE
or DELETE; a subquery, a CTE, an EXISTS and a scalar subquery are levels of their own. What an outer join's ON says
holds for its right side only, because the left side's rows come whatever it says; what stands beside an OR holds for
nothing.

Source: design section 5.2.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import BindParameter, Column, Delete, Insert, Select, Table, TextClause, Update
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ClauseElement, ColumnClause, Grouping
from sqlalchemy.sql.selectable import (
    AliasedReturnsRows,
    CompoundSelect,
    FromClause,
    FromGrouping,
    Join,
    SelectBase,
    SelectStatementGrouping,
    TextualSelect,
)

__all__ = ["DIRECTORY_KEYS", "is_organization", "mentioned", "problems"]

DIRECTORY_KEYS: Final = frozenset({"slug", "token_hash"})
"""What an organisation is found by, before it is known."""

_ORG_ID: Final = "org_id"
_WORD: Final = re.compile(r"\w+")
_Froms: TypeAlias = frozenset[FromClause]
_Conditions: TypeAlias = tuple[ClauseElement, ...]
_NONE: Final[_Froms] = frozenset()


def problems(
    statement: ClauseElement, tenants: Collection[str], *, executed_with: Sequence[str] = (), directory: bool = False
) -> tuple[str, ...]:
    """Return what is wrong with a statement; empty when every tenant table in it names its organisation.

    Args:
        statement: Any statement of SQLAlchemy Core.
        tenants: The names of the tenant tables.
        executed_with: The names of the values that an INSERT or UPDATE is executed with.
        directory: Whether the statement is a directory look-up: one that finds the organisation by a unique key, and
            whose other tables are joined to the one that has it by ``org_id``.

    Example:
        >>> from sqlalchemy import bindparam, column, select, table, Integer, MetaData, Table, Column
        >>> tickets = Table("tickets", MetaData(), Column("org_id", Integer), Column("id", Integer))
        >>> problems(select(tickets.c.id), {"tickets"})
        ('tickets is read without org_id = :org_id',)
        >>> problems(select(tickets.c.id).where(tickets.c.org_id == bindparam("org_id")), {"tickets"})
        ()
    """
    walk = _Walk(frozenset(tenants), tuple(executed_with), directory=directory)
    walk.statement(statement)
    return tuple(dict.fromkeys(walk.found))


def mentioned(text: str, tenants: Collection[str]) -> tuple[str, ...]:
    """Return the tenant tables whose names stand in a text; there is no tree to look at.

    Example:
        >>> mentioned("SELECT count(*) FROM tickets", {"tickets", "users"})
        ('tickets',)
    """
    return tuple(sorted(set(_WORD.findall(text)) & set(tenants)))


def is_organization(parameter: str) -> bool:
    """Tell whether a bound parameter of this name holds the organisation: ``org_id``, or ``…_org_id``.

    UPDATE needs the longer form, because there SQLAlchemy takes a parameter of a column's name for a value to set.

    Example:
        >>> is_organization("org_id"), is_organization("own_org_id"), is_organization("client_id")
        (True, True, False)
    """
    return parameter == _ORG_ID or parameter.endswith(f"_{_ORG_ID}")


class _Walk:
    """One walk over one statement; what it finds is in ``found``."""

    def __init__(self, tenants: frozenset[str], executed_with: tuple[str, ...], *, directory: bool) -> None:
        self.tenants = tenants
        self.executed_with = executed_with
        self.directory = directory
        self.found: list[str] = []
        self._seen: set[int] = set()

    def statement(self, statement: ClauseElement, around: _Froms = _NONE, beside: _Froms = _NONE) -> None:
        """Look at one level and at those inside it.

        Args:
            statement: The level.
            around: Everything in the FROM of the levels around it, to which it may correlate if it says so.
            beside: What it correlates to by itself: the FROM of the level in whose columns or conditions it stands.
        """
        if id(statement) in self._seen:  # a recursive CTE holds itself
            return
        self._seen.add(id(statement))
        for cte in getattr(statement, "_independent_ctes", ()):
            self.statement(cte.element)
        if isinstance(statement, SelectStatementGrouping):
            self.statement(statement.element, around, beside)
        elif isinstance(statement, CompoundSelect):
            for select in statement.selects:
                self.statement(select, around, beside)
        elif isinstance(statement, Select):
            self._select(statement, around, beside)
        elif isinstance(statement, Insert):
            self._insert(statement)
        elif isinstance(statement, Update | Delete):
            self._update_or_delete(statement)
        else:
            self._text(statement)

    def _select(self, select: Select[Any], around: _Froms, beside: _Froms) -> None:
        froms = _shown_froms(select, around, beside)
        here = frozenset(each for shown in froms for each in _from_objects(shown))
        conditions = tuple(_conjuncts(select.whereclause))
        for shown in froms:
            self._from(shown, conditions, around | here)
        for child in select.get_children():
            if not isinstance(child, FromClause):
                self._expression(child, around | here, here)

    def _from(self, shown: FromClause, conditions: _Conditions, around: _Froms) -> None:
        for leaf, its_conditions in _leaves(shown, conditions):
            element = _element_of(leaf)
            if isinstance(element, Table):
                self._table(element, leaf, its_conditions, "read")
            elif isinstance(element, SelectBase | Insert | Update | Delete):
                self.statement(element, around)
            else:
                self._expression(leaf, around, _NONE)
        for join in _joins(shown):
            self._expression(join.onclause, around, frozenset(_from_objects(join)))

    def _table(self, table: Table, leaf: FromClause, conditions: _Conditions, verb: str) -> None:
        if table.name not in self.tenants or any(_names_organization(each, leaf) for each in conditions):
            return
        if self.directory and verb == "read" and any(_finds_organization(each, leaf) for each in conditions):
            return
        alias = "" if leaf is table else f" as {getattr(leaf, 'name', '?')}"
        self.found.append(f"{table.name}{alias} is {verb} without org_id = :org_id")

    def _insert(self, insert: Insert) -> None:
        table = insert.table
        if isinstance(table, Table) and table.name in self.tenants and not self._rows_name_organization(insert):
            self.found.append(f"{table.name} is inserted into without an org_id that is bound")
        if insert.select is not None:
            self.statement(insert.select)
        self._written(insert)

    def _rows_name_organization(self, insert: Insert) -> bool:
        if insert.select is not None:
            names = [str(name) for name in insert._select_names or ()]  # noqa: SLF001  # SQLAlchemy shows it nowhere else
            if _ORG_ID not in names or not isinstance(insert.select, Select):
                return False
            return _is_bound_organization(list(insert.select.inner_columns)[names.index(_ORG_ID)])
        for rows in insert._multi_values:  # noqa: SLF001
            return all(isinstance(row, dict) and _is_bound_organization(_value(row)) for row in rows)
        if insert._values:  # noqa: SLF001
            return _is_bound_organization(_value(insert._values))  # noqa: SLF001
        return _ORG_ID in self.executed_with

    def _update_or_delete(self, statement: Update | Delete) -> None:
        verb = "updated" if isinstance(statement, Update) else "deleted from"
        conditions = tuple(_conjuncts(statement.whereclause))
        target = statement.table
        element = _element_of(target)
        if isinstance(element, Table):
            self._table(element, target, conditions, verb)
        if isinstance(statement, Update):
            values: Any = statement._values or {}  # noqa: SLF001
            if _ORG_ID in self.executed_with or _value(values) is not None:
                self.found.append(f"{element} is given another organisation")
        others = {each for condition in conditions for each in _from_objects(condition)} - {target}
        for other in others:
            self._from(other, conditions, frozenset({target}))
        self._written(statement)

    def _written(self, statement: Insert | Update | Delete) -> None:
        here = frozenset({statement.table})
        for child in statement.get_children():
            if not isinstance(child, FromClause) and child is not getattr(statement, "select", None):
                self._expression(child, here, here)

    def _expression(self, expression: Any, around: _Froms, beside: _Froms) -> None:
        """Look at the levels inside an expression, and at text in it."""
        waiting = [expression]
        while waiting:
            element = waiting.pop()
            if isinstance(element, SelectBase | Insert | Update | Delete):
                self.statement(element, around, beside)
            elif isinstance(element, TextClause) or (isinstance(element, ColumnClause) and element.is_literal):
                self._text(element)
            elif isinstance(element, ClauseElement) and not isinstance(element, Table | Column):
                children = list(element.get_children())
                # SQLAlchemy 2.0 does not count what ON CONFLICT DO UPDATE sets among them.
                updated = dict(getattr(element, "update_values_to_set", None) or ()).values()
                waiting.extend({id(each): each for each in (*children, *updated)}.values())

    def _text(self, statement: ClauseElement) -> None:
        parts = [statement.element] if isinstance(statement, TextualSelect) else [statement]
        for part in parts:
            text = str(getattr(part, "text", None) or getattr(part, "name", ""))
            self.found.extend(
                f"{name} stands in a text, which cannot be checked" for name in mentioned(text, self.tenants)
            )


def _shown_froms(select: Select[Any], around: _Froms, beside: _Froms) -> Sequence[FromClause]:
    # What the compiler itself asks: which tables of a subquery stand in its own FROM, and which it correlates to.
    state: Any = select._compile_state_factory(select, None)  # type: ignore[arg-type]  # noqa: SLF001
    shown: Sequence[FromClause] = state._get_display_froms(  # noqa: SLF001
        explicit_correlate_froms=around, implicit_correlate_froms=beside
    )
    return shown


def _from_objects(element: Any) -> Iterable[FromClause]:
    objects: Iterable[FromClause] = element._from_objects  # noqa: SLF001
    return objects


def _element_of(leaf: Any) -> Any:
    element = leaf
    while isinstance(element, AliasedReturnsRows | FromGrouping):
        element = element.element
    return element


def _leaves(shown: FromClause, conditions: _Conditions) -> Iterator[tuple[FromClause, _Conditions]]:
    if isinstance(shown, FromGrouping):
        yield from _leaves(shown.element, conditions)
    elif isinstance(shown, Join):
        on = tuple(_conjuncts(shown.onclause))
        yield from _leaves(shown.left, conditions if shown.isouter or shown.full else conditions + on)
        yield from _leaves(shown.right, conditions if shown.full else conditions + on)
    else:
        yield shown, conditions


def _joins(shown: FromClause) -> Iterator[Join]:
    if isinstance(shown, FromGrouping):
        yield from _joins(shown.element)
    elif isinstance(shown, Join):
        yield shown
        yield from _joins(shown.left)
        yield from _joins(shown.right)


def _conjuncts(clause: Any) -> Iterator[ClauseElement]:
    """Yield what must hold all together."""
    if isinstance(clause, Grouping):
        yield from _conjuncts(clause.element)
    elif isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for each in clause.clauses:
            yield from _conjuncts(each)
    elif clause is not None:
        yield clause


def _names_organization(condition: ClauseElement, leaf: FromClause) -> bool:
    return any(
        _is_column_of(column, leaf, {_ORG_ID}) and _is_bound_organization(value) for column, value in _equals(condition)
    )


def _finds_organization(condition: ClauseElement, leaf: FromClause) -> bool:
    return any(
        (_is_column_of(column, leaf, DIRECTORY_KEYS) and isinstance(value, BindParameter))
        or (_is_column_of(column, leaf, {_ORG_ID}) and isinstance(value, ColumnClause) and value.name == _ORG_ID)
        for column, value in _equals(condition)
        if not (_is_column_of(column, leaf, {_ORG_ID}) and _is_column_of(value, leaf, {_ORG_ID}))
    )


def _equals(condition: ClauseElement) -> Iterator[tuple[Any, Any]]:
    if isinstance(condition, BinaryExpression) and condition.operator is operators.eq:
        yield condition.left, condition.right
        yield condition.right, condition.left


def _is_column_of(column: Any, leaf: FromClause, names: Collection[str]) -> bool:
    # By hash: SQLAlchemy's ORM annotates tables, and an annotated one is another object with the hash of the first.
    return isinstance(column, ColumnClause) and column.name in names and hash(column.table) == hash(leaf)


def _is_bound_organization(value: Any) -> bool:
    return isinstance(value, BindParameter) and is_organization(str(value._orig_key or value.key))  # noqa: SLF001


def _value(values: Any) -> Any:
    """Return what is given to ``org_id``; None when nothing is."""
    return next((value for column, value in values.items() if getattr(column, "name", column) == _ORG_ID), None)
