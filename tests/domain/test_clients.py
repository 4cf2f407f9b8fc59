"""Clients: registered once, within the bounds of their columns; the name of one, and what else one is."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.registering import ADDRESS_ID, FULL, ID, LINES, evolved, register, revise

from service_engine.domain.clients import (
    Address,
    Client,
    ClientPatch,
    ClientRegistered,
    PostalAddress,
    full_name,
    revise_client,
)
from service_engine.domain.ids import AddressId, RoleId
from service_engine.domain.money import money
from service_engine.errors import RuleViolationError
from service_engine.testing.examples import john, later, now

# --------------------------------------------------------------------------------------------------- registering


def test_registering_with_the_least():
    """E-mail and names are cleaned, balance is zero, the account active, the rest empty; one event."""
    registered = register(ClientPatch())
    assert registered.state == Client(
        id=ID,
        email="john@example.com",
        first_name="John",
        last_name="Doe",
        role_id=RoleId(UUID(int=3)),
        affiliate_id=100_001,
        affiliate_link="https://example.com/r/A1B2C3",
        created_at=now,
        updated_at=now,
    )
    assert registered.events == (ClientRegistered(client_id=ID, at=now),)


def test_what_an_unknown_client_has():
    """The contract's defaults: balance 0.00, status 1, empty custom fields, nothing else."""
    client = register(ClientPatch()).state
    assert (client.balance, client.status, dict(client.custom_fields), client.version) == (money(0, "USD"), 1, {}, 1)
    empty = ("company", "phone", "tax_id", "address", "note", "optin", "stripe_id", "google_id", "deleted_at")
    assert [getattr(client, name) for name in empty] == [None] * len(empty)


def test_registering_with_everything():
    """Each detail ends up where it belongs; the address carries names, tax number and company; still one event."""
    registered = register()
    client = registered.state
    for name in (*LINES, "status", "custom_fields"):
        assert getattr(client, name) == getattr(FULL, name)
    assert client.address == Address(
        id=ADDRESS_ID,
        place=PostalAddress(line_1="1 High Street", city="York"),
        first_name="John",
        last_name="Doe",
        tax_id="T1",
        company_name="Doe Ltd",
        company_vat=None,
    )
    assert (client.created_at, client.updated_at) == (now, now)
    assert registered.events == (ClientRegistered(client_id=ID, at=now),)


def test_the_details_may_say_since_when():
    """created_at in the details wins over now, in UTC; the event is of now."""
    since = datetime(2020, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    registered = register(ClientPatch(created_at=since))
    assert (registered.state.created_at, registered.state.updated_at) == (since, now)
    assert registered.state.created_at.utcoffset() == timedelta(0)
    assert registered.events[0].at == now


def test_an_empty_place_is_an_address():
    """A client with an address of which nothing is known has one."""
    address = register(ClientPatch(address=PostalAddress())).state.address
    assert address == Address(id=ADDRESS_ID, first_name="John", last_name="Doe")


def test_no_place_is_no_address():
    """None and UNSET both leave a new client without one."""
    assert register(ClientPatch(address=None)).state.address is None
    assert register(ClientPatch()).state.address is None


@pytest.mark.parametrize("name", ["email", "first_name", "last_name"])
def test_the_details_do_not_repeat_the_arguments(name: str):
    """A second e-mail among the details would slip past the check of the first: wrong use."""
    details: Any = {name: "other@example.com"}
    with pytest.raises(ValueError, match="give email, first_name and last_name as arguments, not among the details"):
        register(ClientPatch(**details))


@pytest.mark.parametrize(
    ("argument", "value"),
    [("email", "john"), ("email", " "), ("first_name", " "), ("last_name", ""), ("first_name", "x" * 256)],
)
def test_registering_refuses_bad_names_and_addresses(argument: str, value: str):
    """Each text is checked, and the refusal names it."""
    arguments: Any = {argument: value}
    with pytest.raises(RuleViolationError) as refused:
        register(**arguments)
    assert refused.value.field == argument


@pytest.mark.parametrize("name", LINES)
def test_every_text_has_the_bound_of_its_column(name: str):
    """The longest fits, also when registering and with blanks around it; one more does not, and names its field."""
    longest = "x" * LINES[name]
    assert getattr(register(ClientPatch(**{name: f" {longest} "})).state, name) == longest  # type: ignore[arg-type]
    with pytest.raises(RuleViolationError) as refused:
        revise(john, **{name: longest + "x"})
    assert refused.value.field == name
    with pytest.raises(RuleViolationError) as built:
        evolved(john, **{name: longest + "x"})
    assert built.value.field == name


@pytest.mark.parametrize("name", ["affiliate_link", "google_id"])
def test_texts_that_no_patch_reaches_are_bounded_too(name: str):
    """A value that is built obeys the same rule."""
    assert getattr(evolved(john, **{name: "x" * 255}), name) == "x" * 255
    with pytest.raises(RuleViolationError) as refused:
        evolved(john, **{name: "x" * 256})
    assert refused.value.field == name


@pytest.mark.parametrize("status", [-1, 32_768])
def test_a_status_is_a_small_number(status: int):
    """0 to 32767, by patch and by value."""
    for wrong in (lambda: revise(john, status=status), lambda: register(ClientPatch(status=status))):
        with pytest.raises(RuleViolationError) as refused:
            wrong()
        assert (refused.value.field, refused.value.message) == ("status", "The status must be between 0 and 32767.")


@pytest.mark.parametrize("status", [0, 32_767])
def test_the_bounds_of_a_status_fit(status: int):
    """Inactive, and the largest of one's own."""
    assert revise(john, status=status).state.status == status


# ------------------------------------------------------------------------------------------------------ the name


@pytest.mark.parametrize(
    ("first", "last", "full"),
    [("John", "Doe", "John Doe"), ("John", "", "John"), ("", "Doe", "Doe"), ("", "", ""), (" A ", " B ", "A   B")],
)
def test_the_full_name(first: str, last: str, full: str):
    """Both names with one blank between them, and none around them."""
    assert full_name(first, last) == full


@given(st.text(), st.text())
def test_the_full_name_is_trimmed(first: str, last: str):
    """No name begins or ends with a blank."""
    assert full_name(first, last) == full_name(first, last).strip()


def test_a_client_is_a_value():
    """It can be hashed, free JSON included, and not changed."""
    assert len({john, attrs.evolve(john), revise(john, phone="5").state}) == 2
    assert hash(FULL) == hash(attrs.evolve(FULL))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        john.email = "x@example.com"  # type: ignore[misc]


def test_custom_fields_are_checked_and_frozen_whoever_gives_them():
    """A host's own dictionary is copied, and bounded, like a request's."""
    given = {"a": [1]}
    revised = revise_client(john, ClientPatch(custom_fields=given), address_id=AddressId(UUID(int=9)), at=later).state
    given["a"].append(2)
    assert revised.custom_fields == {"a": (1,)}
    with pytest.raises(RuleViolationError, match="finite"):
        revise_client(john, ClientPatch(custom_fields={"a": float("nan")}), address_id=AddressId(UUID(int=9)), at=later)
