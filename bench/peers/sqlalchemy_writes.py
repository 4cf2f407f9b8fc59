"""The writes of SQLAlchemy's ORM, each in the transaction of its session.

New things are added to the session; what hangs on something is replaced with ORM-enabled DELETE and INSERT. A new
version is written by an UPDATE that names the old one, because the mapper's own would look for the id alone, and every
index begins with the organisation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from bench.contenders import Given, Noun, Operation, Task
from bench.peers.rules import (
    CLOSED,
    COMPLETED,
    COUNTER,
    LOCKED,
    SOURCE,
    Refusal,
    billing_address_of,
    due,
    invoice_number,
    items_of,
    needed,
    new_order_number,
    require_all,
    totals_of,
)
from bench.peers.sqlalchemy_models import (
    Counter,
    Invoice,
    InvoiceItem,
    Order,
    OrderEmployee,
    OrderTag,
    Service,
    Tag,
    Ticket,
    TicketEmployee,
    TicketTag,
)
from bench.peers.sqlalchemy_people import Role, User

__all__ = ["WRITES"]

M = TypeVar("M", Ticket, Order, Invoice)


def _open_ticket(session: Session, given: Given) -> UUID:
    _require_people(session, given)
    ticket = Ticket(
        org_id=given.org_id,
        client_id=given.client_id,
        subject=given.text,
        source=SOURCE,
        created_at=given.at,
        updated_at=given.at,
    )
    ticket.employee_links = [TicketEmployee(org_id=given.org_id, **each) for each in _employees(given)]
    tags = _find_or_create_tags(session, given)
    ticket.tag_links = [TicketTag(org_id=given.org_id, **each) for each in _tagging(tags)]
    session.add(ticket)
    session.flush()
    return ticket.id


def _close_ticket(session: Session, given: Given) -> UUID:
    ticket = _locked(session, Ticket, given)
    _require_people(session, given)
    tags = _find_or_create_tags(session, given)
    closed = {} if ticket.status == CLOSED else {"status": CLOSED, "date_closed": given.at}
    _save(session, ticket, given, closed)
    _replace(session, TicketEmployee, given, "ticket_id", _employees(given))
    _replace(session, TicketTag, given, "ticket_id", _tagging(tags))
    return ticket.id


def _create_order(session: Session, given: Given) -> UUID:
    _require_people(session, given)
    service = _service(session, given)
    order = Order(
        org_id=given.org_id,
        number=_new_number(session, given),
        client_id=given.client_id,
        service_id=service.id,
        service_name=service.name,
        price=service.price or 0,
        currency=service.currency,
        note=given.text,
        created_at=given.at,
        updated_at=given.at,
    )
    order.employee_links = [OrderEmployee(org_id=given.org_id, **each) for each in _employees(given)]
    tags = _find_or_create_tags(session, given)
    order.tag_links = [OrderTag(org_id=given.org_id, **each) for each in _tagging(tags)]
    session.add(order)
    session.flush()
    return order.id


def _complete_order(session: Session, given: Given) -> UUID:
    order = _locked(session, Order, given)
    _require_people(session, given)
    tags = _find_or_create_tags(session, given)
    is_new = order.status != COMPLETED
    completed = {"status": COMPLETED, "date_completed": order.date_completed or given.at} if is_new else {}
    _save(session, order, given, completed)
    _replace(session, OrderEmployee, given, "order_id", _employees(given))
    _replace(session, OrderTag, given, "order_id", _tagging(tags))
    return order.id


def _create_invoice(session: Session, given: Given) -> UUID:
    client = session.scalars(
        select(User)
        .join(User.role)
        .where(*_live(User, given), User.id == given.client_id, Role.dashboard_access == 0)
        .options(joinedload(User.address))
        .with_for_update(read=True, of=(User, Role))
    ).one()
    service = _service(session, given)
    items = items_of(given)
    subtotal = sum(each["total"] for each in items)
    invoice = Invoice(
        org_id=given.org_id,
        number=invoice_number(_next_in_sequence(session, given)),
        number_prefix="INV-",
        client_id=client.id,
        billing_address=billing_address_of(client.address),
        status=1,
        currency=service.currency,
        subtotal=subtotal,
        total=subtotal,
        date_due=due(needed(given.at)),
        note=given.text,
        created_at=given.at,
        updated_at=given.at,
        items=[InvoiceItem(org_id=given.org_id, **each) for each in items],
    )
    session.add(invoice)
    session.flush()
    return invoice.id


def _bill_anew(session: Session, given: Given) -> UUID:
    invoice = _locked(session, Invoice, given)
    _service(session, given)
    if invoice.status in LOCKED:
        msg = "an invoice that is paid, refunded or cancelled cannot be edited"
        raise Refusal(msg)
    items = items_of(given)
    _save(session, invoice, given, totals_of(items, invoice))
    _replace(session, InvoiceItem, given, "invoice_id", items)
    return invoice.id


def _live(model: Any, given: Given) -> tuple[ColumnElement[bool], ...]:
    return model.org_id == given.org_id, model.deleted_at.is_(None)


def _locked(session: Session, model: type[M], given: Given) -> M:
    found: Select[M] = select(model).where(*_live(model, given), model.id == given.id).with_for_update()
    return session.scalars(found).one()


def _save(session: Session, row: Any, given: Given, changes: Mapping[str, Any]) -> None:
    model = type(row)
    statement = (
        update(model)
        .where(*_live(model, given), model.id == row.id, model.version == row.version)
        .values(**changes, updated_at=given.at, version=row.version + 1)
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
        msg = "somebody else has changed it"
        raise Refusal(msg)


def _replace(session: Session, model: Any, given: Given, owner: str, rows: Sequence[Mapping[str, Any]]) -> None:
    belongs = model.org_id == given.org_id, getattr(model, owner) == given.id
    session.execute(delete(model).where(*belongs).execution_options(synchronize_session=False))
    session.execute(insert(model), [{"org_id": given.org_id, owner: given.id, **row} for row in rows])


def _require_people(session: Session, given: Given) -> None:
    wanted = {*given.employee_ids, *(() if given.client_id is None else (given.client_id,))}
    people = (
        select(User.id, Role.dashboard_access)
        .join(User.role)
        .where(*_live(User, given), User.id.in_(wanted))
        .with_for_update(read=True)
    )
    access = dict(session.execute(people).all())
    require_all(given.employee_ids, (id_ for id_, level in access.items() if level > 0), "employee")
    if given.client_id is not None:
        require_all([given.client_id], (id_ for id_, level in access.items() if level == 0), "client")


def _service(session: Session, given: Given) -> Service:
    found = select(Service).where(*_live(Service, given), Service.id == given.service_id).with_for_update(read=True)
    return session.scalars(found).one()


def _find_or_create_tags(session: Session, given: Given) -> list[UUID]:
    tags = _tags(session, given, given.tags)
    missing = sorted(set(given.tags).difference(tags))
    if missing:
        rows = [
            {"org_id": given.org_id, "name": name, "created_at": given.at, "updated_at": given.at} for name in missing
        ]
        added = _insert(session)(Tag).on_conflict_do_nothing().returning(Tag.name, Tag.id)
        tags |= dict(session.execute(added, rows).all())
        if taken := set(missing).difference(tags):  # somebody else has just made them
            tags |= _tags(session, given, taken)
    return [tags[name] for name in given.tags]


def _tags(session: Session, given: Given, names: Collection[str]) -> dict[str, UUID]:
    found = select(Tag.name, Tag.id).where(Tag.org_id == given.org_id, Tag.name.in_(names))
    return dict(session.execute(found).all())


def _insert(session: Session) -> Any:
    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert


def _next_in_sequence(session: Session, given: Given) -> int:
    counted = (
        _insert(session)(Counter)
        .values(org_id=given.org_id, name=COUNTER, value=1)
        .on_conflict_do_update(index_elements=[Counter.org_id, Counter.name], set_={"value": Counter.value + 1})
        .returning(Counter.value)
    )
    value: int = session.execute(counted).scalar_one()
    return value


def _new_number(session: Session, given: Given) -> str:
    while True:
        number = new_order_number()
        taken = select(Order.id).where(Order.org_id == given.org_id, Order.number == number)
        if session.scalar(taken) is None:
            return number


def _employees(given: Given) -> list[dict[str, Any]]:
    return [{"employee_id": id_, "position": position} for position, id_ in enumerate(given.employee_ids)]


def _tagging(ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return [{"tag_id": id_, "position": position} for position, id_ in enumerate(ids)]


WRITES: Final[Mapping[Operation, Callable[[Session, Given], UUID]]] = {
    Operation(Noun.TICKETS, Task.CREATE): _open_ticket,
    Operation(Noun.TICKETS, Task.CHANGE): _close_ticket,
    Operation(Noun.ORDERS, Task.CREATE): _create_order,
    Operation(Noun.ORDERS, Task.CHANGE): _complete_order,
    Operation(Noun.INVOICES, Task.CREATE): _create_invoice,
    Operation(Noun.INVOICES, Task.CHANGE): _bill_anew,
}
