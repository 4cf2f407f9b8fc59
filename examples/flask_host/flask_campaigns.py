"""A host in Flask: an agency's campaigns, which are its own, and clients and tickets, which are the library's.

One SQLAlchemy session for each request, and in its transaction one unit of work. Both are committed together when the
answer is a good one, and rolled back together when it is not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from attrs import frozen
from flask import Blueprint, Flask, Response, current_app, g, request
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, create_engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from service_engine import OrganizationId, ServiceEngineError, TicketId, join
from service_engine.adapters.entropy import SystemEntropy
from service_engine.adapters.sql import JoinedUnitOfWork, build_tables, configure_sqlite, migrations
from service_engine.usecases.clients import create_client
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.tickets import close_ticket, open_ticket

PREFIX = "desk_"
STATUSES = {"not_found": 404, "conflict": 409, "dependents_exist": 409, "payment_pending": 409}


class Base(DeclarativeBase):
    """The host's models, in one MetaData with the library's tables."""


TABLES = build_tables(Base.metadata, prefix=PREFIX)


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


def open_database(url: str) -> sessionmaker[Session]:
    """Make the tables, the library's first, and return what makes sessions."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        configure_sqlite(engine)
    migrations.upgrade(engine, prefix=PREFIX)
    Base.metadata.create_all(engine, tables=[Base.metadata.tables[each] for each in ("agencies", "campaigns")])
    return sessionmaker(engine)


def found(sessions: sessionmaker[Session], name: str, *, at: datetime) -> OrganizationId:
    """Return the agency's id; the first time, its row and the library's organisation are made in one transaction."""
    with sessions.begin() as session:
        known = session.scalars(select(Agency)).one_or_none()
        org_id = OrganizationId(SystemEntropy().new_id() if known is None else known.id)
        if known is None:
            session.add(Agency(id=org_id))
            bootstrap_organization(join(session, org_id, tables=TABLES), name=name, at=at)
    return org_id


@frozen
class Host:
    """What the views need, kept in ``app.extensions``.

    Args:
        sessions: Makes sessions.
        org_id: The agency.
        now: The clock; returns aware times.
    """

    sessions: sessionmaker[Session]
    org_id: OrganizationId
    now: Callable[[], datetime] = system_clock


views = Blueprint("campaigns", __name__)


def create_app(host: Host) -> Flask:
    """Return the application."""
    app = Flask(__name__)
    app.extensions["campaigns"] = host
    app.register_blueprint(views)
    return app


def the_host() -> Host:
    """Return what the application was created with."""
    host: Host = current_app.extensions["campaigns"]
    return host


def the_session() -> Session:
    """Return the request's session."""
    if "session" not in g:
        g.session = the_host().sessions()
    session: Session = g.session
    return session


def the_desk() -> JoinedUnitOfWork:
    """Return the request's unit of work, in the transaction of its session."""
    if "desk" not in g:
        g.desk = join(the_session(), the_host().org_id, tables=TABLES)
    desk: JoinedUnitOfWork = g.desk
    return desk


@views.after_request
def commit(response: Response) -> Response:
    """Commit both when the answer is a good one.

    Not in the teardown: it comes when the answer is on its way, and hears nothing of an error that was answered.
    """
    if "session" in g and response.status_code < 400:
        the_session().commit()
    return response


@views.teardown_request
def roll_back(_: BaseException | None) -> None:
    """Close the session, which rolls back whatever was not committed."""
    g.pop("desk", None)
    if "session" in g:
        g.pop("session").close()


@views.errorhandler(ServiceEngineError)
def refuse(error: ServiceEngineError) -> tuple[dict[str, Any], int]:
    """Answer whatever the library refuses, in the host's own shape."""
    return {"code": error.code, "reasons": error.explain()}, STATUSES.get(error.code, 400)


@views.errorhandler(IntegrityError)
def refuse_a_name(_: IntegrityError) -> tuple[dict[str, Any], int]:
    """Answer what the database refuses: of all constraints, this is the only one that a user can break."""
    return {"code": "already_taken", "reasons": ["There is a campaign of this name."]}, 400


@views.post("/campaigns")
def start() -> tuple[dict[str, Any], int]:
    """Start a campaign for somebody who is no client yet: three things, or none."""
    form, at = request.form, the_host().now()
    client = create_client(
        the_desk(), email=form["email"], first_name=form["first_name"], last_name=form["last_name"], at=at
    )
    campaign = Campaign(org_id=the_host().org_id, client_id=client.id, name=form["name"])
    the_session().add(campaign)
    ticket = open_ticket(the_desk(), client_id=client.id, subject=f"Plan {campaign.name}", at=at)
    return {"id": campaign.id, "client_id": client.id, "ticket_id": ticket.id}, 201


@views.get("/campaigns")
def show() -> list[dict[str, Any]]:
    """Show the campaigns with their clients: one statement over a table of the host's and one of the library's."""
    users, org_id = TABLES.users, the_host().org_id
    rows = (
        select(Campaign.name, users.c.email)
        .join(users, (users.c.org_id == Campaign.org_id) & (users.c.id == Campaign.client_id))
        .where(Campaign.org_id == org_id, users.c.org_id == org_id, users.c.deleted_at.is_(None))
        .order_by(Campaign.name)
    )
    return [{"name": name, "email": email} for name, email in the_session().execute(rows)]


@views.post("/tickets/<uuid:ticket_id>/close")
def close(ticket_id: UUID) -> dict[str, Any]:
    """Close a ticket: a use case, and nothing else."""
    ticket = close_ticket(the_desk(), TicketId(ticket_id), at=the_host().now())
    return {"id": ticket.id, "status": ticket.status.label}


if __name__ == "__main__":
    database = open_database(sys.argv[1] if len(sys.argv) > 1 else "sqlite:///campaigns.db")
    create_app(Host(database, found(database, "Acme", at=system_clock()))).run(port=8000)
