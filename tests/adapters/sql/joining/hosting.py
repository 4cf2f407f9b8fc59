"""A host with a table of its own beside ours, and what it does and sees."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, ForeignKeyConstraint, MetaData, String, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from service_engine.adapters.sql import SqlStore, build_tables
from service_engine.adapters.sql.types import ID
from service_engine.domain.ids import ClientId, OrganizationId
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client, list_clients


class Base(DeclarativeBase):
    metadata = MetaData()


tables = build_tables(Base.metadata, prefix="desk_")


class Campaign(Base):
    """A table of the host's that refers to our clients."""

    __tablename__ = "campaigns"
    __table_args__ = (ForeignKeyConstraint(["org_id", "client_id"], ["desk_users.org_id", "desk_users.id"]),)

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    org_id: Mapped[Any] = mapped_column(ID)
    client_id: Mapped[Any] = mapped_column(ID)


def register(uow: UnitOfWork, name: str = "john") -> ClientId:
    """Create a client."""
    email = f"{name}@example.com"
    return create_client(uow, email=email, first_name=name, last_name="Doe", at=NOON).id


def opened(host: Engine, kind: str) -> Session | Connection:
    """Open what is joined."""
    return Session(host) if kind == "session" else host.connect()


def emails(store: SqlStore, org_id: OrganizationId) -> list[str]:
    """Return who was committed."""
    return sorted(row.client.email for row in store.read(org_id, list_clients).rows)


class SecondThoughtsError(Exception):
    """What makes a host take back what it did in a savepoint."""


def campaigns(host: Engine) -> int:
    """Count the host's committed rows."""
    with Session(host) as session:
        return session.scalar(select(func.count()).select_from(Campaign)) or 0
