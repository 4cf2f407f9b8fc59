"""Tickets, orders and invoices as models of Django: imported by ``django_orm`` once Django is set up."""

# ruff: noqa: D106  # a model's Meta says nothing but where it is stored

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from bench.peers.django_people import APP, Entity, Instant, Link, Stamped, one, owner

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


class Tag(Stamped):
    """A short name on orders and tickets."""

    name = models.CharField(max_length=255)

    class Meta:
        app_label, managed, db_table = APP, False, "tags"


class Service(Entity):
    """Something that is sold."""

    name = models.CharField(max_length=255)
    price = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    deleted_at = Instant(null=True)

    class Meta:
        app_label, managed, db_table = APP, False, "services"


class Counter(models.Model):
    """What an organisation's own numbers come from."""

    pk = models.CompositePrimaryKey("org_id", "name")
    org_id = models.UUIDField()
    name = models.CharField(max_length=50)
    value = models.BigIntegerField(default=0)

    class Meta:
        app_label, managed, db_table = APP, False, "counters"


class Order(Stamped):
    """What a client bought."""

    number = models.CharField(max_length=50)
    client_id = models.UUIDField()
    service_id = models.UUIDField(null=True)
    invoice_id = models.UUIDField(null=True)
    subscription_id = models.UUIDField(null=True)
    service_name = models.CharField(max_length=255)
    status = models.SmallIntegerField(default=0)
    price = models.BigIntegerField()
    quantity = models.IntegerField(default=1)
    currency = models.CharField(max_length=3)
    note = models.TextField(null=True)
    form_data = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict)
    paysys = models.CharField(max_length=50, null=True)
    date_started = Instant(null=True)
    date_completed = Instant(null=True)
    date_due = Instant(null=True)
    last_message_at = Instant(null=True)
    deleted_at = Instant(null=True)
    version = models.IntegerField(default=1)

    client = one("User", "client_id", null=True)
    # What ``prefetch_related`` puts here.
    shown_employees: Sequence[Any]
    shown_tags: Sequence[Any]

    class Meta:
        app_label, managed, db_table = APP, False, "orders"

    @property
    def employees(self) -> list[Any]:
        """Who delivers it."""
        return [link.employee for link in self.shown_employees]

    @property
    def tags(self) -> list[Any]:
        """What is on it."""
        return [link.tag for link in self.shown_tags]


class OrderEmployee(Link):
    """Somebody who delivers an order."""

    pk = models.CompositePrimaryKey("org_id", "order_id", "employee_id")
    order = owner("Order", "employee_links")
    employee_id = models.UUIDField()
    employee = one("User", "employee_id")

    class Meta:
        app_label, managed, db_table = APP, False, "order_employees"


class OrderTag(Link):
    """A tag on an order."""

    pk = models.CompositePrimaryKey("org_id", "order_id", "tag_id")
    order = owner("Order", "tag_links")
    tag_id = models.UUIDField()
    tag = one("Tag", "tag_id")

    class Meta:
        app_label, managed, db_table = APP, False, "order_tags"


class Ticket(Stamped):
    """A client's request for help."""

    subject = models.CharField(max_length=255)
    client_id = models.UUIDField()
    order_id = models.UUIDField(null=True)
    status = models.SmallIntegerField(default=1)
    source = models.CharField(max_length=50, null=True)
    note = models.TextField(null=True)
    form_data = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict)
    last_message_at = Instant(null=True)
    date_closed = Instant(null=True)
    deleted_at = Instant(null=True)
    version = models.IntegerField(default=1)

    client = one("User", "client_id", null=True)
    linked_order = one("Order", "order_id", null=True)
    # What ``prefetch_related`` puts here.
    shown_employees: Sequence[Any]
    shown_tags: Sequence[Any]
    shown_messages: Sequence[Any]

    class Meta:
        app_label, managed, db_table = APP, False, "tickets"

    @property
    def order(self) -> Any:
        """The order that it is linked to, unless that is deleted."""
        linked = self.linked_order
        return None if linked is None or linked.deleted_at is not None else linked

    @property
    def employees(self) -> list[Any]:
        """Who is assigned."""
        return [link.employee for link in self.shown_employees]

    @property
    def tags(self) -> list[Any]:
        """What is on it."""
        return [link.tag for link in self.shown_tags]

    @property
    def messages(self) -> Sequence[Any]:
        """What was written on it, oldest first."""
        return self.shown_messages


