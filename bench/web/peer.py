"""A page of tickets and one of them, as a user would write it: FastAPI, SQLAlchemy's ORM, ``response_model``.

As the documentation of both has it: a session for each request from a dependency, ``joinedload`` for what there is one
of, ``selectinload`` for collections, pydantic models that are read from the ORM's objects, plain ``def`` handlers.
``python -m bench.web.peer --database-url URL`` serves it, and prints where.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine, ForeignKeyConstraint, create_engine, func, make_url, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload, sessionmaker

from bench.peers.sqlalchemy_models import Order, Tag, Ticket, TicketEmployee, TicketTag
from bench.peers.sqlalchemy_people import Base, Entity, User
from bench.web.models import Links, Meta, TicketAnswer, TicketPage

__all__ = ["create_app", "main"]

_ACTIVE: Final = 1


class ApiToken(Entity, Base):
    """A token of an employee."""

    __tablename__ = "api_tokens"
    __table_args__ = (ForeignKeyConstraint(["org_id", "employee_id"], ["users.org_id", "users.id"]),)

    employee_id: Mapped[UUID]
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]

    employee: Mapped[User] = relationship(viewonly=True)


_CLIENT: Final = (
    joinedload(Ticket.client, innerjoin=True)
    .load_only(User.first_name, User.last_name, User.email, User.company, User.phone, User.balance)
    .options(joinedload(User.role, innerjoin=True), joinedload(User.address))
)
_EMPLOYEES: Final = (
    selectinload(Ticket.employee_links)
    .joinedload(TicketEmployee.employee, innerjoin=True)
    .load_only(User.first_name, User.last_name, User.role_id)
)
_TAGS: Final = selectinload(Ticket.tag_links).joinedload(TicketTag.tag, innerjoin=True).load_only(Tag.name)
_ORDER: Final = joinedload(Ticket.order).load_only(
    Order.status, Order.service_name, Order.price, Order.quantity, Order.created_at
)


def session_of(request: Request) -> Iterator[Session]:
    """Give a session to a request."""
    # Ends with COMMIT: a ROLLBACK would cost psycopg its prepared statements.
    with request.app.state.sessions.begin() as session:
        yield session


InSession = Annotated[Session, Depends(session_of)]


def caller(session: InSession, token: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> UUID:
    """Return the organisation that a token opens."""
    return _organization_of(session, token.credentials)


InOrganization = Annotated[UUID, Depends(caller)]
router: Final = APIRouter(prefix="/api/tickets")


@router.get("", response_model=TicketPage)
def list_tickets(
    request: Request,
    session: InSession,
    org_id: InOrganization,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    page: Annotated[int, Query(ge=1)] = 1,
) -> Any:
    """Answer a page of tickets."""
    rows, total = _page(session, org_id, limit, page)
    return {"data": rows, **_around(str(request.url.replace(query="")), page, limit, len(rows), total)}


@router.get("/{key}", response_model=TicketAnswer)
def retrieve_ticket(key: UUID, session: InSession, org_id: InOrganization) -> Any:
    """Answer a ticket with everything."""
    return _one(session, org_id, key)


def create_app(engine: Engine) -> FastAPI:
    """Return the application on a database."""
    app = FastAPI()
    app.state.sessions = sessionmaker(engine, expire_on_commit=False)
    app.include_router(router)
    return app


def _organization_of(session: Session, secret: str) -> UUID:
    hash_ = hashlib.sha256(secret.encode()).hexdigest()
    employee = joinedload(ApiToken.employee, innerjoin=True).joinedload(User.role, innerjoin=True)
    token = session.scalar(select(ApiToken).where(ApiToken.token_hash == hash_).options(employee))
    if token is None or (token.expires_at is not None and token.expires_at <= datetime.now(UTC)):
        raise HTTPException(401, "Unauthorized")
    who = token.employee
    if who.deleted_at is not None or who.status != _ACTIVE or who.role.dashboard_access <= 0:
        raise HTTPException(401, "Unauthorized")
    return token.org_id


def _page(session: Session, org_id: UUID, limit: int, page: int) -> tuple[list[Ticket], int]:
    live = (Ticket.org_id == org_id, Ticket.deleted_at.is_(None))
    newest = select(Ticket).where(*live).order_by(Ticket.created_at.desc(), Ticket.id.desc())
    chosen = newest.limit(limit).offset((page - 1) * limit).options(_CLIENT, _EMPLOYEES, _TAGS)
    total = session.scalar(select(func.count()).select_from(Ticket).where(*live))
    return list(session.scalars(chosen)), total or 0


def _one(session: Session, org_id: UUID, key: UUID) -> Ticket:
    found = select(Ticket).where(Ticket.org_id == org_id, Ticket.id == key, Ticket.deleted_at.is_(None))
    everything = (_CLIENT, _EMPLOYEES, _TAGS, _ORDER, selectinload(Ticket.messages))
    ticket = session.scalar(found.options(*everything))
    if ticket is None:
        raise HTTPException(404, "Not Found")
    return ticket


def _around(path: str, page: int, limit: int, shown: int, total: int) -> dict[str, Any]:
    last = max(1, -(-total // limit))

    def to(number: int) -> str:
        return f"{path}?page={number}&limit={limit}"

    first = (page - 1) * limit
    links = Links(
        first=to(1),
        last=to(last),
        prev=to(page - 1) if page > 1 else None,
        next=to(page + 1) if page < last else None,
    )
    meta = Meta(
        current_page=page,
        from_=first + 1 if shown else 0,
        to=first + shown if shown else 0,
        last_page=last,
        per_page=limit,
        total=total,
        path=path,
    )
    return {"links": links, "meta": meta}


class _Server(uvicorn.Server):
    """Says where it serves as soon as it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        print(json.dumps({"address": f"http://{host}:{port}"}), flush=True)


def _engine(url: str) -> Engine:
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        target = target.set(drivername="postgresql+psycopg")
    dump: Callable[[Any], str] = lambda value: orjson.dumps(value).decode()  # noqa: E731  # two words
    # As many connections as the library's store keeps, so that neither waits for one.
    return create_engine(target, pool_size=20, max_overflow=20, json_serializer=dump, json_deserializer=orjson.loads)


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m bench.web.peer", description=__doc__)
    parser.add_argument("--database-url", required=True, metavar="URL")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    app = create_app(_engine(options.database_url))
    config = uvicorn.Config(app, port=options.port, access_log=False, server_header=False, log_level="warning")
    _Server(config).run()


if __name__ == "__main__":
    main()
