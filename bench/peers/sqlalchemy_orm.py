"""SQLAlchemy's ORM as a contender, written as its documentation recommends.

Declarative models, 2.0-style statements (which it caches by itself), ``joinedload`` for what there is one of,
``selectinload`` for collections, ``load_only`` where a few columns of many are shown, a session for each operation in
``sessionmaker.begin()``, so that it ends with COMMIT, which leaves psycopg its prepared statements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Select, func, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload, sessionmaker, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption

from bench.contenders import CAP, Given, Noun, Operation, Plain, Task
from bench.peers import sqlalchemy_writes as writes
from bench.peers.answers import plain_answer
from bench.peers.engines import open_engine
from bench.peers.sqlalchemy_models import (
    Invoice,
    Order,
    OrderEmployee,
    OrderTag,
    Ticket,
    TicketEmployee,
    TicketTag,
)
from bench.peers.sqlalchemy_people import Owned, User

__all__ = ["SqlAlchemyOrm"]

_SUMMARY: Final = (
    User.first_name,
    User.last_name,
    User.email,
    User.company,
    User.phone,
    User.balance,
    User.balance_currency,
)
_COLLEAGUE: Final = (User.first_name, User.last_name, User.role_id)


def _client(owner: Any, *columns: Any) -> ORMOption:
    # An outer join, although there is always one: it keeps SQLite from beginning with the roles.
    client = joinedload(owner.client)
    if columns:
        client = client.load_only(*columns)
    return client.options(joinedload(User.role), joinedload(User.address))


def _work(owner: Any, employee_link: Any, tag_link: Any) -> tuple[ORMOption, ...]:
    return (
        _client(owner, *_SUMMARY),
        selectinload(owner.employee_links).joinedload(employee_link.employee, innerjoin=True).load_only(*_COLLEAGUE),
        selectinload(owner.tag_links).joinedload(tag_link.tag, innerjoin=True),
    )


_ORDER_SUMMARY: Final = (
    Order.status,
    Order.service_name,
    Order.price,
    Order.currency,
    Order.quantity,
    Order.created_at,
)
_MODELS: Final[Mapping[Noun, tuple[Any, tuple[ORMOption, ...]]]] = {
    Noun.TICKETS: (Ticket, _work(Ticket, TicketEmployee, TicketTag)),
    Noun.ORDERS: (Order, _work(Order, OrderEmployee, OrderTag)),
    Noun.INVOICES: (Invoice, (_client(Invoice), selectinload(Invoice.items))),
}
_DETAILS: Final[Mapping[Noun, tuple[ORMOption, ...]]] = {
    Noun.TICKETS: (joinedload(Ticket.order).load_only(*_ORDER_SUMMARY), selectinload(Ticket.messages)),
    Noun.ORDERS: (),
    Noun.INVOICES: (),
}


class SqlAlchemyOrm:
    """SQLAlchemy's ORM on one database."""

    name: str = "SQLAlchemy ORM"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # What an operation returns is used after its session.
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @classmethod
    def open(cls, url: str) -> SqlAlchemyOrm:
        """Connect to a database that has our schema."""
        return cls(open_engine(url))

    def operations(self) -> Mapping[Operation, Callable[[Given], Any]]:
        """Return what it can do: everything."""
        tasks = {
            Task.LIST: _page,
            Task.OFFSET: _far_page,
            Task.CAPPED: _capped,
            Task.KEYSET: _after,
            Task.RETRIEVE: _one,
        }
        calls: dict[Operation, Callable[[Session, Given], Any]] = {
            Operation(noun, task): partial(read, noun) for noun in Noun for task, read in tasks.items()
        }
        calls.update(writes.WRITES)
        return {operation: partial(self._run, each) for operation, each in calls.items()}

    def plain(self, operation: Operation, answer: Any) -> Plain:
        """Return an answer in comparable form."""
        return plain_answer(operation, answer)

    def close(self) -> None:
        """Give the connection back."""
        self._engine.dispose()

    def _run(self, operate: Callable[[Session, Given], Any], given: Given) -> Any:
        with self._sessions.begin() as session:
            return operate(session, given)


def _shown(noun: Noun, given: Given, *more: ORMOption) -> Select[Any]:
    model, options = _MODELS[noun]
    org_id = given.org_id
    # As the documentation does it for tenants; here for the collections, which are loaded by statements of their own.
    owned = with_loader_criteria(Owned, lambda cls: cls.org_id == org_id, include_aliases=True)
    return select(model).where(*_live(model, given)).options(*options, *more, owned)


def _newest(noun: Noun, given: Given) -> Select[Any]:
    return _shown(noun, given).order_by(*_order(noun)).limit(given.size)


def _order(noun: Noun) -> tuple[ColumnElement[Any], ...]:
    model, _ = _MODELS[noun]
    return model.created_at.desc(), model.id.desc()


def _live(model: Any, given: Given) -> tuple[ColumnElement[bool], ...]:
    return model.org_id == given.org_id, model.deleted_at.is_(None)


def _page(noun: Noun, session: Session, given: Given) -> tuple[int | None, Any]:
    rows = session.scalars(_newest(noun, given).offset((given.number - 1) * given.size)).all()
    return _count(noun, session, given), rows


def _far_page(noun: Noun, session: Session, given: Given) -> tuple[int | None, Any]:
    # The ids first: otherwise clients are joined to every row that is skipped, which takes 20 times as long.
    model, _ = _MODELS[noun]
    ids = select(model.id).where(*_live(model, given)).order_by(*_order(noun)).limit(given.size)
    page = ids.offset((given.number - 1) * given.size).subquery()
    rows = session.scalars(_shown(noun, given).join(page, page.c.id == model.id).order_by(*_order(noun))).all()
    return _count(noun, session, given), rows


def _capped(noun: Noun, session: Session, given: Given) -> tuple[int | None, Any]:
    model, _ = _MODELS[noun]
    rows = session.scalars(_newest(noun, given)).all()
    some = select(model.id).where(*_live(model, given)).limit(CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)), rows


def _count(noun: Noun, session: Session, given: Given) -> int | None:
    model, _ = _MODELS[noun]
    return session.scalar(select(func.count()).select_from(model).where(*_live(model, given)))


def _after(noun: Noun, session: Session, given: Given) -> tuple[None, Any]:
    model, _ = _MODELS[noun]
    older = tuple_(model.created_at, model.id) < given.after
    return None, session.scalars(_newest(noun, given).where(older)).all()


def _one(noun: Noun, session: Session, given: Given) -> Any:
    model, _ = _MODELS[noun]
    return session.scalars(_shown(noun, given, *_DETAILS[noun]).where(model.id == given.id)).one()
