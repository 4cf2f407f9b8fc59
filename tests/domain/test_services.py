"""Services: every transition and its silence. Their bounds and their prices have files of their own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.domain.offering import INTEGER, revised

from service_engine.domain import services
from service_engine.domain.change import UNSET, Change
from service_engine.domain.ids import EmployeeId, ServiceFolderId, ServiceId, UserId
from service_engine.domain.json_values import freeze, same
from service_engine.domain.money import money
from service_engine.domain.services import (
    PERIOD_UNITS,
    Recurrence,
    Service,
    ServiceAssigned,
    ServiceDeleted,
    ServiceOffered,
    ServicePatch,
    ServiceRevised,
)
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import folder, jane, later, now, web_development

ID = ServiceId(UUID(int=1))
BOB = EmployeeId(UserId(UUID(int=77)))
PRICES = ("price", "first_price", "recurring_price")
Transition = Callable[[Service], Change[Service]]


def evolved(value: Service, **changes: Any) -> Service:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def everything() -> ServicePatch:
    """Make a patch that names every field."""
    return ServicePatch(
        name=" SEO ",
        description=" Monthly ",
        recurrence=Recurrence.TRIAL,
        currency=" eur",
        price=Decimal("99.5"),
        first_price=Decimal(1),
        first_period_length=14,
        first_period_unit="D",
        recurring_price=Decimal("49.99"),
        recurring_period_length=1,
        recurring_period_unit="M",
        recurring_action=2,
        multi_order=False,
        request_orders=True,
        max_active_requests=3,
        deadline=30,
        public=False,
        sort_order=-4,
        group_quantities=True,
        folder_id=None,
        metadata=freeze({"colour": "blue"}),
        braintree_plan_id=" plan ",
        hoth_product_key="key",
        hoth_package_name="package",
        provider_id=7,
        provider_service_id=8,
    )


def any_service() -> st.SearchStrategy[Service]:
    """Make services in every currency, with and without each part, deleted ones among them."""
    amounts = st.none() | st.integers(0, 10**9).map(Decimal)
    return st.builds(
        lambda currency, first, second, third, **parts: evolved(
            web_development,
            currency=currency,
            price=None if first is None else money(first, currency),
            first_price=None if second is None else money(second, currency),
            recurring_price=None if third is None else money(third, currency),
            **parts,
        ),
        st.sampled_from(("USD", "EUR", "JPY", "KWD")),
        amounts,
        amounts,
        amounts,
        name=strategies.lines(),
        description=strategies.notes(),
        recurrence=st.sampled_from(Recurrence),
        first_period_length=st.none() | st.integers(1, INTEGER),
        first_period_unit=st.none() | st.sampled_from(PERIOD_UNITS),
        folder_id=st.sampled_from((None, folder.id)),
        metadata=strategies.json_objects(),
        employee_ids=people(),
        public=st.booleans(),
        deleted_at=st.none() | strategies.instants(),
        updated_at=strategies.instants(),
    )


def people() -> st.SearchStrategy[tuple[EmployeeId, ...]]:
    """Choose a few people, nobody twice."""
    return st.lists(st.sampled_from([jane.id, BOB]), unique=True).map(tuple)


def transitions() -> st.SearchStrategy[Transition]:
    """Any transition, with any argument it takes, at any time."""
    at = strategies.instants()
    patches = st.builds(
        ServicePatch,
        name=st.just(UNSET) | strategies.lines(),
        price=st.sampled_from((UNSET, None)) | st.integers(0, 10**9).map(Decimal),
        currency=st.sampled_from((UNSET, "usd", "JPY", "KWD")),
        metadata=st.sampled_from((UNSET, freeze({}), freeze({"a": 1}), freeze({"a": True}))),
        public=st.just(UNSET) | st.booleans(),
        recurrence=st.just(UNSET) | st.sampled_from(Recurrence),
        folder_id=st.sampled_from((UNSET, None, folder.id)),
    )
    return st.one_of(
        st.builds(lambda patch, at: lambda it: services.revise_service(it, patch, at=at), patches, at),
        st.builds(lambda who, at: lambda it: services.assign_service(it, who, at=at), people(), at),
        st.builds(lambda at: lambda it: services.delete_service(it, at=at), at),
    )


# ----------------------------------------------------------------------------------------------- all transitions


@given(any_service(), transitions())
def test_there_are_no_events_exactly_when_nothing_changed(there: Service, transition: Transition):
    """A transition that changes something says so once; one that does not returns the very same service."""
    change = transition(there)
    undated = evolved(change.state, updated_at=there.updated_at)
    changed = undated != there or not same(undated.metadata, there.metadata)
    assert len(change.events) == changed
    assert changed or change.state is there


@given(any_service(), transitions())
def test_every_transition_is_idempotent(there: Service, transition: Transition):
    """Doing the same again, at the same time, changes nothing and says nothing."""
    once = transition(there)
    again = transition(once.state)
    assert again.events == ()
    assert again.state is once.state


@given(any_service(), transitions())
def test_a_change_is_dated(there: Service, transition: Transition):
    """When something changed, updated_at is the time of the event."""
    change = transition(there)
    for event in change.events:
        assert change.state.updated_at == event.at


@given(any_service(), st.lists(transitions(), max_size=6))
def test_what_no_transition_touches(there: Service, steps: list[Transition]):
    """Whatever happens, id, picture, age and version stay, and every price is in the service's currency."""
    change = Change(there)
    for step in steps:
        change = change.then(step)
    kept = ("id", "image", "created_at", "version")
    assert [getattr(change.state, name) for name in kept] == [getattr(there, name) for name in kept]
    prices = [getattr(change.state, name) for name in PRICES]
    assert {price.currency for price in prices if price is not None} <= {change.state.currency}
    assert {event.service_id for event in change.events} <= {there.id}  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------------------------ offering


