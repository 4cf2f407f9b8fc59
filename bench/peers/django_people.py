"""People as models of Django, and what all its models share: imported by ``django_orm`` once Django is set up.

The keys are composite, so what there is one of is a ``ForeignObject`` over both columns, as Django's documentation of
composite primary keys has it. What hangs on something names it with a ``ForeignKey`` to its id alone, which is unique
by itself: a prefetch then asks ``ticket_id IN (…)``, for which SQLite has an index; for pairs it uses none.
"""

# ruff: noqa: D106  # a model's Meta says nothing but where it is stored

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.db import models
from uuid_utils.compat import uuid7

__all__ = ["APP", "Address", "Entity", "Instant", "Link", "Role", "Stamped", "User", "one", "owner"]

APP: Final = "bench"


class Instant(models.DateTimeField):
    """An instant; on SQLite ISO text in UTC, always with microseconds and offset. Django reads that by itself."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return what is stored."""
        if connection.vendor != "sqlite" or not isinstance(value, datetime):
            return super().get_db_prep_value(value, connection, prepared)
        return value.astimezone(UTC).isoformat(timespec="microseconds")


def one(to: str, column: str, *, null: bool = False) -> Any:
    """Return the field for something of the same organisation, of which there is one.

    Joined with LEFT JOIN if it may be null. What may never be is declared so, too, where SQLite would otherwise begin
    with the roles, and sort all that clients of theirs have.
    """
    return models.ForeignObject(
        to,
        on_delete=models.DO_NOTHING,
        from_fields=("org_id", column),
        to_fields=("org_id", "id"),
        null=null,
        related_name="+",
    )


def owner(to: str, related_name: str) -> Any:
    """Return the field for what something hangs on."""
    return models.ForeignKey(
        to, on_delete=models.DO_NOTHING, to_field="id", related_name=related_name, db_constraint=False
    )


class Entity(models.Model):
    """A thing of an organisation."""

    pk = models.CompositePrimaryKey("org_id", "id")
    org_id = models.UUIDField()
    id = models.UUIDField(default=uuid7, unique=True)

    class Meta:
        abstract = True


class Stamped(Entity):
    """When a row was made and last changed."""

    created_at = Instant()
    updated_at = Instant()

    class Meta:
        abstract = True


class Link(models.Model):
    """Joins two things of one organisation."""

    org_id = models.UUIDField()
    position = models.IntegerField()

    class Meta:
        abstract = True


class Role(Stamped):
    """What somebody may do."""

    name = models.CharField(max_length=255)
    dashboard_access = models.SmallIntegerField()
    order_access = models.SmallIntegerField()
    order_management = models.SmallIntegerField()
    ticket_access = models.SmallIntegerField()
    ticket_management = models.SmallIntegerField()
    invoice_access = models.SmallIntegerField()
    invoice_management = models.SmallIntegerField()
    clients = models.SmallIntegerField()
    services = models.SmallIntegerField()
    coupons = models.SmallIntegerField()
    forms = models.SmallIntegerField()
    messaging = models.SmallIntegerField()
    affiliates = models.SmallIntegerField()
    settings_company = models.BooleanField()
    settings_payments = models.BooleanField()
    settings_team = models.BooleanField()
    settings_modules = models.BooleanField()
    settings_integrations = models.BooleanField()
    settings_orders = models.BooleanField()
    settings_tickets = models.BooleanField()
    settings_accounts = models.BooleanField()
    settings_messages = models.BooleanField()
    settings_tags = models.BooleanField()
    settings_sidebar = models.BooleanField()
    settings_dashboard = models.BooleanField()
    settings_templates = models.BooleanField()
    settings_emails = models.BooleanField()
    settings_language = models.BooleanField()
    settings_logs = models.BooleanField()
    version = models.IntegerField(default=1)

    class Meta:
        app_label, managed, db_table = APP, False, "roles"


class Address(Stamped):
    """Where somebody lives."""

    line_1 = models.CharField(max_length=255, null=True)
    line_2 = models.CharField(max_length=255, null=True)
    city = models.CharField(max_length=255, null=True)
    state = models.CharField(max_length=255, null=True)
    country = models.CharField(max_length=10, null=True)
    postcode = models.CharField(max_length=50, null=True)
    first_name = models.CharField(max_length=255, null=True)
    last_name = models.CharField(max_length=255, null=True)
    tax_id = models.CharField(max_length=100, null=True)
    company_name = models.CharField(max_length=255, null=True)
    company_vat = models.CharField(max_length=100, null=True)

    class Meta:
        app_label, managed, db_table = APP, False, "addresses"


class User(Stamped):
    """Somebody, client or employee."""

    email = models.CharField(max_length=255)
    first_name = models.CharField(max_length=255)
    last_name = models.CharField(max_length=255)
    company = models.CharField(max_length=255, null=True)
    phone = models.CharField(max_length=50, null=True)
    tax_id = models.CharField(max_length=100, null=True)
    address_id = models.UUIDField(null=True)
    note = models.TextField(null=True)
    role_id = models.UUIDField()
    status = models.SmallIntegerField(default=1)
    balance = models.BigIntegerField(default=0)
    balance_currency = models.CharField(max_length=3, default="USD")
    optin = models.CharField(max_length=50, null=True)
    stripe_id = models.CharField(max_length=255, null=True)
    custom_fields = models.JSONField(default=dict)
    affiliate_id = models.BigIntegerField(null=True)
    affiliate_link = models.CharField(max_length=255, null=True)
    google_id = models.CharField(max_length=255, null=True)
    deleted_at = Instant(null=True)
    version = models.IntegerField(default=1)

    role = one("Role", "role_id", null=True)
    address = one("Address", "address_id", null=True)

    class Meta:
        app_label, managed, db_table = APP, False, "users"
