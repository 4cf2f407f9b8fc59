"""A host in FastAPI: its own routes, log-in and table, and beside them the library's operations on clients and tickets.

An endpoint of the host's has one session, and in its transaction a unit of work. Both are committed before the answer
is sent, and rolled back together when anything is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import Engine, ForeignKeyConstraint, UniqueConstraint, create_engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from service_engine import AuthenticationError, EmployeeId, OrganizationId, SqlStore, UserId, join
from service_engine.adapters.entropy import SystemEntropy
from service_engine.adapters.sql import build_tables, configure_sqlite, migrations
from service_engine.api import Caller, build_router, install_error_handlers
from service_engine.usecases.clients import create_client
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.tickets import open_ticket


class Base(DeclarativeBase):
    """The host's models, in one MetaData with the library's tables."""


TABLES = build_tables(Base.metadata)


class Login(Base):
    """Who may come in, as whom: the host's own way, in place of the library's API tokens."""

    __tablename__ = "logins"
    __table_args__ = (ForeignKeyConstraint(["org_id", "employee_id"], [TABLES.users.c.org_id, TABLES.users.c.id]),)

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    employee_id: Mapped[UUID]


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


class NewAgency(BaseModel):
    """What a sign-up says."""

    name: str
    email: str


class NewCampaign(BaseModel):
    """What a new campaign says, and whom it is for."""

    name: str
    email: str
    first_name: str
    last_name: str


def system_clock() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def open_database(url: str) -> Engine:
    """Make the tables, the library's first, and return the engine of both."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        configure_sqlite(engine)
    migrations.upgrade(engine)
    Base.metadata.create_all(engine, tables=[Base.metadata.tables[each] for each in ("logins", "campaigns")])
    return engine


def a_session(request: Request) -> Iterator[Session]:
    """Give an endpoint its session: committed when it returns, rolled back when it raises."""
    sessions: sessionmaker[Session] = request.app.state.sessions
    with sessions.begin() as session:
        yield session


def who_calls(request: Request) -> Caller:
    """Tell who calls, by the host's own table; the library's operations ask this function, too.

    Raises:
        AuthenticationError: Nobody has this key.
    """
    sessions: sessionmaker[Session] = request.app.state.sessions
    with sessions() as session:
        login = session.get(Login, hashed(request.headers.get("X-Key", "")))
    if login is None:
        raise AuthenticationError
    employee_id = EmployeeId(UserId(login.employee_id))
    return Caller(organization_id=OrganizationId(login.org_id), employee_id=employee_id)


def the_time(request: Request) -> datetime:
    """Give an endpoint the time."""
    now: Callable[[], datetime] = request.app.state.now
    return now()


def hashed(key: str) -> str:
    """Return what is stored of a key."""
    return sha256(key.encode()).hexdigest()


# "function": FastAPI would else commit when the answer has been sent, and nobody would hear that it failed.
OwnSession = Annotated[Session, Depends(a_session, scope="function")]
Whoever = Annotated[Caller, Depends(who_calls)]
Now = Annotated[datetime, Depends(the_time)]

routes = APIRouter()


@routes.post("/agencies", status_code=201)
def sign_up(wanted: NewAgency, session: OwnSession, at: Now) -> dict[str, Any]:
    """Found an agency, and let its administrator in: the library's organisation and the host's row, or neither."""
    key, org_id = secrets.token_urlsafe(), OrganizationId(SystemEntropy().new_id())
    uow = join(session, org_id, tables=TABLES)
    founded = bootstrap_organization(uow, name=wanted.name, email=wanted.email, at=at)
    session.add(Login(key_hash=hashed(key), org_id=org_id, employee_id=founded.administrator.id))
    return {"id": org_id, "key": key}


@routes.post("/campaigns", status_code=201)
def start(wanted: NewCampaign, caller: Whoever, session: OwnSession, at: Now) -> dict[str, Any]:
    """Start a campaign for somebody who is no client yet: three things, or none."""
    uow = join(session, caller.organization_id, tables=TABLES)
    client = create_client(uow, email=wanted.email, first_name=wanted.first_name, last_name=wanted.last_name, at=at)
    campaign = Campaign(org_id=caller.organization_id, client_id=client.id, name=wanted.name)
    session.add(campaign)
    ticket = open_ticket(uow, client_id=client.id, subject=f"Plan {wanted.name}", at=at)
    return {"id": campaign.id, "client_id": client.id, "ticket_id": ticket.id}


@routes.get("/campaigns")
def show(caller: Whoever, session: OwnSession) -> list[str]:
    """Show the names of the caller's campaigns."""
    mine = select(Campaign.name).where(Campaign.org_id == caller.organization_id).order_by(Campaign.name)
    return list(session.scalars(mine))


async def refuse_a_name(_: Request, __: Exception) -> JSONResponse:
    """Answer what the database refuses of the host's: the only constraint that a user can break."""
    return JSONResponse({"message": "There is a campaign of this name.", "errors": {}}, status_code=400)


def create_app(engine: Engine, *, now: Callable[[], datetime] = system_clock) -> FastAPI:
    """Return the application: the host's routes, and the library's under ``/desk``."""
    app = FastAPI(title="Campaigns")
    app.state.sessions = sessionmaker(engine)
    app.state.now = now
    app.include_router(routes)
    store = SqlStore(engine, tables=TABLES)
    app.include_router(
        build_router(store, resources=("clients", "tickets"), prefix="/desk", authenticate=who_calls, now=now)
    )
    install_error_handlers(app)
    app.add_exception_handler(IntegrityError, refuse_a_name)
    return app


def serve() -> FastAPI:
    """Return the application on ``campaigns.db``, for a server."""
    return create_app(open_database("sqlite:///campaigns.db"))