def test_offering_with_the_least():
    """Public, for several orders, without prices, in no folder, delivered by nobody; one event."""
    offered = services.offer_service(ID, name=" SEO ", currency=" usd ", recurrence=Recurrence.RECURRING, at=now)
    assert offered.state == Service(
        id=ID, name="SEO", currency="USD", recurrence=Recurrence.RECURRING, created_at=now, updated_at=now
    )
    there = offered.state
    assert (there.public, there.multi_order, there.request_orders, there.group_quantities) == (True, True, False, False)
    assert (there.sort_order, there.folder_id, there.employee_ids, there.version) == (0, None, (), 1)
    assert [getattr(there, name) for name in PRICES] == [None] * 3
    assert (dict(there.metadata), there.image, there.deleted_at) == ({}, None, None)
    assert offered.events == (ServiceOffered(service_id=ID, at=now),)


def test_offering_with_everything():
    """Each detail ends up where it belongs; texts are stripped, prices are money in the service's currency."""
    there = services.offer_service(
        ID,
        name="SEO",
        currency="EUR",
        recurrence=Recurrence.TRIAL,
        employee_ids=[BOB, jane.id],
        details=attrs.evolve(everything(), name=UNSET, currency=UNSET, recurrence=UNSET),
        at=now,
    ).state
    assert there == Service(
        id=ID,
        name="SEO",
        description="Monthly",
        recurrence=Recurrence.TRIAL,
        currency="EUR",
        price=money("99.50", "EUR"),
        first_price=money(1, "EUR"),
        first_period_length=14,
        first_period_unit="D",
        recurring_price=money("49.99", "EUR"),
        recurring_period_length=1,
        recurring_period_unit="M",
        recurring_action=2,
        multi_order=False,
        request_orders=True,
        max_active_requests=3,
        deadline=30,
        public=False,
        sort_order=-4,
        group_quantities=True,
        metadata=freeze({"colour": "blue"}),
        braintree_plan_id="plan",
        hoth_product_key="key",
        hoth_package_name="package",
        provider_id=7,
        provider_service_id=8,
        employee_ids=(BOB, jane.id),
        created_at=now,
        updated_at=now,
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": " "}, "name"), ({"name": "x" * 256}, "name"), ({"currency": "US"}, "currency")],
    ids=["blank name", "long name", "no currency"],
)
def test_offering_refuses_what_is_no_service(changes: dict[str, Any], field: str):
    """The refusal names the argument."""
    usual: dict[str, Any] = {"name": "SEO", "currency": "USD", "recurrence": Recurrence.ONE_TIME, "at": now}
    with pytest.raises(RuleViolationError) as refused:
        services.offer_service(ID, **(usual | changes))
    assert refused.value.field == field


# ------------------------------------------------------------------------------------------------------ revising


