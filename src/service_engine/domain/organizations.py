"""Organisations: the tenants, side by side, none of which can see another.

Source: contract section 3 (organizations).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any, Final

from attrs import Attribute, field, frozen

from service_engine.domain.change import Change, Event
from service_engine.domain.ids import OrganizationId
from service_engine.domain.instants import utc
from service_engine.domain.text import bounded, clean
from service_engine.errors import RuleViolationError

__all__ = ["MAX_SLUG", "Organization", "OrganizationFounded", "found_organization", "slug_of"]

MAX_SLUG: Final = 100
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


def _is_a_slug(_: Any, attribute: Attribute[str], value: str) -> None:
    if len(value) > MAX_SLUG or not _SLUG.match(value):
        raise RuleViolationError(
            attribute.name, f"The slug must be 1 to {MAX_SLUG} of a-z and 0-9, with single dashes between them."
        )


@frozen(kw_only=True)
class Organization:
    """One tenant.

    Args:
        id: Its id; every id of its things is looked up together with it.
        name: 1 to 255 characters.
        slug: 1 to 100 of a-z, 0-9 and single dashes; unique among all organisations.
        created_at: When it was founded, UTC.
        updated_at: When it last changed, UTC.
        version: How often it was stored.

    Example:
        >>> from service_engine.testing.examples import acme
        >>> acme.name, acme.slug
        ('Acme', 'acme')
    """

    id: OrganizationId
    name: str = field(validator=bounded())
    slug: str = field(validator=_is_a_slug)
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    version: int = 1


@frozen(kw_only=True)
class OrganizationFounded(Event):
    """An organisation came into being.

    Example:
        >>> from service_engine.testing.examples import acme, now
        >>> OrganizationFounded(organization_id=acme.id, at=now).organization_id == acme.id
        True
    """

    organization_id: OrganizationId


def found_organization(organization_id: OrganizationId, *, name: str, slug: str, at: datetime) -> Change[Organization]:
    """Found an organisation.

    Raises:
        RuleViolationError: The name is blank or too long, or the slug is not one.

    Example:
        >>> from datetime import UTC, datetime
        >>> from uuid import UUID
        >>> now = datetime(2026, 2, 7, tzinfo=UTC)
        >>> found_organization(OrganizationId(UUID(int=1)), name="Acme", slug="acme", at=now).state.slug
        'acme'
    """
    organization = Organization(
        id=organization_id, name=clean(name, field="name"), slug=slug, created_at=at, updated_at=at
    )
    return Change(organization, (OrganizationFounded(organization_id=organization_id, at=at),))


def slug_of(name: str) -> str:
    """Return a slug made from a name; ``organization`` when nothing of it can be kept.

    Example:
        >>> slug_of("Café Zürich & Söhne")
        'cafe-zurich-sohne'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_SLUG].strip("-") or "organization"