class TicketEmployee(Link):
    """Somebody who is assigned to a ticket."""

    pk = models.CompositePrimaryKey("org_id", "ticket_id", "employee_id")
    ticket = owner("Ticket", "employee_links")
    employee_id = models.UUIDField()
    employee = one("User", "employee_id")

    class Meta:
        app_label, managed, db_table = APP, False, "ticket_employees"


class TicketTag(Link):
    """A tag on a ticket."""

    pk = models.CompositePrimaryKey("org_id", "ticket_id", "tag_id")
    ticket = owner("Ticket", "tag_links")
    tag_id = models.UUIDField()
    tag = one("Tag", "tag_id")

    class Meta:
        app_label, managed, db_table = APP, False, "ticket_tags"


class TicketMessage(Entity):
    """What somebody wrote on a ticket."""

    ticket = owner("Ticket", "written")
    author_id = models.UUIDField(null=True)
    text = models.TextField()
    staff_only = models.BooleanField()
    files = models.JSONField(default=list)
    created_at = Instant()

    class Meta:
        app_label, managed, db_table = APP, False, "ticket_messages"


class Invoice(Stamped):
    """What a client owes."""

    number = models.CharField(max_length=50)
    number_prefix = models.CharField(max_length=20, null=True)
    client_id = models.UUIDField()
    employee_id = models.UUIDField(null=True)
    coupon_id = models.UUIDField(null=True)
    billing_address = models.JSONField(null=True)
    status = models.SmallIntegerField(default=0)
    currency = models.CharField(max_length=3)
    subtotal = models.BigIntegerField()
    tax = models.BigIntegerField(default=0)
    credit = models.BigIntegerField(default=0)
    total = models.BigIntegerField()
    paid = models.BigIntegerField(default=0)
    tax_name = models.CharField(max_length=100, null=True)
    tax_type = models.SmallIntegerField(null=True)
    tax_percent_thousandths = models.IntegerField(null=True, default=0)
    date_due = Instant(null=True)
    date_paid = Instant(null=True)
    reason = models.CharField(max_length=255, null=True)
    note = models.TextField(null=True)
    ip_address = models.CharField(max_length=45, null=True)
    loc_confirm = models.BooleanField(default=False)
    recurring = models.JSONField(null=True)
    paysys = models.CharField(max_length=50, null=True)
    transaction_id = models.CharField(max_length=255, null=True)
    deleted_at = Instant(null=True)
    version = models.IntegerField(default=1)

    client = one("User", "client_id", null=True)
    # What ``prefetch_related`` puts here.
    shown_items: Sequence[Any]

    class Meta:
        app_label, managed, db_table = APP, False, "invoices"

    @property
    def items(self) -> Sequence[Any]:
        """What is billed."""
        return self.shown_items


class InvoiceItem(Stamped):
    """A line of an invoice."""

    invoice = owner("Invoice", "lines")
    order_id = models.UUIDField(null=True)
    service_id = models.UUIDField(null=True)
    position = models.IntegerField()
    name = models.CharField(max_length=255)
    description = models.TextField(null=True)
    amount = models.BigIntegerField()
    discount = models.BigIntegerField(default=0)
    discount2 = models.BigIntegerField(null=True)
    total = models.BigIntegerField()
    quantity = models.IntegerField(default=1)
    options = models.JSONField(default=dict)

    class Meta:
        app_label, managed, db_table = APP, False, "invoice_items"
