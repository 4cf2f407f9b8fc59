"""The whole schema, as SQL beside this file, one file for each database. There is no way back from it.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade(*, prefix: str = "", schema: str | None = None) -> None:
    """Make every table and index."""
    connection = op.get_bind()
    script = Path(__file__).with_name(f"revision_0001_{connection.dialect.name}.sql").read_text(encoding="utf-8")
    quoted = "" if schema is None else f"{connection.dialect.identifier_preparer.quote_schema(schema)}."
    for statement in script.replace("{prefix}", prefix).replace("{schema}", quoted).split(";\n"):
        if statement.strip():
            op.execute(text(statement))
