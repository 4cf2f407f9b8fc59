"""A host in Starlette, on asyncio: its campaigns and the library, in one transaction of its own ``AsyncSession``.

The use cases are the same plain functions as everywhere. Wherever one waits for the database, the event loop goes on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from service_engine import OrganizationId, ServiceEngineError, TicketId, UnitOfWork, join_async
from service_engine.adapters.entropy import SystemEntropy
from service_engine.adapters.sql import build_tables, configure_sqlite, migrations
from service_engine.usecases.clients import create_client
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.tickets import get_ticket, open_ticket

STATUSES = {"not_found": 404, "conflict": 409, "dependents_exist": 409, "payment_pending": 409}


class Base(DeclarativeBase):
    """The host's models, in one MetaData with the library's tables."""


TABLES = build_tables(Base.metadata)


class Agency(Base):
    """Whose application this is: one row, the organisation's id."""

    __tablename__ = "agencies"

    id: Mapped[UUID] = mapped_column(primary_key=True)


class Campaign(Base):
    """A campaign for one of the library's clients. The database itself keeps both in one organisation."""

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        ForeignKeyConstraint(["org_id", "client_id"], [TABLES.users.c.org_id, TABLES.users.c.id]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    client_id: Mapped[UUID]
    name: Mapped[str]


def system_clock() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def welcome(uow: UnitOfWork, *, email: str, name: str, at: datetime) -> tuple[UUID, UUID]:
    """Register a client and open their first ticket: a use case of the host's, a plain function without ``await``."""
    client = create_client(uow, email=email, first_name="Somebody", last_name="New", at=at)
    ticket = open_ticket(uow, client_id=client.id, subject=f"Plan {name}", at=at)
    return client.id, ticket.id


async def start(request: Request) -> JSONResponse:
    """Start a campaign for somebody who is no client yet: three things, or none."""
    wanted, state = await request.json(), request.app.state
    async with state.sessions.begin() as session:
        uow = join_async(session, state.org_id, tables=TABLES)
        client_id, ticket_id = await uow.run(welcome, email=wanted["email"], name=wanted["name"], at=state.now())
        session.add(Campaign(org_id=state.org_id, client_id=client_id, name=wanted["name"]))
    return JSONResponse({"client_id": str(client_id), "ticket_id": str(ticket_id)}, status_code=201)


async def show(request: Request) -> JSONResponse:
    """Show the names of the campaigns."""
    state = request.app.state
    async with state.sessions() as session:
        mine = select(Campaign.name).where(Campaign.org_id == state.org_id).order_by(Campaign.name)
        return JSONResponse(list(await session.scalars(mine)))


async def show_ticket(request: Request) -> JSONResponse:
    """Show a ticket: a query of the library's, awaited."""
    state, ticket_id = request.app.state, TicketId(request.path_params["id"])
    async with state.sessions() as session:
        ticket = await join_async(session, state.org_id, tables=TABLES).read(get_ticket, ticket_id)
    return JSONResponse({"subject": ticket.subject, "client": ticket.client.email})


async def refuse(_: Request, error: Exception) -> JSONResponse:
    """Answer whatever the library refuses, in the host's own shape."""
    assert isinstance(error, ServiceEngineError)
    return JSONResponse({"code": error.code, "reasons": error.explain()}, STATUSES.get(error.code, 400))


async def refuse_a_name(_: Request, __: Exception) -> JSONResponse:
    """Answer what the database refuses of the host's: the only constraint that a user can break."""
    return JSONResponse({"code": "already_taken", "reasons": ["There is a campaign of this name."]}, 400)


async def found(session: AsyncSession, name: str, *, at: datetime) -> OrganizationId:
    """Return the agency's id; the first time, its row and the library's organisation are made together."""
    known = (await session.scalars(select(Agency))).one_or_none()
    org_id = OrganizationId(SystemEntropy().new_id() if known is None else known.id)
    if known is None:
        session.add(Agency(id=org_id))
        await join_async(session, org_id, tables=TABLES).run(bootstrap_organization, name=name, at=at)
    return org_id


def create_app(file: Path, *, now: Callable[[], datetime] = system_clock) -> Starlette:
    """Return the application on an SQLite file; the tables are made when it starts."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        migrations.upgrade(f"sqlite:///{file}")  # before anything is served, so it may keep the event loop waiting
        engine = create_async_engine(f"sqlite+aiosqlite:///{file}")
        configure_sqlite(engine.sync_engine)
        ours: list[Any] = [Base.metadata.tables[each] for each in ("agencies", "campaigns")]
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all, tables=ours)
        app.state.now, app.state.sessions = now, async_sessionmaker(engine, expire_on_commit=False)
        async with app.state.sessions.begin() as session:
            app.state.org_id = await found(session, "Acme", at=now())
        yield
        await engine.dispose()

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/campaigns", start, methods=["POST"]),
            Route("/campaigns", show),
            Route("/tickets/{id:uuid}", show_ticket),
        ],
        exception_handlers={ServiceEngineError: refuse, IntegrityError: refuse_a_name},
    )


def serve() -> Starlette:
    """Return the application on ``campaigns.db``, for a server."""
    return create_app(Path("campaigns.db"))
