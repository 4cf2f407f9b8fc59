"""Tickets, orders and invoices as models of the SQLAlchemy ORM.

A thing's id alone is its identity, although the tables' keys begin with the organisation: a collection is then loaded
by ``ticket_id IN (…)``, for which SQLite has an index; for pairs of organisation and id it uses none. What there is one
of is joined by both.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bench.peers.sqlalchemy_people import JSON_OBJECT, Base, Entity, Link, Owned, Stamped, User, Versioned, reference

__all__ = [
    "Counter",
    "Invoice",
    "InvoiceItem",
    "Order",
    "OrderEmployee",
    "OrderTag",
    "Service",
    "Tag",
    "Ticket",
    "TicketEmployee",
    "TicketMessage",
    "TicketTag",
]


class Worked:
    """Something with people and tags on it, in an order of their own."""

    @property
    def employees(self: Any) -> list[User]:
        """Who is assigned."""
        return [link.employee for link in self.employee_links]

    @property
    def tags(self: Any) -> list[Tag]:
        """What is on it."""
        return [link.tag for link in self.tag_links]


class Tag(Entity, Stamped, Base):
    """A short name on orders and tickets."""

    __tablename__ = "tags"

    name: Mapped[str]


class Service(Entity, Base):
    """Something that is sold."""

    __tablename__ = "services"

    name: Mapped[str]
    price: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str]
    deleted_at: Mapped[datetime | None]


class Counter(Base):
    """What an organisation's own numbers come from."""

    __tablename__ = "counters"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class TicketEmployee(Link, Base):
    """Somebody who is assigned to a ticket."""

    __tablename__ = "ticket_employees"
    __table_args__ = (reference("employee_id", "users"),)

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(primary_key=True)

    employee: Mapped[User] = relationship(viewonly=True)


class TicketTag(Link, Base):
    """A tag on a ticket."""

    __tablename__ = "ticket_tags"
    __table_args__ = (reference("tag_id", "tags"),)

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(primary_key=True)

    tag: Mapped[Tag] = relationship(viewonly=True)


class TicketMessage(Owned, Entity, Base):
    """What somebody wrote on a ticket."""

    __tablename__ = "ticket_messages"

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id"))
    author_id: Mapped[UUID | None]
    text: Mapped[str] = mapped_column(Text)
    staff_only: Mapped[bool]
    files: Mapped[list[str]]
    created_at: Mapped[datetime]


class OrderEmployee(Link, Base):
    """Somebody who delivers an order."""

    __tablename__ = "order_employees"
    __table_args__ = (reference("employee_id", "users"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(primary_key=True)

    employee: Mapped[User] = relationship(viewonly=True)


class OrderTag(Link, Base):
    """A tag on an order."""

    __tablename__ = "order_tags"
    __table_args__ = (reference("tag_id", "tags"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(primary_key=True)

    tag: Mapped[Tag] = relationship(viewonly=True)


class Order(Entity, Stamped, Versioned, Worked, Base):
    """What a client bought."""

    __tablename__ = "orders"
    __table_args__ = (reference("client_id", "users"),)

    number: Mapped[str]
    client_id: Mapped[UUID]
    service_id: Mapped[UUID | None]
    invoice_id: Mapped[UUID | None]
    subscription_id: Mapped[UUID | None]
    service_name: Mapped[str]
    status: Mapped[int] = mapped_column(SmallInteger, default=0)
    price: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(default=1)
    currency: Mapped[str]
    note: Mapped[str | None] = mapped_column(Text)
    form_data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict)
    paysys: Mapped[str | None]
    date_started: Mapped[datetime | None]
    date_completed: Mapped[datetime | None]
    date_due: Mapped[datetime | None]
    last_message_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]

    client: Mapped[User] = relationship(viewonly=True)
    employee_links: Mapped[list[OrderEmployee]] = relationship(
        order_by=OrderEmployee.position, cascade="all, delete-orphan"
    )
    tag_links: Mapped[list[OrderTag]] = relationship(order_by=OrderTag.position, cascade="all, delete-orphan")


class Ticket(Entity, Stamped, Versioned, Worked, Base):
    """A client's request for help."""

    __tablename__ = "tickets"
    __table_args__ = (reference("client_id", "users"), reference("order_id", "orders"))

    subject: Mapped[str]
    client_id: Mapped[UUID]
    order_id: Mapped[UUID | None]
    status: Mapped[int] = mapped_column(SmallInteger, default=1)
    source: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)
    form_data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict)
    last_message_at: Mapped[datetime | None]
    date_closed: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]

    client: Mapped[User] = relationship(viewonly=True)
    # A deleted order is not shown.
    order: Mapped[Order | None] = relationship(
        viewonly=True,
        primaryjoin="and_(Ticket.org_id == Order.org_id, Ticket.order_id == Order.id, Order.deleted_at.is_(None))",
    )
    employee_links: Mapped[list[TicketEmployee]] = relationship(
        order_by=TicketEmployee.position, cascade="all, delete-orphan"
    )
    tag_links: Mapped[list[TicketTag]] = relationship(order_by=TicketTag.position, cascade="all, delete-orphan")
    messages: Mapped[list[TicketMessage]] = relationship(
        order_by=(TicketMessage.created_at, TicketMessage.id), viewonly=True
    )


class InvoiceItem(Owned, Entity, Stamped, Base):
    """A line of an invoice."""

    __tablename__ = "invoice_items"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    order_id: Mapped[UUID | None]
    service_id: Mapped[UUID | None]
    position: Mapped[int]
    name: Mapped[str]
    description: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    discount: Mapped[int] = mapped_column(BigInteger, default=0)
    discount2: Mapped[int | None] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int]
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Invoice(Entity, Stamped, Versioned, Base):
    """What a client owes."""

    __tablename__ = "invoices"
    __table_args__ = (reference("client_id", "users"),)

    number: Mapped[str]
    number_prefix: Mapped[str | None]
    client_id: Mapped[UUID]
    employee_id: Mapped[UUID | None]
    coupon_id: Mapped[UUID | None]
    billing_address: Mapped[dict[str, Any] | None] = mapped_column(JSON_OBJECT)
    status: Mapped[int] = mapped_column(SmallInteger)
    currency: Mapped[str]
    subtotal: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger, default=0)
    credit: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger)
    paid: Mapped[int] = mapped_column(BigInteger, default=0)
    tax_name: Mapped[str | None]
    tax_type: Mapped[int | None] = mapped_column(SmallInteger)
    tax_percent_thousandths: Mapped[int | None] = mapped_column(default=0)
    date_due: Mapped[datetime | None]
    date_paid: Mapped[datetime | None]
    reason: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)
    ip_address: Mapped[str | None]
    loc_confirm: Mapped[bool] = mapped_column(default=False)
    recurring: Mapped[dict[str, Any] | None] = mapped_column(JSON_OBJECT)
    paysys: Mapped[str | None]
    transaction_id: Mapped[str | None]
    deleted_at: Mapped[datetime | None]

    client: Mapped[User] = relationship(viewonly=True)
    items: Mapped[list[InvoiceItem]] = relationship(order_by=InvoiceItem.position, cascade="all, delete-orphan")
