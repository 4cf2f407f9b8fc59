"""The whole schema, one function a table, in the order in which tables refer to each other.

Source: contract section 3; design section 5.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import attrs
from attrs import field, frozen
from sqlalchemy import MetaData, Table

from service_engine.adapters.sql.tables import (
    clients,
    invoices,
    orders,
    organizations,
    proposals,
    services,
    tags,
    tickets,
)
from service_engine.adapters.sql.tables.columns import Schema

__all__ = ["Tables", "build_tables", "own_tables"]

_PREFIX: Final = re.compile(r"(?:[a-z][a-z0-9_]{0,19})?\Z")


@frozen(eq=False, kw_only=True)
class Tables:
    """Our tables in one ``MetaData``; make them with ``build_tables``.

    Example:
        >>> tables = build_tables(MetaData(), prefix="desk_")
        >>> [table.name for table in tables.all()][:3], len(tables.all())
        (['desk_organizations', 'desk_roles', 'desk_addresses'], 27)
    """

    prefix: str
    schema: str | None
    metadata: MetaData = field(repr=False)
    organizations: Table = field(repr=False)
    roles: Table = field(repr=False)
    addresses: Table = field(repr=False)
    users: Table = field(repr=False)
    api_tokens: Table = field(repr=False)
    tags: Table = field(repr=False)
    counters: Table = field(repr=False)
    service_folders: Table = field(repr=False)
    services: Table = field(repr=False)
    service_employees: Table = field(repr=False)
    coupons: Table = field(repr=False)
    invoices: Table = field(repr=False)
    payments: Table = field(repr=False)
    subscriptions: Table = field(repr=False)
    orders: Table = field(repr=False)
    order_employees: Table = field(repr=False)
    order_tags: Table = field(repr=False)
    order_tasks: Table = field(repr=False)
    order_task_employees: Table = field(repr=False)
    order_messages: Table = field(repr=False)
    invoice_items: Table = field(repr=False)
    proposals: Table = field(repr=False)
    proposal_items: Table = field(repr=False)
    tickets: Table = field(repr=False)
    ticket_employees: Table = field(repr=False)
    ticket_tags: Table = field(repr=False)
    ticket_messages: Table = field(repr=False)

    def all(self) -> tuple[Table, ...]:
        """Return every table, those that are referred to first."""
        values = (getattr(self, each.name) for each in attrs.fields(type(self)))
        return tuple(value for value in values if isinstance(value, Table))


def build_tables(metadata: MetaData, prefix: str = "", schema: str | None = None) -> Tables:
    """Put our tables into a ``MetaData``, a host's or one of our own.

    Args:
        metadata: Gets the tables. Its naming convention does not touch our names.
        prefix: Stands before every name of a table, constraint and index; up to 20 of a-z, 0-9 and ``_``.
        schema: The database schema to put them into; None for the connection's own.

    Raises:
        ValueError: The prefix is not one.
        sqlalchemy.exc.InvalidRequestError: The metadata has a table of the same name.

    Example:
        >>> tables = build_tables(MetaData(), prefix="desk_")
        >>> tables.tickets.name, [column.name for column in tables.tickets.primary_key]
        ('desk_tickets', ['org_id', 'id'])
    """
    if not _PREFIX.match(prefix):
        msg = f"a prefix is up to 20 of a-z, 0-9 and _, and begins with a letter, not {prefix!r}"
        raise ValueError(msg)
    its = Schema(metadata, prefix, schema)
    return Tables(
        prefix=prefix,
        schema=schema,
        metadata=metadata,
        **organizations.tables(its),
        **clients.tables(its),
        **tags.tables(its),
        **services.tables(its),
        **invoices.tables(its),
        **orders.tables(its),
        **invoices.item_tables(its),
        **proposals.tables(its),
        **tickets.tables(its),
    )


@lru_cache(maxsize=32)
def own_tables(prefix: str = "", schema: str | None = None) -> Tables:
    """Return our tables in a ``MetaData`` of our own, which everybody shares who opens a store without giving tables.

    Once for each prefix and schema, because building them, and the statements on them, takes longer than a use case.

    Args:
        prefix: As for ``build_tables``.
        schema: As for ``build_tables``.

    Raises:
        ValueError: The prefix is not one.

    Example:
        >>> own_tables() is own_tables()
        True
    """
    return build_tables(MetaData(), prefix, schema)
