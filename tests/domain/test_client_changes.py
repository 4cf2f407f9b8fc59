"""Clients that change: revised by patch, with their address, and deleted when nothing refers to them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from tests.domain.registering import ADDRESS_ID, ID, LINES, evolved, register, revise

from service_engine.domain.change import UNSET, Change
from service_engine.domain.clients import (
    Address,
    Client,
    ClientDeleted,
    ClientPatch,
    ClientRevised,
    PostalAddress,
    delete_client,
    revise_client,
)
from service_engine.domain.ids import AddressId
from service_engine.domain.json_values import freeze, same
from service_engine.errors import DependentsExistError, RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import john, later, now

# ------------------------------------------------------------------------------------------------------ revising


@given(strategies.clients(), strategies.client_patches())
def test_there_are_no_events_exactly_when_nothing_changed(client: Client, patch: ClientPatch):
    """One event, naming exactly the fields that differ now; or none, and the very same client."""
    change = revise_client(client, patch, address_id=ADDRESS_ID, at=later)
    names = sorted(
        each.name
        for each in attrs.fields(Client)
        if each.name != "updated_at"
        and not (
            same(client.custom_fields, change.state.custom_fields)
            if each.name == "custom_fields"
            else getattr(client, each.name) == getattr(change.state, each.name)
        )
    )
    if names:
        assert change.events == (ClientRevised(client_id=client.id, fields=tuple(names), at=later),)
        assert change.state.updated_at == later
    else:
        assert change == Change(client)
        assert change.state is client


@given(strategies.clients(), strategies.client_patches())
def test_revising_is_idempotent(client: Client, patch: ClientPatch):
    """The same patch again changes nothing."""
    once = revise_client(client, patch, address_id=ADDRESS_ID, at=later)
    assert revise_client(once.state, patch, address_id=AddressId(UUID(int=99)), at=later) == Change(once.state)


@given(strategies.clients(), strategies.client_patches())
def test_what_is_unset_stays(client: Client, patch: ClientPatch):
    """A field that the patch does not name is as it was, and what no patch can name never changes."""
    state = revise_client(client, patch, address_id=ADDRESS_ID, at=later).state
    for each in attrs.fields(ClientPatch):
        if getattr(patch, each.name) is UNSET:
            assert getattr(state, each.name) == getattr(client, each.name)
    fixed = ("id", "balance", "affiliate_id", "affiliate_link", "google_id", "role_id", "deleted_at", "version")
    assert [getattr(state, name) for name in fixed] == [getattr(client, name) for name in fixed]


@pytest.mark.parametrize("name", [*LINES, "address"])
def test_none_clears(name: str):
    """Every nullable field can be cleared; clearing twice is one change."""
    full = register().state
    cleared = revise(full, **{name: None})
    assert cleared.state == evolved(full, **{name: None}, updated_at=later)
    assert cleared.events == (ClientRevised(client_id=ID, fields=(name,), at=later),)
    assert revise(cleared.state, **{name: None}).events == ()


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("email", " Ann@Example.com ", "ann@example.com"),
        ("first_name", " Ann ", "Ann"),
        ("last_name", " Lee ", "Lee"),
        ("phone", " 555 ", "555"),
        ("company", "  ", ""),
        ("created_at", datetime(2020, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), now.replace(2020, 1, 1, 0)),
        ("custom_fields", freeze({"b": [1]}), freeze({"b": [1]})),
    ],
)
def test_each_field_is_cleaned_and_replaced(name: str, value: Any, stored: Any):
    """One field, one change; what is equal after cleaning is none."""
    change = revise(john, **{name: value})
    assert getattr(change.state, name) == stored
    assert change.events == (ClientRevised(client_id=john.id, fields=(name,), at=later),)
    assert revise(change.state, **{name: value}).events == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [("email", "ann"), ("email", ""), ("first_name", " "), ("last_name", " "), ("first_name", "x" * 256)],
)
def test_a_patch_cannot_blank_what_is_required(name: str, value: str):
    """E-mail and names stay what they must be."""
    with pytest.raises(RuleViolationError) as refused:
        revise(john, **{name: value})
    assert refused.value.field == name


def test_custom_fields_are_replaced_whole():
    """Nothing of the old object stays; true over 1 is a change."""
    client = revise(john, custom_fields=freeze({"a": 1, "b": 2})).state
    assert dict(revise(client, custom_fields=freeze({"c": 3})).state.custom_fields) == {"c": 3}
    assert revise(client, custom_fields=freeze({"a": True, "b": 2})).events


def test_the_changed_fields_are_named_in_order():
    """Sorted, whatever the order of the patch."""
    change = revise(john, phone="5", company="C", address=None)
    assert change.events == (ClientRevised(client_id=john.id, fields=("address", "company", "phone"), at=later),)


# --------------------------------------------------------------------------------------------------- the address


def test_a_new_place_replaces_the_old_one_whole():
    """Parts that are not given become None; id, names, tax number, company and VAT number of the address stay (D37)."""
    there = Address(
        id=AddressId(UUID(int=50)),
        place=PostalAddress(line_1="1 High Street", city="York"),
        first_name="Billing",
        last_name="Dept",
        tax_id="T9",
        company_name="Doe Holding",
        company_vat="GB123",
    )
    client = attrs.evolve(john, address=there)
    moved = revise(client, address=PostalAddress(city="Leeds"), first_name="Ann", company="Other", tax_id="T0")
    assert moved.state.address == attrs.evolve(there, place=PostalAddress(city="Leeds"))
    assert moved.events[0] == ClientRevised(
        client_id=john.id, fields=("address", "company", "first_name", "tax_id"), at=later
    )


def test_the_same_place_is_no_change():
    """Also when it comes with blanks around it."""
    assert john.address is not None
    assert revise(john, address=PostalAddress(line_1=" 1 High Street ", city="York", country="GB")).events == ()


def test_a_first_address_takes_what_the_client_is_called_after_the_patch():
    """Names, tax number and company come from the same request where it gives them, else from the client."""
    homeless = attrs.evolve(register().state, address=None)
    partly = revise(homeless, address=PostalAddress(city="Leeds"), first_name=" Ann ", company=None).state.address
    assert partly == Address(
        id=ADDRESS_ID,
        place=PostalAddress(city="Leeds"),
        first_name="Ann",
        last_name="Doe",
        tax_id="T1",
        company_name=None,
    )
    wholly = revise(
        homeless, address=PostalAddress(), first_name="Ann", last_name="Lee", tax_id="T2", company="Lee Ltd"
    ).state.address
    assert wholly == Address(
        id=ADDRESS_ID, first_name="Ann", last_name="Lee", tax_id="T2", company_name="Lee Ltd", company_vat=None
    )


def test_a_client_without_an_address_can_stay_so():
    """Clearing what is not there changes nothing."""
    homeless = attrs.evolve(john, address=None)
    assert revise(homeless, address=None) == Change(homeless)


def test_revising_the_client_does_not_rewrite_the_address():
    """A new name of the client leaves the name on the address."""
    assert revise(john, first_name="Ann").state.address == john.address


# ------------------------------------------------------------------------------------------------------ deleting


@given(strategies.clients(), strategies.instants())
def test_deleting_hides_once(client: Client, at: datetime):
    """The first deletion sets deleted_at and updated_at and says so; a second changes nothing, whatever depends."""
    live = attrs.evolve(client, deleted_at=None)
    deleted = delete_client(live, dependents=(), at=at)
    assert deleted.state == attrs.evolve(live, deleted_at=at, updated_at=at)
    assert deleted.events == (ClientDeleted(client_id=client.id, at=at),)
    assert delete_client(deleted.state, dependents=("orders",), at=later) == Change(deleted.state)


@pytest.mark.parametrize("first", ["orders", "invoices", "tickets", "subscriptions"])
def test_a_client_with_dependents_stays(first: str):
    """The refusal names the first kind, in the contract's sentence."""
    with pytest.raises(DependentsExistError) as refused:
        delete_client(john, dependents=(first, "other"), at=later)
    assert (refused.value.kind, refused.value.key, refused.value.dependents) == ("client", john.id, first)
    assert str(refused.value) == f"Cannot delete client with existing {first}"