def test_revising_everything_at_once():
    """One event that names every changed field, sorted; what was not named in the patch stays."""
    change = services.revise_service(web_development, everything(), at=later)
    [event] = change.events
    assert isinstance(event, ServiceRevised)
    assert event.fields == tuple(sorted(each.name for each in attrs.fields(ServicePatch)))
    assert (event.service_id, event.at, change.state.updated_at) == (web_development.id, later, later)
    assert change.state.employee_ids == web_development.employee_ids
    assert (change.state.folder_id, change.state.currency) == (None, "EUR")


def test_an_empty_patch_changes_nothing():
    """Not even the time."""
    assert services.revise_service(web_development, ServicePatch(), at=later) == Change(web_development)


def test_what_may_be_cleared():
    """None clears each optional field; the empty text is a text."""
    full = services.revise_service(web_development, everything(), at=now).state
    optional = [
        each.name
        for each in attrs.fields(Service)
        if each.name not in {"image", "deleted_at"} and getattr(full, each.name) is not None and each.default is None
    ]
    assert len(optional) == 16
    cleared = revised(full, **dict.fromkeys(optional))
    assert [getattr(cleared, name) for name in optional] == [None] * 16
    assert revised(description=" ").description == ""


def test_metadata_is_replaced_whole_and_compared_as_json():
    """True is not 1 in JSON, though Python calls them equal."""
    there = revised(metadata=freeze({"a": 1, "b": 2}))
    assert dict(revised(there, metadata=freeze({"a": 1})).metadata) == {"a": 1}
    assert services.revise_service(there, ServicePatch(metadata=freeze({"b": 2, "a": 1})), at=later).events == ()
    [event] = services.revise_service(there, ServicePatch(metadata=freeze({"a": True, "b": 2})), at=later).events
    assert isinstance(event, ServiceRevised)
    assert event.fields == ("metadata",)


# --------------------------------------------------------------------------------------------- assigning, deleting


@given(any_service(), people(), strategies.instants())
def test_assigning_replaces_everybody(there: Service, who: tuple[EmployeeId, ...], at: Any):
    """In the order that was given; the event names them."""
    assume(who != there.employee_ids)
    assigned = services.assign_service(there, list(who), at=at)
    assert assigned.state == evolved(there, employee_ids=who, updated_at=at)
    assert assigned.events == (ServiceAssigned(service_id=there.id, employee_ids=who, at=at),)


def test_the_same_people_in_another_order_are_a_change():
    """Who comes first matters."""
    both = services.assign_service(web_development, [jane.id, BOB], at=now).state
    assert services.assign_service(both, [BOB, jane.id], at=later).state.employee_ids == (BOB, jane.id)


def test_nobody_is_assigned_twice():
    """Repeats are removed before; left in, they are wrong use."""
    with pytest.raises(ValueError, match="employee_ids must not name anything twice"):
        services.assign_service(web_development, [jane.id, jane.id], at=later)


@given(any_service(), strategies.instants())
def test_deleting_hides_once(there: Service, at: Any):
    """The first deletion sets the time and says so; a second changes nothing. Assignments stay."""
    live = evolved(there, deleted_at=None)
    deleted = services.delete_service(live, at=at)
    assert deleted.state == evolved(live, deleted_at=at, updated_at=at)
    assert deleted.events == (ServiceDeleted(service_id=there.id, at=at),)
    assert deleted.then(services.delete_service, at=later) == deleted


def test_a_folder_is_only_referred_to():
    """Whether it exists is the use case's business."""
    other = ServiceFolderId(UUID(int=99))
    assert revised(folder_id=other).folder_id == other


@pytest.mark.parametrize("twice", [{"name": "B"}, {"currency": "EUR"}, {"recurrence": Recurrence.TRIAL}])
def test_the_details_of_a_new_service_do_not_repeat_its_arguments(twice):
    """One of the two would be lost."""
    with pytest.raises(ValueError, match="arguments of their own"):
        services.offer_service(
            web_development.id,
            name="A",
            currency="USD",
            recurrence=Recurrence.ONE_TIME,
            details=ServicePatch(**twice),
            at=later,
        )


def test_metadata_is_checked_and_frozen_whoever_gives_it():
    """A host's own dictionary is copied, and bounded, like a request's."""
    given = {"a": [1]}
    revised = services.revise_service(web_development, ServicePatch(metadata=given), at=later).state
    given["a"].append(2)
    assert revised.metadata == {"a": (1,)}
    with pytest.raises(RuleViolationError, match="finite"):
        services.revise_service(web_development, ServicePatch(metadata={"a": float("inf")}), at=later)
