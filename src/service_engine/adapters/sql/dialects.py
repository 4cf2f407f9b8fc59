"""The few places where SQLite and PostgreSQL are asked for the same thing in different words.

Everything else is written once, in SQLAlchemy's words.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

__all__ = ["as_text", "json_rows"]


class as_text(FunctionElement[Any]):  # noqa: N801  # reads as the SQL function that it is
    """A JSON column as the database's own text of it.

    Args:
        column: The column.
        kind: What the text becomes on its way out; it stays text by default.
    """

    name = "as_text"
    inherit_cache: bool | None = True

    def __init__(self, column: ColumnElement[Any], kind: TypeEngine[Any] | None = None) -> None:
        super().__init__(column)
        self.type: TypeEngine[Any] = kind or Text()


class json_rows(FunctionElement[str]):  # noqa: N801  # reads as the SQL function that it is
    """All rows of a subquery in one text: a JSON array with one array for each row, in no order.

    No rows give ``[]`` on SQLite and NULL on PostgreSQL. Ids and instants arrive as text, booleans as 0 and 1 or as
    false and true.
    """

    name = "json_rows"
    inherit_cache: bool | None = True
    type: TypeEngine[str] = Text()

    def __init__(self, *columns: ColumnElement[Any]) -> None:
        super().__init__(*columns)


@compiles(as_text)
def _as_text(element: as_text, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(as_text, "postgresql")
def _as_text_postgresql(element: as_text, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.clauses, **kw)}::text"


@compiles(json_rows)
def _json_rows(element: json_rows, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kw)}))"


@compiles(json_rows, "postgresql")
def _json_rows_postgresql(element: json_rows, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **kw)}))::text"
