"""People as models of the SQLAlchemy ORM, and what all its models share, written as its documentation writes them.

Only what the measured operations touch. On SQLite instants are ISO text of fixed width, everything else is what
SQLAlchemy itself stores: ``Uuid`` as 32 hexadecimal digits, JSON as text, amounts as whole thousandths.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    SmallInteger,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

__all__ = [
    "JSON_OBJECT",
    "Address",
    "Base",
    "Entity",
    "IsoText",
    "Link",
    "Owned",
    "Role",
    "Stamped",
    "User",
    "Versioned",
    "reference",
]


class IsoText(TypeDecorator[datetime]):
    """An instant as ISO text in UTC, always with microseconds, so that it sorts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text of an instant."""
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the instant of a text."""
        return None if value is None else datetime.fromisoformat(value)


INSTANT = DateTime(timezone=True).with_variant(IsoText(), "sqlite")
JSON_OBJECT = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """What Python's types are in the tables."""

    type_annotation_map = {  # noqa: RUF012  # read by SQLAlchemy
        datetime: INSTANT,
        dict[str, Any]: JSON_OBJECT,
        list[str]: JSON_OBJECT,
        str: String(),
    }


class Entity:
    """A thing of an organisation. Its id is unique by itself, so that it alone is the identity."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    org_id: Mapped[UUID]


class Owned:
    """What is loaded with its owner, by the owner's id: whoever loads it has to name the organisation, too."""

    org_id: Mapped[UUID] = mapped_column()


class Link(Owned):
    """Joins two things of one organisation."""

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]


class Stamped:
    """When a row was made and last changed."""

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Versioned:
    """What counts how often it was stored, so that nobody overwrites what they have not seen."""

    version: Mapped[int] = mapped_column(default=1)


def reference(column: str, table: str) -> ForeignKeyConstraint:
    """Return the foreign key to a thing of the same organisation."""
    return ForeignKeyConstraint(["org_id", column], [f"{table}.org_id", f"{table}.id"])


class Role(Entity, Stamped, Base):
    """What somebody may do."""

    __tablename__ = "roles"

    name: Mapped[str]
    dashboard_access: Mapped[int] = mapped_column(SmallInteger)
    order_access: Mapped[int] = mapped_column(SmallInteger)
    order_management: Mapped[int] = mapped_column(SmallInteger)
    ticket_access: Mapped[int] = mapped_column(SmallInteger)
    ticket_management: Mapped[int] = mapped_column(SmallInteger)
    invoice_access: Mapped[int] = mapped_column(SmallInteger)
    invoice_management: Mapped[int] = mapped_column(SmallInteger)
    clients: Mapped[int] = mapped_column(SmallInteger)
    services: Mapped[int] = mapped_column(SmallInteger)
    coupons: Mapped[int] = mapped_column(SmallInteger)
    forms: Mapped[int] = mapped_column(SmallInteger)
    messaging: Mapped[int] = mapped_column(SmallInteger)
    affiliates: Mapped[int] = mapped_column(SmallInteger)
    settings_company: Mapped[bool]
    settings_payments: Mapped[bool]
    settings_team: Mapped[bool]
    settings_modules: Mapped[bool]
    settings_integrations: Mapped[bool]
    settings_orders: Mapped[bool]
    settings_tickets: Mapped[bool]
    settings_accounts: Mapped[bool]
    settings_messages: Mapped[bool]
    settings_tags: Mapped[bool]
    settings_sidebar: Mapped[bool]
    settings_dashboard: Mapped[bool]
    settings_templates: Mapped[bool]
    settings_emails: Mapped[bool]
    settings_language: Mapped[bool]
    settings_logs: Mapped[bool]
    version: Mapped[int]


class Address(Entity, Stamped, Base):
    """Where somebody lives."""

    __tablename__ = "addresses"

    line_1: Mapped[str | None]
    line_2: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    country: Mapped[str | None]
    postcode: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    tax_id: Mapped[str | None]
    company_name: Mapped[str | None]
    company_vat: Mapped[str | None]


class User(Entity, Stamped, Base):
    """Somebody, client or employee."""

    __tablename__ = "users"
    __table_args__ = (reference("role_id", "roles"), reference("address_id", "addresses"))

    email: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    company: Mapped[str | None]
    phone: Mapped[str | None]
    tax_id: Mapped[str | None]
    address_id: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(Text)
    role_id: Mapped[UUID]
    status: Mapped[int] = mapped_column(SmallInteger)
    balance: Mapped[int] = mapped_column(BigInteger)
    balance_currency: Mapped[str]
    optin: Mapped[str | None]
    stripe_id: Mapped[str | None]
    custom_fields: Mapped[dict[str, Any]]
    affiliate_id: Mapped[int | None] = mapped_column(BigInteger)
    affiliate_link: Mapped[str | None]
    google_id: Mapped[str | None]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int]

    # Who somebody is to the organisation is written by the ids, so that ``org_id`` has one writer: the row itself.
    role: Mapped[Role] = relationship(viewonly=True)
    address: Mapped[Address | None] = relationship(viewonly=True)
