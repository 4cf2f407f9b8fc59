"""Organisations: founded under a slug that fits an address."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.ids import OrganizationId
from service_engine.domain.organizations import MAX_SLUG, OrganizationFounded, found_organization, slug_of
from service_engine.errors import RuleViolationError
from service_engine.testing.examples import acme, now

ID = OrganizationId(UUID(int=1))


def test_founding_cleans_and_says_so_once():
    """The name is stripped, both times are now, and there is one event."""
    founded = found_organization(ID, name=" Acme ", slug="acme", at=now)
    assert (founded.state.id, founded.state.name, founded.state.slug) == (ID, "Acme", "acme")
    assert (founded.state.created_at, founded.state.updated_at, founded.state.version) == (now, now, 1)
    assert founded.events == (OrganizationFounded(organization_id=ID, at=now),)


@pytest.mark.parametrize("name", ["", "  ", "x" * 256], ids=["empty", "blank", "long"])
def test_an_organisation_needs_a_name(name: str):
    """1 to 255 characters."""
    with pytest.raises(RuleViolationError) as refused:
        found_organization(ID, name=name, slug="acme", at=now)
    assert refused.value.field == "name"


@pytest.mark.parametrize("slug", ["a", "0", "acme", "a-b", "a-1-b", "x" * 100], ids=lambda slug: slug[:10])
def test_what_is_a_slug(slug: str):
    """Letters, digits and single dashes between them, up to 100."""
    assert found_organization(ID, name="Acme", slug=slug, at=now).state.slug == slug


@pytest.mark.parametrize(
    "slug",
    ["", "A", "a b", "-a", "a-", "a--b", "a_b", "é", "a\n", "x" * 101],
    ids=["empty", "capital", "blank", "dash first", "dash last", "two dashes", "underscore", "accent", "line", "long"],
)
def test_what_is_no_slug(slug: str):
    """Anything else is refused, also when a value is evolved."""
    for wrong in (
        lambda: found_organization(ID, name="Acme", slug=slug, at=now),
        lambda: attrs.evolve(acme, slug=slug),
    ):
        with pytest.raises(RuleViolationError) as refused:
            wrong()
        assert (refused.value.field, refused.value.message) == (
            "slug",
            "The slug must be 1 to 100 of a-z and 0-9, with single dashes between them.",
        )


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme", "acme"),
        ("Café Zürich & Söhne", "cafe-zurich-sohne"),
        ("  Revenue   Activation!! ", "revenue-activation"),
        ("24/7", "24-7"),
        ("ﬁnance", "finance"),
        ("東京", "organization"),
        ("", "organization"),
        ("---", "organization"),
        ("x" * 300, "x" * 100),
        ("x" * 99 + " y", "x" * 99),
        ("X-1", "x-1"),
    ],
    ids=["plain", "accents", "blanks", "digits", "ligature", "no latin", "empty", "dashes", "long", "cut at dash", "x"],
)
def test_the_slug_of_a_name(name: str, slug: str):
    """Accents go, other signs become one dash, and when nothing is left there is a word."""
    assert slug == slug_of(name)


@given(st.text())
def test_every_name_has_a_slug(name: str):
    """Whatever the name, its slug is one that an organisation may have, and is its own slug."""
    slug = slug_of(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= MAX_SLUG
    assert slug_of(slug) == slug
    assert found_organization(ID, name="Acme", slug=slug, at=now).state.slug == slug


def test_an_organisation_keeps_utc_only():
    """A naive time is wrong use."""
    naive: Any = now.replace(tzinfo=None)
    with pytest.raises(ValueError, match="has no zone"):
        found_organization(ID, name="Acme", slug="acme", at=naive)
