"""Writes the schema down as SQL, as the first revision has it.

Run it with ``python -m service_engine.adapters.sql.migrations.draft``.
Until the first release the files of revision 0001 are written anew when the tables change; after it, a change gets a
revision of its own, and these files stay as they are.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Dialect, MetaData
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.schema import CreateIndex, CreateTable

from service_engine.adapters.sql.migrations import migrations_path
from service_engine.adapters.sql.tables import build_tables

__all__ = ["draft", "write"]

_DIALECTS: Final[dict[str, type[Dialect]]] = {"postgresql": PGDialect, "sqlite": SQLiteDialect}
_PREFIX: Final = "prefix__"
_SCHEMA: Final = "schema__"
_TRAILING_BLANKS: Final = re.compile(r"[ \t]+$", re.MULTILINE)


def draft(dialect: str) -> str:
    """Return the statements that make every table and index, with ``{schema}`` and ``{prefix}`` before every name.

    Example:
        >>> draft("sqlite").splitlines()[0]
        'CREATE TABLE {schema}{prefix}organizations ('
    """
    target = _DIALECTS[dialect]()
    statements = []
    for each in build_tables(MetaData(), _PREFIX, _SCHEMA).all():
        statements.append(str(CreateTable(each).compile(dialect=target)))
        indexes = sorted(each.indexes, key=lambda index: str(index.name))
        statements += [str(CreateIndex(index).compile(dialect=target)) for index in indexes]
    text = "".join(f"{each.strip()};\n" for each in statements)
    tidy = _TRAILING_BLANKS.sub("", text).replace("\t", "    ")
    return tidy.replace(f"{_SCHEMA}.", "{schema}").replace(_PREFIX, "{prefix}")


def write() -> None:
    """Write the files of revision 0001."""
    for dialect in _DIALECTS:
        path = migrations_path / "versions" / f"revision_0001_{dialect}.sql"
        path.write_text(draft(dialect), encoding="utf-8")


if __name__ == "__main__":
    write()
