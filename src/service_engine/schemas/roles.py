"""Roles on the wire: 33 keys."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from pydantic import with_config
from typing_extensions import TypedDict

from service_engine.domain.access import Role
from service_engine.schemas.errors import EXACT

__all__ = ["RoleWire", "role_wire"]


@with_config(EXACT)
class RoleWire(TypedDict):
    """A role: 13 levels, each 0 none, 1 own, 2 group or 3 all, and 16 settings that it may change."""

    id: UUID
    name: str
    dashboard_access: int
    order_access: int
    order_management: int
    ticket_access: int
    ticket_management: int
    invoice_access: int
    invoice_management: int
    clients: int
    services: int
    coupons: int
    forms: int
    messaging: int
    affiliates: int
    settings_company: bool
    settings_payments: bool
    settings_team: bool
    settings_modules: bool
    settings_integrations: bool
    settings_orders: bool
    settings_tickets: bool
    settings_accounts: bool
    settings_messages: bool
    settings_tags: bool
    settings_sidebar: bool
    settings_dashboard: bool
    settings_templates: bool
    settings_emails: bool
    settings_language: bool
    settings_logs: bool
    created_at: datetime
    updated_at: datetime


def role_wire(role: Role) -> RoleWire:
    """Return a role as the wire shows it.

    Source:
        Contract section 2.2, "role".

    Example:
        >>> from service_engine.testing.examples import administrator
        >>> wire = role_wire(administrator)
        >>> wire["name"], wire["ticket_access"], wire["settings_team"]
        ('Administrator', 3, True)
    """
    return _remembered(role).copy()


@lru_cache(maxsize=1024)
def _remembered(role: Role) -> RoleWire:
    """Return the wire of a role. Values are immutable, so that equal ones share it; nobody is given it to write in."""
    levels, settings = role.levels, role.settings
    return {
        "id": role.id,
        "name": role.name,
        "dashboard_access": levels.dashboard_access,
        "order_access": levels.order_access,
        "order_management": levels.order_management,
        "ticket_access": levels.ticket_access,
        "ticket_management": levels.ticket_management,
        "invoice_access": levels.invoice_access,
        "invoice_management": levels.invoice_management,
        "clients": levels.clients,
        "services": levels.services,
        "coupons": levels.coupons,
        "forms": levels.forms,
        "messaging": levels.messaging,
        "affiliates": levels.affiliates,
        "settings_company": settings.company,
        "settings_payments": settings.payments,
        "settings_team": settings.team,
        "settings_modules": settings.modules,
        "settings_integrations": settings.integrations,
        "settings_orders": settings.orders,
        "settings_tickets": settings.tickets,
        "settings_accounts": settings.accounts,
        "settings_messages": settings.messages,
        "settings_tags": settings.tags,
        "settings_sidebar": settings.sidebar,
        "settings_dashboard": settings.dashboard,
        "settings_templates": settings.templates,
        "settings_emails": settings.emails,
        "settings_language": settings.language,
        "settings_logs": settings.logs,
        "created_at": role.created_at,
        "updated_at": role.updated_at,
    }
